// SPDX-License-Identifier: Apache-2.0
//
// Surveys as citizens answer them: the whole way, its wrong turnings, and that nobody
// counts twice.  By name: survey_named.test.mjs.  What nobody should send is
// in survey_bad.test.mjs.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { desk, inside } from '../harness/desk.mjs';
import { up } from '../harness/up.mjs';
import { begin, choices, document, every, few, good, question, responses, send, survey, walk, when } from './survey.mjs';
import { problems } from '../harness/invariants.mjs';
import { words } from './citizen.mjs';

let town, district, postcode;
before(async () => {
	town = await up();
	const tenant = "(SELECT tenant_id FROM tenant_host WHERE host = 'minato.localhost')";
	[district, postcode] = (await town.sql(`SELECT min(district_id), postcode FROM district_postcode WHERE tenant_id = ${tenant} GROUP BY postcode HAVING count(*) = 1 LIMIT 1`)).split('|');
});
after(() => town?.stop());
const browser = (host = 'minato.localhost') => town.client(host);
const wrong = (page) => [...page.text.matchAll(/<li><a href="#([\w-]+)">(.*?)<\/a>/g)].map(([, name, text]) => `${name} ${text.replace(/<[^>]*>/g, '')}`);

test('one question a page, from the list to the number', async () => {
	const { survey: id, questionnaire } = await survey(town, every());
	const client = browser();
	assert.match(words(await client.get('/surveys')), /公園についてのアンケート/);
	const first = await client.get(`/surveys/${id}`);
	for (const told of ['約5分', '企画課の職員', 'どなたでも', '企画課 03-0000-0000', '令和']) assert.ok(words(first).includes(told), told);
	assert.equal((await responses(town, questionnaire)).length, 0);

	const check = await walk(client, id, good(postcode));
	assert.equal(check.path, `/surveys/${id}/check`);
	for (const said of ['よく使う', '散歩', 'その他: 写真', '4', '1. 照明', '図書館: 良い', '12回', '令和8年2月28日（土）', '9時30分', '駅前の公園', 'ヤマダ', '静か。']) assert.ok(words(check).includes(said), said);
	assert.equal((await responses(town, questionnaire)).length, 0, 'nothing is sent before it is sent');

	const done = await client.follow(await send(client, check));
	assert.equal(done.path, `/surveys/${id}/done`);
	const [row] = await responses(town, questionnaire);
	assert.ok(words(done).includes(row.number));
	assert.match(row.number, /^\d{4}-\d{4}$/);
	assert.deepEqual(row.answers, { q1: '1', q2: ['1', 'other'], 'q2.other': '写真', q3: '4', q4: ['3', '1'], q5: { r1: '1', r2: '3' }, q6: '12', q7: '2026-02-28', q8: '09:30',
		q9: { postcode, district }, q10: { text: '駅前の公園' }, q11: 'ヤマダ', q12: '木が多い。\n静か。', q14: '1' });
	assert.deepEqual([row.edition, row.way, row.language, row.citizen_id, row.right_hash, row.staff_id], [1, 'web', 'ja', null, null, null]);
	assert.ok(row.seconds >= 0 && row.seconds < 600);
	assert.equal(await town.sql(`SELECT count(*) FROM response_draft WHERE questionnaire_id = ${questionnaire}`), '0', 'the draft is gone');

	// The page stays, in this browser and by its link.
	assert.ok(words(await client.get(`/surveys/${id}/done`)).includes(row.number));
	const link = new URL(/href="(https[^"]+\/receipt\/[^"]+)"/.exec(done.text)[1]).pathname;
	assert.ok(words(await browser().get(link)).includes(row.number));
	assert.equal((await browser('yama.localhost').get(link)).status, 404);
	assert.equal(forms(done).length, 0, 'not changeable');
});
const forms = (page) => [...page.text.matchAll(/<form[^>]*method="post"/g)];

