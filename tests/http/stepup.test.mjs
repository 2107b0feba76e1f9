// SPDX-License-Identifier: Apache-2.0
//
// R20 R16: before the way in to an account is changed, before data of many leave the house, and
// before an entry is erased, whoever is signed in proves once more who they are, unless they
// did within ten minutes.  What they had typed is not lost, and the login's token is a new one.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { unescape } from '../harness/client.mjs';
import { inside, said } from '../harness/desk.mjs';
import { makeEvent } from '../harness/event.mjs';
import { digest, fill, MINATO, people, routes, same, SEEN, surveyIn, token } from '../harness/house.mjs';
import { Device } from '../gateways/push_keys.mjs';
import { problems as faults } from '../harness/invariants.mjs';
import { account, password, totp } from '../harness/staff.mjs';
import { up } from '../harness/up.mjs';
import { linkIn, mailsTo, mailWith, problems, somebody, subscribe, words } from './citizen.mjs';
import { code as smsCode, number } from './texts.mjs';

let town, table;
before(async () => {
	town = await up();
	table = await routes(town);
});
after(() => town?.stop());

const old = (minutes = 11) => town.sql(`UPDATE staff_session SET proved = proved - interval '${minutes} minutes';
	UPDATE citizen_session SET created = created - interval '${minutes} minutes'`);
// Codes of this half minute are taken once more, and other tests' tries are none of this one's.
const anew = () => town.sql('SET session_replication_role = replica; UPDATE staff SET totp_step = 0');
const forget = async () => { await town.sql('TRUNCATE throttle'); await anew(); };
const audited = (act) => town.sql(`SELECT count(*) FROM audit WHERE act = '${act}'`).then(Number);
const right = (login, step = 0) => ({ password: account(town, MINATO, login).password, code: totp(account(town, MINATO, login).totp_secret, step) });
async function staff(login = 'admin') {
	await forget();
	const c = town.client(MINATO);
	await password(c, login, right(login).password);
	assert.equal((await c.submit(await c.get('/desk/login/code'), { code: right(login).code })).headers.location, '/desk');
	await anew();
	return c;
}
const again = (next) => `/desk/login/again?next=${encodeURIComponent(next)}`;

test('the table of routes says which', () => {
	const fresh = table.filter((r) => r.asks.has('fresh'));
	assert.deepEqual(fresh.map((r) => r.a).sort(), [
		// a citizen's addresses, and the end of their entry
		...['/my/email', '/my/leave', '/my/line/link', '/my/line/unlink', '/my/phone', '/my/phone/remove'].flatMap((p) => [`GET ${p}`, `POST ${p}`]),
		'POST /my/line/code',
		// the second factor of staff, and the operator's
		...['/desk/settings/account', '/operator/account'].flatMap((p) => [`GET ${p}/factor`, `POST ${p}/factor`, `GET ${p}/app`, `POST ${p}/app`, `GET ${p}/codes`]),
		'GET /desk/login/codes', 'GET /operator/login/codes',
		// roles, addresses and invitations (which take the second factor away) of others
		'GET /desk/settings/staff/new', 'POST /desk/settings/staff',
		...['', '/invite', '/disable'].flatMap((p) => [`GET /desk/settings/staff/{staff}${p}`, `POST /desk/settings/staff/{staff}${p}`]),
		// answers and applicants as files
		'GET /desk/surveys/{survey}/export', 'POST /desk/surveys/{survey}/export', 'GET /desk/surveys/{survey}/export/{export}/file',
		...['csv', 'xlsx', 'sheet', 'badges'].map((p) => `GET /desk/events/{event}/applicants/${p}`),
	].sort());
	for (const { asks, a } of fresh) assert.ok(['citizen', 'staff', 'operator'].some((p) => asks.has(p)), a);
	// A file of persons has no other way out.
	for (const { a, asks } of table.filter((r) => /\/(csv|xlsx|file)$/.test(r.path) && /applicants|export/.test(r.path))) assert.ok(asks.has('fresh'), a);
});

