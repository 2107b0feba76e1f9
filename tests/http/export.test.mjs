// SPDX-License-Identifier: Apache-2.0
//
// All answers as a file: made in the background, whole, harmless in a spreadsheet, and
// for nobody else.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk, inside, said } from '../harness/desk.mjs';
import { makeSurvey } from '../harness/survey.mjs';
import { choices, document, question, survey } from './survey.mjs';
import { problems } from '../harness/invariants.mjs';
import { eventually, up } from '../harness/up.mjs';

let town, sato, made, at;
before(async () => {
	town = await up();
	sato = await desk(town, 'sato');
	made = await makeSurvey(town, { answers: 1204 });
	at = `/desk/surveys/${made.survey}/export`;
});
after(() => town?.stop());

async function file(kind, labels) {
	const form = await sato.get(at);
	assert.deepEqual(problems(form), []);
	const asked = await sato.submit(form, { kind, ...(labels ? { labels: '1' } : {}) }, '/export');
	assert.equal(asked.status, 303);
	const path = asked.headers.location;
	const page = await eventually('the file is there', async () => {
		const seen = await sato.get(path);
		assert.deepEqual(problems(seen), []);
		return /ファイルができました/.test(said(seen)) && seen;
	});
	assert.match(said(page), /1,204件/);
	assert.equal((await sato.get(`${path}/live`)).status, 200);
	return { path, answer: await sato.get(`${path}/file`) };
}

// Cells of CSV, by the rules of RFC 4180 alone.
function cells(text) {
	const rows = [[]];
	for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r\n|$)/g)) {
		rows.at(-1).push(quoted !== undefined ? quoted.replaceAll('""', '"') : plain);
		if (end === '\r\n') rows.push([]);
	}
	return rows.filter((r) => r.length > 1);
}

