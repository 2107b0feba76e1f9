// SPDX-License-Identifier: Apache-2.0
//
// 受け取りをやめる: by the link in a mail, without signing in, and by one click
// of the mail program (RFC 8058, R61).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Keys } from '../harness/laws.mjs';
import { up } from '../harness/up.mjs';
import { linkIn, mailWith, problems, somebody, subscribe, words } from './citizen.mjs';

let town, district, topics, minato;
const ids = (sql) => town.sql(sql).then((s) => s.split('\n').map(Number));
before(async () => {
	town = await up();
	minato = await town.sql(`SELECT tenant_id FROM tenant_host WHERE host = 'minato.localhost'`);
	[district] = await ids(`SELECT min(id) FROM district WHERE tenant_id = ${minato}`);
	topics = await ids(`SELECT id FROM topic WHERE tenant_id = ${minato} AND NOT vital ORDER BY id`);
});
after(() => town?.stop());
const browser = () => town.client('minato.localhost');

// Without cookie, origin or token of ours, as a mail provider does it.
const click = (token, body = 'List-Unsubscribe=One-Click') => browser().send(`/u/${token}`, {
	method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } });

async function person() {
	const email = somebody();
	await subscribe(town, browser(), email, { district: [district], topic: topics });
	const id = Number(await town.sql('SELECT max(id) FROM citizen'));
	return {
		email, id,
		token: linkIn(await mailWith(town, email, '/unsubscribe/'), 'unsubscribe').split('/').pop(),
		is: () => town.sql(`SELECT c.state, c.reach, coalesce(k.state, 'erased') FROM citizen c
			LEFT JOIN contact k ON k.citizen_id = c.id WHERE c.id = ${id}`),
	};
}

// A real message to this person alone, as the courier sends it; its mail.
async function message(who) {
	const id = Number(await town.sql(`SELECT m.id FROM message m JOIN topic t ON t.id = ANY (m.topics) AND NOT t.vital
		WHERE m.tenant_id = ${minato} AND m.state = 'sent' AND cardinality(m.topics) = 1 ORDER BY m.id LIMIT 1`));
	await town.sql(`SET session_replication_role = replica;
		UPDATE message SET state = 'sending' WHERE id = ${id};
		INSERT INTO batch (tenant_id, message_id, channel, round, key, citizens, first, last, size, due, valid_until)
		SELECT ${minato}, ${id}, 'email', 1 + max(round), gen_random_uuid(), '{${who.id}}', ${who.id}, ${who.id}, 1, now(),
		       now() + interval '1 hour' FROM batch WHERE message_id = ${id}`);
	const subject = await town.sql(`SELECT subject FROM message WHERE id = ${id}`);
	const mail = await mailWith(town, who.email, '――――');
	return { id, subject, mail, topic: Number(await town.sql(`SELECT topics[1] FROM message WHERE id = ${id}`)) };
}

test('this topic only', async () => {
	const who = await person(), sent = await message(who), client = browser();
	const page = await client.get(linkIn(sent.mail, 'unsubscribe'));
	assert.equal(page.status, 200);
	assert.ok(words(page).includes(sent.subject));
	const done = await client.follow(await client.submit(page, { what: 'topics' }));
	assert.match(words(done), /この分野のお知らせは、もう届きません/);
	assert.equal(await who.is(), 'active|{email}|active');
	assert.equal(await town.sql(`SELECT topics FROM citizen WHERE id = ${who.id}`),
		`{${topics.filter((t) => t !== sent.topic).join(',')}}`);
	// Now it is no choice any more.
	assert.doesNotMatch((await client.get(linkIn(sent.mail, 'unsubscribe'))).text, /value="topics"/);
});

