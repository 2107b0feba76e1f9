// SPDX-License-Identifier: Apache-2.0
//
// LINE accepts each message exactly once (F12, R64): 500 after it accepted, answers cut
// at any byte, a courier killed in the middle, a person among many whom LINE does not
// want.  Members and bytes never change under a key.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { eventually } from './post.mjs';
import { openWays } from './ways.mjs';

const multicast = '/v2/bot/message/multicast';
let ways, town;
before(async () => {
	ways = await openWays();
	town = await ways.town({ line: 1200, email: 3 });
	ways.post.courier();
});
after(() => ways?.close());

const sql = (text) => ways.sql(text);

test('F12 LINE answers 500 after it accepted: the same key again, 409 is success, delivered once', { timeout: 300000 }, async () => {
	ways.line.script([{ path: multicast, accept: true, status: 500, times: 2 }]);
	const message = await ways.message(town);
	await ways.post.sent(message);
	const { accepted } = await ways.lawful(message, town);
	assert.equal(accepted, 1200);
	assert.equal(await sql(`SELECT count(*), sum(accepted), sum(unknown) FROM batch WHERE message_id = ${message} AND channel = 'line'`),
		// 1080 in Japanese, 120 in English
		'4|1200|0');
	assert.equal(await sql(`SELECT count(*) FROM delivery WHERE message_id = ${message} AND channel = 'line'`), '0', 'no row for each person');
	assert.equal(await sql(`SELECT max(calls) FROM batch WHERE message_id = ${message}`), '2');
	const [{ id }] = town.members;
	assert.equal(await ways.inside(town, `SELECT channel, state FROM ledger_person(${message}, ${id})`), 'line|accepted');
});

test('F12 answers of LINE cut behind so many bytes: delivered once', { timeout: 300000 }, async () => {
	for (const bytes of [0, 1, 40, 200]) {
		ways.line.script([{ path: multicast, accept: true, bytes, times: 1 }, { path: multicast, close: true, times: 1 }]);
		const message = await ways.message(town);
		await ways.post.sent(message);
		assert.equal((await ways.lawful(message, town)).accepted, 1200, `${bytes} bytes`);
	}
	ways.line.script([]);
});

test('somebody among many whom LINE does not want: halves with new keys, and one refusal', { timeout: 300000 }, async () => {
	const bad = town.members[777];
	const wants = (call) => !call.body.includes(bad.address);
	ways.line.script([{ path: multicast, when: (call) => !wants(call), status: 400,
		body: { message: "The property, 'to', in the request body is invalid (line: -, column: -)" } }]);
	const message = await ways.message(town);
	await ways.post.sent(message);
	const verdict = await ways.lawful(message, town);
	assert.equal(verdict.accepted, 1199);
	assert.equal(await sql(`SELECT citizen_id, state FROM delivery WHERE message_id = ${message} AND channel = 'line'`), `${bad.id}|refused`);
	assert.equal(await ways.inside(town, `SELECT citizen_id FROM message_unreached(${message})`), String(bad.id));
	ways.line.script([]);
});

test('who left before the first try is dropped; who leaves after it stays in the call', { timeout: 300000 }, async () => {
	const [early, late] = town.members;
	ways.line.script([{ path: multicast, when: (call) => call.body.includes(late.address), accept: true, status: 503, times: 1,
		headers: { 'retry-after': '600' } }]);
	const message = await ways.message(town, { sendAt: "now() + interval '1 hour'" });
	await ways.inside(town, `UPDATE contact SET state = 'left' WHERE citizen_id = ${early.id}`);
	await sql(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE message SET send_at = now() WHERE id = ${message}; COMMIT`);
	await eventually('LINE has it', () => (ways.received(message, town).line.get(late.address) ?? 0) === 1);
	await eventually('the doubt is noted', async () => await sql(`SELECT count(*) FROM batch WHERE message_id = ${message} AND doubt`) === '1');
	await ways.inside(town, `UPDATE contact SET state = 'left' WHERE citizen_id = ${late.id}`);
	await ways.post.hurry();
	await ways.post.sent(message);
	const { accepted } = await ways.lawful(message, town);
	assert.equal(accepted, 1199);
	assert.equal(ways.received(message, town).line.get(early.address), undefined);
	await ways.inside(town, `UPDATE contact SET state = 'active' WHERE citizen_id IN (${early.id}, ${late.id})`);
});

test('F12 the same call cannot be made again: unknown, and no other key is tried', { timeout: 300000 }, async () => {
	const lost = town.members[5];
	ways.line.script([{ path: multicast, when: (call) => call.body.includes(lost.address), accept: true, status: 503, times: 1,
		headers: { 'retry-after': '600' } }]);
	const message = await ways.message(town);
	await eventually('the doubt is noted', async () => await sql(`SELECT count(*) FROM batch WHERE message_id = ${message} AND doubt`) === '1');
	await ways.inside(town, `DELETE FROM contact WHERE citizen_id = ${lost.id}`);
	await ways.post.hurry();
	await ways.post.sent(message);
	const verdict = await ways.lawful(message, town);
	assert.equal(verdict.unknown, 500, 'for staff to see');
	assert.equal(await sql(`SELECT reason, unknown, accepted FROM batch WHERE message_id = ${message} AND verdict = 'unknown'`), 'call_changed|500|0');
});

test('F02 kill -9 of the courier while calls to LINE are in the air: delivered once', { timeout: 300000 }, async () => {
	ways.line.script([{ path: multicast, hang: 150 }]);
	const message = await ways.message(town);
	for (const c of ways.post.couriers) await c.kill();
	for (let i = 0; i < 4; i++) {
		const calls = ways.line.calls;
		const courier = ways.post.courier();
		await eventually('it calls', async () => ways.line.calls > calls || await ways.post.state(message) === 'sent');
		await courier.kill();
	}
	ways.line.script([]);
	ways.post.courier();
	await ways.post.sent(message);
	const { accepted } = await ways.lawful(message, town);
	assert.equal(accepted, 1199);
});
