// SPDX-License-Identifier: Apache-2.0
//
// A form that comes when the login of its clerk has lapsed (R18) is not lost: it waits for the same
// person to sign in again, and nobody else ever gets it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inside, said, written } from '../harness/desk.mjs';
import { makeEvent } from '../harness/event.mjs';
import { MINATO, YAMA } from '../harness/house.mjs';
import { isPage } from '../harness/invariants.mjs';
import { png, sendPicture } from '../harness/picture.mjs';
import { account, password, totp } from '../harness/staff.mjs';
import { up } from '../harness/up.mjs';

let town;
before(async () => { town = await up(); });
after(() => town?.stop());

const TYPED = '断水の「お知らせ」 & <b>本文</b>\r\n二行目\r\n'.concat('あ'.repeat(400)), CANARY = 'ZX81-unsent';
const lapse = (column = 'seen', age = '31 minutes') => town.sql(`UPDATE staff_session SET ${column} = ${column} - interval '${age}'`);
const body = (id) => town.sql(`SELECT body FROM message WHERE id = ${id}`);
// Codes of this half minute are taken once more, and other tests' tries are none of this one's.
const anew = () => town.sql('TRUNCATE throttle; SET session_replication_role = replica; UPDATE staff SET totp_step = 0');
async function enter(client, page, login, host = MINATO) {
	await anew();
	const first = await client.submit(page, { login, password: account(town, host, login).password }, 'login');
	assert.match(first.headers.location, /\/login\/code/, said(first));
	return client.submit(await client.get(first.headers.location), { code: totp(account(town, host, login).totp_secret) });
}
async function staff(login, host = MINATO, portal = '/desk') {
	const client = town.client(host);
	assert.equal((await enter(client, await client.get(`${portal}/login`), login, host)).headers.location, portal);
	return client;
}
async function opened(login = 'sato') {
	const client = await staff(login), id = await written(town, login), form = await client.get(`/desk/messages/${id}/content`);
	return { client, id, form, send: (values) => client.submit(form, values ?? { subject: '断水', body: TYPED, contact: CANARY }, `/messages/${id}`) };
}
const kept = (answer) => /入力した内容は残っています/.test(said(answer));
const unsent = '/desk/login/unsent';

for (const [column, age, words] of [['seen', '31 minutes', /30分以上操作がなかった/], ['created', '13 hours', /12時間がたった/]]) {
	test(`R18 what was typed is there after signing in again: ${age}`, async () => {
		const { client, id, send } = await opened();
		await lapse(column, age);
		const page = isPage(await send(), { status: 401 });
		assert.match(said(page), words);
		assert.ok(kept(page));
		assert.ok(!page.text.includes(CANARY), 'but not in the page, which anybody may read');
		assert.ok(!(await town.sql(`SELECT string_agg(encode(unsent, 'escape'), ' ') FROM staff_session`)).includes(CANARY), 'sealed');
		const wrong = await client.submit(page, { login: 'sato', password: 'wrong horse' }, 'login');
		assert.equal(wrong.status, 422);
		assert.ok(kept(wrong), 'a mistake does not lose it');
		assert.equal(await body(id), '午前9時から断水します。');
		const away = await enter(client, wrong, 'sato');
		assert.match(away.headers.location, /^\/desk\/login\/unsent\?next=%2Fdesk%2Fmessages%2F\d+%2Fcontent$/);
		const shown = isPage(await client.follow(away));
		assert.match(said(shown), /入力した内容は残っています.*もう一度送る/);
		assert.match(shown.text, new RegExp(`href="/desk/messages/${id}/content"`));
		const done = await client.submit(shown, {}, `/messages/${id}`);
		assert.equal(done.status, 303, said(done));
		assert.equal(await body(id), TYPED.replaceAll('\r\n', '\n'));
		// Nothing is left to send; and whoever presses once more, or sends the first page again, does nothing twice.
		assert.equal((await client.get(unsent)).headers.location, '/desk');
		for (const again of [await client.submit(shown, { body: 'second' }, `/messages/${id}`), await send({ body: 'third' })])
			assert.equal(again.headers.location, done.headers.location);
		assert.equal(await body(id), TYPED.replaceAll('\r\n', '\n'));
		await lapse();
		assert.equal((await enter(client, await client.get('/desk/login'), 'sato')).headers.location, '/desk', 'not offered again');
	});
}

