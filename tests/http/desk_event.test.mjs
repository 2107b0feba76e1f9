// SPDX-License-Identifier: Apache-2.0
//
// An event at the desk: made, dated, published, applied for, decided, taken along, written
// to, called off.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, inside, said } from '../harness/desk.mjs';
import { makeEvent, question, seats, signUp, toCheck } from '../harness/event.mjs';
import { MINATO } from '../harness/house.mjs';
import { isPage } from '../harness/invariants.mjs';
import { eventually, up } from '../harness/up.mjs';
import { mailWith, mailsTo, problems, somebody } from './citizen.mjs';

let town, writer, both;
before(async () => {
	town = await up();
	writer = await desk(town, 'sato');
	both = await desk(town, 'suzuki');
});
after(() => town?.stop());

// The form of the page, not that of signing out; of several, the one whose action contains this.
const send = (client, page, values = {}, which = 'desk/events') => client.submit(page, values, which);
const year = new Date().getFullYear() + 1;
const at = (name, month, day, hour, minute = 0) => ({ [`${name}_year`]: year, [`${name}_month`]: month, [`${name}_day`]: day, [`${name}_hour`]: hour, [`${name}_minute`]: minute });
const begins = { ...at('begins', 4, 3, 10), ...at('ends', 4, 3, 11, 30) };
const until = (month, day) => ({ until_year: year, until_month: month, until_day: day });

async function made(title) {
	const answer = await send(writer, isPage(await writer.get('/desk/events/new')), { title });
	assert.equal(answer.status, 303);
	return Number(/events\/(\d+)/.exec(answer.headers.location)[1]);
}
async function save(client, id, page, values, status = 303) {
	const answer = await send(client, isPage(await client.get(`/desk/events/${id}/${page}`)), values);
	assert.equal(answer.status, status, said(answer));
	return status === 303 ? answer : isPage(answer, { status });
}
const slots = (id) => town.sql(`SELECT string_agg(to_char(begins AT TIME ZONE 'Asia/Tokyo', 'MM-DD HH24:MI') || '/' || coalesce(capacity::text, '-'), ' ' ORDER BY begins) FROM event_slot WHERE event_id = ${id}`);
async function ready(title, rule = 'first') {
	const id = await made(title);
	await save(writer, id, 'content', { title, text: '楽しい会です。', contact: '電話 000' });
	await save(writer, id, 'place', { place: '公民館' });
	await save(writer, id, 'dates', { ...begins, capacity: 1, step: 'once' });
	await save(writer, id, 'rules', { rule, group_max: 1, names: 'all' });
	return id;
}

test('from a title to the public page', async () => {
	const id = await made('親子そば打ち教室');
	let page = isPage(await writer.get(`/desk/events/${id}/publish`));
	assert.match(said(page), /題名、説明、問い合わせ先を書いてください.*会場を書いてください.*日程を加えてください/);
	await save(writer, id, 'content', { title: '', text: 'あ', contact: '電話' }, 422);
	await save(writer, id, 'content', { title: 'あ'.repeat(400), text: 'あ', contact: '電話' }, 422);
	await save(writer, id, 'content', { title: '親子そば打ち教室', text: '粉から打ちます。', contact: '電話 000', fee: '500円', free: null, childcare: 1 });
	await save(writer, id, 'place', { place: '公民館', latitude: '35.6', longitude: '' }, 422);
	await save(writer, id, 'place', { place: '公民館', latitude: '北緯35度', longitude: '139' }, 422);
	await save(writer, id, 'place', { place: '公民館', address: '港町1', latitude: '35.65', longitude: '139.74', access: 'エレベーターがあります' });
	await save(writer, id, 'rules', { rule: 'first', group_max: 0, names: 'all' }, 422);
	await save(writer, id, 'rules', { rule: 'first', group_max: 4, names: 'all', ...at('opens', 3, 2, 9), ...at('closes', 3, 1, 9) }, 422);
	await save(writer, id, 'rules', { rule: 'first', group_max: 4, names: 'all', waiting: 1 });
	await save(writer, id, 'languages/en', { title: 'Making soba', text: '' });
	await save(writer, id, 'around', { reminder_hours: 48, thanks: 'また来てください。' });
	await save(writer, id, 'memo', { memo: '粉を10キロ買う' });
	assert.ok((await writer.get(`/desk/events/${id}/dates`)).status === 200);
	await save(writer, id, 'dates', { ...begins, capacity: 8, step: 'once' });
	assert.equal((await writer.get(`/desk/events/${id}/publish`)).text.includes('公開する</button>'), false, 'a writer does not publish');
	page = isPage(await both.get(`/desk/events/${id}/publish`));
	assert.equal((await send(both, page)).status, 422, 'not by a slip');
	assert.equal((await send(both, page, { sure: 1 })).status, 303);
	assert.equal((await send(both, page, { sure: 1 })).status, 303, 'a second press is the first one');
	page = isPage(await both.get(`/desk/events/${id}`));
	assert.match(said(page), /公開中.*受付中です/);
	assert.match(said(isPage(await both.get('/desk/events?state=open'))), /親子そば打ち教室/);
	assert.match(said(isPage(await both.get('/desk/events?search=' + encodeURIComponent('そば')))), /親子そば打ち教室/);
	const citizen = town.client(MINATO);
	assert.match(said(await citizen.get(`/events/${id}`)), /粉から打ちます/);
	await citizen.get('/lang/en?next=/');
	assert.match(said(await citizen.get(`/events/${id}`)), /Making soba/);
	// A copy has all of it but the dates.
	const copy = await send(writer, isPage(await writer.get(`/desk/events/new?copy=${id}`)), { title: '秋のそば打ち' });
	assert.equal(await town.sql(`SELECT texts->'ja'->>'fee' || ' ' || group_max || ' ' || rule || ' ' || state || ' ' || (SELECT count(*) FROM event_slot s WHERE s.event_id = e.id)
		FROM event e WHERE id = ${/(\d+)$/.exec(copy.headers.location)[1]}`), '500円 4 first draft 0');
});

