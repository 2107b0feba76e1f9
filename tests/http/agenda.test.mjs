// SPDX-License-Identifier: Apache-2.0
//
// The calendar as everybody reads it: each filter in each view and feed, and one event for
// search engines.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inside, said } from '../harness/desk.mjs';
import { makeEvent } from '../harness/event.mjs';
import { MINATO } from '../harness/house.mjs';
import { isPage } from '../harness/invariants.mjs';
import { up } from '../harness/up.mjs';

const VIEWS = ['/events', '/events/places', '/events/month', '/events.ics', '/events.atom', '/events.csv'];
let town, reader, harbour, day;

before(async () => {
	town = await up();
	reader = town.client(MINATO);
	await inside(town, `UPDATE event SET listed = false`);
	harbour = await town.sql(`SELECT min(id) FROM district WHERE tenant_id = 1`);
	const other = await town.sql(`SELECT max(id) FROM district WHERE tenant_id = 1`);
	const kind = (title, columns) => makeEvent(town, { title, rule: 'none', columns });
	await kind('港の音楽会', { district_id: harbour, free: 'true', childcare: 'true' });
	await kind('山の音楽会', { district_id: other, free: 'false', sign_language: 'true', online: 'true' });
	const one = await kind('全市の体操', { free: 'false', category: `'スポーツ'` });
	await inside(town, `UPDATE event SET texts = jsonb_set(texts, '{ja,target}', '"高齢者"') WHERE id = ${one.event}`);
	await inside(town, `UPDATE event_slot SET begins = begins + interval '3 days', ends = ends + interval '3 days' WHERE event_id = ${one.event}`);
	day = await town.sql(`SELECT to_char(begins AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD') FROM event_slot WHERE event_id = ${one.event}`);
});
after(() => town?.stop());

// Lines of iCalendar are folded.
const titles = (answer) => ['港の音楽会', '山の音楽会', '全市の体操'].filter((t) => answer.text.replace(/\r\n /g, '').includes(t)).map((t) => t[0]).join('');

test('each filter in each view and feed', async () => {
	for (const [query, wanted] of [['', '港山全'], [`district=${harbour}`, '港全'], ['free=1', '港'], ['childcare=1', '港'], ['sign_language=1', '山'],
		['online=1', '山'], ['target=高齢者', '全'], ['words=音楽', '港山'], ['words=スポーツ', '全'], ['target=小学生&free=1', '港'], ['words=相撲', '']])
		for (const view of VIEWS) {
			const month = view.endsWith('month') ? `&month=${day.slice(0, 7)}` : '';
			const answer = await reader.get(`${view}?${encodeURI(query)}${month}`);
			assert.equal(answer.status, 200, `${view}?${query}`);
			// Two of them may be in the month before.
			const here = titles(answer);
			if (month) assert.ok([...here].every((t) => wanted.includes(t)) && here.includes('全') === wanted.includes('全'), `${view}?${query}: ${here}`);
			else assert.equal(here, wanted, `${view}?${query}`);
		}
});

test('words are found however wide they are written, in capitals or not, in another order; what JSON writes around them is none', async () => {
	const titles = { a: 'ＡＢＣ体操　第２回', b: 'ﾊﾝｶｸのカナ展', c: '"引用"の会' };
	const made = {};
	for (const [k, title] of Object.entries(titles)) made[k] = (await makeEvent(town, { title, rule: 'none', columns: { category: `'${k === 'a' ? '運動' : '文化'}'` } })).event;
	for (const [query, wanted] of [['ABC', 'a'], ['ａｂｃ体操', 'a'], ['第2回 abc', 'a'], ['ハンカク', 'b'], ['カナ展 文化', 'b'], ['カナ展 運動', ''], ['"引用"', 'c'], ['\\', ''], ['[', ''], ['_', '']]) {
		const page = await reader.get(`/events?words=${encodeURIComponent(query)}`);
		assert.equal(Object.keys(made).filter((k) => page.text.includes(`/events/${made[k]}"`)).join(''), wanted, query);
	}
	assert.match(isPage(await reader.get('/events/filter')).text, /name="words" type="text" maxlength="100"/);
});

test('a day: that day, or the month that it is in', async () => {
	for (const view of VIEWS) assert.match(titles(await reader.get(`${view}?day=${day}&target=${encodeURI('高齢者')}`)), /全/, view);
	for (const view of VIEWS.filter((v) => !v.endsWith('month'))) assert.equal(titles(await reader.get(`${view}?day=${day}`)), '全', view);
	for (const bad of ['day=2026-02-30', 'day=2026-%2B1-%2B1', 'day=x', 'from=2026-13-45T99:99:99%2B09:00', 'district=x', 'words=%00', `target=${'x'.repeat(101)}`])
		for (const view of VIEWS) assert.equal((await reader.get(`${view}?${bad}`)).status, 400, `${view}?${bad}`);
});

test('what one narrows to goes along to the other views and to the feeds', async () => {
	const page = isPage(await reader.get(`/events?district=${harbour}&free=1&target=${encodeURI('小学生')}`));
	for (const view of VIEWS.slice(1)) assert.match(page.text, new RegExp(`href="${view.replace('.', '\\.')}\\?district=${harbour}&amp;target=[%0-9A-F]+&amp;free=1"`), view);
	assert.match(isPage(await reader.get(`/events/filter?target=${encodeURI('小学生')}&free=1`)).text, /value="小学生"[^]*id="free" name="free" value="1" checked/);
});

