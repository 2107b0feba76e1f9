// SPDX-License-Identifier: Apache-2.0
//
// The channel of Web Push against a push service that misbehaves: the verdict beside
// what the service accepted and what the device shows (integrations.md 12.2, 12.3).
import test from 'node:test';
import assert from 'node:assert/strict';
import { createECDH } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPush } from '../gateways/push.mjs';
import { Channel } from './channel.mjs';

function town(id = 1, version = 1) {
	const pair = createECDH('prime256v1');
	pair.generateKeys();
	return { id, version, kind: 'vapid', settings: { subject: 'mailto:kouhou@minato.example', public_key: pair.getPublicKey('base64url') },
		secrets: { private_key: pair.getPrivateKey().toString('base64url').padStart(43, 'A') } };
}
const account = town();
const content = { title: '断水のお知らせ', body: '港一丁目で水が出ません。', url: '/m/7', tag: 'm7' };
const letter = (devices, more = {}) => ({ account, content, message: 7, many: devices.map((d) => d.address?.() ?? d), ...more });

async function withPush(run, options = {}) {
	const push = await startPush(options);
	const open = (...more) => new Channel('webpush', push.caFile, push.hosts, ...more);
	const channel = open();
	try {
		await run(push, channel, open);
		await channel.close();
		assert.deepEqual(push.faults, []);
	} finally {
		channel.kill();
		await push.close();
	}
}

test('a card arrives, with all that RFC 8030 asks for', () => withPush(async (push, channel) => {
	const device = push.device();
	const said = await channel.send(letter([device], { urgent: true, valid_until_ms: Date.now() + 3600e3 }));
	assert.equal(said.verdict, 'SENT');
	assert.equal(said.code, 201);
	assert.equal(said.id, '0');
	const [sent] = push.ledger;
	assert.ok(sent.ttl > 3500 && sent.ttl <= 3600, `ttl ${sent.ttl}`);
	assert.equal(sent.urgency, 'high');
	assert.match(sent.topic, /^[\w-]{24}$/);
	assert.deepEqual([...device.cards.values()], [{ title: content.title, body: content.body, url: 'https://minato.example.jp/m/7', tag: sent.topic }]);
	await channel.send(letter([device]));
	assert.equal(push.ledger[1].ttl, 86400);
	assert.equal(push.ledger[1].urgency, 'normal');
	await channel.send(letter([device], { valid_until_ms: Date.now() - 5000 }));
	assert.equal(push.ledger[2].ttl, 0);
	await channel.send(letter([device], { urgent: true }));
	assert.equal(push.ledger[3].ttl, 14400);
}));

test('no answer after it was accepted, and again: one card, one noise', () => withPush(async (push, _, open) => {
	for (const rule of [{ hang: 11000, times: 1 }, { accept: true, status: 500, times: 1 }, { accept: true, close: true, times: 1 },
		{ accept: true, status: 503, headers: { 'retry-after': '7' }, times: 1 }, { accept: true, bytes: 20, times: 1 }]) {
		// A courier each: a service that gave no answer five times in a row is given a rest.
		const device = push.device(), waits = push.device({ offline: true }), channel = open();
		push.script([device, waits].map((d) => ({ ...rule, path: `/wpush/v2/${d.name}` })));
		await Promise.all([device, waits].map(async (d) => {
			const first = await channel.send(letter([d]));
			// On a kept connection that ends without a word libcurl repeats by itself: that is allowed here.
			assert.ok(first.verdict === 'UNKNOWN' || ((rule.close || rule.bytes) && first.verdict === 'SENT'), JSON.stringify([rule, first]));
			assert.equal(first.wait_s, rule.status === 503 ? 7 : 0);
			const again = open();		// another courier
			assert.equal((await again.send(letter([d]))).verdict, 'SENT');
			await again.close();
		}));
		await channel.close();
		waits.online();
		assert.equal(device.cards.size, 1);
		assert.equal(device.rang, 1);
		assert.equal(waits.cards.size, 1);
		assert.ok(push.ledger.filter((l) => l.device === device.name).length >= 2);
	}
}));

