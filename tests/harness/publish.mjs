// SPDX-License-Identifier: Apache-2.0
//
// A message that is on the site, without the way through desk and courier.
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
