// SPDX-License-Identifier: Apache-2.0
//
// What stops a mail (F18): a stop of the message, an unsubscription inside the batch,
// the end of its validity; and what goes first: letters and emergencies.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { eventually, openPost } from './post.mjs';

const CONNECTIONS = 4;
let post, courier;
before(async () => { post = await openPost({ conf: { smtp_connections: CONNECTIONS } }); courier = post.courier(); });
after(() => post?.close());

const slow = () => post.relay.script([{ at: 'dot', hang: 25 }]);
const inside = (town, text) => post.sql(`BEGIN; SELECT FROM enter_tenant(${town.tenant}, 'staff:1'); ${text}; COMMIT`);

test('F18 stopped half-way: after its commit nobody else is begun', { timeout: 300000 }, async () => {
	const town = await post.town({ citizens: 600 });
	slow();
	const message = await post.message(town);
	await eventually('some have it', () => post.relay.ledger.length > 60);
	await inside(town, `SELECT message_stop(${message})`);
	// Those begun before the commit are on their way, at most one a connection.
	const begun = Number(await post.sql(`SELECT sum(reached) FROM batch WHERE message_id = ${message}`));
	await eventually('the courier lets go', async () => await post.sql(`SELECT count(*) FROM batch WHERE message_id = ${message} AND state IN ('queued', 'sending')`) === '0');
	// It goes on with other work: what it had in hand of this has landed long since.
	const key = await post.letter(town);
	await eventually('a letter', () => post.relay.ledger.some((m) => m.messageId.startsWith(key)));
	const mails = () => post.relay.ledger.filter((m) => m.to.endsWith(`@${town.host}.example.jp`)).length;
	await eventually('those that were begun', () => mails() >= begun);
	assert.equal(mails(), begun, 'as many as were begun at the commit of the stop');
	assert.ok(begun < 600);
	assert.equal(await post.state(message), 'stopped');
	await post.lawful();
});

test('F18 who unsubscribes inside the batch gets nothing any more', { timeout: 300000 }, async () => {
	const town = await post.town({ citizens: 400 });
	slow();
	const message = await post.message(town);
	const first = post.relay.ledger.length;
	await eventually('some have it', () => post.relay.ledger.length > first + 20);
	// The last thirty leave; they are far from their turn.
	const left = (await inside(town, `UPDATE contact SET state = 'left' WHERE id IN (SELECT id FROM contact ORDER BY id DESC LIMIT 30) RETURNING citizen_id`)).split('\n').filter(Boolean);
	assert.equal(left.length, 30);
	post.relay.script([]);
	await post.sent(message);
	assert.deepEqual(await post.counts(message), { accepted: 370, dropped: 30 });
	for (let n = 371; n <= 400; n++)
		assert.ok(!post.relay.ledger.some((m) => m.to === town.address(n)), `citizen ${n}`);
	await post.lawful();
});

test('what is too late is held and listed, not sent', { timeout: 300000 }, async () => {
	const town = await post.town({ citizens: 300 });
	const late = await post.message(town, { validUntil: "now() - interval '1 minute'" });
	await post.sent(late);
	assert.equal(await post.sql(`SELECT string_agg(DISTINCT state, ' ') FROM batch WHERE message_id = ${late}`), 'held');
	assert.deepEqual(await post.counts(late), {});

	// And one whose time passes half-way.
	slow();
	const message = await post.message(town);
	const first = post.relay.ledger.length;
	await eventually('some have it', () => post.relay.ledger.length > first + 40);
	await post.sql(`UPDATE batch SET valid_until = now() WHERE message_id = ${message}`);
	await post.sent(message);
	const { accepted } = await post.counts(message);
	assert.ok(accepted >= 40 && accepted < 300);
	assert.equal(post.relay.ledger.filter((m) => m.to.endsWith(`@${town.host}.example.jp`)).length, accepted);
	const listed = await inside(town, `SELECT count(*), min(reason) FROM message_unreached(${message})`);
	assert.equal(listed.trim(), `${300 - accepted}|late`);
});

test('R44 letters and emergencies do not wait for bulk', { timeout: 300000 }, async () => {
	const city = await post.town({ citizens: 1500 }), village = await post.town({ citizens: 20 });
	slow();
	const bulk = await post.message(city);
	const first = post.relay.ledger.length;
	await eventually('the city is at it', () => post.relay.ledger.length > first + 50);

	const since = post.relay.ledger.length;
	const key = await post.letter(village);
	await eventually('the confirmation', () => post.relay.ledger.some((m) => m.messageId.startsWith(key)));
	const at = post.relay.ledger.findIndex((m) => m.messageId.startsWith(key));
	assert.ok(at - since < 500, 'long before the end of the bulk');

	const other = await post.message(village);
	await post.sent(other);
	assert.equal(await post.state(bulk), 'sending', 'a village does not wait for a city');

	// Of two messages of the same city the emergency goes first.
	const mark = post.relay.ledger.length;
	const vital = await post.message(city, { vital: true });
	await eventually('the emergency is planned and sent', async () => (await post.counts(vital)).accepted > 100);
	const ids = new Set((await post.sql(`SELECT key FROM batch WHERE message_id = ${vital}`)).split('\n'));
	assert.equal(await post.sql(`SELECT DISTINCT lane FROM batch WHERE message_id = ${vital}`), '0');
	assert.ok(ids.size > 0 && post.relay.ledger.length > mark);
	const before = (await post.counts(bulk)).accepted;
	await eventually('it goes on', async () => (await post.counts(vital)).accepted > 250);
	assert.ok((await post.counts(bulk)).accepted - before <= CONNECTIONS, 'and bulk waits meanwhile');
	post.relay.script([]);
	await post.sent(vital);
	await post.sent(bulk);
	await post.lawful();
	assert.doesNotMatch(courier.text, /level=(error|panic)/);
});
