// SPDX-License-Identifier: Apache-2.0
//
// The connection is cut behind the final dot (F13): nobody knows whether the mail
// was taken.  It is sent again under the same Message-ID; at most one extra for each
// cut, and each is counted.
import assert from 'node:assert/strict';
import test from 'node:test';
import { eventually, openPost } from './post.mjs';

test('F13 SMTP cut after the final dot, before 250: the same Message-ID, one extra at most, counted and shown', { timeout: 300000 }, async () => {
	const post = await openPost();
	try {
		const town = await post.town({ citizens: 40 });
		// Three were taken, two were not, and none was answered.
		post.relay.script([
			{ at: 'dot', to: town.address(3), accept: true, close: true, times: 1 },
			{ at: 'dot', to: town.address(11), accept: true, close: true, times: 1 },
			{ at: 'dot', to: town.address(19), accept: true, reply: '250 2.0.0 Ok', bytes: 2, times: 1 },
			{ at: 'dot', to: town.address(27), close: true, times: 1 },
			{ at: 'dot', to: town.address(35), close: true, times: 1 },
		]);
		const message = await post.message(town);
		post.courier();
		await eventually('five doubts', async () => (await post.counts(message)).unknown === 5);
		await eventually('another try', async () => { await post.hurry(); return await post.state(message) === 'sent'; });

		const verdict = await post.lawful();
		assert.equal(verdict.extras, 3);
		assert.equal(verdict.unknown, 5);
		assert.deepEqual(await post.counts(message), { accepted: 40, unknown: 5 });
		assert.equal(new Set(post.relay.ledger.map((m) => m.messageId)).size, 40, 'the same Message-ID again');
		assert.equal(await post.sql(`SELECT sum(unknown) FROM batch WHERE message_id = ${message}`), '5', 'shown with the message');
		const reasons = await post.sql(`SELECT DISTINCT reason FROM delivery WHERE state = 'unknown' AND message_id = ${message}`);
		assert.equal(reasons, 'no_answer');
	} finally {
		await post.close();
	}
});

// A relay that cuts each time would cost everybody an extra: after a few it is left alone.
test('F13 a relay that always cuts is not tried with everybody', { timeout: 300000 }, async () => {
	const post = await openPost();
	try {
		const town = await post.town({ citizens: 200 });
		post.relay.script([{ at: 'dot', accept: true, close: true }]);
		const message = await post.message(town);
		const courier = post.courier();
		await eventually('the breaker opens', () => /gateway\.away/.test(courier.text));
		const seen = post.relay.ledger.length;
		assert.ok(seen <= 12, `${seen} mails before it stopped`);
		post.relay.script([]);
		await eventually('it comes back by itself', async () => { await post.hurry(); return await post.state(message) === 'sent'; });
		const verdict = await post.lawful();
		assert.ok(verdict.extras <= 12);
		assert.match(courier.text, /gateway\.back/);
	} finally {
		await post.close();
	}
});
