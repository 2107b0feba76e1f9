// SPDX-License-Identifier: Apache-2.0
//
// The SMS channel against gateways that misbehave: for each scenario the verdict beside
// what the gateway really accepted.  SENT is in its ledger, LATER and REFUSED are not,
// UNKNOWN may be; and what is in doubt is looked for before it is sent again.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Karaden } from '../gateways/sms_karaden.mjs';
import { Twilio } from '../gateways/sms_twilio.mjs';
import { Channel } from './channel.mjs';

const gateways = { karaden: Karaden, twilio: Twilio };
const POST = { method: 'POST' };
const GET = { method: 'GET' };
const text = '【みなと市】断水のお知らせ https://minato.example.jp/m/12';
let number = 0;

async function withChannel(gateway, run) {
	await gateway.start();
	const channel = new Channel('sms', gateway.caFile);
	try {
		await run(gateway, channel);
		await channel.close();
	} finally {
		channel.kill();
		await gateway.close();
	}
}

function letter(gateway, more = {}) {
	return { key: `key-${number++}`, to: '+819012345678', account: gateway.account({ readback_s: 1 }),
		content: { text }, ...more };
}

// rules of the gateway, verdict, reason, code, accepted by it
const scenarios = [
	['all well', [], 'SENT', 'sent', undefined, 1],
	['429 with Retry-After', [{ status: 429, headers: { 'retry-after': '7' }, body: {} }], 'LATER', 'gateway_busy', 429, 0],
	['429 without', [{ status: 429, body: {} }], 'LATER', 'gateway_busy', 429, 0],
	['401: the key was taken back', [{ status: 401, body: {} }], 'LATER', 'gateway_denied', 401, 0],
	['404: no such account', [{ status: 404, body: { code: 20404 } }], 'LATER', 'gateway_denied', 404, 0],
	['400 that says nothing', [{ status: 400, body: 'no' }], 'REFUSED', 'refused', 400, 0],
	['302', [{ status: 302, headers: { location: 'https://example.jp/' }, body: '' }], 'REFUSED', 'refused', 302, 0],
	['500 before accepting', [{ status: 500, body: '' }], 'UNKNOWN', 'no_answer', 500, 0],
	['500 after accepting', [{ accept: true, status: 500, body: '' }], 'UNKNOWN', 'no_answer', 500, 1],
	['503 with Retry-After', [{ status: 503, headers: { 'retry-after': '30' }, body: '' }], 'UNKNOWN', 'no_answer', 503, 0],
	['not JSON', [{ accept: true, body: 'OK' }], 'UNKNOWN', 'no_answer', undefined, 1],
	['200 with an error inside', [{ status: 200, body: { object: 'error', code: 21000, message: 'error' } }],
		'UNKNOWN', 'no_answer', 200, 0],
	['closed after accepting', [{ accept: true, close: true }], 'UNKNOWN', 'no_answer', 0, 1],
	['cut within the answer', [{ accept: true, bytes: 40 }], 'UNKNOWN', 'no_answer', undefined, 1],
];

