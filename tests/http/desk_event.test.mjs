// SPDX-License-Identifier: Apache-2.0
//
// An event at the desk: made, dated, published, applied for, decided, called off.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, said } from '../harness/desk.mjs';
import { MINATO } from '../harness/house.mjs';
import { isPage } from '../harness/invariants.mjs';
import { up } from '../harness/up.mjs';

let town, writer, both;
before(async () => {
	town = await up();
	writer = await desk(town, 'sato');
	both = await desk(town, 'suzuki');
});
after(() => town?.stop());

// The form of the page, not that of signing out; of several, the n-th of the page's own.
const send = (client, page, values = {}, which = 'desk/events') => client.submit(page, values, which);
const year = new Date().getFullYear() + 1;
const begins = { begins_year: year, begins_month: 4, begins_day: 3, begins_hour: 10, begins_minute: 0, minutes: 90 };

async function made(title) {
	const answer = await send(writer, isPage(await writer.get('/desk/events/new')), { title });
	assert.equal(answer.status, 303);
	return Number(/events\/(\d+)/.exec(answer.headers.location)[1]);
}
const slots = (id) => town.sql(`SELECT string_agg(to_char(begins AT TIME ZONE 'Asia/Tokyo', 'MM-DD HH24:MI') || '/' || coalesce(capacity::text, '-'), ' ' ORDER BY begins) FROM event_slot WHERE event_id = ${id}`);

test('from a title to the public page', async () => {
	const id = await made('親子そば打ち教室');
	let page = isPage(await writer.get(`/desk/events/${id}/publish`));
	assert.match(said(page), /問い合わせ先を入力する.*日程を1つ以上足す/);
	page = isPage(await writer.get(`/desk/events/${id}/edit`));
	assert.equal((await send(writer, page, { title: '', contact: '' })).status, 422);
	assert.equal((await send(writer, page, { title: 'あ'.repeat(400), contact: '電話' })).status, 422);
	assert.equal((await send(writer, page, { title: '親子そば打ち教室', contact: '電話 000', place: '公民館', childcare: 1 })).status, 303);
	page = isPage(await writer.get(`/desk/events/${id}/dates`));
	assert.equal((await send(writer, page, { ...begins, begins_month: 13 })).status, 422);
	assert.equal((await send(writer, page, { ...begins, quotas: '車いす' })).status, 422);
	assert.equal((await send(writer, page, { ...begins, capacity: 10, quotas: '車いす ２\n\n市内 6', every: 7, times: 3 })).status, 303);
	assert.equal(await slots(id), '04-03 10:00/10 04-10 10:00/10 04-17 10:00/10');
	assert.equal(await town.sql(`SELECT count(*) FROM event_quota q JOIN event_slot s ON s.id = q.slot_id WHERE s.event_id = ${id}`), '6');
	page = isPage(await writer.get(`/desk/events/${id}/rules`));
	assert.equal((await send(writer, page, { rule: 'first', group_max: 0 })).status, 422);
	assert.equal((await send(writer, page, { rule: 'first', group_max: 4, waiting: 1 })).status, 303);
	assert.equal((await writer.get(`/desk/events/${id}/publish`)).text.includes('公開する</button>'), false, 'a writer does not publish');
	page = isPage(await both.get(`/desk/events/${id}/publish`));
	assert.equal((await send(both, page)).status, 303);
	isPage(await both.get(`/desk/events/${id}`));
	assert.match(said(isPage(await both.get('/desk/events?state=open'))), /親子そば打ち教室/);
	assert.equal((await town.client(MINATO).get(`/events/${id}`)).status, 200);
});

test('two clerks at once: the second is told, nothing is lost', async () => {
	const id = await made('ふたりの会');
	const first = await writer.get(`/desk/events/${id}/edit`), second = await both.get(`/desk/events/${id}/edit`);
	assert.equal((await send(writer, first, { title: 'ひとりめ', contact: '電話' })).status, 303);
	await town.sql(`UPDATE event SET updated = updated + interval '2 seconds' WHERE id = ${id}`);
	const late = await send(both, second, { title: 'ふたりめ', contact: '電話' });
	assert.equal(late.status, 409);
	assert.match(said(late), /ほかの職員が先に保存しました/);
	assert.equal(await town.sql(`SELECT texts -> 'ja' ->> 'title' FROM event WHERE id = ${id}`), 'ひとりめ');
});

test('applicants: decided, and a date that somebody chose stays', async () => {
	const id = await made('承認の会');
	await send(writer, await writer.get(`/desk/events/${id}/edit`), { title: '承認の会', contact: '電話' });
	await send(writer, await writer.get(`/desk/events/${id}/dates`), { ...begins, capacity: 1 });
	await send(writer, await writer.get(`/desk/events/${id}/rules`), { rule: 'approval', group_max: 1 });
	await send(both, await both.get(`/desk/events/${id}/publish`));
	const slot = await town.sql(`SELECT id FROM event_slot WHERE event_id = ${id}`);
	isPage(await writer.get(`/desk/events/${id}/applicants`));
	await town.sql(`BEGIN; SELECT enter_tenant(1, 'command'); INSERT INTO application (event_id, slot_id, number, people, state, person)
		SELECT ${id}, ${slot}, '000-000-000' || n, 1, 'applied', 'x' FROM generate_series(1, 2) n; COMMIT`);
	const ids = (await town.sql(`SELECT id FROM application WHERE event_id = ${id} ORDER BY id`)).split('\n');
	const page = isPage(await writer.get(`/desk/events/${id}/applicants`));
	const act = async (application, what) => writer.follow(await send(writer, await writer.get(`/desk/events/${id}/applicants`), { application, act: what }));
	await act(ids[0], 'yes');
	assert.match(said(await act(ids[1], 'yes')), /空いている席がありません/);
	await act(ids[0], 'cancel');
	await act(ids[1], 'yes');
	assert.equal(await town.sql(`SELECT string_agg(state, ' ' ORDER BY id) FROM application WHERE event_id = ${id}`), 'cancelled confirmed');
	assert.equal(await town.sql(`SELECT taken FROM event_slot WHERE id = ${slot}`), '1');
	const dates = await writer.get(`/desk/events/${id}/dates`);
	assert.match(said(await writer.follow(await send(writer, dates, { slot, remove: 1 }))), /消せません/);
	assert.match(said(await writer.follow(await send(writer, await writer.get(`/desk/events/${id}/dates`), { slot, seats: 0 }))), /少なくはできません/);
	// Called off: all of them.
	await send(both, isPage(await both.get(`/desk/events/${id}/cancel`)));
	assert.equal(await town.sql(`SELECT string_agg(state, ' ' ORDER BY id) FROM application WHERE event_id = ${id}`), 'cancelled cancelled');
	assert.equal(await town.sql(`SELECT taken FROM event_slot WHERE id = ${slot}`), '0');
});