test('what is wrong with it is said as ever, and it can be put aside', async () => {
	const { client, id, send } = await opened();
	await lapse();
	await enter(client, await send({ subject: '', body: TYPED }), 'sato');
	const shown = await client.get(unsent), refused = await client.submit(shown, {}, `/messages/${id}`);
	assert.equal(refused.status, 422);
	assert.ok(refused.text.includes('二行目'));
	assert.equal((await client.get(unsent)).status, 200, 'it is there as long as this login lives');
	const mended = await client.submit(refused, { subject: '断水' }, `/messages/${id}`);
	assert.equal(mended.status, 303, said(mended));
});

test('two windows, and one that was only open', async () => {
	const { client, id, send } = await opened(), two = await written(town, 'sato'), three = await written(town, 'sato');
	const [other, still] = [await client.get(`/desk/messages/${two}/content`), await client.get(`/desk/messages/${three}/content`)];
	await lapse();
	await send();
	await send();
	const page = await client.submit(other, { subject: '二つ目', body: 'two' }, `/messages/${two}`);
	// And once more while the code is due.
	await anew();
	const first = await client.submit(page, { login: 'sato', password: account(town, MINATO, 'sato').password }, 'login');
	assert.ok(kept(await client.submit(other, { subject: '二つ目', body: 'two' }, `/messages/${two}`)));
	await enter(client, await client.get('/desk/login'), 'sato');
	assert.match(first.headers.location, /code/);
	const shown = isPage(await client.get(unsent));
	assert.equal(shown.text.match(/class="c-form"/g).length, 2, 'each once');
	for (const which of [id, two]) assert.equal((await client.submit(shown, {}, `/messages/${which}`)).status, 303);
	assert.deepEqual([await body(id), await body(two)], [TYPED.replaceAll('\r\n', '\n'), 'two']);
	// The third was not sent yet, and its page is still good.
	assert.equal((await client.submit(still, { subject: '三つ目', body: 'three' }, `/messages/${three}`)).status, 303);
	assert.equal(await body(three), 'three');
});

test('nobody else gets it: in the same browser, or the same person in another one', async () => {
	const { client, send, form, id } = await opened();
	await lapse();
	const page = await send(), thief = town.client(MINATO);
	const stolen = client.cookies.get('__Host-staff');
	assert.equal((await enter(client, page, 'suzuki')).headers.location, `/desk/messages/${id}/content`);
	const home = await client.get(unsent);
	assert.equal(home.headers.location, '/desk');
	assert.notEqual(client.cookies.get('__Host-staff').slice(0, 21), stolen.slice(0, 21));
	assert.equal((await client.submit(form, { body: 'x' }, `/messages/${id}`)).status, 403, 'nor may they send the page that is open');
	// The cookie alone opens nothing.
	thief.cookies.set('__Host-staff', stolen);
	assert.equal((await thief.get(unsent)).status, 303);
	assert.equal((await enter(town.client(MINATO), await town.client(MINATO).get('/desk/login'), 'sato').catch(() => ({ status: 403 }))).status, 403);
	const elsewhere = await staff('sato');
	assert.equal((await elsewhere.get(unsent)).headers.location, '/desk');
	// While where it was, it is, although its person has been in elsewhere meanwhile.
	assert.equal((await enter(thief, await thief.get('/desk/login'), 'sato')).headers.location, unsent);
});

test('R27 a form that is not of that login is not kept', async () => {
	const rows = () => town.sql('SELECT count(*) FROM staff_session WHERE unsent IS NOT NULL');
	const { client, id, form } = await opened(), other = await opened('suzuki');
	const token = form.text.match(/name="token" value="([^"]+)"/)[1], theirs = other.form.text.match(/name="token" value="([^"]+)"/)[1];
	const path = `/desk/messages/${id}/content`, fields = { subject: 'x', body: 'planted' };
	await lapse();
	const was = await rows();
	for (const [what, values, headers = {}] of [['no token', fields], ['an empty one', { ...fields, token: '' }], ['another person\'s', { ...fields, token: theirs }],
		['from elsewhere', { ...fields, token }, { origin: 'https://evil.example' }], ['from another town', { ...fields, token }, { origin: `https://${YAMA}:${town.port}` }]]) {
		const answer = await client.post(path, values, { headers });
		assert.ok([401, 403].includes(answer.status), what);
		assert.ok(!kept(answer), what);
	}
	const cold = town.client(YAMA);
	cold.cookies.set('__Host-staff', client.cookies.get('__Host-staff'));
	assert.ok(!kept(await cold.post(path, { ...fields, token })), 'another town');
	assert.equal(await rows(), was);
	// Ended, not lapsed: signed out by themselves, everywhere, disabled.
	await inside(town, `UPDATE staff SET state = 'disabled' WHERE login = 'sato'`);
	assert.ok(!kept(await client.post(path, { ...fields, token })), 'disabled');
	await inside(town, `UPDATE staff SET state = 'active' WHERE login = 'sato'`);
	await town.sql(`DELETE FROM staff_session WHERE hash = sha256('${client.cookies.get('__Host-staff')}')`);
	const ended = isPage(await client.post(path, { ...fields, token }), { status: 401, script: false });
	assert.ok(!kept(ended), 'ended');
	assert.equal(await rows(), was);
});

