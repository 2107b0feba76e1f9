// SPDX-License-Identifier: Apache-2.0
//
// Two couriers at once (F17): a schedule fires on both, both claim, and everybody
// gets one mail.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { eventually, openPost } from './post.mjs';

let post;
// One batch at a time: there is something left for the other to take.
before(async () => { post = await openPost({ conf: { smtp_connections: 8, courier_batch: 1 } }); });
after(() => post?.close());

test('F17 a schedule that fires on two couriers: sent once', { timeout: 300000 }, async () => {
	const town = await post.town({ citizens: 1800 });
	// Held back until both are up; the clock is moved by SQL.
	const messages = [await post.message(town, { sendAt: "now() + interval '1 hour'" }), await post.message(town, { sendAt: "now() + interval '1 hour'" })];
	// Each process of a courier that sends says that it is here: when all of one are up,
	// the number rests; with the other it is twice that.
	const here = async () => Number(await post.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 4001"));
	const two = [post.courier()];
	let one = 0, rests = 0;
	await eventually('the first is up', async () => {
		const n = await here();
		rests = n > 0 && n === one ? rests + 1 : 0;
		one = n;
		return rests === 20;
	});
	two.push(post.courier());
	await eventually('both are up', async () => await here() === 2 * one);
	assert.equal(post.relay.ledger.length, 0, 'nothing before its time');
	post.relay.script([{ at: 'dot', hang: 10 }]);
	await post.sql(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE message SET send_at = now() WHERE id IN (${messages.join()}); COMMIT`);
	for (const m of messages) await post.sent(m);
	assert.equal(post.relay.ledger.length, 3600);
	const verdict = await post.lawful();
	assert.equal(verdict.extras, 0);
	assert.equal(verdict.unknown, 0);
	assert.equal(await post.sql('SELECT max(fence) FROM batch'), '1', 'nobody was taken for dead');
	for (const m of messages)
		assert.equal(await post.sql(`SELECT count(DISTINCT holder) FROM batch WHERE message_id = ${m}`), '2', 'both had a part in it');
	for (const c of two) assert.equal(await c.stop(), 0);
});

// Approval and planning are guarded by the state of the message: nothing to double.
test('F17 planned once, however often it is asked for', async () => {
	const town = await post.town({ citizens: 10 });
	const message = await post.message(town);
	const plan = () => post.sql(`BEGIN; SELECT FROM enter_tenant(${town.tenant}, 'courier'); SET LOCAL ROLE chromo_courier; SELECT message_plan(${message}, 500); COMMIT`);
	const counts = await Promise.all([plan(), plan(), plan()]);
	assert.deepEqual(counts.map((c) => c.trim()).filter(Boolean), ['10']);
});

test('a courier that ends gives back what it holds, and the other goes on at once', { timeout: 300000 }, async () => {
	const town = await post.town({ citizens: 900 });
	post.relay.script([{ at: 'dot', hang: 20 }]);
	const first = post.courier();
	const message = await post.message(town);
	const before = post.relay.ledger.length;
	await eventually('it sends', () => post.relay.ledger.length > before + 50);
	assert.equal(await first.stop(), 0);
	assert.ok(post.relay.ledger.length - before < 900, 'not all of it first');
	assert.equal(await post.sql("SELECT count(*) FROM batch WHERE state = 'sending' AND lease_until > now()"), '0');
	post.courier();
	post.relay.script([]);
	await post.sent(message);
	const verdict = await post.lawful();
	assert.equal(verdict.extras + verdict.unknown, 0, 'nobody twice, nobody in doubt');
});
