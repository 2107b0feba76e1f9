// SPDX-License-Identifier: Apache-2.0
//
// A survey in やさしい日本語 and in other languages: written at the desk beside the Japanese
// texts, read by citizens, with Japanese wherever something is left out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, inside, said } from '../harness/desk.mjs';
import { up } from '../harness/up.mjs';
import { begin, choices, document, question, survey, walk } from './survey.mjs';

const host = 'minato.localhost';
let town, sato, suzuki;
before(async () => {
	town = await up();
	sato = await desk(town, 'sato');
	suzuki = await desk(town, 'suzuki');
});
after(() => town?.stop());

const bare = (q) => ({ ...q, texts: { ja: q.texts.ja }, choices: q.choices.map((c) => ({ code: c.code, texts: { ja: c.texts.ja } })) });
const questions = [
	question('q1', 'single', '図書館を利用しますか', { choices: choices('頻繁に利用', '利用しない') }),
	question('q2', 'matrix', '各施設の満足度', { choices: choices('満足', '不満'), settings: { rows: [{ code: 'r1', texts: { ja: '閲覧席' } }] } }),
	question('q3', 'scale', '総合評価', { settings: { points: 5, low: { texts: { ja: '不満' } }, high: { texts: { ja: '満足' } } } }),
	question('q4', 'long', 'ご意見', { required: false, texts: { ja: { label: 'ご意見', help: '自由にご記入ください' } } }),
	question('q5', 'text', '職業', { required: false }),
	question('q6', 'text', '趣味', { required: false }),
].map(bare);

// A draft with these questions, not published yet.
async function draft() {
	const made = await survey(town, document(question('q9', 'note', 'x')), { state: 'draft' });
	await inside(town, `UPDATE questionnaire SET questions = 6, edition = 0, languages = '{ja}' WHERE id = ${made.questionnaire};
		DELETE FROM survey WHERE false;
		${questions.map((q, i) => `INSERT INTO question (questionnaire_id, code, place, kind, required, texts, choices, settings) VALUES
		(${made.questionnaire}, '${q.code}', ${i + 1}, '${q.kind}', ${q.required}, '${JSON.stringify(q.texts)}', '${JSON.stringify(q.choices)}', '${JSON.stringify(q.settings)}')`).join(';\n')}`);
	await town.sql(`SET session_replication_role = replica; DELETE FROM questionnaire_edition WHERE questionnaire_id = ${made.questionnaire}`);
	return made;
}
const url = (id, tag) => `/desk/surveys/${id}/languages${tag ? `/${tag}` : ''}`;
const save = async (client, id, tag, values) => client.submit(await client.get(url(id, tag)), values, url(id, tag));
const one = async (id, code) => JSON.parse(await town.sql(`SELECT to_jsonb(q) FROM question q JOIN survey s USING (questionnaire_id) WHERE s.id = ${id} AND q.code = '${code}'`));
const languages = (id) => town.sql(`SELECT n.languages FROM questionnaire n JOIN survey s ON s.questionnaire_id = n.id WHERE s.id = ${id}`);

