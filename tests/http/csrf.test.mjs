// SPDX-License-Identifier: Apache-2.0
//
// R27, F30: a form that is not ours is refused, for every POST route and whoever
// may use it: no token, another browser's, another town's, sent from elsewhere, or
// as another kind of body.  Nothing is written.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { isPage } from '../harness/invariants.mjs';
import { digest, fill, MINATO, people, routes, same, SEEN, surveyIn, token, YAMA } from '../harness/house.mjs';
import { up } from '../harness/up.mjs';

let town, table, who, proof, elsewhere, clean;
before(async () => {
	town = await up();
	town.kill('courier', 'SIGTERM');
	table = (await routes(town)).filter((r) => r.asks.has('token'));
	who = await people(town);
	proof = Object.fromEntries(await Promise.all(Object.entries(who).map(async ([name, person]) => [name, await token(person)])));
	const other = { client: town.client(MINATO), page: '/subscribe/email' };
	const far = { client: town.client(YAMA), page: '/subscribe/email' };
	elsewhere = { browser: await token(other), town: await token(far), visit: far.client.cookies.get('__Host-visit') };
	await town.sql(surveyIn(MINATO, 7000001));
	clean = await digest(town, SEEN);
});
after(() => town?.stop());

// The first of these who is let in by the table of routes (permissions.test.mjs).
function mayUse({ asks }) {
	if (asks.has('operator')) return 'operator';
	if (asks.has('operator-door')) return asks.has('staff-step') ? 'operator' : 'stranger';
	if (asks.has('staff-step')) return 'step';
	if (asks.has('citizen')) return 'citizen';
	if (asks.has('write')) return 'writer';
	if (asks.has('approve')) return 'approver';
	if (asks.has('admin') || asks.has('staff')) return 'admin';
	return 'anonymous';
}
const ids = { message: 1, survey: 7000001, quota: 1, language: 'en', question: 'q1', staff: 2, person: 1, department: 1, area: 1, topic: 2, token: 'x'.repeat(43) };
// Fields that would do something, wherever they are taken.
const plausible = {
	email: 'a@example.jp', name: '新しい名前', login: 'new', password: 'zu7-Kq0-wert', again: 'zu7-Kq0-wert', start: 'blank',
	subject: '件名', body: '本文', act: 'approve', confirm: '1', language: 'en', what: 'all', vital: '1', version: '1', consent: '1',
};

const attempts = {
	'no token': () => [plausible],
	'an empty token': () => [{ ...plausible, token: '' }],
	'a token that is none': () => [{ ...plausible, token: randomBytes(32).toString('base64url') }],
	'one character changed': (mine) => [{ ...plausible, token: (mine[0] === 'A' ? 'B' : 'A') + mine.slice(1) }],
	'a token cut short': (mine) => [{ ...plausible, token: mine.slice(0, -4) }],
	'a token made longer': (mine) => [{ ...plausible, token: `${mine}AAAA` }],
	'another browser\'s token': () => [{ ...plausible, token: elsewhere.browser }],
	'another person\'s token': (mine, name) => [{ ...plausible, token: proof[name === 'writer' ? 'approver' : 'writer'] }],
	'another town\'s token': () => [{ ...plausible, token: elsewhere.town }],
	'sent from elsewhere': (mine) => [{ ...plausible, token: mine }, { origin: 'https://evil.example' }],
	'sent from another town': (mine) => [{ ...plausible, token: mine }, { origin: `https://${YAMA}:${town.port}` }],
	'sent from this host without TLS': (mine, name) => [{ ...plausible, token: mine }, { origin: `http://${who[name].host}:${town.port}` }],
	'sent from another port': (mine, name) => [{ ...plausible, token: mine }, { origin: `https://${who[name].host}` }],
	'sent from nowhere': (mine) => [{ ...plausible, token: mine }, { origin: 'null' }],
	'JSON as text': (mine) => [JSON.stringify({ ...plausible, token: mine }), { 'content-type': 'text/plain' }],
	'JSON as JSON': (mine) => [JSON.stringify({ ...plausible, token: mine }), { 'content-type': 'application/json' }],
	'a form as text': (mine) => [`${new URLSearchParams({ ...plausible, token: mine })}`, { 'content-type': 'text/plain' }],
	'a form as nothing': (mine) => [`${new URLSearchParams({ ...plausible, token: mine })}`, { 'content-type': '' }],
	'the token in the address': (mine) => [plausible, {}, `?token=${mine}`],
};

for (const [what, make] of Object.entries(attempts)) {
	test(`F30 ${what}`, async () => {
		await Promise.all([...new Set(table.map(mayUse))].map(async (name) => {
			for (const route of table.filter((r) => mayUse(r) === name)) {
				const [form, headers = {}, query = ''] = make(proof[name], name);
				const answer = await who[name].client.post(fill(route.path, ids) + query, form, { headers });
				assert.equal(answer.status, 403, `${what}: ${name} ${route.a}`);
				assert.equal(answer.headers['set-cookie'], undefined, `${what}: ${route.a}`);
				isPage(answer, { status: 403, script: false });
			}
		}));
		same(clean, await digest(town, SEEN), what);
	});
}

test('F30 a token with the cookie it was made with, on the host of another town', async () => {
	const client = town.client(MINATO);
	client.cookies.set('__Host-visit', elsewhere.visit);
	assert.equal((await client.post('/subscribe/email', { email: 'a@example.jp', token: elsewhere.town })).status, 403);
	same(clean, await digest(town, SEEN), 'with the cookie of another town');
});

test('while the right one, from here, is taken', async () => {
	const { client } = who.anonymous;
	assert.equal((await client.post('/subscribe/email', { email: 'a@example.jp', token: proof.anonymous })).status, 303);
	// Browsers of old do not say where they come from.
	const quiet = await client.send('/my/link', {
		method: 'POST', body: `${new URLSearchParams({ email: 'a@example.jp', token: await token(who.anonymous) })}`,
		headers: { 'content-type': 'application/x-www-form-urlencoded' },
	});
	assert.equal(quiet.status, 303);
	assert.notDeepEqual(await digest(town, SEEN), clean, 'the digest sees what is written');
});

test('what is sent without our form is little', async () => {
	assert.deepEqual((await routes(town)).filter((r) => r.method === 'POST' && !r.asks.has('token') && !r.asks.has('signed')).map((r) => r.a),
		['POST /u/{token}', 'POST /push/renew', 'POST /door/{token}/sync', 'POST /desk/events/{event}/checkin/sync', 'POST /api/v1/surveys/{survey}/answers']);
});
