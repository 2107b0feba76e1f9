// SPDX-License-Identifier: Apache-2.0
//
// Signing up for an event: seats, the waiting list, the ticket, and every wrong turn.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { said } from '../harness/desk.mjs';
import { MINATO, YAMA } from '../harness/house.mjs';
import { isPage } from '../harness/invariants.mjs';
import { up } from '../harness/up.mjs';

let town;
before(async () => { town = await up(); });
after(() => town?.stop());

// An event with one date; gives {event, slot}.
async function event({ capacity = 10, quota = null, ...columns } = {}) {
	const more = Object.entries({ rule: "'first'", group_max: 5, ...columns });
	const made = await town.sql(`BEGIN; SELECT enter_tenant(1, 'command');
		INSERT INTO event (department_id, author_id, state, texts, contact, place${more.map(([k]) => `, ${k}`).join('')})
		SELECT (SELECT min(id) FROM department WHERE tenant_id = 1), min(id), 'open', '{"ja": {"title": "親子そば打ち教室"}}', '電話 000-000-0101', '公民館'${more.map(([, v]) => `, ${v}`).join('')}
		  FROM staff WHERE tenant_id = 1;
		INSERT INTO event_slot (event_id, begins, ends, capacity) VALUES (currval('event_id_seq'), now() + interval '9 days', now() + interval '9 days 2 hours', ${capacity});
		${quota ? `INSERT INTO event_quota (slot_id, name, capacity) VALUES (currval('event_slot_id_seq'), '車いす', ${quota});` : ''}
		SELECT currval('event_id_seq') || ' ' || currval('event_slot_id_seq'); COMMIT;`);
	const [id, slot] = made.trim().split('\n').pop().split(' ').map(Number);
	return { event: id, slot };
}

let n = 0;
async function check({ event: id, slot }, { people = 1, client = town.client(MINATO), email = `apply${n++}@example.jp`, fields = {} } = {}) {
	let page = isPage(await client.get(`/events/${id}/apply`));
	page = await client.follow(await client.submit(page, people > 1 ? { slot, people } : { slot }));
	assert.equal(page.path, `/events/${id}/apply/people`);
	isPage(page);
	const names = Object.fromEntries(Array.from({ length: people }, (_, i) => [`name_${i + 1}`, `髙橋${i + 1}`]));
	page = await client.follow(await client.submit(page, { ...names, email, ...fields }));
	assert.equal(page.path, `/events/${id}/apply/check`);
	return { client, page: isPage(page), email };
}
async function apply(event, options) {
	const { client, page } = await check(event, options);
	const ticket = await client.follow(await client.submit(page));
	return { client, ticket: isPage(ticket) };
}
const taken = (slot) => town.sql(`SELECT taken FROM event_slot WHERE id = ${slot}`).then(Number);

test('a family of three: a seat each, a ticket with a code, a mail', async () => {
	const e = await event();
	const { ticket } = await apply(e, { people: 3, email: 'family@example.jp' });
	assert.match(said(ticket), /参加できます.*受付番号 \d{3}-\d{3}-\d{4}.*髙橋1.*髙橋3/);
	assert.match(ticket.text, /<svg role="img" aria-label="受付のQRコード"/);
	assert.equal(await taken(e.slot), 3);
	assert.equal(await town.sql(`SELECT count(*) FROM letter WHERE kind = 'event_receipt'`), '1');
	assert.equal((await town.client(MINATO).get(ticket.path)).status, 200, 'from any browser');
	assert.equal((await town.client(YAMA).get(ticket.path)).status, 404, 'of this town');
	assert.equal((await town.client(MINATO).get(`${ticket.path.slice(0, -1)}x`)).status, 404, 'not a made-up one');
});

test('full: who comes later waits, and moves up when somebody leaves', async () => {
	const e = await event({ capacity: 1 });
	const first = await apply(e);
	const second = await apply(e);
	assert.match(said(second.ticket), /キャンセル待ちです.*1番目/);
	const leave = isPage(await first.client.get(`${first.ticket.path}/cancel`));
	const left = await first.client.follow(await first.client.submit(leave));
	assert.match(said(left), /取り消しました/);
	assert.match(said(isPage(await second.client.get(second.ticket.path))), /参加できます/);
	assert.equal(await taken(e.slot), 1);
	// The link once more: nothing is given back twice.
	assert.equal((await first.client.submit(leave)).headers.location, first.ticket.path);
	assert.equal((await first.client.get(`${first.ticket.path}/cancel`)).status, 303);
	assert.equal(await taken(e.slot), 1);
});

