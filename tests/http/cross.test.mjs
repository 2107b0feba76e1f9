// SPDX-License-Identifier: Apache-2.0
//
// Cross-tables: the numbers are those of the answers, and small ones are hidden so that they
// follow from nothing else that is shown.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, inside, said } from '../harness/desk.mjs';
import { makeSurvey } from '../harness/survey.mjs';
import { choices, document, question, survey, when } from './survey.mjs';
import { problems } from '../harness/invariants.mjs';
import { eventually, up } from '../harness/up.mjs';

let town, sato, made, at;
const json = async (sql) => JSON.parse((await inside(town, sql)).split('\n').pop());

before(async () => {
	town = await up();
	sato = await desk(town, 'sato');
	made = await makeSurvey(town, { answers: 1204 });
	at = `/desk/surveys/${made.survey}/results/cross`;
	// Three people of the oldest say what nobody else of their age says.
	await inside(town, `UPDATE response SET answers = answers || '{"q10": "1"}' WHERE questionnaire_id = ${made.questionnaire} AND answers ->> 'q1' = '6';
		UPDATE response SET answers = answers || '{"q10": "4"}' WHERE id IN (SELECT id FROM response
		 WHERE questionnaire_id = ${made.questionnaire} AND answers ->> 'q1' = '6' ORDER BY number LIMIT 3)`);
});
after(() => town?.stop());

// The table as it is given away: rows of cells; null is hidden.
async function table(first, second) {
	const page = await sato.get(`${at}?first=${encodeURIComponent(first)}&second=${encodeURIComponent(second)}`);
	assert.equal(page.status, 200);
	assert.deepEqual(problems(page), [], `${first} × ${second}`);
	const csv = await sato.get(`${at}.csv?first=${encodeURIComponent(first)}&second=${encodeURIComponent(second)}`);
	assert.match(csv.headers['content-type'], /^text\/csv/);
	const [head, ...rows] = csv.bytes.subarray(3).toString().trim().split('\r\n').map((l) => l.split(','));
	const cells = rows.map((r) => r.slice(1).map((c) => c === 'x' ? null : Number(c)));
	assert.ok(cells.every((r) => r.every((c) => c === null || c === 0 || c >= 5)), `${first} × ${second}: no small number is shown`);
	return { page, head, names: rows.map((r) => r[0]), cells };
}

test('nothing chosen, and what cannot be', async () => {
	const page = await sato.get(at);
	assert.equal(page.status, 200);
	assert.deepEqual(problems(page), []);
	for (const key of ['q4', 'q8.r2', '@age', '@district', '@language', '@way', '@day']) assert.match(page.text, new RegExp(`<option value="${key.replace('.', '\\.')}"`));
	for (const wrong of ['?first=q1&second=q1', '?first=q1', '?first=q99&second=q1', '?first=q9&second=q1', '?first=@x&second=q1', '?first=q8&second=q1', `?first=q8.r9'&second=q1`]) {
		const answer = await sato.get(at + wrong);
		assert.equal(answer.status, 200);
		assert.match(said(answer), /違う項目を2つ選んでください/);
		assert.equal((await sato.get(`${at}.csv${wrong}`)).status, 404);
	}
});

test('two questions: the numbers of the answers, small ones and enough others hidden', async () => {
	const { page, names, cells } = await table('q10', 'q1');
	assert.deepEqual(names, ['18〜29歳', '30代', '40代', '50代', '60代', '70歳以上', '計']);
	const truth = await json(`SELECT jsonb_object_agg(k, n) FROM (SELECT (answers ->> 'q1') || ':' || (answers ->> 'q10') AS k, count(*) AS n
		FROM response WHERE questionnaire_id = ${made.questionnaire} GROUP BY 1) x`);
	for (let row = 1; row <= 6; row++) for (let column = 1; column <= 4; column++) {
		const shown = cells[row - 1][column - 1], n = truth[`${row}:${column}`] ?? 0;
		assert.ok(shown === null || shown === n, `${row}:${column} is ${n}`);
		if (n > 0 && n < 5) assert.equal(shown, null);
	}
	assert.equal(cells[6][4], 1204);
	// Nobody who subtracts finds the three: another one is hidden in their row, in their
	// column, and those two have a third and a fourth to hide behind.
	assert.equal(cells[5][3], null);
	assert.ok(cells[5].filter((c) => c === null).length >= 2 && cells.slice(0, 6).filter((r) => r[3] === null).length >= 2);
	assert.match(said(page), /引き算でわからないように/);
	assert.match(page.text, /<span id="bands-title" lang="ja" hidden>公園まで歩いて何分かかりますか × 年代を教えてください/);
});

