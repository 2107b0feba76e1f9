// SPDX-License-Identifier: Apache-2.0
//
// What nobody should send to a survey, and what looks odd and is fine: the list of bad input,
// each line tried by the pages, by the API of kiosks, as staff type paper in, and from a file.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk, inside, said } from '../harness/desk.mjs';
import { eventually, up } from '../harness/up.mjs';
import { problems, words } from './citizen.mjs';
import { once_survey, right_of } from './right.mjs';
import { begin, document, every, few, question, responses, survey, walk } from './survey.mjs';

const host = 'minato.localhost';
let town, clerk, asked, postcode, district, ready;
before(async () => {
	town = await up();
	clerk = await desk(town, 'sato');
	[district, postcode] = (await town.sql(`SELECT min(district_id), postcode FROM district_postcode WHERE tenant_id =
		(SELECT tenant_id FROM tenant_host WHERE host = '${host}') GROUP BY postcode HAVING count(*) = 1 LIMIT 1`)).split('|');
	asked = await survey(town, every());
});
after(() => town?.stop());

const browser = () => town.client(host);
// (Whether the clerk has counted one already is of no interest.)
const kept = async () => (await responses(town, asked.questionnaire)).map((r) => ({ ...r, counted: null }));
const token = (page) => /name="token" value="([^"]+)"/.exec(page.text)[1];
// Who does not use the park (q1) is not asked what for (q2) and how they like it (q3).
const pages = () => ({ q1: { q1: '3' }, q5: { q5_r1: '1', q5_r2: '2' }, q6: { q6: '3' }, q9: { q9_postcode: postcode }, q14: { q14: '1' } });

// Files as a browser sends them; the other fields are those of the form.
const edge = 'x5x5x5';
const part = (name, value, file) => Buffer.concat([Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="${name}"${
	file === undefined ? '' : `; filename="${file}"\r\nContent-Type: application/octet-stream`}\r\n\r\n`), Buffer.from(value), Buffer.from('\r\n')]);
const send = (client, path, ...parts) => client.send(path, { method: 'POST', body: Buffer.concat([...parts, Buffer.from(`--${edge}--\r\n`)]),
	headers: { 'content-type': `multipart/form-data; boundary=${edge}`, origin: `https://${host}:${town.port}` } });

// Each way takes what it takes, fields, members or columns, beside an answer that is whole, and
// says what it said to it.
const ways = {
	async web(sent) {
		ready ??= await (async () => {
			const client = browser();
			return { client, check: await walk(client, asked.survey, { ...pages(), q1: { q1: '1' }, q2: { q2_1: '1' }, q3: { q3: '4' } }) };
		})();
		const code = /^q\d+/.exec(Object.keys(sent)[0])[0], { client } = ready;
		const page = await client.get(`/surveys/${asked.survey}/q/${code}?check=1`), answer = await client.submit(page, sent, '/q/');
		if (answer.status !== 303) return { status: answer.status, told: Object.entries(problems(answer)).flat().join(' '), page: answer };
		ready = undefined;
		return { status: (await client.submit(await client.get(`/surveys/${asked.survey}/check`), {}, '/check')).status };
	},
	async api(sent, more = {}) {
		const answers = { q1: '3', q5: { r1: '1', r2: '2' }, q6: '3', q9: { postcode, district }, q14: '1', ...sent };
		const answer = await browser().send(`/api/v1/surveys/${asked.survey}/answers`, { method: 'POST', body: JSON.stringify({ answers, ...more }),
			headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() } });
		return { status: answer.status, told: /problem/.test(answer.headers['content-type']) ? `${answer.json().question} ${answer.json().detail}` : '' };
	},
	async entry(sent) {
		const path = `/desk/surveys/${asked.survey}/entry`;
		const answer = await clerk.submit(await clerk.get(path), { way: 'phone', ...Object.assign({}, ...Object.values(pages())), ...sent }, path);
		if (answer.status !== 303) return { status: answer.status, told: Object.entries(problems(answer)).flat().join(' '), page: answer };
		return { status: 303, told: said(await clerk.follow(answer)) };
	},
	async csv(sent, name = 'answers.csv') {
		const columns = { q1: '3', 'q5.r1': '1', 'q5.r2': '2', q6: '3', 'q9.postcode': postcode, q14: '1', ...sent };
		const line = (cells) => `${cells.map((c) => `"${String(c).replaceAll('"', '""')}"`).join(',')}\r\n`;
		const base = `/desk/surveys/${asked.survey}/forms`;
		const sent_ = await send(clerk, `${base}/import`, part('token', token(await clerk.get(base))), part('file', line(Object.keys(columns)) + line(Object.values(columns)), name));
		const answer = await through(sent_);
		const faults = [...answer.text.matchAll(/<tr><th[^>]*>(\d+)<\/th><td>([^<]+)<\/td><td[^>]*>([^<]*)<\/td>/g)].map((m) => `${m[1]} ${m[3]} ${m[2]}`);
		return { status: answer.status, told: faults.join('\n') };
	},
};

// A file is looked at by the clerk: to the page that says what came of it.
async function through(sent) {
	if (sent.status !== 303 || !/\/import\/\d+$/.test(sent.headers.location)) return sent;
	let page;
	await eventually('the clerk', async () => (page = await clerk.get(sent.headers.location)) && !/順番を待って|調べています|取り込んでいます。/.test(said(page)));
	return /件を取り込みました。/.test(said(page)) ? sent : { ...page, status: 422 };
}

const long = 'あ'.repeat(1e6), many = Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => [`f${i}`, '']));
const family = '👨‍👩‍👧‍👦 家族で', arabic = 'مرحبا بالعالم', bidi = 'abc \u202e txt.exe';
const too_large = [400, 413, 414, 422];

