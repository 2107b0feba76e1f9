// SPDX-License-Identifier: Apache-2.0
//
// Results given back: a page and open data, with nothing in them from which few people
// follow; and the population against which answers are weighed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, inside, said } from '../harness/desk.mjs';
import { makeSurvey } from '../harness/survey.mjs';
import { choices, document, question, survey, when } from './survey.mjs';
import { problems } from '../harness/invariants.mjs';
import { up } from '../harness/up.mjs';

let town, sato, takahashi, admin, made, citizen;
before(async () => {
	town = await up();
	[sato, takahashi, admin] = await Promise.all(['sato', 'takahashi', 'admin'].map((who) => desk(town, who)));
	made = await makeSurvey(town, { answers: 600 });
	citizen = town.client('minato.localhost');
	// Three people only gave this answer.
	await inside(town, `UPDATE response SET answers = answers || '{"q10": "1"}' WHERE questionnaire_id = ${made.questionnaire} AND answers ->> 'q10' = '4';
		UPDATE response SET answers = answers || '{"q10": "4"}' WHERE questionnaire_id = ${made.questionnaire} AND number IN ('A-1', 'A-2', 'A-3')`);
});
after(() => town?.stop());

test('nothing is public before it is published, and only an approver publishes what is closed', async () => {
	const at = `/desk/surveys/${made.survey}/results/publish`;
	for (const path of ['result', 'result.csv', 'result.json']) assert.equal((await citizen.get(`/surveys/${made.survey}/${path}`)).status, 404);
	assert.equal((await sato.get(at)).status, 403);
	assert.match(said(await takahashi.get(at)), /受付を終えてから/);
	await inside(town, `UPDATE survey SET state = 'closed', closed = now() WHERE id = ${made.survey}`);
	const form = await takahashi.get(at);
	assert.deepEqual(problems(form), []);
	assert.equal((await takahashi.submit(form, { actions: '' }, '/publish')).status, 422);
	const done = await takahashi.submit(await takahashi.get(at), { actions: '来年度に**トイレ**を直します。' }, '/publish');
	assert.equal(done.status, 303);
	const page = await citizen.get(`/surveys/${made.survey}/result`);
	assert.equal(page.status, 200);
	assert.deepEqual(problems(page), []);
	assert.match(said(page), /来年度に トイレ を直します/);
	assert.match(said(page), /600/);
	assert.doesNotMatch(said(page), /人口を登録/);
	assert.doesNotMatch(page.text, /ベンチを増やして/, 'free texts stay here');
});

test('open data: the same numbers, small ones hidden, also by subtraction', async () => {
	const json = JSON.parse((await citizen.get(`/surveys/${made.survey}/result.json`)).text);
	assert.equal(json.license, 'CC BY 4.0');
	const walk = json.questions.find((q) => q.code === 'q10').parts[0];
	const hidden = walk.answers.filter((a) => a.count === null);
	assert.ok(hidden.some((a) => a.code === '4') && hidden.length === 2, 'the three, and one more');
	for (const q of json.questions) for (const part of q.parts) for (const a of part.answers) assert.ok(a.count === null || a.count === 0 || a.count >= 5, `${q.code} ${a.code}`);
	assert.ok(!json.questions.some((q) => q.code === 'q9' && q.parts.length), 'no free texts');
	const csv = await citizen.get(`/surveys/${made.survey}/result.csv`);
	assert.match(csv.headers['content-type'], /text\/csv/);
	assert.match(csv.text, /q10,公園まで歩いて何分かかりますか,,4,それより長い,,\r\n/);
	assert.deepEqual(JSON.parse((await citizen.get(`/api/v1/surveys/${made.survey}/result`)).text), json);
	assert.equal((await town.client('yama.localhost').get(`/surveys/${made.survey}/result`)).status, 404);
});

