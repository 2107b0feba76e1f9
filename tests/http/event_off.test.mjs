// SPDX-License-Identifier: Apache-2.0
//
// What does not take place: one date of an event, and why, told to exactly those who signed up for
// it, in the languages of the event; and the reason put into other words afterwards.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, inside, said } from '../harness/desk.mjs';
import { makeEvent, seats, signUp, toCheck } from '../harness/event.mjs';
import { MINATO } from '../harness/house.mjs';
import { isPage } from '../harness/invariants.mjs';
import { eventually, up } from '../harness/up.mjs';
import { mailsTo, mailWith, problems, somebody, words } from './citizen.mjs';

let town, boss, writer;
before(async () => {
	town = await up();
	boss = await desk(town, 'suzuki');
	writer = await desk(town, 'sato');
});
after(() => town?.stop());
const speak = (id, ...languages) => inside(town, `UPDATE questionnaire SET languages = '{ja,${languages}}' WHERE id = (SELECT questionnaire_id FROM event WHERE id = ${id})`);
const letters = (email) => mailsTo(town, email).then((all) => all.length);
const told = (id) => eventually('all are told', async () => await town.sql(`SELECT count(*) FROM application WHERE event_id = ${id} AND told IS DISTINCT FROM state`) === '0');

test('one date: asked why, told to exactly those who signed up for it, each in their language', async () => {
	const { event: id, slots } = await makeEvent(town, { dates: 2 });
	await speak(id, 'en');
	const emails = [somebody(), somebody(), somebody(), somebody()], clients = emails.map(() => town.client(MINATO)), tickets = [];
	await clients[1].get('/lang/en?next=/');
	for (const [i, slot] of [[0, slots[0]], [1, slots[0]], [2, slots[1]], [3, slots[0]]])
		tickets[i] = (await clients[i].follow(await clients[i].submit(await toCheck(clients[i], { event: id, slots }, { email: emails[i], slot })))).path.split('?')[0];
	await clients[3].submit(await clients[3].get(`${tickets[3]}/cancel`), {}, '/cancel');
	await told(id);
	const sequence = Number(await town.sql(`SELECT sequence FROM event WHERE id = ${id}`));

	const url = `/desk/events/${id}/dates/${slots[0]}/off`;
	let page = isPage(await boss.get(url));
	assert.match(said(page), /この日に申し込んだ全員.*中止の理由 .*中止の理由：英語/);
	page = isPage(await boss.submit(page, { why: ' ', why_en: 'Storm' }, '/off'), { status: 422 });
	assert.ok(problems(page).why);
	assert.match(page.text, />\s*Storm<\/textarea>/, 'what was typed stays');
	assert.equal(await seats(town, slots[0]), '2/10 confirmed confirmed cancelled', 'nothing has happened');
	assert.equal((await boss.submit(page, { why: '講師が病気のため', why_en: 'The teacher is ill' }, '/off')).headers.location, `/desk/events/${id}/dates`);

	assert.match((await mailWith(town, emails[0], '講師が病気のため')).text, /お申し込みの日は中止になりました/);
	assert.match((await mailWith(town, emails[1], 'The teacher is ill')).text, /The date that you signed up for does not take place/);
	await told(id);
	for (const i of [2, 3]) assert.ok((await mailsTo(town, emails[i])).every((mail) => !/病気/.test(mail.text)), `nobody else is told: ${i}`);
	assert.equal(await town.sql(`SELECT string_agg(state || coalesce(' ' || why, ''), ', ' ORDER BY id) FROM application WHERE event_id = ${id}`),
		'cancelled event, cancelled event, confirmed, cancelled person');
	assert.equal(Number(await town.sql(`SELECT sequence FROM event WHERE id = ${id}`)), sequence + 1, 'calendars learn of it');
	assert.match(words(isPage(await clients[0].get(tickets[0]))), /お申し込みの日は中止になりました.*講師が病気のため/);
	page = isPage(await clients[1].get(tickets[1]), { lang: 'en' });
	assert.match(page.text, /lang="en">The teacher is ill/);
	// Who reads the event sees which date it is; the other one can still be had.
	page = isPage(await town.client(MINATO).get(`/events/${id}`));
	assert.match(words(page), /中止 講師が病気のため/);
	assert.equal(page.text.match(/病気/g).length, 1);
	assert.ok(page.text.includes(`/events/${id}/apply"`));
	assert.match((await town.client(MINATO).get(`/events/${id}?lang=en`)).text, /lang="en">The teacher is ill/);
	// Called off as a whole afterwards, each date has its own reason.
	assert.equal((await boss.submit(await boss.get(`/desk/events/${id}/off`), { why: '会場が使えないため' }, '/off')).status, 303);
	await mailWith(town, emails[2], '会場が使えないため');
	await told(id);
	assert.match(words(isPage(await clients[0].get(tickets[0]))), /講師が病気のため/);
	assert.match(words(isPage(await clients[2].get(tickets[2]))), /この行事は中止になりました.*会場が使えないため/);
	assert.ok((await mailsTo(town, emails[0])).every((mail) => !/会場が使えない/.test(mail.text)));
});

