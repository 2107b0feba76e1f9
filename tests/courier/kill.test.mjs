// SPDX-License-Identifier: Apache-2.0
//
// kill -9 (F02): twenty times at random while 2,000 are written to, and at each of the
// moments that matter.  Nothing is lost, nobody gets more than one extra for each time
// that it was killed, and each possible extra is counted in the ledger.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
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
		post.relay.script([{ at: 'dot', hang: 20 }]);
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

// Where the courier stands when it dies: the relay or the database makes it wait there.
const moments = [
	{ name: 'before the first mail is taken', wait: [{ at: 'dot', accept: false, hang: 60000 }], extras: 0 },
	{ name: 'taken, and not yet answered', wait: [{ at: 'dot', accept: true, hang: 60000 }], extras: CONNECTIONS },
	{ name: 'answered, and not yet written down', gate: true, extras: CONNECTIONS },
];
for (const { name, wait, gate, extras } of moments)
	test(`F02 kill -9 of the courier: ${name}`, { timeout: 120000 }, async () => {
		const post = await openPost({ conf: { smtp_connections: CONNECTIONS, smtp_timeout_s: 100, courier_lease_s: 300 } });
		try {
			const town = await post.town({ citizens: 60 });
			post.relay.script(wait ?? []);
			// A trigger waits for this lock where a verdict is written.
			const psql = gate && spawn('psql', ['-X', '-q', '-h', join(post.up.dir, 'run/pg'), '-U', 'postgres', '-d', post.up.database],
				{ cwd: '/' });
			const waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 2 AND";
			if (gate) {
				await post.sql(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
					'BEGIN PERFORM pg_advisory_xact_lock_shared(2); RETURN NULL; END';
					CREATE TRIGGER slow BEFORE INSERT ON delivery FOR EACH STATEMENT EXECUTE FUNCTION slow()`);
				psql.stdin.write('SELECT pg_advisory_lock(2);\n');
				await eventually('the gate is shut', async () => await post.sql(`${waiting} granted`) === '1');
			}
			const message = await post.message(town), first = post.courier();
			await eventually('it stands there', async () => (gate ? await post.sql(`${waiting} NOT granted`) !== '0' :
				post.relay.mailCount >= CONNECTIONS && post.relay.ledger.length === extras));
			await first.kill();
			// What was asked of the database before is not carried out any more.
			await post.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'chromo-ledger'");
			psql?.stdin.end('SELECT pg_advisory_unlock_all(); DROP TRIGGER slow ON delivery;\n');
			post.relay.script([]);
			post.courier();
			await eventually('the rest goes on, long before the lease', async () => {
				await post.hurry();
				return await post.state(message) === 'sent';
			});
			const verdict = await post.lawful();
			assert.deepEqual((await post.counts(message)).accepted, 60);
			assert.ok(verdict.extras <= extras && verdict.unknown >= verdict.extras, `${verdict.extras} extras, ${verdict.unknown} counted`);
			assert.ok(verdict.unknown <= CONNECTIONS, `${verdict.unknown} doubts`);
			if (extras) assert.ok(verdict.extras > 0, 'it was where it was meant to be');
		} finally {
			await post.close();
		}
	});
