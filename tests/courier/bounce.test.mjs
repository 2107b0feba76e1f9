// SPDX-License-Identifier: Apache-2.0
//
// Mails that come back after the server took them: each is known by the address that it comes
// to, the ledger says so, an address that does not exist is given up, and nothing else is.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { digest, same } from '../harness/house.mjs';
import { eventually, sleep } from '../harness/up.mjs';
import { bounce as bounceAt, dsn } from './back.mjs';
import { openPost } from './post.mjs';

let post, town;
before(async () => {
	post = await openPost();
	// 1 to 8 are anywhere, 9 and 10 with carriers.
	town = await post.town({ citizens: 10, address: (n) => `c${n}@${n > 8 ? 'docomo.ne.jp' : 'example.jp'}` });
	post.courier();
});
after(() => post?.close());

const bounce = (mail, args, env) => bounceAt(post.up, mail, args, env);
const arf = (about) => `From: fbl@example.net
To: fbl@mail.example.jp
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
Original-Mail-From: <${about}>

--b--
`;

// A message to all, and the address that each one's mail would come back to.
async function sent() {
	const id = await post.message(town);
	await post.sent(id);
	const from = Object.fromEntries(post.relay.ledger.map((e) => [String(e.to), e.from]));
	return { id, to: (n) => from[town.address(n)] };
}
// Everything but how the mail server fares, which the courier notes every few seconds.
const rest = () => digest(post.up, { mail_server: { rows: 'true' } });
// What the planner notes of a message that is through is written a moment later.
const quiet = async () => {
	let was, rested = 0;
	await eventually('nothing is written any more', async () => {
		const now = JSON.stringify(await rest());
		rested = now === was ? rested + 1 : 0;
		was = now;
		await sleep(300);
		return rested > 4;
	});
	return rest();
};
const citizen = async (n) => post.sql(`SELECT id FROM citizen WHERE tenant_id = ${town.tenant} ORDER BY id OFFSET ${n - 1} LIMIT 1`);
const contact = async (n) => post.sql(`SELECT state || ' ' || failures || ' ' || coalesce(reason, '-') FROM contact
	WHERE tenant_id = ${town.tenant} AND citizen_id = ${await citizen(n)}`);
const ledger = async (id, n) => post.sql(`SELECT state || ' ' || coalesce(receipt, '-') || ' ' || coalesce(reason, '-') FROM delivery
	WHERE message_id = ${id} AND citizen_id = ${await citizen(n)}`);

test('each mail has an address of its own to come back to', async () => {
	const { id, to } = await sent();
	const all = Array.from({ length: 10 }, (_, i) => to(i + 1));
	assert.equal(new Set(all).size, 10);
	for (const [i, address] of all.entries())
		assert.match(address, new RegExp(`^bounce\\+${town.tenant}\\.${id}\\.${await citizen(i + 1)}\\.[0-9a-f]{10}@mail\\.example\\.jp$`));
});

