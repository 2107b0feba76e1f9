// SPDX-License-Identifier: Apache-2.0
//
// A survey as a message: each mail with a link of its own, by which a right is drawn without
// signing in; the reminder to those who have not drawn; the results to those who have.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, inside, said } from '../harness/desk.mjs';
import { eventually, up } from '../harness/up.mjs';
import { linkIn, mailWith, somebody, subscribe } from './citizen.mjs';
import { once_survey } from './right.mjs';

const host = 'minato.localhost', hana = somebody('hana'), taro = somebody('taro');
let town, clerk, survey, unused;
before(async () => {
	town = await up();
	clerk = await desk(town, 'sato');
	for (const email of [hana, taro]) await subscribe(town, town.client(host), email);
	// Nobody else is written to.
	await town.sql(`SET session_replication_role = replica; UPDATE citizen SET state = 'left' WHERE tenant_id = 1
		AND id NOT IN (SELECT id FROM citizen WHERE tenant_id = 1 ORDER BY id DESC LIMIT 2)`);
	survey = await once_survey(town, host);
});
after(() => town?.stop());

// Through the pages: made here, submitted and approved as any message.
const send = async (kind) => out(await clerk.submit(await clerk.get(`/desk/surveys/${survey}/announce`), { kind }, '/announce'));
async function out(made) {
	assert.equal(made.status, 303, said(made));
	const id = Number(made.headers.location.split('/').pop());
	await inside(town, `UPDATE message SET contact = '企画課', scheduled = true, by_email = true, by_line = false, by_sms = false, by_webpush = false, by_x = false,
		topics = ARRAY(SELECT id FROM topic WHERE vital), valid_until = now() + interval '1 day', publish_until = now() + interval '30 days' WHERE id = ${id}`);
	for (const [who, page, fields] of [['sato', 'submit', {}], ['takahashi', 'approve', { act: 'approve', confirm: '1' }]]) {
		const client = await desk(town, who), answer = await client.submit(await client.get(`/desk/messages/${id}/${page}`), fields, `/${page}`);
		assert.equal(answer.status, 303, `${page}: ${said(answer)}`);
	}
	await eventually(`message ${id} sent`, async () => await town.sql(`SELECT state FROM message WHERE id = ${id}`) === 'sent');
	return id;
}
const to = async (id) => (await town.sql(`SELECT count(*) FROM delivery WHERE message_id = ${id}`));