// What, which way, what is sent, and: what is told (an expression), which status, or what is kept.
const lines = [
	['a choice that does not exist', 'web', { q1: '99' }, /^q1 1つ選んでください/],
	['a choice that does not exist', 'api', { q1: '99' }, /^q1 1つ選んでください/],
	['a choice that does not exist', 'entry', { q1: '99' }, /^q1 1つ選んでください/],
	['a choice that does not exist', 'csv', { q1: '99' }, /^2 q1 1つ選んでください/],
	['a row that does not exist', 'web', { q5_r1: '1', q5_r2: null, q5_r3: '1' }, /^q5 すべての行/],
	['a row that does not exist', 'api', { q5: { r1: '1', r2: '1', r3: '1' } }, /^q5 すべての行/],
	['a column that does not exist', 'entry', { q5_r1: '9' }, /^q5 すべての行/],
	['a row that does not exist', 'csv', { 'q5.r9': '1' }, /^1 q5\.r9 見出し/],
	['a choice put in order twice', 'web', { q4_1: '1', q4_2: '1' }, /^q4 順番/],
	['a choice put in order twice', 'api', { q4: ['1', '1'] }, /^q4 順番/],
	['a choice put in order twice', 'entry', { q4_1: '2', q4_2: '2' }, /^q4 順番/],
	['a choice put in order twice', 'csv', { q4: '1 1' }, /^2 q4 順番/],
	['その他 without a word', 'web', { q1: 'other' }, /^q1_words /],
	['その他 without a word', 'api', { q1: 'other', q2: ['1'] }, /^q1 /],
	['その他 without a word', 'entry', { q1: 'other' }, /^q1_words /],
	['その他 without a word', 'csv', { q1: 'other' }, /^2 q1 /],
	['words for その他 that is not chosen', 'api', { 'q1.other': 'x' }, /^q1 /],
	['words for その他 that is not chosen', 'csv', { 'q1.other': 'x' }, /^2 q1 /],
	['「どれでもない」 beside another', 'web', { q2_1: '1', q2_n: '1' }, /^q2 .*どれでもない/],
	['「どれでもない」 beside another', 'api', { q1: '1', q2: ['1', 'n'], q3: '4' }, /^q2 .*どれでもない/],
	['「どれでもない」 beside another', 'entry', { q1: '1', q2_1: '1', q2_n: '1', q3: '4' }, /^q2 .*どれでもない/],
	['「どれでもない」 beside another', 'csv', { q1: '1', q2: '1 n', q3: '4' }, /^2 q2 .*どれでもない/],
	['no point on a scale', 'web', { q3: '6' }, /^q3 1つ選んでください/],
	['no point on a scale', 'api', { q1: '1', q2: ['1'], q3: '6' }, /^q3 1つ選んでください/],
	['no point on a scale', 'entry', { q1: '1', q2_1: '1', q3: '6' }, /^q3 1つ選んでください/],
	['no point on a scale', 'csv', { q1: '1', q2: '1', q3: '0' }, /^2 q3 1つ選んでください/],
	['an answer to a skipped question', 'api', { q2: ['1'] }, /聞かれません/],
	['an answer to a skipped question', 'csv', { q2: '1' }, /^2 q2 .*聞かれません/],
	['an answer to a skipped question', 'entry', { q2_1: '1' }, { q1: '3', q2: undefined }, /聞かれない設問の答えは、登録していません/],
	['a question that there is not', 'api', { q99: 'x' }, /聞かれません/],
	['a question that there is not', 'csv', { q99: 'x' }, /^1 q99 /],
	['a part that there is not', 'api', { 'q6.r1': 'x' }, /聞かれません/],
	['a part that there is not', 'csv', { 'q6.r1': 'x' }, /^1 q6\.r1 見出し/],
	['lists where one is wanted', 'api', { q1: ['3'] }, /^q1 /],
	['lists with what is no text', 'api', { q1: [7, null, ['3']] }, /^q1 /],
	['null', 'api', { q12: null }, /^q12 /],
	['a NUL', 'api', { q12: 'a\0b' }, [400]],
	['10^6 characters', 'web', { q12: long }, too_large],
	['10^6 characters', 'api', { q12: long }, too_large],
	['10^6 characters', 'entry', { q12: long }, too_large],
	['10^6 characters', 'csv', { q12: long }, too_large],
	['10^6 characters of one byte', 'csv', { q12: 'a'.repeat(1e6) }, /^2 q12 2,?000文字.*1,?000,?000/],
	['one character too many', 'web', { q12: 'あ'.repeat(2001) }, /^q12 2,?000文字.*2,?001/],
	['one character too many', 'api', { q12: 'あ'.repeat(2001) }, /^q12 2,?000文字.*2,?001/],
	['one character too many', 'entry', { q12: 'あ'.repeat(2001) }, /^q12 2,?000文字.*2,?001/],
	['10^5 fields', 'web', { q12: 'x', ...many }, too_large],
	['10^5 fields', 'api', many, too_large],
	['10^5 fields', 'entry', many, too_large],
	['10^5 fields', 'csv', many, too_large],
	['600 columns', 'csv', Object.fromEntries(Object.entries(many).slice(0, 600)), /^1 .*見出し/],
	['emoji', 'web', { q12: family }, { q12: family }],
	['emoji', 'api', { q12: family }, { q12: family }],
	['emoji', 'entry', { q12: family }, { q12: family }],
	['emoji', 'csv', { q12: family }, { q12: family }],
	['text from right to left', 'web', { q12: arabic }, { q12: arabic }],
	['text from right to left', 'api', { q12: arabic }, { q12: arabic }],
	['text from right to left', 'entry', { q12: arabic }, { q12: arabic }],
	['text from right to left', 'csv', { q12: arabic }, { q12: arabic }],
	['a sign that turns the direction', 'web', { q12: bidi }, { q12: bidi.replace('\u202e', '') }],
	['a control character', 'web', { q12: 'a\u0007b' }, /^q12 /],
	['a control character', 'api', { q12: 'a\u0007b' }, /^q12 /],
	['a control character', 'entry', { q12: 'a\u0007b' }, /^q12 /],
	['a control character', 'csv', { q12: 'a\u0007b' }, /^2 q12 /],
	['HTML', 'web', { q12: '<script>alert(1)</script>' }, { q12: '<script>alert(1)</script>' }],
	['numbers in full width', 'web', { q6: '１２' }, { q6: '12' }],
	['numbers in full width', 'entry', { q6: '１２' }, { q6: '12' }],
	['numbers in full width', 'csv', { q6: '１２' }, { q6: '12' }],
	['numbers in full width: a program sends them as they are kept', 'api', { q6: '１２' }, /^q6 数字/],
	['a number of JSON', 'api', { q6: 12 }, /^q6 数字/],
	['a number in words', 'web', { q6: '三回くらい' }, /^q6 数字/],
	['a number in words', 'csv', { q6: '三回くらい' }, /^2 q6 数字/],
	['a number beyond its limit', 'web', { q6: '32' }, /^q6 31以下/],
	['a number beyond its limit', 'api', { q6: '32' }, /^q6 31以下/],
	['a number beyond its limit', 'entry', { q6: '３２' }, /^q6 31以下/],
	['a number beyond its limit', 'csv', { q6: '32' }, /^2 q6 31以下/],
	['令和8年2月30日', 'web', { q7_year: '令和8', q7_month: '2', q7_day: '30' }, /^q7 2月は28日までです/],
	['令和8年2月30日', 'api', { q7: '2026-02-30' }, /^q7 2月は28日までです/],
	['令和8年2月30日', 'entry', { q7_year: '令和8年', q7_month: '２月', q7_day: '３０' }, /^q7 2月は28日までです/],
	['令和8年2月30日', 'csv', { q7: '令和8年2月30日' }, /^2 q7 2月は28日までです/],
	['平成32年', 'web', { q7_year: '平成32', q7_month: '1', q7_day: '1' }, /^q7 実際にある日付/],
	['令和6年2月29日', 'web', { q7_year: '令和6', q7_month: '２', q7_day: '29日' }, { q7: '2024-02-29' }],
	['令和6年2月29日', 'entry', { q7_year: 'R6', q7_month: '2', q7_day: '29' }, { q7: '2024-02-29' }],
	['令和6年2月29日', 'csv', { q7: '令和６年２月２９日' }, { q7: '2024-02-29' }],
	['a date as spreadsheets write it', 'csv', { q7: '2024/2/29' }, { q7: '2024-02-29' }],
	['a date that has not come', 'web', { q7_year: '2126', q7_month: '1', q7_day: '1' }, /^q7 /],
	['a time that there is not', 'web', { q8: '25:00' }, /^q8 時刻/],
	['a time that there is not', 'csv', { q8: '25:00' }, /^2 q8 時刻/],
	['a time as spreadsheets write it', 'csv', { q8: '9:05' }, { q8: '09:05' }],
	['a district that there is not', 'web', { q9_district: '999999' }, /^q9_district 地区を選んで/],
	['a district that there is not', 'api', { q9: { district: '999999' } }, /^q9 地区を選んで/],
	['a district that there is not', 'entry', { q9_postcode: '', q9_district: '999999' }, /^q9_district 地区を選んで/],
	['a district that there is not', 'csv', { 'q9.postcode': '', 'q9.district': '999999' }, /^2 q9 地区/],
	['a postcode that is none', 'web', { q9_postcode: '1' }, /^q9_postcode 郵便番号/],
	['a postcode that is none', 'api', { q9: { postcode: '1', district: '1' } }, /^q9 郵便番号/],
	['a postcode that is none', 'csv', { 'q9.postcode': '1' }, /^2 q9 郵便番号/],
	['kanji where kana are asked for', 'web', { q11: '山田' }, /^q11 ひらがな/],
	['kanji where kana are asked for', 'csv', { q11: '山田' }, /^2 q11 ひらがな/],
	['kana in half width', 'csv', { q11: 'ﾔﾏﾀﾞ' }, { q11: 'ヤマダ' }],
	['nothing where there must be something', 'web', { q14: null }, /^q14 .*同意/],
	['nothing where there must be something', 'api', { q14: undefined }, /^q14 .*同意/],
	['nothing where there must be something', 'entry', { q14: null }, /^q14 .*同意/],
	['nothing where there must be something', 'csv', { q14: '' }, /^2 q14 .*同意/],
	['a file called ../../x', 'csv', { q12: 'dots' }, { q12: 'dots' }, undefined, '../../x'],
];