test('every cut of the answer', () => withPush(async (push, channel) => {
	const device = push.device();
	push.script([{ bytes: 1e6, times: 1 }]);
	await channel.send(letter([device]));
	const length = push.answerLength;
	for (let bytes = 0; bytes < length; bytes += 1) {
		push.script([{ bytes, times: 1 }]);
		// Each in a town of its own: of one that does not answer for long the service is left alone.
		const { verdict } = await channel.send(letter([device], { account: town(100 + bytes) }));
		assert.ok(['UNKNOWN', 'SENT'].includes(verdict), `${bytes}: ${verdict}`);
		if (bytes < 12)
			assert.equal(verdict, 'UNKNOWN', `${bytes} of ${length}`);
	}
	assert.equal(device.cards.size, 1);
	assert.equal(device.rang, 1);
}));

test('a correction under the same name rings once more', () => withPush(async (push, channel) => {
	const device = push.device();
	await channel.send(letter([device]));
	await channel.send(letter([device], { message: 8, content: { ...content, title: '【訂正】断水', renotify: true } }));
	assert.equal(device.cards.size, 1);
	assert.equal(device.rang, 2);
	await channel.send(letter([device], { message: 9, content: { ...content, tag: '' } }));
	assert.equal(device.cards.size, 2, 'another message has a card of its own');
}));

test('404 and 410 mark the device as gone, the others get it', () => withPush(async (push, channel) => {
	const [a, b, c] = [push.device({ gone: true }), push.device(), push.device()];
	const nowhere = JSON.stringify({ ...JSON.parse(c.address()), endpoint: `${push.url}/wpush/v2/none` });
	const said = await channel.send(letter([a, b, nowhere, c]));
	assert.equal(said.verdict, 'SENT');
	assert.equal(said.gone, 0b0101);
	assert.equal(b.cards.size + c.cards.size, 2);
	const alone = await channel.send(letter([a]));
	assert.deepEqual([alone.verdict, alone.reason, alone.gone], ['REFUSED', 'address_gone', 1]);
}));

test('the best of the devices counts', () => withPush(async (push, channel) => {
	const [a, b] = [push.device({ host: 'localhost' }), push.device({ host: '127.0.0.1' })];
	push.script([{ path: '/wpush/v2/d0', status: 500 }, { path: '/wpush/v2/d1', status: 429 }]);
	assert.equal((await channel.send(letter([a, b]))).verdict, 'UNKNOWN');
	push.script([{ path: '/wpush/v2/d0', status: 400 }]);
	const late = await channel.send(letter([b, a]));
	assert.equal(late.verdict, 'LATER', 'b is still waited for');
	assert.ok(late.wait_s >= 1);
}));

test('413: half of the text, once, under the same name', () => withPush(async (push, channel) => {
	const device = push.device();
	const long = { ...content, body: '水'.repeat(600) };
	const { verdict } = await channel.send(letter([device], { content: long }));
	assert.equal(verdict, 'SENT');
	assert.equal(push.calls, 2);
	const [card] = device.cards.values();
	assert.equal(card.body, `${'水'.repeat(299)}…`);
	assert.equal(push.ledger[0].topic, card.tag);
	push.most = 300;
	const none = await channel.send(letter([device], { content: long }));
	assert.deepEqual([none.verdict, none.code], ['REFUSED', 413]);
	assert.equal(push.calls, 4);
}, { most: 1500 }));

test('429: only that service is left alone, for as long as it says', () => withPush(async (push, channel, open) => {
	const [a, b] = [push.device({ host: 'localhost' }), push.device({ host: '127.0.0.1' })];
	for (const [says, waits] of [['60', 60], ['1000000000', 3600], ['-1', 1], [undefined, 1], [new Date(Date.now() + 60000).toUTCString(), 60]]) {
		push.script([{ times: 1, status: 429, headers: says === undefined ? {} : { 'retry-after': says } }]);
		const channel2 = open();
		const before = push.calls;
		const first = await channel2.send(letter([a]));
		assert.equal(first.verdict, 'LATER');
		assert.ok(first.wait_s <= waits, `${says}: ${first.wait_s}`);
		if (waits > 1) {
			const second = await channel2.send(letter([a]));
			assert.deepEqual([second.verdict, second.reason, second.code], ['LATER', 'gateway_busy', 0]);
			assert.ok(second.wait_s >= 1 && second.wait_s <= waits, `${says}: ${second.wait_s}`);
			assert.equal(push.calls - before, 1, 'it was not called again');
		}
		assert.equal((await channel2.send(letter([b]))).verdict, 'SENT');
		await channel2.close();
	}
	assert.equal((await channel.send(letter([a]))).verdict, 'SENT');
}));