test('each mail carries a link of its own, which draws one right, and no other', async () => {
	const id = await send('personal');
	assert.equal(await to(id), '2');
	const links = await Promise.all([hana, taro].map(async (email) => linkIn(await mailWith(town, email, `/surveys/${survey}/for/`), '/for/')));
	assert.notEqual(links[0], links[1]);
	const phone = town.client(host), page = await phone.get(links[0]);
	assert.match(said(page), /権利を受け取って回答する/);
	assert.equal((await phone.submit(page, {}, links[0])).status, 303);
	assert.ok(phone.cookies.get(`__Host-right-${survey}`));
	assert.match(said(await town.client(host).get(links[0])), /すでにお渡し/, 'another device, the same link');
	assert.equal((await phone.get(links[1].replace(`/surveys/${survey}/`, `/surveys/${survey + 1}/`))).status, 404, 'a link of another survey');
	const late = town.client(host);
	unused = { link: links[1], page: { client: late, form: await late.get(links[1]) } };
	const site = (await town.sql(`SELECT string_agg(content::text, ' ') FROM message_rendering WHERE message_id = ${id}`));
	assert.doesNotMatch(site, /\/for\//, 'what was approved, and the site, have the open link');
	assert.match(site, new RegExp(`/surveys/${survey}`));
});

test('the reminder goes to those who have not drawn', async () => {
	const id = await send('remind');
	assert.equal(await to(id), '1');
	await mailWith(town, taro, '行き違い');
	assert.equal(town.outbox().filter((m) => m.includes(hana) && m.includes(Buffer.from('行き違い').toString('base64').slice(0, 8))).length, 0);
});

test('nobody is asked or reminded where no answer is taken any more', async () => {
	const set = (columns) => town.sql(`SET session_replication_role = replica; UPDATE survey SET ${columns} WHERE id = ${survey}`), at = `/desk/surveys/${survey}/announce`;
	const page = await clerk.get(at);
	for (const [over, back] of [["closes = now() - interval '1 minute'", 'closes = NULL'], ['answers_max = 1', 'answers_max = NULL']]) {
		await set(over);
		await inside(town, `INSERT INTO survey_counter (survey_id, key, n) VALUES (${survey}, '', 1) ON CONFLICT DO NOTHING`);
		assert.doesNotMatch((await clerk.get(at)).text, /value="(open|personal|remind)"/, over);
		for (const kind of ['open', 'personal', 'remind']) assert.equal((await clerk.submit(page, { kind }, '/announce')).status, 422, `${kind}: ${over}`);
		await set(back);
		await inside(town, `DELETE FROM survey_counter WHERE survey_id = ${survey}`);
	}
	assert.match((await clerk.get(at)).text, /value="remind"/);
});

test('the results go to those who took part, when they are out', async () => {
	const page = await clerk.get(`/desk/surveys/${survey}/announce`);
	assert.equal((await clerk.submit(page, { kind: 'result' }, '/announce')).status, 422, 'not yet');
	await town.sql(`SET session_replication_role = replica; UPDATE survey SET state = 'published' WHERE id = ${survey}`);
	assert.equal((await clerk.submit(await clerk.get(`/desk/surveys/${survey}/announce`), { kind: 'remind' }, '/announce')).status, 422, 'too late');
	// One press at the survey's page, and then as any message.
	const pressed = await clerk.submit(await clerk.get(`/desk/surveys/${survey}`), {}, '/announce');
	const id = await out(pressed);
	assert.equal(await town.sql(`SELECT people, personal FROM survey_message WHERE message_id = ${id}`), 'done|f');
	assert.equal(await to(id), '1');
	await mailWith(town, hana, `/surveys/${survey}/result`);
});

test('the link of somebody who has left is told to be dead, on its page and when it is pressed', async () => {
	const { link, page } = unused, citizen = await town.sql(`SELECT max(id) FROM citizen WHERE tenant_id = 1 AND state = 'active'`);
	await town.sql(`SET session_replication_role = replica; UPDATE citizen SET state = 'left' WHERE id = ${citizen}; UPDATE survey SET state = 'open' WHERE id = ${survey}`);
	for (const answer of [await town.client(host).get(link), await page.client.submit(page.form, {}, link)]) {
		assert.equal(answer.status, 404);
		assert.match(said(answer), /このリンクは使えません/);
	}
});

test('where anyone may answer nobody can be reminded', async () => {
	const open = await once_survey(town, host, { mode: 'anyone' }), page = await clerk.get(`/desk/surveys/${open}/announce`);
	assert.equal((await clerk.submit(page, { kind: 'remind' }, '/announce')).status, 422);
	assert.equal((await clerk.submit(page, { kind: 'personal' }, '/announce')).status, 422);
	await town.sql(`SET session_replication_role = replica; UPDATE survey SET state = 'published' WHERE id = ${open}`);
	const pressed = await clerk.submit(await clerk.get(`/desk/surveys/${open}`), {}, '/announce');
	assert.equal(pressed.status, 303, said(pressed));
	assert.equal(await town.sql(`SELECT people FROM survey_message WHERE message_id = ${pressed.headers.location.split('/').pop()}`), 'all', 'nobody knows who answered');
});

test('who is in no department that is in use is told so, not that somebody was faster', async () => {
	const open = await once_survey(town, host, { mode: 'anyone' }), page = await clerk.get(`/desk/surveys/${open}/announce`);
	await inside(town, 'UPDATE department SET active = false');
	let answer = await clerk.submit(page, { kind: 'open' }, '/announce');
	assert.equal(answer.status, 422);
	assert.match(said(answer), /所属の課がないため、作れません/);
	assert.match(answer.text, /value="open" checked/);
	await town.sql(`SET session_replication_role = replica; UPDATE survey SET state = 'published' WHERE id = ${open}`);
	answer = await clerk.submit(await clerk.get(`/desk/surveys/${open}`), {}, '/announce');
	assert.equal(answer.status, 422);
	assert.match(said(answer), /所属の課がないため/);
	await inside(town, 'UPDATE department SET active = true');
});