test('dates: repeated, with exceptions, without holidays, with quotas', async () => {
	const id = await made('くり返しの会');
	for (const [wrong, field] of [
		[{ ...begins, begins_month: 13, step: 'once' }, 'begins'], [{ ...begins, ...at('ends', 4, 3, 9), step: 'once' }, 'ends'],
		[{ ...begins, quotas: '車いす', step: 'once' }, 'quotas'], [{ ...begins, quotas: '市内 3\n市内 4', step: 'once' }, 'quotas'],
		[{ ...begins, quotas: '市内 -3', step: 'once' }, 'quotas'], [{ ...begins, step: 'week' }, 'until'],
		[{ ...begins, ...until(3, 1), step: 'week' }, 'until'], [{ ...begins, ...until(5, 1), except: '2027/2/30', step: 'week' }, 'except'],
		[{ ...begins, capacity: 'たくさん', step: 'once' }, 'capacity'], [{ ...begins, step: 'century' }, 'step'],
	]) assert.ok(problems(await save(writer, id, 'dates', wrong, 422))[field], JSON.stringify(wrong));
	await save(writer, id, 'dates', { ...begins, capacity: 10, quotas: '車いす ２\n\n市内 6', step: 'week', ...until(4, 24), except: `${year}-04-10` });
	assert.equal(await slots(id), '04-03 10:00/10 04-17 10:00/10 04-24 10:00/10');
	assert.equal(await town.sql(`SELECT string_agg(q.name || q.capacity, ' ' ORDER BY q.id) FROM event_quota q JOIN event_slot s ON s.id = q.slot_id WHERE s.event_id = ${id} GROUP BY s.id LIMIT 1`), '車いす2 市内6');
	// Once more: what is there stays alone.
	await save(writer, id, 'dates', { ...begins, capacity: 10, step: 'week', ...until(4, 24), except: `${year}-04-10` }, 422);
	const monthly = await made('毎月の会');
	await save(writer, monthly, 'dates', { ...at('begins', 1, 31, 10), ...at('ends', 1, 31, 11), step: 'month', ...until(6, 1) });
	assert.equal(await slots(monthly), '01-31 10:00/- 03-31 10:00/- 05-31 10:00/-', 'a month without the day is passed over');
	const nth = await made('第2の会'), second = new Date(Date.UTC(year, 0, 8)), days = [];
	for (let month = 0; month < 4; month++) for (let day = 8; day <= 14; day++) if (new Date(Date.UTC(year, month, day)).getUTCDay() === second.getUTCDay()) days.push(`${String(month + 1).padStart(2, '0')}-${String(day).padStart(2, '0')} 10:00/-`);
	await save(writer, nth, 'dates', { ...at('begins', 1, 8, 10), ...at('ends', 1, 8, 11), step: 'nth', ...until(4, 30) });
	assert.equal(await slots(nth), days.join(' '));
	const other = await made('平日の会');
	await save(writer, other, 'dates', { ...at('begins', 4, 28, 10), ...at('ends', 4, 28, 11), step: 'workday', ...until(5, 8) });
	const found = (await slots(other)).split(' ').filter((x) => x.includes('-') && x.length === 5);
	assert.ok(!found.includes('04-29') && !found.some((d) => ['05-03', '05-04', '05-05'].includes(d)), `昭和の日 and 憲法記念日: ${found}`);
	// One is changed, one removed.
	const slot = await town.sql(`SELECT min(id) FROM event_slot WHERE event_id = ${id}`);
	const page = isPage(await writer.get(`/desk/events/${id}/dates/${slot}`));
	assert.match(page.text, /車いす 2\n市内 6/);
	assert.equal((await send(writer, page, { ...at('begins', 4, 4, 13), ...at('ends', 4, 4, 15), capacity: 12, quotas: '市内 7' }, `dates/${slot}`)).status, 303);
	assert.match(await slots(id), /^04-04 13:00\/12/);
	await send(writer, await writer.get(`/desk/events/${id}/dates/${slot}`), {}, 'remove');
	assert.equal(await slots(id), '04-17 10:00/10 04-24 10:00/10');
	const foreign = await made('別の会');
	assert.equal((await writer.get(`/desk/events/${foreign}/dates/${await town.sql(`SELECT max(id) FROM event_slot WHERE event_id = ${id}`)}`)).status, 404, 'a date of another event');
});

