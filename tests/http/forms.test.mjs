// SPDX-License-Identifier: Apache-2.0
//
// Answers on paper: numbers, files, two clerks; under one number paper and web never both
// count.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { desk, inside, said } from '../harness/desk.mjs';
import { eventually, up } from '../harness/up.mjs';
import { once_survey, right_of } from './right.mjs';
import { choices, document, every, question, responses, survey as some_survey, when } from './survey.mjs';

const host = 'minato.localhost';
let town, clerk, survey, base, staff;
before(async () => {
	town = await up();
	clerk = await desk(town, 'sato');
	survey = await once_survey(town, host);
	base = `/desk/surveys/${survey}/forms`;
	staff = (await town.sql(`SELECT min(id), max(id) FROM staff WHERE tenant_id = 1 AND login IN ('sato', 'suzuki')`)).split('|').map(Number);
});
after(() => town?.stop());

const answers = () => town.sql(`SELECT string_agg(way || ' ' || coalesce(answers ->> 'q2', '-'), ', ' ORDER BY way, answers ->> 'q2') FROM response
	WHERE questionnaire_id = (SELECT questionnaire_id FROM survey WHERE id = ${survey})`);
const numbers = async () => (await clerk.get(`${base}/numbers`)).text.replace('\uFEFF', '').trim().split('\r\n').slice(1);
// The form of the page with this action; a file as a browser sends it.
const send = async (action, values) => clerk.submit(await clerk.get(base), values, `${base}/${action}`);
async function take(csv, name = 'answers.csv') {
	const page = await clerk.get(base), token = page.text.match(/name="token" value="([^"]+)"/)[1], edge = 'x0x0x0';
	const body = Buffer.concat([Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="token"\r\n\r\n${token}\r\n--${edge}\r\n` +
		`Content-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/csv\r\n\r\n`), Buffer.from(csv), Buffer.from(`\r\n--${edge}--\r\n`)]);
	const sent = await clerk.send(`${base}/import`, { method: 'POST', body, headers: { 'content-type': `multipart/form-data; boundary=${edge}`, origin: `https://${host}:${town.port}` } });
	if (sent.status !== 303) return sent;
	// What the clerk says of it in the end.
	await eventually('its end', async () => /件を取り込みました。|取り込みませんでした/.test((await clerk.get(sent.headers.location)).text));
	return clerk.get(sent.headers.location);
}
const type = (number, who, value, way = 'paper') => inside(town, `SELECT outcome || ' ' || differs FROM paper_enter(${survey}, '${number.replaceAll('-', '')}', '${way}', 1,
	'{"q1": "1", "q2": "${value}"}', ${who}, '{}', '{}')`).then((out) => out.split('\n').pop());

test('numbers are made, given as CSV, and voided', async () => {
	assert.equal((await send('print', { count: '０' })).status, 422);
	assert.equal((await send('print', { count: '２０' })).status, 303);
	const made = await numbers();
	assert.equal(new Set(made).size, 20);
	for (const one of made) assert.match(one, /^\d{4}-\d{4}-\d{4}$/);
	assert.equal((await send('void', { number: '1234' })).status, 422);
	assert.equal((await send('void', { number: made[0].replace(/.$/, (c) => (Number(c) + 1) % 10) })).status, 422, 'a digit mistyped');
	assert.equal((await send('void', { number: made[0] })).status, 303);
	assert.equal((await numbers()).length, 19);
	assert.equal(await type(made[0], staff[0], 5), 'unknown []');
	// A form of another survey, and one that was answered: said at the field, as what it is.
	const other = await some_survey(town, every()), theirs = `/desk/surveys/${other.survey}/forms`;
	await clerk.submit(await clerk.get(theirs), { count: '1' }, '/print');
	const [number] = (await clerk.get(`${theirs}/numbers`)).text.match(/\d{4}-\d{4}-\d{4}/g);
	const refused = async (page, words) => {
		const answer = await clerk.submit(await clerk.get(page), { number }, `${page}/void`);
		assert.deepEqual([answer.status, answer.text.includes(`value="${number}"`), answer.text.includes(words)], [422, true, true], words);
	};
	await refused(base, 'このアンケートの番号ではないか');
	await inside(town, `SELECT paper_enter(${other.survey}, '${number.replaceAll('-', '')}', 'paper', 1, '{"q1": "1"}', ${staff[0]}, '{}', '{}')`);
	await refused(theirs, 'この番号は、もう回答されています');
});

test('on paper: the ways in words, and on each page the number and a code that leads on with it', async () => {
	const { survey: id, questionnaire } = await some_survey(town, every()), at = `/desk/surveys/${id}`;
	// What staff would have typed in.
	const text = (value) => `'${JSON.stringify(value)}'`;
	await inside(town, `SET session_replication_role = replica; INSERT INTO question (questionnaire_id, code, place, kind, required, texts, choices, settings, show, jumps) VALUES ${
		every().questions.map((q, i) => `(${questionnaire}, '${q.code}', ${i + 1}, '${q.kind}', ${q.required}, ${text(q.texts)}, ${text(q.choices)}, ${text(q.settings)}, ${q.show ? text(q.show) : 'NULL'}, ${text(q.jumps)})`)}`);
	await clerk.submit(await clerk.get(`${at}/forms`), { count: '2' }, '/print');
	const given = (await clerk.get(`${at}/forms/numbers`)).text.match(/\d{4}-\d{4}-\d{4}/g);
	const pdf = await clerk.get(`${at}/paper?numbered=1`), said = spawnSync('pdftotext', ['-layout', '-', '-'], { input: pdf.bytes }).stdout.toString();
	const pages = said.split('\f').filter((page) => page.trim());
	assert.ok(pages.length >= 4 && pages.length % 2 === 0, `${pages.length} pages`);
	pages.forEach((page, i) => {
		assert.ok(page.includes(given[Math.floor(i / (pages.length / 2))]), `page ${i + 1} has its number`);
		assert.match(page, new RegExp(`${i % (pages.length / 2) + 1} / ${pages.length / 2}`), 'and says which of how many it is');
	});
	for (const way of ['「使わない」の人は 4 へ', '設問1で「よく使う」の人だけ', '図書館', 'ご意見を書いてください（任意）']) assert.ok(said.includes(way), way);
	// A question and how it is answered are not parted: the head of a question never ends a page.
	for (const page of pages) assert.doesNotMatch(page.trim().split('\n').slice(-2)[0], /^\s*\d+\s+\S.*か(（任意）)?$/);
	const once = await clerk.get(`${at}/paper`);
	assert.doesNotMatch(spawnSync('pdftotext', ['-', '-'], { input: once.bytes }).stdout.toString(), /\d{4}-\d{4}-\d{4}/);
});

test('on paper: a long choice goes on behind its box, one from right to left has its box at the left, too; long ends of a scale stand below it', async () => {
	const doc = document(question('q1', 'single', 'どれですか', { choices: choices('い'.repeat(90), 'أريد المزيد من الأشجار') }),
		question('q2', 'scale', 'どうですか', { settings: { points: 5, low: { texts: { ja: 'まったくそうは思わない' } }, high: { texts: { ja: 'とてもそう思う' } } } }));
	const { survey: id, questionnaire } = await some_survey(town, doc), text = (value) => `'${JSON.stringify(value)}'`;
	await inside(town, `SET session_replication_role = replica; INSERT INTO question (questionnaire_id, code, place, kind, required, texts, choices, settings) VALUES ${
		doc.questions.map((q, i) => `(${questionnaire}, '${q.code}', ${i + 1}, '${q.kind}', true, ${text(q.texts)}, ${text(q.choices)}, ${text(q.settings)})`)}`);
	const pdf = (await clerk.get(`/desk/surveys/${id}/paper`)).bytes;
	const words = [...spawnSync('pdftotext', ['-bbox', '-', '-'], { input: pdf }).stdout.toString().matchAll(/xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>([^<]+)</g)].map(([, x, y, word]) => ({ x: Number(x), y: Number(y), word }));
	const boxes = words.filter(({ word }) => word === '□'), long = words.filter(({ word }) => /^い+$/.test(word)), arabic = words.filter(({ word }) => /[\u0600-\u06ff\ufe70-\ufeff]/.test(word));
	assert.equal(boxes.length, 2);
	assert.ok(long.length >= 2 && new Set(long.map(({ y }) => Math.round(y))).size >= 2, 'on several lines');
	for (const { x } of [...long, ...arabic]) assert.ok(x > boxes[0].x + 8, `${x} behind ${boxes[0].x}`);
	assert.ok(arabic.length > 0 && Math.abs(boxes[1].x - boxes[0].x) < 1);
	const lines = spawnSync('pdftotext', ['-layout', '-', '-'], { input: pdf }).stdout.toString().split('\n').map((line) => line.trim().replace(/\s+/g, ' '));
	for (const line of ['1 2 3 4 5', '1 まったくそうは思わない', '5 とてもそう思う']) assert.ok(lines.includes(line), line);
});

test('a file counts whole or not at all, and says all that is wrong', async () => {
	const [a, b, c] = await numbers();
	const bad = await take(`番号,q1,q2,q3\n${a},1,3,よい\n${b},9,3,\n${a},1,3,\n1234-5678-9012,1,1,\n0000-0000-0001,1,,\n,2,x,\n`);
	const rows = [...bad.text.matchAll(/<tr><th[^>]*>(\d+)<\/th><td>([^<]+)<\/td><td[^>]*>([^<]*)<\/td>/g)].map((m) => [m[1], m[3]]);
	assert.deepEqual(rows.map(([line]) => line), ['3', '4', '5', '6', '7']);
	assert.equal(await answers(), '', 'nothing was kept');
	assert.match(said(await take('番号,q1,q99\n,1,2\n')), /取り込みませんでした.* q99 /);
	assert.match(said(await take('q1,q2,q1,番号,number\n1,2,2,,\n')), /取り込みませんでした.* 1 この列は2つあります[^ ]* q1 1 この列は2つあります[^ ]* number /);
	assert.match(said(await take('q1,q3\n1,よい, と思う\n1,よい,,\n')), /取り込みませんでした.* 2 見出しより列が多い行です[^ ]* と思う (?!.* 3 見出し)/, 'a comma parts a text');
	assert.equal((await take('')).status, 422);
	assert.match(said(await take('"')), /取り込みませんでした/);
	const good = await take(`\uFEFF番号,q1,q2,q3\r\n${a},1,3,"よい, と思う"\r\n${c},2,,\r\n,1,12,\r\n`, '../../../etc/passwd');
	assert.match(said(good), /3件を取り込みました/);
	assert.equal(await answers(), 'import 12, import 3, import -');
	assert.match(said(await take(`番号,q1\n${a},1\n`)), /もう回答されています/, 'the same form again');
});

test('in a file a district stands by its name or its number', async () => {
	const { survey: id, questionnaire } = await some_survey(town, document(question('q1', 'address', 'お住まいはどこですか', { settings: { district: true } }))), other = base;
	const [number, name] = (await town.sql(`SELECT id, name FROM district WHERE tenant_id = 1 AND active ORDER BY place, id LIMIT 1`)).split('|');
	base = `/desk/surveys/${id}/forms`;
	try {
		assert.match(said(await take('q1.district\n月面\n')), /取り込みませんでした/);
		assert.match(said(await take(`q1.district\n${name}\n${number}\n`)), /2件を取り込みました/);
	} finally {
		base = other;
	}
	assert.deepEqual((await responses(town, questionnaire)).map((r) => r.answers), [{ q1: { district: number } }, { q1: { district: number } }]);
});

test('a photo that has to be sent on the web is missing in no file: no column could hold it', async () => {
	const { survey: id, questionnaire } = await some_survey(town, document(question('q1', 'single', '直す所がありますか', { choices: choices('はい', 'いいえ') }),
		question('q2', 'file', 'その写真', { settings: { max: 2 } }), question('q3', 'number', '何か所ですか'))), other = base;
	base = `/desk/surveys/${id}/forms`;
	try {
		assert.match(said(await take('q1,q3\n1,2\n2,\n')), /取り込みませんでした.* 3 [^ ]+ q3 /, 'all else is asked for');
		assert.match(said(await take('q1,q3\n1,2\n')), /1件を取り込みました/);
	} finally {
		base = other;
	}
	assert.deepEqual((await responses(town, questionnaire)).map((r) => r.answers), [{ q1: '1', q3: '2' }]);
});

test('under one number paper and web never both count', async () => {
	const [a] = await numbers(), browser = town.client(host);
	assert.equal((await right_of(browser, survey, `paper.${a}`)).status, 303, 'who holds the form may answer on the web instead');
	assert.equal(await type(a, staff[0], 7), 'kept []');
	assert.equal(await type(a, staff[0], 7), 'again []');
	// What the page of the web would do with this right.
	await assert.rejects(inside(town, `INSERT INTO response (questionnaire_id, edition, number, answers, right_hash)
		SELECT questionnaire_id, 1, 'w', '{}', right_paper(id, '${a.replaceAll('-', '')}') FROM survey WHERE id = ${survey}`), /response_once/);
	assert.equal((await right_of(town.client(host), survey, 'paper.123456789012')).status, 404);
	const out = await Promise.allSettled(Array.from({ length: 6 }, async () => type((await numbers())[0], staff[0], 8)));
	assert.equal(out.filter((o) => o.value === 'kept []').length, 1);
});

test('typed twice: it counts when two clerks agree, and says where they do not', async () => {
	const [a, b] = await numbers(), before_ = await answers();
	assert.equal((await send('twice', {})).status, 303);
	assert.equal(await type(a, staff[0], 1), 'first []');
	assert.equal(await type(a, staff[0], 2), 'first []', 'the first clerk mends what they typed');
	assert.equal(await answers(), before_);
	assert.equal(await type(a, staff[1], 3), 'differs ["q2"]');
	assert.equal(await type(a, staff[1], 2), 'kept []');
	assert.equal(await type(b, staff[0], 4), 'first []');
	assert.equal(await type(b, staff[1], 5), 'differs ["q2"]');
	assert.match(said(await clerk.get(base)), new RegExp(`まだ数えていない番号 ${b}`), 'it is neither counted nor waits for a second clerk');
	assert.equal(await type(b, staff[0], 5), 'kept []', 'the first clerk agrees with the second');
	assert.doesNotMatch(said(await clerk.get(base)), /まだ数えていない番号/);
	const [c] = await numbers(), typed = (who, answers) => inside(town, `SELECT outcome || ' ' || differs FROM paper_enter(${survey}, '${c.replaceAll('-', '')}', 'paper', 1, '${JSON.stringify(answers)}', ${who}, '{}', '{}')`).then((out) => out.split('\n').pop());
	assert.equal(await typed(staff[0], { q1: '1' }), 'first []');
	assert.equal(await typed(staff[1], { q1: '1', q3: 'もっと' }), 'differs ["q3"]');
	assert.equal(await typed(staff[0], { q1: '1', q2: '2' }), 'differs ["q2", "q3"]', 'also what only the other one typed');
	assert.equal(await typed(staff[0], { q1: '1' }), 'differs ["q3"]');
	assert.equal((await send('twice', {})).status, 303);
});

test('typed once: it is no unused number, is voided only with a second word, and is counted as left where once is enough', async () => {
	const [a, b] = await numbers(), bare = a.replaceAll('-', ''), entries = () => town.sql(`SELECT string_agg(number, ' ') FROM paper_entry WHERE survey_id = ${survey} AND number IN ('${bare}', '${b.replaceAll('-', '')}')`);
	assert.equal((await send('twice', {})).status, 303);
	for (const one of [a, b]) assert.equal(await type(one, staff[0], 1), 'first []');
	const unused = await numbers();
	assert.ok(!unused.includes(a) && !unused.includes(b), 'a second form would be printed with it');
	const asked = await send('void', { number: a });
	assert.equal(asked.status, 422);
	assert.match(said(asked), /職員が入力済みです/);
	assert.ok(asked.text.includes(`name="entered" value="${bare}"`));
	assert.equal((await clerk.submit(asked, { number: b, entered: bare }, `${base}/void`)).status, 422, 'another number than was asked for');
	assert.equal((await clerk.submit(asked, {}, `${base}/void`)).status, 422, 'not ticked');
	assert.equal((await entries()).split(' ').length, 2);
	await assert.rejects(inside(town, `SELECT paper_void(${survey}, '${bare}', false)`), /it was typed/, 'by a clerk who typed it meanwhile');
	assert.equal((await clerk.submit(asked, { entered: bare }, `${base}/void`)).status, 303);
	assert.equal(await entries(), b.replaceAll('-', ''));
	assert.doesNotMatch(said(await clerk.get(base)), /数えていません/);
	assert.equal((await send('twice', {})).status, 303);
	const left = async () => Number(said(await clerk.get(base)).match(/まだ(\d+)件あり、数えていません/)?.[1] ?? 0), before = await left();
	assert.ok(before > 0);
	// Its answer came by web in the moment in which it was typed.
	await inside(town, `INSERT INTO response (questionnaire_id, edition, number, answers, right_hash) SELECT questionnaire_id, 1, 'by-web', '{"q1": "1"}',
		right_paper(id, '${b.replaceAll('-', '')}') FROM survey WHERE id = ${survey}`);
	assert.equal(await left(), before - 1, 'nobody has to come back to it');
	assert.equal(await type(b, staff[0], 1), 'again []');
	assert.equal(await entries(), '');
});

test('typed twice, by name: two agree also in whose answer it is', async () => {
	const { survey: id, questionnaire } = await some_survey(town, document(question('q1', 'single', '使いますか', { choices: choices('はい', 'いいえ') })), { mode: 'named' });
	const at = `/desk/surveys/${id}`, citizen = await town.sql(`SELECT min(id) FROM citizen WHERE tenant_id = 1 AND state = 'active'`);
	const other = await town.sql(`SELECT id FROM staff WHERE tenant_id = 1 AND login = 'suzuki'`);
	await clerk.submit(await clerk.get(`${at}/forms`), { count: '1' }, '/print');
	await clerk.submit(await clerk.get(`${at}/forms`), {}, '/twice');
	const [number] = (await clerk.get(`${at}/forms/numbers`)).text.match(/\d{4}-\d{4}-\d{4}/g);
	const typed = (who, whose) => inside(town, `SELECT outcome || ' ' || differs FROM paper_enter(${id}, '${number.replaceAll('-', '')}', 'paper', 1, '{"q1": "1"}', ${who}, '{}', '{}', ${whose})`).then((out) => out.split('\n').pop());
	assert.equal(await typed(other, citizen), 'first []');
	const differs = await clerk.submit(await clerk.get(`${at}/entry`), { way: 'paper', number, q1: '1' }, `${at}/entry`);
	assert.equal(differs.status, 422, 'the other one has left out whose it is');
	assert.match(/id="contact-problem"[\s\S]*?<\/p>/.exec(differs.text)[0], /もう1人/);
	assert.equal((await responses(town, questionnaire)).length, 0);
	assert.equal(await typed(other, 'NULL'), 'kept []', 'nobody whom they know, both say');
	assert.deepEqual((await responses(town, questionnaire)).map((r) => r.citizen_id), [null]);
});

test('typed in at the desk: number, answers, and what may be left out', async () => {
	const [a, b] = await numbers(), path = `/desk/surveys/${survey}/entry`, before_ = await answers();
	const put = async (values) => clerk.submit(await clerk.get(path), values, path);
	for (const values of [{}, { number: a }, { number: '1234', q1: '1' }, { number: a, q1: '9' }, { number: a, q1: '1', q2: 'x' }])
		assert.equal((await put({ way: 'paper', ...values })).status, 422, JSON.stringify(values));
	assert.equal(await answers(), before_);
	assert.equal((await put({ way: 'paper', number: a, q1: '2', q2: '７' })).headers.location, path);
	assert.match((await clerk.get(path)).text, /登録しました/);
	assert.equal((await put({ way: 'paper', number: a, q1: '2', q2: '7' })).status, 422, 'the same form again');
	assert.equal((await put({ way: 'paper', number: b, blank: '1' })).status, 303, 'nothing was filled in');
	assert.equal((await put({ way: 'phone', q1: '1', q2: '99' })).status, 303, 'by telephone there is no form');
	assert.match(await answers(), /paper 7.*phone 99/);
});

test('what was ticked at a question that is not asked stays while another is mended', async () => {
	const { survey: id, questionnaire } = await some_survey(town, document(
		question('q1', 'single', '使いますか', { choices: choices('はい', 'いいえ') }),
		question('q2', 'single', 'どこですか', { choices: choices('北', '南'), required: false, show: when('q1', '1') }),
		question('q3', 'matrix', 'どうですか', { choices: choices('良い', '悪い'), required: false, show: when('q1', '1'), settings: { multi: true, rows: [{ code: 'r1', texts: { ja: '朝' } }] } })));
	const path = `/desk/surveys/${id}/entry`;
	const wrong = await clerk.submit(await clerk.get(path), { way: 'phone', q2: '2', q3_r1_1: '1' }, path);
	assert.equal(wrong.status, 422, 'the first was passed over');
	assert.equal((await clerk.submit(wrong, { q1: '1' }, path)).status, 303);
	assert.deepEqual((await responses(town, questionnaire)).map((r) => r.answers), [{ q1: '1', q2: '2', q3: { r1: ['1'] } }]);
});

test('only who writes, only of this town, nothing after results are out', async () => {
	assert.equal((await (await desk(town, 'takahashi')).get(base)).status, 403);
	assert.equal((await clerk.get(`/desk/surveys/${survey + 1000}/forms`)).status, 404);
	await town.sql(`SET session_replication_role = replica; UPDATE survey SET state = 'published' WHERE id = ${survey}`);
	assert.match(said(await take('q1\n1\n')), /取り込みませんでした/);
	assert.equal(await type((await numbers())[0], staff[0], 9), 'closed []');
});
