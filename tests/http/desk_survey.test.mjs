// SPDX-License-Identifier: Apache-2.0
//
// Building a survey at the desk, page by page: from nothing to open, what is said to
// bad input, two clerks on one question, what is frozen once it is open, and its life.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, inside, said } from '../harness/desk.mjs';
import { readQr } from '../harness/qr.mjs';
import { up } from '../harness/up.mjs';

let town, sato, suzuki;

before(async () => {
	town = await up();
	sato = await desk(town, 'sato');		// writes
	suzuki = await desk(town, 'suzuki');	// writes and approves
});
after(() => town?.stop());

const tasks = (page) => Object.fromEntries([...page.text.matchAll(/c-task c-task--(\w+)"[\s\S]*?(?:surveys\/\d+\/(\w+)"|c-task__name)/g)]
	.map(([, state, name]) => [name ?? 'closed', state]));
const column = (sql) => town.sql(sql);
const document = async (id) => JSON.parse(await column(`SELECT e.document FROM questionnaire_edition e
	JOIN survey s ON s.questionnaire_id = e.questionnaire_id WHERE s.id = ${id} ORDER BY e.edition DESC LIMIT 1`));
const questions = async (id) => JSON.parse(await column(`SELECT coalesce(jsonb_agg(to_jsonb(q) ORDER BY q.place), '[]') FROM question q
	JOIN survey s ON s.questionnaire_id = q.questionnaire_id WHERE s.id = ${id}`));
const order = async (id) => (await questions(id)).map((q) => q.code).join(' ');

async function survey(title = '公園の使い方について', client = sato) {
	const answer = await client.submit(await client.get('/desk/surveys/new'), { title }, '/new');
	assert.equal(answer.status, 303);
	return Number(answer.headers.location.match(/^\/desk\/surveys\/(\d+)$/)[1]);
}
// A question of this kind, with what is written on its page; its code.
async function question(id, kind, values = {}, client = sato) {
	const url = `/desk/surveys/${id}/questions`;
	const made = await client.submit(await client.get(`${url}/new`), { kind }, '/new');
	assert.equal(made.status, 303, kind);
	const answer = await client.submit(await client.follow(made), { label: `${kind}の設問`, ...values }, url);
	assert.equal(answer.status, 303, `${kind}: ${said(answer)}`);
	return made.headers.location.split('/').pop();
}
async function save(client, id, part, values) {
	return client.submit(await client.get(`/desk/surveys/${id}/${part}`), values, `/${id}/${part}`);
}
const lines = '滑り台\nブランコ\n砂場';
const details = { title: '公園の使い方について', purpose: '公園の遊具を決めます', contact: '公園課 000-000-0000' };
const privacy = { mode: 'anyone', readers: '公園課の職員が読みます' };

// A survey that lacks nothing.
async function complete(title) {
	const id = await survey(title);
	await question(id, 'single', { choices: 'はい\nいいえ' });
	await question(id, 'long');
	for (const [part, values] of [['details', { ...details, title }], ['privacy', privacy], ['period', { answers_max: '500' }]])
		assert.equal((await save(sato, id, part, values)).status, 303, part);
	return id;
}
async function open(id) {
	const answer = await suzuki.submit(await suzuki.get(`/desk/surveys/${id}/publish`), { sure: '1' }, '/publish');
	assert.equal(answer.status, 303, said(answer));
	return answer;
}

test('from nothing to open', async () => {
	const id = await survey();
	let page = await sato.get(`/desk/surveys/${id}`);
	assert.equal(page.status, 200);
	assert.equal(tasks(page).details, 'begun');
	assert.equal(tasks(page).questions, 'todo');
	assert.equal(tasks(page).publish, undefined, 'it cannot be opened yet');
	page = await sato.get(`/desk/surveys/${id}/questions`);
	assert.match(said(page), /設問はまだありません/);

	const code = await question(id, 'single', { label: '公園を使いますか', choices: '・はい\n　□ いいえ　\n\n', other: '1', other_text: 'その他', required: '1' });
	assert.equal(code, 'q1');
	const [q] = await questions(id);
	assert.deepEqual(q.choices, [{ code: '1', texts: { ja: 'はい' } }, { code: '2', texts: { ja: 'いいえ' } },
		{ code: 'other', texts: { ja: 'その他' }, other: true }], 'what was pasted, without its marks');
	assert.equal(q.required, true);

	page = await suzuki.get(`/desk/surveys/${id}/publish`);
	for (const text of ['題名、目的、問い合わせ先を書いてください', 'だれが回答を読むかを書いてください', 'しめきりか、回答数の上限']) assert.ok(said(page).includes(text), text);
	assert.doesNotMatch(page.text, /公開して受け付ける/);
	for (const [part, values] of [['details', details], ['privacy', privacy], ['period', { answers_max: '５００' }]])
		assert.equal((await save(sato, id, part, values)).status, 303, part);
	assert.equal(await column(`SELECT answers_max FROM survey WHERE id = ${id}`), '500');

	page = await sato.get(`/desk/surveys/${id}/publish`);
	assert.doesNotMatch(page.text, /公開して受け付ける/, 'who only writes does not open it');
	page = await suzuki.submit(await suzuki.get(`/desk/surveys/${id}/publish`), {}, '/publish');
	assert.equal(page.status, 422, 'not without having looked');
	await open(id);
	assert.equal(await column(`SELECT state, opened IS NOT NULL FROM survey WHERE id = ${id}`), 'open|t');
	const edition = await document(id);
	assert.equal(edition.edition, 1);
	assert.equal(edition.questions[0].code, 'q1');
	page = await sato.get(`/desk/surveys/${id}`);
	assert.match(said(page), /回答を受け付けています/);
});

