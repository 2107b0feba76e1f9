// SPDX-License-Identifier: Apache-2.0
//
// What people type into surveys is never a program (F33, R25): titles, questions, choices,
// rows and answers, on pages, in charts (SVG), tables, names of files, a CSV file that is
// imported, and what is exported as CSV, PDF and poster.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, test } from 'node:test';
import { desk, inside } from '../harness/desk.mjs';
import { png } from '../harness/picture.mjs';
import { document, question, survey } from '../http/survey.mjs';
import { watched } from './eye.mjs';
import { harmless, payloads, untouched } from './hostile.mjs';

const host = 'minato.localhost';
let citizen, sato, takahashi, clerk;
const { town, eyes } = await watched();
before(async () => {
	citizen = await eyes.person(host);
	clerk = await desk(town, 'sato');
	sato = await eyes.staff('sato');
	takahashi = await desk(town, 'takahashi');
});

const quoted = (value) => `'${value.replaceAll("'", "''")}'`;
// Three texts of the list a survey, wherever staff and people write.
const texts = (ja, more = {}) => ({ ja: { label: ja, ...more } });
const asks = ([a, b, c]) => document(
	question('q1', 'single', a, { texts: texts(a, { help: b }), choices: [a, b, c].map((text, i) => ({ code: String(i + 1), texts: { ja: text }, other: i === 2 })) }),
	question('q2', 'long', b),
	question('q3', 'matrix', c, { choices: [a, b].map((text, i) => ({ code: String(i + 1), texts: { ja: text } })), settings: { rows: [b, c].map((text, i) => ({ code: `r${i}`, texts: { ja: text } })) } }),
	question('q4', 'file', a, { required: false }),
);
const sets = Array.from({ length: payloads.length / 3 }, (_, i) => payloads.slice(3 * i, 3 * i + 3));
const made = [];
async function all() {
	for (const set of made.length ? [] : sets) {
		const one = await survey(town, asks(set), { title: set[0].slice(0, 100) });
		await inside(town, `INSERT INTO response (questionnaire_id, edition, number, way, answers) SELECT ${one.questionnaire}, 1, '0001-' || lpad(i::text, 4, '0'), 'web',
			jsonb_build_object('q1', (1 + i % 3)::text, 'q2', ${quoted(set[1])}, 'q3', '{"r0": "1", "r1": "2"}'::jsonb, 'q4', '[]'::jsonb) || CASE WHEN i % 3 = 2 THEN jsonb_build_object('q1.other', ${quoted(set[2])}) ELSE '{}' END
			FROM generate_series(1, 30) i`);
		made.push({ ...one, set });
	}
	return made;
}

test('F33 a survey that is answered: its words, what is typed, and names of files', { timeout: 400000 }, async () => {
	for (const { survey: id, set: [a, b, c] } of await all()) {
		await harmless(citizen, `/surveys/${id}`, a);
		await citizen.press('button', '回答を始める');
		// A name may not lead anywhere, so what stands before its last slash is not of it; browsers
		// send a quote in it as %22.  What looks like an earlier answer in a label ({q1}) has a page of its own.
		const name = `${b.slice(0, 60)}.png`;
		const fields = { q1: { q1: '3', q1_words: c }, q2: { q2: b }, q3: { q3_r0: '1', q3_r1: '2' }, q4: { q4_file: { name, mimeType: 'image/png', buffer: png(8, 8) } } };
		while (!citizen.path.endsWith('/check')) {
			const page = citizen.path.split('/').pop();
			for (const text of page === 'all' ? [a, b, c] : ['']) await untouched(citizen, text);
			await citizen.fill(fields[page] ?? Object.assign({}, ...Object.values(fields)));
			await citizen.press('button', '次へ進む');
			assert.equal(citizen.answer.status(), 200);
		}
		for (const text of [a, b, c, name.split(/[\\/]/).pop().replaceAll('"', '%22')]) await untouched(citizen, text);
		await citizen.press('button', '回答を送る');
		await untouched(citizen);
	}
	await harmless(citizen, '/surveys');
});