test('all mail, and everything', async () => {
	const who = await person(), client = browser();
	const url = `/unsubscribe/${who.token}`;
	const nothing = await client.submit(await client.get(url));
	assert.equal(nothing.status, 422);
	assert.match(problems(nothing).what, /1つ選んで/);
	assert.equal((await client.submit(await client.get(url), { what: 'topics' })).status, 303, 'harmless from a mail without topics');
	assert.equal(await who.is(), 'active|{email}|active', 'a GET and a press without choice change nothing');
	assert.match(words(await client.get(url)), /すべてのメール 登録した内容は残ります。命を守る情報も届きません/);
	const reach = (ways) => town.sql(`SET session_replication_role = replica; UPDATE citizen SET reach = '${ways}' WHERE id = ${who.id}`);
	await reach('{email,line}');
	assert.match(words(await client.get(url)), /すべてのメール 登録した内容は残ります。ほかの受け取り方では、これからも届きます/, 'what saves lives comes by LINE');
	await reach('{email}');

	const mail = await client.follow(await client.submit(await client.get(url), { what: 'email' }));
	assert.match(words(mail), /メールは、もう届きません/);
	assert.equal(await who.is(), 'active|{}|left');
	await mailWith(town, who.email, 'メールを止めました');

	const all = await client.follow(await client.submit(await client.get(url), { what: 'all' }));
	assert.match(words(all), /登録を消しました.*お知らせを受け取る/);
	assert.equal(await who.is(), 'left|{}|erased');
	assert.match(words(await client.follow(await client.get(url))), /このアドレスには、もう何も届きません/, 'the link says so ever after');
	assert.equal((await click(who.token)).status, 200);
});

test('one click', async () => {
	const who = await person();
	const look = await browser().get(`/u/${who.token}`);
	assert.deepEqual([look.status, look.headers.location], [303, `/unsubscribe/${who.token}`]);
	assert.equal((await browser().send(`/u/${who.token}`, { method: 'HEAD' })).status, 303);
	assert.equal(await who.is(), 'active|{email}|active', 'looking changes nothing');

	assert.equal((await click(who.token, 'x=y')).status, 400);
	assert.equal(await who.is(), 'active|{email}|active');
	for (let i = 0; i < 2; i++) assert.equal((await click(who.token)).status, 200);
	assert.equal(await who.is(), 'active|{}|left');

	const other = await person();
	const boundary = 'b0und4ry';
	const multipart = await browser().send(`/u/${other.token}`, {
		method: 'POST', headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
		body: `--${boundary}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--${boundary}--\r\n` });
	assert.equal(multipart.status, 200);
	assert.equal(await other.is(), 'active|{}|left');
});

test('a link that is not ours', async () => {
	const who = await person();
	const last = who.token.at(-1) === 'A' ? 'Q' : 'A';
	for (const token of [who.token.slice(0, -1) + last, who.token.slice(0, 20), 'nonsense', `${who.token}x`]) {
		const page = await browser().get(`/unsubscribe/${token}`);
		assert.equal(page.status, 404, token);
		assert.match(words(page), /やめられませんでした/);
		const click = await browser().send(`/u/${token}`, { method: 'POST', body: 'List-Unsubscribe=One-Click',
			headers: { 'content-type': 'application/x-www-form-urlencoded' } });
		assert.equal(click.status, 404, token);
	}
	assert.equal((await town.client('yama.localhost').get(`/unsubscribe/${who.token}`)).status, 404, 'another town\'s');
	assert.equal(await who.is(), 'active|{email}|active');
});

test('a link of a mail that was sent before links named addresses stops its person, and nobody whose address has that number', async () => {
	const keys = await Keys.of(town, minato), far = 5_000_000;
	const next = (table) => town.sql(`SELECT setval(pg_get_serial_sequence('${table}', 'id'), ${far})`);
	await next('citizen');
	const who = await person();
	await next('contact');
	const other = await person();
	assert.equal(await town.sql(`SELECT citizen_id FROM contact WHERE id = ${who.id}`), String(other.id), 'an address with the number of the person');
	const page = await browser().get(`/unsubscribe/${keys.link('stop', who.id, 0)}`);
	assert.equal(page.status, 200);
	assert.equal((await click(keys.link('stop', who.id, 0))).status, 200);
	assert.notEqual(await who.is(), 'active|{email}|active', 'it is stopped');
	assert.equal(await other.is(), 'active|{email}|active', 'the other one is not');
});