test('each kind is asked for, kept and shown again', async () => {
	const id = await survey('すべての答え方');
	const kinds = {
		single: [{ choices: lines, none: '1', none_text: 'わからない', shuffle: '1' }, { shuffle: true }],
		multi: [{ choices: lines, min: '1', max: '２' }, { min: 1, max: 2 }],
		text: [{ max: '40', pattern: 'kana' }, { max: 40, pattern: 'kana' }],
		long: [{ max: '800' }, { max: 800 }],
		number: [{ min: '-5', max: '１０．５', decimals: '1', unit: '人' }, { min: '-5', max: '10.5', decimals: 1, unit: '人' }],
		date: [{ range: 'past', min: '2026-01-01', max: '' }, { min: '2026-01-01', past: true }],
		time: [{ min: '09:30', max: '17:00' }, { min: '09:30', max: '17:00' }],
		scale: [{ points: '7', low: '不満', high: '満足' }, { points: 7, low: { texts: { ja: '不満' } }, high: { texts: { ja: '満足' } } }],
		rank: [{ choices: lines, max: '3' }, { max: 3 }],
		matrix: [{ choices: 'よい\nわるい', rows: '便\n料金', multi: '1' },
			{ rows: [{ code: 'r1', texts: { ja: '便' } }, { code: 'r2', texts: { ja: '料金' } }], multi: true }],
		address: [{ district: '1' }, { district: true }],
		map: [{ lat: '35.6', lon: '139.7', zoom: '14' }, { lat: '35.6', lon: '139.7', zoom: 14 }],
		file: [{ image: '1', pdf: '1', max: '2' }, { kinds: ['image', 'pdf'], max: 2 }],
		note: [{ help: '次の説明を読んでください' }, {}],
		consent: [{ required: '1' }, {}],
	};
	for (const [kind, [values, settings]] of Object.entries(kinds)) {
		const code = await question(id, kind, values);
		const q = (await questions(id)).find((x) => x.code === code);
		assert.deepEqual(q.settings, settings, kind);
		const page = await sato.get(`/desk/surveys/${id}/questions/${code}`);
		assert.equal(page.status, 200, kind);
		const again = await sato.submit(page, {}, `/questions/${code}`);
		assert.equal(again.status, 303, `${kind} as it stands`);
		assert.deepEqual((await questions(id)).find((x) => x.code === code), q, `${kind} saved as it stood`);
	}
	const preview = await sato.get(`/desk/surveys/${id}/preview`);
	assert.equal(preview.status, 200);
	assert.match(said(preview), /singleの設問/);
	const page = await sato.get(`/desk/surveys/${id}/questions`);
	for (const word of ['1つ選ぶ', '地図で選ぶ', '同意', '滑り台']) assert.ok(said(page).includes(word), word);
});

test('choices keep their codes', async () => {
	const id = await survey('符号');
	const code = await question(id, 'single', { choices: lines });
	const change = async (choices) => {
		const answer = await sato.submit(await sato.get(`/desk/surveys/${id}/questions/${code}`), { choices }, `/questions/${code}`);
		assert.equal(answer.status, 303, said(answer));
		return (await questions(id))[0].choices.map((c) => `${c.code}${c.texts.ja}`).join(' ');
	};
	assert.equal(await change('砂場\n滑り台\nブランコ'), '3砂場 1滑り台 2ブランコ', 'another order');
	assert.equal(await change('砂場\nすべり台\nブランコ'), '3砂場 1すべり台 2ブランコ', 'another spelling');
	assert.equal(await change('砂場\nすべり台\nブランコ\n鉄棒'), '3砂場 1すべり台 2ブランコ 4鉄棒', 'one more');
	// A condition or a limit that was made for 鉄棒 must not mean what comes after it.
	assert.equal(await change('砂場\nすべり台\nブランコ'), '3砂場 1すべり台 2ブランコ', 'the last one goes');
	assert.equal(await change('砂場\nすべり台\nブランコ\nのぼり棒'), '3砂場 1すべり台 2ブランコ 5のぼり棒', 'and another one comes');
	assert.equal(await change('砂場\nすべり台\nブランコ'), '3砂場 1すべり台 2ブランコ');
	assert.equal(await change('砂場\nすべり台\nブランコ\n鉄棒'), '3砂場 1すべり台 2ブランコ 6鉄棒');
	const table = await question(id, 'matrix', { choices: 'よい\nわるい', rows: '便\n料金' });
	for (const [rows, codes] of [['便', ['r1']], ['便\n時間', ['r1', 'r3']]]) {
		assert.equal((await sato.submit(await sato.get(`/desk/surveys/${id}/questions/${table}`), { rows }, `/questions/${table}`)).status, 303);
		assert.deepEqual((await questions(id))[1].settings.rows.map((r) => r.code), codes);
	}
});