test('passwords and keys are not kept; a form that waited for a proof is; a form of the operator, too', async () => {
	const client = await staff('admin'), id = await town.sql(`SELECT id FROM staff WHERE login = 'suzuki' AND tenant_id = 1`);
	const keys = await client.get('/desk/settings/channels/line');
	const change = await client.get('/desk/settings/account/password'), form = await client.get(`/desk/settings/staff/${id}`);
	await town.sql(`UPDATE staff_session SET proved = proved - interval '11 minutes'`);
	const proof = await client.submit(form, { name: '鈴木 新' }, `/staff/${id}`);
	assert.match(said(proof), /本人確認/);
	await lapse();
	assert.ok(!kept(await client.submit(change, { old: 'secret old', password: 'secret new', again: 'secret new' }, 'password')));
	assert.ok(!kept(await client.submit(keys, { channel_id: '1656000001', channel_secret: 'secret key' }, 'line')));
	const page = await client.submit(proof, { password: 'secret', code: '000000' }, 'again');
	assert.equal(page.status, 401);
	assert.ok(kept(page));
	await enter(client, page, 'admin');
	const shown = await client.get(unsent);
	assert.ok(!shown.text.includes('secret'));
	assert.equal((await client.submit(shown, {}, `/staff/${id}`)).status, 303);
	assert.equal(await town.sql(`SELECT name FROM staff WHERE id = ${id} AND tenant_id = 1`), '鈴木 新');

	const host = 'operator.localhost', login = town.accounts.find((a) => a.host === host).login, operator = await staff(login, host, '/operator');
	const codes = await operator.get('/operator/account/factor');
	await lapse();
	const over = isPage(await operator.submit(codes, { what: 'codes' }, 'factor'), { status: 401 });
	assert.ok(kept(over));
	assert.match((await enter(operator, over, login, host)).headers.location, /^\/operator\/login\/unsent/);
	const waits = isPage(await operator.get('/operator/login/unsent'));
	assert.equal((await operator.submit(waits, {}, 'factor')).headers.location, '/operator/account/codes');
});

