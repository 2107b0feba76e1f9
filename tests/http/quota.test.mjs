// SPDX-License-Identifier: Apache-2.0
//
// Quotas: made at the desk, what is said to bad input, and counted the same by whatever way an
// answer comes in.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, inside, said } from '../harness/desk.mjs';
import { eventually, up } from '../harness/up.mjs';
import { choices, document, question, survey, walk, when } from './survey.mjs';

const host = 'minato.localhost';
let town, sato, suzuki;
before(async () => {
	town = await up();
	sato = await desk(town, 'sato');
	suzuki = await desk(town, 'suzuki');
});
after(() => town?.stop());

const ages = () => document(
	question('q1', 'single', '年代はどれですか', { choices: choices('10代', '20代', '30代') }),
	question('q2', 'single', '地区はどれですか', { choices: choices('東', '西') }),
	question('q3', 'long', 'ご意見', { required: false }),
	question('q4', 'long', 'そのほか', { required: false }),
	question('q5', 'long', 'そのほか', { required: false }),
	question('q6', 'long', 'そのほか', { required: false }),
);
// The same questions, to be built on.
async function draft() {
	const made = await survey(town, document(question('q9', 'note', 'x')), { state: 'draft' });
	await inside(town, `UPDATE questionnaire SET questions = 6, edition = 0 WHERE id = ${made.questionnaire}`);
	for (const [i, q] of ages().questions.entries())
		await inside(town, `INSERT INTO question (questionnaire_id, code, place, kind, required, texts, choices) VALUES
			(${made.questionnaire}, '${q.code}', ${i + 1}, '${q.kind}', ${q.required}, '${JSON.stringify(q.texts)}', '${JSON.stringify(q.choices)}')`);
	return made;
}
const stored = async (id) => JSON.parse(await town.sql(`SELECT quotas FROM survey WHERE id = ${id}`));
const url = (id, n) => `/desk/surveys/${id}/quotas${n ? `/${n}` : ''}`;
const save = async (client, id, n, values) => client.submit(await client.get(url(id, n)), values, url(id, n));

test('made at the desk: a name, how many, and who, of any combination', async () => {
	const { survey: id } = await draft();
	assert.match(said(await sato.get(url(id))), /割り当てはありません/);
	assert.equal((await sato.get(url(id, 2))).status, 404, 'not the second before the first');
	let answer = await save(sato, id, 1, { label: '東の10代', most: '５０', when1_1: 'q1:1', more: '1' });
	assert.equal(answer.headers.location, url(id, 1), 'more conditions');
	answer = await save(sato, id, 1, { when1_2: 'q2:1', when2_1: 'q1:2', when2_1_is: 'chosen' });
	assert.equal(answer.status, 303, said(answer));
	assert.deepEqual(await stored(id), [{ label: '東の10代', max: 50, when: { any: [
		{ all: [{ question: 'q1', is: 'chosen', value: '1' }, { question: 'q2', is: 'chosen', value: '1' }] },
		{ all: [{ question: 'q1', is: 'chosen', value: '2' }] }] } }]);
	const page = await sato.get(url(id));
	assert.match(said(page).replaceAll(' ', ''), /設問1で「10代」、かつ設問2で「東」、または設問1で「20代」/);
	assert.match(said(page), /0 \/ 50/);

	for (const [values, message] of [[{}, '入力してください'], [{ label: 'x', most: '0', when1_1: 'q1:1' }, '1から'], [{ label: 'x', most: '3' }, 'どの答えの人か'],
		[{ label: 'x', most: '3', when1_1: 'q9:1' }, '前の設問'], [{ label: 'x', most: '3', when1_1: 'q3:', when1_1_is: 'less', when1_1_value: '3' }, '値とくらべ'],
		[{ label: '長'.repeat(61), most: '3', when1_1: 'q1:1' }, '60文字以内']]) {
		answer = await save(sato, id, 2, values);
		assert.equal(answer.status, 422, JSON.stringify(values));
		assert.ok(said(answer).includes(message), `${message} in ${said(answer).slice(0, 300)}`);
	}
	assert.equal((await save(sato, id, 2, { label: '西', most: '3', when1_1: 'q2:2' })).status, 303);
	answer = await save(sato, id, 3, { label: '西をもう一度', most: '9', when1_1: 'q2:2' });
	assert.equal(answer.status, 422);
	assert.match(said(answer), /同じ条件/);

	// Of two clerks the second is told.
	const [a, b] = [await sato.get(url(id, 2)), await suzuki.get(url(id, 1))];
	assert.equal((await sato.submit(a, { most: '4' }, '/quotas/2')).status, 303);
	answer = await suzuki.submit(b, { most: '60' }, '/quotas/1');
	assert.equal(answer.status, 409);
	assert.match(said(answer), /2 西/);
	assert.equal((await suzuki.submit(answer, {}, '/quotas/1')).status, 303);
	assert.deepEqual((await stored(id)).map((q) => q.max), [60, 4]);

	assert.equal((await save(sato, id, 1, { remove: '1' })).status, 303);
	assert.deepEqual((await stored(id)).map((q) => q.label), ['西']);
	// A quota that looks at what is gone is to be solved first.
	await inside(town, `DELETE FROM question WHERE code = 'q2' AND questionnaire_id = (SELECT questionnaire_id FROM survey WHERE id = ${id})`);
	assert.match(said(await suzuki.get(`/desk/surveys/${id}/publish`)), /なくなった設問や選択肢/);
	assert.match(said(await sato.get(url(id))), /なくなった設問や選択肢/);
});