test('what is typed wrong is said beside the field and stays', async () => {
	const id = await survey('誤り'), single = await question(id, 'single', { choices: lines }), number = await question(id, 'number');
	const date = await question(id, 'date'), file = await question(id, 'file');
	const long = '長'.repeat(400);
	for (const [code, values, message] of [
		[single, { label: '' }, '入力してください'], [single, { label: long }, '300文字以内'], [single, { choices: '' }, '入力してください'],
		[single, { choices: 'はい\nいいえ\nはい' }, '同じ行が2つあります'], [single, { choices: '字'.repeat(201) }, '1行は200文字以内'],
		[single, { choices: Array.from({ length: 201 }, (_, i) => `選択肢${i}`).join('\n') }, '行は200まで'],
		[single, { other: '1', other_text: '' }, '入力してください'],
		[number, { min: '=1+1' }, '数字で入力してください'], [number, { max: '1e999' }, '数字で入力してください'], [number, { decimals: '9' }, '0から4まで'],
		[date, { min: '令和8年2月30日' }, '2026-11-26 のように'], [date, { range: 'never' }, '1つ選んでください'],
		[file, { image: null }, '写真かPDF'],
	]) {
		const page = await sato.get(`/desk/surveys/${id}/questions/${code}`);
		const answer = await sato.submit(page, values, `/questions/${code}`);
		assert.equal(answer.status, 422, `${code} ${JSON.stringify(values).slice(0, 60)}`);
		assert.ok(said(answer).includes(message), `${message} in ${said(answer).slice(0, 400)}`);
		assert.match(answer.text, /<title>エラー：/);
	}
	let answer = await sato.submit(await sato.get('/desk/surveys/new'), { title: long }, '/new');
	assert.equal(answer.status, 422);
	assert.match(said(answer), /100文字以内/);
	assert.ok(answer.text.includes(long), 'what was typed stays');
	answer = await sato.submit(await sato.get(`/desk/surveys/${id}/questions/new`), { kind: 'lottery' }, '/new');
	assert.equal(answer.status, 422);
	for (const [part, values] of [['details', { title: long }], ['details', { minutes: '9999' }], ['details', { department: '999999' }],
		['privacy', { mode: 'everybody' }], ['period', { answers_max: '-1' }],
		['period', { closes_year: '2020', closes_month: '1', closes_day: '1', closes_hour: '0', closes_minute: '0' }]]) {
		answer = await save(sato, id, part, { ...{ details, privacy, period: {} }[part], ...values });
		assert.equal(answer.status, 422, `${part} ${JSON.stringify(values).slice(0, 60)}`);
	}
	answer = await save(sato, id, 'details', { ...details, title: '=HYPERLINK("http://x")<script>' });
	assert.equal(answer.status, 303, 'a formula is a title like any other');
	assert.doesNotMatch((await sato.get('/desk/surveys')).text, /<script>[^<]/);
});

test('order by numbers and buttons, copies, and what is removed', async () => {
	const id = await survey('順');
	for (let i = 0; i < 4; i++) await question(id, 'text', { label: `問い${i}` });
	const url = `/desk/surveys/${id}/questions`;
	const list = async (values) => sato.submit(await sato.get(url), values, url);
	assert.equal((await list({ place_q4: '1' })).status, 303);
	assert.equal(await order(id), 'q4 q1 q2 q3', 'the fourth wants to be the first');
	await list({ place_q4: '３' });
	assert.equal(await order(id), 'q1 q2 q4 q3', 'in full width');
	assert.equal((await list({ place_q1: 'x' })).status, 422, 'what is no number is said');
	assert.equal((await list({ place_q1: '' })).status, 422);
	assert.equal(await order(id), 'q1 q2 q4 q3');
	await list({ up: 'q3' });
	assert.equal(await order(id), 'q1 q2 q3 q4');
	await list({ down: 'q1' });
	assert.equal(await order(id), 'q2 q1 q3 q4');

	const answer = await list({ copy: 'q1' });
	assert.equal(answer.headers.location, `${url}/q5`);
	assert.equal(await order(id), 'q2 q1 q5 q3 q4');
	const page = await sato.get(`${url}/q5/remove`);
	assert.match(said(page), /設問を削除しますか/);
	assert.equal((await sato.submit(page, { remove: 'q5' }, url)).status, 303);
	assert.equal(await order(id), 'q2 q1 q3 q4');
	assert.equal(await question(id, 'text'), 'q6', 'a code is never given twice');
	assert.equal((await list({ remove: 'q99' })).status, 404);

	const old = await sato.get(url);
	await list({ up: 'q4' });
	const late = await sato.submit(old, { down: 'q2' }, url);
	assert.equal(late.status, 409, 'of two who arrange, the second looks first');
	assert.match(said(late), /ほかの職員が先に設問を変えました/);
});

