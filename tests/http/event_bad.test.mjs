// SPDX-License-Identifier: Apache-2.0
//
// What goes wrong at an event, and the clear word for each: the list of bad input that
// events must stand, and what staff change while somebody types.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, inside, said } from '../harness/desk.mjs';
import { makeEvent, question, seats, signUp, toCheck } from '../harness/event.mjs';
import { MINATO, YAMA } from '../harness/house.mjs';
import { isPage } from '../harness/invariants.mjs';
import { readQr } from '../harness/qr.mjs';
import { up } from '../harness/up.mjs';
import { problems, somebody, words } from './citizen.mjs';

let town, writer;
before(async () => {
	town = await up();
	writer = await desk(town, 'sato');
});
after(() => town?.stop());
const browser = (host = MINATO) => town.client(host);
const link = (page) => page.path.split('?')[0];
// What the door says; the words of all other panels are in its page too.
const panel = (page) => said({ text: /<div id="result"[\s\S]*?(?=<div id="panels")/.exec(page.text)[0] });
const token = (page) => /name="token" value="([^"]+)"/.exec(page.text)[1];

test('seats beyond the group limit, also where it fell meanwhile', async () => {
	const made = await makeEvent(town, { group: 4 }), client = browser(), at = `/events/${made.event}/apply`;
	const answer = await client.submit(await client.get(at), { slot: made.slots[0], people: 5 });
	assert.equal(answer.status, 422);
	assert.match(problems(answer).people, /4人まで/);
	const check = await toCheck(client, made, { names: ['一', '二', '三'] });
	await inside(town, `UPDATE event SET group_max = 2 WHERE id = ${made.event}`);
	const back = await client.submit(check);
	assert.equal(back.headers.location, at, 'back to the number of people');
	assert.equal(await seats(town, made.slots[0]), '0/10');
	assert.equal((await client.get(`${at}/person/1`)).headers.location, at);
});

test('fewer people than before claim no more than they are', async () => {
	const made = await makeEvent(town, { group: 4, quotas: { 市内: 3 } }), client = browser(), at = `/events/${made.event}/apply`, claim = { [`quota_${made.quotas[0]}`]: 1 };
	await signUp(browser(), made, { also: [claim] });
	assert.match(words(await toCheck(client, made, { names: ['一', '二', '三'], also: [claim, claim, claim] })), /キャンセル待ちになります/);
	let page = await client.follow(await client.submit(await client.get(at), { slot: made.slots[0], people: 2 }));
	assert.doesNotMatch(words(page), /キャンセル待ち/, 'the third claims nothing any more');
	page = await client.follow(await client.submit(page));
	assert.match(words(page), /参加が決まりました/);
	assert.equal(await town.sql(`SELECT taken FROM event_quota WHERE id = ${made.quotas[0]}`), '3');
});

test("a child's birth date in the future", async () => {
	const made = await makeEvent(town, { each: ['q1'], questions: [question('q1', 'date', 'お子さんの生年月日', { settings: { past: true } })] });
	const client = browser(), at = `/events/${made.event}/apply`;
	await client.submit(await client.get(at), { slot: made.slots[0], people: 1 });
	const answer = isPage(await client.submit(await client.get(`${at}/person/1`), { name: '山田 はる', q1_year: new Date().getFullYear() + 2, q1_month: 4, q1_day: 1 }), { status: 422 });
	assert.match(problems(answer).q1, /今日|未来|まで/);
	assert.ok(answer.text.includes('value="山田 はる"'));
});

