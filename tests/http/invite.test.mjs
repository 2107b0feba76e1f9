// SPDX-License-Identifier: Apache-2.0
//
// From an empty installation to somebody who is in: tenant and first administrator by
// the command, everybody else by an invitation that works once.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { totp } from '../harness/staff.mjs';
import { build, eventually, up } from '../harness/up.mjs';

const host = 'kawa.localhost';
let town, admin, link;

before(async () => { town = await up({ data: 'empty' }); });
after(() => town.stop());

const chromo = (...args) => town.chromo(...args);
const fails = async (...args) => {
	try {
		await chromo(...args);
	} catch (e) {
		return e;
	}
	throw new Error(`chromo ${args.join(' ')} should have failed`);
};
const path = (url) => new URL(url).pathname;
const secret = (page) => page.text.match(/c-secret">([A-Z2-7 ]+)</)[1].replaceAll(' ', '');

// From the link to being in, as the person does it.
async function accept(url, password) {
	const c = town.client(host);
	let page = await c.get(path(url));
	assert.equal(page.status, 200);
	let answer = await c.submit(page, { password, again: password });
	assert.equal(answer.status, 303, answer.text);
	assert.equal(answer.headers.location, '/desk/login/enrol');
	page = await c.get('/desk/login/enrol');
	assert.match(page.text, /<path d="M0 0h7v1h-7z/);
	const key = secret(page);
	answer = await c.submit(page, { code: totp(key) });
	assert.equal(answer.status, 303, answer.text);
	page = await c.follow(answer);
	const codes = [...page.text.matchAll(/<li>([A-Z2-9]{5}-[A-Z2-9]{5})<\/li>/g)].map((m) => m[1]);
	assert.equal(codes.length, 10);
	answer = await c.submit(page, {}, 'codes');
	assert.equal(answer.status, 303);
	return { client: c, key, codes, home: answer.headers.location };
}

test('R13 a fresh installation has nobody in it', async () => {
	assert.equal(await town.sql('SELECT count(*) FROM staff'), '0');
	assert.equal((await town.get(host, '/desk/login')).status, 404);
	assert.match((await fails('staff', 'invite', '--host', host, '--login', 'x1')).stderr, /no tenant has this host/);
});

test('demonstration towns whose accounts cannot be written are not made', async () => {
	assert.match((await fails('demo', 'setup', '--accounts', join(town.dir, 'nowhere', 'accounts.json'))).stderr, /cannot be written/);
	assert.equal(await chromo('tenant', 'list'), '');
	assert.equal((await fails('demo', 'load', '--citizens', '99999999999999999999')).code, 2);
});

test('the command founds a tenant', async () => {
	const args = ['tenant', 'create', '--host', host, '--kind', 'town', '--name', '川の町', '--name-en', 'Kawa',
		'--mail-from', 'kouhou@kawa.example'];
	assert.match(await chromo(...args), /^\d+\n$/);
	assert.match((await fails(...args)).stderr, /there is a tenant with this host/);
	for (const [at, wrong] of [[3, 'Kawa.localhost:1'], [3, 'a..b'], [3, 'kawa.'], [3, '.kawa'], [3, 'kawa-.jp'], [3, '-kawa.jp'], [3, `${'k'.repeat(64)}.jp`], [3, ''],
		[5, 'village'], [7, ''], [7, '　'], [9, ' \u202e'], [11, 'nobody']])
		assert.equal((await fails(...Object.assign([...args], { [at]: wrong }))).code, 2);
	const other = Object.assign([...args], { 3: 'other.localhost', 11: 'ｋouhou@KAWA.example ' });
	for (const wrong of ['0'.repeat(301), '電話\x1b[31m', '電話\x7f'])
		assert.match((await fails(...other, '--contact', wrong)).stderr, /--contact is text of up to 300 characters/, JSON.stringify(wrong));
	await chromo(...other, '--contact', `03-0000-0000 \r\n平日 8:30–17:00${'\u202e'}\n`);
	assert.equal(await town.sql(`SELECT format('%s|%s', mail_from, contact) FROM tenant WHERE id = (SELECT tenant_id FROM tenant_host WHERE host = 'other.localhost')`),
		'kouhou@kawa.example|03-0000-0000\n平日 8:30–17:00');
	const tried = await fails(...Object.assign([...args], { 3: 'tried.localhost' }), '--dry-run');
	assert.deepEqual([tried.code, tried.stderr], [2, 'chromo: tenant create has no --dry-run; nothing was done\n']);
	assert.doesNotMatch(await chromo('tenant', 'list'), /tried/);
	assert.match(await chromo('tenant', 'list'), /town\tactive\tkawa\.localhost\t川の町/);
	assert.equal(await town.sql(`SELECT string_agg(n::text, ' ') FROM (SELECT count(*) AS n FROM topic WHERE vital GROUP BY tenant_id) x`), '1 1');
	assert.equal((await town.get(host, '/desk/login')).status, 200);
});

test('and invites the first administrator', async () => {
	const args = ['staff', 'invite', '--host', host, '--login', 'mori', '--name', '森 一', '--email', 'mori@kawa.example'];
	link = (await chromo(...args, '--role', 'admin,writer')).trim();
	assert.match(link, new RegExp(`^https://kawa\\.localhost:${town.port}/desk/invite/[\\w-]{43}$`));
	assert.equal((await fails(...args, '--role', 'king')).code, 2);
	for (const [at, wrong, says] of [[5, 'Mori', /--login has/], [5, 'm', /--login has/], [5, 'm'.repeat(41), /--login has/],
		[7, '森'.repeat(400), /--name is longer than 100/], [7, '', /--name/], [7, '　', /--name is empty/], [7, '森\n一', /--name is one line/],
		[9, 'mori', /--email is no address/], [9, `${'m'.repeat(400)}@kawa.example`, /--email is no address/]]) {
		const e = await fails(...Object.assign([...args], { [at]: wrong, 5: at === 5 ? wrong : 'hara' }));
		assert.match(e.stderr, says, wrong);
		assert.equal(e.code, 2, wrong);
	}
	assert.match((await fails(...args.slice(0, 4), '--login', 'hara')).stderr, /a new person needs --name and --email/);
	assert.ok(!(await town.sql('SELECT string_agg(email::text, \'\') FROM staff')).includes(Buffer.from('mori@').toString('hex')));
});

test('R13 looking at the link uses nothing up; bad passwords are told', async () => {
	const c = town.client(host);
	for (let i = 0; i < 3; i++) assert.equal((await c.get(path(link))).status, 200);
	const page = await c.get(path(link));
	assert.match(page.text, /森 一/);
	for (const [password, again, says] of [
		['', '', /パスワードを入力してください/],
		['kurz', 'kurz', /8文字以上/],
		['Password1!', 'Password1!', /多くの人が使っていて/],
		['kawa2026', 'kawa2026', /推測されます/],
		['mori.2026', 'mori.2026', /推測されます/],
		['x'.repeat(5) + 'Qw7-'.repeat(40), 'y', /128文字以内|文字/],
		['zu7-Kq0-wert', 'zu7-Kq0-wort', /同じではありません/],
	]) {
		const answer = await c.submit(page, { password, again });
		assert.equal(answer.status, 422, password);
		assert.match(answer.text, says);
		assert.ok(password === '' || !answer.text.includes(password), 'not shown again');
	}
});

test('F31 of two who come with one link, one is in', async () => {
	const both = [town.client(host), town.client(host)];
	const pages = await Promise.all(both.map((c) => c.get(path(link))));
	// 64 characters, some of four bytes: never cut.
	const password = '𠮷🐈 ひろい河原でひるね '.repeat(5).slice(0, 64);
	const answers = await Promise.all(both.map((c, i) => c.submit(pages[i], { password, again: password })));
	assert.deepEqual(answers.map((a) => a.status).sort(), [303, 410]);
	assert.equal((await both[0].get(path(link))).status, 410);
	assert.match((await both[0].get(path(link))).text, /この招待は使えません/);
	assert.equal((await both[0].get('/desk/invite/nonsense')).status, 410);

	// The winner signs in again from the start: enrolment was not finished.
	const c = town.client(host);
	let answer = await c.submit(await c.get('/desk/login'), { login: 'mori', password: password.slice(0, -2) });
	assert.equal(answer.status, 422);
	answer = await c.submit(await c.get('/desk/login'), { login: 'mori', password });
	assert.equal(answer.headers.location, '/desk/login/enrol');
	assert.equal((await c.get('/desk')).headers.location, '/desk/login/code');
	const page = await c.get('/desk/login/enrol');
	const key = secret(page);
	assert.equal(secret(await c.get('/desk/login/enrol')), key, 'the same as long as it waits');
	assert.equal((await c.submit(page, { code: '12345' })).status, 422);
	assert.equal((await c.submit(page, { code: '000000' })).status, 422);
	assert.equal((await c.submit(page, { code: totp(key) })).status, 303);
	admin = c;
	assert.equal((await c.get('/desk/settings/staff')).status, 200);
	assert.match(await town.sql('SELECT password FROM staff'), /^\$argon2id\$v=19\$/);
});

test('an administrator invites by mail, and the person gets in', async () => {
	await admin.submit(await admin.get('/desk/settings/departments/new'), { name: '総務課' }, 'departments');
	const page = await admin.get('/desk/settings/staff/new');
	const [department] = page.text.match(/department_\d+/);
	let answer = await admin.submit(page, { name: '', login: 'Iwa!', email: 'iwa', role_1: '1' }, 'staff');
	assert.equal(answer.status, 422);
	for (const says of [/名前を入力/, /半角の英小文字/, /メールアドレス/, /所属する課を1つ以上/, /value="Iwa!"/, /name="role_1" value="1" checked/]) {
		assert.match(answer.text, says);
	}
	answer = await admin.submit(page, {
		name: '岩 二', login: 'iwa', email: 'iwa@kawa.example', role_1: '1', [department]: '1' }, 'staff');
	assert.equal(answer.status, 303, answer.text);
	assert.match((await admin.get(answer.headers.location)).text, /招待中/);
	const mail = await eventually('the invitation', () => town.outbox().find((m) => m.includes('iwa@kawa.example')));
	assert.match(mail, /^To: .*iwa@kawa\.example/m);
	const plain = mail.replaceAll('=\r\n', '').replaceAll('=\n', '').replaceAll('=3D', '=');
	const body = plain.match(/https:\/\/kawa[^\s]+/) ?? Buffer.from(
		mail.split(/\r?\n\r?\n/).slice(1).join(''), 'base64').toString().match(/https:\/\/kawa[^\s]+/);
	const { client, key, codes, home } = await accept(body[0], 'zu7-Kq0-wert');
	assert.equal(home, '/desk');
	assert.equal((await client.get('/desk')).status, 200);
	assert.equal((await client.get('/desk/settings/staff')).status, 403, 'no administrator');
	assert.equal((await client.get('/desk/login/codes')).status, 303, 'the codes are shown once');

	// A recovery code works once, whatever is typed between its letters.
	for (const [code, status] of [[codes[0].toLowerCase().replace('-', ' '), 303], [codes[0], 422], ['ABCDE-FGHJK', 422]]) {
		const c = town.client(host);
		await c.submit(await c.get('/desk/login'), { login: 'iwa', password: 'zu7-Kq0-wert' });
		answer = await c.submit(await c.get('/desk/login/recovery'), { recovery: code });
		assert.equal(answer.status, status, code);
	}
	assert.match((await client.get('/desk/settings/account')).text, /残り：9個/);
	assert.ok(key.length === 32);
});

test('F31 another invitation ends everything that was', async () => {
	const id = await town.sql(`SELECT id FROM staff WHERE login = 'iwa'`);
	const c = town.client(host);
	await c.submit(await c.get('/desk/login'), { login: 'iwa', password: 'zu7-Kq0-wert' });
	const answer = await admin.submit(await admin.get(`/desk/settings/staff/${id}/invite`), {}, 'invite');
	assert.equal(answer.status, 303);
	assert.equal(await town.sql(`SELECT state || ' ' || (password IS NULL) || ' ' || (totp IS NULL) || ' ' ||
		(SELECT count(*) FROM staff_session WHERE staff_id = s.id) || ' ' ||
		(SELECT count(*) FROM staff_recovery WHERE staff_id = s.id) || ' ' ||
		(SELECT count(*) FROM link WHERE staff_id = s.id AND used IS NULL AND ends > now()) FROM staff s WHERE id = ${id}`),
	'invited true true 0 0 1');
	assert.match((await c.get('/desk/login/code')).headers.location, /^\/desk\/login/);
	await town.sql(`UPDATE link SET ends = now() - interval '1 second' WHERE staff_id = ${id}`);
	assert.equal((await town.client(host).submit(await town.get(host, '/desk/login'), {})).status, 403, 'a token of another browser');
});

test('the last administrator, locked out, is let in by the command', async () => {
	const again = await new Promise((done) => {
		execFile(join(build, 'chromo'), ['staff', 'invite', '--host', host, '--login', 'mori'],
			{ env: { ...town.env, CHROMO_CONF: `${town.dir}/chromo.conf` } }, (e, stdout, stderr) => done({ e, stdout, stderr }));
	});
	assert.equal(again.e, null, again.stderr);
	assert.match(again.stderr, /this ID exists/);
	assert.match((await admin.get('/desk/settings')).headers.location, /^\/desk\/login/);
	const { client } = await accept(again.stdout.trim(), 'another-Good-1ne');
	assert.equal((await client.get('/desk/settings/staff')).status, 200);
});