test('two clerks on one page', async () => {
	const id = await survey('二人'), code = await question(id, 'single', { choices: lines });
	const url = `/desk/surveys/${id}/questions/${code}`;
	const [a, b] = [await sato.get(url), await suzuki.get(url)];
	assert.equal((await sato.submit(a, { label: '佐藤の文' }, url)).status, 303);
	let answer = await suzuki.submit(b, { label: '鈴木の文' }, url);
	assert.equal(answer.status, 409);
	assert.ok(said(answer).includes('佐藤の文') && answer.text.includes('鈴木の文'), 'both are shown');
	answer = await suzuki.submit(answer, {}, url);
	assert.equal(answer.status, 303, 'the next press decides');
	assert.equal((await questions(id))[0].texts.ja.label, '鈴木の文');
	for (const [part, one, two] of [['details', { purpose: '一' }, { purpose: '二' }], ['privacy', { readers: '一' }, { readers: '二' }], ['period', { answers_max: '1' }, { answers_max: '2' }]]) {
		const base = { details, privacy, period: {} }[part];
		const [x, y] = [await sato.get(`/desk/surveys/${id}/${part}`), await suzuki.get(`/desk/surveys/${id}/${part}`)];
		assert.equal((await sato.submit(x, { ...base, ...one }, `/${part}`)).status, 303, part);
		assert.equal((await suzuki.submit(y, { ...base, ...two }, `/${part}`)).status, 409, part);
	}
});

test('ways: who is asked what, where one goes, and all of them tried', async () => {
	const id = await survey('分岐'), url = `/desk/surveys/${id}/questions`;
	await question(id, 'single', { label: '使いますか', choices: 'はい\nいいえ', required: '1' });
	await question(id, 'number', { label: '何回ですか', min: '0', max: '99', required: '1' });
	await question(id, 'long', { label: '使わない理由' });
	await question(id, 'matrix', { label: '評価', choices: 'よい\nわるい', rows: '遊具\nトイレ' });
	await question(id, 'text', { label: '最後に' });
	const ways = async (code, values) => sato.submit(await sato.get(`${url}/${code}/ways`), values, `/${code}/ways`);
	let page = await sato.get(`${url}/q1/ways`);
	assert.match(said(page), /最初の設問は、全員にたずねます/);
	assert.doesNotMatch(page.text, /value="q2:"/, 'what comes later cannot be looked at');
	assert.equal((await ways('q1', { jump1_1: 'q1:2', to_1: 'q3' })).status, 303);
	assert.equal((await ways('q2', { jump1_1: 'q2:', jump1_1_is: 'less', jump1_1_value: '３', to_1: 'q4', otherwise: 'q5' })).status, 303);
	assert.equal((await ways('q4', { show1_1: 'q1:1', show1_1_is: 'chosen' })).status, 303);
	assert.equal((await ways('q5', { show1_1: 'q4.r2:2', show1_1_is: 'chosen' })).status, 303);
	// Whether a row was answered at all, kept when the page is saved again.
	assert.equal((await ways('q5', { show1_1: 'q4.r1:1', show1_1_is: 'answered' })).status, 303);
	assert.equal((await ways('q5', {})).status, 303);
	assert.deepEqual((await questions(id)).find((q) => q.code === 'q5').show, { any: [{ all: [{ question: 'q4.r1', is: 'answered' }] }] });
	assert.equal((await ways('q5', { show1_1: 'q4.r2:2', show1_1_is: 'chosen' })).status, 303);
	assert.equal((await ways('q5', { show1_2: 'q2:', show1_2_is: 'more', show1_2_value: '10', show2_1: 'q3:', show2_1_is: 'answered' })).status, 303);
	const all = Object.fromEntries((await questions(id)).map((q) => [q.code, q]));
	assert.deepEqual(all.q1.jumps, [{ when: { any: [{ all: [{ question: 'q1', is: 'chosen', value: '2' }] }] }, to: 'q3' }]);
	assert.deepEqual(all.q2.jumps, [{ when: { any: [{ all: [{ question: 'q2', is: 'less', value: '3' }] }] }, to: 'q4' }, { when: null, to: 'q5' }]);
	assert.deepEqual(all.q5.show, { any: [{ all: [{ question: 'q4.r2', is: 'chosen', value: '2' }, { question: 'q2', is: 'more', value: '10' }] },
		{ all: [{ question: 'q3', is: 'answered' }] }] });

	page = said(await sato.get(url)).replace(/ /g, '');
	assert.match(page, /「いいえ」なら3へ/);
	assert.match(page, /3未満なら4へ/);
	assert.match(page, /かならず5へ/);
	assert.match(page, /設問4で「トイレ」が「わるい」、かつ設問2で10超、または設問3で回答ありの人だけにたずねます/);
	page = said(await sato.get(`/desk/surveys/${id}/ways`));
	assert.match(page, /進み方は3通りです/);
	assert.match(page, /どの設問にも、だれかが進みます/);

	for (const [code, values, message] of [
		['q2', { jump1_1: 'q3:', to_1: 'q4' }, 'これより前の設問'], ['q2', { jump1_1: 'q9:1', to_1: 'q4' }, 'これより前の設問'],
		['q2', { jump1_1: 'q1:7', to_1: 'q4' }, 'これより前の設問'], ['q2', { jump1_1: 'q2:', jump1_1_is: 'less', jump1_1_value: '', to_1: 'q4' }, 'くらべる値'],
		['q2', { jump1_1: 'q1:1', jump1_1_is: 'less', jump1_1_value: '3', to_1: 'q4' }, '値とくらべられます'],
		['q2', { jump1_1: 'q2:', jump1_1_is: 'chosen', to_1: 'q4' }, '選択肢を選んで'],
		['q3', { otherwise: 'q1' }, 'これより後の設問'], ['q3', { otherwise: 'q3' }, 'これより後の設問'],
		['q3', { jump1_1: 'q3:', jump1_1_is: 'answered' }, '行き先を選んで'], ['q3', { to_1: 'end' }, 'どの答えのとき'],
		['q4', { show1_1: 'q4:1', show1_1_is: 'chosen' }, 'これより前の設問'],
	]) {
		const answer = await ways(code, values);
		assert.equal(answer.status, 422, `${code} ${JSON.stringify(values)}`);
		assert.ok(said(answer).includes(message), `${message} in ${said(answer).slice(0, 300)}`);
	}
	const [a, b] = [await sato.get(`${url}/q3/ways`), await suzuki.get(`${url}/q3/ways`)];
	assert.equal((await sato.submit(a, { otherwise: 'q5' }, '/ways')).status, 303);
	const late = await suzuki.submit(b, { otherwise: 'end' }, '/ways');
	assert.equal(late.status, 409);
	assert.match(said(late), /かならず 5 へ/);

	// What is moved before what it looks at, or loses it, is to be solved before it opens.
	await sato.submit(await sato.get(url), { place_q5: '1' }, url);
	page = said(await suzuki.get(`/desk/surveys/${id}/publish`));
	assert.match(page, /1 最後に /);
	assert.equal((await sato.get(`/desk/surveys/${id}`)).text.match(/c-task--wrong/g)?.length, 1);
});

