// SPDX-License-Identifier: Apache-2.0
//
// A survey with many answers, for the tests and benches of results: made by SQL, in no
// time, the same each time.
//
//	const { survey, questionnaire } = await makeSurvey(town, { answers: 1204 });
import { inside } from './desk.mjs';

const texts = (label, help) => ({ ja: { label, ...(help ? { help } : {}) } });
const choices = (...list) => list.map((text, i) => ({ code: String(i + 1), texts: { ja: text } }));
const other = { code: 'other', texts: { ja: 'その他' }, other: true };
const question = (code, kind, label, more = {}) => ({ code, kind, required: true, texts: texts(label), choices: [], settings: {}, show: null, jumps: [], ...more });

// The twenty questions; districts are those of the town.
export function document(districts) {
	const yes = choices('よくある', 'ときどきある', 'あまりない', 'まったくない');
	return { edition: 1, languages: ['ja', 'en'], questions: [
		question('q1', 'single', '年代を教えてください', { choices: choices('18〜29歳', '30代', '40代', '50代', '60代', '70歳以上') }),
		question('q2', 'address', 'お住まいの地区を教えてください', { settings: { district: true } }),
		question('q3', 'multi', '公園で何をしますか', { choices: [...choices('散歩', '運動', '子どもと遊ぶ', '休む', '行事に出る'), other] }),
		question('q4', 'scale', '公園にどのくらい満足していますか', { settings: { points: 5, low: { texts: { ja: '不満' } }, high: { texts: { ja: '満足' } } } }),
		question('q5', 'scale', 'この町に住むことを友だちに勧めますか', { settings: { points: 11 } }),
		question('q6', 'number', '先月、公園に何回行きましたか', { settings: { min: '0', max: '31', unit: '回' } }),
		question('q7', 'rank', '直してほしい順に選んでください', { choices: choices('トイレ', '遊具', '照明', '木陰'), settings: { max: 3 } }),
		question('q8', 'matrix', '次の施設をどう思いますか', { choices: choices('良い', 'ふつう', '悪い'),
			settings: { rows: [{ code: 'r1', texts: { ja: '図書館' } }, { code: 'r2', texts: { ja: '体育館' } }, { code: 'r3', texts: { ja: '公民館' } }] } }),
		question('q9', 'long', '公園について、ご意見があれば書いてください', { required: false }),
		question('q10', 'single', '公園まで歩いて何分かかりますか', { choices: choices('5分まで', '10分まで', '20分まで', 'それより長い') }),
		question('q11', 'consent', '答えを市の計画に使うことに同意しますか'),
		...Array.from({ length: 9 }, (_, i) => question(`q${i + 12}`, 'single', `${i + 1}番目の公園に行きますか`, { choices: yes })),
	] };
}

const opinions = ['トイレをきれいにしてください。', '木が多くて気持ちがいい公園です。', 'ベンチを増やしてほしいです。', '夜は照明が少なくて怖いです。',
	'子どもが遊べる遊具がほしい。', '=1+1と書いてみました', '犬の散歩をする人のマナーが気になります。', '近くにあって便利です。いつもありがとうございます。'];

// Which answers somebody gives: r(n) is a number of 0 … n - 1 that only i decides.  People
// of the web are younger, and those of the first district are lazy.
const answers = (districts) => {
	const r = (salt, n) => `(abs(hashint4(i * 31 + ${salt})) % ${n})`;
	const list = `ARRAY[${districts.join(',')}]`;
	return `jsonb_strip_nulls(jsonb_build_object(
		'q1', (ARRAY['1','2','2','3','3','3','4','4','5','6'])[1 + ${r(1, 10)}],
		'q2', jsonb_build_object('postcode', '1050011', 'district', (${list})[1 + least(${r(2, districts.length + 1)}, ${districts.length - 1})]::text),
		'q3', (ARRAY['["1"]','["1","4"]','["3"]','["2","5"]','["1","3","other"]']::jsonb[])[1 + ${r(3, 5)}],
		'q3.other', CASE WHEN ${r(3, 5)} = 4 THEN '写真をとる' END,
		'q4', (1 + greatest(${r(4, 5)}, ${r(5, 5)}))::text,
		'q5', greatest(${r(6, 11)}, ${r(7, 11)})::text,
		'q6', ${r(8, 13)}::text,
		'q7', (ARRAY['["1","2","3"]','["3","1"]','["1","4","2"]']::jsonb[])[1 + ${r(9, 3)}],
		'q8', jsonb_build_object('r1', (1 + ${r(10, 3)})::text, 'r2', (1 + ${r(11, 2)})::text, 'r3', (1 + ${r(12, 3)})::text),
		'q9', CASE WHEN ${r(13, 4)} = 0 THEN (ARRAY[${opinions.map((o) => `'${o}'`).join(',')}])[1 + ${r(14, opinions.length)}] END,
		'q10', (1 + ${r(15, 4)})::text, 'q11', '1'${Array.from({ length: 9 }, (_, k) => `, 'q${k + 12}', CASE WHEN ${r(50 + k, 20)} > 0 THEN (1 + ${r(20 + k, 4)})::text END`).join('')}))`;
};