test('F33 the same at the desk, with its charts, and given back', { timeout: 400000 }, async () => {
	for (const { survey: id, set: [a, b, c] } of await all()) {
		const at = `/desk/surveys/${id}`;
		await harmless(sato, at, a);
		for (const text of [a, b, c]) await harmless(sato, `${at}/results`, text);
		await harmless(sato, `${at}/results/texts/q2`, b);
		await harmless(sato, `${at}/results/cross?first=q1&second=q3`);
		await harmless(sato, `${at}/results/words/q2`);
		await harmless(sato, `${at}/results/answers`);
		await harmless(sato, `${at}/results/answers/0001-0001`, b);
		await harmless(sato, `${at}/preview`);
		await inside(town, `UPDATE survey SET state = 'closed', closed = now() WHERE id = ${id}`);
		const back = await takahashi.submit(await takahashi.get(`${at}/results/publish`), { actions: `${a}\n\n**${b}**\n\n- [x](${c})` }, '/publish');
		assert.equal(back.status, 303);
		for (const text of [a, b, c]) await harmless(citizen, `/surveys/${id}/result`, text);
	}
	await harmless(sato, '/desk/surveys');
});

test('F33 a file that is imported: what is wrong with it is said in its own words', { timeout: 120000 }, async () => {
	const { survey: id } = await survey(town, asks(payloads));
	for (const csv of [payloads.map((text) => `"${text.replaceAll('"', '""')}"`).join(',') + '\n1\n', `番号,q1\n${payloads.map((text) => `"${text.replaceAll('"', '""')}",1`).join('\n')}`]) {
		await sato.go(`/desk/surveys/${id}/forms`);
		await sato.fill({ file: { name: `${payloads[0]}.csv`, mimeType: 'text/csv', buffer: Buffer.from(csv) } });
		await sato.press('button', '取り込む');
		// The clerk process reads it, and the page says so by itself.
		await sato.page.getByRole('link', { name: '直したファイルを送る' }).waitFor();
		for (const text of payloads) await untouched(sato, text);
	}
});

test('F33 what is printed and given home: PDF, poster, CSV, SPSS, JSON', { timeout: 400000 }, async () => {
	for (const { survey: id, set } of await all()) {
		const at = `/desk/surveys/${id}`;
		for (const path of [`${at}/export/print`, `${at}/poster`, `${at}/paper`]) {
			const { bytes, headers } = await clerk.get(path);
			assert.equal(headers['content-type'], 'application/pdf', path);
			// What does something stands outside of streams, in whose packed bytes two letters are found now and then.
			const outside = bytes.toString('latin1').replace(/\bstream\r?\n[^]*?\bendstream\b/g, '');
			assert.match(outside, /\/Page\b/, path);
			assert.doesNotMatch(outside, /\/(ObjStm|JavaScript|JS|OpenAction|Launch|AA|EmbeddedFile)\b/, path);
			const words = spawnSync('pdftotext', ['-raw', '-', '-'], { input: bytes });
			assert.equal(words.status, 0, path);
			assert.ok(words.stdout.toString().replaceAll(/\s/g, '').includes(set[0].slice(0, 12).replaceAll(/\s/g, '')), `${path}: ${set[0]}`);
		}
		const svg = await clerk.get(`${at}/qr`);
		assert.match(svg.headers['content-type'], /^image\/svg\+xml/);
		assert.doesNotMatch(svg.text, /<script|<foreignObject|\son\w+\s*=|javascript:/i);
		assert.equal(spawnSync('xmllint', ['--noout', '-'], { input: svg.text }).status ?? 0, 0, 'well formed');
		for (const path of ['result.csv', 'result.json']) {
			const answer = await town.client(host).get(`/surveys/${id}/${path}`);
			assert.match(answer.headers['content-type'], /^(text\/csv|application\/json)/, path);
			assert.equal(answer.headers['x-content-type-options'], 'nosniff', path);
		}
		const syntax = await clerk.get(`${at}/export/syntax`);
		assert.doesNotMatch(syntax.headers['content-type'], /html|svg/);
		// Labels are in apostrophes, those of their own doubled: none of them ends its own.
		for (const line of syntax.text.split('\n').filter((l) => /^ {2}(q\d|')/.test(l))) assert.equal(line.split("'").length % 2, 1, line);
	}
});
