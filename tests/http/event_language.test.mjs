// SPDX-License-Identifier: Apache-2.0
//
// An event in やさしい日本語 and in other languages: written at the desk on the pages that surveys
// have, read by citizens on the calendar, while they sign up, in their letters and on their ticket,
// with Japanese wherever something is left out.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { desk, inside, said } from '../harness/desk.mjs';
import { makeEvent, question, toCheck } from '../harness/event.mjs';
import { isPage } from '../harness/invariants.mjs';
import { up } from '../harness/up.mjs';
import { mailsTo, mailWith, somebody, words } from './citizen.mjs';

const host = 'minato.localhost';
let town, sato, suzuki;
before(async () => {
	town = await up({ courier: true });
	sato = await desk(town, 'sato');
	suzuki = await desk(town, 'suzuki');
});
after(() => town?.stop());

const url = (id, tag) => `/desk/events/${id}/languages${tag ? `/${tag}` : ''}`;
const save = async (client, id, tag, values) => client.submit(await client.get(url(id, tag)), values, url(id, tag));
const texts = async (id, tag) => JSON.parse(await town.sql(`SELECT coalesce(texts->'${tag}', 'null') FROM event WHERE id = ${id}`));
const languages = (id) => town.sql(`SELECT n.languages FROM questionnaire n JOIN event e ON e.questionnaire_id = n.id WHERE e.id = ${id}`);
const tag = (page, text) => new RegExp(`<(\\w+)[^>]*lang="([^"]*)"[^>]*>\\s*(?:<a[^>]*>)?${text}`).exec(page.text)?.[2];
const reader = () => town.client(host);
const quiz = [question('q1', 'single', '望遠鏡はありますか', { choices: [{ code: '1', texts: { ja: 'ある' } }, { code: '2', texts: { ja: 'ない' } }] })];
const easy = { title: 'ほしを みる 会', text: 'おおきな めがねで ほしを みます。', place: 'ほしの いえ', q1_label: 'ぼうえんきょうが ありますか', q1_c_1: 'あります', thanks: 'きてくれて ありがとう。' };

test('written at the desk beside the Japanese texts', async () => {
	const { event: id } = await makeEvent(town, { title: '観望会', questions: quiz, columns: { thanks: "'またどうぞ。'" } });
	let page = isPage(await sato.get(url(id)));
	assert.match(said(page), /観望会 ほかの言語.*やさしい日本語 まだ書いていません/);
	page = isPage(await sato.get(url(id, 'ja-easy')));
	for (const ja of ['観望会', '望遠鏡で星を見ます。', '天文台', 'またどうぞ。', '望遠鏡はありますか', 'ある']) assert.ok(page.text.includes(`lang="ja">${ja}</span>`), ja);
	assert.ok(!page.text.includes('name="access"'), 'what Japanese does not say needs no other words');
	assert.equal((await sato.get(url(id, 'ja'))).status, 404);
	assert.equal((await sato.get(url(id, 'tlh'))).status, 404);
	let answer = await sato.submit(page, easy, url(id, 'ja-easy'));
	assert.equal(answer.status, 303, said(answer));
	assert.deepEqual(await texts(id, 'ja-easy'), { title: easy.title, text: easy.text, place: easy.place, thanks: easy.thanks });
	assert.equal(await languages(id), '{ja,ja-easy}', 'what is written is offered');
	assert.match(said(isPage(await sato.get(url(id)))), /やさしい日本語 書いた文 6 \/ 12/);
	assert.equal(await town.sql(`SELECT q.edition || ' ' || q.reason FROM questionnaire_edition q JOIN event e USING (questionnaire_id) WHERE e.id = ${id} ORDER BY q.edition DESC LIMIT 1`),
		'2 ことばの追加と訂正: やさしい日本語', 'people are asked in it from now on');
	assert.equal(await town.sql(`SELECT sequence FROM event WHERE id = ${id}`), '1', 'calendars learn of it');

	// Too long is said and stays.
	answer = await save(sato, id, 'en', { title: 'x'.repeat(201) });
	assert.equal(answer.status, 422);
	assert.ok(answer.text.includes('x'.repeat(201)));
	// Of two clerks at one language the second is told; whoever changes the Japanese text meets nobody's mark.
	const [a, b, content] = [await sato.get(url(id, 'en')), await suzuki.get(url(id, 'en')), await suzuki.get(`/desk/events/${id}/content`)];
	assert.equal((await sato.submit(a, { title: 'Star party' }, '/en')).status, 303);
	assert.equal((await suzuki.submit(content, { fee: '100円' }, '/content')).status, 303);
	answer = await suzuki.submit(b, { title: 'Stars' }, '/en');
	assert.equal(answer.status, 409);
	assert.ok(said(answer).includes('Star party') && answer.text.includes('value="Stars"'), 'both are shown');
	assert.equal((await suzuki.submit(answer, {}, '/en')).status, 303);
	assert.equal((await texts(id, 'en')).title, 'Stars');
	// Emptied it is Japanese again; which are offered is a choice of its own.
	assert.equal((await save(sato, id, 'en', { title: '' })).status, 303);
	assert.equal(await texts(id, 'en'), null);
	assert.equal((await sato.submit(await sato.get(url(id)), { speak_en: null }, url(id))).status, 303);
	assert.equal(await languages(id), '{ja,ja-easy}');
	// What is over stays.
	await inside(town, `UPDATE event SET state = 'ended' WHERE id = ${id}`);
	answer = await sato.get(url(id, 'en'));
	assert.equal(answer.headers.location, `/desk/events/${id}`);
	assert.match(said(await sato.follow(answer)), /終わった行事や中止した行事は変えられません/);
});

