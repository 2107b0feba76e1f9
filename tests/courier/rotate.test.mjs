// SPDX-License-Identifier: Apache-2.0
//
// The secret of an account is changed while the courier sends with it (F46).  As at every
// gateway the old one is good until the new one is in use, and then no more: no call is
// refused.  And where somebody took the old one away too soon, everybody still gets it once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from './post.mjs';
import { openWays } from './ways.mjs';

let ways;
const tried = new Map();	// token → calls
const good = new Set();		// of the SMS gateway
let room = Infinity, wait, go;
// After so many more calls nothing is answered until free().
function halt(calls) {
	room = calls;
	wait = new Promise((done) => { go = done; });
}
const halted = () => eventually('the middle', () => room < 0);
function free() {
	room = Infinity;
	go();
}
before(async () => {
	// A batch at a time: with each the courier looks what the accounts are.
	ways = await openWays({ conf: { courier_batch: 1 } });
	good.add(ways.sms.token);
	for (const fake of [ways.sms, ways.line]) {
		const handle = fake.handle.bind(fake);
		fake.handle = async (call) => {
			const token = (call.headers.authorization ?? '').replace('Bearer ', '');
			tried.set(token, (tried.get(token) ?? 0) + 1);
			if (room-- <= 0) await wait;
			// Several tokens may be good at a time; the fake of SMS knows its own only.
			return handle(fake === ways.line ? call :
				{ ...call, headers: { ...call.headers, authorization: `Bearer ${good.has(token) ? ways.sms.token : ''}` } });
		};
	}
	ways.post.courier();
});
after(() => ways?.close());

const rotate = (town, token) => {
	const { settings, secrets, url } = ways.sms.account({ readback_s: 1 });
	return ways.account(town, { channel: 'sms', kind: 'karaden', url, settings, secrets: { ...secrets, token } });
};

test('F46 the token of an SMS gateway is changed under load: no call is refused', { timeout: 180000 }, async () => {
	const town = await ways.town({ sms: 1500 });
	await rotate(town, ways.sms.token);
	halt(30);
	const message = await ways.message(town, { mail: false });
	await halted();
	good.add('token of today');
	await rotate(town, 'token of today');
	free();
	await eventually('the new one is in use', () => tried.has('token of today'));
	// What was in the air with the old one is answered before many with the new one are.
	await eventually('only the new one', () => tried.get('token of today') > 300);
	const old = tried.get(ways.sms.token);
	good.delete(ways.sms.token);
	await ways.post.sent(message);
	assert.deepEqual(await ways.post.counts(message), { accepted: 1500 });
	assert.equal(tried.get(ways.sms.token), old, 'the old one was not used again');
	await ways.lawful(message, town);
});

test('F46 the old token is taken away before the new one is known: everybody gets it, once', { timeout: 180000 }, async () => {
	const town = await ways.town({ sms: 100 });
	good.clear();
	good.add('token of today');
	await rotate(town, 'token of today');
	halt(20);
	const message = await ways.message(town, { mail: false });
	await halted();
	good.clear();
	good.add('token of tomorrow');
	await rotate(town, 'token of tomorrow');
	free();
	await eventually('it is sent', async () => {
		await ways.post.hurry();
		return await ways.post.state(message) === 'sent';
	}, 90);
	const { refused = 0, dropped = 0 } = await ways.post.counts(message);
	assert.equal(refused + dropped, 0);
	assert.equal((await ways.lawful(message, town)).accepted, 100);
});

test('F46 the token of a LINE account is changed under load: no call is refused', { timeout: 180000 }, async () => {
	const town = await ways.town({ line: 6000, rate: 2 }), old = town.channel.token, { tokens } = ways.line;
	halt(3);
	const message = await ways.message(town, { mail: false });
	await halted();
	tokens.set('LINE-token-of-today', tokens.get(old));
	await ways.account(town, { channel: 'line', kind: 'line', url: ways.line.url, settings: { channel_id: town.channel.id, rate: 2 },
		secrets: { access_token: 'LINE-token-of-today' } });
	free();
	await eventually('the new one is in use', () => tried.get('LINE-token-of-today') > 1);
	tokens.delete(old);
	await ways.post.sent(message);
	assert.equal((await ways.lawful(message, town)).accepted, 6000);
	assert.equal(await ways.sql(`SELECT count(*) FROM batch WHERE message_id = ${message} AND channel = 'line' AND calls <> 1`), '0');
});