test('what is compared with is written as people write it, and kept in one form', async () => {
	const id = await survey('くらべる'), url = `/desk/surveys/${id}/questions`;
	for (const kind of ['date', 'time', 'number', 'scale', 'text']) await question(id, kind, { label: kind, ...(kind === 'number' ? { decimals: '1' } : {}), ...(kind === 'scale' ? { points: '5' } : {}) });
	const compare = async (q, value) => sato.submit(await sato.get(`${url}/q5/ways`), { show1_1: `${q}:`, show1_1_is: 'more', show1_1_value: value }, '/q5/ways');
	for (const [q, typed, kept] of [['q1', '令和8年4月1日', '2026-04-01'], ['q1', '２０２６／４／１', '2026-04-01'], ['q2', '９時３０分', '09:30'], ['q3', '１，２００．５０', '1200.5'], ['q4', '３', '3']]) {
		assert.equal((await compare(q, typed)).status, 303, typed);
		assert.equal((await questions(id)).find((one) => one.code === 'q5').show.any[0].all[0].value, kept, typed);
	}
	for (const [q, typed, message] of [['q1', '令和8年2月30日', 'くらべる日付'], ['q1', '春', 'くらべる日付'], ['q2', '25:00', 'くらべる時刻'], ['q3', '三つ', 'くらべる値を数字で'], ['q4', '2.5', 'くらべる値を数字で']]) {
		const answer = await compare(q, typed);
		assert.equal(answer.status, 422, typed);
		assert.ok(said(answer).includes(message), typed);
		assert.ok(answer.text.includes(`value="${typed}"`), `${typed} stays`);
	}
	const limits = async (min) => sato.submit(await sato.get(`${url}/q1`), { min }, '/q1');
	assert.equal((await limits('令和8年4月1日')).status, 303);
	assert.equal((await questions(id)).find((one) => one.code === 'q1').settings.min, '2026-04-01');
	assert.equal((await limits('2026-02-30')).status, 422, 'there is no such day');
});

