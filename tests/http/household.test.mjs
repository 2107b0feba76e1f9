// SPDX-License-Identifier: Apache-2.0
//
// 世帯: made by one, joined by others with a code, left by each; what the others see.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isPage } from '../harness/invariants.mjs';
import { Keys } from '../harness/laws.mjs';
import { up } from '../harness/up.mjs';
import { problems, somebody, subscribe, words } from './citizen.mjs';

let town, minato;
const people = [], HOME = '/my/household';
const code = (page) => page.text.match(/data-code>([\d ]+)</)?.[1];
const listed = (page) => [...page.text.match(/<ol>([\s\S]*?)<\/ol>/)[1].matchAll(/<li>(?:<span lang="ja">)?([^<]*)/g)].map(([, name]) => name.trim());
const send = async (client, page, values, form) => client.submit(await client.get(page), values, form);
const inside = (statement) => town.sql(`BEGIN; SELECT FROM enter_tenant(${minato}, 'command'); ${statement}; COMMIT`);

before(async () => {
	town = await up();
	minato = await town.sql("SELECT tenant_id FROM tenant_host WHERE host = 'minato.localhost'");
	const district = [Number(await town.sql(`SELECT min(id) FROM district WHERE tenant_id = ${minato}`))];
	for (let i = 0; i < 3; i++) {
		const client = town.client('minato.localhost'), email = somebody('home');
		await subscribe(town, client, email, { district });
		people.push({ client, email, id: Number(await town.sql('SELECT max(id) FROM citizen')) });
	}
});
after(() => town?.stop());

test('one makes it, hands on a code, the other joins: both see who is in it', async () => {
	const [{ client: mother }, { client: son }] = people;
	const none = isPage(await mother.get(HOME), { script: false });
	assert.match(words(none), /アンケートの答え、申込みは、世帯の人にも伝わりません/);
	assert.equal((await mother.submit(none, { name: 'お母さん' }, HOME)).status, 303);
	const alone = isPage(await mother.get(HOME), { script: false });
	assert.deepEqual(listed(alone), ['お母さん']);
	assert.equal(code(alone), undefined, 'nobody asked for a code');
	assert.equal((await mother.submit(alone, {}, `${HOME}/code`)).status, 303);
	const shown = isPage(await mother.get(HOME), { script: false }), number = code(shown);
	assert.match(number, /^\d{4} \d{4} \d{4}$/);
	const mail = new URL(shown.text.match(/href="(mailto:[^"]+)"/)[1].replaceAll('&amp;', '&'));
	assert.ok(mail.searchParams.get('body').includes(number));
	assert.ok(mail.searchParams.get('body').includes('https://minato.localhost'));

	const wrong = await send(son, `${HOME}/join`, { household_code: '0000 0000 0000' });
	isPage(wrong, { status: 422 });
	assert.match(problems(wrong).household_code, /この番号は使えません/);
	const short = await send(son, `${HOME}/join`, { household_code: '12' });
	assert.match(problems(short).household_code, /12/);
	assert.equal((await send(son, `${HOME}/join`, { household_code: number.replaceAll(' ', '') })).headers.location, HOME);
	for (const { client } of people.slice(0, 2)) assert.deepEqual(listed(await client.get(HOME)), ['お母さん', '2人目']);
	assert.equal(code(await mother.get(HOME)), undefined, 'the code is used up');
	const again = await send(people[2].client, `${HOME}/join`, { household_code: number });
	assert.equal(again.status, 422);
	assert.match(words(await son.get('/my')), /世帯 2人/);
});

test('a name is what its person wants it to be, sealed, and never markup', async () => {
	const [{ client: mother }, { client: son, id }] = people;
	assert.equal((await send(son, `${HOME}/name`, { name: '<b>たろう</b>' })).headers.location, HOME);
	assert.deepEqual((await mother.get(HOME)).text.match(/<li><span lang="ja">(&lt;b[^\n]*?)<\/span>/)[1], '&lt;b&gt;たろう&lt;/b&gt;');
	assert.equal((await send(son, `${HOME}/name`, { name: 'あ'.repeat(21) })).status, 422);
	const sealed = Buffer.from(await town.sql(`SELECT encode(name, 'hex') FROM household_member WHERE citizen_id = ${id}`), 'hex');
	assert.ok(!sealed.includes('たろう'));
	assert.equal((await Keys.of(town, minato)).open('household_member.name', sealed), '<b>たろう</b>');
	assert.equal((await send(son, `${HOME}/name`, { name: '' })).status, 303);
	assert.deepEqual(listed(await mother.get(HOME)), ['お母さん', '2人目']);
});

