// SPDX-License-Identifier: Apache-2.0
//
// Two mail servers (F14): the second takes over while the first is away, slow or shutting
// down, and the first is drifted back to.  What may have gone out by one is sent again by the
// other only as it would be by the same one: the same Message-ID, one extra at most, counted.
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import test, { after, afterEach, before } from 'node:test';
import { eventually, openPost } from './post.mjs';

const limit = { timeout: 600000 };
let post, courier;
before(async () => {
	post = await openPost({ second: {}, conf: { smtp_connections: 4, smtp_timeout_s: 20, courier_lease_s: 30, courier_retry_base_s: 60, courier_retry_max_s: 60 } });
	courier = post.courier();
});
after(() => post?.close());
afterEach(async () => {
	post.relay.script([]);
	post.second.script([]);
	if (!post.relay.server.listening) await post.relay.back();
});

const [first, second] = [() => post.relay.ledger, () => post.second.ledger];
const breaker = (place) => post.sql(`SELECT breaker || ' ' || coalesce(reason, '-') FROM mail_server WHERE place = ${place}`);
// Mails of one message, in the order of their coming.
const by = (ledger, town, since) => ledger().slice(since).filter((m) => m.to.endsWith(`@${town.host}.example.jp`));
// One at a time of the first server's mails until it is used as ever.
async function drifts(town) {
	await eventually('the first has all of it again', async () => {
		const [a, b] = [first().length, second().length];
		await post.sent(await post.message(town));
		return by(first, town, a).length === town.citizens && second().length === b;
	}, 200);
}

test('all is well: the second is not used', limit, async () => {
	const town = await post.town({ citizens: 200 });
	await post.sent(await post.message(town));
	assert.deepEqual([by(first, town, 0).length, second().length], [200, 0]);
	await eventually('both are known', async () => await breaker(1) === 'closed -' && await breaker(2) === 'closed -');
});

test('F14 the first refuses connections: the second takes over at once, emergencies without a try at the first; then it drifts back', limit, async () => {
	const town = await post.town({ citizens: 200 }), since = second().length;
	await post.relay.away();
	const message = await post.message(town);
	await post.sent(message, 55);	// though whoever must wait for another try waits a minute
	assert.equal(by(second, town, since).length, 200);
	assert.ok((await post.counts(message)).later <= 20, 'a few tries');
	await eventually('staff see it', async () => /^(half_)?open gateway_unreachable$/.test(await breaker(1)));
	assert.equal(await breaker(2), 'closed -');

	await post.sql(`SELECT FROM enter_tenant(${town.tenant}, 'command'); UPDATE citizen SET topics = topics || ARRAY(SELECT id FROM topic WHERE vital AND tenant_id = ${town.tenant}) WHERE tenant_id = ${town.tenant}`);
	for (let i = 0; i < 3; i++) {
		const urgent = await post.message(town, { vital: true });
		await post.sent(urgent, 55);
		assert.deepEqual(await post.counts(urgent), { accepted: 200 }, 'no emergency goes to see whether the first is back');
	}

	await post.relay.back();
	await drifts(town);
	await eventually('and it is closed', async () => (await breaker(1)).startsWith('closed'));
	await post.lawful();
});

for (const at of ['connect', 'mail', 'rcpt'])
	test(`F14 the first says 421 at ${at}: the same`, limit, async () => {
		const town = await post.town({ citizens: 100 }), since = second().length;
		post.relay.closeIdle();
		post.relay.script([{ at, reply: '421 4.3.2 Shutting down' }]);
		const message = await post.message(town);
		await post.sent(message, 55);
		assert.equal(by(second, town, since).length, 100);
		assert.equal((await post.counts(message)).unknown, undefined);
		await eventually('its breaker is open, or tried again', async () => /open gateway_busy$/.test(await breaker(1)));
		post.relay.script([]);
		await drifts(town);
		await post.lawful();
	});

