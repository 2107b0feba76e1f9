// SPDX-License-Identifier: Apache-2.0
//
// R47: bytes on the wire that two readers could read in two ways have one reading here, or
// none.  What cannot be read is refused and the connection closed, so that the bytes behind it
// never become a request of somebody else's; and who asks is the socket's word, not theirs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { MINATO } from '../harness/house.mjs';
import { account, signIn } from '../harness/staff.mjs';
import { eventually, up } from '../harness/up.mjs';

let town, asked = 0;
before(async () => { town = await up(); });
after(() => town?.stop());

// All that comes back until the connection ends, or nothing comes for a moment.
function raw(text) {
	asked++;
	return new Promise((done, fail) => {
		const socket = tls.connect({ host: '127.0.0.1', port: town.port, rejectUnauthorized: false, servername: MINATO, ALPNProtocols: ['http/1.1'] },
			() => socket.write(text, 'latin1'));
		const parts = [];
		let closed = false, timer = setTimeout(() => socket.destroy(), 8000);
		socket.on('data', (d) => { parts.push(d); clearTimeout(timer); timer = setTimeout(() => socket.destroy(), 700); });
		socket.on('end', () => { closed = true; });
		socket.on('error', fail);
		socket.on('close', () => {
			clearTimeout(timer);
			const all = Buffer.concat(parts).toString('utf8');
			done({ closed, text: all, statuses: [...all.matchAll(/^HTTP\/1\.[01] (\d+)/gm)].map((m) => Number(m[1])) });
		});
	});
}

const hidden = 'GET /hidden-request HTTP/1.1\r\nHost: minato.localhost\r\n\r\n';
const post = (...lines) => `POST /subscribe/email HTTP/1.1\r\nHost: minato.localhost\r\n${lines.map((l) => `${l}\r\n`).join('')}\r\n`;
const get = (...lines) => `GET /messages HTTP/1.1\r\n${lines.map((l) => `${l}\r\n`).join('')}\r\n`;
const many = async (cases, judge) => {
	for (const text of cases) await judge(await raw(text), JSON.stringify(text.slice(0, 200)));
};
const none = (answer, what) => {
	assert.ok(answer.statuses.length === 1 && answer.statuses[0] >= 400 && answer.statuses[0] < 600, `${what}: ${answer.statuses}`);
	assert.ok(answer.closed, `${what}: closed`);
};

test('how long a body is', { timeout: 240000 }, async () => {
	const lengths = ['-1', '+5', '0x5', '5,5', '5, 6', '5 5', '5;', '１', '1e1', '99999999999999999999', '', '05a', '5\t6'];
	await many([...lengths.map((n) => post(`Content-Length: ${n}`) + hidden),
		post('Content-Length: 5', 'Content-Length: 6') + hidden, post('Content-Length: 0', 'Content-Length: 44') + hidden,
		post('Content-Length: 5', 'Content-Length: 5') + hidden,
		post('Transfer-Encoding: chunked', 'Content-Length: 4') + `0\r\n\r\n${hidden}`, post('Content-Length: 4', 'Transfer-Encoding: chunked') + `0\r\n\r\n${hidden}`,
		...['xchunked', 'identity', 'gzip', 'gzip, chunked', 'chunked, identity', 'chunked, chunked', 'chunked;a=b', '"chunked"', 'chunk'].map((t) =>
			post(`Transfer-Encoding: ${t}`) + `0\r\n\r\n${hidden}`),
		post('Transfer-Encoding: chunked', 'Transfer-Encoding: identity') + `0\r\n\r\n${hidden}`,
		post('Transfer-Encoding : chunked') + `0\r\n\r\n${hidden}`, post('Content-Length : 5') + hidden,
		...['x\r\n', '-1\r\n', '0x5\r\nabcde\r\n', '5\nabcde\n', 'ffffffffffffffffff\r\n', '5;\r\nabcdeXX'].map((body) => post('Transfer-Encoding: chunked') + body + hidden),
	], none);
});

test('which host', { timeout: 240000 }, async () => {
	await many([get(), ...['a b', 'a/b', 'a\\b', '..', 'a..b', '.', 'min\0ato', '[::1', 'a?b', 'a#b'].map((h) => get(`Host: ${h}`)),
		get('Host: minato.localhost', 'Host: yama.localhost'), get('Host: minato.localhost', 'Host: minato.localhost'), get('Host : minato.localhost'),
		get('Host: minato.localhost,yama.localhost'), get('Host: user@minato.localhost'), get('Host: <script>')], (answer, what) => {
		assert.ok(answer.statuses.length === 1 && [400, 404].includes(answer.statuses[0]), `${what}: ${answer.statuses}`);
		assert.doesNotMatch(answer.text, /みなと市|山の町|<script>/, what);
	});
	// The host of the absolute form wins; whatever else says one is not asked.
	for (const [line, ...more] of [['https://minato.localhost/messages', 'Host: yama.localhost'], ['http://minato.localhost/messages', 'Host: nobody.localhost'],
		['/messages', 'Host: minato.localhost', 'X-Forwarded-Host: yama.localhost'], ['/messages', 'Host: minato.localhost', 'X-Host: yama.localhost'],
		['/messages', 'Host: minato.localhost', 'Forwarded: host=yama.localhost'], ['/messages', 'Host: minato.localhost', 'X-Original-URL: /desk'],
		['/messages', 'Host: minato.localhost', 'X-Rewrite-URL: /desk'], ['/messages', 'Host: MINATO.LOCALHOST'], ['/messages', 'Host: minato.localhost.'],
		['/messages', 'Host: minato.localhost:1'], ['/messages', 'Host: minato.localhost:x'], ['/messages', 'Host: minato.localhost', 'X-HTTP-Method-Override: DELETE']]) {
		const answer = await raw(`GET ${line} HTTP/1.1\r\n${more.join('\r\n')}\r\nConnection: close\r\n\r\n`);
		assert.deepEqual(answer.statuses, [200], `${line} ${more}`);
		assert.match(answer.text, /みなと市/, `${line} ${more}`);
		assert.doesNotMatch(answer.text, /山の町|yama\.localhost/, `${line} ${more}`);
	}
});

