// SPDX-License-Identifier: Apache-2.0
//
// Surveys for tests: documents as staff would publish them, and somebody who answers.
//
//	const { survey, questionnaire } = await survey(town, document(single('q1', '…')), { mode: 'named' });
//	const check = await walk(client, survey, { q1: '2' });
import { inside } from '../harness/desk.mjs';

const text = (value) => `'${JSON.stringify(value).replaceAll("'", "''")}'`;
const texts = (ja, en, more = {}) => ({ ja: { label: ja, ...more }, ...(en ? { en: { label: en } } : {}) });
export const choices = (...list) => list.map((ja, i) => ({ code: String(i + 1), texts: { ja, en: `${ja} (en)` } }));
export const other = { code: 'other', texts: { ja: 'その他', en: 'Other' }, other: true };
export const none = { code: 'n', texts: { ja: 'どれでもない', en: 'None of these' }, none: true };
export const question = (code, kind, ja, more = {}) => ({
	code, kind, required: kind !== 'note', choices: [], settings: {}, show: null, jumps: [], texts: texts(ja, `${kind} ${code}`), ...more,
});
export const document = (...questions) => ({ edition: 1, languages: ['ja', 'ja-easy', 'en'], questions });
export const when = (q, value, is = 'chosen') => ({ any: [{ all: [{ question: q, is, value }] }] });

// One of every kind, with a fork.
export const every = () => document(
	question('q1', 'single', '公園を使いますか', { choices: [...choices('よく使う', 'たまに使う', '使わない'), other], jumps: [{ when: when('q1', '3'), to: 'q4' }] }),
	question('q2', 'multi', '何をしに行きますか', { choices: [...choices('散歩', '運動', '休む'), other, none], texts: texts('何をしに行きますか', 'What do you do there?', { help: 'いくつでも選べます' }) }),
	question('q3', 'scale', '満足していますか', { settings: { points: 5, low: { texts: { ja: '不満' } }, high: { texts: { ja: '満足' } } }, show: when('q1', '1') }),
	question('q4', 'rank', '直してほしい順に選んでください', { choices: choices('トイレ', '遊具', '照明'), settings: { max: 2 }, required: false }),
	question('q5', 'matrix', '次の施設をどう思いますか', { choices: choices('良い', 'ふつう', '悪い'), settings: { rows: [{ code: 'r1', texts: { ja: '図書館' } }, { code: 'r2', texts: { ja: '体育館' } }] } }),
	question('q6', 'number', '月に何回行きますか', { settings: { min: '0', max: '31', unit: '回' } }),
	question('q7', 'date', '最後に行った日はいつですか', { settings: { past: true }, required: false }),
	question('q8', 'time', '何時ごろ行きますか', { required: false }),
	question('q9', 'address', 'お住まいはどこですか', { settings: { district: true } }),
	question('q10', 'map', '直してほしい場所はどこですか', { required: false }),
	question('q11', 'text', 'お名前の読みかたを教えてください', { settings: { pattern: 'kana' }, required: false }),
	question('q12', 'long', 'ご意見を書いてください', { required: false }),
	question('q13', 'note', 'ここまで、ありがとうございます'),
	question('q14', 'consent', '回答を市の計画に使うことに同意しますか'),
);
// The same, its map beginning somewhere, and a question for files.
export const every_kind = () => document(
	...every().questions.map((q) => (q.code === 'q10' ? { ...q, settings: { lat: '35.6581', lon: '139.7414', zoom: 15 } } : q)),
	question('q15', 'file', '直してほしい所の写真', { settings: { max: 2 } }),
);
export const few = () => document(
	question('q1', 'single', '好きな季節はどれですか', { choices: choices('春', '夏', '秋', '冬') }),
	question('q2', 'long', '理由を教えてください', { required: false }),
);

export async function survey(town, doc, { title = '公園についてのアンケート', state = 'open', mode = 'anyone', columns = {} } = {}) {
	const more = Object.entries({ opens: "now() - interval '1 day'", closes: "now() + interval '10 days'", minutes: '5', contact: "'企画課 03-0000-0000'", ...columns });
	const made = JSON.parse((await inside(town, `WITH d AS (
		SELECT sd.department_id, s.id AS staff FROM staff s JOIN staff_department sd ON sd.staff_id = s.id
		 WHERE s.login = 'sato' AND s.tenant_id = current_tenant() ORDER BY 1 LIMIT 1),
		q AS (INSERT INTO questionnaire (purpose, edition, languages) VALUES ('survey', 1, '{${doc.languages}}') RETURNING id),
		s AS (INSERT INTO survey (questionnaire_id, department_id, author_id, state, mode, texts, opened, ${more.map(([k]) => k)})
		      SELECT q.id, d.department_id, d.staff, 'draft', '${mode}',
		             ${text({ ja: { title, purpose: '公園の計画に使います。', readers: '企画課の職員', thanks: 'ご協力ありがとうございました。' }, en: { title: 'A survey about parks', purpose: 'For the plan of our parks.' } })},
		             now() - interval '1 day', ${more.map(([, v]) => v)}
		        FROM q, d RETURNING id, questionnaire_id)
		SELECT json_build_object('survey', id, 'questionnaire', questionnaire_id) FROM s`)).split('\n').pop());
	await inside(town, `INSERT INTO questionnaire_edition (questionnaire_id, edition, document, staff_id)
		SELECT ${made.questionnaire}, 1, ${text(doc)}, author_id FROM survey WHERE id = ${made.survey};
		${state === 'draft' ? '' : `UPDATE survey SET state = '${state}' WHERE id = ${made.survey}`}`);
	return made;
}

// What stands in response, as objects.
export const responses = async (town, questionnaire) => JSON.parse(await town.sql(`SELECT coalesce(json_agg(to_json(r) ORDER BY number), '[]') FROM response r WHERE questionnaire_id = ${questionnaire}`));

// Answers page after page, with the fields given by the code of the question, until the
// check page (or the first page that stays).
export async function walk(client, id, answers, from) {
	let at = from ?? await client.follow(await client.submit(await client.get(`/surveys/${id}`), {}, `/surveys/${id}`));
	for (let i = 0; i < 40 && /\/q\/\w+(\?|$)/.test(at.path); i++) {
		const code = /\/q\/(\w+)/.exec(at.path)[1];
		const sent = await client.submit(at, code === 'all' ? Object.assign({}, ...Object.values(answers)) : answers[code] ?? {}, '/q/');
		if (sent.status !== 303) return sent;
		at = await client.follow(sent);
	}
	return at;
}

// From the page of a survey to its first question; from the check page on.
export const begin = async (client, id) => client.follow(await client.submit(await client.get(`/surveys/${id}`), {}, `/surveys/${id}`));
export const send = (client, check) => client.submit(check, {}, '/check');

// What is right for every().
export const good = (postcode) => ({
	q1: { q1: '1' }, q2: { q2_1: '1', q2_other: '1', q2_words: '写真' }, q3: { q3: '4' }, q4: { q4_1: '2', q4_3: '1' },
	q5: { q5_r1: '1', q5_r2: '3' }, q6: { q6: '１２' }, q7: { q7_year: '令和8', q7_month: '2', q7_day: '28' }, q8: { q8: '９時３０分' },
	q9: { q9_postcode: postcode }, q10: { q10_text: '駅前の公園' }, q11: { q11: 'ﾔﾏﾀﾞ' }, q12: { q12: '木が多い。\n静か。' }, q14: { q14: '1' },
});
