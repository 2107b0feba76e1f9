// SPDX-License-Identifier: Apache-2.0
//
// The page of results with a million answers to twenty questions: how long it takes once
// all are counted, and how soon an answer that comes in is in it.
import { desk, inside } from '../harness/desk.mjs';
import { addAnswers, makePopulation, makeSurvey } from '../harness/survey.mjs';
import { up, eventually } from '../harness/up.mjs';
import { median, report, say } from './lib.mjs';

const many = Number(process.env.CHROMO_BENCH_ANSWERS ?? 1000000), looks = 15;
const town = await up();
try {
	const made = await makeSurvey(town, { answers: 0 }), sato = await desk(town, 'sato'), at = `/desk/surveys/${made.survey}/results`;
	await makePopulation(town);
	for (let i = 0; i < many; i += 100000) await addAnswers(town, made.questionnaire, i + 1, Math.min(many, i + 100000));
	const counted = async () => Number((await inside(town, `SELECT coalesce(sum(n), 0) FROM tally_cell WHERE kind = 'all' AND questionnaire_id = ${made.questionnaire}`)).split('\n').pop());
	const began = performance.now();
	await eventually('all are counted by the clerk', async () => (await counted()) === many, 900);
	say(`  ${many} answers counted in ${Math.round((performance.now() - began) / 1000)} s`);
	await inside(town, 'ANALYZE tally; ANALYZE tally_cell; ANALYZE response');

	const look = async () => {
		const t = performance.now(), page = await sato.get(at);
		return { ms: performance.now() - t, n: Number(/(\d[\d,]*)<span class="c-stat__unit">/.exec(page.text)[1].replaceAll(',', '')) };
	};
	await look();
	const ms = [];
	for (let i = 0; i < looks; i++) ms.push((await look()).ms);
	report('results', { value: median(ms), unit: 'ms a page', goal: 'value <= 300' });

	// Cross-tables: of a question and who answered from tallies; of two questions by the clerk, while the page says so.
	const cross = async (first, second) => {
		const t = performance.now(), page = await sato.get(`${at}/cross?first=${first}&second=${encodeURIComponent(second)}`);
		return { ms: performance.now() - t, there: /id="cross"/.test(page.text) };
	};
	const crossed = [];
	for (const [first, second] of [['q10', '@age'], ['q3', '@district'], ['q6', '@day'], ['@age', '@district'], ['q8.r1', '@language']]) crossed.push((await cross(first, second)).ms);
	const asked = performance.now();
	crossed.push((await cross('q10', 'q12')).ms);
	await eventually('the clerk has counted two questions', async () => (await cross('q10', 'q12')).there, 200);
	report('results_cross', { value: Math.max(...crossed), unit: 'ms a page at most', goal: 'value <= 1000' });
	say(`  two questions counted by the clerk in ${((performance.now() - asked) / 1000).toFixed(1)} s`);
	const filtered = [];
	for (const filter of ['?age=3', '?way=paper', '?from=2026-11-03&until=2026-11-09', '?district=1']) {
		const t = performance.now();
		await sato.get(at + filter);
		filtered.push(performance.now() - t);
	}
	report('results_filter', { value: Math.max(...filtered), unit: 'ms a page at most', goal: 'value <= 1000' });
	const t = performance.now();
	await sato.get(`${at}/words/q9`);
	report('results_words', { value: performance.now() - t, unit: 'ms', goal: 'value <= 1000' });

	const behind = [];
	for (let i = 1; i <= looks; i++) {
		await addAnswers(town, made.questionnaire, many + i, many + i);
		const t = performance.now();
		await eventually('it is there', async () => (await look()).n >= many + i, 5);
		behind.push(performance.now() - t);
	}
	report('results_behind', { value: Math.max(...behind), unit: 'ms behind', goal: 'value <= 1000' });
} finally {
	await town.stop();
}
