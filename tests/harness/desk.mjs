// SPDX-License-Identifier: Apache-2.0
//
// Staff at the desk, for tests that begin behind the sign-in, and a message that
// lacks nothing.
import { createHash, randomBytes } from 'node:crypto';

// A client with both factors behind it, proved for as long as a test runs; how one gets there is
// the business of login.test.mjs, and what becomes of an older proof that of stepup.test.mjs.
export async function desk(town, login, host = 'minato.localhost') {
	const token = randomBytes(16).toString('base64url');
	const hash = createHash('sha256').update(token).digest('hex');
	await town.sql(`INSERT INTO staff_session (tenant_id, hash, staff_id, stage, proved)
		SELECT s.tenant_id, '\\x${hash}', s.id, 'full', now() + interval '1 hour' FROM staff s
		  JOIN tenant_host h ON h.tenant_id = s.tenant_id
		 WHERE h.host = '${host}' AND s.login = '${login}'`);
	const client = town.client(host);
	client.cookies.set('__Host-staff', token);
	return client;
}

// As the owner would, inside a town.
export const inside = (town, sql, host = 'minato.localhost') => town.sql(`DO $$ BEGIN
	PERFORM enter_tenant((SELECT tenant_id FROM tenant_host WHERE host = '${host}'), 'command'); END $$; ${sql}`);

// A draft of login's that may be submitted; values: columns in SQL.
export async function written(town, login, values = {}) {
	const columns = {
		subject: `'断水のお知らせ'`, body: `'午前9時から断水します。'`, contact: `'水道課'`, audience: `'everyone'`,
		scheduled: 'true', valid_until: `now() + interval '1 day'`, publish_until: `now() + interval '30 days'`, ...values,
	};
	const out = await inside(town, `WITH d AS (
		INSERT INTO message (department_id, author_id, editor_id)
		SELECT sd.department_id, s.id, s.id FROM staff s JOIN staff_department sd ON sd.staff_id = s.id
		 WHERE s.login = '${login}' AND s.tenant_id = current_tenant() ORDER BY 1 LIMIT 1 RETURNING id)
		SELECT id FROM d`);
	const id = Number(out.split('\n').pop());
	await inside(town, `UPDATE message SET ${Object.entries(columns).map(([k, v]) => `${k} = ${v}`).join(', ')} WHERE id = ${id}`);
	return id;
}

// The same on its way: submitted by one, approved by another, through the pages.
export async function approved(town, login, approver, values = {}) {
	const id = await written(town, login, values);
	for (const [who, page, fields] of [[login, 'submit', {}], [approver, 'approve', { act: 'approve', confirm: '1' }]]) {
		const client = await desk(town, who);
		const answer = await client.submit(await client.get(`/desk/messages/${id}/${page}`), fields, `/${page}`);
		if (answer.status !== 303) throw new Error(`${page}: ${answer.status} ${said(answer)}`);
	}
	return id;
}

// What a page says, without its tags.
export const said = (page) => page.text.replace(/<(style|script)[\s\S]*?<\/\1>/g, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
