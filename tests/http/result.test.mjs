// SPDX-License-Identifier: Apache-2.0
//
// Results of a survey at the desk: numbers that are right, small ones that stay hidden.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, inside, said } from '../harness/desk.mjs';
import { addAnswers, makePopulation, makeSurvey } from '../harness/survey.mjs';
import { choices, document, question, survey as some_survey, when } from './survey.mjs';
import { problems } from '../harness/invariants.mjs';
import { up } from '../harness/up.mjs';

let town, sato, made, at;
const last = (out) => out.split('\n').pop();
const one = async (sql) => last(await inside(town, sql));

before(async () => {
	town = await up();
	town.kill('courier', 'SIGTERM');	// whose clerk counts too
	sato = await desk(town, 'sato');
	// A town that has not said yet who lives there.
	await inside(town, 'DELETE FROM population; DELETE FROM population_file');
	made = await makeSurvey(town, { answers: 1204 });
	at = `/desk/surveys/${made.survey}/results`;
});
after(() => town?.stop());

test('the first look counts, and all answers are there', async () => {
	const page = await sato.get(at);
	assert.equal(page.status, 200);
	assert.deepEqual(problems(page), []);
	assert.match(said(page), /回答数 1,204 件/);
	assert.doesNotMatch(said(page), /まだ集計していない/);
	// One number of a table, against the answers themselves.
	const walkers = Number(await one(`SELECT count(*) FROM response WHERE questionnaire_id = ${made.questionnaire} AND answers -> 'q3' ? '1'`));
	assert.match(said(page), new RegExp(`散歩 ${walkers} ${(100 * walkers / 1204).toFixed(1)}%`));
	assert.match(said(page), /無作為に選んだ人に聞いた調査ではない/);
	assert.match(said(page), /人口を登録すると/);
});

test('questions have the numbers that they have on paper, and what a label takes from another is named by its number', async () => {
	const other = await some_survey(town, document(question('q1', 'single', '季節は', { choices: choices('春', '秋') }), question('q2', 'note', 'ありがとうございます'),
		question('q3', 'single', '{q1}が好きですか', { choices: choices('はい', 'いいえ') })));
	await inside(town, `INSERT INTO response (questionnaire_id, edition, number, answers) VALUES (${other.questionnaire}, 1, 'A-1', '{"q1": "1", "q3": "1"}')`);
	const base = `/desk/surveys/${other.survey}`;
	assert.match(said(await sato.get(`${base}/results`)), /設問3 ［設問1の答え］が好きですか/);
	assert.match(said(await sato.get(`${base}/results/cross`)), / 3\. ［設問1の答え］が好きですか/);
	assert.match(said(await sato.get(`${base}/entry`)), /3\. ［設問1の答え］が好きですか/);
	assert.match(said(await sato.get(`${base}/results/answers/A-1`)), /春が好きですか/, 'one answer as it was asked');
});

test('who stopped, and where; how long it took', async () => {
	const page = await sato.get(at);
	assert.match(said(page), /途中でやめた人 4\.7% 回答を始めた1,264人のうち/, 'sixty of 1,264');
	const stops = await one(`SELECT string_agg(n::text, ' ' ORDER BY q.place) FROM question q LEFT JOIN (SELECT reached, count(*) AS n FROM response_draft WHERE questionnaire_id = ${made.questionnaire} GROUP BY 1) d ON d.reached = q.code
		 WHERE q.questionnaire_id = ${made.questionnaire} AND q.place <= 9`);
	const funnel = page.text.slice(page.text.indexOf('id="funnel'));
	assert.deepEqual([...funnel.matchAll(/data-label="ここで止まっている人">(\d+)</g)].map((m) => m[1]).slice(0, 9), stops.split(' '));
	const answered = await one(`SELECT count(*) FROM response WHERE questionnaire_id = ${made.questionnaire} AND answers ? 'q9'`);
	assert.match(said({ text: funnel }), new RegExp(`9\\. 公園について、ご意見があれば書いてください ${answered} ${(100 * answered / 1204).toFixed(1)}%`));
	const median = Number(await one(`SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds / 5 * 5) FROM response WHERE questionnaire_id = ${made.questionnaire}`));
	assert.match(said(page), new RegExp(`回答にかかった時間（中央値） ${Math.floor(median / 60)} 分 ${String(Math.floor(median) % 60).padStart(2, '0')} 秒`));
});

