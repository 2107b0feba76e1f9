// SPDX-License-Identifier: Apache-2.0
//
// Events from files: what would be made is shown first, with faults by row; drafts are made,
// twice the same file makes nothing twice, staff's own words are never written over, and what
// came in goes out equal.  CHROMO_SAMPLES: the folder of files of real towns.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { parse, rows } from '../harness/calendar.mjs';
import { desk, inside, said } from '../harness/desk.mjs';
import { MINATO } from '../harness/house.mjs';
import { isPage } from '../harness/invariants.mjs';
import { up } from '../harness/up.mjs';

const samples = process.env.CHROMO_SAMPLES;
let town, sato;

before(async () => {
	town = await up();
	sato = await desk(town, 'sato');
});
after(() => town?.stop());

async function send(name, bytes, client = sato) {
	const page = isPage(await client.get('/desk/events/import')), edge = 'x'.repeat(30);
	const token = /name="token" value="([^"]+)"/.exec(page.text)[1];
	const body = Buffer.concat([Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="token"\r\n\r\n${token}\r\n--${edge}\r\n` +
		`Content-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`), Buffer.from(bytes), Buffer.from(`\r\n--${edge}--\r\n`)]);
	return client.send('/desk/events/import', { method: 'POST', body, headers: { 'content-type': `multipart/form-data; boundary=${edge}`, origin: `https://${MINATO}:${town.port}` } });
}

// Looks at it and takes it: the path of the import, and what the page said before.
async function take(name, bytes) {
	const sent = await send(name, bytes);
	assert.equal(sent.status, 303, said(sent));
	const look = isPage(await sato.follow(sent));
	if (look.text.includes('下書きとして取り込む')) assert.equal((await sato.submit(look, {}, '/import/')).status, 303);
	return { path: look.path, look: said(look) };
}
const events = (where) => town.sql(`SELECT count(*) FROM event WHERE tenant_id = 1 AND ${where}`).then(Number);
const HEAD = 'NO,都道府県コード又は市区町村コード,名称,開始日,終了日,開始時刻,終了時刻,場所名称,緯度,経度,対象,備考,独自の列';
const list = (...lines) => `\ufeff${[HEAD, ...lines].join('\r\n')}\r\n`;

test('shown first, then drafts; twice nothing; changed is brought up to date', async () => {
	const first = list('1,131041,餅つき,2030-12-05,2030-12-05,10:00,11:30,公民館,35.6,139.7,どなたでも,雨天中止,a', '2,131041,読み聞かせ,2030/12/6,,,,図書館,,,,,b');
	const before = await events('true');
	const look = isPage(await sato.follow(await send('list.csv', first)));
	assert.match(said(look), /新しく下書きを作る 2件/);
	assert.match(said(look), /令和12年12月5日（木）10時00分から11時30分/);
	assert.equal(await events('true'), before, 'looking makes nothing');
	assert.equal((await sato.submit(look, {}, '/import/')).status, 303);
	assert.equal(await events(`state = 'draft' AND texts -> 'ja' ->> 'title' IN ('餅つき', '読み聞かせ')`), 2);
	assert.match(said(isPage(await sato.get(look.path))), /取り込みました/);
	assert.equal((await town.client(MINATO).get('/events?words=' + encodeURIComponent('餅つき'))).text.includes('公民館'), false, 'a draft is nobody\'s');
	const again = await take('renamed.csv', first);
	assert.match(again.look, /変わらない 2件.*取り込むものはありません/);
	// The file moves one by an hour; staff write over the other.
	const id = await town.sql(`SELECT id FROM event WHERE texts -> 'ja' ->> 'title' = '読み聞かせ'`);
	await inside(town, `UPDATE event SET place = '公民館' WHERE id = ${id}`);
	const moved = await take('list.csv', first.replace('10:00,11:30', '11:00,12:30').replace('図書館', '中央図書館'));
	assert.match(moved.look, /ファイルのとおりに直す 1件.*そのままにする 1件/);
	assert.equal(await town.sql(`SELECT to_char(s.begins AT TIME ZONE 'Asia/Tokyo', 'HH24:MI') FROM event_slot s JOIN event e ON e.id = s.event_id WHERE e.texts -> 'ja' ->> 'title' = '餅つき'`), '11:00');
	assert.equal(await town.sql(`SELECT place FROM event WHERE id = ${id}`), '公民館');
	// A second press of the button is the first one's business.
	assert.equal((await sato.submit(look, {}, '/import/')).headers.location, look.path);
});

const orphans = () => town.sql(`SELECT count(*) FROM questionnaire n WHERE n.purpose = 'event' AND NOT EXISTS (SELECT FROM event e WHERE e.questionnaire_id = n.id)`).then(Number);

test('a changed entry keeps the questionnaire of its event, and leaves no other behind', async () => {
	const csv = list('31,131041,書き初め,2031-01-05,2031-01-05,10:00,11:30,公民館,,,,,');
	const ics = (place) => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//t//t//JA', 'BEGIN:VEVENT', 'UID:orphan@example.jp', 'DTSTAMP:20301201T000000Z', 'DTSTART:20310105T010000Z',
		'DTEND:20310105T020000Z', 'SUMMARY:新春の音楽会', `LOCATION:${place}`, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
	const of = (title) => town.sql(`SELECT id || ' ' || questionnaire_id || ' ' || place || ' ' || sequence FROM event WHERE texts -> 'ja' ->> 'title' = '${title}'`);
	await take('a.csv', csv);
	await take('a.ics', ics('ホール'));
	const before = await orphans(), [list1, ical1] = [await of('書き初め'), await of('新春の音楽会')];
	assert.match((await take('b.csv', csv.replace('公民館', '児童館'))).look, /ファイルのとおりに直す 1件/);
	assert.match((await take('b.ics', ics('広場'))).look, /ファイルのとおりに直す 1件/);
	assert.equal(await of('書き初め'), list1.replace('公民館', '児童館'));
	assert.equal(await of('新春の音楽会'), ical1.replace('ホール', '広場'));
	assert.equal(await orphans(), before);
});

test('faults are told by row, and nothing is lost', async () => {
	const { path, look } = await take('faults.csv', list('11,,,2030-12-05,,,,,,,,,', '12,,いつか,未定,,,,,,,,,', `13,,${'長'.repeat(120)},2030-12-05,2030-12-01,,,,,,,,`, '14,,地図,2030-12-05,,,,,x,y,,,', '14,,地図,2030-12-05,,,,,,,,,'));
	for (const words of [/1 名前がありません/, /2 いつか 日付が読めません/, /3 長+ 長すぎる文/, /3 長+ 終わりが始まりより前/, /4 地図 緯度と経度が読めません/]) assert.match(look, words);
	assert.equal(await town.sql(`SELECT count(*) FROM event WHERE import_id = ${path.split('/').pop()}`), '5', 'a number used twice is two events');
	const out = await sato.get(`${path}/file?set=registry`);
	assert.match(out.text, /,未定,/);
	assert.match(out.text, /長{120}/);
});

test('days and times as offices write them, and what is none is said', async () => {
	const { look } = await take('times.csv', list(...[['13時', '15時'], ['午後1時30分', '午後3時'], ['22:00', '24:00'], ['10:00～12:00', ''], ['終日', ''], ['9時半', '昼ごろ'], ['', '16:00']]
		.map(([from, to], i) => `${31 + i},31,行事${i},2031-05-0${i + 1},,${from},${to},公民館,,,,,`),
	...['令和13年6月1日', '2031/6/1（日）', 'R13.6.1', '2031-06-31'].map((day, i) => `${41 + i},31,日${i},${day},,10:00,11:00,公民館,,,,,`)));
	for (const said of ['行事0 令和13年5月1日（木）13時00分から15時00分 公', '行事1 令和13年5月2日（金）13時30分から15時00分 公', '行事2 令和13年5月3日（土）22時00分から', '行事3 令和13年5月4日（日） 公',
		'行事4 令和13年5月5日（月） 公', '行事5 令和13年5月6日（火）9時30分', ...[0, 1, 2].map((i) => `日${i} 令和13年6月1日（日）10時00分から11時00分`), '日3 日程なし',
		'行事3 始まる時刻が読めません', '行事5 終わる時刻が読めません', '行事6 始まる時刻がありません', '日3 日付が読めません']) assert.ok(look.includes(said), `${said}: ${look}`);
	assert.doesNotMatch(look, /行事[0124] (始|終)|日[012] 日付/);
	assert.match((await take('commas.csv', list('51,31,空行の前,2031-07-01,,,,,,,,,', ',,,,,,,,,,,,', ',,,,,,,,,,,,'))).look, /新しく下書きを作る 1件/);
});

test('an edited or published one goes out as it is now, with the columns that we do not know', async () => {
	const soon = new Date(Date.now() + 30 * 86400e3).toISOString().slice(0, 10);
	const { path } = await take('mine.csv', list(`21,131041,餅まき,${soon},,10:00,,神社,,,,,独自の値`));
	await inside(town, `UPDATE event SET state = 'open', place = '新しい神社', published = now() WHERE source_key LIKE 'list:131041/21%'`);
	const out = (await sato.get(`${path}/file?set=registry`)).text;
	assert.match(out, /新しい神社/);
	assert.match(out, /独自の値/);
	assert.match((await town.client(MINATO).get('/events.csv?set=registry')).text, /独自の値/);
});

test('what is neither is refused, and stays refused', async () => {
	for (const [name, bytes, words] of [['a.csv', 'a,b\n1,2\n', /読めません/], ['a.ics', 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n', /1件もありません/], ['a.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]), /読めません/],
		['a.json', '{"a": 1}', /読めません/], ['many.csv', list(...Array.from({ length: 3001 }, (_, i) => `${i},,x,2030-12-05,,,,,,,,,`)), /多すぎます/], ['none', '', /選んでください/]]) {
		const answer = await send(name, bytes);
		assert.equal(answer.status, 422, name);
		assert.match(said(answer), words, name);
	}
	await town.sql(`UPDATE event_import SET bytes = NULL WHERE taken IS NULL`);
	const sent = await sato.follow(await send('list.csv', list('31,,x,2030-12-05,,,,,,,,,')));
	await town.sql(`UPDATE event_import SET bytes = NULL WHERE taken IS NULL`);
	assert.equal((await sato.get(sent.path)).status, 410, 'a file that waited too long');
	assert.equal((await sato.submit(sent, {}, '/import/')).status, 410);
});

