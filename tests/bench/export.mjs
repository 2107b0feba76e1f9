// SPDX-License-Identifier: Apache-2.0
//
// All answers of a large survey to CSV, against COPY of the same columns by the server
// alone; and how much memory that takes.
import { readFileSync } from 'node:fs';
import { desk, inside, said } from '../harness/desk.mjs';
import { addAnswers, makeSurvey } from '../harness/survey.mjs';
import { up, eventually } from '../harness/up.mjs';
import { median, paired, report, say, tree } from './lib.mjs';

const many = Number(process.env.CHROMO_BENCH_ANSWERS ?? 1000000), turns = 3;
const columns = (code, kind) => ({
	address: ['postcode', 'district', 'text'].map((k) => `answers #>> '{${code},${k}}'`),
	multi: ['1', '2', '3', '4', '5', 'other'].map((c) => `(answers -> '${code}' ? '${c}')::int`).concat(`answers ->> '${code}.other'`),
	matrix: ['r1', 'r2', 'r3'].map((r) => `answers #>> '{${code},${r}}'`),
	rank: ['1', '2', '3', '4'].map((c) => `answers -> '${code}' ? '${c}'`),
})[kind] ?? [`answers ->> '${code}'`];

const town = await up();
try {
	const made = await makeSurvey(town, { answers: 0 }), sato = await desk(town, 'sato'), at = `/desk/surveys/${made.survey}/export`;
	for (let i = 0; i < many; i += 100000) await addAnswers(town, made.questionnaire, i + 1, Math.min(many, i + 100000));
	const counted = async () => (await inside(town, `SELECT count(*) FROM response WHERE questionnaire_id = ${made.questionnaire} AND NOT counted`)).split('\n').pop();
	await eventually('the clerk has counted, and is quiet', async () => (await counted()) === '0', 900);
	await town.sql('VACUUM ANALYZE response');
	const questions = JSON.parse((await inside(town, `SELECT document -> 'questions' FROM questionnaire_edition WHERE questionnaire_id = ${made.questionnaire}`)).split('\n').pop());
	const list = ['number', 'day', 'language', 'way', 'seconds', ...questions.flatMap((q) => columns(q.code, q.kind))];
	const memory = () => Math.max(...tree(town.pid('courier')).map((pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)));

	const ours = [], copies = [];
	let most = 0;
	for (let i = 0; i < turns; i++) {
		let t = performance.now();
		await town.sql(`COPY (SELECT ${list.join(', ')} FROM response WHERE questionnaire_id = ${made.questionnaire}) TO '/dev/null' CSV`);
		copies.push(many / (performance.now() - t) * 1000);
		t = performance.now();
		const asked = await sato.submit(await sato.get(at), { kind: 'csv' }, '/export');
		await eventually('the file is there', async () => {
			most = Math.max(most, memory());
			return /ファイルができました/.test(said(await sato.get(asked.headers.location)));
		}, 600);
		ours.push(many / (performance.now() - t) * 1000);
		say(`  COPY ${Math.round(copies.at(-1))}/s, ours ${Math.round(ours.at(-1))}/s`);
	}
	report('export', { value: median(ours), unit: 'answers/s', limit: median(copies), ratio: paired(ours, copies), goal: 'ratio >= 0.3' });
	report('export_memory', { value: most / 1024, unit: 'MB', goal: 'value <= 100' });
} finally {
	await town.stop();
}