// Before the text it may take a third of the twenty seconds, and then another has the mail; behind it, all of them.
for (const [at, own] of [['rcpt', 0], ['dot', 4]])
	test(`F14 the first takes nine seconds for each answer at ${at}: what it has, it has; the others go by the second`, limit, async () => {
		const town = await post.town({ citizens: 200 }), [a, b] = [first().length, second().length], began = Date.now();
		post.relay.script([{ at, accept: true, hang: 9000 }]);
		const message = await post.message(town);
		await post.sent(message, 150);
		const took = Date.now() - began, one = by(first, town, a).length;
		console.log(`# ${took} ms, ${one} by the first`);
		assert.ok(took < 120000, 'by four connections that take nine seconds it would be seven minutes');
		assert.ok(one >= own && one <= own * 3, `${one} by the first`);
		assert.equal(one + by(second, town, b).length, 200);
		assert.equal((await post.counts(message)).accepted, 200);
		if (own > 0) await eventually('and staff see how slow', async () => Number(await post.sql('SELECT delay_ms FROM mail_server WHERE place = 1')) > 1000);
		post.relay.script([]);
		await drifts(town);
		await post.lawful();
	});

test('F13 in doubt at the first, sent again by the second: the same Message-ID, one extra at most, counted', limit, async () => {
	const town = await post.town({ citizens: 60 }), [a, b] = [first().length, second().length];
	post.relay.script([{ at: 'dot', accept: true, close: true }]);
	const message = await post.message(town);
	await eventually('the breaker is open, or tried again', async () => /open no_answer$/.test(await breaker(1)));
	await eventually('all is through', async () => { await post.hurry(); return await post.state(message) === 'sent'; });
	const [one, two] = [by(first, town, a), by(second, town, b)], ids = new Set(two.map((m) => m.messageId));
	assert.ok(one.length >= 3 && one.length <= 12, `${one.length}`);
	assert.equal(two.length, 60);
	assert.ok(one.every((m) => ids.has(m.messageId)), 'whoever has it twice can tell');
	assert.deepEqual(await post.counts(message), { accepted: 60, unknown: one.length });
	const verdict = await post.lawful();
	assert.equal(verdict.extras, one.length);
	post.relay.script([]);
	await drifts(town);
});

test('a mail on its own (a code, a confirmation) does not wait for the first', limit, async () => {
	const town = await post.town({ citizens: 1 });
	await post.relay.away();
	const key = await post.letter(town);
	await eventually('it is there', () => second().some((m) => m.messageId === `${key}@mail.example.jp`), 55);
	await post.relay.back();
	await post.lawful();
});

test('F02 killed in the middle, while the first is away, back, slow and cuts: one extra a cut or kill and connection', limit, async () => {
	await courier.stop();
	const town = await post.town({ citizens: 4000 }), [a, b] = [first().length, second().length];
	const message = await post.message(town), all = () => by(first, town, a).length + by(second, town, b).length;
	for (let i = 0; i < 7; i++) {
		courier = post.courier();
		post.relay.script([[], [{ at: 'dot', accept: true, close: true, times: 3 }], [{ at: 'mail', reply: '421 4.3.2 no' }],
			[{ at: 'rcpt', hang: 200 }]][i % 4]);
		post.second.script(i % 3 === 1 ? [{ at: 'dot', close: true, times: 2 }, { at: 'dot', accept: true, close: true, times: 2 }] : []);
		// In the middle of it, on a slow machine, too.
		for (const had = all(), until = Date.now() + 5000; all() < had + 80 && Date.now() < until;) await new Promise((done) => setTimeout(done, 20));
		if (i === 4) await post.relay.away();
		await courier.kill();
		if (i === 4) await post.relay.back();
	}
	const kills = 7;
	assert.ok(all() < 4000, 'there is something left');
	await post.relay.away();
	courier = post.courier();
	const had = second().length;
	await eventually('the second has the rest', () => second().length >= had + 50);
	await post.relay.back();
	post.relay.script([]);
	post.second.script([]);
	await eventually('all of it', async () => { await post.hurry(); return await post.state(message) === 'sent'; }, 120);
	const verdict = await post.lawful();
	console.log(`# ${kills} kills, ${verdict.extras} extras, ${verdict.unknown} doubts, ${by(second, town, 0).length} by the second`);
	assert.equal((await post.counts(message)).accepted, 4000);
});

test('taken out of the configuration, it is shown no more', limit, async () => {
	assert.equal(await courier.stop(), 0);
	await post.sql("INSERT INTO mail_server (place) VALUES (2) ON CONFLICT DO NOTHING");
	const conf = `${post.up.dir}/chromo.conf`;
	copyFileSync(conf, `${conf}.was`);
	writeFileSync(conf, readFileSync(conf, 'utf8').replace(/^smtp2_url.*$/m, ''));
	courier = post.courier();
	await eventually('one is left', async () => await post.sql('SELECT string_agg(place::text, \' \') FROM mail_server') === '1');
	copyFileSync(`${conf}.was`, conf);
});