test('a calendar that goes on for ever, one that is called off, an unknown zone', async () => {
	const ics = (...vevents) => `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n${vevents.map((v, i) => `BEGIN:VEVENT\r\nUID:${i}@test\r\n${v}\r\nEND:VEVENT\r\n`).join('')}END:VCALENDAR\r\n`;
	const { path, look } = await take('cal.ics', ics('SUMMARY:毎日\r\nDTSTART;TZID=Asia/Tokyo:20200101T100000\r\nDTEND;TZID=Asia/Tokyo:20200101T110000\r\nRRULE:FREQ=DAILY',
		'SUMMARY:中止の会\r\nSTATUS:CANCELLED\r\nDTSTART;VALUE=DATE:20301201', 'SUMMARY:どこかの時間\r\nDTSTART;TZID=Nowhere/Land:20301201T100000'));
	assert.match(look, /終わりのない繰り返し/);
	assert.match(look, /時間帯の名前が分かりません/);
	assert.match(look, /取り込まない（中止） 1件/);
	const id = path.split('/').pop();
	assert.equal(await town.sql(`SELECT count(*) FROM event WHERE import_id = ${id}`), '2');
	const ahead = await town.sql(`SELECT count(*) FILTER (WHERE s.begins > now()) > 700 AND min(s.begins) > now() - interval '32 days' FROM event_slot s JOIN event e ON e.id = s.event_id WHERE e.import_id = ${id} AND e.texts -> 'ja' ->> 'title' = '毎日'`);
	assert.equal(ahead, 't', 'what lies ahead, not what was in 2020');
});