test('read on the calendar, each text in its language or in Japanese', async () => {
	const { event: id } = await makeEvent(town, { title: '植物観察', columns: { category: "'自然'", access: "'駅から徒歩5分'" } });
	assert.doesNotMatch((await reader().get(`/events/${id}`)).text, /<nav class="c-tongues"/);
	assert.equal((await save(sato, id, 'en', { title: 'Plant walk', fee: 'Free', place: 'Observatory', category: 'Nature' })).status, 303);
	assert.equal((await save(sato, id, 'ja-easy', { title: 'はなを みる 会', text: 'いっしょに あるきます。' })).status, 303);
	assert.equal((await save(sato, id, 'zh', { title: '植物观察会' })).status, 303);

	const english = reader();
	let page = isPage(await english.get(`/events/${id}?lang=en`), { public: true, lang: 'en' });
	assert.match(words(page), /Plant walk.*Nature.*望遠鏡で星を見ます。.*Observatory.*Free/);
	assert.deepEqual(['Plant walk', 'Free', 'Observatory', 'Nature', '望遠鏡で', '天文台 電話', '駅から', '上着'].map((t) => tag(page, t)), ['en', 'en', 'en', 'en', 'ja', 'ja', 'ja', 'ja']);
	assert.match(page.text, /href="\/events\/\d+\?language=ja-easy"[^>]*lang="ja"[^>]*>やさしい日本語/);
	assert.match(page.text, /href="\/lang\/ja\?next=\/events\/\d+"/);
	const ld = JSON.parse((await english.get(`/events/${id}/schema?lang=en`)).text);
	assert.deepEqual([ld.name, ld.location.name], ['Plant walk', 'Observatory']);
	assert.match((await english.get(`/events/${id}/calendar?lang=en`)).text, /SUMMARY:Plant walk/);
	assert.match((await reader().get(`/events/${id}/calendar`)).text, /SUMMARY:植物観察/);

	page = isPage(await reader().get(`/events/${id}?language=ja-easy`), { public: true });
	assert.match(words(page), /はなを みる 会.*いっしょに あるきます。.*天文台/);
	assert.match(page.text, /<h1 class="c-title" lang="ja">はなを/);
	assert.match(page.text, /language=ja-easy"[^>]* aria-current="true"/);
	assert.match(page.text, new RegExp(`href="/events/${id}/apply\\?language=ja-easy"`));
	page = isPage(await reader().get(`/events/${id}?language=zh`), { public: true });
	assert.equal(tag(page, '植物观察会'), 'zh');
	assert.match(words(await reader().get(`/events/${id}?language=ko`)), /植物観察/, 'what is not offered is Japanese');

	// Lists, month, places, feeds, and the search, which knows all languages.
	for (const path of ['/events', '/events/places']) {
		page = isPage(await reader().get(`${path}?lang=en`), { public: true, lang: 'en' });
		assert.equal(tag(page, 'Plant walk'), 'en', path);
		assert.equal(tag(page, 'Observatory'), 'en', path);
	}
	assert.match((await reader().get(`/events/month?lang=en&month=${(await town.sql(`SELECT to_char(begins AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM') FROM event_slot WHERE event_id = ${id}`))}`)).text, /lang="en">Plant walk/);
	assert.match(words(await reader().get('/events?words=plant')), /植物観察/);
	assert.match((await reader().get('/events.ics?lang=en')).text, /SUMMARY:Plant walk/);
	assert.match((await reader().get('/events.atom?lang=en')).text, /xml:lang="en"[^]*<title xml:lang="en">Plant walk/);
	assert.match((await reader().get('/events.atom?words=plant&lang=en')).text, new RegExp(`rel="self"[^>]*href="https://[^"/]*/events.atom\\?words=plant&amp;lang=en"[^]*href="https://[^"/]*/events/${id}\\?lang=en"`));
	assert.match((await reader().get('/events.atom')).text, /xml:lang="ja"[^]*<title xml:lang="ja">植物観察/);
	assert.match((await reader().get('/events.csv')).text, /植物観察,[^\n]*Plant walk/);
	assert.match((await reader().get('/events?lang=en')).text, /\/events\.ics\?lang=en/);
	// Not offered, it is not read, though it is written.
	await sato.submit(await sato.get(url(id)), { speak_en: null }, url(id));
	assert.doesNotMatch(words(await reader().get(`/events/${id}?lang=en&x=1`)), /Plant walk/);
});

test('quotas and the reason for calling off; a letter says what is not in the language of its reader', async () => {
	const { event: id, slots, quotas } = await makeEvent(town, { title: '観望会', quotas: { 市内: 5, 車いす: 2 }, columns: { category: "'自然'" } });
	let page = isPage(await sato.get(url(id, 'en')));
	assert.match(said(page), /枠の名前 市内.*枠の名前 車いす/);
	assert.equal((await sato.submit(page, { title: 'Star party', quota_1: 'Residents' }, url(id, 'en'))).status, 303);
	assert.deepEqual(await texts(id, 'en'), { title: 'Star party', quotas: { 市内: 'Residents' } });
	assert.ok((await sato.get(url(id, 'en'))).text.includes('value="Residents"'));
	assert.equal((await save(sato, id, 'zh', { title: '观星会', quota_2: '轮椅' })).status, 303);

	const english = reader(), chinese = reader(), emails = [somebody(), somebody()];
	await english.get('/lang/en?next=/');
	page = await english.follow(await english.submit(await english.get(`/events/${id}/apply`), { slot: slots[0], people: 1 }));
	assert.match(page.text, /lang="en" for="quota_\d+">Residents/);
	assert.match(page.text, /lang="ja" for="quota_\d+">車いす/);
	page = await toCheck(english, { event: id, slots }, { email: emails[0], also: [{ [`quota_${quotas[0]}`]: 1 }] });
	assert.match(words(page), /Residents/);
	const ticket = await english.follow(await english.submit(page));
	assert.match(words(ticket), /Residents/);
	await chinese.get(`/events/${id}/apply?language=zh`);
	page = await chinese.follow(await chinese.submit(await chinese.get(`/events/${id}/apply?language=zh`), { slot: slots[0], people: 1 }));
	assert.match(page.text, /lang="zh" for="quota_\d+">轮椅/);
	await chinese.follow(await chinese.submit(await toCheck(chinese, { event: id, slots }, { email: emails[1] })));
	let [mail] = await mailsTo(town, emails[0]);
	assert.match(mail.text, /Star party/);
	assert.match(mail.text, /What the organisers have not translated is in Japanese/);
	assert.doesNotMatch(mail.text, /cannot write to you in this language/);
	[mail] = await mailsTo(town, emails[1]);
	assert.match(mail.text, /中文: we cannot write to you in this language yet, so this letter is in English\.[^]*观星会/);

	// Called off, with the reason in the languages that there was time for.
	const boss = await desk(town, 'suzuki');
	page = isPage(await boss.get(`/desk/events/${id}/off`));
	assert.match(said(page), /中止の理由：英語.*中止の理由：中国語/);
	assert.equal((await boss.submit(page, { why: '', why_en: 'Storm' }, '/off')).status, 422);
	page = await boss.submit(page, { why: '嵐のため', why_en: 'Because of the storm' }, '/off');
	assert.equal(page.status, 303, said(page));
	assert.match((await mailWith(town, emails[0], 'Because of the storm')).text, /Because of the storm/);
	mail = await mailWith(town, emails[1], '嵐のため');
	assert.match(mail.text, /organisers have not translated is in Japanese/);
	page = isPage(await english.get(ticket.path), { lang: 'en' });
	assert.match(page.text, /lang="en">Because of the storm/);
	assert.match((await reader().get(`/events/${id}?lang=en`)).text, /does not take place[^]*lang="en">Because of the storm/);
	assert.match((await reader().get(`/events/${id}`)).text, /中止になりました[^]*lang="ja">嵐のため/);
});

test('the ticket on paper and the certificate are in the language of their person, whoever prints them', async () => {
	const { event: id, slots } = await makeEvent(town, { title: '観望会' });
	assert.equal((await save(sato, id, 'en', { title: 'Star party', place: 'Observatory' })).status, 303);
	const english = reader(), japanese = reader(), paper = ({ bytes }) => spawnSync('pdftotext', ['-', '-'], { input: bytes }).stdout.toString();
	await english.get('/lang/en?next=/');
	const tickets = [];
	for (const [client, name] of [[english, 'Anna Smith'], [japanese, '山田 花子']])
		tickets.push(await client.follow(await client.submit(await toCheck(client, { event: id, slots }, { names: [name] }))));
	assert.match(paper(await english.get(`${tickets[0].path}/paper`)), /Ticket[^]*Minato City[^]*Star party[^]*Observatory[^]*Anna Smith/);
	assert.match(paper(await japanese.get(`${tickets[1].path}/paper`)), /受付票[^]*みなと市[^]*観望会/);
	await inside(town, `INSERT INTO checkin (id, event_id, slot_id, application_id, people) SELECT gen_random_uuid(), event_id, slot_id, id, 1 FROM application WHERE event_id = ${id}`);
	const [first, second] = (await town.sql(`SELECT id FROM application WHERE event_id = ${id} ORDER BY id`)).split('\n');
	const certificate = async (a) => paper(await sato.get(`/desk/events/${id}/applicants/${a}/certificate`));
	const printed = await certificate(first);
	assert.match(printed, /Certificate of attendance[^]*Anna Smith[^]*Star party[^]*Observatory[^]*Minato City/);
	assert.doesNotMatch(printed, /参加証明書|観望会/);
	assert.match(await certificate(second), /山田 花子[^]*観望会[^]*みなと市/);
	// Badges hang on people; the list stays with staff, who read Japanese.
	const badges = paper(await sato.get(`/desk/events/${id}/applicants/badges`));
	assert.match(badges, /Star party[^]*Anna Smith/);
	assert.match(badges, /観望会[^]*山田 花子/);
	assert.match(paper(await sato.get(`/desk/events/${id}/applicants/sheet`)), /観望会[^]*Anna Smith/);
	// In a language that the program does not speak its own words are English.
	assert.equal((await save(sato, id, 'zh', { title: '观星会' })).status, 303);
	await inside(town, `UPDATE application SET language = 'zh' WHERE id = ${first}; UPDATE application SET language = 'ja-easy' WHERE id = ${second}`);
	assert.match(await certificate(first), /Certificate of attendance[^]*Anna Smith[^]*观星会/);
	assert.match(paper(await sato.get(`/desk/events/${id}/applicants/badges`)), /观星会/);
	assert.match(await certificate(second), /参加証明書[^]*観望会/, 'not offered, it is Japanese');
});

test('whoever chooses やさしい日本語 signs up, is written to and comes back in it', async () => {
	const { event: id, slots } = await makeEvent(town, { title: '観望会', questions: quiz, columns: { thanks: "'またどうぞ。'" } });
	assert.equal((await save(sato, id, 'ja-easy', easy)).status, 303);
	assert.equal((await save(sato, id, 'en', { title: 'Star party', q1_label: 'Do you have a telescope?' })).status, 303);
	const client = reader(), email = somebody();
	let page = isPage(await client.get(`/events/${id}/apply?language=ja-easy`));
	assert.match(words(page), /ほしを みる 会/);
	page = await client.follow(await client.submit(page, { slot: slots[0], people: 1 }));
	assert.match(words(page), /ほしを みる 会/, 'it goes along');
	page = await toCheck(client, { event: id, slots }, { email, answers: { q1: '1' } });
	assert.match(words(page), /ほしを みる 会.*ぼうえんきょうが ありますか あります/);
	assert.match(page.text, /<html lang="ja">/);
	let ticket = await client.follow(await client.submit(page));
	assert.match(words(ticket), /ほしを みる 会.*ぼうえんきょうが ありますか あります.*ほしの いえ/);
	assert.equal(await town.sql(`SELECT language FROM application WHERE event_id = ${id}`), 'ja-easy');
	const [mail] = await mailsTo(town, email);
	assert.equal(mail.header('subject'), '【参加決定】ほしを みる 会');
	assert.match(mail.text, /ほしを みる 会[^]*ほしの いえ/);
	assert.match((await client.get(`${ticket.path}/calendar`)).text, /SUMMARY:ほしを みる 会/);
	// With English pages it is English; back in Japanese it is やさしい日本語 again, from any browser.
	assert.match(words(await client.get(`${ticket.path}?lang=en`)), /Star party/);
	assert.match(words(await reader().get(ticket.path)), /ほしを みる 会/);
	// After the date, thanks in the same words.
	await inside(town, `UPDATE event_slot SET begins = now() - interval '5 hours', ends = now() - interval '3 hours' WHERE id = ${slots[0]};
		UPDATE application SET due = now() WHERE event_id = ${id}`);
	assert.match((await mailWith(town, email, 'きてくれて')).text, /きてくれて ありがとう。/);
});
