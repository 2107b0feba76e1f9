// SPDX-License-Identifier: Apache-2.0
//
// kill -9 (F02): twenty times at random while 2,000 are written to.  Nothing is
// lost, nobody gets more than one extra for each time that it was killed, and
// each possible extra is counted in the ledger.
import assert from 'node:assert/strict';
import test from 'node:test';
import { eventually, openPost } from './post.mjs';
import { sleep } from '../harness/up.mjs';

const CONNECTIONS = 8, KILLS = 20, CITIZENS = 2000;

test('F02 kill -9 of the courier, twenty times on the way to 2,000', { timeout: 300000 }, async () => {
	const post = await openPost({ conf: { smtp_connections: CONNECTIONS } });
	try {
		const town = await post.town({ citizens: CITIZENS });
		const message = await post.message(town);
		// Slow enough that there is something left to kill.
		post.relay.script([{ at: 'dot', hang: 12 }]);
		let kills = 0;
		for (; kills < KILLS; kills++) {
			const before = post.relay.ledger.length;
			const courier = post.courier();
			await eventually('it sends', () => post.relay.ledger.length > before + 20);
			await sleep(Math.random() * 120);
			await courier.kill();
			assert.equal(await post.state(message), 'sending', 'killed in the middle');
		}
		// Those who claimed what the last one held need no lease to run out.
		await post.sql("UPDATE batch SET lease_until = now() + interval '1 hour' WHERE state = 'sending'");
		post.courier();
		const before = post.relay.ledger.length;
		await eventually('the rest goes on', () => post.relay.ledger.length > before);
		post.relay.script([]);
		await post.sent(message);

		const verdict = await post.lawful();
		assert.equal(verdict.members, CITIZENS);
		assert.ok(verdict.extras <= KILLS * CONNECTIONS, `${verdict.extras} extras`);
		assert.ok(verdict.unknown >= verdict.extras, 'each of them is counted');
		assert.ok(verdict.unknown <= KILLS * CONNECTIONS, `${verdict.unknown} doubts`);
		assert.equal((await post.counts(message)).accepted, CITIZENS);
		console.log(`# ${kills} kills: ${verdict.extras} extras, ${verdict.unknown} counted as possible`);
	} finally {
		await post.close();
	}
});