test('files of real towns come in without loss and go out equal', async (t) => {
	if (!samples) return t.diagnostic('CHROMO_SAMPLES is not set: files of others were not tried');
	for (const name of readdirSync(`${samples}/opendata-event`).filter((n) => n.endsWith('.csv'))) {
		const file = readFileSync(`${samples}/opendata-event/${name}`, 'utf8');
		const { path } = await take(name, file);
		const back = (await sato.get(`${path}/file?set=registry`)).text;
		assert.equal(await town.sql(`SELECT count(*) FROM event WHERE import_id = ${path.split('/').pop()}`), String(rows(file).length - 1), `${name}: each row is an event`);
		assert.deepEqual(rows(back), rows(file), name);
		assert.match((await take(name, file)).look, /取り込むものはありません/, `${name}: a second time nothing`);
		assert.deepEqual(rows((await sato.get(`${path}/file?set=registry`)).text), rows(file), `${name}: and it is still so`);
	}
});

test('a JSON list of a real town goes out equal', async (t) => {
	if (!samples) return t.diagnostic('CHROMO_SAMPLES is not set: files of others were not tried');
	const wanted = JSON.parse(readFileSync(`${samples}/opendata-event/event-latest.jsonld`, 'utf8')).map(({ '@context': _, ...rest }) => rest);
	const { path } = await take('event-latest.jsonld', JSON.stringify(wanted));
	assert.deepEqual((await sato.get(`${path}/file?set=json`)).json(), wanted);
});