test('nobody has answered yet: it says so, and not how far that can be trusted', async () => {
	const none = await makeSurvey(town, { answers: 0 });
	await inside(town, `DELETE FROM response_draft WHERE questionnaire_id = ${none.questionnaire}`);
	const page = await sato.get(`/desk/surveys/${none.survey}/results`);
	assert.deepEqual(problems(page), []);
	assert.match(said(page), /まだ回答がありません/);
	assert.doesNotMatch(said(page), /信頼区間|途中でやめた/);
});

test('numbers: commas, classes with round ends; ends of a scale in words', async () => {
	const many = await makeSurvey(town, { answers: 60 });
	await inside(town, `UPDATE response SET answers = jsonb_set(answers, '{q6}', to_jsonb((substr(number, 3)::int * 997)::text)) WHERE questionnaire_id = ${many.questionnaire}`);
	const page = said(await sato.get(`/desk/surveys/${many.survey}/results`));
	assert.match(page, /平均 30,408\.5回/);
	assert.match(page, / 0–4,999 8\.3% 5,000–9,999 8\.3% /);
	assert.match(page, / 1 不満 .* 5 満足 /);
});

test('numbers that are counted in classes are told as such, and their median', async () => {
	const { survey: id, questionnaire } = await some_survey(town, document(question('q1', 'number', '体温', { settings: { decimals: 1, unit: '度' } }),
		question('q2', 'number', '年収'), question('q3', 'rank', '順番', { choices: choices('甲', '乙', '丙') })));
	const temperatures = [36.5, 36.7, 36.7, 36.8, 36.9, 37.1, 38.2];
	for (const [i, t] of temperatures.entries())
		await inside(town, `INSERT INTO response (questionnaire_id, edition, number, answers) VALUES (${questionnaire}, 1, '100${i}-0000', '{"q1": "${t}", "q2": "${1234 + i * 11}", "q3": ["2"]}')`);
	const page = said(await sato.get(`/desk/surveys/${id}/results`));
	assert.match(page, /平均 36\.99度\s*中央値 36–36\.9度/);
	assert.match(page, /36–36\.9 5 71\.4%/);
	assert.match(page, /中央値 1,200–1,299/);
	assert.match(page, /1,200–1,299 6 85\.7%/);
	assert.match(page, /棒グラフ。すべての数は下の表にあります。/, 'of the third place, which nobody gave, no answer is the most frequent');
});

test('an answer that comes now is in the page that is opened next', async () => {
	await addAnswers(town, made.questionnaire, 1205, 1210);
	assert.match(said(await sato.get(at)), /回答数 1,210 件/);
});

test('with the population: who lives there, weights, a design effect', async () => {
	await makePopulation(town);
	const page = await sato.get(at);
	assert.deepEqual(problems(page), []);
	assert.match(said(page), /住民の割合/);
	assert.match(said(page), /デザイン効果 [1-4]\.\d\d/);
	assert.match(said(page), /重みづけ後/);
});

test('a filter shows its part, and nothing from which few people follow', async () => {
	await inside(town, `UPDATE response SET language = 'vi' WHERE questionnaire_id = ${made.questionnaire} AND number IN ('A-1', 'A-2', 'A-3')`);
	const three = await sato.get(`${at}?language=vi`);
	assert.deepEqual(problems(three), []);
	// Of three people nothing is shown, nor of all but three.
	assert.match(said(three), /わかってしまうため、表示しません/);
	assert.doesNotMatch(said(three), /散歩|回答数/);
	// Nor of the next smallest: all less those of Japanese less those would be the three.
	const four = await sato.get(`${at}?language=en`), old = await sato.get(`${at}?age=6`);
	for (const page of [four, old]) assert.deepEqual(problems(page), []);
	assert.doesNotMatch(said(four), /散歩|回答数/);
	assert.match(said(await sato.get(`${at}?language=ja`)), /散歩/);
	assert.match(said(old), /散歩/);
	const paper = await sato.get(`${at}?way=paper`);
	const n = await one(`SELECT count(*) FROM response WHERE questionnaire_id = ${made.questionnaire} AND way = 'paper'`);
	assert.match(said(paper), new RegExp(`回答数 ${n} 件`));
	const day = await sato.get(`${at}?from=2026-11-03&until=2026-11-05`);
	const days = await one(`SELECT count(*) FROM response WHERE questionnaire_id = ${made.questionnaire} AND day BETWEEN '2026-11-03' AND '2026-11-05'`);
	assert.match(said(day), new RegExp(`回答数 ${days} 件`));
	for (const wrong of ['?from=2026-11-03&way=paper', `?from=2026-11-03'`, '?until=x', '?from=2026-02-31&until=2026-03-01', '?district=1&age=1', '?age=1&language=ja']) {
		const page = await sato.get(at + wrong);
		assert.equal(page.status, 200);
		assert.match(said(page), /条件は1種類だけ/);
	}
	assert.match(said(await sato.get(`${at}?district=99999999`)), /回答数 0 件/);
});