test('F26 two clerks at once: the second is told, nothing is lost', async () => {
	const id = await made('ふたりの会');
	const first = await writer.get(`/desk/events/${id}/content`), second = await both.get(`/desk/events/${id}/content`);
	const texts = { text: 'あ', contact: '電話' };
	assert.equal((await send(writer, first, { title: 'ひとりめ', ...texts })).status, 303);
	const late = isPage(await send(both, second, { title: 'ふたりめ', ...texts }), { status: 409 });
	assert.match(said(late), /先に保存されました.*ひとりめ/);
	assert.match(late.text, /value="ふたりめ"/);
	assert.equal(await town.sql(`SELECT texts -> 'ja' ->> 'title' FROM event WHERE id = ${id}`), 'ひとりめ');
	// Another part of the same event is nobody's quarrel.
	await save(both, id, 'memo', { memo: 'x' });
});

test('approval: seats as long as there are some', async () => {
	const id = await ready('承認の会', 'approval');
	await save(both, id, 'publish', { sure: 1 });
	const event = { event: id, slots: [Number(await town.sql(`SELECT id FROM event_slot WHERE event_id = ${id}`))] };
	const emails = [somebody(), somebody()];
	const one = await signUp(town.client(MINATO), event, { names: ['髙橋 一'], email: emails[0] });
	assert.match(said(one), /申込を受け付けました/);
	await signUp(town.client(MINATO), event, { names: ['髙橋 二'], email: emails[1] });
	const ids = (await town.sql(`SELECT id FROM application WHERE event_id = ${id} ORDER BY id`)).split('\n');
	const act = async (application, act, page) => send(writer, isPage(page ?? await writer.get(`/desk/events/${id}/applicants/${application}`)), { act }, `applicants/${application}`);
	assert.equal((await act(ids[0], 'accept')).status, 303);
	await mailWith(town, emails[0], '参加が決まりました');
	const refused = isPage(await act(ids[1], 'accept'), { status: 409 });
	assert.match(said(refused), /席が足りません/);
	// The capacity is not lowered below what is taken; the overhang is told.
	const slot = event.slots[0];
	await town.sql(`UPDATE event_slot SET capacity = 2, taken = 2 WHERE id = ${slot}`);
	const lowered = await send(writer, await writer.get(`/desk/events/${id}/dates/${slot}`), { capacity: 1 }, `dates/${slot}`);
	assert.equal(lowered.status, 422);
	assert.match(problems(lowered).capacity, /1人多くなります/);
	await town.sql(`UPDATE event_slot SET capacity = 1, taken = 1 WHERE id = ${slot}`);
	// Cancelling is asked first; pressed twice it has happened once, and its page says so.
	const first = `/desk/events/${id}/applicants/${ids[0]}`;
	assert.equal((await send(writer, await writer.get(first), { act: 'cancel' }, `applicants/${ids[0]}`)).status, 400, 'not without being asked');
	assert.ok((await writer.get(first)).text.includes(`href="${first}/cancel"`));
	const [asked, beside] = [isPage(await writer.get(`${first}/cancel`)), isPage(await writer.get(`${first}/cancel`))];
	assert.match(said(asked), /取り消しますか.*元に戻すことはできません.*メールが届きます/);
	assert.equal(await seats(town, slot), '1/1 confirmed applied', 'looking does nothing');
	for (const [form, word] of [[asked, /申込を取り消しました/], [asked, /取り消し/], [beside, /もう終わっています/]]) {
		const answer = await send(writer, form, {}, '/cancel');
		assert.equal(answer.headers.location, first);
		const shown = isPage(await writer.follow(answer));
		assert.match(said(shown), word);
		assert.match(said(shown), /取り消し/, 'its state');
	}
	assert.equal((await writer.get(`${first}/cancel`)).headers.location, first);
	await mailWith(town, emails[0], '取り消されました');
	assert.equal((await mailsTo(town, emails[0])).filter((mail) => mail.text.includes('取り消されました')).length, 1);
	assert.equal((await act(ids[1], 'accept')).status, 303);
	assert.equal(await seats(town, slot), '1/1 cancelled confirmed');
	await save(writer, id, 'rules', { rule: 'first' }, 422);
	assert.equal((await writer.get(`/desk/events/${id}/applicants/999999`)).status, 404);
	assert.equal(await town.sql(`SELECT count(*) > 0 FROM audit WHERE act = 'application.seen' AND object_id = ${ids[0]}`), 't');
});

