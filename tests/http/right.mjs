// SPDX-License-Identifier: Apache-2.0
//
// What the tests of rights, secrecy and paper have in common: a survey in mode "once" with
// three questions, somebody who is signed in, a right shown by a browser.
import { randomBytes } from 'node:crypto';

const document = { edition: 1, languages: ['ja'], questions: [
	{ code: 'q1', kind: 'single', required: true, texts: { ja: { label: '満足していますか' } }, settings: {}, show: null, jumps: [],
		choices: [{ code: '1', texts: { ja: 'はい' } }, { code: '2', texts: { ja: 'いいえ' } }] },
	{ code: 'q2', kind: 'number', required: false, texts: { ja: { label: '何回使いましたか' } }, settings: { min: '0', max: '100000' }, show: null, jumps: [], choices: [] },
	{ code: 'q3', kind: 'long', required: false, texts: { ja: { label: 'ご意見' } }, settings: {}, show: null, jumps: [], choices: [] },
] };

// All statements in one transaction of the tenant of this host.
export const tenant_sql = (town, host, statements) => town.sql(
	`SELECT set_config('chromo.tenant', (SELECT tenant_id::text FROM tenant_host WHERE host = '${host}'), false); ${statements}`);
const last = (out) => out.trim().split('\n').at(-1);

export async function once_survey(town, host, { mode = 'once', questions = document } = {}) {
	return Number(last(await tenant_sql(town, host, `
		SET session_replication_role = replica;
		WITH staff AS (SELECT min(id) AS id FROM staff WHERE tenant_id = current_tenant()),
		q AS (INSERT INTO questionnaire (purpose, edition) VALUES ('survey', 1) RETURNING id),
		e AS (INSERT INTO questionnaire_edition (questionnaire_id, edition, document, staff_id)
			SELECT q.id, 1, '${JSON.stringify(questions)}', staff.id FROM q, staff)
		INSERT INTO survey (questionnaire_id, department_id, author_id, state, texts, mode, opened)
		SELECT q.id, (SELECT min(id) FROM department WHERE tenant_id = current_tenant()), staff.id, 'open',
			'{"ja": {"title": "図書館アンケート"}}', '${mode}', now() FROM q, staff RETURNING id`)));
}

// Somebody new, with マイページ open, and with this address.
export async function signed_in(town, host, address) {
	const client = town.client(host), token = randomBytes(24).toString('base64url');
	const citizen = Number(last(await tenant_sql(town, host, `
		WITH c AS (INSERT INTO citizen (state, confirmed) VALUES ('active', now()) RETURNING id)
		INSERT INTO citizen_session (hash, citizen_id) SELECT sha256('${token}'), id FROM c RETURNING citizen_id`)));
	if (address) await tenant_sql(town, host, `INSERT INTO contact (citizen_id, channel, address, hash, state)
		VALUES (${citizen}, 'email', 'sealed', sha256('${address}'), 'active')`);
	client.cookies.set('__Host-citizen', token);
	return { client, citizen };
}

// A right, shown by this browser.  The form that keeps it stands on the page of any right,
// whose token is of the browser, so it is read from a page that everybody sees.
export async function right_of(client, survey, right) {
	const page = await client.get('/my/link');
	const token = page.text.match(/name="token" value="([^"]+)"/)[1];
	return client.post(`/surveys/${survey}/right/keep`, { token, right });
}