test('an answer counts the same by web, program, paper and file; who is too late is told at once', async () => {
	const quotas = [{ label: '10代', when: when('q1', '1'), max: 3 }, { label: '東でない', when: when('q2', '1', 'not_chosen'), max: 4 }];
	const { survey: id } = await survey(town, ages(), { columns: { quotas: `'${JSON.stringify(quotas)}'` } });
	const young = { q1: '1', q2: '1' }, fields = { q1: { q1: '1' }, q2: { q2: '1' } };
	const web = town.client(host), check = await walk(web, id, fields);
	const late = town.client(host);
	const begun = await late.follow(await late.submit(await late.get(`/surveys/${id}`), {}, `/surveys/${id}`));
	assert.equal((await web.submit(check, {}, '/check')).status, 303);

	const api = (answers, key) => town.client(host).send(`/api/v1/surveys/${id}/answers`, { method: 'POST', body: JSON.stringify({ answers }),
		headers: { 'content-type': 'application/json', 'idempotency-key': key.repeat(32) } });
	assert.equal((await api(young, 'a')).status, 201);
	const path = `/desk/surveys/${id}/entry`, enter = async (values) => sato.submit(await sato.get(path), { way: 'phone', ...values }, path);
	assert.equal((await enter(young)).status, 303);
	const counted = () => town.sql(`SELECT string_agg(n::text, ' ' ORDER BY n) FROM survey_counter WHERE survey_id = ${id}`);
	assert.equal(await counted(), '3');

	let answer = await enter(young);
	assert.equal(answer.status, 422);
	assert.match(said(answer), /割り当てがいっぱいです/);
	assert.equal((await api(young, 'b')).status, 410);
	answer = await late.submit(begun, { q1: '1' }, '/q/q1');
	assert.equal(answer.status, 410, 'after the first question');
	assert.match(said(answer), /10代/, 'what was typed is shown');
	assert.equal((await enter({ q1: '2', q2: '1' })).status, 303, 'others go on');

	// A file: each line behind those before it, all or none.  What the clerk says of it in the end.
	const send = async (csv) => {
		const base = `/desk/surveys/${id}/forms`, token = (await sato.get(base)).text.match(/name="token" value="([^"]+)"/)[1], edge = 'x0x0x0';
		const sent = await sato.send(`${base}/import`, { method: 'POST', headers: { 'content-type': `multipart/form-data; boundary=${edge}`, origin: `https://${host}:${town.port}` },
			body: `--${edge}\r\nContent-Disposition: form-data; name="token"\r\n\r\n${token}\r\n--${edge}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n${csv}\r\n--${edge}--\r\n` });
		await eventually('its end', async () => /件を取り込みました。|取り込みませんでした/.test((await sato.get(sent.headers.location)).text));
		return sato.get(sent.headers.location);
	};
	const all = () => town.sql(`SELECT count(*) FROM response r JOIN survey s USING (questionnaire_id) WHERE s.id = ${id}`);
	answer = await send('q1,q2\n2,2\n3,2\n2,2\n3,2\n2,2\n1,1\n');
	assert.deepEqual([...answer.text.matchAll(/<th scope="row" class="c-table__number"[^>]*>(\d+)</g)].map((m) => m[1]), ['6', '7']);
	assert.equal(await all(), '4');
	assert.match(said(await send('q1,q2\n2,2\n3,2\n2,2\n3,2\n')), /4件を取り込みました/);
	assert.equal(await counted(), '3 4');
	assert.equal((await enter({ q1: '2', q2: '2' })).status, 422);
	const page = said(await sato.get(url(id)));
	assert.match(page, /3 \/ 3/);
	assert.match(page, /4 \/ 4/);
	assert.equal((await sato.get(url(id, 1))).status, 303, 'nothing is changed once it is open');
});

test('the limit of all counts answers that came before it was set, and paper', async () => {
	const { survey: id } = await survey(town, ages());
	const path = `/desk/surveys/${id}/entry`, enter = async () => sato.submit(await sato.get(path), { way: 'counter', q1: '1', q2: '1' }, path);
	assert.equal((await enter()).status, 303);
	await inside(town, `UPDATE survey SET answers_max = 2 WHERE id = ${id}`);
	assert.equal((await enter()).status, 303);
	assert.equal((await enter()).status, 422);
	assert.match(said(await town.client(host).get(`/surveys/${id}`)), /いっぱい|受け付け/);
});