for (const [what, way, sent, then, told, ...more] of lines) test(`${way}: ${what}`, async () => {
	const before_ = await kept(), answer = await ways[way](sent, ...more), after_ = await kept();
	if (told) assert.match(answer.told, told);
	if (then instanceof RegExp || Array.isArray(then)) {
		assert.ok((Array.isArray(then) ? then : [422]).includes(answer.status), `${answer.status} ${answer.told}`);
		if (then instanceof RegExp) assert.match(answer.told, then);
		assert.deepEqual(after_, before_, 'nothing is kept');
		const typed = Object.values(sent).filter((value) => typeof value === 'string' && !/^\w{0,6}$|\u0007/.test(value));
		if (then instanceof RegExp && answer.page) for (const value of typed) assert.ok(answer.page.text.includes(value.normalize('NFKC')), `${value} stays`);
	} else {
		assert.ok([201, 303].includes(answer.status), `${answer.status} ${answer.told}`);
		assert.equal(after_.length, before_.length + 1);
		const row = after_.find((r) => !before_.some((b) => b.number === r.number));
		for (const [code, value] of Object.entries(then)) assert.deepEqual(row.answers[code], value);
	}
});

// --- pages and links in the wrong place ---

const at = (path = '') => `/surveys/${asked.survey}${path}`;
// A browser in the middle of it: q1 is answered, by who is not asked q2.
async function midway() {
	const client = browser();
	await client.submit(await begin(client, asked.survey), { q1: '3' }, '/q/');
	return client;
}
const post = async (client, path, fields) => client.post(path, { token: token(await client.get(at('/q/q5'))), ...fields });