test('few questions stand on one page', async () => {
	const { survey: id, questionnaire } = await survey(town, few());
	const client = browser();
	const page = await begin(client, id);
	assert.equal(page.path, `/surveys/${id}/q/all`);
	const bad = await client.submit(page, { q2: '暖かいから' }, '/q/all');
	assert.equal(bad.status, 422);
	assert.deepEqual(wrong(bad), ['q1 好きな季節はどれですか: 1つ選んでください'], 'the summary names the question');
	assert.match(bad.text, /暖かいから<\/textarea>/, 'what was typed stays');
	const check = await client.follow(await client.submit(bad, { q1: '1' }, '/q/all'));
	assert.match(words(check), /春.*暖かいから/);
	await send(client, check);
	assert.deepEqual((await responses(town, questionnaire)).map((r) => r.answers), [{ q1: '1', q2: '暖かいから' }]);
});

test('skips, jumps, going back and changing', async () => {
	const { survey: id, questionnaire } = await survey(town, every());
	const client = browser();
	const second = await client.follow(await client.submit(await begin(client, id), { q1: '3' }, '/q/'));
	assert.equal(second.path, `/surveys/${id}/q/q4`, 'who does not use it is not asked what for');
	for (const code of ['q2', 'q3', 'q14', 'q99', 'x']) {
		const aside = await client.get(`/surveys/${id}/q/${code}`);
		assert.equal(aside.headers.location, `/surveys/${id}/q/q5`, `${code} is not asked: to the first one that wants an answer`);
	}
	const check = await walk(client, id, { ...good(postcode) }, await client.get(`/surveys/${id}/q/q4`));
	assert.doesNotMatch(words(check), /写真/);

	// 変更 leads there, by the new question, and back.
	const change = await client.get(/href="(\/surveys\/\d+\/q\/q1\?check=1)"/.exec(check.text)[1]);
	const more = await client.follow(await client.submit(change, { q1: '2' }, '/q/'));
	assert.equal(more.path, `/surveys/${id}/q/q2?check=1`);
	const again = await client.follow(await client.submit(more, good(postcode).q2, '/q/'));
	assert.equal(again.path, `/surveys/${id}/check`);
	assert.match(words(again), /写真/);
	assert.match(words(again), /駅前の公園/, 'what stands behind the change is still there');
	const less = await client.follow(await client.submit(await client.get(`/surveys/${id}/q/q1?check=1`), { q1: '3' }, '/q/'));
	assert.doesNotMatch(words(less), /写真/);
	await send(client, less);
	const [row] = await responses(town, questionnaire);
	assert.equal(row.answers.q1, '3');
	assert.ok(!('q2' in row.answers) && !('q2.other' in row.answers));
});

test('a change that leads to two questions more leads through both, also where they need no answer', async () => {
	const { survey: id } = await survey(town, document(question('q1', 'single', '公園を使いますか', { choices: choices('はい', 'いいえ'), jumps: [{ when: when('q1', '2'), to: 'q5' }] }),
		question('q2', 'text', 'どの公園ですか', { required: false }), question('q3', 'text', 'なぜですか', { required: false }),
		question('q4', 'note', 'ありがとうございます'), question('q5', 'text', 'ほかに', { required: false }), question('q6', 'text', '最後に', { required: false })));
	const client = browser(), send_on = async (page, fields) => client.follow(await client.submit(page, fields, '/q/'));
	assert.equal((await walk(client, id, { q1: { q1: '2' } })).path, `/surveys/${id}/check`);
	let page = await send_on(await client.get(`/surveys/${id}/q/q1?check=1`), { q1: '1' });
	assert.equal(page.path, `/surveys/${id}/q/q2?check=1`);
	page = await send_on(page, {});
	assert.equal(page.path, `/surveys/${id}/q/q3?check=1`);
	page = await send_on(await client.get(`/surveys/${id}/q/q3?check=1`), { q3: '近いから' });
	assert.equal(page.path, `/surveys/${id}/q/q4?check=1`);
	page = await send_on(page, {});
	assert.equal(page.path, `/surveys/${id}/check`);
	page = await send_on(await client.get(`/surveys/${id}/q/q2?check=1`), { q2: '中央公園' });
	assert.equal(page.path, `/surveys/${id}/check`, 'what has been seen is not asked again');
});