for (const [kind, Fake] of Object.entries(gateways)) {
	for (const [what, rules, verdict, reason, code, accepted] of scenarios)
		test(`F14 ${kind}: ${what}`, () => withChannel(new Fake(), async (gateway, channel) => {
			gateway.script(rules);
			const said = await channel.send(letter(gateway));
			assert.equal(said.verdict, verdict, JSON.stringify(said));
			assert.equal(said.reason, reason);
			if (code !== undefined)
				assert.equal(said.code, code);
			assert.equal(gateway.ledger.length, accepted);
			assert.equal(said.wait_s, Number(rules[0]?.headers?.['retry-after'] ?? 0));
			assert.equal(said.detail.includes('9012345678'), false, 'no number in what is logged');
		}));

	test(`${kind}: what it was told, and what it said`, () => withChannel(new Fake(), async (gateway, channel) => {
		const said = await channel.send(letter(gateway, { content: { text: `①${'あ'.repeat(134)}` }, valid_until_ms: Date.now() + 3600e3 }));
		const entry = gateway.ledger[0];
		assert.equal(said.verdict, 'SENT');
		assert.equal(said.id, entry.id ?? entry.sid);
		assert.equal(entry.body, `(1)${'あ'.repeat(134)}`, 'letters that phones know');
		assert.equal(said.parts, 3);
		if (kind === 'karaden') {
			assert.equal(entry.to, '09012345678');
			assert.match(entry.limited_at, /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00$/);
			assert.match(entry.tags[0], /^key-/);
		} else {
			assert.equal(entry.to, '+819012345678');
			assert.ok(entry.validity > 3590 && entry.validity <= 3600, entry.validity);
		}
	}));

	test(`F14 ${kind}: cut after acceptance, read back, one SMS`, () => withChannel(new Fake(), async (gateway, channel) => {
		gateway.script([{ ...POST, accept: true, close: true, times: 1 }]);
		const first = letter(gateway);
		assert.equal((await channel.send(first)).verdict, 'UNKNOWN');
		const again = await channel.send({ ...first, doubt: true });
		assert.equal(again.verdict, 'SENT');
		assert.equal(again.id, gateway.ledger[0].id ?? gateway.ledger[0].sid);
		assert.equal(gateway.ledger.length, 1);
		assert.equal(gateway.calls, 2, 'one to send, one to look');
	}));

	test(`${kind}: cut before acceptance, absent twice, sent`, () => withChannel(new Fake(), async (gateway, channel) => {
		gateway.script([{ ...POST, status: 500, times: 1 }]);
		const first = letter(gateway);
		assert.equal((await channel.send(first)).verdict, 'UNKNOWN');
		const began = Date.now();
		assert.equal((await channel.send({ ...first, doubt: true })).verdict, 'SENT');
		assert.ok(Date.now() - began >= 1000, 'between two looks there is a rest');
		assert.equal(gateway.ledger.length, 1);
		assert.equal(gateway.calls, 4, 'one that failed, two looks, one that is it');
	}));

	test(`${kind}: in the list only at the second look`, () => withChannel(new Fake(), async (gateway, channel) => {
		gateway.script([{ ...POST, accept: true, close: true, times: 1 }]);
		gateway.hidden = 600;
		const first = letter(gateway);
		assert.equal((await channel.send(first)).verdict, 'UNKNOWN');
		assert.equal((await channel.send({ ...first, doubt: true })).verdict, 'SENT');
		assert.equal(gateway.ledger.length, 1);
	}));

	for (const [what, rule] of [['500', { status: 500 }], ['429', { status: 429 }], ['401', { status: 401, body: {} }],
		['not JSON', { body: 'OK' }], ['no list', { status: 200, body: {} }], ['closed', { close: true }]])
		test(`${kind}: a look that fails (${what}) leaves the doubt`, () => withChannel(new Fake(), async (gateway, channel) => {
			gateway.script([{ ...GET, ...rule }]);
			const said = await channel.send(letter(gateway, { doubt: true }));
			assert.equal(said.verdict, 'UNKNOWN');
			assert.equal(gateway.ledger.length, 0);
		}));

	test(`F14 ${kind}: at every byte of the answer cut, there is one SMS`, () => withChannel(new Fake(), async (gateway, channel) => {
		await channel.send(letter(gateway));
		const length = gateway.answerLength;
		gateway.reset();
		// A rule for each cut, and a letter for each rule; a list is not cut.
		gateway.script(Array.from({ length }, (_, bytes) => ({ ...POST, times: 1, accept: true, bytes })));
		const letters = Array.from({ length }, (_, i) => letter(gateway, { to: `+8190${10000000 + i}` }));
		const first = await Promise.all(letters.map((l) => channel.send(l)));
		first.forEach((s) => assert.equal(s.verdict, 'UNKNOWN'));
		const second = await Promise.all(letters.map((l) => channel.send({ ...l, doubt: true })));
		second.forEach((s) => assert.equal(s.verdict, 'SENT'));
		const to = gateway.ledger.map((m) => m.to);
		assert.equal(to.length, length);
		assert.equal(new Set(to).size, length, 'each got one');
	}));

	test(`${kind}: too late to be sent`, () => withChannel(new Fake(), async (gateway, channel) => {
		assert.equal((await channel.send(letter(gateway, { valid_until_ms: Date.now() - 1 }))).verdict, 'LATER');
		assert.equal((await channel.send(letter(gateway, { valid_until_ms: Date.now() + 500, doubt: true }))).verdict, 'UNKNOWN');
		assert.equal(gateway.ledger.length, 0);
	}));

	test(`${kind}: what is no letter`, () => withChannel(new Fake(), async (gateway, channel) => {
		assert.equal((await channel.send(letter(gateway, { to: '+14158675310' }))).verdict, 'INVALID');
		assert.equal((await channel.send(letter(gateway, { to: '' }))).verdict, 'INVALID');
		assert.equal((await channel.send(letter(gateway, { content: { text: 'あ'.repeat(661) } }))).verdict, 'INVALID');
		assert.equal((await channel.send(letter(gateway, { content: { text: 'あ'.repeat(660) } }))).verdict, 'SENT');
		assert.equal((await channel.send(letter(gateway, { account: { kind: 'other', settings: {}, secrets: {} } }))).reason,
			'gateway_denied');
		assert.equal((await channel.send(letter(gateway, { account: { ...gateway.account(), secrets: {} } }))).reason,
			'gateway_denied');
		assert.equal(gateway.ledger.length, 1);
	}));
}