for (const [what, path, fields, leads] of [
	['a question that is skipped', '/q/q2', { q2_1: '1' }, '/q/q5'],
	['a question behind the one that is due', '/q/q14', { q14: '1' }, '/q/q5'],
	['a question that there is not', '/q/q99', { q99: '1' }, '/q/q5'],
	['all at once where each has a page', '/q/all', { q1: '1', q5_r1: '1' }, '/q/q5'],
	['the end before all is answered', '/check', {}, '/q/q5'],
]) test(`out of order: ${what} leads to what is due, and keeps nothing`, async () => {
	const client = await midway(), before_ = await kept();
	const draft = () => town.sql(`SELECT md5(string_agg(sealed::text, ' ' ORDER BY hash)) FROM response_draft WHERE questionnaire_id = ${asked.questionnaire}`);
	const sealed = await draft(), answer = await post(client, at(path), fields);
	assert.equal(answer.headers.location, at(leads));
	assert.equal(await draft(), sealed);
	assert.deepEqual(await kept(), before_);
});
test('out of order: a page of before, sent again after the end, leads to the number', async () => {
	const client = browser(), page = await begin(client, asked.survey), check = await walk(client, asked.survey, pages(), page);
	assert.equal((await client.submit(check, {}, '/check')).status, 303);
	const before_ = await kept();
	for (const [form, fields, which] of [[page, { q1: '1' }, '/q/'], [check, {}, '/check']])
		assert.equal((await client.follow(await client.submit(form, fields, which))).path, at('/done'));
	assert.deepEqual(await kept(), before_);
});