test('written beside the Japanese texts, question by question', async () => {
	const { survey: id } = await draft();
	let page = await sato.get(url(id));
	assert.match(said(page), /やさしい日本語 まだ書いていません/);
	page = await sato.get(url(id, 'ja-easy'));
	for (const ja of ['図書館を利用しますか', '閲覧席', '自由にご記入ください', '公園の計画に使います。']) assert.ok(page.text.includes(`lang="ja">${ja}</span>`), ja);
	assert.equal((await sato.get(url(id, 'ja'))).status, 404);
	assert.equal((await sato.get(url(id, 'tlh'))).status, 404);
	let answer = await sato.submit(page, { title: 'こうえんの アンケート', q1_label: 'としょかんに いきますか', q1_c_1: 'よく いく', q2_r_r1: '本を よむ 席', q3_low: 'わるい' }, url(id, 'ja-easy'));
	assert.equal(answer.status, 303, said(answer));
	const q1 = await one(id, 'q1');
	assert.deepEqual(q1.texts, { ja: { label: '図書館を利用しますか' }, 'ja-easy': { label: 'としょかんに いきますか' } });
	assert.deepEqual(q1.choices[0].texts, { ja: '頻繁に利用', 'ja-easy': 'よく いく' });
	assert.equal((await one(id, 'q2')).settings.rows[0].texts['ja-easy'], '本を よむ 席');
	assert.equal((await one(id, 'q3')).settings.low.texts['ja-easy'], 'わるい');
	assert.equal(await languages(id), '{ja,ja-easy}', 'what is written is offered');
	assert.match(said(await sato.get(url(id))), /やさしい日本語 書いた文 5 \/ \d+/);

	// Too long is said and stays; emptied is Japanese again; what Japanese says anew keeps the rest.
	answer = await save(sato, id, 'en', { q1_label: 'x'.repeat(301) });
	assert.equal(answer.status, 422);
	assert.ok(answer.text.includes('x'.repeat(301)));
	assert.equal((await save(sato, id, 'ja-easy', { q3_low: '', title: '' })).status, 303);
	assert.deepEqual((await one(id, 'q3')).settings.low.texts, { ja: '不満' });
	const form = `/desk/surveys/${id}/questions/q3`;
	assert.equal((await save(sato, id, 'ja-easy', { q3_high: 'よい' })).status, 303);
	assert.equal((await sato.submit(await sato.get(form), { high: 'とても満足' }, form)).status, 303);
	assert.deepEqual((await one(id, 'q3')).settings.high.texts, { ja: 'とても満足', 'ja-easy': 'よい' });

	// Of two clerks at one language the second is told; at two languages both go on.
	const [a, b, c] = [await sato.get(url(id, 'en')), await suzuki.get(url(id, 'en')), await suzuki.get(url(id, 'zh'))];
	assert.equal((await sato.submit(a, { q1_label: 'Do you use the library?' }, '/en')).status, 303);
	assert.equal((await suzuki.submit(c, { q1_label: '您使用图书馆吗？' }, '/zh')).status, 303);
	answer = await suzuki.submit(b, { q1_label: 'Library?' }, '/en');
	assert.equal(answer.status, 409);
	assert.ok(said(answer).includes('Do you use the library?') && answer.text.includes('value="Library?"'), 'both are shown');
	assert.equal((await suzuki.submit(answer, {}, '/en')).status, 303);
	assert.equal((await one(id, 'q1')).texts.en.label, 'Library?');

	// Which are offered is a choice of its own.
	assert.equal((await sato.submit(await sato.get(url(id)), { speak_en: null }, url(id))).status, 303);
	assert.equal(await languages(id), '{ja,ja-easy,zh}');
	assert.equal((await one(id, 'q1')).texts.en.label, 'Library?', 'what was written stays');
});

test('two clerks offer two languages: each changes what they changed', async () => {
	const { survey: id } = await draft(), one_page = await sato.get(url(id)), other = await sato.get(url(id));
	assert.equal((await sato.submit(one_page, { speak_en: '1' }, url(id))).status, 303);
	assert.equal((await sato.submit(other, { 'speak_ja-easy': '1' }, url(id))).status, 303);
	assert.equal(await languages(id), '{ja,ja-easy,en}');
	const both = await sato.get(url(id));
	assert.equal((await sato.submit(both, { speak_en: null }, url(id))).status, 303);
	assert.equal(await languages(id), '{ja,ja-easy}');
});

