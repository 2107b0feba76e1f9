// SPDX-License-Identifier: Apache-2.0
//
// R27: looking changes nothing.  Everybody follows every link there is, and asks for
// every GET route; afterwards all tables are what they were.  And whatever is met
// on the way is a page of ours (pages.md 6.1), in both languages.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { unescape } from '../harness/client.mjs';
import { digest, fill, MINATO, people, routes, same, SEEN, surveyIn, tenant } from '../harness/house.mjs';
import { problems } from '../harness/invariants.mjs';
import { up } from '../harness/up.mjs';

// The day has pages without end; every list and every kind of page is among these.
const MOST = 150;
let town, gets, who, clean, tokens;

// What looking does write: that a session was seen, and that somebody looked at a
// person, which is there to be read by that person's town.
const BUT = {
	...SEEN,
	audit: { rows: "act IN ('citizen.viewed', 'delivery.viewed', 'response.viewed')" },
};

before(async () => {
	town = await up();
	town.kill('courier', 'SIGTERM');
	gets = (await routes(town)).filter((r) => r.method === 'GET');
	who = await people(town);
	// Links as they stand in mails: programs that look into mails open them too.
	tokens = Object.fromEntries(['confirm', 'my', 'invite'].map((name) => [name, randomBytes(32).toString('base64url')]));
	for (const [name, text] of Object.entries(tokens)) {
		await town.sql(`INSERT INTO link (tenant_id, hash, purpose, ends, contact_hash, staff_id)
			SELECT ${tenant(MINATO)}, '\\x${createHash('sha256').update(text).digest('hex')}', '${name}', now() + interval '1 hour',
			       ${name === 'invite' ? 'NULL, 4' : `(SELECT hash FROM contact WHERE tenant_id = ${tenant(MINATO)} ORDER BY id LIMIT 1), NULL`}`);
	}
	await town.sql(`SET session_replication_role = replica; UPDATE staff SET state = 'invited' WHERE id = 4`);
	await town.sql(surveyIn(MINATO, 7000001));
	clean = await digest(town, BUT);
});
after(() => town?.stop());

const ids = (path) => ({
	message: path.startsWith('/desk') ? 1 : 3, staff: 2, department: 1, area: 1, topic: 1, person: 1, survey: 7000001, quota: 1, language: 'en', question: 'q1', tag: 'en', mail: 'x',
	token: path.startsWith('/subscribe') ? tokens.confirm : path.startsWith('/my') ? tokens.my : path.startsWith('/desk/invite') ? tokens.invite : 'x'.repeat(43),
});

// Links of a page to places of this house, without where on the page.
function links(answer, host) {
	if (!/html/.test(answer.headers['content-type'] ?? '')) return answer.headers.location ? [answer.headers.location] : [];
	return [...answer.text.matchAll(/ (?:href|hx-get|data-live-url)="([^"]*)"/g)].map((m) => unescape(m[1]))
		.map((href) => new URL(href, `https://${host}:${town.port}${answer.path}`))
		.filter((url) => url.host === `${host}:${town.port}` && !/^\/(static|lang|docs)\//.test(url.pathname))
		.map((url) => url.pathname + url.search);
}

// A page of a list, a filter and a sort are the same page; two of a kind are enough.
const kind = (path) => path.replace(/\d+/g, '#').replace(/=[^&]*/g, '');

async function crawl(name, lang) {
	const { client, host } = who[name], found = [], seen = new Set(), kinds = new Map();
	const queue = gets.map((r) => fill(r.path, ids(r.path)));
	if (lang === 'en') client.cookies.set('__Host-lang', 'en');
	for (let path = queue.shift(); path !== undefined && seen.size < MOST; path = queue.shift()) {
		if (seen.has(path) || path.startsWith('/lang/')) continue;
		seen.add(path);
		const answer = await client.get(path);
		if (answer.status >= 500) found.push(`${path}: ${answer.status}`);
		for (const next of links(answer, host)) {
			const n = kinds.get(kind(next)) ?? 0;
			if (n < 2 && !seen.has(next)) {
				kinds.set(kind(next), n + 1);
				queue.push(next);
			}
		}
		if (!answer.text.startsWith('<!DOCTYPE')) continue;
		// The text that people agree to is stored as it is, with the town's address in it.
		found.push(...problems(answer, { lang }).filter((p) => !(path.startsWith('/privacy') && p.startsWith('10: "みなと市役所'))).map((problem) => `${path} (${answer.status}): ${problem}`));
	}
	client.cookies.delete('__Host-lang');
	return { found, count: seen.size };
}

for (const lang of ['ja', 'en']) {
	test(`looking at everything, in ${lang}`, async (t) => {
		const crawls = await Promise.all(Object.keys(who).map(async (name) => [name, await crawl(name, lang)]));
		for (const [name, { found, count }] of crawls) {
			await t.test(`${name}: ${count} pages`, () => assert.deepEqual(found, []));
		}
		same(clean, await digest(town, BUT), `by looking, in ${lang}`);
		assert.ok(crawls.reduce((n, [, { count }]) => n + count, 0) > 900);
	});
}

test('the links of mails still work afterwards, opened by whoever', async () => {
	assert.equal(await town.sql('SELECT count(*) FROM link WHERE used IS NULL'), '3');
});