test('one thing that is wrong is said once, and where', async () => {
	const client = browser();
	await walk(client, asked.survey, pages());
	const sent = async (code, fields) => client.submit(await client.get(at(`/q/${code}?check=1`)), fields, '/q/');
	const postcode_ = await sent('q9', { q9_postcode: '123', q9_district: '' });
	assert.deepEqual(problems(postcode_), { q9_postcode: '郵便番号を7桁の数字で入力してください' });
	const table = await client.post(at('/q/q5'), { token: token(await client.get(at('/q/q5'))), q5_r1: '1' });
	assert.deepEqual(problems(table), { q5: 'すべての行で選んでください' });
	assert.deepEqual([...table.text.matchAll(/id="(\w+)-missing"/g)].map(([, row]) => row), ['q5_r2'], 'of a table, the row that is missing');
});

let other;
const other_survey = async () => other ??= await survey(town, few());
async function sent_link() {
	const client = await midway();
	return /id="link" value="([^"]+)"/.exec((await client.get(at('/save'))).text)[1];
}
for (const [what, use] of [
	['途中保存, opened', async (to) => (await browser().get(new URL(await sent_link()).pathname.replace(`/${asked.survey}/`, `/${to}/`))).status === 404],
	['途中保存, pressed', async (to) => {
		const client = browser(), link = new URL(await sent_link()).pathname, page = await client.get(link);
		return (await client.post(link.replace(`/${asked.survey}/`, `/${to}/`), { token: token(page) })).status === 404 && !client.cookies.has(`__Host-answer-${to}`);
	}],
	['the cookie of a draft', async (to) => {
		const client = await midway();
		client.cookies.set(`__Host-answer-${to}`, client.cookies.get(`__Host-answer-${asked.survey}`));
		return (await client.get(`/surveys/${to}/q/all`)).headers.location === `/surveys/${to}`;
	}],
	['a receipt', async (to) => {
		const client = browser(), check = await walk(client, asked.survey, pages());
		const done = await client.follow(await client.submit(check, {}, '/check'));
		const link = new URL(/href="(https[^"]+\/receipt\/[^"]+)"/.exec(done.text)[1]).pathname;
		return (await browser().get(link)).status === 200 && (await browser().get(link.replace(`/${asked.survey}/`, `/${to}/`))).status === 404;
	}],
	['the number of a form on paper, on the web', async (to) => {
		const client = browser(), page = await client.get(`/surveys/${to}/paper`), answer = await client.submit(page, { number: await form_number() }, '/paper');
		return answer.status === 422 && /別のアンケート/.test(problems(answer).number);
	}],
	['the number of a form on paper, typed in', async (to) => {
		const path = `/desk/surveys/${to}/entry`, answer = await clerk.submit(await clerk.get(path), { way: 'paper', number: await form_number(), q1: '1' }, path);
		return answer.status === 422 && /このアンケートの番号ではない/.test(problems(answer).number);
	}],
	['the number of a form on paper, in a file', async (to) => {
		const base = `/desk/surveys/${to}/forms`, page = await clerk.get(base);
		const answer = await through(await send(clerk, `${base}/import`, part('token', token(page)), part('file', `番号,q1\r\n${await form_number()},1\r\n`, 'a.csv')));
		return answer.status === 422 && /このアンケートの番号ではない/.test(answer.text);
	}],
	['the right of a form on paper, by the API', async (to) => {
		const answer = await browser().send(`/api/v1/surveys/${to}/answers`, { method: 'POST', body: JSON.stringify({ answers: { q1: '1' }, right: `paper.${await form_number()}` }),
			headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() } });
		return answer.status === 403 || answer.status === 404;
	}],
	['a right to answer once', async () => {
		const [one, two] = [await once_survey(town, host), await once_survey(town, host)], client = browser();
		return (await right_of(client, two, `${one}.x.y`)).status !== 303 && !client.cookies.has(`__Host-right-${two}`);
	}],
]) test(`a link of another survey: ${what}`, async () => {
	const { survey: to, questionnaire } = await other_survey();
	if (!form.numbers) await form_number();
	assert.ok(await use(to));
	assert.deepEqual(await responses(town, questionnaire), []);
});
// Forms of the survey that is asked; the other one has some, too.
const form = {};
async function form_number() {
	const numbers = async (id) => {
		const base = `/desk/surveys/${id}/forms`;
		await clerk.submit(await clerk.get(base), { count: '3' }, '/print');
		return (await clerk.get(`${base}/numbers`)).text.match(/\d{4}-\d{4}-\d{4}/g);
	};
	if (!form.numbers) await numbers((await other_survey()).survey);
	form.numbers ??= await numbers(asked.survey);
	return form.numbers[0];
}