test('the reason in other words, and in a language for which there was no time: nobody is written to again', async () => {
	for (const whole of [false, true]) {
		const { event: id, slots } = await makeEvent(town, { dates: 2 }), email = somebody(), client = town.client(MINATO);
		await speak(id, 'en', 'zh');
		const ticket = (await signUp(client, { event: id, slots }, { email })).path.split('?')[0];
		await told(id);
		const url = whole ? `/desk/events/${id}/off` : `/desk/events/${id}/dates/${slots[0]}/off`, open = await boss.get(url);
		assert.equal((await boss.submit(open, { why: '台風のため', why_zh: '因台风' }, '/off')).status, 303);
		await mailWith(town, email, '台風のため');
		await told(id);
		const before = await letters(email);
		// A second press of the same button changes nothing.
		assert.equal((await boss.submit(open, { why: '台風のため', why_zh: '因台风' }, '/off')).status, 303);

		assert.ok((await boss.get(whole ? `/desk/events/${id}` : `/desk/events/${id}/dates`)).text.includes(`href="${url}"`), 'a link leads there');
		assert.ok(!(await writer.get(whole ? `/desk/events/${id}` : `/desk/events/${id}/dates`)).text.includes(`href="${url}"`), 'for whoever may');
		let page = isPage(await boss.get(url));
		assert.match(said(page), /中止の理由を書き直す/);
		assert.match(page.text, />\s*台風のため<\/textarea>[^]*>\s*因台风<\/textarea>/);
		assert.equal((await boss.submit(page, { why: '' }, '/off')).status, 422);
		assert.equal((await boss.submit(page, { why: '台風15号のため', why_en: 'Typhoon No. 15', why_zh: '' }, '/off')).status, 303);
		assert.match(words(isPage(await client.get(ticket))), /台風15号のため/);
		page = isPage(await client.get(`${ticket}?lang=en`), { lang: 'en' });
		assert.match(page.text, /lang="en">Typhoon No\. 15/);
		page = await town.client(MINATO).get(`/events/${id}?language=zh`);
		assert.match(page.text, /lang="ja">台風15号のため/, 'taken back, it is Japanese again');
		await told(id);
		assert.equal(await letters(email), before);
		assert.equal(await seats(town, slots[0]), '0/10 cancelled');
	}
});

test('what is over, or goes with the whole event, is not called off by itself', async () => {
	const { event: id, slots } = await makeEvent(town, { dates: 2 }), url = (slot) => `/desk/events/${id}/dates/${slot}/off`;
	const open = await boss.get(url(slots[0]));
	await inside(town, `UPDATE event_slot SET begins = begins - interval '20 days', ends = ends - interval '20 days' WHERE id = ${slots[0]}`);
	assert.equal((await boss.submit(open, { why: '台風のため' }, '/off')).status, 409);
	assert.equal((await boss.get(url(slots[0]))).headers.location, `/desk/events/${id}/dates`);
	assert.ok(!(await boss.get(`/desk/events/${id}/dates/${slots[0]}`)).text.includes('/off"'));
	assert.equal((await boss.submit(await boss.get(`/desk/events/${id}/off`), { why: '台風のため' }, '/off')).status, 303);
	for (const slot of slots) assert.equal((await boss.get(url(slot))).headers.location, `/desk/events/${id}/dates`);
	assert.equal(await town.sql(`SELECT count(*) FROM event_slot WHERE event_id = ${id} AND call_off <> '{}'`), '0');
});

test('a slot of another event, or of another town, is not called off by this address', async () => {
	const mine = await makeEvent(town), other = await makeEvent(town), far = await makeEvent(town, { host: 'yama.localhost' });
	for (const slot of [other.slots[0], far.slots[0]]) assert.equal((await boss.get(`/desk/events/${mine.event}/dates/${slot}/off`)).status, 404);
});
