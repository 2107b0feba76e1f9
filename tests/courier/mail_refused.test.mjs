// SPDX-License-Identifier: Apache-2.0
//
// 5.7.x (integrations.md 11.4): a mail server refuses us for what we are, by DMARC, a block
// list or a sender's address.  It is no word about the citizen, whose address stands; the
// town's breaker at that server opens, nothing is given up, and other towns do not notice.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { eventually, openPost } from './post.mjs';

const limit = { timeout: 300000 };
const no = '550 5.7.26 unauthenticated mail is prohibited';
let post, two;
before(async () => {
	// A relay that this machine is too slow for is not what refuses here.
	const conf = { smtp_timeout_s: 30, courier_lease_s: 40 };
	post = await openPost({ conf });
	two = await openPost({ second: {}, conf });
	post.courier();
	two.courier();
});
after(async () => { await post?.close(); await two?.close(); });

const bar = (p, town, place = 1) => p.sql(`SELECT breaker FROM mail_bar WHERE tenant_id = ${town.tenant} AND place = ${place}`);
const standing = async (p, town) => assert.equal(await p.sql(`SELECT DISTINCT state || failures FROM contact WHERE tenant_id = ${town.tenant}`), 'active0', 'every address stands');

for (const [at, reply] of [['rcpt', no], ['dot', '554 5.7.1 blocked using a list'], ['mail', '550 5.7.1 Sender address rejected: not owned by user'],
	['mail', '553 5.1.8 Sender address rejected: Domain not found']])
	test(`the town is refused at ${at} (${reply}): its breaker opens, and all of it goes out when it is mended`, limit, async () => {
		const town = await post.town({ citizens: 60 }), other = await post.town({ citizens: 60 });
		// MAIL does not say whom it is for: the other town comes later.
		post.relay.script([{ at, reply, ...(at === 'mail' ? {} : { house: `@${town.host}.example.jp` }) }]);
		const message = await post.message(town);
		await eventually('its breaker is open', async () => await bar(post, town) === 'open');
		if (at !== 'mail') {
			const beside = await post.message(other);
			await post.sent(beside);
			assert.deepEqual(await post.counts(beside), { accepted: 60 });
		}
		assert.equal(await post.sql('SELECT breaker FROM mail_server WHERE place = 1'), 'closed', 'the server itself is well');
		const tried = await post.counts(message);
		assert.deepEqual(Object.keys(tried), ['later'], 'nobody is given up');
		assert.ok(tried.later <= 20, `${tried.later} of 60 were tried`);
		assert.equal(await post.sql(`SELECT DISTINCT reason FROM delivery WHERE message_id = ${message}`), reply.includes('5.1.8') ? 'refused' : 'refused_policy');
		await standing(post, town);
		post.relay.script([]);
		await eventually('all of it', async () => { await post.hurry(); return await post.state(message) === 'sent'; }, 90);
		assert.equal((await post.counts(message)).accepted, 60);
		assert.equal(await eventually('and it is closed', async () => await bar(post, town) === 'closed' && 'closed'), 'closed');
		await standing(post, town);
		await post.lawful();
	});

test('a filter that refuses one person stops nobody: three tries, and it is said', limit, async () => {
	const town = await post.town({ citizens: 30 });
	post.relay.script([{ at: 'rcpt', to: town.address(7), reply: '550 5.7.1 message content rejected' }]);
	const message = await post.message(town);
	await eventually('it is through', async () => { await post.hurry(); return await post.state(message) === 'sent'; });
	assert.deepEqual(await post.counts(message), { accepted: 29, later: 2, refused: 1 });
	assert.equal(await bar(post, town), '', 'no breaker');
	await standing(post, town);
	post.relay.script([]);
	await post.lawful();
});

test('of two servers the other may take them', limit, async () => {
	const town = await two.town({ citizens: 60 }), other = await two.town({ citizens: 60 });
	two.relay.script([{ at: 'rcpt', reply: no, house: `@${town.host}.example.jp` }]);
	const message = await two.message(town), beside = await two.message(other);
	await two.sent(beside);
	await eventually('all of it', async () => { await two.hurry(); return await two.state(message) === 'sent'; }, 60);
	const by = (ledger, t) => ledger.filter((m) => m.to.endsWith(`@${t.host}.example.jp`)).length;
	assert.deepEqual([by(two.relay.ledger, town), by(two.second.ledger, town)], [0, 60]);
	assert.deepEqual([by(two.relay.ledger, other), by(two.second.ledger, other)], [60, 0], 'the other town goes by the first as ever');
	assert.notEqual(await bar(two, town), 'closed');
	assert.equal(await bar(two, town, 2), '');
	await standing(two, town);
	await two.lawful();
});