test('a browser that has changed an answer knows that it has answered', async () => {
	const { survey: id, questionnaire } = await survey(town, few(), { columns: { changeable: 'true' } }), client = browser();
	const done = await client.follow(await client.submit(await walk(client, id, { q1: { q1: '1' } }), {}, '/check'));
	const link = new URL(/href="(https[^"]+\/receipt\/[^"]+)"/.exec(done.text)[1]).pathname, number = /\d{4}-\d{4}/.exec(words(done))[0];
	for (const c of [client, browser()]) {
		await c.submit(await c.get(link), {}, '/receipt/');
		const check = await c.follow(await c.submit(await c.get(`/surveys/${id}/q/all?check=1`), { q1: '2' }, '/q/'));
		assert.equal((await c.submit(check, {}, '/check')).headers.location, link);
		assert.match(words(await c.get(`/surveys/${id}`)), new RegExp(`回答済みです。 受付番号 ${number}`));
		assert.match(words(await c.get(`/surveys/${id}/done`)), new RegExp(number));
		assert.equal((await c.get(`/surveys/${id}/check`)).headers.location, `/surveys/${id}/done`);
	}
	assert.equal((await responses(town, questionnaire)).length, 1);
	await client.submit(await client.get(link), {}, '/receipt/');
	assert.match(words(await (await desk(town, 'sato')).get(`/desk/surveys/${id}/results`)), /途中でやめた人 0\.0% 回答を始めた1人/, 'who looks at changing it has not begun another');
});

test('of two who change one answer at once the second is told, and nothing that they typed is lost', async () => {
	const { survey: id, questionnaire } = await survey(town, few(), { columns: { changeable: 'true' } }), client = browser(), other = browser();
	const done = await client.follow(await client.submit(await walk(client, id, { q1: { q1: '1' } }), {}, '/check'));
	const link = new URL(/href="(https[^"]+\/receipt\/[^"]+)"/.exec(done.text)[1]).pathname;
	const change = async (c, fields) => {
		await c.submit(await c.get(link), {}, '/receipt/');
		return c.follow(await c.submit(await c.get(`/surveys/${id}/q/all?check=1`), fields, '/q/'));
	};
	const [mine, theirs] = [await change(client, { q1: '2', q2: '涼しい' }), await change(other, { q1: '3', q2: '暖かい' })];
	assert.equal((await client.submit(mine, {}, '/check')).headers.location, link);
	const told = await other.follow(await other.submit(theirs, {}, '/check'));
	assert.equal(told.path, `/surveys/${id}/check`);
	assert.deepEqual(problems(told), []);
	assert.match(words(told), /先に変更されています.*暖かい/);
	assert.ok(told.text.includes(`href="${link}"`), 'what stands there now');
	assert.equal((await responses(town, questionnaire))[0].answers.q2, '涼しい');
	// Whoever knows it may go on changing, and sends over it.
	const again = await other.follow(await other.submit(await other.get(`/surveys/${id}/q/all?check=1`), { q1: '3', q2: '暖かくて涼しい' }, '/q/'));
	assert.equal((await other.submit(again, {}, '/check')).headers.location, link);
	assert.deepEqual((await responses(town, questionnaire)).map((r) => r.answers), [{ q1: '3', q2: '暖かくて涼しい' }]);
});

test('where as many have answered as may, an answer is changed all the same; after the end its receipt says why not', async () => {
	const { survey: id, questionnaire } = await survey(town, few(), { columns: { changeable: 'true', answers_max: '1' } }), client = browser();
	const done = await client.follow(await client.submit(await walk(client, id, { q1: { q1: '1' } }), {}, '/check'));
	const link = new URL(/href="(https[^"]+\/receipt\/[^"]+)"/.exec(done.text)[1]).pathname;
	assert.match(words(await browser().get(`/surveys/${id}`)), /受け付けは終わりました/);
	await client.submit(await client.get(link), {}, '/receipt/');
	const check = await client.follow(await client.submit(await client.get(`/surveys/${id}/q/all?check=1`), { q1: '2' }, '/q/'));
	assert.equal((await client.submit(check, {}, '/check')).headers.location, link);
	assert.deepEqual((await responses(town, questionnaire)).map((r) => r.answers.q1), ['2']);
	assert.doesNotMatch(words(await client.get(link)), /変更できません/);
	await inside(town, `UPDATE survey SET state = 'closed', closed = now() WHERE id = ${id}`);
	const over = await client.get(link);
	assert.match(words(over), /受け付けが終わったので、回答は変更できません/);
	assert.equal(forms(over).length, 0);
});

