// SPDX-License-Identifier: Apache-2.0
//
// A file of answers is taken in by the clerk: a page shows how far it is, two clerks are
// not in each other's way, and whoever is killed in the middle leaves all of it or nothing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { desk, inside, said } from '../harness/desk.mjs';
import { eventually, up } from '../harness/up.mjs';
import { choices, document, question, survey, walk, when } from './survey.mjs';

const host = 'minato.localhost', lines = 3000;
let town, sato, suzuki, made, base;
before(async () => {
	town = await up();
	[sato, suzuki] = [await desk(town, 'sato'), await desk(town, 'suzuki')];
	made = await survey(town, document(question('q1', 'single', '使いますか', { choices: choices('はい', 'いいえ') }), question('q2', 'long', 'ご意見', { required: false })), { columns: { answers_max: 100000 } });
	base = `/desk/surveys/${made.survey}/forms`;
});
after(() => town?.stop());

const file = (mark, n = lines, last = '') => `q1,q2\n${Array.from({ length: n }, (_, i) => `${1 + i % 2},${mark} ${i}`).join('\n')}\n${last}`;
async function send(clerk, csv, name = 'answers.csv', at = base) {
	const token = (await clerk.get(at)).text.match(/name="token" value="([^"]+)"/)[1], edge = 'x0x0x0';
	const body = Buffer.concat([Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="token"\r\n\r\n${token}\r\n--${edge}\r\n` +
		`Content-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/csv\r\n\r\n`), Buffer.from(csv), Buffer.from(`\r\n--${edge}--\r\n`)]);
	const sent = await clerk.send(`${at}/import`, { method: 'POST', body, headers: { 'content-type': `multipart/form-data; boundary=${edge}`, origin: `https://${host}:${town.port}` } });
	assert.equal(sent.status, 303, said(sent));
	return sent.headers.location;
}
const kept = async (mark) => Number(await town.sql(`SELECT count(*) FROM response WHERE questionnaire_id = ${made.questionnaire} AND answers ->> 'q2' LIKE '${mark} %'`));
const row = async (at, columns = 'state') => town.sql(`SELECT ${columns} FROM paper_import WHERE id = ${at.split('/').pop()}`);
const state = (at) => row(at);
const over = (at) => eventually(`the end of ${at}`, async () => !['waiting', 'looking', 'keeping'].includes(await state(at)), 120);
// The clerk in the middle of keeping answers: all are in, and to count them waits for somebody, until the end of what is done then.
async function halfway(at, then) {
	await eventually('a clerk who reads', async () => Number(await row(at, 'percent')) >= 10);
	const held = town.sql('LOCK TABLE survey_counter IN EXCLUSIVE MODE; SELECT pg_sleep(100)').catch(() => {});
	await eventually('a clerk in the middle', async () => await town.sql(`SELECT count(*) FROM pg_stat_activity WHERE application_name = 'chromo-clerk' AND wait_event_type = 'Lock' AND query LIKE '%paper_import_keep%'`) === '1');
	assert.equal(await state(at), 'keeping');
	await then();
	await town.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LOCK TABLE survey_counter%'`);
	await held;
}
const children = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

test('it is seen how far it is, without script too, and in the end what was kept', { timeout: 240000 }, async () => {
	const at = await send(sato, file('ひとつ', 6000), '2026年 <b>紙</b>.csv');
	const seen = new Set();
	await eventually('the end', async () => {
		const page = await sato.get(at);
		assert.equal(page.status, 200);
		seen.add(/順番を待って|調べています|取り込んでいます。|件を取り込みました。/.exec(said(page))?.[0]);
		for (const m of said(page).matchAll(/(\d+)%（([\d,]+)行目）/g)) seen.add(Math.floor(Number(m[1]) / 50));
		assert.match(page.text, /2026年 &lt;b&gt;紙&lt;\/b&gt;\.csv/);
		if (/件を取り込みました。/.test(said(page))) return true;
		assert.match(page.text, new RegExp(`href="${at}"`), 'to look again');
		assert.equal((await sato.get(`${at}/live`)).status, 200);
		return false;
	}, 200);
	for (const step of ['調べています', '取り込んでいます。', '件を取り込みました。', 0, 1]) assert.ok(seen.has(step), `${step} in ${[...seen]}`);
	assert.match(said(await sato.get(at)), /6,000件を取り込みました/);
	assert.equal(await kept('ひとつ'), 6000);
	assert.equal(await row(at, 'bytes IS NULL'), 't', 'the file is gone');
	assert.match(said(await sato.get(base)), /取り込んだファイル.*6,000件を取り込みました/);
	assert.equal(await town.sql(`SELECT count(*) FROM audit WHERE act = 'survey.import' AND object_id = ${made.survey}`), '1');
	assert.equal(await town.sql(`SELECT count(DISTINCT staff_id) FROM response WHERE questionnaire_id = ${made.questionnaire} AND way = 'import'`), '1');
});

test('a mistake in its last line: nothing of it is kept, and it is said', { timeout: 120000 }, async () => {
	const at = await send(sato, file('誤り', 800, '9,誤り x\n'));
	await over(at);
	const page = await sato.get(at);
	assert.match(said(page), /まちがいがあるため取り込みませんでした/);
	assert.deepEqual([...page.text.matchAll(/<tr><th[^>]*>(\d+)<\/th><td>[^<]+<\/td><td[^>]*>([^<]*)<\/td>/g)].map((m) => m.slice(1)), [['802', 'q1']]);
	assert.equal(await kept('誤り'), 0);
	const again = await send(sato, file('誤り', 800, '1,誤り x\n'));
	await over(again);
	assert.equal(await kept('誤り'), 801, 'mended, it is taken');
});

test('two clerks at once: each file counts once, and the same file from both counts once', { timeout: 240000 }, async () => {
	const [one, other] = await Promise.all([send(sato, file('佐藤')), send(suzuki, file('鈴木'))]);
	assert.notEqual(one, other);
	const same = await Promise.all([sato, suzuki].map((clerk) => send(clerk, file('同じ'))));
	assert.equal(same[0], same[1], 'both look at the same page');
	assert.equal(await send(suzuki, file('同じ')), same[0]);
	assert.match(said(await suzuki.get(same[0])), /同じ内容のファイルは、もう受け取っています/);
	for (const at of [one, other, same[0]]) await over(at);
	for (const mark of ['佐藤', '鈴木', '同じ']) assert.equal(await kept(mark), lines, mark);
	assert.equal(await send(sato, file('同じ')), same[0], 'also when it is over');
});

test('F01 kill -9 in the middle of keeping: nothing stays, and whoever comes next keeps all of it once', { timeout: 240000 }, async () => {
	const at = await send(sato, file('途中', 9000));
	await halfway(at, () => {
		for (const pid of children(town.pid('courier'))) try { process.kill(pid, 'SIGKILL'); } catch { /* it ended by itself */ }
	});
	await eventually('their connections to end', async () => Number(await town.sql(`SELECT count(*) FROM pg_stat_activity WHERE application_name = 'chromo-clerk' AND xact_start < now() - interval '1 second'`)) === 0);
	assert.equal(await kept('途中'), 0, 'what was begun is undone');
	assert.equal(await state(at), 'keeping', 'and the page still says so, until the lease ends');
	await town.sql(`UPDATE paper_import SET lease = now() - interval '1 second' WHERE id = ${at.split('/').pop()}`);
	await over(at);
	assert.equal(await row(at, "state || ' ' || turn || ' ' || kept"), 'done 2 9000');
	assert.equal(await kept('途中'), 9000);
});

test('a clerk that was held up finds that it is no longer its turn, and undoes what it did', { timeout: 240000 }, async () => {
	const at = await send(sato, file('遅い', 6000)), id = at.split('/').pop();
	// As if its lease had ended and another one, which is not done yet, had begun.
	await halfway(at, () => town.sql(`UPDATE paper_import SET turn = turn + 1, lease = now() + interval '1 hour' WHERE id = ${id}`));
	await eventually('the first to give up', async () => / event=import\.gone /.test(town.log('courier.log')));
	assert.equal(await kept('遅い'), 0);
	await town.sql(`UPDATE paper_import SET lease = now() - interval '1 second' WHERE id = ${id}`);
	await over(at);
	assert.equal(await kept('遅い'), 6000);
});

test('a number that is answered on the web while its line waits: it is looked at again, and said', { timeout: 120000 }, async () => {
	const once = (await survey(town, document(question('q1', 'single', '使いますか', { choices: choices('はい', 'いいえ') })), { mode: 'once' })).survey;
	const at = `/desk/surveys/${once}/forms`;
	await sato.submit(await sato.get(at), { count: '700' }, '/print');
	const numbers = (await sato.get(`${at}/numbers`)).text.match(/\d{4}-\d{4}-\d{4}/g);
	assert.equal(numbers.length, 700);
	// Before the clerk looks, one of them is typed in by hand.
	await inside(town, `SELECT outcome FROM paper_enter(${once}, '${numbers[650].replaceAll('-', '')}', 'paper', 1, '{"q1": "1"}', (SELECT min(id) FROM staff WHERE tenant_id = current_tenant()), '{}', '{}')`);
	const sent = await send(sato, `番号,q1\n${numbers.map((n) => `${n},1`).join('\n')}\n`, 'a.csv', at);
	await over(sent);
	assert.match(said(await sato.get(sent)), /652 この番号は、もう回答されています/);
	assert.equal(await town.sql(`SELECT count(*) FROM response r JOIN survey s USING (questionnaire_id) WHERE s.id = ${once}`), '1');

	// Another one is typed by one clerk of two: it is theirs to compare, and not the file's to take away.
	const typed = numbers[10].replaceAll('-', ''), entries = () => town.sql(`SELECT count(*) FROM paper_entry WHERE survey_id = ${once}`);
	await inside(town, `UPDATE survey SET typed_twice = true WHERE id = ${once};
		SELECT outcome FROM paper_enter(${once}, '${typed}', 'paper', 1, '{"q1": "2"}', (SELECT min(id) FROM staff WHERE tenant_id = current_tenant()), '{}', '{}')`);
	const second = await send(sato, `番号,q1\n${numbers.slice(0, 20).map((n) => `${n},1`).join('\n')}\n`, 'b.csv', at);
	await over(second);
	assert.match(said(await sato.get(second)), /12 職員が入力したものがあり/);
	assert.equal(await entries(), '1');
});

test('F26 while a file with quotas is kept, a citizen is not kept waiting, and each quota is counted to the last', { timeout: 240000 }, async () => {
	const most = 7000, quotas = [{ label: 'はい', when: when('q1', '1'), max: most }, { label: 'いいえ', when: when('q1', '2'), max: most }];
	const asked = await survey(town, document(question('q1', 'single', '使いますか', { choices: choices('はい', 'いいえ') }), question('q2', 'long', 'ご意見', { required: false })),
		{ columns: { quotas: `'${JSON.stringify(quotas)}'`, answers_max: 20000 } });
	const at = await send(sato, file('割り当て', 12000), 'a.csv', `/desk/surveys/${asked.survey}/forms`);
	const took = [], start = performance.now();
	for (let i = 0; ['waiting', 'looking', 'keeping'].includes(await state(at)); i++) {
		const citizen = town.client(host), check = await walk(citizen, asked.survey, { q1: { q1: String(1 + i % 2) }, q2: { q2: 'ひとり' } });
		const began = performance.now(), sent = await citizen.submit(check, {}, '/check');
		took.push(performance.now() - began);
		assert.equal(sent.status, 303, said(sent));
	}
	const whole = performance.now() - start;
	console.log(`# ${took.length} answers in ${whole.toFixed()} ms, the slowest ${Math.max(...took).toFixed()} ms`);
	assert.equal(await row(at, "state || ' ' || kept"), 'done 12000');
	// How many depends on the machine; before, the first of them waited until it was given up.
	assert.ok(took.length >= 3, `${took.length} answers meanwhile`);
	// Nor does any of them wait for the file to be kept, however slow the machine.
	assert.ok(Math.max(...took) < Math.max(2000, whole / 2), `${Math.max(...took)} ms of ${whole}`);
	assert.equal(await town.sql(`SELECT string_agg(n::text, ' ' ORDER BY n DESC) FROM survey_counter WHERE survey_id = ${asked.survey} AND key = ''`), String(12000 + took.length));
	assert.equal(await town.sql(`SELECT sum(n) FROM survey_counter WHERE survey_id = ${asked.survey} AND key <> ''`), String(12000 + took.length));
});

test('only who writes, only of this survey, only of this town', async () => {
	const at = await send(sato, file('だれ', 600));
	assert.equal((await (await desk(town, 'takahashi')).get(at)).status, 403);
	assert.equal((await sato.get(at.replace(`/surveys/${made.survey}/`, `/surveys/${made.survey + 1}/`))).status, 404);
	assert.equal((await sato.get(`${base}/import/999999`)).status, 404);
	assert.equal((await town.client(host).get(at)).status, 303, 'to sign in');
	await over(at);
});
