// SPDX-License-Identifier: Apache-2.0
//
// Results of a survey at the desk: numbers that are right, small ones that stay hidden.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, inside, said } from '../harness/desk.mjs';
import { addAnswers, makePopulation, makeSurvey } from '../harness/survey.mjs';
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