test('what comes back is in the ledger, once; what is none changes nothing', async () => {
	const { id, to } = await sent();
	// [whose, mail, what the command says, the address afterwards, the ledger]
	const rows = [
		[1, dsn(to(1), '5.1.1', '550 5.1.1 User unknown'), 'hard\t5.1.1\ttaken', 'failed 1 mailbox_unknown', 'accepted undelivered mailbox_unknown'],
		[2, dsn(to(2), '5.2.1', '550 5.2.1 disabled'), 'suspended\t5.2.1\ttaken', 'active 1 mailbox_unknown', 'accepted undelivered mailbox_unknown'],
		[3, dsn(to(3), '5.2.2', '552 5.2.2 over quota'), 'full\t5.2.2\ttaken', 'active 0 -', 'accepted undelivered mailbox_full'],
		[4, dsn(to(4), '5.7.26', '550 5.7.26 unauthenticated'), 'policy\t5.7.26\ttaken', 'active 0 -', 'accepted undelivered refused_policy'],
		[5, dsn(to(5), '4.4.7', '421 expired'), 'soft\t4.4.7\ttaken', 'active 0 -', 'accepted undelivered refused'],
		[6, dsn(to(6), '4.4.1', 'timeout', 'delayed'), 'delayed\t\tnothing', 'active 0 -', 'accepted - -'],
		[7, arf(to(7)), 'complaint\t\ttaken', 'left 0 complaint', 'accepted - -'],
		[8, `From: a@example.jp\nTo: ${to(8)}\nAuto-Submitted: auto-replied\nSubject: away\n\nUser unknown\n`, 'none\t\tnothing', 'active 0 -', 'accepted - -'],
		[9, dsn(to(9), '5.1.1', '550 5.1.1 User unknown'), 'hard\t5.1.1\ttaken', 'active 1 mailbox_unknown', 'accepted undelivered mailbox_unknown'],
	];
	for (const [n, mail, says, address, written] of rows) {
		assert.deepEqual(await bounce(mail), { code: 0, out: says });
		assert.equal(await contact(n), address, `address ${n}`);
		assert.equal(await ledger(id, n), written, `ledger ${n}`);
	}
	const before = await quiet();
	for (const [, mail, says] of rows)
		assert.deepEqual(await bounce(mail), { code: 0, out: says.replace('taken', 'known') }, 'a second time');
	same(before, await rest());
	// 送り直す is for those whose mail came back, and not for the others.
	assert.equal(await post.sql(`SELECT string_agg(u.citizen_id::text, ',' ORDER BY u.citizen_id)
		FROM enter_tenant(${town.tenant}, 'command'), message_unreached(${id}) u`),
	(await Promise.all([1, 2, 3, 4, 5, 9].map(citizen))).join());
	await post.lawful();
});

test('the next message goes to those that stand; a carrier is believed on another day', async () => {
	const { id, to } = await sent();
	assert.equal(await post.sql(`SELECT count(*) FROM delivery WHERE message_id = ${id}`), '8', 'not to one that is gone, nor to one who complained');
	assert.deepEqual(await bounce(dsn(to(9), '5.1.1', '550 5.1.1 User unknown')), { code: 0, out: 'hard\t5.1.1\ttaken' });
	assert.match(await contact(9), /^active/, 'twice on one day');
	await post.sql(`SELECT FROM enter_tenant(${town.tenant}, 'command'); UPDATE mail_return SET at = at - interval '2 days' WHERE tenant_id = ${town.tenant};
		UPDATE contact SET confirmed = confirmed - interval '9 days' WHERE tenant_id = ${town.tenant}`);
	const next = await sent();
	assert.deepEqual(await bounce(dsn(next.to(9), '5.1.1', '550 5.1.1 User unknown')), { code: 0, out: 'hard\t5.1.1\ttaken' });
	assert.match(await contact(9), /^failed/);
});

test('nobody can bounce for somebody else, and what is ours to read later stays with the mail server', async () => {
	const { to } = await sent(), good = to(10);
	const before = await quiet();
	const [, tenant, message, person, code] = good.match(/\+(\d+)\.(\d+)\.(\d+)\.(\w+)@/);
	const wrong = (t, m, p, c) => `bounce+${t}.${m}.${p}.${c}@mail.example.jp`;
	for (const address of [
		wrong(tenant, message, Number(person) - 1, code), wrong(Number(tenant) + 1, message, person, code), wrong(tenant, message, person, '0'.repeat(10)),
		wrong(tenant, Number(message) - 1, person, code), wrong('9'.repeat(30), message, person, code), wrong(tenant, '', person, code), 'bounce@mail.example.jp', '', '<>',
	])
		assert.deepEqual(await bounce(dsn(address, '5.1.1', '550 5.1.1 User unknown'), ['--to', address]), { code: 0, out: 'hard\t5.1.1\tnot_ours' }, address);
	// By the envelope, not by what the mail says.
	assert.match((await bounce(dsn(good, '5.1.1', '550 User unknown'), ['--to', 'postmaster@mail.example.jp'])).out, /not_ours$/);
	for (const mail of ['', 'x', '\0'.repeat(1000), 'x'.repeat(10 << 20), dsn(good, '5.1.1', '550 x').slice(0, 300)])
		assert.equal((await bounce(mail, ['--to', good])).code, 0);
	same(before, await rest());

	// The database is away: 75, and the mail server asks again.
	await post.up.sql('ALTER ROLE chromo_owner NOLOGIN');
	assert.equal((await bounce(dsn(good, '5.1.1', '550 5.1.1 User unknown'))).code, 75);
	await post.up.sql('ALTER ROLE chromo_owner LOGIN');
});

