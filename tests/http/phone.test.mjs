// SPDX-License-Identifier: Apache-2.0
//
// Numbers of phones, proved by a code (safety.md R15): added in マイページ, registered
// with, let in by; without script.  Codes land in the outbox.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inside } from '../harness/desk.mjs';
import { makeEvent, signUp, toCheck } from '../harness/event.mjs';
import { up } from '../harness/up.mjs';
import { mailWith, mailsTo, problems, somebody, subscribe, words } from './citizen.mjs';
import { code, number, texts } from './texts.mjs';

let town, district;
before(async () => {
	town = await up();
	district = Number(await town.sql(`SELECT min(id) FROM district WHERE tenant_id =
		(SELECT tenant_id FROM tenant_host WHERE host = 'minato.localhost')`));
});
after(() => town?.stop());
const browser = () => town.client('minato.localhost');

const other = (right) => String((Number(right) + 1) % 1000000).padStart(6, '0');

async function person() {
	const client = browser();
	await subscribe(town, client, somebody(), { district: [district] });
	return { client, id: Number(await town.sql('SELECT max(id) FROM citizen')) };
}
const reach = (id) => town.sql(`SELECT reach FROM citizen WHERE id = ${id}`);

async function add(client, phone, nth = 1) {
	const asked = await client.submit(await client.get('/my/phone'), { phone });
	assert.equal(asked.headers.location, '/my/phone/code');
	const page = await client.follow(asked);
	return client.submit(page, { code: await code(town, phone, nth) });
}

test('a number is added to マイページ, and taken away', async () => {
	const { client, id } = await person();
	assert.match(words(await client.get('/my')), /SMS（携帯電話） 登録していません/);
	const phone = number();
	const wrong = await client.submit(await client.get('/my/phone'), { phone: '03-1234-5678' });
	assert.equal(wrong.status, 422);
	assert.match(problems(wrong).phone, /携帯電話の番号を/);
	assert.match(wrong.text, /value="03-1234-5678"/, 'what was typed stays');

	const asked = await client.submit(await client.get('/my/phone'), { phone: phone.replaceAll('-', 'ー') });
	assert.ok(asked.headers['set-cookie'].some((c) => /^__Host-code=.*Secure.*HttpOnly/i.test(c)));
	const page = await client.follow(asked);
	assert.ok(words(page).includes(`090-****-${phone.slice(-4)}`));
	assert.equal(page.text.includes(phone), false, 'not the whole number');
	const right = await code(town, phone);
	assert.match(texts(town, phone)[0], /^みなと市：確認番号は \d{6} です/);
	assert.ok(texts(town, phone)[0].length <= 70, 'one SMS');

	const no = await client.submit(page, { code: other(right) });
	assert.equal(no.status, 422);
	assert.match(problems(no).code, /あと4回/);
	const yes = await client.submit(await client.get('/my/phone/code'), { code: ` ${right.slice(0, 3)} ${right.slice(3)} ` });
	assert.equal(yes.headers.location, '/my');
	const my = words(await client.follow(yes));
	assert.match(my, /携帯電話の番号を登録しました/);
	assert.ok(my.includes(phone));
	assert.match(await reach(id), /sms/);

	const removed = await client.submit(await client.get('/my/phone/remove'));
	assert.match(words(await client.follow(removed)), /消しました/);
	assert.equal(await reach(id), '{email}');
});

test('what they signed up for follows a new mail address and a new number, and nothing else does', async () => {
	const client = browser(), email = somebody(), old = number(), next = somebody(), phone = number(), typed = number(), friend = somebody();
	await subscribe(town, client, email, { district: [district] });
	await add(client, old);
	const event = await makeEvent(town, { columns: { once: true } }), other = await makeEvent(town);
	const tickets = [];
	for (const [made, how] of [[event, { email, phone: old }], [other, { email: '', phone: old }], [other, { email: friend, phone: typed }]])
		tickets.push((await signUp(client, made, how)).path.split('?')[0]);
	// At another browser, by a code: the entry was not open there.
	const elsewhere = browser(), proved = await makeEvent(town, { columns: { once: true } });
	const page = await toCheck(elsewhere, proved, { email });
	const mail = await mailWith(town, email, '行事の申込のための番号');
	tickets.push((await elsewhere.follow(await elsewhere.submit(await elsewhere.follow(await elsewhere.submit(page, { code: /\b(\d{6})\b/.exec(mail.text)[1] }))))).path.split('?')[0]);

	const asked = await client.follow(await client.submit(await client.get('/my/email'), { email: next }));
	const proof = /: (\d{6})/.exec((await mailWith(town, next, '確認番号')).text)[1];
	assert.equal((await client.submit(asked, { code: proof })).headers.location, '/my');
	assert.equal((await add(client, phone)).headers.location, '/my');
	const shown = async (i) => words(await elsewhere.get(tickets[i]));
	const of = (texts, told) => texts.filter((t) => told.includes(t));
	const all = [email, next, friend, old, phone, typed];
	assert.deepEqual(of(all, await shown(0)), [next, phone]);
	assert.deepEqual(of(all, await shown(1)), [phone]);
	assert.deepEqual(of(all, await shown(2)), [friend, typed], 'an address that was not theirs stays');
	assert.deepEqual(of(all, await shown(3)), [next]);
	// Letters go there, and an event that is once a person knows them by it.
	await inside(town, `SELECT event_call_off(${event.event})`);
	assert.match((await mailWith(town, next, '中止')).text, /星を見る会/);
	assert.equal((await mailsTo(town, email)).filter((m) => m.text.includes('中止')).length, 0);
	const again = await client.submit(await toCheck(client, proved, { email: next }));
	assert.equal(again.status, 409);
	assert.match(words(again), /もう申し込まれています/);
});

