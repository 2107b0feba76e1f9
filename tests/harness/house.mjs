// SPDX-License-Identifier: Apache-2.0
//
// The house as a whole, for tests that hold for every route: its doors (the table
// of routes), everybody who comes to them, and a digest of all that is in it.
//
//	const town = await up(), who = await people(town);
//	for (const route of await routes(town))
//		const answer = await who.writer.client.get(fill(route.path, { message: 1 }));
//	same(before, await digest(town));
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';

export const MINATO = 'minato.localhost', YAMA = 'yama.localhost', OPERATOR = 'operator.localhost';

// The table as the program prints it; a: what a failed test calls the route.
export async function routes(town) {
	return (await town.chromo('routes', '--json')).trim().split('\n').map(JSON.parse).map(({ method, path, asks }) => ({
		method, path, asks: new Set(asks), names: [...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]), a: `${method} ${path}`,
	}));
}
export const fill = (path, ids) => path.replace(/\{(\w+)\}/g, (_, name) => ids[name]);

const hex = (token) => createHash('sha256').update(token).digest('hex');
export const tenant = (host) => `(SELECT tenant_id FROM tenant_host WHERE host = '${host}')`;

// The IDs of staff in the demonstration data, and how far they are signed in.
const staff = {
	step: ['suzuki', 'password'], writer: ['sato', 'full'], approver: ['takahashi', 'full'], both: ['suzuki', 'full'], admin: ['admin', 'full'],
	none: ['tanaka', 'full'],
};

// SQL that lets a browser's token in; again after it was let out.  Whoever comes has just proved
// who they are, for as long as a test runs (what becomes of the others: http/stepup).
function letIn({ host, login, stage, citizen, token }) {
	if (login) {
		return `INSERT INTO staff_session (tenant_id, hash, staff_id, stage, proved)
			SELECT tenant_id, '\\x${hex(token)}', id, '${stage}', now() + interval '1 hour' FROM staff WHERE login = '${login}' AND tenant_id = ${tenant(host)}
			ON CONFLICT DO NOTHING;`;
	}
	return citizen === undefined ? '' : `INSERT INTO citizen_session (tenant_id, hash, citizen_id, created)
		VALUES (${tenant(host)}, '\\x${hex(token)}', ${citizen}, now() + interval '1 hour') ON CONFLICT DO NOTHING;`;
}

function person(town, host, page, more = {}) {
	const one = { host, page, token: randomBytes(16).toString('base64url'), client: town.client(host), ...more };
	one.sql = letIn(one);
	if (one.login) one.client.cookies.set('__Host-staff', one.token);
	else if (one.citizen !== undefined) one.client.cookies.set('__Host-citizen', one.token);
	return one;
}

// Who comes, by what they are.  Each has a client, and a page with a form on it.
// stranger is nobody at the operator's, none has no role at all.
export async function people(town) {
	const citizen = await town.sql(`SELECT min(id) FROM citizen WHERE state = 'active' AND tenant_id = ${tenant(MINATO)}`);
	const who = {
		anonymous: person(town, MINATO, '/subscribe/email'),
		citizen: person(town, MINATO, '/my/pause', { citizen }),
		stranger: person(town, OPERATOR, '/operator/login'),
		operator: person(town, OPERATOR, '/operator', { login: 'operator', stage: 'full' }),
	};
	for (const [name, [login, stage]] of Object.entries(staff))
		who[name] = person(town, MINATO, stage === 'full' ? '/desk/help' : '/desk/login/code', { login, stage });
	await town.sql(`SET session_replication_role = replica;
		DELETE FROM staff_role WHERE staff_id = (SELECT id FROM staff WHERE login = '${staff.none[0]}' AND tenant_id = ${tenant(MINATO)});
		${Object.values(who).map((p) => p.sql).join('')}`);
	return who;
}

// A token that this browser may send with any form: tokens are the browser's.
export async function token({ client, page }) {
	const answer = await client.get(page);
	const found = /name="token" value="([^"]+)"/.exec(answer.text)?.[1];
	assert.ok(found, `no form in ${page}: ${answer.status}`);
	return found;
}

// All tables, each as one hash.  but: columns or rows that do not count, as
// { table: { columns: ['seen'], rows: "act = 'x'" } }.
export async function digest(town, but = {}) {
	const tables = (await town.sql(`SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`)).split('\n');
	const found = await town.sql(tables.map((t) => {
		const { columns = [], rows } = but[t] ?? {};
		return `SELECT '${t}', count(*), md5(coalesce(string_agg(r, E'\\n' ORDER BY r), '')) FROM (
			SELECT (to_jsonb(t) - '{${columns}}'::text[])::text AS r FROM ${t} t ${rows ? `WHERE NOT (${rows})` : ''}) x`;
	}).join(' UNION ALL '));
	return Object.fromEntries(found.split('\n').map((line) => [line.split('|')[0], line]));
}
// The same by when each row was last written, and where it lies: no document is made of it, so that
// it takes a small part of the time; and a row that was written as it was is other than before.
export async function stamp(town) {
	const tables = (await town.sql(`SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`)).split('\n');
	const found = await town.sql(tables.map((t) =>
		`SELECT '${t}', count(*), sum(hashtextextended(t.ctid::text || ' ' || t.xmin::text, 0)) FROM ${t} t`).join(' UNION ALL '));
	return Object.fromEntries(found.split('\n').map((line) => [line.split('|')[0], line]));
}
export const same = (before, now, what) => assert.deepEqual(now, before, `written: ${what}`);

// A survey with one question, q1, of the first of the staff.
export const surveyIn = (host, id, state = 'draft', mode = 'anyone') => `SET session_replication_role = replica;
	INSERT INTO questionnaire (tenant_id, id, purpose, questions, edition) OVERRIDING SYSTEM VALUE
	VALUES (${tenant(host)}, ${id}, 'survey', 1, ${state === 'draft' ? 0 : 1});
	INSERT INTO question (tenant_id, questionnaire_id, code, place, kind, texts)
	VALUES (${tenant(host)}, ${id}, 'q1', 1, 'text', '{"ja": {"label": "q1", "help": ""}}');
	INSERT INTO survey (tenant_id, id, questionnaire_id, department_id, author_id, state, mode, texts) OVERRIDING SYSTEM VALUE
	SELECT ${tenant(host)}, ${id}, ${id}, d.department_id, d.staff_id, '${state}', '${mode}', '{"ja": {"title": "survey"}}'
	  FROM staff_department d WHERE d.tenant_id = ${tenant(host)} ORDER BY d.staff_id LIMIT 1;
	${state === 'draft' ? '' : `INSERT INTO questionnaire_edition (tenant_id, questionnaire_id, edition, document, staff_id)
	SELECT s.tenant_id, s.id, 1, jsonb_build_object('edition', 1, 'languages', '["ja"]'::jsonb, 'questions', jsonb_build_array(
	         jsonb_build_object('code', q.code, 'kind', q.kind, 'required', true, 'texts', q.texts, 'choices', q.choices,
	                            'settings', q.settings, 'show', NULL, 'jumps', q.jumps))), s.author_id
	  FROM survey s JOIN question q USING (tenant_id, questionnaire_id) WHERE s.id = ${id};`}
	SET session_replication_role = origin;`;

// That a session was seen is no writing; nor is that answers are counted, which goes on by itself.
export const SEEN = {
	staff_session: { columns: ['seen'] }, citizen_session: { columns: ['seen'] },
	response: { columns: ['counted'] }, tally: { rows: 'true' }, tally_cell: { rows: 'true' }, tally_design: { rows: 'true' },
};
