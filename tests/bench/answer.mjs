// SPDX-License-Identifier: Apache-2.0
//
// answer: a complete answer to a survey (/surveys/{survey}/check: token claimed, draft
// opened, every question judged, the response written and the draft gone, a durable commit,
// 303) through nginx with TLS, against pgbench inserting the same row with 32 clients.
//
// What a browser has when it presses the button is made beforehand, as in write.mjs: the
// sealed draft, its cookie, and the form's token.  Each is used once.
import { every, survey, walk } from '../http/survey.mjs';
import { freePort } from '../harness/up.mjs';
import { nginxBeside, seconds } from './lib.mjs';
import { browser, contend, fastTown, host, keep, script, seal, sha256, tenant, unseal } from './press.mjs';

const most = 6000;	// requests a second at the most
const town = await fastTown(), held = [];
const { survey: id, questionnaire } = await survey(town, every());
const typed = { q1: { q1: '1' }, q2: { q2_1: '1', q2_other: '1', q2_words: '写真をとる' }, q3: { q3: '4' }, q4: { q4_1: '2', q4_3: '1' },
	q5: { q5_r1: '1', q5_r2: '3' }, q6: { q6: '12' }, q7: { q7_year: '令和8', q7_month: '2', q7_day: '28' }, q8: { q8: '9時30分' },
	q9: { q9_district: await town.sql(`SELECT min(id) FROM district WHERE tenant_id = ${tenant}`) }, q10: { q10_text: '駅前の公園' }, q11: { q11: 'やまだ' },
	q12: { q12: '木が多くて気持ちがいいです。夜は少し暗いです。' }, q14: { q14: '1' } };
const stored = async () => Number(await town.sql(`SELECT count(*) FROM response WHERE questionnaire_id = ${questionnaire}`));

// One browser goes the whole way: all the others have copies of its draft, which is complete for
// the questions as they are asked today, or the bench ends here and says at which one.
async function walked() {
	const page = await walk(town.client(host), id, typed);
	if (page.path !== `/surveys/${id}/check`) {
		const problems = [...page.text.matchAll(/<li><a href="#([\w-]+)">([^<]+)/g)].map(([, name, words]) => `${name} ${words}`);
		throw new Error(`not all is answered: ${page.status} at ${page.path} ${problems.join(', ')}`);
	}
	const sealed = await town.sql(`SELECT encode(sealed, 'hex') FROM response_draft WHERE questionnaire_id = ${questionnaire}`);
	return JSON.parse(unseal(town.dataKey, 'response_draft.sealed', Buffer.from(sealed, 'hex')));
}

const whole = await walked();

async function prepare(n) {
	const rows = [], presses = [];
	const what = (seed) => JSON.stringify({ ...whole, begun: Date.now() - 60000, seed });
	for (let i = 0; i < n; i++) {
		const { draft, visit, token } = browser(town);
		rows.push(`${tenant}\t\\\\x${sha256(`draft ${id} ${draft}`)}\t${questionnaire}\t1\t\\\\x${seal(town.dataKey, 'response_draft.sealed', what(visit)).toString('hex')}\tcheck`);
		presses.push(`${draft} ${visit} ${token}`);
	}
	return keep(town, 'response_draft (tenant_id, hash, questionnaire_id, edition, sealed, reached)', rows, presses);
}

// What pgbench writes: the row of one answer.
const inserts = `INSERT INTO response (tenant_id, questionnaire_id, edition, number, answers, seconds, receipt_hash)
VALUES (${tenant}, ${questionnaire}, 1, gen_random_uuid()::text, '${JSON.stringify(whole.answers)}', 60, sha256(uuid_send(gen_random_uuid())));
`;

try {
	const web = await nginxBeside(town, 'answer', await freePort(), (text) => text);
	held.push(web);

	const [draft, visit, token] = (await prepare(1))[0].split(' ');
	const client = town.client(host);
	client.cookies.set(`__Host-answer-${id}`, draft).set('__Host-visit', visit);
	const first = await client.post(`/surveys/${id}/check`, { token });
	if (first.headers.location !== `/surveys/${id}/done`) throw new Error(`the first answer: ${first.status} ${first.headers.location}`);
	await contend('answer', { town, web, path: `/surveys/${id}/check`, insert: inserts.replaceAll('\n', ' '),
		script: script(town, { words: ['draft', 'visit', 'token'], path: `"/surveys/${id}/check"`, cookie: `"__Host-answer-${id}=" .. draft`,
			body: '"token=" .. token' }),
		fill: () => prepare(most * seconds), stored, unit: 'answers/s', goal: 'ratio >= 0.5' });
} finally {
	for (const h of held) await h.stop();
	await town.stop();
}