test('five tries, then the right one is too late', async () => {
	const { client, id } = await person();
	const phone = number();
	await client.submit(await client.get('/my/phone'), { phone });
	const right = await code(town, phone);
	for (let left = 4; left >= 0; left--) {
		const no = await client.submit(await client.get('/my/phone/code'), { code: other(right) });
		assert.match(problems(no).code, left > 0 ? new RegExp(`あと${left}回`) : /もう使えません/);
	}
	const late = await client.submit(await client.get('/my/phone/code'), { code: right });
	assert.equal(late.status, 422);
	assert.equal(await reach(id), '{email}');
});

test('a code is of use in the browser that asked, once, for ten minutes', async () => {
	const one = await person(), two = await person();
	const phone = number();
	await one.client.submit(await one.client.get('/my/phone'), { phone });
	const right = await code(town, phone);
	await two.client.submit(await two.client.get('/my/phone'), { phone: number() });
	const stolen = await two.client.submit(await two.client.get('/my/phone/code'), { code: right });
	assert.equal(stolen.status, 422);
	assert.equal((await one.client.submit(await one.client.get('/my/phone/code'), { code: right })).status, 303);
	assert.equal((await one.client.get('/my/phone/code')).headers.location, '/my/phone', 'used up');

	const late = number();
	assert.equal((await one.client.submit(await one.client.get('/my/phone'), { phone: late })).headers.location, '/my/phone/code');
	const page = await one.client.get('/my/phone/code');
	const code2 = await code(town, late);
	await town.sql(`UPDATE address_code SET ends = ends - interval '601 seconds'`);
	assert.match(problems(await one.client.submit(page, { code: code2 })).code, /もう使えません/);
});

test('three codes an hour for a number, and nobody is told', async () => {
	const { client } = await person();
	const phone = number();
	for (let i = 0; i < 5; i++) {
		const asked = await client.submit(await client.get('/my/phone'), { phone });
		assert.equal(asked.headers.location, '/my/phone/code');
		assert.equal((await client.follow(asked)).status, 200);
	}
	await code(town, phone, 3);
	assert.equal(texts(town, phone).length, 3);
});

test('whoever proves a number has it', async () => {
	const one = await person(), two = await person();
	const phone = number();
	assert.equal((await add(one.client, phone)).headers.location, '/my');
	assert.equal((await add(two.client, phone, 2)).headers.location, '/my');
	assert.equal(await reach(one.id), '{email}');
	assert.match(await reach(two.id), /sms/);
});

test('where another entry ends by a number, what was chosen there is asked for', async () => {
	const topic = await town.sql(`SELECT min(id) FROM topic WHERE NOT vital AND tenant_id = (SELECT tenant_id FROM district WHERE id = ${district})`);
	const chose = (id) => town.sql(`SELECT districts::text || topics::text || vital_only || coalesce(quiet_from::text, '') || coalesce(ended_in, 0) FROM citizen WHERE id = ${id}`);
	for (const [keep, want] of [['mine', 'mine'], ['other', `{${district + 1}}{${topic}}false22:00:000`], ['both', `{${district},${district + 1}}{${topic}}false22:00:000`]]) {
		const one = await person(), two = browser(), phone = number();
		const before = await chose(one.id);
		await subscribe(town, two, somebody(), { district: [district + 1], topic: [topic] });
		const ended = Number(await town.sql('SELECT max(id) FROM citizen'));
		await add(two, phone);
		await two.submit(await two.get('/my/change/channels'), { first: 'sms', quiet: 1, from: '22:00', to: '07:00' });
		await inside(town, `DELETE FROM contact WHERE citizen_id = ${ended} AND channel = 'email'`);
		const added = await add(one.client, phone, 2);
		assert.equal(added.headers.location, `/my/merge/${ended}`);
		assert.equal(await chose(one.id), before, 'nothing more and nothing less, until it is said');
		assert.match(words(await one.client.get('/my')), /別の登録は、なくなりました.*残す内容を選ぶ/);
		const page = await one.client.follow(added);
		assert.match(words(page), /いま開いているマイページ.*なくなった、別の登録.*22:00–07:00/);
		assert.equal(problems(await one.client.submit(page, { keep: 'x' })).keep !== undefined, true);
		const done = await one.client.submit(await one.client.get(`/my/merge/${ended}`), { keep });
		assert.equal(done.headers.location, '/my');
		assert.equal(await chose(one.id), want === 'mine' ? before : want);
		assert.doesNotMatch(words(await one.client.follow(done)), /残す内容を選ぶ/);
		assert.match(await chose(ended), /false0$/, 'nothing of how they were reached stays there');
		assert.equal((await one.client.get(`/my/merge/${ended}`)).headers.location, '/my', 'once');
	}
});