// --- files ---

const photo = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');
const with_file = document(question('q1', 'file', '壊れた所の写真', { settings: { max: 2 } }), question('q2', 'text', '場所', { required: false }));
async function upload(name, bytes = photo, ids = '') {
	const made = await survey(town, with_file), client = browser(), page = await begin(client, made.survey);
	return { ...made, client, answer: await send(client, `/surveys/${made.survey}/q/all`, part('token', token(page)), part('q1', ids), part('q1_file', bytes, name)) };
}
for (const name of ['../../x', '..\\..\\x', '/etc/passwd', '....//x', 'a\u202egpj.exe', '%2e%2e%2fx', '.', '', 'x'.repeat(400), '"; name="q1']) test(`an upload named ${JSON.stringify(name.slice(0, 20))}: its name leads nowhere`, async () => {
	const { client, answer, survey: id } = await upload(name);
	assert.ok([303, 400, 422].includes(answer.status), String(answer.status));
	if (answer.status === 303) assert.equal((await client.submit(await client.follow(answer), {}, '/check')).status, 303);
	const stored = await town.sql(`SELECT coalesce(string_agg(name, '|'), '') FROM attachment WHERE owner_id = ${id}`);
	assert.doesNotMatch(stored, /[/\\]|\.\.|^\.$/);
	for (const place of ['x', 'passwd', 'files/x']) assert.ok(!existsSync(join(town.dir, place)) && !existsSync(join(dirname(town.dir), place)), place);
});
test('an upload named ../../x is shown as x', async () => {
	const { answer, survey: id } = await upload('../../x');
	assert.equal(answer.status, 303);
	assert.equal(await town.sql(`SELECT name FROM attachment WHERE owner_id = ${id}`), 'x');
});
test('a file that an answer was changed to have no more does not stay', async () => {
	const made = await survey(town, document(question('q1', 'file', '写真', { required: false, settings: { max: 2 } })), { columns: { changeable: 'true' } }), client = browser();
	const page = await begin(client, made.survey);
	let at = await client.follow(await send(client, `/surveys/${made.survey}/q/all`, part('token', token(page)), part('q1', ''), part('q1_file', photo, 'a.png')));
	const done = await client.follow(await client.submit(at, {}, '/check'));
	const [id] = (await responses(town, made.questionnaire))[0].answers.q1, kept = () => town.sql(`SELECT kept FROM attachment WHERE id = '${id}'`);
	assert.equal(await kept(), 't');
	const link = new URL(/href="(https[^"]+\/receipt\/[^"]+)"/.exec(done.text)[1]).pathname;
	await client.submit(await client.get(link), {}, '/receipt/');
	const form = await client.get(`/surveys/${made.survey}/q/all?check=1`);
	at = await client.follow(await send(client, `/surveys/${made.survey}/q/all`, part('token', token(form)), part('check', '1'), part('q1', id), part(`q1_drop_${id}`, '1')));
	assert.equal((await client.submit(at, {}, '/check')).headers.location, link);
	assert.equal((await responses(town, made.questionnaire))[0].answers.q1, undefined);
	assert.equal(await kept(), 'f');
});
test('a file of another survey: in the hidden field it is left out', async () => {
	const first = await upload('a.png'), id = await town.sql(`SELECT id FROM attachment WHERE owner_id = ${first.survey}`);
	const { client, answer } = await upload('b.txt', Buffer.from('no picture'), id);
	assert.equal(answer.status, 422);
	assert.doesNotMatch(answer.text, new RegExp(id));
	assert.ok(client);
});
for (const [what, id] of [['of another survey', null], ['that there is not', randomUUID()], ['that is none', '../../x'], ['in a list of 10^4', undefined]]) test(`a file ${what}: by the API it is refused`, async () => {
	const made = await survey(town, with_file), first = id === null ? await upload('a.png') : undefined;
	const ids = id === undefined ? Array.from({ length: 1e4 }, () => randomUUID()) : [id ?? await town.sql(`SELECT id FROM attachment WHERE owner_id = ${first.survey}`)];
	const answer = await browser().send(`/api/v1/surveys/${made.survey}/answers`, { method: 'POST', body: JSON.stringify({ answers: { q1: ids } }),
		headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() } });
	assert.deepEqual([answer.status, answer.json().question], [422, 'q1']);
	assert.deepEqual(await responses(town, made.questionnaire), []);
});