test('whoever chooses やさしい日本語 reads it everywhere; Japanese where it is silent', async () => {
	const { survey: id } = await survey(town, { ...document(...questions), languages: ['ja'] });
	await town.sql(`SET session_replication_role = replica; INSERT INTO question (tenant_id, questionnaire_id, code, place, kind, required, texts, choices, settings)
		SELECT e.tenant_id, e.questionnaire_id, q->>'code', n, q->>'kind', (q->>'required')::boolean, q->'texts', q->'choices', q->'settings'
		  FROM survey s JOIN questionnaire_edition e USING (questionnaire_id), jsonb_array_elements(e.document->'questions') WITH ORDINALITY x (q, n) WHERE s.id = ${id};
		UPDATE questionnaire SET languages = '{ja}' WHERE id = (SELECT questionnaire_id FROM survey WHERE id = ${id})`);
	assert.doesNotMatch((await town.client(host).get(`/surveys/${id}`)).text, /やさしい日本語/);
	// It is open already: words may be added, and each time is an edition with its reason.
	assert.equal((await save(sato, id, 'ja-easy', { title: 'こうえんの アンケート', purpose: 'こうえんを よくします。', q1_label: 'としょかんに いきますか', q1_c_1: 'よく いく' })).status, 303);
	assert.equal(await town.sql(`SELECT e.edition, e.reason FROM questionnaire_edition e JOIN survey s USING (questionnaire_id) WHERE s.id = ${id} ORDER BY 1 DESC LIMIT 1`),
		'2|ことばの追加と訂正: やさしい日本語');
	assert.match(said(await sato.get(`/desk/surveys/${id}`)), /訂正 佐藤/);

	const client = town.client(host);
	let page = await client.get(`/surveys/${id}`);
	assert.match(page.text, /href="\/surveys\/\d+\?language=ja-easy">やさしい日本語で よむ/);
	page = await client.get(`/surveys/${id}?language=ja-easy`);
	assert.match(said(page), /こうえんの アンケート.*こうえんを よくします。/);
	assert.match(page.text, /value="ja-easy" checked/);
	assert.match(page.text, /<html lang="ja">/);
	page = await client.follow(await client.submit(page, {}, `/surveys/${id}`));
	assert.match(said(page), /としょかんに いきますか.*よく いく.*利用しない/);
	const check = await walk(client, id, { q1: { q1: '1' }, q2: { q2_r1: '1' }, q3: { q3: '4' } }, page);
	assert.match(said(check), /としょかんに いきますか よく いく/);
	assert.match(said(check), /各施設の満足度/);
	const done = await client.follow(await client.submit(check, {}, '/check'));
	assert.match(said(done), /としょかんに いきますか よく いく/, 'the receipt too');
	assert.equal(await town.sql(`SELECT r.language, r.edition FROM response r JOIN survey s USING (questionnaire_id) WHERE s.id = ${id}`), 'ja-easy|2');

	// With English pages the questions follow the pages, here in Japanese; a language that pages do not speak stays.
	assert.equal((await save(sato, id, 'zh', { q1_label: '您使用图书馆吗？' })).status, 303);
	const other = town.client(host);
	page = await other.follow(await other.submit(await other.get(`/surveys/${id}`), { language: 'zh' }, `/surveys/${id}`));
	assert.match(page.text, /<span lang="zh">您使用图书馆吗？<\/span>/);
	assert.match((await other.get(`/surveys/${id}/q/q1?lang=en`)).text, /<span lang="zh">您使用图书馆吗？/);
});

test('the unit of a number has its word in each language, and may be typed with it', async () => {
	const { survey: id } = await draft();
	await inside(town, `UPDATE question SET kind = 'number', settings = '{"min": "0", "max": "31", "unit": "回"}' WHERE questionnaire_id = (SELECT questionnaire_id FROM survey WHERE id = ${id}) AND code = 'q4'`);
	assert.ok((await sato.get(url(id, 'en'))).text.includes('lang="ja">回</span>'), 'beside the Japanese word');
	assert.equal((await save(sato, id, 'en', { q4_unit: 'x'.repeat(21) })).status, 422);
	assert.equal((await save(sato, id, 'en', { q4_unit: 'times' })).status, 303);
	const number = await one(id, 'q4');
	assert.equal(number.texts.en.unit, 'times');
	const form = `/desk/surveys/${id}/questions/q4`;
	assert.equal((await sato.submit(await sato.get(form), { unit: '度' }, form)).status, 303);
	assert.deepEqual(await one(id, 'q4').then((q) => [q.settings.unit, q.texts.en.unit]), ['度', 'times'], 'other words of the Japanese keep it');

	const open = await survey(town, document({ ...number, required: true }, question('q5', 'note', 'おわり')));
	for (const [lang, typed, words, shown] of [['en', '3 times', '3 times', 'lang="en">times<'], ['en', '３回', '3 times', null], ['ja', '5回', '5回', 'lang="ja">回<']]) {
		const client = town.client(host);
		client.cookies.set('__Host-lang', lang);
		const page = await begin(client, open.survey);
		if (shown !== null) assert.ok(page.text.includes(shown), `${lang} ${shown}`);
		assert.match(said(await client.follow(await client.submit(page, { q4: typed }, '/q/'))), new RegExp(`(^|[^0-9])${words} `), `${lang} ${typed}`);
	}
});