test('代理申込 shares seats and queue, outside the period too', async () => {
	const event = await makeEvent(town, { capacity: 2, columns: { opens: `now() + interval '1 day'`, closes: `now() + interval '2 days'`, once: 'true' } });
	const path = `/desk/events/${event.event}/applicants`;
	assert.equal((await send(writer, isPage(await writer.get(`${path}/new`)), { channel: 'smoke' })).status, 422);
	let page = await writer.follow(await send(writer, isPage(await writer.get(`${path}/new`)), { channel: 'phone' }));
	assert.match(said(isPage(page)), /代理申込/);
	assert.equal((await town.client(MINATO).get(`/events/${event.event}/apply`)).status, 410, 'it is open for staff alone');
	page = await writer.follow(await writer.submit(page, { slot: event.slots[0], people: 2 }, 0));
	for (const name of ['電話 太郎', '電話 花子']) page = await writer.follow(await writer.submit(page, { name }, '/person/'));
	for (const wrong of ['12', '1234-5678', '03-12', '電話', '090-1234-56789-0', '+1 2']) {
		const answer = await writer.submit(page, { phone: wrong }, '/contact');
		assert.equal(answer.status, 422, wrong);
		assert.match(problems(answer).phone, /市外局番/);
		assert.ok(answer.text.includes(`value="${wrong}"`), 'what was typed stays');
	}
	page = await writer.follow(await writer.submit(page, { phone: '03-1234-5678' }, '/contact'));
	assert.match(said(page), /03-1234-5678/);
	page = isPage(await writer.follow(await writer.submit(page, {}, '/check')));
	assert.match(said(page), /申込を受け付けました.*電話 太郎.*参加決定.*電話/);
	const number = await town.sql(`SELECT number FROM application WHERE event_id = ${event.event}`);
	for (const [typed, found] of [['電話太郎', true], ['電話　花子', true], ['0312345678', true], ['３４５６', true], ['03-1234-5678', true], [number.replaceAll('-', ''), true], ['電話三郎', false], ['12', true], ['999', false]])
		assert.equal(/電話 太郎/.test(said(await writer.get(`${path}?search=${encodeURIComponent(typed)}`))), found, typed);
	assert.equal(await town.sql(`SELECT a.channel || ' ' || s.login FROM application a JOIN staff s ON s.id = a.staff_id WHERE a.event_id = ${event.event}`), 'phone sato');
	assert.equal(await seats(town, event.slots[0]), '2/2 confirmed');
	// Without an address, at the counter: the queue.
	page = await writer.follow(await send(writer, await writer.get(`${path}/new`), { channel: 'counter' }));
	page = await writer.follow(await writer.submit(page, { slot: event.slots[0], people: 1 }, 0));
	page = await writer.follow(await writer.submit(page, { name: '窓口 次郎' }, '/person/'));
	page = await writer.follow(await writer.submit(page, {}, '/contact'));
	page = isPage(await writer.follow(await writer.submit(page, {}, '/check')));
	assert.match(said(page), /キャンセル待ちで受け付けました/);
	assert.equal(await seats(town, event.slots[0]), '2/2 confirmed waiting');
	assert.match(said(isPage(await writer.get(`${path}?search=${encodeURIComponent('次郎')}`))), /窓口 次郎.*1番目/);
	assert.doesNotMatch(said(await writer.get(`${path}?search=${encodeURIComponent('次郎')}`)), /電話 太郎/);
	// Somebody else's language: that of their letters, while the form stays the clerk's.
	await inside(town, `UPDATE questionnaire SET languages = '{ja,en}' WHERE id = (SELECT questionnaire_id FROM event WHERE id = ${event.event})`);
	const asks = await writer.get(`${path}/new`);
	assert.match(said(asks), /メールのことば.*日本語.*英語/);
	assert.ok(/<input[^>]* value="en" checked/.test((await send(writer, asks, { channel: 'smoke', letters: 'en' })).text), 'what was chosen stays');
	page = await writer.follow(await send(writer, asks, { channel: 'phone', letters: 'en' }));
	page = await writer.follow(await writer.submit(page, { slot: event.slots[0], people: 1 }, 0));
	page = await writer.follow(await writer.submit(page, { name: 'Ann' }, '/person/'));
	page = await writer.follow(await writer.submit(page, { email: 'ann@example.jp' }, '/contact'));
	page = isPage(await writer.follow(await writer.submit(page, {}, '/check')));
	assert.equal(await town.sql(`SELECT language FROM application WHERE event_id = ${event.event} ORDER BY id DESC LIMIT 1`), 'en');
	// Whoever is not signed in has nothing of a draft that staff began.
	page = await writer.follow(await send(writer, await writer.get(`${path}/new`), { channel: 'phone' }));
	const thief = town.client(MINATO);
	thief.cookies.set('__Host-apply', writer.cookies.get('__Host-apply'));
	assert.equal((await thief.get(`/events/${event.event}/apply`)).status, 410);
});