// --- what a spreadsheet would run ---

const formulas = ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '=HYPERLINK("http://x.example/","x")', "=cmd|' /C calc'!A0", '\t=1+1', '＝1+1', '＋1', '－1+1', '＠SUM(A1)', '\n=1', '"=1+1', ';=1+1', '-5', '=1+1,=2'];
let exported;
// One answer for each, with it in each kind of text that there is; both files of it.
async function exports_() {
	if (exported) return exported;
	const made = await survey(town, document(question('q1', 'long', 'ご意見', { required: false }), question('q2', 'single', '理由', { required: false, choices: [{ code: 'other', texts: { ja: 'その他' }, other: true }] }),
		question('q3', 'map', '場所', { required: false }), question('q4', 'address', '住所', { required: false })));
	await inside(town, `INSERT INTO response (questionnaire_id, edition, number, language, way, answers, day) VALUES ${formulas.map((f, i) => {
		const text = JSON.stringify(f).replaceAll("'", "''");
		return `(${made.questionnaire}, 1, 'F-${i}', 'ja', 'web', '{"q1": ${text}, "q2": "other", "q2.other": ${text}, "q3": {"text": ${text}}, "q4": {"text": ${text}}}', '2026-11-01')`;
	})}`);
	const path = `/desk/surveys/${made.survey}/export`, files = {};
	for (const kind of ['csv', 'xlsx']) {
		const to = (await clerk.submit(await clerk.get(path), { kind }, '/export')).headers.location;
		await eventually(`the ${kind}`, async () => /ファイルができました/.test(said(await clerk.get(to))));
		files[kind] = join(town.dir, `formulas.${kind}`);
		writeFileSync(files[kind], (await clerk.get(`${to}/file`)).bytes);
	}
	const rows = execFileSync('python3', ['-c', `import csv, sys, json
print(json.dumps({r[0]: r for r in csv.reader(open(sys.argv[1], encoding='utf-8-sig', newline=''))}))`, files.csv]).toString();
	const cells = execFileSync('python3', ['-c', `import sys, zipfile, json, re
import xml.etree.ElementTree as E
z = zipfile.ZipFile(sys.argv[1]); n = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
shared = [''.join(t.text or '' for t in s.iter(n + 't')) for s in E.fromstring(z.read('xl/sharedStrings.xml'))] if 'xl/sharedStrings.xml' in z.namelist() else []
out = {}
for row in E.fromstring(z.read('xl/worksheets/sheet1.xml')).iter(n + 'row'):
    cells = [[c.get('t'), c.find(n + 'f') is not None, shared[int(c.find(n + 'v').text)] if c.get('t') == 's' else ''.join(t.text or '' for t in c.iter(n + 't')) or (c.find(n + 'v').text if c.find(n + 'v') is not None else '')] for c in row]
    out[cells[0][2]] = cells
print(json.dumps(out))`, files.xlsx]).toString();
	exported = { csv: JSON.parse(rows), xlsx: JSON.parse(cells) };
	return exported;
}
for (const [i, formula] of formulas.entries()) {
	test(`export as CSV: ${JSON.stringify(formula)} is a text`, async () => {
		const row = (await exports_()).csv[`F-${i}`], texts = row.filter((cell) => cell.includes(formula.trim().slice(0, 2)));
		assert.ok(texts.length >= 4, JSON.stringify(row));
		for (const cell of texts) assert.ok(!/^[\s=+\-@＝＋－＠]/.test(cell) || /^-?\d+$/.test(cell), cell);
	});
	test(`export as xlsx: ${JSON.stringify(formula)} is a text`, async () => {
		const row = (await exports_()).xlsx[`F-${i}`], texts = row.filter(([, , text]) => text.includes(formula.trim().slice(0, 2)));
		assert.ok(texts.length >= 4, JSON.stringify(row));
		for (const [type, is_formula] of texts) assert.ok(!is_formula && ['s', 'inlineStr'].includes(type), type);
	});
}

