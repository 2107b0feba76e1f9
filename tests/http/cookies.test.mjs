// SPDX-License-Identifier: Apache-2.0
//
// R16, R17, R19: every cookie that any answer sets is __Host-, Secure, HttpOnly and
// SameSite; tokens are long, new at every step, stored as hashes only; and whatever
// ends a session ends it on every worker.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk } from '../harness/desk.mjs';
import { fill, MINATO, people, routes, surveyIn, tenant } from '../harness/house.mjs';
import { account, password, signIn, totp } from '../harness/staff.mjs';
import { eventually, up } from '../harness/up.mjs';
import { linkIn, mailWith, somebody, subscribe } from './citizen.mjs';

let town, district;
const set = new Map();		// name → one line as it was set

before(async () => {
	town = await up();
	district = Number(await town.sql(`SELECT min(id) FROM district WHERE tenant_id = ${tenant(MINATO)}`));
	// Whatever client, whatever answer.
	const client = town.client.bind(town);
	town.client = (host) => {
		const c = client(host), keep = c.keep.bind(c);
		c.keep = (lines) => {
			for (const line of lines) check(line);
			keep(lines);
		};
		return c;
	};
});
after(() => town?.stop());

function check(line) {
	const [, name, value, rest] = /^([^=]+)=([^;]*);? ?(.*)$/.exec(line);
	const parts = rest.split('; ').map((p) => p.toLowerCase());
	assert.match(name, /^__Host-(staff|citizen|visit|lang|tell|subscribe|line|back)$/, line);
	for (const must of ['secure', 'httponly', 'path=/']) assert.ok(parts.includes(must), line);
	assert.ok(parts.some((p) => /^samesite=(lax|strict)$/.test(p)), line);
	assert.ok(!parts.some((p) => p.startsWith('domain')), line);
	assert.match(value, /^[\w.~:+/=-]*$/, line);
	// 128 bits at least, and gone with the browser or within its time.
	if (/staff|citizen|visit|subscribe/.test(name) && value !== '') assert.ok(value.length >= 22, line);
	if (/staff/.test(name) && value !== '') assert.ok(!parts.some((p) => /^expires/.test(p)), line);
	set.set(name, line);
}

const everywhere = async (cookie, value, path, host = MINATO) => {
	// Five workers, and no connection is kept by two of these.
	const answers = await Promise.all(Array.from({ length: 12 }, () => {
		const thief = town.client(host);
		thief.cookies.set(cookie, value);
		return thief.get(path);
	}));
	return new Set(answers.map((a) => a.status));
};
const out = async (what, cookie, value, path) => assert.deepEqual([...await everywhere(cookie, value, path)], [303], what);
const isIn = async (what, cookie, value, path) => assert.deepEqual([...await everywhere(cookie, value, path)], [200], what);

test('on every route, for everybody', async () => {
	const who = await people(town);
	await town.sql(surveyIn(MINATO, 7000001));
	const ids = { message: 1, survey: 7000001, question: 'q1', staff: 2, department: 1, area: 1, topic: 1, person: 1, tag: 'en', mail: 'x', token: 'x'.repeat(43) };
	for (const person of Object.values(who)) {
		for (const route of (await routes(town)).filter((r) => r.method === 'GET')) {
			const answer = await person.client.get(fill(route.path, ids));
			// What nginx keeps has nobody's cookie in it.
			if (route.asks.has('cached') || /public/.test(answer.headers['cache-control'] ?? '')) assert.equal(answer.headers['set-cookie'], undefined, route.a);
			if (person.citizen !== undefined) person.client.cookies.set('__Host-citizen', person.token);
		}
	}
	assert.ok(set.has('__Host-visit') && set.has('__Host-lang'));
});

test('a citizen: a new token with each link, none of them stored, and out on every worker', async () => {
	const email = somebody(), c = town.client(MINATO);
	// Chosen by somebody else, before: it is not taken over.
	c.cookies.set('__Host-citizen', 'A'.repeat(43));
	await subscribe(town, c, email, { district: [district] });
	const first = c.cookies.get('__Host-citizen');
	assert.notEqual(first, 'A'.repeat(43));
	await isIn('confirmed', '__Host-citizen', first, '/my');

	const other = town.client(MINATO);
	await other.submit(await other.get('/my/link'), { email });
	const opened = await other.submit(await other.get(linkIn(await mailWith(town, email, '/my/open/'), 'open')));
	assert.equal(opened.status, 303);
	const second = other.cookies.get('__Host-citizen');
	assert.notEqual(second, first);
	const dump = await town.sql(`SELECT string_agg(s::text, '') FROM citizen_session s`);
	for (const token of [first, second]) assert.ok(!dump.includes(token) && !dump.includes(Buffer.from(token).toString('hex')));

	await c.submit(await c.get('/my'), {}, 'sign-out');
	assert.ok(!c.cookies.has('__Host-citizen'), 'it is taken back');
	await out('signed out', '__Host-citizen', first, '/my');
	await isIn('the other device stays', '__Host-citizen', second, '/my');
	await other.submit(await other.get('/my/leave'), {}, 'leave');
	await out('left', '__Host-citizen', second, '/my');
});