test('an old proof opens none of them, and nothing is written', async () => {
	const who = await people(town);
	await town.sql(surveyIn(MINATO, 7000001, 'open'));
	await old(80);
	const world = { survey: 7000001, export: 1, staff: 2, event: await town.sql(`SELECT min(id) FROM event WHERE tenant_id = 1`) };
	const before = await digest(town, SEEN);
	let asked = 0;
	for (const route of table.filter((r) => r.asks.has('fresh'))) {
		const name = route.asks.has('citizen') ? 'citizen' : route.asks.has('operator') ? 'operator'
			: route.asks.has('admin') ? 'admin' : 'both';
		const { client } = who[name], path = fill(route.path, world);
		const door = name === 'citizen' ? '/my/again?next=' : name === 'operator' ? '/operator/login/again' : '/desk/login/again';
		if (route.method === 'GET') {
			const answer = await client.get(`${path}?a=1`);
			assert.equal(answer.status, 303, route.a);
			const place = route.asks.has('file') ? path.slice(0, path.lastIndexOf('/')) : path;
			const next = encodeURIComponent(`${place}?a=1`);
			assert.equal(answer.headers.location, `${door.split('?')[0]}?next=${next}`, route.a);
		} else {
			const answer = await client.post(path, { token: await token(who[name]), name: 'typed & kept', email: 'x@example.jp' });
			if (name === 'citizen') {
				assert.equal(answer.status, 303, route.a);
				assert.ok(answer.headers.location.startsWith(door), route.a);
				client.cookies.delete('__Host-tell');
			} else {
				assert.equal(answer.status, 401, route.a);
				assert.match(answer.text, new RegExp(`action="${door}"`), route.a);
			}
		}
		asked++;
	}
	assert.ok(asked >= 38, `${asked}`);
	// But for where a citizen's form led to, which is remembered of every form.
	same(before, await digest(town, { ...SEEN, once: { rows: 'true' } }).then((now) => ({ ...now, once: before.once })), 'with an old proof');
});

test('R16 staff: both factors once more, then on, under a new token', async () => {
	const c = await staff(), other = town.client(MINATO);
	assert.equal((await c.get('/desk/settings/staff/new')).status, 200, 'signing in is a proof');
	await old(9);
	assert.equal((await c.get('/desk/settings/staff/new')).status, 200, 'nine minutes later, too');
	await old(2);
	const topic = await c.get('/desk/settings/topics/new');
	assert.equal(topic.status, 200, 'what needs none goes on');
	const away = await c.get('/desk/settings/staff/new');
	assert.equal(away.headers.location, again('/desk/settings/staff/new'));
	const page = await c.follow(away);
	assert.deepEqual(faults(page), []);
	assert.match(said(page), /もう一度パスワードと確認コードを入力してください/);

	const wrong = await c.submit(page, { ...right('admin'), password: 'not this one' }, 'again');
	assert.equal(wrong.status, 422);
	assert.match(problems(wrong).password, /いまのパスワードが違います/);
	assert.doesNotMatch(wrong.text, /not this one/);
	const nocode = await c.submit(wrong, { ...right('admin'), code: '000000' }, 'again');
	assert.equal(nocode.status, 422);
	assert.match(problems(nocode).code, /確認コードが違うか/);
	const empty = await c.submit(nocode, {}, 'again');
	assert.deepEqual(Object.keys(problems(empty)), ['password', 'code']);
	assert.equal((await c.get('/desk/settings/staff/new')).status, 303, 'still not');

	const was = c.cookies.get('__Host-staff'), before = await audited('staff.again');
	const created = (cookie) => town.sql(`SELECT created FROM staff_session WHERE hash = sha256('${cookie}')`), since = await created(was);
	await anew();
	const done = await c.submit(empty, right('admin'), 'again');
	assert.equal(done.headers.location, '/desk/settings/staff/new', said(done));
	const now = c.cookies.get('__Host-staff');
	assert.notEqual(now, was);
	assert.ok(now.length - 21 >= 22 && now.slice(21, 43) !== was.slice(21), 'at least 128 bits are new');
	other.cookies.set('__Host-staff', was);
	for (let i = 0; i < 8; i++) assert.match((await other.get('/desk')).headers.location, /^\/desk\/login\?next=/, 'the old token is nothing');
	assert.match(said(await c.follow(done)), /本人確認ができました/);
	assert.equal(await audited('staff.again'), before + 1);
	assert.equal((await c.get(again('/desk/settings/staff/new'))).headers.location, '/desk/settings/staff/new', 'not asked twice');
	assert.equal(await created(now), since, 'it lives no longer than it would have');
	// What was open in another window is still taken.
	const saved = await c.submit(topic, { name: '確認の前に開いた分野' }, '/topics');
	assert.equal(saved.status, 303, said(saved));
});

