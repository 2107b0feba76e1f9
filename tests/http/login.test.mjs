// SPDX-License-Identifier: Apache-2.0
//
// Signing in: both factors, codes that work once, tokens that change, throttles
// that keep guessers out and honest people in, and the ways out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inside } from '../harness/desk.mjs';
import { account, password, signIn, totp } from '../harness/staff.mjs';
import { up } from '../harness/up.mjs';

const host = 'minato.localhost';
const cookie = '__Host-staff';
let town;

before(async () => { town = await up(); });
after(() => town.stop());

const audited = (act) => town.sql(`SELECT count(*) FROM audit WHERE act = '${act}'`).then(Number);
// Other tests' tries are none of this one's business.
const forget = () => town.sql('TRUNCATE throttle');
const fresh = (login) => town.sql(`UPDATE staff SET totp_step = 0 WHERE login = '${login}'`);

test('who is not signed in is sent to the door, and from there back', async () => {
	const c = town.client(host);
	const away = await c.get('/desk/messages?state=draft');
	assert.equal(away.status, 303);
	assert.equal(away.headers.location, '/desk/login?next=%2Fdesk%2Fmessages%3Fstate%3Ddraft');
	const who = account(town, host, 'sato');
	let answer = await c.submit(await c.get(away.headers.location), { login: 'sato', password: who.password });
	assert.equal(answer.status, 303);
	assert.match(answer.headers.location, /^\/desk\/login\/code\?next=/);
	answer = await c.submit(await c.get(answer.headers.location), { code: totp(who.totp_secret) });
	assert.equal(answer.status, 303);
	assert.equal(answer.headers.location, '/desk/messages?state=draft');
	assert.equal((await c.get('/desk')).status, 200);
	assert.equal(await audited('staff.signed_in'), 1);
	assert.equal(await town.sql(`SELECT actor_kind || (actor_id = object_id) FROM audit WHERE act = 'staff.signed_in'`),
		'stafftrue');
});

test('only to pages of ours', async () => {
	for (const next of ['//evil.example/', 'https://evil.example/', '/desk\\evil', '/deskevil', '/desk/\r\nX: 1', '/my', '/desk/login']) {
		const c = town.client(host);
		const page = await c.get(`/desk/login?next=${encodeURIComponent(next)}`);
		assert.equal(page.status, next.includes('\r') ? page.status : 200);
		if (page.status === 200) assert.match(page.text, /name="next" value=""/, next);
	}
});

test('F28 R11 a code works once, also when two come together', async () => {
	await fresh('suzuki');
	const who = account(town, host, 'suzuki');
	const code = totp(who.totp_secret);
	const clients = [];
	for (let i = 0; i < 4; i++) {
		const c = town.client(host);
		assert.equal((await password(c, 'suzuki', who.password)).status, 303);
		clients.push([c, await c.get('/desk/login/code')]);
	}
	const answers = await Promise.all(clients.map(([c, page]) => c.submit(page, { code })));
	assert.deepEqual(answers.map((a) => a.status).sort(), [303, 422, 422, 422]);
	const loser = answers.findIndex((a) => a.status === 422);
	assert.match(answers[loser].text, /確認コードが違います/);
	assert.equal((await clients[loser][0].get('/desk')).headers.location, '/desk/login/code');
	assert.equal((await clients[loser][0].submit(answers[loser], { code: totp(who.totp_secret, -1) })).status, 422,
		'an older step does not either');
});

test('F29 R16 the token changes at each step, and only its hash is stored', async () => {
	await fresh('tanaka').catch(() => {});
	const who = account(town, host, 'suzuki');
	await fresh('suzuki');
	const c = town.client(host);
	c.cookies.set(cookie, 'chosen-by-somebody-else');
	await password(c, 'suzuki', who.password);
	const first = c.cookies.get(cookie);
	assert.notEqual(first, 'chosen-by-somebody-else');
	assert.ok(first.length >= 43);
	const answer = await c.submit(await c.get('/desk/login/code'), { code: totp(who.totp_secret) });
	assert.match(answer.headers['set-cookie'].join(), /__Host-staff=[\w-]+; Path=\/; Secure; HttpOnly; SameSite=Lax/);
	assert.notEqual(c.cookies.get(cookie), first);
	const old = town.client(host);
	old.cookies.set(cookie, first);
	assert.match((await old.get('/desk')).headers.location, /^\/desk\/login\?next=/);
	const stored = await town.sql('SELECT string_agg(hash::text, \' \') FROM staff_session');
	assert.ok(!stored.includes(Buffer.from(c.cookies.get(cookie)).toString('hex')));
});