// A questionnaire of these; which of its questions 全経路を試す says that nobody comes to.
async function unreached(...list) {
	const id = await survey('経路'), value = (x) => (x === undefined ? 'NULL' : `'${JSON.stringify(x).replaceAll("'", "''")}'`);
	await inside(town, `INSERT INTO question (questionnaire_id, code, place, kind, required, texts, choices, settings, show, jumps)
		SELECT s.questionnaire_id, x.* FROM survey s, (VALUES ${list.map(([kind, q = {}], i) => `('q${i + 1}', ${i + 1}, '${kind}', ${q.required ?? true}, '{"ja": {"label": "設問${i + 1}"}}'::jsonb,
			${value(q.choices ?? [])}::jsonb, ${value(q.settings ?? {})}::jsonb, ${value(q.show)}::jsonb, '[]'::jsonb)`)}) x WHERE s.id = ${id}`);
	const page = await sato.get(`/desk/surveys/${id}/ways`);
	assert.equal(page.status, 200);
	return [...(/c-inset--error[\s\S]*?<\/ul>/.exec(page.text)?.[0] ?? '').matchAll(/<li>(\d+)/g)].map((m) => m[1]).join(' ');
}
const all = (...terms) => ({ any: [{ all: terms.map(([q, is, value]) => ({ question: q, is, ...(value === undefined ? {} : { value }) })) }] });
const abc = ['1', '2', '3'].map((code) => ({ code, texts: { ja: `選択肢${code}` } })), alone = { code: 'n', texts: { ja: 'なし' }, none: true };
const two_rows = { rows: [{ code: 'r1', texts: { ja: '朝' } }, { code: 'r2', texts: { ja: '夜' } }] };
for (const [what, missed, ...list] of [
	['two choices at once', '', ['multi', { choices: abc }], ['text', { show: all(['q1', 'chosen', '1'], ['q1', 'chosen', '2']) }]],
	['one choice of several, where at least two are to be chosen', '', ['multi', { choices: abc, settings: { min: 2 } }], ['text', { show: all(['q1', 'chosen', '1']) }]],
	['two choices, where one is all that may be chosen', '2', ['multi', { choices: abc, settings: { max: 1 } }], ['text', { show: all(['q1', 'chosen', '1'], ['q1', 'chosen', '2']) }]],
	['two choices of one', '2', ['single', { choices: abc }], ['text', { show: all(['q1', 'chosen', '1'], ['q1', 'chosen', '2']) }]],
	['「なし」 beside another', '2', ['multi', { choices: [...abc, alone] }], ['text', { show: all(['q1', 'chosen', 'n'], ['q1', 'chosen', '2']) }]],
	['two in order', '', ['rank', { choices: abc }], ['text', { show: all(['q1', 'chosen', '1'], ['q1', 'chosen', '3']) }]],
	['a column in each of two rows', '', ['matrix', { choices: abc, settings: two_rows }], ['text', { show: all(['q1.r1', 'chosen', '2'], ['q1.r2', 'chosen', '3']) }]],
	['two columns in one row that takes one', '2', ['matrix', { choices: abc, settings: two_rows }], ['text', { show: all(['q1.r1', 'chosen', '2'], ['q1.r1', 'chosen', '3']) }]],
	['two columns in one row that takes several', '', ['matrix', { choices: abc, settings: { ...two_rows, multi: true } }], ['text', { show: all(['q1.r1', 'chosen', '2'], ['q1.r1', 'chosen', '3']) }]],
	['more than a scale has points', '2', ['scale', { settings: { points: 5 } }], ['text', { show: all(['q1', 'more', '5']) }]],
	['less than a number may be', '2', ['number', { settings: { min: '1', max: '9' } }], ['text', { show: all(['q1', 'less', '1']) }]],
	['between two numbers with one decimal', '', ['number', { settings: { decimals: 1 } }], ['text', { show: all(['q1', 'more', '0.5'], ['q1', 'less', '0.7']) }]],
	['between two days', '', ['date'], ['text', { show: all(['q1', 'more', '2026-02-28'], ['q1', 'less', '2026-03-02']) }]],
	['between a day and the next', '2', ['date'], ['text', { show: all(['q1', 'more', '2026-02-28'], ['q1', 'less', '2026-03-01']) }]],
	['between two times', '', ['time'], ['text', { show: all(['q1', 'more', '09:59'], ['q1', 'less', '10:01']) }]],
	['less than what must be at least as much', '3', ['number', { settings: { min: '5' } }], ['number', { settings: { equal_or_more: 'q1' } }], ['text', { show: all(['q2', 'less', '5'], ['q1', 'more', '5']) }]],
	['no answer to what must be answered', '2', ['text'], ['text', { show: all(['q1', 'not_answered']) }]],
	['no answer to what may be passed by', '', ['single', { choices: abc, required: false }], ['text', { show: all(['q1', 'not_answered']) }]],
]) test(`全経路を試す: ${what}: ${missed ? 'nobody comes there' : 'is a way'}`, async () => assert.equal(await unreached(...list), missed));

