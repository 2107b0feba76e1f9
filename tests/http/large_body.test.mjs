// SPDX-License-Identifier: Apache-2.0
//
// Large bodies: only where a route takes them, and only from whoever may be there.  Anybody
// else hears so before their body is read; of a table of 50 MB nothing reaches a disk.
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { desk } from '../harness/desk.mjs';
import { eventually, up } from '../harness/up.mjs';
import { every_kind, survey } from './survey.mjs';

const host = 'minato.localhost', mega = 1 << 20;
let town, asked, routes;
before(async () => {
	town = await up();
	asked = (await survey(town, every_kind())).survey;
	routes = (await town.chromo('routes', '--json')).trim().split('\n').map((line) => JSON.parse(line)).filter((r) => r.method === 'POST');
});
after(() => town?.stop());

const path = (r) => r.path.replace('{survey}', asked).replace('{code}', 'q15').replace(/\{\w+\}/g, '1');
const cookies = (client) => [...client?.cookies ?? []].map(([k, v]) => `${k}=${v}`).join('; ');

// Says that it will send so much, sends the beginning, and waits: status and location, or what was
// awaited in vain for five seconds.
function announce(to, client, { size = 5 * mega, chunked = false, send = 16384, host: name = host } = {}) {
	return new Promise((done, fail) => {
		const socket = tls.connect({ host: '127.0.0.1', port: town.port, rejectUnauthorized: false, servername: name }, () => {
			socket.write([`POST ${to} HTTP/1.1`, `Host: ${name}:${town.port}`, `Origin: https://${name}:${town.port}`, 'Content-Type: multipart/form-data; boundary=x',
				chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${size}`, ...(client ? [`Cookie: ${cookies(client)}`] : []), 'Connection: close', '', ''].join('\r\n'));
			socket.write(chunked ? `${send.toString(16)}\r\n${'a'.repeat(send)}\r\n` : Buffer.alloc(send, 97));
		});
		let text = '';
		socket.on('data', (d) => {
			text += d;
			const head = /^HTTP\/1\.1 (\d+)[^]*?\r\n\r\n/.exec(text);
			if (!head) return;
			socket.destroy();
			done({ status: Number(head[1]), location: /^location: (.*?)\r$/im.exec(head[0])?.[1], text });
		});
		socket.on('error', fail);
		setTimeout(() => {
			if (!text) done({ status: 'waits' });
			socket.destroy();
		}, 5000);
	});
}

// What nginx has put aside of bodies.
const aside = () => readdirSync(join(town.dir, 'nginx/body'), { recursive: true }).map((f) => statSync(join(town.dir, 'nginx/body', String(f))))
	.filter((s) => s.isFile()).reduce((sum, s) => sum + s.size, 0);

test('every other route takes a megabyte, whoever asks', { timeout: 300000 }, async () => {
	const clerk = await desk(town, 'sato');
	for (const r of routes.filter((x) => !x.asks.includes('upload') && !x.asks.includes('table')))
		assert.equal((await announce(path(r), clerk, { size: 2 * mega })).status, 413, path(r));
});

test('whoever may not be there is turned away before the body is read', async () => {
	const large = routes.filter((r) => r.asks.includes('staff') && (r.asks.includes('upload') || r.asks.includes('table')));
	assert.ok(large.length >= 3);
	const approver = await desk(town, 'takahashi'), clerk = await desk(town, 'sato'), other = await desk(town, 'sato');
	for (const r of large) {
		// Where the form is, they hear why.
		const form = path(r).replace(/\/import$/, '');
		const away = async (...who) => {
			const sent = await announce(path(r), ...who);
			assert.deepEqual([sent.status, sent.location?.replace(/^https:\/\/[^/]+/, '')], [303, form], path(r));
		};
		await away(null);
		assert.match((await town.client(host).get(form)).headers.location, /\/desk\/login\?next=/);
		await away({ cookies: new Map([['__Host-staff', 'made-up']]) });
		await away(approver);
		assert.equal((await approver.get(form)).status, 403);
		await away(null, { chunked: true });
		await away(other, { host: 'yama.localhost' });
		assert.equal((await announce(path(r), clerk)).status, 'waits', path(r));
	}
	const table = large.find((r) => r.asks.includes('table'));
	assert.equal((await announce(path(table), null, { size: 50 * mega, send: 4 * mega })).status, 303);
	assert.equal((await announce(path(table), clerk, { size: 52 * mega })).status, 413);
	assert.equal((await announce(path(table), clerk, { size: 50 * mega })).status, 'waits');
	await eventually('nothing put aside', () => aside() === 0);
});

test('files with an answer: from whoever is answering', async () => {
	const to = `/surveys/${asked}/q/q15`, citizen = town.client(host);
	const sent = await announce(to, null);
	assert.deepEqual([sent.status, sent.location?.replace(/^https:\/\/[^/]+/, '')], [303, `/surveys/${asked}`]);
	assert.equal((await announce(to, { cookies: new Map([[`__Host-answer-${asked}`, 'a'.repeat(43)]]) })).status, 303, 'a draft that never was');
	await citizen.submit(await citizen.get(`/surveys/${asked}`), {}, `/surveys/${asked}`);
	assert.ok(citizen.cookies.has(`__Host-answer-${asked}`));
	assert.equal((await announce(to, citizen)).status, 'waits');
	assert.equal((await announce(to, citizen, { size: 12 * mega })).status, 413);
	assert.equal((await announce(`/surveys/${asked + 1000}/q/q15`, citizen)).status, 303);
	assert.equal((await announce(`/surveys/${asked}`, citizen, { size: 2 * mega })).status, 413, 'no other page of it');
});

test('what is small goes on as before, and the door is nobody’s page', async () => {
	const page = await town.client(host).get('/door');
	assert.equal(page.status, 404);
	const knocks = await town.client(host).send('/desk', { headers: { 'chromo-knocks': 'yes' } });
	assert.equal(knocks.status, 303, 'a header is not a parameter');
	const out = await town.client(host).post(`/desk/surveys/${asked}/forms/import`, { token: 'x' });
	assert.equal(out.status, 401);
});