test('many that come back with 5.7.x: the town\'s mails wait, emergencies do not; other towns do not notice', async () => {
	const many = await post.town({ citizens: 40 }), other = await post.town({ citizens: 10 });
	await post.sql(`SELECT FROM enter_tenant(${many.tenant}, 'command'); UPDATE citizen SET topics = topics || ARRAY(SELECT id FROM topic WHERE vital AND tenant_id = ${many.tenant}) WHERE tenant_id = ${many.tenant}`);
	const first = await post.message(many);
	await post.sent(first);
	const back = post.relay.ledger.filter((e) => e.from.startsWith(`bounce+${many.tenant}.${first}.`)).map((e) => e.from);
	const open = () => post.sql(`SELECT breaker, until > now() + interval '14 minutes' FROM mail_bar WHERE tenant_id = ${many.tenant} AND place = 0 AND until > now()`);
	for (const [i, to] of back.slice(0, 5).entries()) {
		assert.equal(await open(), '', `${i} are not many`);
		assert.deepEqual(await bounce(dsn(to, '5.7.26', '550 5.7.26 unauthenticated')), { code: 0, out: 'policy\t5.7.26\ttaken' });
	}
	assert.equal(await open(), 'open|t');
	assert.equal(await post.sql(`SELECT DISTINCT state || failures FROM contact WHERE tenant_id = ${many.tenant}`), 'active0', 'every address stands');
	const waits = await post.message(many), urgent = await post.message(many, { vital: true }), beside = await post.message(other);
	await post.sent(urgent);
	await post.sent(beside);
	assert.deepEqual(await post.counts(waits), {}, 'it waits');
	assert.notEqual(await post.state(waits), 'sent');
	await post.sql(`SELECT FROM enter_tenant(${many.tenant}, 'command'); UPDATE mail_bar SET until = now() WHERE tenant_id = ${many.tenant}`);
	await post.sent(waits);
	assert.deepEqual(await post.counts(waits), { accepted: 40 });
	await post.lawful();
});

test('of many thousands five are not many', async () => {
	const big = await post.town({ citizens: 150 }), id = await post.message(big);
	await post.sent(id);
	const back = post.relay.ledger.filter((e) => e.from.startsWith(`bounce+${big.tenant}.${id}.`)).map((e) => e.from);
	for (const to of back.slice(0, 7)) await bounce(dsn(to, '5.7.1', '550 5.7.1 rejected by content filter'));
	assert.equal(await post.sql(`SELECT count(*) FROM mail_bar WHERE tenant_id = ${big.tenant}`), '0', '7 of 150 are less than one in twenty');
	await bounce(dsn(back[7], '5.7.1', '550 5.7.1 rejected by content filter'));
	assert.equal(await post.sql(`SELECT count(*) FROM mail_bar WHERE tenant_id = ${big.tenant}`), '1');
});

test('how the mail server fares is known', async () => {
	await eventually('the courier has told', async () => Number(await post.sql('SELECT accepted FROM mail_server')) >= 30);
	assert.equal(await post.sql('SELECT breaker || failed FROM mail_server'), 'closed0');
	post.relay.script(Array.from({ length: 40 }, () => ({ at: 'mail', reply: '421 4.3.2 going down' })));
	const id = await post.message(town);
	await eventually('its breaker opens', async () => await post.sql('SELECT breaker FROM mail_server') === 'open');
	assert.equal(await post.sql('SELECT reason || (until > now() - interval \'1 minute\') FROM mail_server'), 'gateway_busytrue');
	post.relay.script([]);
	await post.hurry();
	await post.sent(id);
	await eventually('and shuts again', async () => await post.sql('SELECT breaker FROM mail_server') === 'closed');
	assert.notEqual(await post.sql('SELECT failed FROM mail_server'), '0');
});