test('what was right when it was typed and is not any more leads to its page, and not round in a circle', async () => {
	for (const doc of [document(question('q1', 'date', 'いつ来ますか', { settings: { future: true } })),
		document(question('q1', 'date', 'いつ来ますか', { settings: { future: true } }), question('q2', 'note', '{q1}にお待ちしています'))]) {
		const { survey: id } = await survey(town, doc, { columns: { changeable: 'true' } }), client = browser();
		const check = await walk(client, id, { q1: { q1_year: '2099', q1_month: '1', q1_day: '5' } });
		const done = await client.follow(await send(client, check));
		await inside(town, `UPDATE response SET answers = '{"q1": "2020-01-05"}' WHERE questionnaire_id = (SELECT questionnaire_id FROM survey WHERE id = ${id})`);
		const link = new URL(/href="(https[^"]+\/receipt\/[^"]+)"/.exec(done.text)[1]).pathname;
		const sent = await client.submit(await client.get(link), {}, '/receipt/');
		const there = await client.get(sent.headers.location);
		assert.equal(there.status, 303);
		assert.match(there.headers.location, /\/q\/(all|q1)\?check=1$/);
		assert.equal((await client.submit(await client.follow(there), {}, '/q/')).status, 422);
	}
});

test('an answer that is too small since another was changed: its page says so, and leads back', async () => {
	const made = await survey(town, document(question('q1', 'number', '大人は何人ですか'), question('q2', 'number', '全部で何人ですか', { settings: { equal_or_more: 'q1' } }),
		...['q3', 'q4', 'q5', 'q6'].map((code) => question(code, 'text', code, { required: false })))), client = browser();
	await walk(client, made.survey, { q1: { q1: '2' }, q2: { q2: '3' } });
	const form = await client.get(`/surveys/${made.survey}/q/q1?check=1`);
	const page = await client.follow(await client.submit(form, { q1: '5' }, '/q/'));
	assert.match(page.path, /\/q\/q2\?check=1$/);
	assert.match(words(page), /前に答えた値より小さく/);
	const check = await client.follow(await client.submit(page, { q2: '5' }, '/q/'));
	assert.match(check.path, /\/check$/);
	assert.equal((await client.submit(check, {}, '/check')).status, 303);
	assert.deepEqual((await responses(town, made.questionnaire))[0].answers, { q1: '5', q2: '5' });
});

test('a limit with decimals is told as it is', async () => {
	const { survey: id } = await survey(town, document(question('q1', 'number', '何リットルですか', { settings: { min: '0.5', max: '99.5', decimals: 1 } }))), client = browser();
	const page = await begin(client, id);
	assert.match(words(await client.submit(page, { q1: '0.1' }, '/q/')), /0\.5以上の数字/);
	assert.match(words(await client.submit(page, { q1: '99.6' }, '/q/')), /99\.5以下の数字/);
});