test('a filter: how many answered what only some were asked tells nothing that is hidden', async () => {
	const yes = { choices: choices('はい', 'いいえ') };
	const s = await some_survey(town, document(question('q1', 'single', '何で来ますか', { choices: choices('電車', 'バス', '車', '船') }),
		question('q2', 'single', '電車は便利ですか', { ...yes, show: when('q1', '1') }), question('q3', 'single', '道は安全ですか', { ...yes, show: when('q1', '3') }),
		question('q4', 'single', 'どちらでもないですか', { ...yes, show: { any: [...when('q1', '2').any, ...when('q1', '4').any, ...when('q3', '1').any] } })));
	// In English 8 by train, of whom nobody should be able to say that 3 came by bus; in Japanese each is many.
	const ways = { ja: [40, 30, 50, 20], en: [8, 3, 40, 30], vi: [20, 30, 20, 10] };
	const rows = Object.entries(ways).flatMap(([language, each]) => each.map((n, i) => [language, i + 1, n]));
	await inside(town, `INSERT INTO response (questionnaire_id, edition, language, number, answers, seconds)
		SELECT ${s.questionnaire}, 1, l, 'V-' || l || q1 || '-' || i, jsonb_strip_nulls(jsonb_build_object('q1', q1::text, 'q2', CASE q1 WHEN 1 THEN '1' END,
			'q3', CASE q1 WHEN 3 THEN '1' END, 'q4', CASE WHEN q1 > 1 THEN '2' END)), 60
		  FROM (VALUES ${rows.map(([l, w, n]) => `('${l}', ${w}, ${n})`)}) AS v (l, q1, n), generate_series(1, n) i`);
	const section = async (query) => said(await sato.get(`/desk/surveys/${s.survey}/results${query}`)).split(/問 ?(?=\d )/).slice(1);
	const veiled = async (query) => (await section(query)).map((q) => /人数は示しません/.test(q));
	assert.deepEqual(await veiled(''), [false, false, false, false], 'of all nothing is hidden here');
	const [english] = await section('?language=en');
	assert.match(english, /電車 非表示 バス 非表示 車 49/);
	assert.deepEqual(await veiled('?language=en'), [false, true, false, true], 'the train beside the bus; what several ways lead to');
	assert.deepEqual(await veiled('?language=ja'), [false, false, false, true], 'what is in no table is told in no class');
	for (const q of (await section('?language=en')).filter((q) => /人数は示しません/.test(q))) assert.doesNotMatch(q, /\b(8|73|100\.0%)\b/, q);
});

test('other questions tell people apart', async () => {
	const form = await sato.get(`${at}/design`);
	assert.deepEqual(problems(form), []);
	const answer = await sato.submit(form, { age: '', district: '' }, '/design');
	assert.equal(answer.status, 303);
	const page = await sato.get(at);
	assert.match(said(page), /年齢や地区をたずねる設問がない/);
	assert.match(said(page), /回答数 1,210 件/);
	const wrong = await sato.submit(await sato.get(`${at}/design`), { age: 'q99', district: '' }, '/design');
	assert.equal(wrong.status, 422);
});

test('groups that are counted anew in the background: the page says so, and what it shows is right', async () => {
	await inside(town, `UPDATE tally_design SET age_code = 'q1', district_code = 'q2', regroup = '', clearing = true WHERE questionnaire_id = ${made.questionnaire};
		SELECT tally_regroup(${made.questionnaire}, 100000); SELECT tally_regroup(${made.questionnaire}, 100000); SELECT tally_regroup(${made.questionnaire}, 605)`);
	const page = await sato.get(at);
	assert.deepEqual(problems(page), []);
	assert.match(said(page), /区分ごとに数え直しています（50％まで終わりました）/);
	assert.match(said(page), /回答数 1,210 件/);
	assert.match(said(await sato.get(`${at}?way=paper`)), /回答数 1,210 件/);
	await inside(town, `SELECT tally_regroup(${made.questionnaire}, 100000)`);
	assert.doesNotMatch(said(await sato.get(at)), /数え直して/);
	assert.match(said(await sato.get(`${at}?way=paper`)), /回答数 134 件/);
});

test('no survey of this number, or another town\'s', async () => {
	assert.equal((await sato.get('/desk/surveys/999999/results')).status, 404);
	const yama = await desk(town, 'sato', 'yama.localhost').catch(() => null);
	if (yama) assert.notEqual((await yama.get(at)).status, 200);
});