test('an address: its district by postcode or chosen, one that there is, and what is wrong said once', async () => {
	const made = await makeEvent(town, { questions: [question('q1', 'address', 'お住まい', { settings: { district: true } })] });
	const [district, postcode, name] = (await inside(town, `SELECT p.district_id, p.postcode, d.name FROM district_postcode p JOIN district d ON d.id = p.district_id
		WHERE p.postcode IN (SELECT postcode FROM district_postcode GROUP BY postcode HAVING count(*) = 1) ORDER BY 1 LIMIT 1`)).split('|');
	const none = Number(await inside(town, 'SELECT max(id) FROM district')) + 1, at = `/events/${made.event}/apply`;
	for (const answers of [{ q1_postcode: postcode }, { q1_district: district }])
		assert.ok(words(isPage(await toCheck(browser(), made, { answers }))).includes(name), JSON.stringify(answers));
	const client = browser();
	await toCheck(client, made, { answers: { q1_district: district } });
	for (const [sent, wrong] of [[{ q1_postcode: '12', q1_district: '' }, { q1_postcode: '郵便番号を7桁の数字で入力してください' }],
		[{ q1_postcode: '', q1_district: none }, { q1_district: '地区を選んでください' }]])
		assert.deepEqual(problems(isPage(await client.submit(await client.get(`${at}/q`), sent), { status: 422 })), wrong);
});

test('a slot of another event, of another town, and one that was taken away meanwhile', async () => {
	const made = await makeEvent(town), other = await makeEvent(town), far = await makeEvent(town, { host: YAMA });
	const client = browser(), at = `/events/${made.event}/apply`;
	for (const slot of [other.slots[0], far.slots[0], 0, -1, '9223372036854775807', '99999999999999999999', '1;2']) {
		const answer = await client.submit(await client.get(at), { slot, people: 1 });
		assert.equal(answer.status, 422, String(slot));
		assert.ok(problems(answer).slot, String(slot));
	}
	const check = await toCheck(client, made);
	await inside(town, `INSERT INTO event_slot (event_id, begins, ends, capacity) SELECT event_id, begins + interval '1 day', ends + interval '1 day', 5 FROM event_slot WHERE id = ${made.slots[0]};
		DELETE FROM event_slot WHERE id = ${made.slots[0]}`);
	assert.equal((await client.submit(check)).headers.location, at, 'another one is chosen');
	assert.match(words(isPage(await client.get(`${at}`))), /参加する日/);
});

test('a quota that was taken away while somebody claimed it: told, and nobody waits for it', async () => {
	const made = await makeEvent(town, { quotas: { 車いす: 1 } }), client = browser();
	const check = await toCheck(client, made, { names: ['一'], also: [{ [`quota_${made.quotas[0]}`]: 1 }] });
	assert.match(words(check), /車いす/);
	await inside(town, `DELETE FROM event_quota WHERE id = ${made.quotas[0]}`);
	let page = await client.submit(check);
	assert.equal(page.headers.location, `/events/${made.event}/apply/person/1`);
	assert.equal(await seats(town, made.slots[0]), '0/10');
	page = await client.follow(await client.submit(await client.follow(page), { name: '一' }));
	page = await client.follow(await client.submit(page));
	assert.match(words(page), /参加が決まりました/);
});

test('a forged ticket, one copied with another number, one of another town', async () => {
	const made = await makeEvent(town), [one, two] = [await signUp(browser(), made), await signUp(browser(), made)];
	const [number, code] = link(one).slice('/tickets/'.length).split('.'), other = link(two).slice('/tickets/'.length).split('.')[0];
	const stranger = browser();
	for (const forged of [`${other}.${code}`, `${number}.${code.slice(0, -1)}`, `${number}.${code}A`, `${number}.${'A'.repeat(22)}`, number, `${number}.`, `.${code}`, `${number}.${code}.${code}`,
		`${number}%00.${code}`, '%E5%8F%97%E4%BB%98', 'x'.repeat(2000)]) {
		const page = await stranger.get(`/tickets/${forged}`);
		assert.ok([400, 404, 414].includes(page.status), `${forged}: ${page.status}`);
		if (page.status === 404) assert.match(words(page), /申込が見つかりません|見つかりません/, forged);
	}
	assert.equal((await browser(YAMA).get(link(one))).status, 404);
	assert.equal((await stranger.get(link(one))).status, 200, 'the right one');
});