test('calendars of real towns come in without loss and go out equal', async (t) => {
	if (!samples) return t.diagnostic('CHROMO_SAMPLES is not set: calendars of others were not tried');
	for (const name of readdirSync(`${samples}/ical`).filter((n) => n.endsWith('.ics'))) {
		const file = readFileSync(`${samples}/ical/${name}`, 'utf8'), wanted = parse(file);
		if (wanted.length === 0) {
			assert.match(said(await send(name, file)), /1件もありません/, name);
			continue;
		}
		// They are of one site, where each of its tests begins to count anew.
		await inside(town, `UPDATE event SET source_key = NULL WHERE tenant_id = 1`);
		const { path } = await take(name, file), back = parse((await sato.get(`${path}/file?set=ics`)).text);
		// Repetitions are laid out: each of them says what the one said.
		for (const event of wanted) {
			const own = back.filter((b) => b.SUMMARY === event.SUMMARY);
			assert.ok(own.length > 0, `${name}: ${event.SUMMARY}`);
			for (const b of own) for (const what of ['DESCRIPTION', 'LOCATION', 'URL', 'CATEGORIES', 'CONTACT', 'X-SHIRASAGI-COST', 'X-SHIRASAGI-SCHEDULE', 'X-SHIRASAGI-RELATEDURL']) assert.deepEqual(b[what], event[what], `${name}: ${event.SUMMARY}: ${what}`);
			if (!event.RRULE && !event.RDATE && !event.EXDATE) assert.deepEqual([own[0].DTSTART, own[0].DTEND], [event.DTSTART, event.DTEND], `${name}: ${event.SUMMARY}`);
		}
		assert.deepEqual(new Set(back.map((b) => b.SUMMARY)), new Set(wanted.map((b) => b.SUMMARY)), name);
	}
});