test('a million ways are not all walked', async () => {
	const id = await survey('多い');
	await inside(town, `INSERT INTO question (questionnaire_id, code, place, kind, texts, choices, show)
		SELECT s.questionnaire_id, 'q' || n, n, 'single', '{"ja": {"label": "x"}}', '[{"code": "1", "texts": {"ja": "a"}}, {"code": "2", "texts": {"ja": "b"}}]',
		       CASE WHEN n % 2 = 0 THEN jsonb_build_object('any', jsonb_build_array(jsonb_build_object('all', jsonb_build_array(
		         jsonb_build_object('question', 'q' || (n - 1), 'is', 'chosen', 'value', '1'))))) END
		  FROM survey s, generate_series(1, 40) n WHERE s.id = ${id}`);
	const page = await sato.get(`/desk/surveys/${id}/ways`);
	assert.equal(page.status, 200);
	assert.match(said(page), /多いので、一部だけを示します/);
});

test('once it is open only words change, with a reason', async () => {
	const id = await complete('凍結');
	const seen = await suzuki.get(`/desk/surveys/${id}/publish`);
	await save(sato, id, 'details', { ...details, title: '凍結', purpose: '別の目的' });
	const late = await suzuki.submit(seen, { sure: '1' }, '/publish');
	assert.equal(late.status, 422, 'what was looked at is what goes out');
	assert.match(said(late), /確認しているあいだに内容が変わりました/);
	await open(id);

	const url = `/desk/surveys/${id}/questions`, page = await sato.get(`${url}/q1`);
	assert.match(said(page), /誤字の訂正/);
	let answer = await sato.submit(page, { label: '直した文' }, `${url}/q1`);
	assert.equal(answer.status, 422, 'not without a reason');
	answer = await sato.submit(page, { label: '直した文', choices: 'はい\nいいえ\nたぶん', reason: '誤字' }, `${url}/q1`);
	assert.equal(answer.status, 422, 'no choice more');
	assert.match(said(answer), /2行のまま/);
	answer = await sato.submit(page, { reason: '直したつもり' }, `${url}/q1`);
	assert.equal(answer.status, 422, 'not without another word');
	assert.match(said(answer), /ことばが変わっていません/);
	assert.match(answer.text, /id="label-problem"[\s\S]*直したつもり/, 'beside the field, and the reason is kept');
	assert.equal((await document(id)).edition, 1);
	answer = await sato.submit(page, { label: '直した文', choices: 'はい。\nいいえ', reason: '句点を付けた' }, `${url}/q1`);
	assert.equal(answer.status, 303, said(answer));
	const edition = await document(id);
	assert.equal(edition.edition, 2);
	assert.equal(edition.questions[0].texts.ja.label, '直した文');
	assert.deepEqual(edition.questions[0].choices.map((c) => c.code), ['1', '2']);
	assert.match(said(await sato.get(`/desk/surveys/${id}`)), /訂正 佐藤[\s\S]*句点を付けた/);

	// A unit goes as it came.
	const litres = await survey('単位');
	await question(litres, 'number', { label: '何リットルですか', unit: '回' });
	for (const [part, values] of [['details', { ...details, title: '単位' }], ['privacy', privacy], ['period', { answers_max: '500' }]]) await save(sato, litres, part, values);
	await open(litres);
	answer = await sato.submit(await sato.get(`/desk/surveys/${litres}/questions/q1`), { unit: '', reason: '単位がちがう' }, '/questions/q1');
	assert.equal(answer.status, 303, said(answer));
	assert.equal((await document(litres)).questions[0].settings.unit, undefined);

	// Whoever still has the old list or form.
	answer = await sato.submit(await sato.get(`${url}/new`).then((p) => (p.status === 303 ? sato.get('/desk/surveys/new') : p)), { title: 'x' }, '/new');
	assert.equal(answer.status, 303);
	const token = /name="token" value="([^"]+)"/.exec((await sato.get('/desk/surveys/new')).text)[1];
	for (const body of [{ up: 'q2' }, { copy: 'q1' }, { remove: 'q1' }])
		assert.equal((await sato.post(url, { token, revision: '1', ...body })).status, 409, JSON.stringify(body));
	assert.equal(await order(id), 'q1 q2');
	assert.equal((await sato.get(`/desk/surveys/${id}/privacy`)).status, 303, 'who may answer was told');
	assert.equal((await save(sato, id, 'period', { answers_max: '900' })).status, 303, 'the end may still move');
});