export async function addAnswers(town, questionnaire, from, to) {
	const last = (await inside(town, `SELECT string_agg(id::text, ',' ORDER BY place, id) FROM district WHERE active AND tenant_id = current_tenant()`)).split('\n').pop();
	await inside(town, `INSERT INTO response (questionnaire_id, edition, number, language, way, answers, seconds, day)
		SELECT ${questionnaire}, 1, 'A-' || i, CASE WHEN i % 17 = 0 THEN 'en' ELSE 'ja' END, CASE WHEN i % 9 = 0 THEN 'paper' ELSE 'web' END,
		       ${answers(last.split(','))}, 60 + abs(hashint4(i)) % 400, date '2026-11-01' + i % 20
		  FROM generate_series(${from}, ${to}) i`);
}

export async function makeSurvey(town, { answers: n = 1204, title = '公園についてのアンケート', state = 'open' } = {}) {
	// As if it had gone the way from draft to open; the guards of that way stand aside.
	const text = (value) => `'${JSON.stringify(value).replaceAll("'", "''")}'`;
	const made = JSON.parse((await inside(town, `SET LOCAL session_replication_role = replica; WITH d AS (
		SELECT sd.department_id, s.id AS staff FROM staff s JOIN staff_department sd ON sd.staff_id = s.id
		 WHERE s.login = 'sato' AND s.tenant_id = current_tenant() ORDER BY 1 LIMIT 1),
		q AS (INSERT INTO questionnaire (purpose, edition, questions) VALUES ('survey', 1, 20) RETURNING id),
		s AS (INSERT INTO survey (questionnaire_id, department_id, author_id, state, texts, opens, closes, opened)
		      SELECT q.id, d.department_id, d.staff, '${state}', ${text({ ja: { title, purpose: '公園の計画に使います。' } })}, now() - interval '20 days', now() + interval '10 days', now() - interval '20 days'
		        FROM q, d RETURNING id, questionnaire_id)
		SELECT json_build_object('survey', id, 'questionnaire', questionnaire_id) FROM s`)).split('\n').pop());
	await inside(town, `SET LOCAL session_replication_role = replica; INSERT INTO questionnaire_edition (questionnaire_id, edition, document, staff_id)
		SELECT ${made.questionnaire}, 1, ${text(document())}, author_id FROM survey WHERE id = ${made.survey};
		INSERT INTO question (questionnaire_id, code, place, kind, required, texts, choices, settings)
		SELECT ${made.questionnaire}, q ->> 'code', n, q ->> 'kind', (q ->> 'required')::boolean, q -> 'texts', q -> 'choices', q -> 'settings'
		  FROM jsonb_array_elements(${text(document().questions)}::jsonb) WITH ORDINALITY AS x (q, n);
		INSERT INTO response_draft (hash, questionnaire_id, edition, sealed, reached)
		SELECT sha256(('draft' || ${made.questionnaire} || i)::bytea), ${made.questionnaire}, 1, 'x', 'q' || (1 + i % 9) FROM generate_series(1, 60) i`);
	if (n > 0) await addAnswers(town, made.questionnaire, 1, n);
	return made;
}

// Who lives there: older than those who answer, in districts of different size.
export const makePopulation = (town) => inside(town, `DELETE FROM population WHERE tenant_id = current_tenant();
	INSERT INTO population (district_id, from_age, to_age, people)
	SELECT d.id, a, CASE WHEN a = 85 THEN 150 ELSE a + 4 END, 150 + (a * 3 + d.n * 97) % 400 + CASE WHEN a >= 60 THEN 300 ELSE 0 END
	  FROM (SELECT id, row_number() OVER (ORDER BY place, id) AS n FROM district WHERE active AND tenant_id = current_tenant()) d, generate_series(0, 85, 5) a;
	INSERT INTO population_file (as_of, people, staff_id)
	SELECT '2026-10-01', (SELECT sum(people) FROM population WHERE tenant_id = current_tenant()), (SELECT min(id) FROM staff WHERE tenant_id = current_tenant()) ON CONFLICT (tenant_id) DO NOTHING`);
