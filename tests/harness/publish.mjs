// SPDX-License-Identifier: Apache-2.0
//
// A message that is on the site, without the way through desk and courier.
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const quote = (s) => `'${String(s).replaceAll("'", "''")}'`;

// given: tenant (1), subject, html, state ('sent'), onSite, age and ends (SQL
// intervals, from now), topics and districts (ids).  The answer is its id.
export async function publish(town, given = {}) {
	const m = {
		tenant: 1, subject: 'お知らせ', html: '<p>本文</p>', state: 'sent', onSite: true, age: '1 minute', ends: '30 days',
		topics: [], districts: [], contact: '総務課\n電話 000-000-0000', ...given,
	};
	return Number(await town.sql(`
		SET session_replication_role = replica;
		WITH made AS (
		  INSERT INTO message (tenant_id, department_id, author_id, state, subject, body, contact, audience, topics, districts,
		                       on_site, published, publish_until, valid_until)
		  SELECT ${m.tenant}, (SELECT min(id) FROM department WHERE tenant_id = ${m.tenant}),
		         (SELECT min(id) FROM staff WHERE tenant_id = ${m.tenant}), ${quote(m.state)}, ${quote(m.subject)}, '', ${quote(m.contact)},
		         'everyone', '{${m.topics}}', '{${m.districts}}', ${m.onSite},
		         ${['draft', 'pending', 'returned', 'rejected', 'approved'].includes(m.state) ? 'NULL' : `now() - interval ${quote(m.age)}`},
		         now() + interval ${quote(m.ends)}, now()
		  RETURNING tenant_id, id, revision),
		said AS (
		  INSERT INTO message_rendering (tenant_id, message_id, revision, channel, language, content)
		  SELECT tenant_id, id, revision, 'site', 'ja', jsonb_build_object('subject', ${quote(m.subject)}, 'html', ${quote(m.html)}) FROM made)
		SELECT id FROM made`));
}

// Pictures that were taken in and looked at, without forms and clamd: [[bytes, kind, words]].
// The answer is what a message has in its column "pictures".
export async function taken(town, tenant, pictures) {
	const listed = [];
	for (const [bytes, kind, text] of pictures) {
		const ids = [randomUUID(), randomUUID()];
		for (const id of ids) {
			const folder = join(town.dir, 'files', String(tenant), id.slice(0, 2));
			mkdirSync(folder, { recursive: true });
			writeFileSync(join(folder, id), bytes);
			await town.sql(`SET session_replication_role = replica; INSERT INTO attachment (tenant_id, id, purpose, owner_id, kind, name, bytes, digest, state, kept, due)
				VALUES (${tenant}, '${id}', 'message', 1, ${quote(kind)}, 'photo', ${bytes.length}, sha256('\\x${bytes.toString('hex')}'), 'clean', true, NULL)`);
		}
		listed.push({ id: ids[0], small: ids[1], text });
	}
	return quote(JSON.stringify(listed));
}

// The same at a message that is out.
export async function pictured(town, message, pictures) {
	const list = await taken(town, await town.sql(`SELECT tenant_id FROM message WHERE id = ${message}`), pictures);
	await town.sql(`SET session_replication_role = replica; UPDATE message SET pictures = ${list}, cover = (${list}::jsonb->0->>'small')::uuid WHERE id = ${message}`);
}

// Past nginx's cache, where what was just changed has to be seen.
export function fresh(town, host) {
	const client = town.client(host);
	client.cookies.set('__Host-fresh', '1');
	return client;
}

// All headers but those that differ by nature.
export function stable({ status, headers, bytes }) {
	const { date, ...rest } = headers;
	return { status, length: bytes.length, headers: rest };
}
