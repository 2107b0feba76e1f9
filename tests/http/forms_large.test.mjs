// SPDX-License-Identifier: Apache-2.0
//
// A town's answers from paper in one file: 5,000 people, 20 questions, nearly 50 MB.  It counts
// whole or not at all, a mistake is said with its line, and neither the worker that takes it nor
// the clerk that reads it (forms_import.test.mjs) holds much more than its bytes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { desk, said } from '../harness/desk.mjs';
import { eventually, up } from '../harness/up.mjs';
import { choices, document, question, survey } from './survey.mjs';

const host = 'minato.localhost', people = 5000, mega = 1 << 20;
let town, clerk, base, questionnaire;
before(async () => {
	town = await up();
	clerk = await desk(town, 'sato');
	const asked = await survey(town, document(...Array.from({ length: 20 }, (_, i) => (i < 10 ? question(`q${i + 1}`, 'single', `設問${i + 1}`, { choices: choices('はい', 'いいえ') })
		: question(`q${i + 1}`, 'long', `設問${i + 1}`, { required: false })))));
	base = `/desk/surveys/${asked.survey}/forms`;
	questionnaire = asked.questionnaire;
});
after(() => town?.stop());

const head = Array.from({ length: 20 }, (_, i) => `q${i + 1}`).join(',');
const said_at_length = '公園の木を切らないでください。'.repeat(21);
const line = (i, first = '1') => [first, ...Array.from({ length: 9 }, (_, k) => 1 + (i + k) % 2), ...Array.from({ length: 10 }, (_, k) => `"${i}-${k}\n${said_at_length}"`)].join(',');
async function take(csv) {
	const token = (await clerk.get(base)).text.match(/name="token" value="([^"]+)"/)[1], edge = 'x0x0x0';
	const body = Buffer.concat([Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="token"\r\n\r\n${token}\r\n--${edge}\r\n` +
		'Content-Disposition: form-data; name="file"; filename="answers.csv"\r\nContent-Type: text/csv\r\n\r\n'), Buffer.from(csv), Buffer.from(`\r\n--${edge}--\r\n`)]);
	return clerk.send(`${base}/import`, { method: 'POST', body, headers: { 'content-type': `multipart/form-data; boundary=${edge}`, origin: `https://${host}:${town.port}` } });
}
// A file, to the end: its page.
async function taken(csv) {
	const sent = await take(csv);
	assert.equal(sent.status, 303, said(sent));
	let page;
	await eventually('the end', async () => {
		page = await clerk.get(sent.headers.location);
		return /件を取り込みました。|取り込みませんでした|うまくいきませんでした/.test(said(page));
	}, 280);
	return page;
}
const kept = async () => Number(await town.sql(`SELECT count(*) FROM response WHERE questionnaire_id = ${questionnaire}`));
const faults = (page) => [...page.text.matchAll(/<tr><th[^>]*>(\d+)<\/th><td>([^<]+)<\/td><td[^>]*>([^<]*)<\/td>/g)].map((m) => m.slice(1));

// The most that a process of the site, or of the courier, ever held, in megabytes.
function held(program) {
	const workers = readFileSync(`/proc/${town.pid(program)}/task/${town.pid(program)}/children`, 'utf8').trim().split(' ');
	return Math.max(...workers.map((pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024));
}

test('one mistake in the last line: it is said with its line, and nothing is kept', { timeout: 300000 }, async () => {
	const csv = [head, ...Array.from({ length: people - 1 }, (_, i) => line(i)), line(people, '9')].join('\n');
	assert.ok(csv.length > 0 && Buffer.byteLength(csv) > 45 * mega && Buffer.byteLength(csv) < 50 * mega, `${Buffer.byteLength(csv) / mega} MB`);
	const page = await taken(csv);
	assert.deepEqual(faults(page).map(([at, , code]) => [at, code]), [[String(people + 1), 'q1']]);
	assert.equal(await kept(), 0);
});

test('empty lines count as a spreadsheet counts them; behind a quote that is never closed nothing is read', async () => {
	const page = await taken(`${head}\n\n${line(1)}\n\n${line(2, '9')}\n${line(3).slice(0, -1)}`);
	assert.deepEqual(faults(page).map(([at, , code]) => [at, code]), [['5', 'q1'], ['6', '']]);
	assert.equal(await kept(), 0);
});

test('Shift_JIS, as spreadsheets of offices write it', async () => {
	const page = await taken(Buffer.concat([Buffer.from(`${head}\r\n1,1,1,1,1,1,1,1,1,1,"`), Buffer.from([0x95, 0x5c, 0x81, 0x41]), Buffer.from('"\r\n')]));
	assert.match(said(page), /1件を取り込みました/);
	assert.equal(await town.sql(`SELECT answers ->> 'q11' FROM response WHERE questionnaire_id = ${questionnaire}`), '表、');
});

test('the file as it should be: all of it, in bounded memory', { timeout: 300000 }, async () => {
	await taken([head, ...Array.from({ length: people }, (_, i) => line(i))].join('\n'));
	assert.equal(await kept(), people + 1);
	assert.equal(await town.sql(`SELECT count(DISTINCT answers ->> 'q11') FROM response WHERE questionnaire_id = ${questionnaire}`), String(people + 1));
	assert.match((await clerk.get(base)).text, /取り込みました/);
	for (const [program, least] of [['web', 45], ['courier', 45]]) {
		const most = held(program);
		assert.ok(most > least && most < 200, `${program}: ${most} MB`);
	}
});

test('more lines than are taken at once, and more bytes', { timeout: 120000 }, async () => {
	const page = await taken([head, ...Array.from({ length: 20001 }, () => '1,1,1,1,1,1,1,1,1,1')].join('\n'));
	assert.deepEqual(faults(page).map(([at]) => at), ['20002']);
	const large = await clerk.send(`${base}/import`, { method: 'POST', body: Buffer.alloc(52 * mega), headers: { 'content-type': 'multipart/form-data; boundary=x' } }).catch(() => ({ status: 413 }));
	assert.equal(large.status, 413);
});
