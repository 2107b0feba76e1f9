// SPDX-License-Identifier: Apache-2.0
//
// Signing in to X from the settings (OAuth 2.0 with PKCE): one use, of the session that began
// it, for ten minutes; the tokens are sealed, and everything that goes wrong is told.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { X } from '../gateways/x.mjs';
import { certificate } from '../gateways/tls.mjs';
import { forms, unescape } from '../harness/client.mjs';
import { desk, inside, said } from '../harness/desk.mjs';
import { YAMA } from '../harness/house.mjs';
import { up } from '../harness/up.mjs';

const settings = '/desk/settings/channels/x', callback = `${settings}/callback`;
let town, admin, x;

before(async () => {
	x = Object.assign(await new X().start(), { client: ['x-client-0123456789', 'x-client-secret-0123456789'] });
	town = await up({ conf: { gateway_ca_file: certificate().caFile, gateway_private: 'yes' } });
	town.kill('courier', 'SIGTERM');
	admin = await desk(town, 'admin');
	await inside(town, `DELETE FROM gateway_health; DELETE FROM gateway WHERE channel = 'x' AND tenant_id = current_tenant()`);
});
after(async () => {
	await x?.close();
	await town?.stop();
});

const row = async () => JSON.parse((await inside(town, `SELECT row_to_json(g) FROM (SELECT kind, active, version, settings, length(secrets) AS sealed, encode(secrets, 'hex') AS secrets
	FROM gateway WHERE channel = 'x' AND tenant_id = current_tenant()) g`)).split('\n').pop() || 'null');
const save = async (values) => admin.submit(await admin.get(`${settings}?kind=x2`), values, 'channels/x');
// Presses the button, and gives the address of X's page.
async function begin(who = admin) {
	const answer = await who.submit(await who.get(settings), {}, '/sign-in');
	assert.equal(answer.status, 200, said(answer));
	return unescape(/class="c-button c-button--primary" href="([^"]+)"/.exec(answer.text)[1]);
}
const here = (href) => href.replace(/^https:\/\/[^/]+/, '');
// Back from X; what the page of the settings says then.
async function come(href, who = admin) {
	const answer = await who.get(here(href));
	assert.deepEqual([answer.status, answer.headers.location], [303, settings], 'an address without state and code');
	return said(await who.get(settings));
}
const asked = () => x.renewals;

test('the page says what to get, and what to paste at X', async () => {
	const page = await admin.get(`${settings}?kind=x2`);
	assert.match(said(page), /Web App, Automated App or Bot/);
	assert.match(page.text, new RegExp(`<code[^>]*>https://minato\\.localhost:${town.port}${callback}</code>`));
	assert.match(said(await admin.get(`${settings}?kind=x`)), /4つの文字/, 'or four keys');
	assert.ok(!forms(page.text).some((f) => f.action.endsWith('/sign-in')), 'not before it is saved');
	assert.equal((await admin.post(`${settings}/sign-in`, { token: forms(page.text)[0].fields.find(([n]) => n === 'token')[1] })).status, 404);
	assert.equal((await save({ client_id: 'short', client_secret: 'y' })).status, 422);
	assert.equal((await save({ client_id: ` "${x.client[0]}" `, client_secret: x.client[1], url: x.url })).status, 303);
	const saved = await admin.get(settings);
	assert.match(said(saved), /まだ許可されていません/);
	assert.ok(!saved.text.includes(`${settings}/switch`), 'what nobody allowed is not switched on');
	assert.ok(!saved.text.includes(x.client[1]));
});

test('signed in: the tokens are kept sealed, whose account it is is shown, and it can be switched on', async () => {
	const url = await begin(), q = new URL(url).searchParams;
	assert.ok(url.startsWith(`${x.url}/i/oauth2/authorize?`));
	assert.deepEqual([q.get('response_type'), q.get('client_id'), q.get('code_challenge_method'), q.get('redirect_uri')],
		['code', x.client[0], 'S256', `https://minato.localhost:${town.port}${callback}`]);
	assert.equal(q.get('scope'), 'tweet.read tweet.write users.read media.write offline.access');
	assert.match(q.get('state'), /^[\w-]{43}$/);
	assert.match(q.get('code_challenge'), /^[\w-]{43}$/);
	const back = x.consent(url);
	assert.match(await come(back), /X で許可されました.*許可されているアカウント： @minato_city/);
	const now = await row();
	assert.deepEqual([now.kind, now.active, now.settings.user_id, now.settings.user_name], ['x2', false, x.user, 'minato_city']);
	for (const secret of [x.access, x.refresh, x.client[1]]) {
		assert.ok(!now.secrets.includes(Buffer.from(secret).toString('hex')), 'sealed');
		assert.ok(!JSON.stringify(now.settings).includes(secret));
	}
	assert.equal(asked(), 1);
	assert.equal((await inside(town, 'SELECT count(*) FROM gateway_sign_in')).split('\n').pop(), '0');

	// Once.
	assert.match(await come(back), /このサインインは使えません/);
	assert.equal(asked(), 1, 'X is not asked again');
	assert.equal((await row()).version, now.version);

	assert.equal((await admin.submit(await admin.get(`${settings}/switch`), {}, 'switch')).status, 303);
	assert.equal((await row()).active, true);
	const audit = await inside(town, `SELECT string_agg(row_to_json(a)::text, ' ') FROM audit a WHERE tenant_id = current_tenant() AND act LIKE 'gateway%'`);
	for (const secret of [x.access, x.refresh, x.client[1]]) assert.ok(!audit.includes(secret));

	// What else is changed leaves it as it is.
	assert.equal((await admin.submit(await admin.get(settings), { posts_per_month: '50' }, 'channels/x')).status, 303);
	assert.match(said(await admin.get(settings)), /許可されているアカウント： @minato_city/);

	// Another app was not allowed anything yet; and nothing is posted meanwhile.
	const whole = async () => (await inside(town, `UPDATE gateway SET (active, settings, secrets) = (SELECT active, settings, secrets FROM kept_x) WHERE channel = 'x' AND tenant_id = current_tenant()`));
	await inside(town, `CREATE TABLE kept_x AS SELECT active, settings, secrets FROM gateway WHERE channel = 'x' AND tenant_id = current_tenant()`);
	assert.equal((await admin.submit(await admin.get(settings), { client_id: 'another-client-0123456789' }, 'channels/x')).status, 303);
	const other = await admin.get(settings);
	assert.match(said(other), /まだ許可されていません/);
	assert.ok(!said(other).includes('@minato_city'));
	assert.deepEqual([(await row()).active, (await row()).settings.user_id], [false, undefined]);
	await whole();
});