test('the queue: staff put somebody ahead, with the reason', async () => {
	const event = await makeEvent(town, { capacity: 1 }), clients = [0, 1, 2].map(() => town.client(MINATO)), tickets = [];
	for (const [i, client] of clients.entries()) tickets.push((await signUp(client, event, { names: [`待 ${i}`] })).path);
	const id = await town.sql(`SELECT max(id) FROM application WHERE event_id = ${event.event}`), path = `/desk/events/${event.event}/applicants/${id}`;
	const act = async (values) => writer.post(path, { token: /name="token" value="([^"]+)"/.exec((await writer.get(path)).text)[1], ...values });
	assert.match(said(await clients[2].get(tickets[2])), /あなたは2番目です/);
	assert.ok(problems(isPage(await act({ act: 'ahead', why: '' }), { status: 422 })).why);
	assert.equal((await act({ act: 'ahead', why: '前回の中止' })).status, 303);
	assert.match(said(await clients[2].get(tickets[2])), /あなたは1番目です/);
	assert.match(said(await clients[1].get(tickets[1])), /あなたは2番目です/);
	assert.match(said(isPage(await writer.get(`/desk/events/${event.event}/applicants`))), /待 2.*1番目.*優先.*待 1.*2番目/);
	assert.equal(await town.sql(`SELECT detail ->> 'why' FROM audit WHERE act = 'application.ahead' AND object_id = ${id}`), '前回の中止');
	await clients[0].submit(await clients[0].get(`${tickets[0]}/cancel`), {}, '/cancel');
	assert.equal(await seats(town, event.slots[0]), '1/1 cancelled waiting confirmed');
	assert.equal((await act({ act: 'ahead', why: 'もう一度' })).status, 409, 'who has a seat does not wait');
});

test('many: page by page, each once; found by name; all in the files', async () => {
	const event = await makeEvent(town, { capacity: 1000 }), path = `/desk/events/${event.event}/applicants`, client = town.client(MINATO);
	await signUp(client, event, { names: ['針 花子'] });
	// As many again as fill three pages, under other numbers.
	await inside(town, `INSERT INTO application (event_id, slot_id, number, people, state, person, contact, waiting)
		SELECT event_id, slot_id, 'N-' || lpad(n::text, 4, '0'), 1, CASE n % 3 WHEN 0 THEN 'confirmed' WHEN 1 THEN 'waiting' ELSE 'cancelled' END, person, NULL,
		       CASE n % 3 WHEN 1 THEN n END FROM application, generate_series(1, 700) n WHERE event_id = ${event.event};
		UPDATE application SET state = state`);
	const seen = [];
	let next = `${path}?state=all`, pages = 0;
	for (; next; pages++) {
		const page = isPage(await writer.get(next));
		seen.push(...[...page.text.matchAll(new RegExp(`href="${path}/(\\d+)"`, 'g'))].map((m) => m[1]));
		next = page.text.match(/rel="next" href="([^"]+)"/)?.[1].replaceAll('&amp;', '&');
	}
	assert.equal(pages, 8);
	assert.equal(seen.length, 701);
	assert.equal(new Set(seen).size, 701, 'nobody twice');
	assert.match(said(isPage(await writer.get(`${path}?search=N-0699`))), /N-0699/);
	assert.equal([...(await writer.get(`${path}?search=${encodeURIComponent('針')}`)).text.matchAll(/<th scope="row">/g)].length, 100, 'a page of those found');
	assert.equal((await writer.get(`${path}/csv?state=all`)).text.trim().split('\r\n').length, 702);
});

test('events, page by page', async () => {
	await inside(town, `INSERT INTO event (department_id, author_id, texts) SELECT department_id, author_id, jsonb_build_object('ja', jsonb_build_object('title', '山の会 ' || n))
		FROM (SELECT * FROM event ORDER BY id LIMIT 1) e, generate_series(1, 120) n`);
	const seen = [];
	let next = `/desk/events?search=${encodeURIComponent('山の会')}`;
	while (next) {
		const page = isPage(await writer.get(next));
		seen.push(...[...page.text.matchAll(/href="\/desk\/events\/(\d+)"/g)].map((m) => m[1]));
		next = page.text.match(/rel="next" href="([^"]+)"/)?.[1].replaceAll('&amp;', '&');
	}
	assert.equal(seen.length, 120);
	assert.equal(new Set(seen).size, 120);
});

