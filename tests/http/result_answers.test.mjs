// SPDX-License-Identifier: Apache-2.0
//
// 個票: one answer at a time, for those who may, each look noted; of whom it is only by name.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { desk, inside } from '../harness/desk.mjs';
import { up } from '../harness/up.mjs';
import { words } from './citizen.mjs';
import { once_survey, signed_in } from './right.mjs';
import { every, few, responses, survey } from './survey.mjs';

const host = 'minato.localhost';
let town, clerk;
before(async () => {
	town = await up();
	clerk = await desk(town, 'sato');
});
after(() => town?.stop());

const at = (id) => `/desk/surveys/${id}/results/answers`;
const given = (questionnaire, list) => inside(town, list.map(({ number, answers, citizen = 'NULL', right = 'NULL', way = 'web' }) =>
	`INSERT INTO response (questionnaire_id, edition, number, answers, citizen_id, right_hash, way) VALUES (${questionnaire}, 1, '${number}', '${JSON.stringify(answers)}', ${citizen}, ${right}, '${way}');`).join('\n'));

test('from the list to one, and on to the next, with all that was said', async () => {
	const { survey: id, questionnaire } = await survey(town, every());
	const all = { q1: '1', q2: ['1', 'other'], 'q2.other': '<b>写真</b>', q3: '4', q5: { r1: '1', r2: '3' }, q6: '12', q12: '木が多い。', q14: '1' };
	await given(questionnaire, [{ number: '2222-0002', answers: all }, { number: '1111-0001', answers: { q1: '3' }, way: 'paper' }, { number: '3333-0003', answers: { q1: '2' } }]);
	assert.match((await clerk.get(`/desk/surveys/${id}/results`)).text, new RegExp(`href="${at(id)}"`));
	const list = await clerk.get(at(id));
	assert.deepEqual([...list.text.matchAll(/answers\/(\d{4}-\d{4})"/g)].map((m) => m[1]), ['1111-0001', '2222-0002', '3333-0003']);
	const one = await clerk.get(`${at(id)}/2222-0002`);
	assert.doesNotMatch(words(one), /0時00分/, 'a day is known, and no time');
	for (const said of ['2222-0002', 'よく使う', '散歩', '&lt;b&gt;写真&lt;/b&gt;', '図書館: 良い', '12回', '木が多い。', 'ウェブ']) assert.ok(one.text.includes(said), said);
	assert.deepEqual([...one.text.matchAll(/rel="(prev|next)" href="[^"]*\/(\d{4}-\d{4})"/g)].map((m) => `${m[1]} ${m[2]}`), ['prev 1111-0001', 'next 3333-0003']);
	assert.doesNotMatch((await clerk.get(`${at(id)}/1111-0001`)).text, /rel="prev"/);
	assert.match(words(await clerk.get(`${at(id)}/1111-0001`)), /紙/);
	assert.match((await clerk.get(`/desk/surveys/${id}/results/texts/q12`)).text, new RegExp(`href="${at(id)}/2222-0002"`));
});

test('on paper: the same, and that look is noted, too', async () => {
	const { survey: id, questionnaire } = await survey(town, every());
	await given(questionnaire, [{ number: '2222-0002', answers: { q1: '1', q2: ['1', 'other'], 'q2.other': '<b>写真</b>', q5: { r1: '1', r2: '3' }, q6: '12', q12: '木が多い。\n静か。' } }]);
	assert.match((await clerk.get(`${at(id)}/2222-0002`)).text, new RegExp(`href="${at(id)}/2222-0002\\?print=1"`));
	const pdf = await clerk.get(`${at(id)}/2222-0002?print=1`);
	assert.equal(pdf.headers['content-type'], 'application/pdf');
	const text = spawnSync('pdftotext', ['-layout', '-', '-'], { input: pdf.bytes }).stdout.toString();
	for (const said of ['公園についてのアンケート', '2222-0002', '公園を使いますか', 'よく使う', '<b>写真</b>', '図書館: 良い', '12回', '木が多い。', '静か。', '公開されません']) assert.ok(text.includes(said), said);
	assert.equal(await town.sql(`SELECT count(*) FROM audit WHERE act = 'response.viewed' AND object_id = ${id}`), '2');
	assert.equal((await clerk.get(`${at(id)}/2222-0003?print=1`)).status, 404);
});

test('one is found by its number, as people read it out', async () => {
	const { survey: id, questionnaire } = await survey(town, few());
	await given(questionnaire, [{ number: '4444-0004', answers: { q1: '1' } }]);
	for (const typed of ['4444-0004', '44440004', '４４４４ー０００４']) assert.equal((await clerk.get(`${at(id)}?number=${encodeURIComponent(typed)}`)).headers.location, `${at(id)}/4444-0004`, typed);
	for (const typed of ['9999-9999', 'x', "'; DROP", '1'.repeat(500)]) assert.match(words(await clerk.get(`${at(id)}?number=${encodeURIComponent(typed)}`)), /この受付番号の回答はありません/, typed);
});

test('who it was is said where people answer by name, and nowhere else', async () => {
	const { citizen } = await signed_in(town, host), named = await survey(town, few(), { mode: 'named' }), open = await survey(town, few());
	await given(named.questionnaire, [{ number: '5555-0005', answers: { q1: '1' }, citizen }]);
	await given(open.questionnaire, [{ number: '5555-0005', answers: { q1: '1' } }]);
	const once = await once_survey(town, host), questionnaire = await town.sql(`SELECT questionnaire_id FROM survey WHERE id = ${once}`);
	await given(questionnaire, [{ number: '5555-0005', answers: { q1: '1' }, right: "sha256('x')" }]);
	const person = /href="(\/desk\/people\/[\w-]+)"/.exec((await clerk.get(`${at(named.survey)}/5555-0005`)).text)?.[1];
	assert.ok(person);
	assert.equal((await clerk.get(person)).status, 200);
	for (const id of [open.survey, once]) {
		const page = await clerk.get(`${at(id)}/5555-0005`);
		assert.match(words(page), /名前を聞かない回答/);
		assert.doesNotMatch(page.text, /\/desk\/people\/[\w-]{10}/);
	}
});

test('each look is noted; who may not read answers does not, and of another town nobody', async () => {
	const { survey: id, questionnaire } = await survey(town, few());
	await given(questionnaire, [{ number: '6666-0006', answers: { q1: '1' } }]);
	const looked = () => town.sql(`SELECT count(*) FROM audit WHERE act = 'response.viewed' AND object_id = ${id} AND detail ->> 'number' = '6666-0006' AND actor_kind = 'staff'`);
	await clerk.get(`${at(id)}/6666-0006`);
	await clerk.get(`${at(id)}/6666-0006`);
	assert.equal(await looked(), '2');
	assert.equal((await clerk.get(`${at(id)}/6666-0007`)).status, 404);
	assert.equal((await clerk.get(`${at(id + 1000)}/6666-0006`)).status, 404);
	const other = await survey(town, few());
	assert.equal((await clerk.get(`${at(other.survey)}/6666-0006`)).status, 404, 'a number of another survey');
	assert.equal((await town.client(host).get(at(id))).status, 303, 'who is not signed in is asked to');
	assert.equal(await looked(), '2');
	assert.equal((await responses(town, questionnaire)).length, 1);
});