test('sides of every kind add up to those who answered', async () => {
	for (const [first, second] of [['q4', '@age'], ['q5', '@district'], ['q6', '@language'], ['q7', '@way'], ['q8.r1', 'q2'], ['q12', '@day'], ['@way', '@age']]) {
		const { cells } = await table(first, second);
		assert.equal(cells.at(-1).at(-1), 1204, `${first} × ${second}`);
		for (const row of cells.slice(0, -1)) if (!row.includes(null)) assert.equal(row.slice(0, -1).reduce((a, b) => a + b), row.at(-1));
	}
});

test('of several answers each counts, and people once in the sums', async () => {
	const { page, names, cells } = await table('q3', '@way');
	assert.deepEqual(names, ['紙', 'ウェブ', '計']);
	assert.match(said(page), /合計は100％になりません/);
	const n = await json(`SELECT count(*) FROM response WHERE questionnaire_id = ${made.questionnaire} AND way = 'web' AND answers -> 'q3' ? '1'`);
	assert.equal(cells[1][0], n);
	assert.equal(cells[2].at(-1), 1204);
	const turned = await table('@way', 'q3');
	assert.equal(turned.cells[0][1], n);
	await table('q3', 'q8.r2');
});

test('of very many answers the clerk counts, and what it keeps is the same', async () => {
	await inside(town, `INSERT INTO cross_kept (questionnaire_id, first, second, sides) VALUES (${made.questionnaire}, 'q3', 'q10', ARRAY['multi', '', 'q3', 'single', '', 'q10'])`);
	const kept = await eventually('it is counted', () => json(`SELECT to_jsonb(k) FROM cross_kept k WHERE questionnaire_id = ${made.questionnaire} AND NOT waiting`).catch(() => false));
	const truth = await json(`SELECT jsonb_object_agg(a || ':' || b, n) FROM (SELECT a, answers ->> 'q10' AS b, count(*) AS n FROM response,
		unnest(ARRAY['1', '2', '3', '4', '5', 'other']) a WHERE questionnaire_id = ${made.questionnaire} AND answers -> 'q3' ? a GROUP BY 1, 2) x`);
	assert.deepEqual(Object.fromEntries(kept.cells.filter((c) => c.a !== '*').map((c) => [`${c.a}:${c.b}`, c.n])), truth);
	assert.equal(kept.cells.filter((c) => c.a === '*').reduce((sum, c) => sum + c.n, 0), 1204);
	assert.equal(kept.people, 1204);
});

test('of very many answers it is made anew when one has changed, though they are as many', async () => {
	const s = await survey(town, document(question('q1', 'single', '広場は好きですか', { choices: choices('はい', 'いいえ') }),
		question('q2', 'single', '木は好きですか', { choices: choices('はい', 'いいえ') }))), before = at;
	await inside(town, `INSERT INTO response (questionnaire_id, edition, number, answers, seconds)
		SELECT ${s.questionnaire}, 1, 'M-' || i, jsonb_build_object('q1', (i % 2 + 1)::text, 'q2', (i / 2 % 2 + 1)::text), 60 FROM generate_series(0, 20003) i`);
	at = `/desk/surveys/${s.survey}/results/cross`;
	const shown = () => table('q1', 'q2').then((t) => t.cells[0]?.[0]).catch(() => undefined);
	await eventually('the clerk has made it', async () => await shown() === 5001);
	await inside(town, `UPDATE response SET answers = answers || '{"q2": "2"}' WHERE questionnaire_id = ${s.questionnaire} AND number = 'M-0'`);
	await inside(town, `UPDATE cross_kept SET made = made - interval '2 minutes' WHERE questionnaire_id = ${s.questionnaire}`);
	await eventually('it is made anew', async () => await shown() === 5000);
	at = before;
});

test('not for everybody', async () => {
	assert.equal((await town.client('minato.localhost').get(at)).status, 303);
	assert.equal((await sato.get('/desk/surveys/999999/results/cross')).status, 404);
});

