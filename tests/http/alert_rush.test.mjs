// SPDX-License-Identifier: Apache-2.0
//
// An alert goes out and 20,000 open its link (F22): nobody gets an error, and the program
// makes the page a few times only, for what everybody sees is kept.  When the program is
// gone altogether in the middle of it, the kept copy is served on.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { publish } from '../harness/publish.mjs';
import { eventually, up } from '../harness/up.mjs';

const CROWD = 20000, CONNECTIONS = 200, HOST = 'minato.localhost', SUBJECT = '津波警報が出ました';
let town, path, expected;
before(async () => {
	town = await up();
	path = `/messages/${await publish(town, { subject: SUBJECT, html: '<p>ただちに高い所へ逃げてください。</p>' })}`;
	const page = await town.get(HOST, path);
	assert.equal(page.status, 200);
	assert.ok(page.text.includes(SUBJECT));
	expected = page.bytes.length;
});
after(() => town?.stop());

// One connection, from an address of its own, that asks n times and hangs up: { status: times }
// and how many answers were not the page.
async function reader(number, n) {
	const socket = tls.connect({ host: '127.0.0.1', port: town.port, localAddress: `127.1.${number >> 8}.${number & 255}`,
		servername: HOST, rejectUnauthorized: false });
	await once(socket, 'secureConnect');
	const statuses = {};
	let held = Buffer.alloc(0), other = 0, length = -1;
	for (let got = 0; got < n; got++) {
		socket.write(`GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
		for (;; held = Buffer.concat([held, (await once(socket, 'data'))[0]])) {
			if (length < 0 && held.includes('\r\n\r\n')) {
				const head = held.subarray(0, held.indexOf('\r\n\r\n')).toString('latin1');
				const status = head.slice(9, 12);
				statuses[status] = (statuses[status] ?? 0) + 1;
				length = Number(/^content-length: (\d+)/im.exec(head)[1]);
				held = held.subarray(head.length + 4);
			}
			if (length >= 0 && held.length >= length) break;
		}
		other += length !== expected || !held.includes(SUBJECT);
		held = held.subarray(length);
		length = -1;
	}
	socket.destroy();
	return { statuses, other };
}

async function crowd(each) {
	const all = { statuses: {}, other: 0 };
	for (const { statuses, other } of await Promise.all(Array.from({ length: CONNECTIONS }, (_, i) => reader(i, each)))) {
		all.other += other;
		for (const [status, n] of Object.entries(statuses)) all.statuses[status] = (all.statuses[status] ?? 0) + n;
	}
	return all;
}

// How often nginx asked the program for that page since so many lines of its log.
const lines = () => town.log('access.json').trim().split('\n');
const asked = (since) => lines().slice(since).map((l) => JSON.parse(l)).filter((l) => l.program !== '' && l.program !== '-').length;

test('F22 20,000 citizens open the link of an alert: no error, and the copy that was made is served', { timeout: 300000 }, async () => {
	const since = lines().length, begun = Date.now();
	assert.deepEqual(await crowd(CROWD / CONNECTIONS), { statuses: { 200: CROWD }, other: 0 });
	const made = asked(since);
	console.log(`# ${CROWD} pages in ${Date.now() - begun} ms, ${made} of them made by the program`);
	assert.ok(made < CROWD / 20, `${made} pages were made anew`);
});

test('F22 the program dies in the middle of it: the copy is served on', { timeout: 120000 }, async () => {
	town.kill('web');
	let tries = 0;	// each an address of its own: of one that was still answered there would be a copy, too
	await eventually('its end', async () => (await town.get(HOST, `/subscribe?try=${tries++}`)).status === 502);
	assert.deepEqual(await crowd(10), { statuses: { 200: 10 * CONNECTIONS }, other: 0 });
});