test('F25 途中保存: on another device, and sent once', async () => {
	const { survey: id, questionnaire } = await survey(town, every());
	const client = browser(), phone = browser(), stranger = browser();
	await client.submit(await begin(client, id), { q1: '1' }, '/q/');
	const saved = await client.get(`/surveys/${id}/save`);
	const link = new URL(/id="link" value="([^"]+)"/.exec(saved.text)[1]).pathname;
	assert.match(link, /\/continue\/[\w-]{43}$/);
	const stored = await town.sql(`SELECT encode(sealed, 'escape'), encode(hash, 'hex') FROM response_draft WHERE questionnaire_id = ${questionnaire}`);
	assert.doesNotMatch(stored, /"answers"|"q1"/, 'sealed');
	assert.ok(!stored.includes(createHash('sha256').update(link.split('/').pop()).digest('hex')), 'found by more than the token');

	// Not by a GET, nor for another survey, nor in another town.
	const other = await survey(town, few());
	assert.equal((await stranger.get(link.replace(`/${id}/`, `/${other.survey}/`))).status, 404);
	assert.equal((await browser('yama.localhost').get(link)).status, 404);
	const opened = await phone.get(link);
	assert.equal(opened.status, 200);
	assert.ok(!phone.cookies.has(`__Host-answer-${id}`));
	const there = await phone.follow(await phone.submit(opened, {}, '/continue/'));
	assert.equal(there.path, `/surveys/${id}/q/q2`);
	const check = await walk(phone, id, good(postcode), there);
	const elsewhere = await client.get(`/surveys/${id}/check`);

	// Both devices press, twice each.
	const sent = await Promise.all([send(phone, check), send(phone, check), send(client, elsewhere), send(client, elsewhere)]);
	for (const answer of sent) assert.equal(answer.headers.location, `/surveys/${id}/done`, String(answer.status));
	assert.equal((await responses(town, questionnaire)).length, 1);
	assert.match((await stranger.get(link)).headers.location, /\/receipt\//, 'the link leads to the receipt now');
	await inside(town, `INSERT INTO response_draft (hash, questionnaire_id, edition, sealed, ends) VALUES ('x', ${questionnaire}, 1, 'x', now() - interval '1 day')`);
});

test('途中保存: another answer takes the place of what this browser is at only where the page has said so', async () => {
	const { survey: id, questionnaire } = await survey(town, every(), { columns: { changeable: 'true' } }), path = `/surveys/${id}`;
	const client = browser(), phone = browser(), saved = async (c) => new URL(/id="link" value="([^"]+)"/.exec((await c.get(`${path}/save`)).text)[1]).pathname;
	await client.submit(await begin(client, id), { q1: '1' }, '/q/');
	const link = await saved(client), before = await phone.get(link), tab = await phone.get(path);
	assert.doesNotMatch(before.text, /name="replace"/);
	// In another tab of the same browser.
	await phone.submit(await begin(phone, id), { q1: '3' }, '/q/');
	const own = phone.cookies.get(`__Host-answer-${id}`), stays = () => assert.equal(phone.cookies.get(`__Host-answer-${id}`), own);
	assert.equal((await phone.submit(tab, {}, path)).headers.location, path, 'nor does a page opened before begin anew');
	stays();
	const asked = await phone.submit(before, {}, '/continue/');
	assert.equal(asked.status, 409);
	assert.match(words(asked), /別の回答が途中まであります/);
	assert.match(asked.text, new RegExp(`href="${path}/save"`));
	stays();
	assert.match(words(await phone.get(link)), /別の回答が途中まであります/);
	const kept = await saved(phone);
	assert.equal((await phone.submit(asked, {}, '/continue/')).headers.location, `${path}/q/q2`);
	assert.doesNotMatch((await phone.get(link)).text, /name="replace"/, 'it is this one now');
	const third = browser();
	assert.equal((await third.submit(await third.get(kept), {}, '/continue/')).headers.location, `${path}/q/q4`, 'nothing is lost');

	// The same where what was sent is changed.
	const done = await phone.follow(await send(phone, await walk(phone, id, good(postcode), await phone.get(`${path}/q/q2`))));
	const receipt = /\/surveys\/\d+\/receipt\/[\w-]+/.exec(done.text)[0], opened = await phone.get(receipt);
	await begin(phone, id);
	const refused = await phone.submit(opened, {}, receipt);
	assert.equal(refused.status, 409);
	assert.match(words(refused), /別の回答が途中まであります/);
	assert.equal((await phone.submit(refused, {}, receipt)).headers.location, `${path}/check`);
	assert.doesNotMatch((await phone.get(receipt)).text, /name="replace"/, 'a change of this very answer');
	assert.equal((await responses(town, questionnaire)).length, 1);
});

