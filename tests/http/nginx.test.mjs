// SPDX-License-Identifier: Apache-2.0
//
// What nginx owes on its own: TLS, headers on every answer (R45, R46), one
// reading of a request (R47), nothing exposed (R48), clean pages when it has to
// answer itself, static files, no personal data in its log.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';
import tls from 'node:tls';
import { eventually, source, up } from '../harness/up.mjs';

const town = await up();
after(() => town.stop());
const client = town.client('minato.localhost');

// Bytes on the wire, as no library would send them.
function raw(text, options = {}) {
	return new Promise((done, fail) => {
		const socket = tls.connect({ host: '127.0.0.1', port: town.port, rejectUnauthorized: false,
			servername: 'minato.localhost', ...options }, () => socket.write(text));
		const parts = [];
		socket.on('data', (d) => parts.push(d));
		socket.setTimeout(10000, () => socket.destroy(new Error(`no answer to ${text}`)));
		socket.on('error', fail);
		let protocol;
		socket.on('secureConnect', () => { protocol = socket.getProtocol(); });
		socket.on('close', () => done({ text: Buffer.concat(parts).toString('utf8'), protocol }));
	});
}
const status = (answer) => Number(answer.text.match(/^HTTP\/1\.[01] (\d+)/)?.[1]);

function alwaysThere(answer, where) {
	const h = answer.headers;
	assert.match(h['strict-transport-security'] ?? '', /^max-age=(\d{8,}); includeSubDomains$/, where);
	assert.equal(h['x-content-type-options'], 'nosniff', where);
	assert.equal(h['referrer-policy'], 'same-origin', where);
	assert.match(h['permissions-policy'] ?? '', /^camera=\(self\), /, where);
	assert.equal(h['cross-origin-opener-policy'], 'same-origin', where);
	assert.equal(h['cross-origin-resource-policy'], 'same-origin', where);
	assert.ok(h['content-security-policy'], `${where}: a policy`);
	assert.equal(h.server, 'nginx', where);
	assert.equal(h['access-control-allow-origin'], undefined, where);
	assert.equal(h['x-powered-by'], undefined, where);
	if (/^text\//.test(h['content-type'] ?? '')) assert.match(h['content-type'], /charset=utf-8/i, where);
}

test('R26 R46 every kind of answer carries the headers', async () => {
	const answers = {
		page: await client.get('/'),
		missing: await client.get('/no/such/page'),
		'missing file': await client.get('/static/no-such-file.css'),
		'a folder': await client.get('/static/'),
		'long address': await client.get(`/${'a'.repeat(9000)}`),
		'large body': await client.post('/subscribe', 'a'.repeat(2 << 20)),
		trace: await client.send('/', { method: 'TRACE' }),
	};
	for (const [name, answer] of Object.entries(answers)) alwaysThere(answer, name);
	assert.equal(answers.missing.status, 404);
	assert.equal(answers['missing file'].status, 404);
	assert.equal(answers['a folder'].status, 404, 'no listing, and not said to exist');
	assert.equal(answers['long address'].status, 414);
	assert.equal(answers['large body'].status, 413);
	assert.equal(answers.trace.status, 405);
});

test('TLS 1.2 and 1.3, and nothing below', async () => {
	const hello = 'GET /healthz HTTP/1.0\r\nHost: minato.localhost\r\n\r\n';
	assert.equal((await raw(hello, { maxVersion: 'TLSv1.2' })).protocol, 'TLSv1.2');
	assert.equal((await raw(hello, { minVersion: 'TLSv1.3' })).protocol, 'TLSv1.3');
	await assert.rejects(raw(hello, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' }));
	await assert.rejects(raw(hello, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' }), 'no CBC');
});

test('a request has one reading', async () => {
	const cases = {
		'two hosts': 'GET / HTTP/1.1\r\nHost: minato.localhost\r\nHost: yama.localhost\r\n\r\n',
		'no host': 'GET / HTTP/1.1\r\n\r\n',
		'two lengths': 'POST / HTTP/1.1\r\nHost: minato.localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
		'length and chunks': 'POST / HTTP/1.1\r\nHost: minato.localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
		'a length that is no number': 'POST / HTTP/1.1\r\nHost: minato.localhost\r\nContent-Length: +1\r\n\r\na',
		'a host with a path': 'GET / HTTP/1.1\r\nHost: minato.localhost/x\r\n\r\n',
		'a NUL': 'GET /\0 HTTP/1.1\r\nHost: minato.localhost\r\n\r\n',
	};
	for (const [name, text] of Object.entries(cases)) assert.equal(status(await raw(text)), 400, name);

	// The host of the absolute form wins, for nginx, its cache and the program.
	const absolute = await raw('GET https://minato.localhost/ HTTP/1.1\r\nHost: yama.localhost\r\nConnection: close\r\n\r\n');
	assert.equal(status(absolute), 200);
	assert.match(absolute.text, /みなと市/);
	assert.doesNotMatch(absolute.text, /山の町/);
});

test('a host that is nobody\'s', async () => {
	const answer = await town.get('nobody.localhost', '/');
	assert.equal(answer.status, 404);
	assert.doesNotMatch(answer.text, /みなと市|山の町/);
});

test('nothing that is not for everybody is there', async () => {
	for (const path of ['/.git/config', '/.env', '/static/.hidden', '/static/../chromo.conf.in', '/static/%2e%2e/chromo.conf.in',
		'/static//etc/passwd', '/error/404.html', '/nginx_status', '/server-status', '/chromo.conf', '/templates/po/ja.po',
		'/static/css/', '/backup.sql', '/phpinfo.php', '/debug']) {
		const answer = await client.get(path);
		assert.ok([400, 404].includes(answer.status), `${path} is ${answer.status}`);
		assert.doesNotMatch(answer.text, /nginx\/\d|PostgreSQL|at line|Debian/, path);
	}
});

test('static files', async () => {
	const css = readdirSync(join(source, 'nginx/static'), { recursive: true }).map(String)
		.filter((f) => f.endsWith('.css'));
	assert.ok(css.length > 0);
	const answer = await client.get(`/static/${css[0]}`);
	assert.equal(answer.status, 200);
	assert.match(answer.headers['content-type'], /^text\/css/);
	assert.match(answer.headers['cache-control'], /public/);
	alwaysThere(answer, css[0]);
	assert.equal((await client.post(`/static/${css[0]}`, '')).status, 405);
});

test('machines are told what is not theirs, and where the messages are', async () => {
	const robots = await client.get('/robots.txt');
	alwaysThere({ ...robots, headers: { 'content-security-policy': 'none', ...robots.headers } }, 'robots.txt');
	assert.equal(robots.status, 200);
	assert.match(robots.headers['content-type'], /^text\/plain/);
	for (const path of ['/desk', '/operator', '/my', '/subscribe/', '/unsubscribe/', '/u/', '/surveys/*/continue/', '/surveys/*/receipt/', '/surveys/*/for/'])
		assert.ok(robots.text.split('\n').includes(`Disallow: ${path}`), path);
	assert.doesNotMatch(robots.text, /^Disallow: \/surveys$/m);
	assert.doesNotMatch(robots.text, /^Disallow: \/(messages.*)?$/m);
	const map = /^Sitemap: https:\/\/minato\.localhost:\d+(\/\S+)$/m.exec(robots.text)[1];
	assert.equal((await client.get(map)).status, 200);
});

test('the log says no address, no path, no query', async () => {
	await client.get('/messages?secret=kotori', { headers: { 'user-agent': 'hibari' } });
	const log = await eventually('a line in the log', () => /"GET"/.test(town.log('access.json')) && town.log('access.json'));
	for (const line of log.trim().split('\n')) {
		const entry = JSON.parse(line);
		if (entry.host === '127.0.0.1') continue; // the harness, asking for /healthz
		assert.deepEqual(Object.keys(entry), ['time', 'id', 'host', 'method', 'status', 'bytes', 'seconds', 'program', 'cache', 'protocol']);
		assert.match(entry.id, /^[0-9a-f]{32}$/);
	}
	assert.doesNotMatch(log.replaceAll('"host":"127.0.0.1"', ''), /kotori|hibari|127\.0\.0\.1|\/messages/);
});

test('F01 without the program there is a page in words, and then it is back', async () => {
	process.kill(-town.pid('web'), 'SIGKILL');
	const answer = await eventually('nginx to notice', async () => {
		const a = await client.get('/subscribe');
		return a.status === 502 && a;
	});
	alwaysThere(answer, '502');
	assert.equal(answer.headers['cache-control'], 'no-store');
	assert.match(answer.text, /ただいまページを表示できません/);
	await town.again('web');
	await eventually('the site again', async () => (await client.get('/healthz')).status === 200);
});