test('addresses', { timeout: 240000 }, async () => {
	await many(['/%', '/%z', '/%zz', '/%00', '/messages%00', '/messages%00.css', '/%c0%af', '/%e0%80%af', '/%ff', '/%ed%a0%80', '/a%0d%0aSet-Cookie:%20marked=1',
		'/messages?a=%0d%0aSet-Cookie:%20marked=1&b=%zz', '/m/1%0d%0aLocation:%20https://other.example', '/\x80', '/\xff\xfe', '/messages?a=\x80', '//other.example/%2e%2e',
		'/lang/ja%0d%0aSet-Cookie:%20marked=1', '/desk/login?next=%0d%0aSet-Cookie:%20marked=1&next=/'].map((path) =>
		`GET ${path} HTTP/1.1\r\nHost: minato.localhost\r\nConnection: close\r\n\r\n`), (answer, what) => {
		assert.ok(answer.statuses.length === 1 && [400, 404].includes(answer.statuses[0]), `${what}: ${answer.statuses}`);
		assert.doesNotMatch(answer.text, /^(Set-Cookie: *marked|Location: *https:\/\/other)/mi, what);
	});
});

test('lines and their ends', { timeout: 240000 }, async () => {
	const host = 'Host: minato.localhost';
	await many(['GET / HTTP/1.1 x\r\nHost: minato.localhost\r\n\r\n', 'GET  / HTTP/1.1\0\r\nHost: a\r\n\r\n', `GET / HTTP/9.9\r\n${host}\r\n\r\n`, `GET / HTTP/1.1x\r\n${host}\r\n\r\n`,
		`GET / http/1.1\r\n${host}\r\n\r\n`, `G<T / HTTP/1.1\r\n${host}\r\n\r\n`, `GET messages HTTP/1.1\r\n${host}\r\n\r\n`, `GET \\ HTTP/1.1\r\n${host}\r\n\r\n`,
		`GET /\x01 HTTP/1.1\r\n${host}\r\n\r\n`, `GET /\0 HTTP/1.1\r\n${host}\r\n\r\n`, `\0GET / HTTP/1.1\r\n${host}\r\n\r\n`,
		`GET / HTTP/1.1\r\n${host}\r\nX: a\0b\r\n\r\n`, `GET / HTTP/1.1\r\n${host}\r\nX-long: ${'a'.repeat(40000)}\r\n\r\n`,
		`GET / HTTP/1.1\r\n${host}\r\n${Array.from({ length: 5000 }, (_, i) => `X-${i}: aaaaaaaaaa`).join('\r\n')}\r\n\r\n`, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
		'\x16\x03\x01\x00\x00', 'SSH-2.0-x\r\n\r\n', `CONNECT minato.localhost:443 HTTP/1.1\r\n${host}\r\n\r\n`], (answer, what) => {
		assert.ok(answer.statuses.length <= 1 && (answer.text === '' || answer.statuses[0] >= 400 || !answer.text.startsWith('HTTP/1.1 2')), `${what}: ${answer.statuses}`);
		assert.doesNotMatch(answer.text, /みなと市/, what);
	});
});

test('a body that ends is followed by the next request, and only by it', async () => {
	const answer = await raw(`${post('Content-Length: 5', 'Content-Type: application/x-www-form-urlencoded')}a=b&c${get('Host: minato.localhost', 'Connection: close')}`);
	assert.deepEqual(answer.statuses, [403, 200]);
	const chunked = await raw(`${post('Transfer-Encoding: chunked', 'Content-Type: application/x-www-form-urlencoded')}5\r\na=b&c\r\n0\r\n\r\n${get('Host: minato.localhost', 'Connection: close')}`);
	assert.equal(chunked.statuses.at(-1), 200);
});

test('who asks is the other end of the socket, whatever they say', { timeout: 120000 }, async () => {
	const client = town.client(MINATO), send = client.send.bind(client), forged = '203.0.113.77';
	client.send = (path, options = {}) => send(path, { ...options, headers: { ...options.headers, 'x-forwarded-for': forged, 'x-real-ip': forged,
		forwarded: `for=${forged}`, 'x-client-ip': forged, 'true-client-ip': forged, 'remote-addr': forged, remote_addr: forged, proxy: `http://${forged}/`,
		'x-forwarded-proto': 'http', 'x-forwarded-port': '1', via: forged } });
	const { login } = account(town, MINATO, 'sato');
	await signIn({ ...town, accounts: town.accounts, client: () => client }, MINATO, login);
	const where = async () => (await town.sql("SELECT DISTINCT remote FROM audit WHERE act LIKE 'login%' OR act LIKE 'staff.signed%'")).split('\n').filter(Boolean);
	await eventually('the record', async () => (await where()).length > 0);
	assert.deepEqual(await where(), ['127.0.0.1']);
	assert.ok(!town.log('web.log').includes(forged));
	assert.equal(await town.sql(`SELECT count(*) FROM audit a WHERE a::text LIKE '%${forged}%'`), '0');
});

test('that was a hundred', () => {
	assert.ok(asked >= 100, `${asked}`);
	console.log(`# ${asked} raw requests`);
});