test('closing while somebody types: they are told, and their text is there to copy', async () => {
	const { survey: id, questionnaire } = await survey(town, few());
	const client = browser(), late = browser();
	const page = await begin(client, id);
	const check = await walk(late, id, { q1: { q1: '2' }, q2: { q2: '海に行く' } });
	await inside(town, `UPDATE survey SET closes = now() - interval '1 second' WHERE id = ${id}`);
	const typed = await client.submit(page, { q1: '1', q2: '長い考え' }, '/q/all');
	assert.equal(typed.status, 410);
	assert.match(typed.text, /readonly[^>]*>\s*好きな季節はどれですか: 春\n理由を教えてください: 長い考え/);
	assert.match((await client.submit(page, { q2: '先に書いた' }, '/q/all')).text, /readonly[^>]*>\s*理由を教えてください: 先に書いた/, 'behind what is not answered yet');
	const sent = await send(late, check);
	assert.equal(sent.status, 410);
	assert.match(sent.text, /海に行く<\/textarea>/);
	assert.equal((await late.get(`/surveys/${id}/check`)).status, 410);
	assert.equal((await responses(town, questionnaire)).length, 0);
	assert.match(words(await browser().get(`/surveys/${id}`)), /受け付けは終わりました/);
	assert.doesNotMatch((await browser().get('/surveys')).text, new RegExp(`/surveys/${id}"`));
});

test('closing while somebody changes what they sent: they are told that it stands', async () => {
	const { survey: id, questionnaire } = await survey(town, few(), { columns: { changeable: 'true' } }), client = browser();
	const done = await client.follow(await send(client, await walk(client, id, { q1: { q1: '2' }, q2: { q2: '海' } })));
	const receipt = /\/surveys\/\d+\/receipt\/[\w-]+/.exec(done.text)[0];
	await client.submit(await client.get(receipt), {}, receipt);
	const page = await client.get(`/surveys/${id}/q/all`);
	await inside(town, `UPDATE survey SET closes = now() - interval '1 second' WHERE id = ${id}`);
	const typed = await client.submit(page, { q1: '1', q2: '山' }, '/q/all');
	assert.equal(typed.status, 410);
	assert.match(words(typed), /変更は送られていません。先に送った回答は、そのまま残っています/);
	assert.doesNotMatch(words(typed), /回答は送られていません/);
	assert.match(typed.text, /山<\/textarea>/);
	assert.match(typed.text, new RegExp(`href="${receipt}"`));
	assert.match(words(await client.get(receipt)), /海/);
	assert.deepEqual((await responses(town, questionnaire)).map((r) => r.answers.q1), ['2']);
});

test('F25 limits: the last place is given once; a quota counts those it is of', async () => {
	const { survey: id, questionnaire } = await survey(town, few(), { columns: { answers_max: '2' } });
	const clients = Array.from({ length: 6 }, () => browser());
	const checks = await Promise.all(clients.map((c) => walk(c, id, { q1: { q1: '1' } })));
	const sent = await Promise.all(clients.map((c, i) => send(c, checks[i])));
	assert.deepEqual(sent.map((a) => a.status).sort(), [303, 303, 410, 410, 410, 410]);
	assert.equal((await responses(town, questionnaire)).length, 2);
	assert.match(words(sent.find((a) => a.status === 410)), /決められた数|春/);
	assert.match(words(await browser().get(`/surveys/${id}`)), /受け付けは終わりました/);

	const quota = await survey(town, few(), { columns: { quotas: `'${JSON.stringify([{ label: '春', when: when('q1', '1'), max: 1 }])}'`, changeable: 'true' } });
	const all = await Promise.all(['1', '1', '2', '2', '1'].map(async (q1) => {
		const client = browser(), at = await walk(client, quota.survey, { q1: { q1 } });
		// Told when it is sent, or already at the page of the question.
		return { client, q1, sent: at.status === 410 ? at : await send(client, at) };
	}));
	assert.deepEqual(all.map((a) => [a.q1, a.sent.status]).sort().map(([q, s]) => `${q}:${s}`), ['1:303', '1:410', '1:410', '2:303', '2:303']);

	// A change out of the quota gives its place back; into a full one it is refused.
	const { client } = all.find((a) => a.q1 === '1' && a.sent.status === 303), summer = all.find((a) => a.q1 === '2').client;
	const into = async (c, q1) => {
		const receipt = await c.get(`/surveys/${quota.survey}/done`);
		const link = new URL(/href="(https[^"]+\/receipt\/[^"]+)"/.exec(receipt.text)[1]).pathname;
		const check = await c.follow(await c.submit(await c.get(link), {}, '/receipt/'));
		const page = await c.get(`/surveys/${quota.survey}/q/all?check=1`);
		const again = await c.follow(await c.submit(page, { q1 }, '/q/all'));
		assert.equal(again.path, check.path);
		return send(c, again);
	};
	assert.equal((await into(summer, '1')).status, 410);
	const moved = await into(client, '3');
	assert.equal(moved.status, 303);
	assert.match(words(await client.follow(moved)), /秋/);
	const spring = browser();
	assert.equal((await send(spring, await walk(spring, quota.survey, { q1: { q1: '1' } }))).status, 303);
	assert.deepEqual((await responses(town, quota.questionnaire)).map((r) => r.answers.q1).sort(), ['1', '2', '2', '3']);
});