test('F28 a code works once here as well, and a recovery code instead of it once', async () => {
	const c = await staff();
	await old();
	const used = right('admin');
	await anew();
	assert.equal((await c.submit(await c.get(again('/desk')), used, 'again')).status, 303);
	await old();
	const twice = await c.submit(await c.get(again('/desk')), used, 'again');
	assert.equal(twice.status, 422);
	await anew();
	await c.submit(twice, right('admin'), 'again');
	await c.submit(await c.get('/desk/settings/account/factor'), { what: 'codes' }, 'factor');
	const [, recovery] = (await c.get('/desk/settings/account/codes')).text.match(/<li>([A-Z2-9]{5}-[A-Z2-9]{5})<\/li>/);
	await c.submit(await c.get('/desk/settings/account/codes'), {}, 'codes');
	await old();
	const by = await c.submit(await c.get(again('/desk')), { ...right('admin'), code: recovery.toLowerCase() }, 'again');
	assert.equal(by.headers.location, '/desk');
	await old();
	assert.equal((await c.submit(await c.get(again('/desk')), { ...right('admin'), code: recovery }, 'again')).status, 422);
});

test('R12 guessing in an open login ends', async () => {
	const c = await staff();
	await old();
	let answer;
	for (let i = 0; i < 11; i++) answer = await c.submit(await c.get(again('/desk')), { ...right('admin'), password: `guess number ${i}` }, 'again');
	assert.equal(answer.status, 429);
	await town.sql('TRUNCATE throttle');
	for (let i = 0; i < 11; i++) answer = await c.submit(await c.get(again('/desk')), { ...right('admin'), code: '000000' }, 'again');
	assert.equal(answer.headers.location, '/desk/login', 'codes: the login is over');
	assert.equal((await c.get('/desk')).status, 303);
});

test('what had been typed is kept, and carried out by one press', async () => {
	const c = await staff();
	const [id, was] = (await town.sql(`SELECT id, name FROM staff WHERE login = 'suzuki' AND tenant_id = 1`)).split('|');
	const form = await c.get(`/desk/settings/staff/${id}`);
	await old();
	const stopped = await c.submit(form, { name: '田中 「新」 & <b>太郎</b>' }, `/staff/${id}`);
	assert.equal(stopped.status, 401);
	assert.deepEqual(faults(stopped), []);
	assert.match(said(stopped), /入力した内容は残っています/);
	const name = () => town.sql(`SELECT name FROM staff WHERE id = ${id} AND tenant_id = 1`);
	assert.equal(await name(), was);
	await anew();
	const wrong = await c.submit(stopped, { ...right('admin'), password: 'x' }, 'again');
	assert.equal(wrong.status, 422, 'a mistake does not lose it');
	const proved = await c.submit(wrong, right('admin'), 'again');
	assert.equal(proved.status, 200, said(proved));
	assert.deepEqual(faults(proved), []);
	assert.equal(await name(), was, 'not yet');
	const done = await c.submit(proved, {}, `/staff/${id}`);
	assert.equal(done.status, 303, said(done));
	assert.equal(await name(), '田中 「新」 & <b>太郎</b>');
	await inside(town, `UPDATE staff SET name = '${was}' WHERE id = ${id}`);
});

test('a form is sent on to the routes that ask for a proof, and to nothing else', async () => {
	for (const to of ['https://evil.example/', '//evil.example', '/desk/topics', '/desk/settings/topics', '/my/leave', '/operator/account/factor', '/deskx', '/desk/settings/staff/2\\']) {
		const c = await staff();
		await old();
		await anew();
		const page = await c.get(again('https://evil.example/'));
		const done = await c.submit(page, { ...right('admin'), to, typed: 'a=1', next: 'https://evil.example/' }, 'again');
		assert.equal(done.headers.location, '/desk', `${to}: ${done.status}`);
	}
});