test('twilio: its own codes', () => withChannel(new Twilio(), async (gateway, channel) => {
	gateway.stopped.add('+819012345678');
	const stopped = await channel.send(letter(gateway));
	assert.deepEqual([stopped.verdict, stopped.reason, stopped.gone], ['REFUSED', 'address_gone', 1]);
	gateway.stopped.clear();
	for (const [code, verdict, reason] of [[21211, 'REFUSED', 'mailbox_unknown'], [21614, 'REFUSED', 'mailbox_unknown'],
		[21408, 'REFUSED', 'refused_policy'], [21611, 'LATER', 'gateway_busy'], [21606, 'LATER', 'gateway_denied']]) {
		gateway.script([{ status: 400, body: { code, message: 'no: +819012345678', status: 400 } }]);
		const said = await channel.send(letter(gateway));
		assert.deepEqual([said.verdict, said.reason], [verdict, reason], String(code));
		assert.equal(said.detail, 'no: *');
	}
	gateway.script([{ status: 201, body: { sid: 'SM1', status: 'failed', num_segments: '1' } }]);
	assert.equal((await channel.send(letter(gateway))).verdict, 'REFUSED');
}));

test('karaden: of two with one tag the one that was accepted counts', () => withChannel(new Karaden(), async (gateway, channel) => {
	const one = letter(gateway);
	gateway.accept({ id: 'a', to: '09012345678', body: text, tags: [one.key], parts: 1, status: 'error', sent_result: 'none' });
	gateway.accept({ id: 'b', to: '09012345678', body: text, tags: [one.key], parts: 1, status: 'done', sent_result: 'none' });
	const said = await channel.send({ ...one, doubt: true });
	assert.deepEqual([said.verdict, said.id], ['SENT', 'b']);
	gateway.ledger.length = 1;
	assert.equal((await channel.send({ ...one, doubt: true })).verdict, 'REFUSED');
}));

test('how long a text is, before it is approved', () => withChannel(new Karaden(), async (gateway, channel) => {
	const measure = (content, settings = {}) => channel.send({ measure: true, content, account: { settings } });
	assert.deepEqual(await measure({ text: 'あ'.repeat(70) }), { length: 70, limit: 660, parts: 1, problem: null });
	assert.equal((await measure({ text: `${'あ'.repeat(69)}\n` }, { newline_units: 2 })).parts, 2);
	assert.equal((await measure({ text: `①${'あ'.repeat(68)}` })).length, 71, 'as it goes out');
	assert.equal((await measure({ text: 'あ'.repeat(661) })).problem, 'text_too_long');
	assert.equal((await measure({ text: '\uFDD1' })).length, 80, 'the link of each reader');
	const said = await channel.send(letter(gateway, { content: { text: '見ましたか \uFDD1' }, seen_url: 'https://minato.example.jp/s/AbC' }));
	assert.equal(said.verdict, 'SENT');
	assert.equal(gateway.ledger[0].body, '見ましたか https://minato.example.jp/s/AbC');
}));
