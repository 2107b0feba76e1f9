// SPDX-License-Identifier: Apache-2.0
//
// A courier that stands still (F05), a database that goes away (F16): never two on
// one batch, and nothing that a late word could spoil.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { eventually, openPost } from './post.mjs';
import { sleep } from '../harness/up.mjs';

const CONNECTIONS = 4;
let post;
before(async () => { post = await openPost({ conf: { smtp_connections: CONNECTIONS } }); });
after(() => post?.close());

test('F05 SIGSTOP of the courier beyond its lease: another goes on, and the first finds out', { timeout: 300000 }, async () => {
	const town = await post.town({ citizens: 700 });
	post.relay.script([{ at: 'dot', hang: 15 }]);
	const first = post.courier();
	const message = await post.message(town);
	await eventually('it sends', () => post.relay.ledger.length > 40);
	first.signal('SIGSTOP');
	// The clock of its leases is this test's, however slow the machine.
	await post.sql("UPDATE batch SET lease_until = now() + interval '1 minute' WHERE state = 'sending'");
	await eventually('nothing of it is under way', async () => await post.sql(
		"SELECT count(*) FROM pg_stat_activity WHERE application_name IN ('chromo-ledger', 'chromo-courier') AND state = 'active'") === '0');
	const fences = () => post.sql(`SELECT string_agg(fence::text, ' ' ORDER BY id) FROM batch WHERE message_id = ${message}`);
	const before = await fences();

	// It is stopped, not dead: its connection stands, so its lease is respected.
	// The second is at work, and has looked once more when its patience with the dead is over.
	const second = post.courier();
	for (const since = Date.now(); Date.now() - since < 1500;) {
		const key = await post.letter(town);
		await eventually('it sends a letter', () => post.relay.ledger.some((m) => m.messageId.startsWith(key)));
	}
	const held = await post.sql(`SELECT count(*) FROM batch WHERE message_id = ${message} AND state = 'sending' AND fence = 1 AND lease_until > now()`);
	assert.notEqual(held, '0', 'the second does not take what is held');
	await post.sql(`UPDATE batch SET lease_until = now() WHERE state = 'sending' AND message_id = ${message} AND fence = 1`);
	await eventually('the second takes over', async () => await fences() !== before);
	const taken = post.relay.ledger.length;
	await eventually('and sends', () => post.relay.ledger.length > taken + 10);
	first.signal('SIGCONT');
	await eventually('the first finds that it has lost', () => /batch\.lost/.test(first.text));
	post.relay.script([]);
	await post.sent(message);
	const verdict = await post.lawful();
	assert.ok(verdict.extras <= CONNECTIONS, `${verdict.extras} extras`);
	assert.ok(verdict.unknown >= verdict.extras && verdict.unknown <= CONNECTIONS * 2);
	for (const c of [first, second]) assert.equal(await c.stop(), 0);
});

test('F16 the database restarted under the courier: no restart, nothing lost, nobody twice', { timeout: 300000 }, async () => {
	const town = await post.town({ citizens: 800 }), earlier = await post.lawful();
	post.relay.script([{ at: 'dot', hang: 10 }]);
	const courier = post.courier();
	const message = await post.message(town);
	const seen = post.relay.ledger.length;
	await eventually('it sends', () => post.relay.ledger.length > seen + 40);
	const workers = courier.workers.join();
	for (let i = 0; i < 3; i++) {
		post.up.kill('postgres', 'SIGINT');	// the fast shutdown: every connection is cut
		await eventually('the database is down', () => post.sql('SELECT 1').then(() => false, () => true));
		await post.up.again('postgres');
		// As if it had been away for longer than the lease.
		if (i === 1) await post.sql("UPDATE batch SET lease_until = now() - interval '1 second' WHERE state = 'sending'");
		const now = post.relay.ledger.length;
		await eventually('it goes on', () => post.relay.ledger.length > now + 40);
	}
	post.relay.script([]);
	await post.sent(message);
	const verdict = await post.lawful();
	assert.equal(verdict.extras - earlier.extras, 0, 'a round whose answer was lost is done again');
	assert.equal(verdict.unknown - earlier.unknown, 0, 'nobody in doubt');
	assert.equal(courier.workers.join(), workers, 'the same processes');
	assert.equal(await courier.stop(), 0);
});