test('a cancel link used twice', async () => {
	const made = await makeEvent(town, { capacity: 1 }), client = browser(), ticket = await signUp(client, made, { names: ['一'] });
	const leave = await client.get(`${link(ticket)}/cancel`), again = async (what) =>
		words(await client.follow(await client.post(`${link(ticket)}/${what}`, { token: token(await client.get(`/events/${made.event}/apply`)) })));
	assert.match(words(await client.follow(await client.submit(leave, {}, '/cancel'))), /申込を取り消しました/);
	assert.match(await again('cancel'), /もう終わっています/);
	assert.equal((await client.get(`${link(ticket)}/cancel`)).headers.location, link(ticket), 'the link leads to the ticket, which says so');
	assert.match(await again('change'), /もう変更できません/, 'nor is it changed');
	assert.equal(await seats(town, made.slots[0]), '0/1 cancelled', 'one seat came back, once');
});

test('a page for leaving that was opened before the date, pressed after it', async () => {
	const made = await makeEvent(town, { capacity: 1 }), client = browser(), ticket = await signUp(client, made, { names: ['一'] });
	const leave = await client.get(`${link(ticket)}/cancel`);
	await inside(town, `UPDATE event_slot SET begins = now() - interval '3 hours', ends = now() - interval '1 hour' WHERE id = ${made.slots[0]}`);
	assert.match(words(await client.follow(await client.submit(leave, {}, '/cancel'))), /もう終わっています/);
	assert.equal(await seats(town, made.slots[0]), '1/1 confirmed', 'who was there was there');
});

test('an offer accepted by a page that was opened before the date, after it', async () => {
	const made = await makeEvent(town, { capacity: 1, columns: { offer_hours: 24 } }), [a, b] = [browser(), browser()];
	const first = await signUp(a, made, { names: ['一'] }), second = await signUp(b, made, { names: ['二'] });
	await a.follow(await a.submit(await a.get(`${link(first)}/cancel`), {}, '/cancel'));
	const offered = await b.get(link(second));
	await inside(town, `UPDATE event_slot SET begins = now() - interval '3 hours', ends = now() - interval '1 hour' WHERE id = ${made.slots[0]}`);
	await b.follow(await b.submit(offered, {}, '/accept'));
	assert.equal(await seats(town, made.slots[0]), '1/1 cancelled offered', 'nobody comes to what is over');
});

test('an expired offer accepted', async () => {
	const made = await makeEvent(town, { capacity: 1, columns: { offer_hours: 24 } }), [a, b] = [browser(), browser()];
	const first = await signUp(a, made, { names: ['一'] }), second = await signUp(b, made, { names: ['二'] });
	await a.submit(await a.get(`${link(first)}/cancel`), {}, '/cancel');
	assert.equal(await seats(town, made.slots[0]), '1/1 cancelled offered');
	const offer = await b.get(link(second));
	await inside(town, `UPDATE application SET offer_until = now() - interval '1 minute', told = 'offered' WHERE slot_id = ${made.slots[0]} AND state = 'offered'`);
	assert.match(words(await b.follow(await b.submit(offer, {}, '/accept'))), /期限が過ぎているため/);
	// Passed on or about to be: there is nothing to press.
	const page = isPage(await b.get(link(second)));
	assert.match(words(page), /期限が過ぎました/);
	assert.ok(!page.text.includes('/accept"') && !page.text.includes('/change"') && !page.text.includes('/cancel"'));
	assert.doesNotMatch(await seats(town, made.slots[0]), /confirmed/);
});

// A door of the event's first date: what it says about a number or a code.
const door = (made) => async (text) => {
	const path = `/desk/events/${made.event}/checkin`;
	return panel(await writer.follow(await writer.submit(await writer.get(`${path}?slot=${made.slots[0]}`), { slot: made.slots[0], text }, '/checkin')));
};
const numberOf = (page) => link(page).slice('/tickets/'.length).split('.')[0];
const entries = (...events) => town.sql(`SELECT count(*) FROM checkin WHERE event_id IN (${events.map((e) => e.event)}) AND NOT again`);

test("a QR of last year's event", async () => {
	const past = await makeEvent(town, { title: '去年の会' }), made = await makeEvent(town, { title: '今年の会' });
	const code = readQr((await signUp(browser(), past, { names: ['去年 花子'] })).text);
	await inside(town, `UPDATE event_slot SET begins = begins - interval '1 year', ends = ends - interval '1 year' WHERE event_id = ${past.event}`);
	assert.match(await door(made)(code), /この日の券ではありません/);
	assert.match(await door(made)(code.split('.')[3]), /この日の券ではありません/, 'its number alone');
	assert.equal(await entries(past, made), '0');
});