test('R20 a file is asked for again where its button is', async () => {
	const made = await makeEvent(town), c = await staff('sato');
	const list = `/desk/events/${made.event}/applicants`;
	await old();
	assert.equal((await c.get(list)).status, 200, 'the page itself needs none');
	for (const kind of ['csv', 'xlsx', 'sheet', 'badges']) {
		assert.equal((await c.get(`${list}/${kind}?state=confirmed`)).headers.location, again(`${list}?state=confirmed`), kind);
	}
	const answer = await c.submit(await c.get(again(`${list}?state=confirmed`)), right('sato'), 'again');
	assert.equal(answer.headers.location, `${list}?state=confirmed`);
	assert.match(said(await c.follow(answer)), /操作を続けてください/);
	assert.equal((await c.get(`${list}/csv`)).status, 200);
});

// --- citizens ---

async function person() {
	const client = town.client(MINATO), email = somebody();
	await subscribe(town, client, email);
	return { client, email, id: Number(await town.sql('SELECT max(id) FROM citizen')) };
}
const codeIn = async (email) => (await mailWith(town, email, 'ご本人か確かめるための番号')).text.match(/確認番号: (\d{6})/)[1];
const other = (code) => String((Number(code) + 1) % 1000000).padStart(6, '0');

test('R16 citizens: a code to the address that they have, then on, under a new token', async () => {
	const { client, email, id } = await person();
	assert.equal((await client.get('/my/leave')).status, 200, 'the link of a minute ago is a proof');
	await old();
	assert.equal((await client.get('/my')).status, 200);
	assert.equal((await client.get('/my/change/topics')).status, 200, 'what can be changed back needs none');
	const away = await client.get('/my/email');
	assert.equal(away.headers.location, '/my/again?next=%2Fmy%2Femail');
	const page = await client.follow(away);
	assert.deepEqual(faults(page), []);
	assert.match(words(page), /\*\*\*@example\.jp に6桁の数字を送ります/);
	assert.ok(!page.text.includes(email));
	const sent = await client.submit(page, {}, 'again');
	assert.equal(sent.headers.location, '/my/again/code?next=%2Fmy%2Femail');
	const ask = await client.follow(sent), code = await codeIn(email);
	assert.deepEqual(faults(ask), []);
	const wrong = await client.submit(ask, { code: other(code) }, 'code');
	assert.equal(wrong.status, 422);
	assert.match(problems(wrong).code, /あと4回/);
	const was = client.cookies.get('__Host-citizen');
	// Elsewhere it is of no use, not even under the same login.
	const thief = town.client(MINATO);
	thief.cookies.set('__Host-citizen', was);
	const tried = await thief.get('/my/again/code?next=%2Fmy%2Femail');
	assert.equal(tried.headers.location, '/my/again?next=%2Fmy%2Femail');
	const done = await client.submit(wrong, { code }, 'code');
	assert.equal(done.headers.location, '/my/email', words(done));
	assert.notEqual(client.cookies.get('__Host-citizen'), was);
	assert.equal((await thief.get('/my')).status, 303, 'the old token is nothing');
	const form = await client.follow(done);
	assert.equal(form.status, 200);
	assert.match(words(form), /ご本人と確かめられました/);
	assert.equal(await town.sql(`SELECT count(*) FROM audit WHERE act = 'citizen.again' AND object_id = ${id} AND actor_id = ${id}`), '1');

	// Ten minutes later a form is not taken: it is typed once more, and the page says so.
	await old();
	const late = await client.submit(form, { email: somebody() }, '/my/email');
	assert.equal(late.headers.location, '/my/again?next=%2Fmy%2Femail');
	assert.match(words(await client.follow(late)), /もう一度入力してください/);
});

test('R20 citizens: only to places of their own', async () => {
	const { client } = await person();
	for (const next of ['https://evil.example/', '//evil', '/desk', '/myth', '/my\\x']) {
		assert.equal((await client.get(`/my/again?next=${encodeURIComponent(next)}`)).headers.location, '/my', next);
	}
});