test('a point that is none: said where it was typed, which is unfolded, and the words beside it are kept', async () => {
	const { survey: id } = await survey(town, document(question('q1', 'map', '場所はどこですか'), ...few().questions.map((q) => ({ ...q, code: `${q.code}0` })), question('q4', 'note', 'a'), question('q5', 'note', 'b'), question('q6', 'note', 'c')));
	const client = browser(), page = await client.follow(await client.submit(await client.get(`/surveys/${id}`), {}, `/surveys/${id}`));
	assert.equal(page.path, `/surveys/${id}/q/q1`);
	const wrong = await client.submit(page, { q1_text: '駅前', q1_lat: '91', q1_lon: '百' }, '/q/');
	assert.equal(wrong.status, 422);
	assert.match(wrong.text, /緯度と経度は、35\.6581 と 139\.7414 のように/);
	assert.match(wrong.text, /<details class="c-question__more" open>/);
	for (const kept of ['駅前', '91', '百']) assert.ok(wrong.text.includes(`value="${kept}"`), kept);
	const none = await client.submit(wrong, { q1_text: '', q1_lat: '', q1_lon: '' }, '/q/');
	assert.match(none.text, /場所を、ことばか地図の点で/);
	assert.match(none.text, /<details class="c-question__more">/);
	assert.equal((await client.submit(none, { q1_text: '駅前' }, '/q/')).status, 303);
});