test('who lost the role while they typed can copy it, and send it once the role is theirs again', async () => {
	const { client, id, send, form } = await opened(), was = await body(id);
	const roles = (sql) => inside(town, sql.replace('WHO', `(SELECT id FROM staff WHERE login = 'sato')`));
	const take = `DELETE FROM staff_role WHERE staff_id = WHO AND role = 'writer'`, give = `INSERT INTO staff_role (staff_id, role) VALUES (WHO, 'writer')`;
	await roles(take);
	const page = isPage(await send(), { status: 403, script: false });
	assert.match(said(page), /入力した内容は残っています.*断水の「お知らせ」 &amp; &lt;b&gt;本文&lt;\/b&gt; 二行目.*もう一度送る/);
	assert.ok(page.text.includes(CANARY) && page.text.includes('あ'.repeat(400)));
	assert.ok(!page.text.includes('<b>本文'));
	assert.equal(await body(id), was);
	assert.equal((await client.submit(page, {}, `/messages/${id}`)).status, 403, 'not yet');
	for (const values of [{ token: '' }, { token: form.text.match(/name="token" value="([^"]+)"/)[1].replace(/^.{22}/, 'A'.repeat(22)) }]) {
		const answer = await client.post(`/desk/messages/${id}/content`, { subject: 'x', body: CANARY, ...values });
		assert.equal(answer.status, 403);
		assert.ok(!answer.text.includes(CANARY), 'the form of somebody else is not shown');
	}
	await roles(give);
	const done = await client.submit(page, {}, `/messages/${id}`);
	assert.equal(done.status, 303, said(done));
	assert.equal(await body(id), TYPED.replaceAll('\r\n', '\n'));
	assert.equal((await client.submit(page, { body: 'twice' }, `/messages/${id}`)).headers.location, done.headers.location);
	assert.equal(await body(id), TYPED.replaceAll('\r\n', '\n'));
});

test('what was typed into a page whose thing is gone is there to be copied', async () => {
	const { client, id, send } = await opened();
	await town.sql(`SET session_replication_role = replica; DELETE FROM message WHERE id = ${id}`);
	const page = isPage(await send(), { status: 404, script: false });
	assert.ok(page.text.includes('あ'.repeat(400)));
	assert.ok(!page.text.includes('もう一度送る'), 'there is nothing to send it to');
	assert.ok(!(await client.get(`/desk/messages/${id}/content`)).text.includes('あ'.repeat(400)));
});

test('of a form with files the words are kept', async () => {
	const client = await staff('sato'), id = await written(town, 'sato'), path = `/desk/messages/${id}/pictures`;
	const form = await client.get(path);
	await lapse();
	const page = await sendPicture(client, form, { text_new: CANARY }, Buffer.concat([png(1500, 900), Buffer.alloc(2 << 20)]));
	assert.equal(page.status, 401);
	assert.ok(kept(page));
	await enter(client, page, 'sato');
	const shown = isPage(await client.get(unsent));
	assert.match(said(shown), /ファイルは残っていません/);
	assert.ok(shown.text.includes(CANARY));
	const answer = await client.submit(shown, {}, 'pictures');
	assert.equal(answer.status, 422, said(answer));
	assert.ok(answer.text.includes(CANARY), 'in its place');
});

test('a form that was carried out, and came again late, is not offered once more', async () => {
	const { client, send } = await opened();
	const done = await send();
	await lapse();
	assert.equal((await send()).headers.location, done.headers.location);
	assert.equal((await enter(client, await client.get('/desk/login'), 'sato')).headers.location, '/desk');
	assert.equal((await client.get(`${unsent}?next=%2Fdesk%2Fmessages`)).headers.location, '/desk/messages');
	await inside(town, 'DELETE FROM staff_session');
});

test('代理申込 goes on where it was, with the way that was chosen', async () => {
	const client = await staff('sato'), made = await makeEvent(town, { columns: { opens: `now() + interval '1 day'` } });
	const start = `/desk/events/${made.event}/applicants/new`, at = `/events/${made.event}/apply`, on = `/desk/login?next=${start}/on`;
	// At the very first form.
	const form = await client.get(start);
	await lapse();
	let page = await client.follow(await enter(client, isPage(await client.submit(form, { channel: 'counter' }, '/new'), { status: 401 }), 'sato'));
	page = await client.follow(await client.submit(page, {}, '/new'));
	assert.match(said(page), /代理申込/);
	page = await client.follow(await client.submit(page, { slot: made.slots[0], people: 1 }, 0));
	// On the way: what was typed is kept, and shown to nobody until they are in again.
	await lapse();
	let answer = await client.submit(page, { name: '窓口 花子' }, '/person/');
	assert.equal(answer.headers.location, `${at}/contact`);
	answer = await client.get(`${at}/contact`);
	assert.equal(answer.headers.location, on);
	assert.equal((await client.get(`${at}/person/1`)).headers.location, on);
	page = await client.follow(await enter(client, await client.get(on), 'sato'));
	page = page.status === 303 ? await client.follow(page) : page;
	assert.match(page.path, /apply\/contact$/);
	page = await client.follow(await client.submit(page, {}, '/contact'));
	assert.match(said(page), /窓口 花子/);
	// Before the button: nothing is sent for them, and nothing is lost.
	await lapse();
	assert.equal((await client.submit(page, {}, '/check')).headers.location, on);
	assert.equal(await town.sql(`SELECT count(*) FROM application WHERE event_id = ${made.event}`), '0');
	page = await client.follow(await enter(client, await client.get(on), 'sato'));
	page = page.status === 303 ? await client.follow(page) : page;
	page = await client.follow(await client.submit(page, {}, '/check'));
	assert.equal(await town.sql(`SELECT a.channel || ' ' || s.login FROM application a JOIN staff s ON s.id = a.staff_id WHERE a.event_id = ${made.event}`), 'counter sato');
	// With nothing begun it leads to the beginning; whoever has signed out has nothing of it.
	assert.equal((await client.get(`${start}/on`)).headers.location, start);
	await client.submit(await client.get(start), { channel: 'phone' }, '/new');
	await client.submit(await client.get('/desk'), {}, 'logout');
	assert.equal((await client.get(at)).status, 410);
});