test('a ticket of another date', async () => {
	const made = await makeEvent(town, { dates: 2 }), other = await signUp(browser(), made, { names: ['別 花子'], slot: made.slots[1] });
	assert.match(await door(made)(readQr(other.text)), /この日の券ではありません/);
	assert.equal(await entries(made), '0');
});

test('a forged ticket at the door', async () => {
	const made = await makeEvent(town), code = readQr((await signUp(browser(), made)).text), parts = code.split('.');
	for (const [what, i, value] of [['more people', 4, '5'], ['another number', 3, '000-000-0000'], ['another signature', 5, 'A'.repeat(103)]])
		assert.match(await door(made)(parts.map((part, k) => (k === i ? value : part)).join('.')), /正しい券ではありません/, what);
	assert.equal(await entries(made), '0');
});

test('a copied ticket at the door', async () => {
	const made = await makeEvent(town), code = readQr((await signUp(browser(), made)).text);
	assert.match(await door(made)(code), /受付しました/);
	await inside(town, `UPDATE checkin SET at = at - interval '1 minute', door = '北口' WHERE event_id = ${made.event}`);
	assert.match(await door(made)(code), /受付済みです.*北口/, 'when and where the first one came in');
	assert.equal(await entries(made), '1');
});

test('a cancelled ticket at the door', async () => {
	const made = await makeEvent(town), client = browser(), ticket = await signUp(client, made, { names: ['消 花子'] });
	await client.submit(await client.get(`${link(ticket)}/cancel`), {}, '/cancel');
	assert.match(await door(made)(numberOf(ticket)), /キャンセル済み/);
	assert.match(await door(made)(readQr(ticket.text)), /キャンセル済み/);
	assert.equal(await entries(made), '0');
});

test('cancelling once one has been received at the door: when that was, and whom to ask', async () => {
	const made = await makeEvent(town), client = browser(), ticket = await signUp(client, made, { names: ['来 花子'] });
	const before = await client.get(`${link(ticket)}/cancel`), path = `/desk/events/${made.event}/checkin`;
	assert.match(await door(made)(numberOf(ticket)), /受付しました/);
	await inside(town, `UPDATE checkin SET at = date_trunc('day', now(), 'Asia/Tokyo') + interval '10 hours 2 minutes' WHERE event_id = ${made.event}`);
	// The page was open before, or is opened now.
	for (const [status, page] of [[409, await client.submit(before, {}, '/cancel')], [200, await client.get(`${link(ticket)}/cancel`)]]) {
		isPage(page, { status });
		assert.match(words(page), /受付が済んでいるので、ここでは取り消せません/);
		assert.match(words(page), /10時02分/);
		assert.match(words(page), /天文台 電話 000-000-0000/);
	}
	assert.equal(await seats(town, made.slots[0]), '1/10 confirmed');
	// The door was wrong: then it can be cancelled.
	await writer.submit(await writer.get(path), { undo: await town.sql(`SELECT id FROM checkin WHERE event_id = ${made.event}`) }, '/checkin');
	assert.match(words(await client.follow(await client.submit(await client.get(`${link(ticket)}/cancel`), {}, '/cancel'))), /申込を取り消しました/);
});

test('once a person: another address in the hidden field, and what was proved is bound to it', async () => {
	const made = await makeEvent(town, { columns: { once: 'true' } }), client = browser(), at = `/events/${made.event}/apply`;
	const page = await toCheck(client, made, { email: somebody() });
	assert.equal(page.path, `${at}/code`);
	for (const step of ['check', 'q']) assert.equal((await client.get(`${at}/${step}`)).headers.location, `${at}/code`, 'no step is passed over');
	const sent = await client.post(`${at}/check`, { token: token(page), email: somebody(), verified: '1' });
	assert.equal(sent.headers.location, `${at}/code`);
	assert.equal(await seats(town, made.slots[0]), '0/10');
});