test('a service that does not answer rests, longer each time; the others do not', () => withPush(async (push, channel) => {
	const [a, b] = [push.device({ host: 'localhost' }), push.device({ host: '127.0.0.1' })];
	push.script([{ path: '/wpush/v2/d0', status: 503 }]);
	for (let i = 0; i < 5; i++)
		assert.equal((await channel.send(letter([a]))).verdict, 'UNKNOWN');
	const rests = await channel.send(letter([a]));
	assert.deepEqual([rests.verdict, rests.reason, rests.wait_s, push.calls], ['LATER', 'gateway_busy', 1, 5]);
	assert.equal((await channel.send(letter([b]))).verdict, 'SENT');
	await sleep(1100);
	assert.equal((await channel.send(letter([a]))).verdict, 'UNKNOWN', 'it is tried once');
	assert.equal((await channel.send(letter([a]))).wait_s, 2);
	push.script([]);
	await sleep(2100);
	for (let i = 0; i < 2; i++)
		assert.equal((await channel.send(letter([a]))).verdict, 'SENT', 'and is back');
}));

test('401 and 403: a new card first, then the fault is ours', () => withPush(async (push, channel, open) => {
	const device = push.device();
	push.script([{ status: 403, times: 1 }]);
	assert.equal((await channel.send(letter([device]))).verdict, 'SENT', 'a renewed card was believed');
	assert.equal(push.calls, 2);
	const other = open();
	push.script([{ status: 401 }]);
	const said = await other.send(letter([push.device()]));
	assert.deepEqual([said.verdict, said.reason, said.gone], ['LATER', 'gateway_denied', 0]);
	await other.close();
}));

test('a device that said yes to another key cannot bring the town into discredit', () => withPush(async (push, channel) => {
	const good = push.device(), foreign = push.device({ key: 'another' });
	assert.equal((await channel.send(letter([good]))).verdict, 'SENT');
	const said = await channel.send(letter([foreign]));
	assert.deepEqual([said.verdict, said.reason, said.gone], ['REFUSED', 'address_gone', 1]);
}));

test('nor where it is the only one, or the keys of the town are new: the device is gone', () => withPush(async (push, channel) => {
	const bodies = [[401, { code: 401, errno: 109, error: 'Unauthorized', message: 'VAPID public key mismatch' }], [400, { reason: 'VapidPkHashMismatch' }],
		[403, 'the VAPID credentials in the authorization header do not correspond to the credentials used to create the subscriptions.\n']];
	const said = await channel.send(letter([push.device({ key: 'another' })]));
	assert.deepEqual([said.verdict, said.reason, said.gone, push.calls], ['REFUSED', 'address_gone', 1, 1]);
	for (const [status, body] of bodies) {
		push.script([{ status, body, times: 1 }]);
		const one = await channel.send(letter([push.device()]));
		assert.deepEqual([one.verdict, one.reason, one.gone], ['REFUSED', 'address_gone', 1], JSON.stringify(body));
	}
	push.script([{ status: 403, body: { reason: 'BadJwtToken' } }]);
	assert.equal((await channel.send(letter([push.device()]))).reason, 'gateway_denied', 'what is of the card is of the town');
}));

