// SPDX-License-Identifier: Apache-2.0
//
// write: the subscribe POST (/subscribe/check: token claimed, draft opened, link and
// letter written, a durable commit, 303) through nginx with TLS, against pgbench
// inserting the same rows with 32 clients.
//
// What a browser has when it presses the button is made beforehand: the draft, sealed
// under the town's key as domain/vault.c does it, its cookie, and the form's token as
// web/token.c makes it.  Each is used once.
import { freePort } from '../harness/up.mjs';
import { nginxBeside, seconds } from './lib.mjs';
import { browser, contend, fastTown, host, keep, script, seal, sha256, tenant } from './press.mjs';

const most = 6000;	// requests a second at the most
const town = await fastTown(), held = [];
const district = Number(await town.sql(`SELECT min(id) FROM district WHERE tenant_id = ${tenant}`));
const topic = Number(await town.sql(`SELECT min(id) FROM topic WHERE tenant_id = ${tenant}`));

let made = 0;
async function prepare(n) {
	const rows = [], presses = [];
	for (let i = 0; i < n; i++) {
		const { draft, visit, token } = browser(town);
		const choice = JSON.stringify({ districts: [district], email: `bench${made}@example.jp`, language: 'ja', topics: [topic], vital: false });
		rows.push(`${tenant}\t\\\\x${sha256(draft)}\t\\\\x${seal(town.dataKey, 'subscribe_draft.sealed', choice).toString('hex')}`);
		presses.push(`${draft} ${visit} ${token} 10.${made >> 16 & 255}.${made >> 8 & 255}.${made & 255}`);
		made++;
	}
	return keep(town, 'subscribe_draft (tenant_id, hash, sealed)', rows, presses);
}

// What pgbench writes: the rows of one press, as long as ours were, in one pipeline.
const inserts = ({ draft, choice, letter, detail }) => `\\startpipeline
BEGIN;
INSERT INTO once (tenant_id, token, location) VALUES (${tenant}, uuid_send(gen_random_uuid()), '/subscribe/verify');
INSERT INTO subscribe_draft (tenant_id, hash, sealed) VALUES (${tenant}, sha256(uuid_send(gen_random_uuid())), convert_to(repeat('x', ${draft}), 'UTF8'));
INSERT INTO throttle (bucket, key, hits, since) VALUES ('mail_to', sha256(uuid_send(gen_random_uuid())), 1, now());
INSERT INTO throttle (bucket, key, hits, since) VALUES ('mail_from', sha256(uuid_send(gen_random_uuid())), 1, now());
INSERT INTO link (tenant_id, hash, purpose, contact_hash, choice, ends) VALUES (${tenant}, sha256(uuid_send(gen_random_uuid())), 'confirm', sha256('x'), convert_to(repeat('x', ${choice}), 'UTF8'), now());
INSERT INTO letter (tenant_id, kind, key, sealed, valid_until) VALUES (${tenant}, 'confirm_address', gen_random_uuid(), convert_to(repeat('x', ${letter}), 'UTF8'), now());
INSERT INTO audit (tenant_id, actor_kind, act, detail, remote, request) VALUES (${tenant}, 'nobody', 'citizen.ask', '${detail}', '10.0.0.1', md5('x'));
COMMIT;
\\endpipeline
`;

try {
	// One address may ask for sixty mails an hour, so each press comes from its own.
	const web = await nginxBeside(town, 'write', await freePort(), (text) => text
		.replace('fastcgi_param REMOTE_ADDR $remote_addr', 'fastcgi_param REMOTE_ADDR $http_x_bench_from'));
	held.push(web);

	// The first press by hand: the consent's version, and what a press writes.
	const [draft, visit, token] = (await prepare(1))[0].split(' ');
	const client = town.client(host);
	client.cookies.set('__Host-subscribe', draft).set('__Host-visit', visit);
	const page = await client.get('/subscribe/check');
	const version = /name="version" value="([^"]+)"/.exec(page.text)?.[1];
	if (!version) throw new Error(`/subscribe/check answers ${page.status}: ${page.headers.location}`);
	const first = await client.post('/subscribe/check', { consent: 1, version, token });
	if (first.headers.location !== '/subscribe/verify') throw new Error(`the first press: ${first.status} ${first.headers.location}`);
	const lengths = await town.sql(`SELECT json_build_object('draft', (SELECT max(length(sealed)) FROM subscribe_draft),
		'choice', (SELECT max(length(choice)) FROM link), 'letter', (SELECT max(length(sealed)) FROM letter WHERE kind = 'confirm_address'),
		'detail', (SELECT detail FROM audit WHERE act = 'citizen.ask'))`);
	const sizes = JSON.parse(lengths);
	await contend('write', { town, web, path: '/subscribe/check', insert: inserts({ ...sizes, detail: JSON.stringify(sizes.detail) }),
		script: script(town, { words: ['draft', 'visit', 'token', 'from'], path: '"/subscribe/check"', cookie: '"__Host-subscribe=" .. draft',
			headers: '["X-Bench-From"] = from,', body: `"consent=1&version=${encodeURIComponent(version)}&token=" .. token` }),
		fill: () => prepare(most * seconds), stored: async () => Number(await town.sql('SELECT count(*) FROM letter')),
		unit: 'requests/s', goal: 'ratio >= 0.4' });
} finally {
	for (const h of held) await h.stop();
	await town.stop();
}