test('how many were asked in a class tells nothing that is hidden in the question that leads there', async () => {
	const yes = { choices: choices('はい', 'いいえ') };
	const s = await survey(town, document(question('q1', 'single', '何で来ますか', { choices: choices('電車', 'バス', '車', '船') }),
		question('q2', 'single', '電車は便利ですか', { ...yes, show: when('q1', '1') }), question('q3', 'single', '道は安全ですか', { ...yes, show: when('q1', '3') }),
		question('q4', 'single', 'どちらでもないですか', { ...yes, show: { any: [...when('q1', '2').any, ...when('q1', '4').any, ...when('q3', '1').any] } }),
		question('q5', 'single', 'ことば', { choices: choices('日本語', '英語', 'ベトナム語') }), question('q6', 'multi', 'よいところ', { ...yes, show: when('q1', '1') })));
	// In English 8 by train, of whom nobody should be able to say that 3 came by bus; in Japanese each is many.
	const ways = { ja: [40, 30, 50, 20], en: [8, 3, 40, 30], vi: [20, 30, 20, 10] };
	const rows = Object.entries(ways).flatMap(([language, each], l) => each.map((n, i) => [language, i + 1, n, l + 1]));
	await inside(town, `INSERT INTO response (questionnaire_id, edition, language, number, answers, seconds)
		SELECT ${s.questionnaire}, 1, l, 'W-' || l || q1 || '-' || i, jsonb_strip_nulls(jsonb_build_object('q1', q1::text, 'q2', CASE q1 WHEN 1 THEN '1' END,
			'q3', CASE q1 WHEN 3 THEN '1' END, 'q4', CASE WHEN q1 > 1 THEN '2' END, 'q5', q5::text, 'q6', CASE q1 WHEN 1 THEN '["1"]'::jsonb END)), 60
		  FROM (VALUES ${rows.map(([l, w, n, q]) => `('${l}', ${w}, ${n}, ${q})`)}) AS v (l, q1, n, q5), generate_series(1, n) i`);
	const before = at, hidden = (row) => row.slice(0, -1).every((c) => c === null), turn = (cells) => cells[0].map((_, i) => cells.map((r) => r[i]));
	at = `/desk/surveys/${s.survey}/results/cross`;
	for (const by of ['@language', 'q5']) {
		const lead = await table('q1', by), english = lead.cells.findIndex((r) => r.at(-1) === 81);
		assert.equal(lead.cells[english][0], null, 'the train beside the bus');
		for (const [first, second] of [['q2', by], [by, 'q2'], ['q6', by], [by, 'q6']]) {
			const { cells } = await table(first, second), by_class = first === by ? turn(cells) : cells;
			assert.ok(by_class.slice(0, -1).some((r) => !hidden(r)), `${first} × ${second}: one of many is told`);
			assert.ok(hidden(by_class[english]), `${first} × ${second}: ${JSON.stringify(cells)}`);
			assert.equal(by_class[english].at(-1), 81);
			assert.equal(by_class.at(-1)[0], 68, 'of all it is known');
		}
		assert.ok(!(await table('q3', by)).cells.some(hidden), 'what hidden ways do not lead to is told');
		assert.ok((await table('q4', by)).cells.slice(0, -1).every(hidden), 'what is in no table is told in no class');
	}
	at = before;
});

test('many numbers and many choices: all are in the table, in classes as on the other pages', async () => {
	const many = await survey(town, document(question('q1', 'number', '分', { settings: { min: '-100' } }), question('q2', 'single', '施設', { choices: choices(...Array.from({ length: 120 }, (_, i) => `施設${i}`)) }),
		question('q3', 'single', '性別', { choices: choices('女', '男') }), question('q4', 'number', '体重', { settings: { decimals: 1 } })));
	await inside(town, `INSERT INTO response (questionnaire_id, edition, number, answers)
		SELECT ${many.questionnaire}, 1, 'M-' || i, jsonb_build_object('q1', (i * 7919 % 500 - 20)::text, 'q2', (1 + i % 120)::text, 'q3', (1 + i % 2)::text, 'q4', (i % 200 + 0.5)::text) FROM generate_series(1, 3000) i`);
	const before = at;
	at = `/desk/surveys/${many.survey}/results/cross`;
	const results = said(await sato.get(`/desk/surveys/${many.survey}/results`));
	for (const [first, second] of [['q1', 'q3'], ['q3', 'q1']]) {
		const { head, names, cells } = await table(first, second), labels = first === 'q1' ? head.slice(1, -1) : names.slice(0, -1);
		assert.deepEqual(labels, ["'-50–-1", '0–49', '50–99', '100–149', '150–199', '200–249', '250–299', '300–349', '350–399', '400–449', '450–499'].slice(0, labels.length));
		assert.ok(cells.every((row) => row.slice(0, -1).reduce((a, b) => a + b, 0) === row.at(-1)), 'rows add up');
		assert.equal(cells.at(-1).at(-1), 3000);
		assert.match(results, / -50–-1 120 4\.0% /, 'and the results know all of them');
	}
	const whole = await table('q3', 'q2');
	assert.equal(whole.names.length, 121, 'every choice, and no column of those who did not answer');
	assert.ok(whole.cells.slice(0, -1).every((row) => row.at(-1) === 25));
	assert.deepEqual((await table('q3', 'q4')).names.slice(0, 2), ['0–19.9', '20–39.9']);
	at = before;
	const wide = await survey(town, document(...['q1', 'q2'].map((code) => question(code, 'single', code, { choices: choices(...Array.from({ length: 120 }, (_, i) => `${code}の${i}`)) }))));
	const large = await sato.get(`/desk/surveys/${wide.survey}/results/cross?first=q1&second=q2`);
	assert.deepEqual(problems(large), []);
	assert.match(said(large), /ます目が6,000を超える/);
	assert.equal((await sato.get(`/desk/surveys/${wide.survey}/results/cross.csv?first=q1&second=q2`)).status, 404);
});