test('F35 R33 CSV: every answer once, every column the same length, no formula', async () => {
	const { path, answer } = await file('csv', false);
	assert.equal(answer.status, 200);
	assert.match(answer.headers['content-type'], /^text\/csv/);
	assert.match(answer.headers['content-disposition'], /^attachment; filename="survey-\d+\.csv"$/);
	assert.equal(answer.headers['cache-control'], 'no-store');
	assert.deepEqual([...answer.bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
	const [head, ...rows] = cells(answer.bytes.subarray(3).toString());
	assert.equal(rows.length, 1204);
	assert.equal(new Set(rows.map((r) => r[0])).size, 1204);
	assert.ok(rows.every((r) => r.length === head.length), 'the table has no holes');
	assert.deepEqual(head.slice(0, 7), ['number', 'day', 'language', 'way', 'seconds', 'q1', 'q2_postcode']);
	const texts = rows.map((r) => r[head.indexOf('q9')]).filter((t) => /1\+1/.test(t));
	assert.ok(texts.length > 0 && texts.every((t) => t.startsWith(`'=`)), 'a formula is a text');
	const walkers = rows.filter((r) => r[head.indexOf('q3_1')] === '1').length;
	assert.equal(String(walkers), (await inside(town, `SELECT count(*) FROM response WHERE questionnaire_id = ${made.questionnaire} AND answers -> 'q3' ? '1'`)).split('\n').pop());
	// Another person of the town may have it too; of another town nobody, and nobody by its bare name.
	assert.equal((await (await desk(town, 'takahashi')).get(`${path}/file`)).status, 200);
	assert.equal((await sato.get(`/exports/${path.split('/').pop()}.csv`)).status, 404);
	assert.equal((await town.client('minato.localhost').get(`${path}/file`)).status, 303);
	const admin = await desk(town, 'admin');
	assert.equal((await admin.get(at)).status, 403);
});

test('CSV in words', async () => {
	const { answer } = await file('csv', true);
	const [head, ...rows] = cells(answer.bytes.subarray(3).toString());
	assert.equal(head[5], '年代を教えてください');
	assert.deepEqual(head.filter((h, i) => head.indexOf(h) !== i), [], 'no two columns of one name');
	const names = (await inside(town, `SELECT string_agg(name, ' ') FROM district WHERE tenant_id = current_tenant()`)).split('\n').pop().split(' ');
	assert.ok(rows.every((r) => names.includes(r[7])), 'a district by its name');
	assert.ok(rows.every((r) => /^(18〜29歳|[3-6]0代|70歳以上)$/.test(r[5])));
});

test('tags stand beside the texts that they were put to', async () => {
	await inside(town, `INSERT INTO response_tag (response_id, questionnaire_id, code, tag)
		SELECT id, questionnaire_id, x.code, t FROM response, (VALUES ('q9', '施設'), ('q9', '=照明'), ('q3.other', '趣味')) AS x (code, t)
		 WHERE questionnaire_id = ${made.questionnaire} AND number IN ('A-1', 'A-2', 'A-3')`);
	const { answer } = await file('csv', false);
	const [head, ...rows] = cells(answer.bytes.subarray(3).toString());
	const tagged = rows.filter((r) => r[head.indexOf('q9_tags')] !== '');
	assert.deepEqual(tagged.map((r) => r[0]).sort(), ['A-1', 'A-2', 'A-3']);
	for (const r of tagged) {
		assert.equal(r[head.indexOf('q9_tags')], `'=照明 / 施設`);
		assert.equal(r[head.indexOf('q3_other_text_tags')], '趣味');
	}
	assert.equal(rows.length, 1204);
	assert.ok(rows.every((r) => r.length === head.length));
	await inside(town, `DELETE FROM response_tag WHERE questionnaire_id = ${made.questionnaire}`);
});

test('F35 R33 xlsx: answers and a code book, nothing in it is a formula', async () => {
	const { answer } = await file('xlsx', false);
	assert.equal(answer.status, 200);
	assert.equal(answer.bytes.subarray(0, 2).toString(), 'PK');
	const path = join(town.dir, 'export.xlsx');
	writeFileSync(path, answer.bytes);
	const out = execFileSync('python3', ['-c', `import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
s = z.read('xl/worksheets/sheet1.xml').decode()
print(s.count('<row '), s.count('<f>'), 'codebook' in z.read('xl/workbook.xml').decode(), '東浜' in ''.join(z.read(n).decode() for n in z.namelist() if n.endswith('.xml')), '18〜29歳' in ''.join(z.read(n).decode() for n in z.namelist() if n.endswith('.xml')))`, path]).toString().trim();
	assert.equal(out, '1205 0 True True True');
});

test('SPSS syntax, and a PDF', async () => {
	const sps = await sato.get(`${at}/syntax`);
	assert.equal(sps.status, 200);
	assert.match(sps.text, /VARIABLE LABELS[\s\S]*q1 '年代を教えてください'/);
	assert.match(sps.text, /VALUE LABELS q1\n {2}'1' '18〜29歳'/);
	assert.match(sps.text, /VALUE LABELS q2_district\n {2}'\d+' '/);
	// SPSS cuts labels by bytes, 256 of a variable and 120 of a value, and would cut within a sign.
	const longest = await survey(town, document(question('q1', 'single', '長い設問です'.repeat(60), { choices: choices('長い選択肢です'.repeat(50), "it's 😀".repeat(40), '👨‍👩‍👧‍👦'.repeat(15)) }), question('q2', 'long', 'ご意見')));
	const cut = (await sato.get(`/desk/surveys/${longest.survey}/export/syntax`)).text;
	const values = [...cut.matchAll(/^ {2}'\w+' '(.*)'\.?$/gm)].map((m) => m[1].replaceAll("''", "'")), [variable] = /^ {2}q1 '(.*)'\.?$/m.exec(cut).slice(1);
	assert.equal(values.length, 3);
	for (const label of values) assert.ok(Buffer.byteLength(label) <= 120 && !label.includes('\uFFFD'), label);
	assert.ok(Buffer.byteLength(variable) <= 256 && variable.length > 50, variable);
	assert.match(cut, /^ {2}q2 A8000\.?$/m, 'two thousand signs of four bytes');
	assert.doesNotMatch(cut, /SET UNICODE/, 'which PSPP does not know');
	const pdf = await sato.get(`${at}/print`);
	assert.equal(pdf.bytes.subarray(0, 5).toString(), '%PDF-');
	writeFileSync(join(town.dir, 'tallies.pdf'), pdf.bytes);
	const text = execFileSync('pdftotext', ['-layout', join(town.dir, 'tallies.pdf'), '-']).toString();
	assert.match(text, /公園についてのアンケート/);
	assert.match(text, /散歩/);
	assert.match(text, /この結果はどこまで信頼できるか[\s\S]*95%信頼区間/);
	assert.match(text, /平均 \d/);
});

test('a file that was sent in: its number for programs, its address for people', async () => {
	const sent = await survey(town, document(question('q1', 'file', '図面'))), one = crypto.randomUUID(), two = crypto.randomUUID();
	await inside(town, `INSERT INTO response (questionnaire_id, edition, number, answers, seconds) VALUES
		(${sent.questionnaire}, 1, 'B-1', '{"q1": ["${one}"]}', 9), (${sent.questionnaire}, 1, 'B-2', '{"q1": ["${one}", "${two}"]}', 9)`);
	const made = async (kind, labels) => {
		const asked = await sato.submit(await sato.get(`/desk/surveys/${sent.survey}/export`), { kind, ...labels }, '/export');
		await eventually('the file is there', async () => /ファイルができました/.test(said(await sato.get(asked.headers.location))));
		return (await sato.get(`${asked.headers.location}/file`)).bytes;
	};
	const column = async (labels) => cells((await made('csv', labels)).subarray(3).toString()).slice(1).map((r) => r[5]).sort();
	assert.deepEqual(await column({}), [one, `${one} ${two}`].sort());
	const at = (id) => `https://minato.localhost:${town.port}/desk/files/${id}`;
	assert.deepEqual(await column({ labels: '1' }), [at(one), `${at(one)} ${at(two)}`].sort());
	const path = join(town.dir, 'files.xlsx');
	writeFileSync(path, await made('xlsx', { labels: '1' }));
	assert.deepEqual(JSON.parse(execFileSync('python3', ['-c', `import sys, json, zipfile
z = zipfile.ZipFile(sys.argv[1])
s = z.read('xl/worksheets/sheet1.xml').decode()
print(json.dumps([s.count('<hyperlink '), z.read('xl/worksheets/_rels/sheet1.xml.rels').decode().count(sys.argv[2])]))`, path, at(one)])), [1, 1], 'one that can be pressed');
});

test('no such kind, no such file', async () => {
	const wrong = await sato.submit(await sato.get(at), { kind: 'exe' }, '/export');
	assert.equal(wrong.status, 422);
	for (const id of ['x', '00000000-0000-0000-0000-000000000000']) assert.equal((await sato.get(`${at}/${id}`)).status, 404);
});

test('more columns than a sheet holds are all in the CSV, and a workbook is not made', async () => {
	const rows = Array.from({ length: 100 }, (_, i) => ({ code: `r${i}`, texts: { ja: `行${i}` } })), many = choices(...Array.from({ length: 170 }, (_, i) => `列${i}`));
	const { survey: id, questionnaire } = await survey(town, document(question('q1', 'matrix', '表', { settings: { multi: true, rows }, choices: many }), question('q2', 'long', 'ご意見', { settings: { max: 10000 } })));
	await inside(town, `INSERT INTO response (questionnaire_id, edition, number, answers) VALUES (${questionnaire}, 1, 'W-1', '{"q1": {"r99": ["170"]}, "q2": "最後"}')`);
	const form = await sato.get(`/desk/surveys/${id}/export`), refused = await sato.submit(form, { kind: 'xlsx' }, '/export');
	assert.equal(refused.status, 422);
	assert.match(said(refused), /17002列になり、Excelの上限（16379列）を超えます/);
	const asked = await sato.submit(form, { kind: 'csv' }, '/export');
	await eventually('the file is there', async () => /ファイルができました/.test(said(await sato.get(asked.headers.location))));
	const [head, row] = cells((await sato.get(`${asked.headers.location}/file`)).bytes.subarray(3).toString());
	assert.deepEqual([head.length, head.at(-3), row.at(-3), row.at(-2)], [17007, 'q1_r99_170', '1', '最後']);
	assert.match((await sato.get(`/desk/surveys/${id}/export/syntax`)).text, /\n {2}q2 A32767/);
});

test('a workbook keeps a long text whole, also of signs of four bytes', async () => {
	const { survey: id, questionnaire } = await survey(town, document(question('q1', 'long', 'ご意見', { settings: { max: 10000 } }))), text = 'あ' + '😀'.repeat(9998) + 'い';
	await inside(town, `INSERT INTO response (questionnaire_id, edition, number, answers) VALUES (${questionnaire}, 1, 'X-1', '{"q1": "${text}"}')`);
	const asked = await sato.submit(await sato.get(`/desk/surveys/${id}/export`), { kind: 'xlsx' }, '/export');
	await eventually('the file is there', async () => /ファイルができました/.test(said(await sato.get(asked.headers.location))));
	const path = join(town.dir, 'long.xlsx');
	writeFileSync(path, (await sato.get(`${asked.headers.location}/file`)).bytes);
	assert.ok(execFileSync('unzip', ['-p', path, 'xl/worksheets/sheet1.xml'], { maxBuffer: 1 << 24 }).toString().includes(text));
});