test('what an earlier version published keeps its units, and its words are Japanese', async () => {
	await inside(town, `UPDATE result_publication SET document = jsonb_set(document, '{questions}',
		(SELECT jsonb_agg(q - 'text_lang' - 'veiled' - 'blocks' || jsonb_build_object('blocks', (SELECT coalesce(jsonb_agg(b - 'heading_lang' || jsonb_build_object('lines',
		   (SELECT jsonb_agg(l - 'lang') FROM jsonb_array_elements(b -> 'lines') l))), '[]') FROM jsonb_array_elements(q -> 'blocks') b)) || CASE q ->> 'code' WHEN 'q6' THEN '{"figures": {"mean": "5.9", "median": "6", "unit": "回", "nps": null}}'::jsonb ELSE '{}' END ORDER BY n)
		   FROM jsonb_array_elements(document -> 'questions') WITH ORDINALITY AS x (q, n))) - 'languages' - 'title_lang' WHERE survey_id = ${made.survey}`);
	const page = await citizen.get(`/surveys/${made.survey}/result?lang=en`);
	assert.match(said(page), /Mean 5\.9回 Median 6回/);
	assert.doesNotMatch(page.text, /lang=""/);
	for (const at of ['</span> ', 'hidden"?>']) assert.match(page.text, new RegExp(`${at}<span lang="ja">先月、公園に何回行きましたか`));
});

test('who reads English reads it in English, so far as it was written', async () => {
	const half = { choices: [{ code: '1', texts: { ja: '良い', en: 'Good' } }, { code: '2', texts: { ja: '悪い' } }] };
	const lake = await survey(town, document(question('q1', 'single', '湖はどうですか', half), question('q2', 'number', '何回行きますか', { settings: { unit: '回' } }),
		question('q3', 'rank', '{q1}と思う順', { choices: choices('水', '道'), texts: { ja: { label: '{q1}と思う順' }, en: { label: 'In order of {q1}' } } })), { state: 'open' });
	await inside(town, `INSERT INTO response (questionnaire_id, edition, number, answers)
		SELECT ${lake.questionnaire}, 1, 'L-' || i, '{"q1": "1", "q2": "3", "q3": ["2", "1"]}' FROM generate_series(1, 20) i;
		UPDATE survey SET state = 'closed', closed = now() WHERE id = ${lake.survey}`);
	const at = `/desk/surveys/${lake.survey}/results/publish`;
	assert.equal((await takahashi.submit(await takahashi.get(at), { actions: '続けます。' }, '/publish')).status, 303);
	const english = await citizen.get(`/surveys/${lake.survey}/result?lang=en`), japanese = await citizen.get(`/surveys/${lake.survey}/result?lang=ja`);
	assert.match(said(english), /A survey about parks .* For the plan of our parks\. .*single q1 .*Good 100\.0% .*悪い 0\.0%.*number q2 .*In order of \[answer to question 1\] .*道 \(en\) 100/);
	for (const [lang, text] of [['en', 'A survey about parks'], ['en', 'For the plan of our parks.'], ['en', 'single q1'], ['en', 'Good'], ['ja', '悪い'], ['ja', '続けます。']])
		assert.match(english.text, new RegExp(`lang="${lang}"[^>]*>(<p>)?${text}`), `${lang} ${text}`);
	assert.doesNotMatch(said(english), /この(結果|回答)|単純/, 'nor is it Japanese how far it can be trusted');
	assert.match(said(japanese), /公園についてのアンケート .*公園の計画に使います。 .*湖はどうですか .*良い 100\.0%/);
	assert.doesNotMatch(japanese.text, /Good|single q1/);
	for (const lang of ['en', 'ja'])
		assert.equal((await citizen.get(`/surveys/${lake.survey}/result.json?lang=${lang}`)).json().questions[0].parts[0].answers[0].label, '良い', 'open data are one file');
});