test('a month without events says so, and from the month one narrows the month', async () => {
	const empty = isPage(await reader.get('/events/month?month=2037-05'));
	assert.match(said(empty), /令和19年5月のイベント.*この月には、条件に合うイベントはありません/);
	assert.doesNotMatch(said(isPage(await reader.get(`/events/month?month=${day.slice(0, 7)}`))), /この月には/);
	const month = isPage(await reader.get('/events/month?free=1')), [, link] = /href="(\/events\/filter[^"]*)"/.exec(month.text);
	const filter = isPage(await reader.get(link.replaceAll('&amp;', '&')));
	assert.match(filter.text, /<form class="c-form" method="get" action="\/events\/month"/);
	assert.match(filter.text, /href="\/events\/month\?free=1"/, 'and goes back to it');
	assert.match(isPage(await reader.get('/events/filter')).text, /<form class="c-form" method="get" action="\/events"/);
});

test('a date that is full says so in the list, and whether one can wait', async () => {
	const row = async (title) => said({ text: /<li class="c-list__row[^]*?<\/li>/.exec((await reader.get(`/events?words=${encodeURIComponent(title)}`)).text)[0] });
	for (const [title, columns, words] of [['空きのある会', {}, /申込受付中/], ['満員の会', { waiting: 'false' }, /満員(?!・)/], ['待てる会', { waiting: 'true' }, /満員・キャンセル待ち受付中/]]) {
		const made = await makeEvent(town, { title, capacity: 2, columns });
		if (title !== '空きのある会') await inside(town, `UPDATE event_slot SET taken = 2 WHERE event_id = ${made.event}`);
		assert.match(await row(title), words);
	}
});

test('the page of an event says what pressing its button leads to, or why there is none', async () => {
	const full = `UPDATE event_slot SET taken = capacity WHERE event_id = `;
	for (const [what, how, sql, words, button] of [
		['a seat', { dates: 2 }, (id) => `${full}${id} AND id = (SELECT min(id) FROM event_slot WHERE event_id = ${id})`, /./, '申し込む'],
		['full, and one can wait', { dates: 2 }, (id) => full + id, /いまは満員です。空きが出たら、キャンセル待ちの順に/, 'キャンセル待ちに申し込む'],
		['full, and nobody waits', { columns: { waiting: 'false' } }, (id) => full + id, /満員です。申込は受け付けていません。/, null],
		['a lottery is never full', { rule: 'lottery' }, (id) => full + id, /./, '申し込む'],
		['a free date that was called off is none', { dates: 2 }, (id) => `${full}${id}; UPDATE event_slot SET taken = 0, cancelled = now() WHERE id = (SELECT min(id) FROM event_slot WHERE event_id = ${id})`, /いまは満員です/, 'キャンセル待ちに申し込む'],
		['early', { columns: { opens: "now() + interval '1 day'" } }, () => 'SELECT 1', /まだ受け付けていません/, null],
		['late', { columns: { closes: "now() - interval '1 hour'" } }, () => 'SELECT 1', /受付は終わりました/, null],
		['no date is to come', {}, (id) => `UPDATE event_slot SET begins = now() - interval '3 hours', ends = now() - interval '1 hour' WHERE event_id = ${id}`, /受付は終わりました/, null],
		['no sign-up', { rule: 'none' }, () => 'SELECT 1', /^(?!.*(受付は終わりました|まだ受け付けて|満員))/, null],
	]) {
		const { event } = await makeEvent(town, how);
		await inside(town, sql(event));
		const page = isPage(await reader.get(`/events/${event}`));
		assert.match(said({ text: /<main[^]*<\/main>/.exec(page.text)[0] }), words, what);
		assert.equal(/<a class="c-button c-button--primary" href="\/events\/\d+\/apply">([^<]*)/.exec(page.text)?.[1] ?? null, button, what);
	}
});

test('an event tells search engines what it is', async () => {
	const { event } = await makeEvent(town, { title: '本</script><script>alert(1)</script>', rule: 'none' });
	const page = isPage(await reader.get(`/events/${event}`));
	const inline = /<script type="application\/ld\+json">([^<]+)<\/script>/.exec(page.text);
	assert.ok(inline, 'in the page, and nothing in it ends it');
	const it = JSON.parse(inline[1]);
	assert.deepEqual(it, (await reader.get(`/events/${event}/schema`)).json());
	assert.equal(it.name, '本</script><script>alert(1)</script>');
	assert.deepEqual([it['@context'], it['@type'], it.eventStatus, it.isAccessibleForFree], ['https://schema.org', 'Event', 'https://schema.org/EventScheduled', true]);
	assert.deepEqual(it.location, { '@type': 'Place', name: '天文台', address: '港町1-1' });
	assert.match(it.startDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00$/);
	// Another, because nginx keeps the answer about this one for a second.
	const called = await makeEvent(town, { rule: 'none', columns: { online: 'true' } });
	await inside(town, `UPDATE event SET state = 'cancelled', cancelled = now(), place = '', address = '' WHERE id = ${called.event}`);
	const off = (await reader.get(`/events/${called.event}/schema`)).json();
	assert.equal(off.eventStatus, 'https://schema.org/EventCancelled');
	assert.equal(off.location['@type'], 'VirtualLocation');
});