test('what is typed is taken though マイページ was opened meanwhile, or its hour was over', async () => {
	const { survey: id, questionnaire } = await survey(town, few()), client = browser();
	const page = await client.follow(await client.submit(await client.get(`/surveys/${id}`), {}, `/surveys/${id}`));
	client.cookies.set('__Host-citizen', 'a-session-of-whoever-signed-in-in-another-window');
	const check = await client.follow(await client.submit(page, { q1: '1', q2: 'とても長い意見' }, '/q/'));
	assert.equal(check.path, `/surveys/${id}/check`, words(check));
	client.cookies.delete('__Host-citizen');
	assert.equal((await send(client, check)).status, 303);
	assert.deepEqual((await responses(town, questionnaire)).map((r) => r.answers), [{ q1: '1', q2: 'とても長い意見' }]);
	assert.equal((await browser().submit(check, {}, '/check')).status, 403, 'a form of another browser is none');
});

test('what is kept of an unknown person has nothing of them', async () => {
	const { survey: id, questionnaire } = await survey(town, few());
	const client = browser();
	client.cookies.set('__Host-citizen', 'whoever');
	await send(client, await walk(client, id, { q1: { q1: '1' } }));
	const [row] = await responses(town, questionnaire);
	assert.deepEqual([row.citizen_id, row.right_hash, row.staff_id], [null, null, null]);
	assert.match(row.day, /^\d{4}-\d\d-\d\d$/);
	for (const [key, value] of Object.entries(row)) assert.doesNotMatch(String(value), /\d\d:\d\d:\d\d/, `${key} holds a time`);
});

test('in its language: chosen at the beginning, else that of the pages, else Japanese', async () => {
	const { survey: id, questionnaire } = await survey(town, every());
	const client = browser();
	const page = await client.follow(await client.submit(await client.get(`/surveys/${id}`), { language: 'en' }, `/surveys/${id}`));
	assert.match(page.text, /<html lang="en">/);
	assert.match(page.text, /<span lang="en">single q1<\/span>/);
	assert.match(page.text, /lang="en">よく使う \(en\)/);
	const japanese = await client.get(`/surveys/${id}/q/q1?lang=ja`);
	assert.match(japanese.text, /<span lang="ja">公園を使いますか<\/span>/);
	const easy = browser();
	await easy.submit(await easy.get(`/surveys/${id}`), { language: 'ja-easy' }, `/surveys/${id}`);
	assert.match((await easy.get(`/surveys/${id}/q/q1`)).text, /<span lang="ja">公園を使いますか/);
	const check = await walk(client, id, good(postcode), page);
	await send(client, check);
	assert.equal((await responses(town, questionnaire))[0].language, 'en');
});

test('drafts and surveys that are not there', async () => {
	const hidden = await survey(town, few(), { state: 'draft' });
	const early = await survey(town, few(), { columns: { opens: "now() + interval '1 day'" } });
	const client = browser();
	for (const path of ['', '/q/q1', '/check', '/done', '/save']) assert.equal((await client.get(`/surveys/${hidden.survey}${path}`)).status, path === '/done' ? 303 : 404, path);
	for (const path of ['/surveys/0', '/surveys/99999999', '/surveys/x']) assert.equal((await client.get(path)).status, 404, path);
	assert.match(words(await client.get(`/surveys/${early.survey}`)), /まだ始まっていません/);
	const { survey: id } = await survey(town, few());
	for (const path of ['/q/q1', '/q/all', '/check', '/done', '/save']) assert.equal((await browser().get(`/surveys/${id}${path}`)).headers.location, `/surveys/${id}`, path);
	assert.equal((await browser().get(`/surveys/${id}/receipt/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`)).status, 404);
});