test('R20 who has a phone alone is asked by SMS, who has LINE alone to open it anew', async () => {
	const { client, id } = await person();
	const phone = number();
	await client.submit(await client.get('/my/phone'), { phone });
	await client.submit(await client.get('/my/phone/code'), { code: await smsCode(town, phone) });
	await inside(town, `DELETE FROM contact WHERE citizen_id = ${id} AND channel = 'email'`);
	await old();
	const page = await client.get('/my/again?next=%2Fmy%2Fleave');
	assert.match(words(page), new RegExp(`090-\\*\\*\\*\\*-${phone.slice(-4)} に6桁の数字を送ります`));
	const ask = await client.follow(await client.submit(page, {}, 'again'));
	const done = await client.submit(ask, { code: await smsCode(town, phone, 2) }, 'code');
	assert.equal(done.headers.location, '/my/leave', words(done));
	assert.equal((await client.submit(await client.follow(done), {}, 'leave')).headers.location, '/my/left');

	const alone = await person();
	await inside(town, `INSERT INTO contact (citizen_id, channel, address, hash, state) VALUES (${alone.id}, 'line', 'x', 'line of ${alone.id}', 'active');
		DELETE FROM contact WHERE citizen_id = ${alone.id} AND channel = 'email'`);
	await old();
	const line = await alone.client.get('/my/again?next=%2Fmy%2Fleave');
	assert.deepEqual(faults(line), []);
	assert.match(words(line), /LINEのトークで「設定」と送り/);
	assert.doesNotMatch(line.text, /action="\/my\/again/);
});

test('R20 who has but a device proves it there; who stopped their mail by a code to it; who has nothing is told so', async () => {
	const { client, id } = await person();
	const device = { endpoint: `https://fcm.googleapis.com/fcm/send/again${process.pid}`, ...new Device().keys(), agent: 'iPhone' };
	const press = async () => client.submit(await client.get('/push'), device);
	assert.equal((await press()).headers.location, '/my/devices');
	await inside(town, `DELETE FROM contact WHERE citizen_id = ${id} AND channel = 'email'`);
	await old();
	const leave = async () => (await client.get('/my/leave')).headers.location;
	const page = await client.get(await leave());
	assert.deepEqual(faults(page), []);
	assert.match(words(page), /登録している端末で/);
	assert.doesNotMatch(words(page), /LINE/);
	assert.match(page.text, /href="\/push"/);
	const other = await client.submit(await client.get('/push'), { ...device, endpoint: `${device.endpoint}b`, ...new Device().keys() });
	assert.equal(other.headers.location, '/my/devices');
	assert.match(await leave(), /^\/my\/again/, 'a new device proves nothing');
	const token = client.cookies.get('__Host-citizen');
	assert.equal((await press()).headers.location, '/my/devices');
	assert.notEqual(client.cookies.get('__Host-citizen'), token);
	assert.equal(await leave(), undefined);

	const stopped = await person();
	await inside(town, `SELECT citizen_stop(${stopped.id}, 0, 'email')`);
	await old();
	const asked = await stopped.client.get('/my/again?next=%2Fmy%2Fleave');
	assert.match(words(asked), /に6桁の数字を送ります/);
	const ask = await stopped.client.follow(await stopped.client.submit(asked, {}, 'again'));
	const code = (await mailWith(town, stopped.email, '確認番号')).text.match(/: (\d{6})/)[1];
	assert.equal((await stopped.client.submit(ask, { code }, 'code')).headers.location, '/my/leave');

	const gone = await person();
	await inside(town, `UPDATE contact SET state = 'failed' WHERE citizen_id = ${gone.id}`);
	await old();
	assert.match(words(await gone.client.get('/my/again')), /いまは数字を送れません/);
});

test('R61 what stops something is one press, however old the proof is', async () => {
	const { client, email, id } = await person();
	await old();
	const welcome = (await mailsTo(town, email, 2)).find((m) => m.text.includes('/unsubscribe/'));
	const stop = linkIn(welcome, 'unsubscribe');
	const done = await client.submit(await client.get(stop), { what: 'all' }, 'unsubscribe');
	assert.equal(done.status, 303, words(done));
	assert.equal(await town.sql(`SELECT state FROM citizen WHERE id = ${id}`), 'left');
	assert.ok(unescape(done.headers.location).startsWith('/unsubscribe/'));
});