test('whoever did not begin it, has another state, comes late or began anew is told, and X is not asked', async () => {
	const n = asked(), version = (await row()).version;
	const refuse = async (href, words, who) => assert.match(await come(href, who), words);
	for (const state of ['', 'x', 'A'.repeat(43)])
		await refuse(`${callback}?state=${state}&code=abc`, /このサインインは使えません/);
	await refuse(callback, /このサインインは使えません/);

	const other = await desk(town, 'admin'), mine = x.consent(await begin());
	await refuse(mine, /このサインインは使えません/, other);
	assert.equal(asked(), n, 'another session of the same person');
	const yama = town.client(YAMA);
	assert.equal((await yama.get(here(mine))).status, 303, 'another town has a door');
	assert.equal((await (await desk(town, 'sato')).get(here(mine))).status, 403);
	assert.equal((await admin.get(here(mine).replace('/x/', '/line/'))).status, 404);

	const second = x.consent(await begin());
	await refuse(mine, /このサインインは使えません/);
	await inside(town, `UPDATE gateway_sign_in SET ends = now()`);
	await refuse(second, /時間がたちすぎました/);
	await refuse(second, /このサインインは使えません/);

	// Other credentials were saved while somebody was at X.
	const third = x.consent(await begin());
	assert.equal((await admin.submit(await admin.get(settings), { posts_per_month: '51' }, 'channels/x')).status, 303);
	await refuse(third, /このサインインは使えません/);
	assert.equal(asked(), n);
	assert.equal((await row()).version, version + 1, 'which only the saving was');
});

test('who says no at X is not let in; nor is half a permission taken', async () => {
	const before = (await row()).version;
	const no = x.consent(await begin(), false);
	assert.match(await come(no), /X の画面で許可されませんでした/);
	assert.match(await come(no), /このサインインは使えません/);
	const url = new URL(await begin());
	url.searchParams.set('scope', 'tweet.read users.read offline.access');
	assert.match(await come(x.consent(url.href)), /許可された内容が足りません/);
	assert.match(await come(`${callback}?state=${new URL(await begin()).searchParams.get('state')}`), /X に断られました/, 'a state without a code');
	assert.equal((await row()).version, before);
});

test('a code is exchanged once, whatever X answers', async () => {
	const before = (await row()).version;
	for (const [what, rule, words] of [
		['an old code', null, /X に断られました/],
		['401', { status: 401, body: { error: 'unauthorized_client' } }, /X に断られました/],
		['503', { status: 503 }, /返事がありませんでした/],
		['cut after accepting', { accept: true, bytes: 30 }, /返事がありませんでした/],
		['closed after accepting', { accept: true, close: true }, /返事がありませんでした/],
		['no JSON', { status: 200, body: 'OK' }, /返事がありませんでした/],
		['a token without the next one', { status: 200, body: { access_token: 'a', scope: 'tweet.read tweet.write users.read offline.access' } }, /内容が足りません/],
	]) {
		const back = x.consent(await begin());
		if (rule === null) [...x.codes.values()].at(-1).made -= 31e3;
		x.script(rule ? [{ method: 'POST', path: '/2/oauth2/token', ...rule }] : []);
		const calls = x.calls;
		assert.match(await come(back), words, what);
		assert.equal(x.calls - calls, 1, what);
		x.script([]);
	}
	// It is not known whose account it is.
	const back = x.consent(await begin());
	x.script([{ method: 'GET', path: '/2/users/me', status: 503 }]);
	assert.match(await come(back), /返事がありませんでした/);
	x.script([]);
	assert.equal((await row()).version, before, 'what was there stays');
	assert.match(await come(x.consent(await begin())), /X で許可されました/);
});

test('the verifier fits the challenge, and stays here', async () => {
	const url = await begin(), sealed = await inside(town, `SELECT encode(sealed, 'hex') FROM gateway_sign_in`);
	let verifier;
	x.script([{ method: 'POST', path: '/2/oauth2/token', when: (c) => { verifier = new URLSearchParams(c.body.toString()).get('code_verifier'); return false; } }]);
	await come(x.consent(url));
	x.script([]);
	assert.match(verifier, /^[\w-]{43}$/);
	assert.equal(createHash('sha256').update(verifier).digest('base64url'), new URL(url).searchParams.get('code_challenge'));
	assert.ok(!sealed.includes(Buffer.from(verifier).toString('hex')));
});