test('for kiosks: one complete answer, once for each key', async () => {
	const { survey: id, questionnaire } = await survey(town, every());
	const client = browser();
	const answers = { q1: '3', q5: { r1: '1', r2: '2' }, q6: '3', q9: { postcode, district }, q14: '1' };
	const post = (body, { key = 'k'.repeat(20), type = 'application/json', path = id } = {}) => client.send(`/api/v1/surveys/${path}/answers`, { method: 'POST',
		headers: { 'content-type': type, ...(key ? { 'idempotency-key': key } : {}) }, body: typeof body === 'string' ? body : JSON.stringify(body) });
	const [one, two] = await Promise.all([post({ answers }), post({ answers })]);
	assert.deepEqual([one.status, two.status].sort(), [200, 201]);
	assert.deepEqual(one.json(), two.json());
	const rows = await responses(town, questionnaire);
	assert.equal(rows.length, 1);
	assert.deepEqual([rows[0].number, rows[0].way, rows[0].answers], [one.json().number, 'api', answers]);
	assert.ok(words(await client.get(new URL(one.json().url).pathname)).includes(one.json().number));

	// A kiosk that gives each person the same key is told, and is not shown what the first one answered.
	const second = await post({ answers: { ...answers, q6: '4' } });
	assert.deepEqual([second.status, second.headers['content-type'], second.json().url], [409, 'application/problem+json', undefined]);

	const key = 'another key, just as long';
	const wrong_one = await post({ answers: { ...answers, q1: '9' } }, { key });
	assert.deepEqual([wrong_one.status, wrong_one.headers['content-type'], wrong_one.json().question], [422, 'application/problem+json', 'q1']);
	for (const blank of [' ', '\u3000\t', '\u200b'])
		for (const [code, more] of [['q1', { q1: 'other', 'q1.other': blank }], ['q11', { q11: blank }], ['q12', { q12: `${blank}\n` }]]) {
			const refused = await post({ answers: { ...answers, ...more } }, { key });
			assert.deepEqual([refused.status, refused.json().question], [422, code], `${code}: nothing but blanks is no answer`);
		}
	for (const [body, options] of [[{ answers }, { key: '' }], [{ answers }, { key: 'short' }], [{ answers }, { key, type: 'text/plain' }], ['{', { key }], [{ answers: [] }, { key }], [{ answers, language: 'xx' }, { key }],
		[{ answers, language: 5 }, { key }], [{ answers, language: ['ja'] }, { key }]])
		assert.ok([400, 415].includes((await post(body, options)).status), JSON.stringify(options));
	assert.equal((await post({ answers }, { key, path: 99999999 })).status, 404);
	const namely = await survey(town, few(), { mode: 'named' }), once = await survey(town, few(), { mode: 'once' });
	assert.equal((await post({ answers: { q1: '1' } }, { key, path: namely.survey })).status, 403);
	assert.equal((await post({ answers: { q1: '1' }, right: 'x.y' }, { key, path: once.survey })).status, 403);
	assert.equal((await responses(town, questionnaire)).length, 1);
	// It lost the answer to its first try, and the survey closed before the second.
	await inside(town, `UPDATE survey SET closes = now() - interval '1 second' WHERE id = ${id}`);
	const late = await post({ answers });
	assert.deepEqual([late.status, late.json().number], [200, rows[0].number]);
	assert.equal((await post({ answers }, { key })).status, 410);
	await inside(town, `UPDATE survey SET closes = now() + interval '1 day' WHERE id = ${id}`);
	const told = (await client.get(`/api/v1/surveys/${id}`)).json();
	assert.deepEqual([told.document.questions.length, 'quotas' in told || 'in_time' in told, told.open], [14, false, true]);
	assert.ok((await client.get('/api/v1/surveys')).json().open.some((s) => s.id === id));
});