test('announced: a link, a code, a poster, forms on paper, a draft of a message', async () => {
	const id = await complete('案内');
	await open(id);
	let page = await sato.get(`/desk/surveys/${id}/share`);
	assert.match(page.text, new RegExp(`https://minato\\.localhost:\\d+/surveys/${id}</a>`));
	assert.match(page.text, /<path d="M/, 'the code');
	const code = await sato.get(`/desk/surveys/${id}/qr`);
	assert.match(code.headers['content-type'], /^image\/svg\+xml/);
	assert.equal(readQr(code.text.replace(/<rect[^>]*>/, '')), `https://minato.localhost:${town.port}/surveys/${id}`, 'the code as a picture says the link');
	for (const what of ['poster', 'paper', 'paper?numbered=1']) {
		const pdf = await sato.get(`/desk/surveys/${id}/${what}`);
		assert.equal(pdf.status, 200, what);
		assert.equal(pdf.headers['content-type'], 'application/pdf');
		assert.ok(pdf.bytes.subarray(0, 5).toString() === '%PDF-' && pdf.bytes.length > 5000, what);
	}
	assert.doesNotMatch(page.text, /<form[^>]*\/share/, 'a message is made in one place');
	page = await sato.get(`/desk/surveys/${id}/announce`);
	const answer = await sato.submit(page, { kind: 'open' }, '/announce');
	assert.match(answer.headers.location, /^\/desk\/messages\/\d+$/);
	const message = answer.headers.location.split('/').pop();
	assert.equal(await column(`SELECT state, subject, contact, strpos(body, '/surveys/${id}') > 0, strpos(body, '公園の遊具を決めます') > 0
		FROM message WHERE id = ${message}`), `draft|アンケートのお願い：案内|${details.contact}|t|t`);
});

// Where the page of a survey leads, in order.
const leads = (page, id) => [...page.text.matchAll(new RegExp(`c-task__link" href="/desk/surveys/${id}/([\\w/]+)"`, 'g'))].map((m) => m[1]).join(' ');

test('the page leads to all that there is to do, in order, and to nothing that is not there', async () => {
	const id = await complete('道しるべ'), takahashi = await desk(town, 'takahashi');
	const at = async (client) => leads(await client.get(`/desk/surveys/${id}`), id);
	assert.equal(await at(sato), 'details questions ways languages privacy period quotas preview share publish');
	await open(id);
	assert.equal(await at(sato), 'announce share forms entry results export details period questions languages ways preview');
	assert.equal(await at(takahashi), 'share results export questions languages ways preview', 'who approves types no answers in');
	await suzuki.submit(await suzuki.get(`/desk/surveys/${id}/close`), {}, '/close');
	assert.equal(await at(suzuki), 'announce share forms entry results export results/publish questions languages ways preview');
	for (const [client, who] of [[suzuki, 'suzuki'], [takahashi, 'takahashi']])
		for (const path of (await at(client)).split(' '))
			assert.equal((await client.get(`/desk/surveys/${id}/${path}`)).status, 200, `${who} ${path}`);
});

test('closed, open again', async () => {
	const id = await complete('終わり');
	await open(id);
	let answer = await suzuki.submit(await suzuki.get(`/desk/surveys/${id}/close`), {}, '/close');
	assert.equal(answer.status, 303);
	assert.equal(await column(`SELECT state, closed IS NOT NULL FROM survey WHERE id = ${id}`), 'closed|t');
	assert.equal((await sato.get(`/desk/surveys/${id}/details`)).status, 303, 'what was asked stays');
	const reopen = await suzuki.get(`/desk/surveys/${id}/reopen`);
	answer = await suzuki.submit(reopen, { closes_year: '2020', closes_month: '1', closes_day: '1', closes_hour: '0', closes_minute: '0' }, '/reopen');
	assert.equal(answer.status, 422);
	answer = await suzuki.submit(reopen, { closes_year: '2099', closes_month: '1', closes_day: '1', closes_hour: '0', closes_minute: '0' }, '/reopen');
	assert.equal(answer.status, 303);
	assert.equal(await column(`SELECT state FROM survey WHERE id = ${id}`), 'open');
	await inside(town, `UPDATE survey SET state = 'closed' WHERE id = ${id}; UPDATE survey SET state = 'published' WHERE id = ${id}`);
	assert.equal((await suzuki.get(`/desk/surveys/${id}/reopen`)).status, 303, 'never after its results are out');
	const token = /name="token" value="([^"]+)"/.exec((await suzuki.get('/desk/surveys/new')).text)[1];
	const late = { closes_year: '2099', closes_month: '1', closes_day: '1', closes_hour: '0', closes_minute: '0' };
	assert.equal((await suzuki.post(`/desk/surveys/${id}/reopen`, { token, ...late })).status, 409);
});

test('a copy begins with the same questions', async () => {
	const id = await complete('もと');
	const page = await sato.get(`/desk/surveys/new?copy=${id}`);
	assert.match(said(page), /もと/);
	const answer = await sato.submit(page, { title: '写し' }, '/new');
	const copied = Number(answer.headers.location.split('/').pop());
	assert.deepEqual((await questions(copied)).map((q) => [q.code, q.texts]), (await questions(id)).map((q) => [q.code, q.texts]));
	assert.equal(await column(`SELECT state, copied_from, texts->'ja'->>'title' FROM survey WHERE id = ${copied}`), `draft|${id}|写し`);
	assert.equal((await sato.get('/desk/surveys/new?copy=999999')).status, 404);
});