test('what waits of an entry that ended is nobody else’s, and goes when its person leaves', async () => {
	const one = await person(), two = await person(), phone = number();
	await add(two.client, phone);
	await two.client.submit(await two.client.get('/my/change/channels'), { first: 'sms', quiet: 1, from: '22:00', to: '07:00' });
	await inside(town, `DELETE FROM contact WHERE citizen_id = ${two.id} AND channel = 'email'`);
	await add(one.client, phone, 2);
	const stranger = await person();
	assert.equal((await stranger.client.get(`/my/merge/${two.id}`)).headers.location, '/my');
	const waits = await one.client.get(`/my/merge/${two.id}`);
	await one.client.submit(await one.client.get('/my/leave'), {}, '/my/leave');
	assert.equal(await town.sql(`SELECT ended_in, quiet_from FROM citizen WHERE id = ${two.id}`), '|');
	assert.notEqual((await one.client.submit(waits, { keep: 'other' })).status, 200);
	assert.equal(await town.sql(`SELECT state, quiet_from FROM citizen WHERE id = ${one.id}`), 'left|');
});

test('registered with a number alone, and let in by it', async () => {
	const client = browser(), phone = number();
	const start = await client.get('/subscribe/email');
	assert.ok(start.text.includes('href="/subscribe/phone"'));
	const step = async (page, values, form) => client.submit(await client.get(`/subscribe/${page}`), values, form);
	assert.equal((await step('phone', { phone })).headers.location, '/subscribe/district');
	await step('district', { [`district_${district}`]: 1 });
	await step('topics', { vital: 1 }, 0);
	await step('language', { language: 'en' });
	const check = await client.get('/subscribe/check');
	assert.ok(words(check).includes(phone));
	assert.equal((await client.submit(check, {})).status, 422, 'without consent nothing goes out');
	const sent = await client.submit(await client.get('/subscribe/check'), { consent: 1 });
	assert.equal(sent.headers.location, '/subscribe/phone/code');
	const right = await code(town, phone);
	assert.match(texts(town, phone)[0], /^Minato City: your number is/, 'in the language that was chosen');
	const before = await town.sql('SELECT count(*) FROM citizen');
	assert.equal((await client.submit(await client.get('/subscribe/phone/code'), { code: other(right) })).status, 422);
	assert.equal(await town.sql('SELECT count(*) FROM citizen'), before, 'nobody yet');
	const done = await client.submit(await client.get('/subscribe/phone/code'), { code: right });
	assert.equal(done.headers.location, '/subscribe/done');
	assert.equal((await client.follow(done)).status, 200);
	assert.equal(await town.sql(`SELECT state, reach, vital_only, language FROM citizen ORDER BY id DESC LIMIT 1`),
		'active|{sms}|t|en');
	assert.equal(await town.sql('SELECT count(*) FROM consent WHERE citizen_id = (SELECT max(id) FROM citizen)'), '1');

	const again = browser();
	assert.ok((await again.get('/my/link')).text.includes('href="/my/sms"'));
	const asked = await again.submit(await again.get('/my/sms'), { phone });
	assert.equal(asked.headers.location, '/my/sms/code');
	const open = await again.submit(await again.follow(asked), { code: await code(town, phone, 2) });
	assert.equal(open.headers.location, '/my');
	assert.ok(words(await again.follow(open)).includes(phone));
});

test('a number that nobody registered: the same pages, no SMS', async () => {
	const client = browser(), phone = number();
	const asked = await client.submit(await client.get('/my/sms'), { phone });
	assert.equal(asked.headers.location, '/my/sms/code');
	const page = await client.follow(asked);
	assert.ok(words(page).includes(`090-****-${phone.slice(-4)}`), 'as if it were known');
	assert.match(problems(await client.submit(page, { code: '123456' })).code, /あと4回/);
	assert.equal(await town.sql(`SELECT state FROM letter WHERE kind = 'phone_code' ORDER BY id DESC LIMIT 1`), 'refused');
	assert.equal(texts(town, phone).length, 0);
});