test('endpoints of strangers are refused before a byte leaves', () => withPush(async (push, channel, open) => {
	const device = push.device();
	const own = JSON.parse(device.address());
	const bad = ['https://169.254.169.254/latest/meta-data', `http://127.0.0.1:${push.port}/wpush/v2/d0`, 'https://push.evil.example/x',
		'https://127.0.0.1/wpush', `https://127.0.0.1:${push.port + 1}/x`, `https://user@127.0.0.1:${push.port}/x`,
		`https://127.0.0.1:${push.port}/x#y`, `https://127.0.0.1:${push.port}@evil.example/`, `https://evil.example/?127.0.0.1:${push.port}`,
		`https://localhost.:${push.port}/x`, `https://evil.localhost:${push.port}/`, 'https://[::1]/x', 'https://2130706433/', 'file:///etc/passwd',
		'', `https://127.0.0.1:${push.port}/${'x'.repeat(1001)}`, `https://127.0.0.1:${push.port}/a b`, `https:\\\\127.0.0.1:${push.port}\\x`];
	for (const endpoint of bad) {
		const said = await channel.send(letter([JSON.stringify({ ...own, endpoint })]));
		assert.deepEqual([said.verdict, said.reason, said.gone], ['REFUSED', 'address_invalid', 1], endpoint);
	}
	const point = Buffer.from(own.p256dh, 'base64url');
	point[64] ^= 1;
	for (const changes of [{ p256dh: point.toString('base64url') }, { auth: 'AA' }, { p256dh: '' }])
		assert.equal((await channel.send(letter([JSON.stringify({ ...own, ...changes })]))).reason, 'address_invalid');
	assert.equal((await channel.send(letter(['not json']))).reason, 'address_invalid');
	assert.equal(push.calls, 0);

	const outside = open('public');
	const said = await outside.send(letter([device]));
	assert.deepEqual([said.verdict, said.reason], ['REFUSED', 'address_invalid'], 'a listed name on a private address');
	await outside.close();
	assert.equal(push.calls, 0);
}));

test('a redirect is not followed', () => withPush(async (push, channel) => {
	const [a, b] = [push.device(), push.device()];
	for (const status of [301, 302, 307, 308]) {
		push.script([{ path: '/wpush/v2/d0', status, headers: { location: b.endpoint } }]);
		assert.equal((await channel.send(letter([a]))).verdict, 'REFUSED');
	}
	assert.equal(push.ledger.length, 0);
}));

test('ten thousand letters, one token an origin and town', () => withPush(async (push, channel) => {
	const devices = Array.from({ length: 20 }, (_, i) => push.device({ host: i % 2 ? 'localhost' : '127.0.0.1' }));
	const other = town(2);
	// The fake decrypts each of them, in one thread: not more at once than it can greet.
	for (let i = 0; i < 10000; i += 50) {
		const said = await Promise.all(Array.from({ length: 50 }, (_, k) =>
			channel.send(letter([devices[k % 20]], { message: i + k, content: { ...content, tag: `m${i + k}` } }))));
		assert.deepEqual(said.filter((r) => r.verdict !== 'SENT'), []);
	}
	assert.equal(push.ledger.length, 10000);
	assert.deepEqual([...push.tokens.values()].map((s) => s.size), [1, 1]);
	assert.equal(devices.reduce((n, d) => n + d.cards.size, 0), 10000);
	await channel.send(letter([devices[0]], { account: other }));
	assert.deepEqual([...push.tokens.values()].map((s) => s.size).sort(), [1, 2]);
}));

test('an account without keys, a text that is none', () => withPush(async (push, channel) => {
	const device = push.device();
	const said = await channel.send(letter([device], { account: { ...account, id: 9, secrets: {} } }));
	assert.deepEqual([said.verdict, said.reason], ['LATER', 'gateway_denied']);
	for (const data of ['{}', 'x', JSON.stringify({ tag: 'short' }), JSON.stringify({ tag: 'x'.repeat(24), body: 'y'.repeat(5000) })])
		assert.equal((await channel.send(letter([device], { data }))).reason, 'message_invalid');
	assert.equal(push.calls, 0);
}));

test('a body of any length is sent under 2,500 bytes', () => withPush(async (push, channel) => {
	const device = push.device();
	for (const n of [700, 800, 1500, 20000])
		assert.equal((await channel.send(letter([device], { content: { ...content, body: '津'.repeat(n) } }))).verdict, 'SENT');
	for (const { text } of push.ledger)
		assert.ok(Buffer.byteLength(text) < 2500, `${Buffer.byteLength(text)}`);
}));