test('staff: password, code, each a new token; the one before is nothing', async () => {
	const c = town.client(MINATO), who = account(town, MINATO, 'sato'), seen = [];
	await c.get('/desk/login');
	await password(c, 'sato', who.password);
	seen.push(c.cookies.get('__Host-staff'));
	await c.submit(await c.get('/desk/login/code'), { code: totp(who.totp_secret) });
	seen.push(c.cookies.get('__Host-staff'));
	assert.equal(new Set(seen).size, 2);
	await out('of the first step', '__Host-staff', seen[0], '/desk');
	await isIn('of the second', '__Host-staff', seen[1], '/desk');
	const dump = await town.sql(`SELECT string_agg(s::text, '') FROM staff_session s`);
	for (const token of seen) assert.ok(!dump.includes(token) && !dump.includes(Buffer.from(token).toString('hex')));
});

test('what ends a session of staff ends it everywhere', async () => {
	const ways = {
		'signing out': async (c) => c.submit(await c.get('/desk'), {}, 'logout'),
		'all other devices': async () => {
			const here = await desk(town, 'takahashi');
			return here.submit(await here.get('/desk/settings/account'), {}, 'sessions');
		},
		'another password': async () => {
			const here = await desk(town, 'takahashi'), old = account(town, MINATO, 'takahashi').password;
			const fields = Object.fromEntries([...(await here.get('/desk/settings/account/password')).text
				.matchAll(/type="password"[^>]* name="(\w+)"|name="(\w+)"[^>]* type="password"/g)].map((m) => [m[1] ?? m[2], 'zu7-Kq0-wert']));
			const now = Object.keys(fields)[0];
			return here.submit(await here.get('/desk/settings/account/password'), { ...fields, [now]: old }, 'password');
		},
		'disabled by an administrator': async () => {
			const admin = await desk(town, 'admin'), id = await town.sql(`SELECT id FROM staff WHERE login = 'takahashi'`);
			return admin.submit(await admin.get(`/desk/settings/staff/${id}/disable`), {}, 'disable');
		},
	};
	for (const [what, end] of Object.entries(ways)) {
		const c = await desk(town, 'takahashi'), value = c.cookies.get('__Host-staff');
		await isIn(what, '__Host-staff', value, '/desk');
		const answer = await end(c);
		assert.equal(answer.status, 303, `${what}: ${answer.text.slice(0, 300)}`);
		await out(what, '__Host-staff', value, '/desk');
	}
	const sato = await desk(town, 'sato'), value = sato.cookies.get('__Host-staff');
	await town.sql(`SET session_replication_role = replica; DELETE FROM staff_role WHERE staff_id = (SELECT id FROM staff WHERE login = 'sato')`);
	assert.deepEqual([...await everywhere('__Host-staff', value, '/desk/messages')], [403], 'without a role, at once');
});

test('cookies that are none of ours do no harm', async () => {
	for (const header of ['__Host-staff=', '__Host-staff', `__Host-staff=${'x'.repeat(4000)}`, '__Host-staff=a; __Host-staff=b', '__Host-staff="a"',
		'; ; ;', '=x', '__Host-staff=%00', '__Host-staff=\xff', `${'a=b; '.repeat(300)}c=d`, '__Host-lang=zz', '__Host-tell=success:nothing', '__Host-tell=<b>']) {
		const answer = await town.client(MINATO).get('/desk', { headers: { cookie: header } });
		assert.ok([303, 400].includes(answer.status), `${header.slice(0, 40)}: ${answer.status}`);
		const open = await town.client(MINATO).get('/subscribe/email', { headers: { cookie: header } });
		assert.ok([200, 400].includes(open.status), `${header.slice(0, 40)}: ${open.status}`);
		assert.doesNotMatch(open.text, /<b>/);
	}
});

test('these were all of them', async () => {
	await signIn(town, MINATO, 'suzuki');
	assert.deepEqual([...set.keys()].sort(), ['__Host-back', '__Host-citizen', '__Host-lang', '__Host-staff', '__Host-subscribe', '__Host-tell', '__Host-visit']);
});