test('nothing of one is on the pages of the other but the name', async () => {
	const [{ client: mother, email: hers }, { client: son, email: his }] = people;
	for (const page of [HOME, `${HOME}/name`, `${HOME}/leave`]) {
		assert.ok(!(await mother.get(page)).text.includes(his));
		assert.ok(!(await son.get(page)).text.includes(hers));
	}
});

test('guesses are counted: ten an hour, then the right one does not help', async () => {
	const [{ client: mother }, , { client: other, id }] = people;
	await mother.submit(await mother.get(HOME), {}, `${HOME}/code`);
	const number = code(await mother.get(HOME));
	for (let i = 0; ; i++) {
		const answer = await send(other, `${HOME}/join`, { household_code: String(100000000000 + i) });
		assert.equal(answer.status, 422);
		if (/1時間/.test(problems(answer).household_code)) break;
		assert.ok(i < 10, 'ten at most');
	}
	const right = await send(other, `${HOME}/join`, { household_code: number });
	assert.match(problems(right).household_code, /1時間/);
	assert.equal(await town.sql(`SELECT count(*) FROM household_member WHERE citizen_id = ${id}`), '0');
	await town.sql("DELETE FROM throttle WHERE bucket = 'household_try'");
	await inside("UPDATE household SET ends = now() - interval '1 second' WHERE code IS NOT NULL");
	assert.match(problems(await send(other, `${HOME}/join`, { household_code: number })).household_code, /使えません/, 'a day later');
	assert.equal(code(await mother.get(HOME)), undefined);
});

test('of a message that one of them has seen the other is told so, and may still say it', async () => {
	const [{ client: mother, id: her }, { client: son, id: him }] = people, keys = await Keys.of(town, minato);
	const message = Number((await inside(`SET LOCAL session_replication_role = replica;
		INSERT INTO message (department_id, author_id, subject, audience, state, published, by_email, ladder, until_household, valid_until, publish_until, on_site)
		SELECT department_id, author_id, '避難してください', 'everyone', 'sent', now(), true, '[{"channel": "email", "wait": 10}, {"channel": "sms", "wait": 10}]', true,
		       now() + interval '1 day', now() + interval '9 days', true FROM message WHERE tenant_id = ${minato} LIMIT 1 RETURNING id;
		INSERT INTO batch (message_id, channel, lane, round, step, key, citizens, first, last, size, due, valid_until, state, finished, accepted)
		SELECT max(id), 'email', 0, 1, 1, gen_random_uuid(), '{${her},${him}}', ${her}, ${him}, 2, now(), now(), 'done', now(), 2 FROM message`)).match(/^\d+$/m)[0]);
	const page = (id) => `/seen/${keys.link('seen', id, message)}`;
	assert.equal((await send(mother, page(her), {}, '/seen/')).status, 303);
	assert.equal(await town.sql(`SELECT string_agg(how, ' ' ORDER BY citizen_id) FROM seen WHERE message_id = ${message}`), 'link household');
	const his = isPage(await son.get(page(him)), { script: false });
	assert.match(words(his), /世帯のだれかが、このお知らせを見ました/);
	assert.ok(!his.text.includes('お母さん'), 'not who');
	assert.equal((await son.submit(his, {}, '/seen/')).status, 303);
	assert.equal(await town.sql(`SELECT string_agg(how, ' ' ORDER BY citizen_id) FROM seen WHERE message_id = ${message}`), 'link link');
});

test('each leaves when they like; the last one closes it; who leaves the town has left it', async () => {
	const [{ client: mother, id: her }, { client: son }] = people;
	assert.match(words(isPage(await son.get(`${HOME}/leave`), {})), /いつでもまた入れます/);
	assert.equal((await send(son, `${HOME}/leave`, {}, `${HOME}/leave`)).headers.location, '/my');
	assert.equal((await son.get(`${HOME}/leave`)).headers.location, HOME, 'there is nothing to leave');
	assert.match(words(await mother.get(`${HOME}/leave`)), /この世帯はなくなります/);
	const home = await town.sql(`SELECT household_id FROM household_member WHERE citizen_id = ${her}`);
	assert.equal((await send(mother, '/my/leave', {}, '/my/leave')).status, 303);
	assert.equal(await town.sql(`SELECT count(*) FROM household WHERE id = ${home}`), '0');
	assert.equal(await town.sql(`SELECT string_agg(DISTINCT act, ' ' ORDER BY act) FROM audit WHERE act LIKE 'household.%'`),
		'household.invite household.join household.leave household.make');
});

test('whoever is not signed in is led to the door', async () => {
	const anyone = town.client('minato.localhost');
	for (const page of [HOME, `${HOME}/join`, `${HOME}/leave`]) assert.equal((await anyone.get(page)).headers.location, '/my/link');
});