test('what Japanese no longer says no other language says', async () => {
	const { survey: id } = await draft();
	await inside(town, `UPDATE question SET kind = 'number', texts = '{"ja": {"label": "広さ", "help": "分からなければ空けてください"}}', settings = '{"unit": "㎡"}'
		WHERE questionnaire_id = (SELECT questionnaire_id FROM survey WHERE id = ${id}) AND code = 'q4'`);
	assert.equal((await save(sato, id, 'en', { q3_low: 'Bad', q4_label: 'How large?', q4_help: 'Leave it empty', q4_unit: 'sqm', thanks: 'Thank you' })).status, 303);
	const read = async () => {
		const open = await survey(town, document(await one(id, 'q3'), await one(id, 'q4'))), client = town.client(host);
		client.cookies.set('__Host-lang', 'en');
		return { page: await begin(client, open.survey), client };
	};
	let { page, client } = await read();
	for (const word of ['Bad', 'Leave it empty', '>sqm<']) assert.ok(page.text.includes(word), word);
	assert.match(said(await client.follow(await client.submit(page, { q3: '2', q4: '30㎡' }, '/q/'))), /30 sqm/, 'a unit that is one sign is typed as one');
	const at = (code) => `/desk/surveys/${id}/questions/${code}`;
	assert.equal((await sato.submit(await sato.get(at('q3')), { low: '' }, at('q3'))).status, 303);
	assert.equal((await sato.submit(await sato.get(at('q4')), { help: '', unit: '' }, at('q4'))).status, 303);
	({ page, client } = await read());
	assert.match(said(page), /How large\?/);
	assert.doesNotMatch(page.text, /Bad|Leave it empty|sqm/);
	assert.doesNotMatch(said(await client.follow(await client.submit(page, { q3: '2', q4: '30' }, '/q/'))), /sqm/);
	assert.doesNotMatch((await sato.get(url(id, 'en'))).text, /sqm/, 'there is nothing to be put right there either');
});

test('half translated: what is Japanese still is told to be Japanese, to those who have it read aloud', async () => {
	const half = question('q1', 'single', '図書館へ行きますか', { choices: [{ code: '1', texts: { ja: 'よく行く', en: 'Often' } }, { code: '2', texts: { ja: '行かない' } }] });
	delete half.texts.en;
	const rows = question('q2', 'matrix', '席はどうですか', { choices: choices('良い'), settings: { rows: [{ code: 'r1', texts: { ja: '閲覧席' } }, { code: 'r2', texts: { ja: '自習席', en: 'Desks' } }] } });
	const { survey: id } = await survey(town, document(half, rows)), client = town.client(host);
	client.cookies.set('__Host-lang', 'en');
	const page = await begin(client, id);
	for (const [lang, text] of [['ja', '図書館へ行きますか'], ['en', 'Often'], ['ja', '行かない'], ['en', 'matrix q2'], ['ja', '閲覧席'], ['en', 'Desks'], ['en', '良い (en)']])
		assert.ok(page.text.includes(`lang="${lang}">${text}<`), `${lang} ${text}`);
	const check = await client.follow(await client.submit(page, { q1: '2', q2_r1: '1', q2_r2: '1' }, '/q/'));
	for (const [lang, text] of [['ja', '図書館へ行きますか'], ['ja', '行かない'], ['en', 'matrix q2']]) assert.ok(check.text.includes(`lang="${lang}">${text}`), `${lang} ${text}`);
	const clerk = await desk(town, 'admin');
	clerk.cookies.set('__Host-lang', 'en');
	const results = await clerk.get(`/desk/surveys/${id}/results`);
	for (const [lang, text] of [['ja', '図書館へ行きますか'], ['en', 'Often'], ['ja', '行かない'], ['en', 'matrix q2'], ['ja', '閲覧席'], ['en', 'Desks'], ['en', '良い (en)']])
		assert.ok(new RegExp(`lang="${lang}"[^>]*>${text.replace(/[()]/g, '\\$&')}<`).test(results.text), `results: ${lang} ${text}`);
});