test('no mean beside hidden numbers: with the sum of the table it would tell them', async () => {
	const few = await survey(town, document(question('q1', 'scale', '満足していますか', { settings: { points: 5 } }), question('q2', 'scale', '便利ですか', { settings: { points: 5 } })), { state: 'open' });
	await inside(town, `INSERT INTO response (questionnaire_id, edition, number, answers)
		SELECT ${few.questionnaire}, 1, 'F-' || i, jsonb_build_object('q1', CASE WHEN i <= 2 THEN '1' WHEN i <= 5 THEN '2' ELSE '4' END, 'q2', '3') FROM generate_series(1, 60) i;
		UPDATE survey SET state = 'closed', closed = now() WHERE id = ${few.survey}`);
	const at = `/desk/surveys/${few.survey}/results/publish`;
	assert.equal((await takahashi.submit(await takahashi.get(at), { actions: '続けます。' }, '/publish')).status, 303);
	const page = said(await citizen.get(`/surveys/${few.survey}/result`));
	assert.equal(page.match(/平均/g)?.length, 1, page);
	assert.match(page, /便利ですか 60人が答えました 平均 3 /);
});

test('how many answered what only some were asked tells nothing that is hidden', async () => {
	const abc = { choices: choices('電車', 'バス', '車', '歩き') };
	const made_ = await survey(town, document(
		question('q1', 'single', '何で来ますか', { ...abc, jumps: [{ when: when('q1', '4'), to: 'q6' }] }),
		question('q2', 'text', 'どの駅ですか', { show: when('q1', '1') }),
		question('q3', 'single', 'バスは便利ですか', { choices: choices('はい', 'いいえ'), show: when('q1', '2') }),
		question('q4', 'single', '電車のほかに何で来ますか', { ...abc, show: when('q1', '1', 'not_chosen') }),
		question('q5', 'scale', '道は安全ですか', { settings: { points: 5 }, show: when('q1', '3') }),
		question('q6', 'multi', '何をしますか', { choices: choices('読む', '休む') }),
		question('q7', 'long', 'ご意見', { required: false }),
		question('q8', 'matrix', '次の駅をどう思いますか', { required: false, choices: choices('良い', '悪い'), settings: { rows: [{ code: 'r1', texts: { ja: '東' } }, { code: 'r2', texts: { ja: '西' } }] } })));
	// Three by train, seven by bus (hidden beside them), thirty by car, twenty on foot.
	await inside(town, `INSERT INTO response (questionnaire_id, edition, number, answers)
		SELECT ${made_.questionnaire}, 1, 'G-' || i, CASE WHEN i <= 3 THEN '{"q1": "1", "q2": "東"}'::jsonb WHEN i <= 10 THEN '{"q1": "2", "q3": "1", "q4": "1"}'
			WHEN i <= 40 THEN '{"q1": "3", "q4": "2", "q5": "3"}' ELSE '{"q1": "4"}' END || '{"q6": ["1"]}' || CASE WHEN i < 4 THEN '{"q7": "x"}' ELSE '{}' END::jsonb ||
			jsonb_build_object('q8', CASE WHEN i < 5 THEN '{"r1": "1", "r2": "2"}' ELSE '{"r1": "1"}' END::jsonb)
		  FROM generate_series(1, 60) i;
		UPDATE survey SET state = 'closed', closed = now() WHERE id = ${made_.survey}`);
	const at = `/desk/surveys/${made_.survey}/results/publish`;
	assert.equal((await takahashi.submit(await takahashi.get(at), { actions: '続けます。' }, '/publish')).status, 303);
	const { questions } = (await citizen.get(`/surveys/${made_.survey}/result.json`)).json();
	assert.deepEqual(questions.map((q) => [q.code, q.answered]), [['q1', 60], ['q2', null], ['q3', null], ['q4', null], ['q5', 30], ['q6', 60], ['q7', null], ['q8', 60]]);
	const counts = (code) => questions.find((q) => q.code === code).parts.map((p) => [p.answered, ...p.answers.map((a) => a.count), ...p.answers.map((a) => a.share === null)]);
	assert.deepEqual(counts('q1'), [[60, null, null, 30, 20, true, true, false, false]]);
	assert.deepEqual(counts('q3'), [[null, null, null, true, true]]);
	assert.deepEqual(counts('q4')[0][0], null);
	assert.deepEqual(counts('q8'), [[60, 60, 0, false, false], [null, null, null, true, true]], 'a row that four people answered');
	assert.equal(counts('q5')[0][0], 30, 'those who came by car are no secret');
	const page = said(await citizen.get(`/surveys/${made_.survey}/result`));
	assert.equal(page.match(/人数は示しません/g).length, 4);
	assert.doesNotMatch(page, /\b(3|7|37)人/);
	assert.doesNotMatch((await citizen.get(`/surveys/${made_.survey}/result.csv`)).text, /^q[34],.*,\d+,[\d.]+\r?$/m);
});