test('taken along: csv, workbook, sheet, badges, certificate', async () => {
	const event = await makeEvent(town, { group: 3, quotas: { 市内: 5 }, each: ['q1'], questions: [question('q1', 'text', '学年'), question('q2', 'text', '=来る方法')] });
	const client = town.client(MINATO);
	await signUp(client, event, { names: ['=SUM(1)', '髙橋 花子'], also: [{ kana: 'さむ', q1: '大人', [`quota_${event.quotas[0]}`]: 1 }, { q1: '3年' }], answers: { q2: '自転車' } });
	const path = `/desk/events/${event.event}/applicants`;
	const csv = await writer.get(`${path}/csv?state=all`);
	assert.match(csv.headers['content-type'], /text\/csv/);
	const lines = csv.text.replace(/^﻿/, '').trim().split('\r\n');
	assert.equal(lines.length, 3, csv.text);
	assert.match(lines[0], /受付番号,状態,.*学年/);
	assert.match(lines[1], /参加決定.*'=SUM\(1\),さむ.*市内 1.*大人,自転車$/);
	assert.match(lines[2], /髙橋 花子.*3年,自転車$/);
	const xlsx = await writer.get(`${path}/xlsx`);
	assert.equal(xlsx.bytes.subarray(0, 2).toString(), 'PK');
	// Whoever was not there has no certificate.
	const id = await town.sql(`SELECT id FROM application WHERE event_id = ${event.event}`);
	assert.equal((await writer.get(`${path}/${id}/certificate`)).status, 409);
	assert.doesNotMatch((await writer.get(`${path}/${id}`)).text, /certificate/);
	await inside(town, `INSERT INTO checkin (id, event_id, slot_id, application_id, people) SELECT gen_random_uuid(), event_id, slot_id, id, 1 FROM application WHERE id = ${id}`);
	assert.match((await writer.get(`${path}/${id}`)).text, /certificate/);
	for (const paper of ['sheet', 'badges', `${await town.sql(`SELECT id FROM application WHERE event_id = ${event.event}`)}/certificate`]) {
		const pdf = await writer.get(`${path}/${paper}`);
		assert.equal(pdf.status, 200, paper);
		assert.equal(pdf.bytes.subarray(0, 5).toString(), '%PDF-', paper);
	}
	assert.ok(Number(await town.sql(`SELECT count(*) FROM audit WHERE act = 'event.exported' AND object_id = ${event.event}`)) >= 5);
});

test('written to: counted first, then one letter each; called off: exactly those who signed up', async () => {
	const event = await makeEvent(town, { capacity: 1, dates: 2 });
	const emails = [somebody(), somebody(), somebody()];
	await signUp(town.client(MINATO), event, { names: ['一'], email: emails[0] });
	await signUp(town.client(MINATO), event, { names: ['二'], email: emails[1] });
	const left = town.client(MINATO), ticket = await signUp(left, event, { names: ['三'], email: emails[2], slot: event.slots[1] });
	await left.submit(await left.get(`${ticket.path}/cancel`), {}, '/cancel');
	let page = isPage(await both.get(`/desk/events/${event.event}/notices`));
	assert.equal((await send(both, page, { subject: '', body: '' })).status, 422);
	const words = { states_1: 1, states_2: 1, subject: '集合場所の変更', body: '北口に集まってください。' };
	page = isPage(await send(both, page, words));
	assert.match(said(page), /2組に送ります/);
	assert.equal(await town.sql(`SELECT count(*) FROM event_notice WHERE event_id = ${event.event}`), '0');
	assert.equal((await send(both, page, words)).status, 303);
	for (const email of emails.slice(0, 2)) assert.match((await mailWith(town, email, '北口に集まって')).header('subject'), /集合場所の変更/);
	await eventually('sent', async () => await town.sql(`SELECT people FROM event_notice WHERE event_id = ${event.event} AND sent IS NOT NULL`) === '2');
	assert.match(said(isPage(await both.get(`/desk/events/${event.event}/notices`))), /2組に送りました/);
	const id = await town.sql(`SELECT min(id) FROM application WHERE event_id = ${event.event}`);
	assert.match(said(isPage(await writer.get(`/desk/events/${event.event}/applicants/${id}`))), /申込の結果.*集合場所の変更/);

	await save(both, event.event, 'off', { why: '' }, 422);
	await save(both, event.event, 'off', { why: '台風のため' });
	for (const email of emails.slice(0, 2)) assert.match((await mailWith(town, email, '台風のため')).header('subject'), /中止/);
	assert.equal(await town.sql(`SELECT count(*) FROM letter l JOIN application a ON a.id = l.application_id WHERE a.event_id = ${event.event} AND a.why = 'event'`), '6', 'two each before, and one');
	assert.equal(await town.sql(`SELECT string_agg(why, ' ' ORDER BY id) FROM application WHERE event_id = ${event.event}`), 'event event person');
	assert.equal((await send(both, page, words)).status, 303, 'the same press');
	assert.match(said(isPage(await both.get(`/desk/events/${event.event}`))), /中止になりました.*台風のため/);
});

test('a reminder before, thanks after, to those who came', async () => {
	const event = await makeEvent(town, { group: 1, columns: { thanks: `'ありがとうございました。'` } });
	const emails = [somebody(), somebody()];
	for (const [i, email] of emails.entries()) await signUp(town.client(MINATO), event, { names: [`客${i}`], email });
	await mailWith(town, emails[1], '参加が決まりました');
	await inside(town, `UPDATE application SET created = now() - interval '30 days' WHERE event_id = ${event.event};
		UPDATE event_slot SET begins = now() + interval '5 hours', ends = now() + interval '6 hours' WHERE event_id = ${event.event};
		UPDATE application SET due = NULL WHERE event_id = ${event.event}`);
	for (const email of emails) assert.match((await mailWith(town, email, '行事の日が近づきました')).header('subject'), /もうすぐ/);
	await inside(town, `INSERT INTO checkin (id, event_id, slot_id, application_id, people) SELECT gen_random_uuid(), event_id, slot_id, id, 1 FROM application WHERE event_id = ${event.event} ORDER BY id LIMIT 1;
		UPDATE event_slot SET begins = now() - interval '3 hours', ends = now() - interval '1 hour' WHERE event_id = ${event.event};
		UPDATE application SET due = NULL WHERE event_id = ${event.event}`);
	await mailWith(town, emails[0], 'ありがとうございました。');
	await eventually('both are done', async () => await town.sql(`SELECT count(*) FROM application WHERE event_id = ${event.event} AND thanked IS NOT NULL`) === '2');
	assert.equal(await town.sql(`SELECT count(*) FROM letter l JOIN application a ON a.id = l.application_id WHERE a.event_id = ${event.event} AND l.kind = 'application_thanks'`), '1');
});

test('who was reminded of a day that was put off is reminded again', async () => {
	const { event, slots: [slot] } = await makeEvent(town, { group: 1, days: 0.2, capacity: 4, columns: { reminder_hours: '24' } }), email = somebody();
	await signUp(town.client(MINATO), { event, slots: [slot] }, { names: ['客'], email });
	await mailWith(town, email, '参加が決まりました');
	await inside(town, `UPDATE application SET told = state, reminded = now() WHERE event_id = ${event}`);
	const reminded = () => town.sql(`SELECT count(*) FROM application WHERE event_id = ${event} AND reminded IS NOT NULL`);
	assert.match(said(await writer.follow(await save(writer, event, `dates/${slot}`, { capacity: 5 }))), /保存しました/);
	assert.equal(await reminded(), '1', 'the day is the same');
	const past = await save(writer, event, `dates/${slot}`, { ...begins, begins_year: 2020, ends_year: 2020 }, 422);
	assert.match(problems(past).begins, /これから先の日時/);
	assert.match(past.text, /name="begins_year"[^>]*value="2020"/);
	assert.match(said(await writer.follow(await save(writer, event, `dates/${slot}`, begins))), /申し込んだ人には、まだ知らせていません/);
	assert.equal(await reminded(), '0');
	assert.equal(await town.sql(`SELECT a.due = s.begins - interval '24 hours' FROM application a JOIN event_slot s ON s.id = a.slot_id WHERE a.event_id = ${event}`), 't');
});

test('after the date: words for those who did not come, and for those who waited in vain', async () => {
	const event = await makeEvent(town, { group: 1, capacity: 2, columns: { thanks: `'ありがとうございました。'` } });
	const emails = [somebody(), somebody(), somebody()];
	for (const [i, email] of emails.entries()) await signUp(town.client(MINATO), event, { names: [`客${i}`], email });
	await save(writer, event.event, 'around', { thanks: 'ありがとうございました。', missed: 'お待ちしていました。', sorry: '次の回にお申し込みください。' });
	await mailWith(town, emails[2], 'キャンセル待ち');
	await inside(town, `INSERT INTO checkin (id, event_id, slot_id, application_id, people) SELECT gen_random_uuid(), event_id, slot_id, id, 1 FROM application WHERE event_id = ${event.event} ORDER BY id LIMIT 1;
		UPDATE application SET told = state, reminded = now() WHERE event_id = ${event.event};
		UPDATE event_slot SET begins = now() - interval '3 hours', ends = now() - interval '1 hour' WHERE event_id = ${event.event};
		UPDATE application SET due = NULL WHERE event_id = ${event.event}`);
	assert.match((await mailWith(town, emails[0], 'ありがとうございました。')).header('subject'), /ありがとう/);
	assert.match((await mailWith(town, emails[1], 'お待ちしていました。')).header('subject'), /ご参加がなかった方へ/);
	assert.match((await mailWith(town, emails[2], '次の回にお申し込みください。')).header('subject'), /お席を用意できませんでした/);
	await eventually('all are done', async () => await town.sql(`SELECT count(*) FROM application WHERE event_id = ${event.event} AND thanked IS NOT NULL AND due IS NULL`) === '3');
	assert.equal(await town.sql(`SELECT string_agg(l.kind, ' ' ORDER BY l.application_id) FROM letter l JOIN application a ON a.id = l.application_id WHERE a.event_id = ${event.event} AND l.kind NOT IN ('application_state')`),
		'application_thanks application_missed application_sorry', 'one each, in the ledger');
});

test('the sign-up form is built with the same pages as a survey', async () => {
	const id = await made('質問の会');
	const page = isPage(await writer.get(`/desk/events/${id}/questions`));
	assert.equal(page.status, 200);
	const chosen = await send(writer, isPage(await writer.get(`/desk/events/${id}/questions/new`)), { kind: 'text' }, 'questions/new');
	assert.equal(chosen.status, 303, said(chosen));
	const saved = await send(writer, isPage(await writer.get(chosen.headers.location)), { label: '学年', required: 1 }, '/questions/');
	assert.equal(saved.status, 303, said(saved));
	await save(writer, id, 'each', { each_1: 1 });
	assert.equal(await town.sql(`SELECT each FROM event WHERE id = ${id}`), '{q1}');
});

test('what each person answers and what is answered once do not lead to each other: said before publication, in words', async () => {
	const id = await ready('バスの会'), choices = ['はい', 'いいえ'].map((text, i) => ({ code: String(i + 1), texts: { ja: text } }));
	await inside(town, `INSERT INTO question (questionnaire_id, code, place, kind, required, texts, choices, settings, show, jumps)
		SELECT e.questionnaire_id, x.* FROM event e, (VALUES
			('q1', 1, 'single', true, '{"ja": {"label": "バスに乗る"}}'::jsonb, '${JSON.stringify(choices)}'::jsonb, '{}'::jsonb, NULL::jsonb, '[]'::jsonb),
			('q2', 2, 'text', true, '{"ja": {"label": "停留所"}}', '[]', '{}', '{"any": [{"all": [{"question": "q1", "is": "chosen", "value": "1"}]}]}', '[]')) AS x WHERE e.id = ${id};
		UPDATE questionnaire SET questions = 2 WHERE id = (SELECT questionnaire_id FROM event WHERE id = ${id})`);
	assert.match(said(await both.get(`/desk/events/${id}/publish`)), /足りないものはありません/);
	await save(writer, id, 'each', { each_1: 1 });
	assert.match(said(await both.get(`/desk/events/${id}/publish`)), /2 停留所 1人ずつ聞く質問と、申込ごとに1回聞く質問は/);
	assert.match(said(await writer.get(`/desk/events/${id}/questions`)), /1人ずつ聞く質問と、申込ごとに1回聞く質問は/);
	await save(writer, id, 'each', { each_1: 1, each_2: 1 });
	await save(both, id, 'publish', { sure: 1 });
});

test('rules after publication: who begins to take applications asks the questions; lotteries stay what they are', async () => {
	const id = await ready('川の掃除', 'none');
	await send(writer, isPage(await writer.get(`/desk/events/${id}/questions/new`)), { kind: 'text' }, 'questions/new');
	await save(both, id, 'publish', { sure: 1 });
	assert.match(said(await save(writer, id, 'rules', { rule: 'lottery' }, 422)), /公開したあとは、抽選に変えることも/);
	assert.match(said(await save(writer, id, 'rules', { rule: 'first' }, 422)), /申込のときに聞くことに直すところがあります/);
	assert.equal((await send(writer, isPage(await writer.get(`/desk/events/${id}/questions/q1`)), { label: '車種' }, '/questions/')).status, 303);
	await save(writer, id, 'rules', { rule: 'first' });
	const client = town.client('minato.localhost'), slot = Number(await town.sql(`SELECT id FROM event_slot WHERE event_id = ${id}`));
	assert.match(said(await toCheck(client, { event: id, slots: [slot] }, { answers: { q1: '軽トラック' } })), /車種 軽トラック/);
	const bare = await makeEvent(town, {});
	assert.equal((await writer.get(`/desk/events/${bare.event}/questions/new`)).headers.location, `/desk/events/${bare.event}/questions`, 'a question that nobody would be asked');
});

test('a lottery that is published keeps its dates and a number of seats for each', async () => {
	const { event, slots } = await makeEvent(town, { rule: 'lottery', capacity: 4, columns: { closes: `now() + interval '1 day'` } });
	assert.match(said(await save(writer, event, `dates/${slots[0]}`, { capacity: '' }, 422)), /抽選では、すべての日に定員を決めてください/);
	assert.match(said(await save(writer, event, 'dates', { ...begins, capacity: 4, step: 'once' }, 422)), /公開したあとに日程を加えられません/);
	assert.equal(await town.sql(`SELECT string_agg(capacity::text, ' ') FROM event_slot WHERE event_id = ${event}`), '4');
});

test('in a strict queue a group that is larger than the date, or its quota, keeps nobody waiting', async () => {
	const made = await makeEvent(town, { capacity: 3, quotas: { 市内: 2 }, columns: { in_order: 'true' } }), chair = { [`quota_${made.quotas[0]}`]: 1 }, first = town.client(MINATO);
	const ticket = await signUp(first, made, { names: ['一'] });
	await signUp(town.client(MINATO), made, { names: ['二', '三', '四'] });
	await signUp(town.client(MINATO), made, { names: ['五', '六'], also: [chair, chair] });
	// They signed up when both were larger.
	await town.sql(`SET session_replication_role = replica; UPDATE event_slot SET capacity = 2 WHERE id = ${made.slots[0]}; UPDATE event_quota SET capacity = 1 WHERE id = ${made.quotas[0]}`);
	await signUp(town.client(MINATO), made, { names: ['七'] });
	assert.equal(await seats(town, made.slots[0]), '2/2 confirmed waiting waiting confirmed');
	await signUp(town.client(MINATO), made, { names: ['八'] });
	const path = ticket.path.split('?')[0];
	await first.submit(await first.get(`${path}/cancel`), {}, '/cancel');
	assert.equal(await seats(town, made.slots[0]), '2/2 cancelled waiting waiting confirmed confirmed');
});

test('a queue that is not strict any more lets those in who fit', async () => {
	const made = await makeEvent(town, { capacity: 4, columns: { in_order: 'true' } });
	for (const names of [['一', '二', '三'], ['四', '五'], ['六']]) await signUp(town.client('minato.localhost'), made, { names });
	assert.equal(await seats(town, made.slots[0]), '3/4 confirmed waiting waiting');
	await save(writer, made.event, 'rules', { in_order: null });
	assert.equal(await seats(town, made.slots[0]), '4/4 confirmed waiting confirmed');
});