test('password right, code missing: nothing is open yet', async () => {
	const c = town.client(host);
	await password(c, 'suzuki', account(town, host, 'suzuki').password);
	for (const path of ['/desk', '/desk/messages', '/desk/settings', '/desk/settings/account']) {
		assert.equal((await c.get(path)).headers.location, '/desk/login/code', path);
	}
});

test('a wrong password and an unknown ID look alike, and are recorded', async () => {
	await forget();
	const before = await audited('staff.sign_in_failed');
	const c = town.client(host);
	const texts = [];
	for (const login of ['sato', 'nobody']) {
		const answer = await password(c, login, 'wrong horse');
		assert.equal(answer.status, 422);
		assert.match(answer.text, new RegExp(`value="${login}"`), 'the ID stays');
		assert.ok(!answer.text.includes('wrong horse'), 'the password does not');
		texts.push(answer.text.replaceAll(login, 'X').replace(/name="token" value="[^"]*"/g, '').replace(/nonce[^ >]*/g, ''));
	}
	assert.equal(texts[0], texts[1]);
	assert.match(texts[0], /IDかパスワードが違います/);
	assert.equal(await audited('staff.sign_in_failed'), before + 2);
	assert.equal((await password(c, '', '')).status, 422);
});

test('F27 R12 one password on many accounts: few are checked, and the honest still enter', async () => {
	await forget();
	await fresh('sato');
	const honest = account(town, host, 'sato');
	await signIn(town, host, 'sato');
	const failed = await audited('staff.sign_in_failed');
	const c = town.client(host);
	for (let i = 0; i < 150; i += 6) {
		await Promise.all([...Array(6).keys()].map((k) => password(c, `user${i + k}`, 'Sakura2026')));
	}
	const tries = await audited('staff.sign_in_failed') - failed;
	assert.ok(tries <= 100, `${tries} checks`);
	assert.ok(tries >= 50, `only ${tries} checks`);
	assert.equal(await audited('staff.sign_in_throttled'), 1, 'told once');
	const late = await password(town.client(host), 'somebody', 'Sakura2026');
	assert.equal(late.status, 429);
	assert.match(late.text, /15分ほど待って/);
	await fresh('sato');
	const h = town.client(host);
	assert.equal((await password(h, 'sato', honest.password)).status, 303);
	await forget();
});

test('F27 guessing at one account locks out the guesser, not its owner', async () => {
	await forget();
	await fresh('sato');
	await signIn(town, host, 'sato');
	const c = town.client(host);
	let last;
	for (let i = 0; i < 11; i++) last = await password(c, 'suzuki', `guess number ${i}`);
	assert.equal(last.status, 429);
	assert.equal((await password(c, 'sato', account(town, host, 'sato').password)).status, 303);
	await forget();
});

test('F28 too many wrong codes end the session', async () => {
	await forget();
	const c = town.client(host);
	await password(c, 'suzuki', account(town, host, 'suzuki').password);
	let page = await c.get('/desk/login/code');
	let answer;
	for (let i = 0; i < 11; i++) {
		answer = await c.submit(page, { code: '000000' });
		page = answer;
	}
	assert.equal(answer.status, 429);
	assert.match((await c.get('/desk/login/code')).headers.location, /^\/desk\/login/);
	assert.equal((await c.submit(await town.client(host).get('/desk/login'), { login: 'x', password: 'y' })).status, 403);
	await forget();
});

test('F29 R17 signing out ends it on every worker', async () => {
	await fresh('sato');
	const c = await signIn(town, host, 'sato');
	const token = c.cookies.get(cookie);
	const out = await c.submit(await c.get('/desk'), {}, 'logout');
	assert.equal(out.status, 303);
	assert.equal(out.headers.location, '/desk/login');
	assert.ok(!c.cookies.has(cookie));
	assert.match((await c.get('/desk/login')).text, /サインアウトしました/);
	for (let i = 0; i < 8; i++) {
		const thief = town.client(host);
		thief.cookies.set(cookie, token);
		assert.equal((await thief.get('/desk')).status, 303);
	}
});

test('R10 whoever signs in with a hash of another cost has one of ours afterwards', async () => {
	await fresh('sato');
	await forget();
	// argon2 somesalt -id -t 2 -m 8 -p 1, of "password"
	const weak = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';
	const sato = `login = 'sato' AND tenant_id = (SELECT tenant_id FROM tenant_host WHERE host = '${host}')`;
	const kept = () => town.sql(`SELECT password FROM staff WHERE ${sato}`);
	const was = await kept();
	await inside(town, `UPDATE staff SET password = '${weak}' WHERE ${sato}`);
	const c = town.client(host);
	const answer = await c.submit(await c.get('/desk/login'), { login: 'sato', password: 'password' });
	assert.match(answer.headers.location, /^\/desk\/login\/code/);
	const now = await kept();
	assert.notEqual(now, weak);
	assert.ok(now.startsWith(was.split('$').slice(0, 4).join('$')), now);
	await inside(town, `UPDATE staff SET password = '${was}' WHERE ${sato}`);
	assert.equal(await town.sql("SELECT count(*) FROM staff WHERE password <> '' AND password NOT LIKE '$argon2id$%'"), '0');
});

test('R18 idle for half an hour, or in for half a day: out', async () => {
	for (const [column, age] of [['seen', '31 minutes'], ['created', '13 hours']]) {
		await fresh('sato');
		const c = await signIn(town, host, 'sato');
		assert.equal((await c.get('/desk')).status, 200);
		await town.sql(`UPDATE staff_session SET ${column} = now() - interval '${age}'`);
		assert.match((await c.get('/desk')).headers.location, /^\/desk\/login/, column);
	}
});

test('the operator has the same door on another host, and sees names only', async () => {
	const c = await signIn(town, 'operator.localhost', town.accounts.find((a) => a.host === 'operator.localhost').login);
	const home = await c.get('/operator');
	assert.equal(home.status, 200);
	assert.match(home.text, /みなと市/);
	assert.match(home.text, /yama\.localhost/);
	for (const path of ['/desk', '/desk/login', '/desk/settings']) assert.equal((await c.get(path)).status, 404, path);
	const account = await c.get('/operator/account');
	assert.match(account.text, /href="\/operator\/account\/password"/);
	assert.doesNotMatch(account.text, /"\/desk/, 'nothing leads to where it is not');
	const factor = await c.get('/operator/account/factor');
	const wrong = await c.submit(factor, { what: 'neither' }, '/factor');
	assert.equal(wrong.status, 422);
	const codes = await c.submit(wrong, { what: 'codes' }, '/factor');
	assert.equal(codes.headers.location, '/operator/account/codes');
	const list = await c.follow(codes);
	assert.equal([...list.text.matchAll(/<li>[0-9a-z-]{8,}<\/li>/gi)].length, 10);
	assert.equal((await c.submit(list, {}, '/codes')).headers.location, '/operator/account');
	const app = await c.follow(await c.submit(await c.get('/operator/account/factor'), { what: 'app' }, '/factor'));
	assert.match(app.text, /action="\/operator\/account\/app"/);
	const gone = await c.submit(await c.get('/operator/account'), {}, '/logout');
	assert.equal(gone.headers.location, '/operator/login');
	assert.match((await c.get('/operator')).headers.location, /^\/operator\/login/);
	const desk = town.client(host);
	for (const path of ['/operator', '/operator/login', '/operator/login/code']) {
		assert.equal((await desk.get(path)).status, 404, path);
	}
});