test('the population: template, faults in words, and loaded', async () => {
	const page = await admin.get('/desk/settings/population');
	assert.equal(page.status, 200);
	assert.deepEqual(problems(page), []);
	assert.equal((await sato.get('/desk/settings/population')).status, 403);
	const template = (await admin.get('/desk/settings/population/template')).text.replace(/^\ufeff/, '');
	assert.match(template, /^地区,0-4,5-9,/);
	const send = async (bytes, as_of = '2026-10-01') => {
		const form = await admin.get('/desk/settings/population');
		const token = /name="token" value="([^"]+)"/.exec(form.text)[1];
		const b = 'xxBOUNDxx', part = (name, value) => `--${b}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
		const body = Buffer.concat([Buffer.from(part('token', token) + part('as_of', as_of) +
			`--${b}\r\nContent-Disposition: form-data; name="file"; filename="p.csv"\r\nContent-Type: text/csv\r\n\r\n`), Buffer.from(bytes), Buffer.from(`\r\n--${b}--\r\n`)]);
		return admin.send('/desk/settings/population', { method: 'POST', headers: { 'content-type': `multipart/form-data; boundary=${b}` }, body });
	};
	const wrong = await send('地区,0-4,5-9,総数\n月面,1,2,3\n中央,x,2,5\n');
	assert.equal(wrong.status, 422);
	assert.deepEqual(problems(wrong), []);
	assert.match(said(wrong), /2 設定の「地区」にある名前を書いてください 月面/);
	assert.match(said(wrong), /3 人数を数字で書いてください x/);
	assert.equal((await send(template.replaceAll(',0', ',1'), '2026-02-31')).status, 422);
	assert.match(said(await send('地区,0-4,150代\n中央,1,2\n')), /1 .*150代/, 'nobody is as old');
	const good = await send('地区,０〜４歳,5〜9歳,85歳以上,総数\r\n中央,"1,000",２０,3,1023\r\n港,5,5,5,15\r\n');
	assert.equal(good.status, 303);
	assert.match(said(await admin.get('/desk/settings/population')), /1,038人を登録しています/);
	assert.equal((await inside(town, `SELECT string_agg(from_age || '-' || to_age || ':' || people, ' ' ORDER BY from_age) FROM population p JOIN district d ON d.id = p.district_id WHERE d.name = '中央' AND d.tenant_id = current_tenant()`)).split('\n').pop(), '0-4:1000 5-9:20 85-150:3');
	// 地区,0-4 / 港,7 in CP932.
	const cp932 = Buffer.from([0x92, 0x6e, 0x8b, 0xe6, 0x2c, 0x30, 0x2d, 0x34, 0x0d, 0x0a, 0x8d, 0x60, 0x2c, 0x37, 0x0d, 0x0a]);
	assert.equal((await send(cp932)).status, 303);
	assert.match(said(await admin.get('/desk/settings/population')), /7人を登録しています/);
});
