// SPDX-License-Identifier: Apache-2.0
//
// Events for tests and benches, made by SQL; and the way through a sign-up.
//
//	const event = await makeEvent(town, { capacity: 2, group: 5 });	{ event, slots: [id …], quotas: [id …] }
//	const ticket = await signUp(client, event, { names: ['山田花子'], email });	the page of the number
import assert from 'node:assert/strict';
import { inside } from './desk.mjs';

const text = (s) => `'${String(s).replaceAll("'", "''")}'`;
const json = (o) => `${text(JSON.stringify(o))}::jsonb`;
const last = (out) => out.trim().split('\n').pop();

export const question = (code, kind, label, more = {}) => ({ code, kind, required: true, texts: { ja: { label } }, choices: [], settings: {}, show: null, jumps: [], ...more });

export async function makeEvent(town, { title = '親子で星を見る会', state = 'open', rule = 'first', capacity = 10, dates = 1, group = 5, quotas = {},
	questions = [], languages = ['ja'], each = [], days = 9, columns = {}, host = 'minato.localhost' } = {}) {
	const extra = Object.entries(columns);
	const event = last(await inside(town, `WITH made AS (
			INSERT INTO questionnaire (purpose, questions, edition) VALUES ('event', ${questions.length}, 0) RETURNING id)
		INSERT INTO event (department_id, author_id, questionnaire_id, state, rule, group_max, texts, place, address, contact, published, each${extra.map(([k]) => `, ${k}`).join('')})
		SELECT d.department_id, d.staff_id, made.id, ${text(state)}, ${text(rule)}, ${group},
		       ${json({ ja: { title, text: '望遠鏡で星を見ます。', target: '市内の小学生と家族', fee: '無料', bring: '上着' } })},
		       '天文台', '港町1-1', '天文台 電話 000-000-0000', now(), ARRAY[${each.map(text)}]::text[]${extra.map(([, v]) => `, ${v}`).join('')}
		  FROM made, (SELECT * FROM staff_department WHERE tenant_id = current_tenant() ORDER BY staff_id LIMIT 1) d RETURNING id`, host));
	if (questions.length) await inside(town, `
		INSERT INTO question (questionnaire_id, code, place, kind, required, texts, choices, settings, show, jumps)
		SELECT e.questionnaire_id, q->>'code', n, q->>'kind', (q->>'required')::boolean, q->'texts', q->'choices', q->'settings', nullif(q->'show', 'null'), q->'jumps'
		  FROM event e, jsonb_array_elements(${json(questions)}) WITH ORDINALITY AS x (q, n) WHERE e.id = ${event};
		INSERT INTO questionnaire_edition (questionnaire_id, edition, document, staff_id)
		SELECT questionnaire_id, 1, ${json({ edition: 1, languages, questions })}, author_id FROM event WHERE id = ${event};
		UPDATE questionnaire SET edition = 1 WHERE id = (SELECT questionnaire_id FROM event WHERE id = ${event})`, host);
	const slots = [], ids = [];
	for (let i = 0; i < dates; i++) {
		const slot = last(await inside(town, `INSERT INTO event_slot (event_id, begins, ends, capacity)
			VALUES (${event}, now() + interval '${days + i * 7} days', now() + interval '${days + i * 7} days 2 hours', ${capacity ?? 'NULL'}) RETURNING id`, host));
		slots.push(Number(slot));
		for (const [name, n] of Object.entries(quotas)) ids.push(Number(last(await inside(town,
			`INSERT INTO event_quota (slot_id, name, capacity) VALUES (${slot}, ${text(name)}, ${n}) RETURNING id`, host))));
	}
	return { event: Number(event), slots, quotas: ids };
}

// From the first page to the last one before the button.  names: of those who come; with
// also[i]: further fields of the page of the i-th.
export async function toCheck(client, made, { names = ['山田 花子'], slot = made.slots[0], email = `u${Math.random().toString(36).slice(2)}@example.jp`,
	phone = '', also = [], answers = {} } = {}) {
	let page = await client.get(`/events/${made.event}/apply`);
	assert.equal(page.status, 200, page.text);
	page = await client.follow(await client.submit(page, { slot, ...(page.text.includes('name="people"') ? { people: names.length } : {}) }));
	for (let i = 0; page.path.includes('/person/'); i++) {
		assert.ok(i < 60);
		page = await client.follow(await client.submit(page, { name: names[i], ...also[i] }));
	}
	if (page.path.endsWith('/contact')) page = await client.follow(await client.submit(page, { email, phone }));
	if (page.path.endsWith('/q')) page = await client.follow(await client.submit(page, answers));
	return page;
}

export async function signUp(client, made, how = {}) {
	const check = await toCheck(client, made, how);
	assert.match(check.path, /\/check$/, check.text);
	return client.follow(await client.submit(check));
}

// What the database says: "taken/capacity state…".
export const seats = async (town, slot) => town.sql(`SELECT s.taken || '/' || s.capacity || coalesce(' ' || (SELECT string_agg(a.state, ' ' ORDER BY a.id) FROM application a WHERE a.slot_id = s.id), '')
	FROM event_slot s WHERE s.id = ${slot}`);