test('an offer: taken up in time, or too late', async () => {
	const e = await event({ capacity: 1, offer_hours: 24 });
	const first = await apply(e), second = await apply(e);
	await first.client.submit(await first.client.get(`${first.ticket.path}/cancel`));
	let page = isPage(await second.client.get(second.ticket.path));
	assert.match(said(page), /空きが出ました/);
	await town.sql(`UPDATE application SET offer_until = now() WHERE slot_id = ${e.slot} AND state = 'offered'`);
	const late = await second.client.submit(page, {}, 'accept');
	assert.equal(late.status, 410);
	assert.match(said(isPage(late, { status: 410 })), /期限を過ぎた/);
	await town.sql(`UPDATE application SET offer_until = now() + interval '1 hour' WHERE slot_id = ${e.slot} AND state = 'offered'`);
	page = await second.client.get(second.ticket.path);
	page = await second.client.follow(await second.client.submit(page, {}, 'accept'));
	assert.match(said(page), /参加できます/);
});

test('twenty at once for three seats: three, whoever they are', async () => {
	const e = await event({ capacity: 3, waiting: 'false' });
	const all = await Promise.all(Array.from({ length: 20 }, () => check(e)));
	const sent = await Promise.all(all.map(({ client, page }) => client.submit(page)));
	assert.equal(sent.filter((a) => a.status === 303).length, 3);
	assert.equal(sent.filter((a) => a.status === 409).length, 17);
	isPage(sent.find((a) => a.status === 409), { status: 409 });
	assert.equal(await taken(e.slot), 3);
});

test('a quota of one wheelchair; all or nothing', async () => {
	const e = await event({ quota: 1 });
	const quota = await town.sql(`SELECT id FROM event_quota WHERE slot_id = ${e.slot}`);
	assert.match(said((await apply(e, { people: 2, fields: { [`quota_${quota}`]: 1 } })).ticket), /参加できます/);
	assert.match(said((await apply(e, { people: 2, fields: { [`quota_${quota}`]: 1 } })).ticket), /キャンセル待ち/);
	assert.equal(await taken(e.slot), 2);
});

test('once a person, pressed twice, and what is wrong', async () => {
	const e = await event({ once: 'true' });
	const { client, page } = await check(e, { email: 'Once@example.jp' });
	const [a, b] = await Promise.all([client.submit(page), client.submit(page)]);
	assert.equal(a.headers.location, b.headers.location);
	const again = await check(e, { email: 'Once@EXAMPLE.jp' });
	const refused = await again.client.submit(again.page);
	assert.equal(refused.status, 409);
	assert.match(said(refused), /すでに申し込みがあります/);
	const other = await event(), fresh = town.client(MINATO), choose = await fresh.get(`/events/${e.event}/apply`);
	for (const wrong of [{}, { slot: other.slot }, { slot: e.slot, people: 6 }, { slot: e.slot, people: 'たくさん' }]) {
		const answer = await fresh.submit(choose, wrong);
		assert.equal(answer.status, 422, JSON.stringify(wrong));
		isPage(answer, { status: 422 });
	}
	const people = await fresh.follow(await fresh.submit(choose, { slot: e.slot, people: 2 }));
	for (const wrong of [{}, { name_1: '甲', name_2: '', email: 'x@example.jp' }, { name_1: '甲', name_2: '乙' }, { name_1: 'あ'.repeat(400), name_2: '乙', phone: '000' }]) {
		assert.equal((await fresh.submit(people, wrong)).status, 422, JSON.stringify(wrong).slice(0, 60));
	}
	assert.equal((await fresh.get(`/events/${e.event}/apply/check`)).headers.location, `/events/${e.event}/apply/people`);
});

test('not open: a page that says so', async () => {
	const early = await event({ opens: "now() + interval '1 day'", closes: "now() + interval '2 days'" });
	const closed = await town.client(MINATO).get(`/events/${early.event}/apply`);
	assert.equal(closed.status, 410);
	assert.match(said(isPage(closed, { status: 410 })), /受け付け開始/);
	const e = await event();
	const { client, page } = await check(e);
	await town.sql(`UPDATE event SET opens = now() - interval '2 days', closes = now() WHERE id = ${e.event}`);
	assert.equal((await client.submit(page)).status, 410);
	assert.equal(await taken(e.slot), 0);
	assert.equal((await client.get('/events/0/apply')).status, 404);
	assert.equal((await town.client(YAMA).get(`/events/${e.event}/apply`)).status, 404);
});

test('an offer that nobody answers passes on, and they are written to', async () => {
	const e = await event({ capacity: 1, offer_hours: 24 });
	const first = await apply(e, { email: 'first@example.jp' });
	await apply(e, { email: 'second@example.jp' });
	await apply(e, { email: 'third@example.jp' });
	await first.client.submit(await first.client.get(`${first.ticket.path}/cancel`));
	await town.sql(`UPDATE application SET offer_until = now() WHERE slot_id = ${e.slot} AND state = 'offered'`);
	for (let i = 0; i < 60 && await town.sql(`SELECT string_agg(state, ' ' ORDER BY id) FROM application WHERE slot_id = ${e.slot} AND told = state`) !== 'cancelled expired offered'; i++)
		await new Promise((done) => setTimeout(done, 500));
	assert.equal(await town.sql(`SELECT string_agg(state, ' ' ORDER BY id) FROM application WHERE slot_id = ${e.slot} AND told = state`), 'cancelled expired offered');
	assert.equal(await taken(e.slot), 1);
});