// Half of the rounds fail while mails of the same batch are in the air, and the next
// round of others goes through at once: none of those may be forgotten, or they would
// be sent again and nobody would know.
test('F16 its connections to the database cut twenty times: every word is kept', { timeout: 300000 }, async () => {
	const town = await post.town({ citizens: 800 }), earlier = await post.lawful();
	post.relay.script([{ at: 'dot', hang: 7, times: 150 }, { at: 'dot', hang: 12 }]);
	const courier = post.courier();
	const messages = [await post.message(town), await post.message(town)];
	for (let i = 0; i < 20; i++) {
		const now = post.relay.ledger.length;
		await eventually('it sends', () => post.relay.ledger.length > now + 8);
		await post.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'chromo-ledger'");
	}
	post.relay.script([]);
	for (const m of messages) await post.sent(m);
	const verdict = await post.lawful();
	assert.equal(verdict.extras - earlier.extras, 0, 'nobody twice');
	assert.equal(verdict.unknown - earlier.unknown, 0, 'nobody in doubt');
	for (const m of messages) {
		assert.deepEqual(await post.counts(m), { accepted: 800 });
		assert.equal(await post.sql(`SELECT max(try) FROM batch WHERE message_id = ${m}`), '1', 'nobody was tried again');
	}
	assert.equal(await courier.stop(), 0);
});

test('F05 a lease that lapses again and again under a courier that lives: it does not doubt itself', { timeout: 300000 }, async () => {
	const town = await post.town({ citizens: 600 }), earlier = await post.lawful();
	post.relay.script([{ at: 'dot', hang: 12 }]);
	const courier = post.courier();
	const message = await post.message(town);
	while (await post.state(message) !== 'sent')
		await post.sql("UPDATE batch SET lease_until = now() - interval '1 second' WHERE state = 'sending'");
	const verdict = await post.lawful();
	assert.equal(verdict.extras - earlier.extras, 0);
	assert.equal(verdict.unknown - earlier.unknown, 0);
	assert.equal(await post.sql(`SELECT max(fence) FROM batch WHERE message_id = ${message}`), '1', 'nobody claimed what was held');
	assert.equal(await courier.stop(), 0);
});

// Were a commit answered before it is on the disk, a crash would take back what had
// already led to a mail; so the courier insists, whatever the server's own setting.
test('F02 the database crashes, and was told not to wait for the disk: nobody twice, nobody in doubt', { timeout: 300000 }, async () => {
	await post.sql('ALTER SYSTEM SET synchronous_commit = off');
	await post.sql("ALTER SYSTEM SET wal_writer_delay = '10s'");
	await post.sql('SELECT pg_reload_conf()');
	const town = await post.town({ citizens: 600 }), earlier = await post.lawful();
	const message = await post.message(town);
	await post.sql('CHECKPOINT');
	post.relay.script([{ at: 'dot', hang: 10 }]);
	const courier = post.courier(), seen = post.relay.ledger.length;
	await eventually('it sends', () => post.relay.ledger.length > seen + 100);
	post.up.kill('postgres', 'SIGQUIT');	// the immediate shutdown: nothing is written any more
	await eventually('the database is down', () => post.sql('SELECT 1').then(() => false, () => true));
	await post.up.again('postgres');
	post.relay.script([]);
	await post.sent(message);
	const verdict = await post.lawful();
	assert.equal(verdict.extras - earlier.extras, 0, 'nobody twice');
	assert.equal(verdict.unknown - earlier.unknown, 0, 'nobody in doubt');
	assert.equal(await courier.stop(), 0);
});

test('idle, it rests', async () => {
	const courier = post.courier();
	const ticks = async () => {
		const { readFileSync } = await import('node:fs');
		return courier.workers.reduce((sum, pid) => {
			const rest = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
			return sum + Number(rest[11]) + Number(rest[12]);
		}, 0);
	};
	await eventually('it takes less than a tenth of one processor', async () => {
		const before = await ticks();
		await sleep(1000);
		return courier.workers.length > 0 && await ticks() - before <= 10;
	});
	assert.equal(await courier.stop(), 0);
});
