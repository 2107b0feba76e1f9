// SPDX-License-Identifier: Apache-2.0
//
// The settings of a municipality: people, departments, districts, topics, one's own
// account, and the record of all of it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { account, password, signIn, totp } from '../harness/staff.mjs';
import { source, up } from '../harness/up.mjs';

const host = 'minato.localhost';
let town, admin, login;

before(async () => {
	town = await up();
	login = town.accounts.find((a) => a.host === host && a.roles.includes('admin')).login;
	admin = await signIn(town, host, login);
});
after(() => town.stop());

const tenant = `(SELECT tenant_id FROM tenant_host WHERE host = '${host}')`;
const idOf = (table, where) => town.sql(`SELECT id FROM ${table} WHERE tenant_id = ${tenant} AND ${where} LIMIT 1`);
const elsewhere = (table) => town.sql(`SELECT max(id) FROM ${table} WHERE tenant_id <> ${tenant}`);

test('every page is there for an administrator, and for nobody else', async () => {
	const clerk = await signIn(town, host, town.accounts.find((a) => a.host === host && !a.roles.includes('admin')).login);
	for (const page of ['', '/account', '/account/password', '/account/factor']) {
		assert.equal((await admin.get(`/desk/settings${page}`)).status, 200, page);
		assert.equal((await clerk.get(`/desk/settings${page}`)).status, 200, page);
	}
	for (const page of ['staff', 'departments', 'areas', 'topics']) {
		const list = await admin.get(`/desk/settings/${page}`);
		assert.equal(list.status, 200, page);
		for (const path of new Set([...list.text.matchAll(/href="(\/desk\/settings\/\w+\/(?:\d+|new))"/g)].map((m) => m[1]))) {
			assert.equal((await admin.get(path)).status, 200, path);
			assert.equal((await admin.get(`${path}?lang=en`)).status, 200, path);
			assert.equal((await clerk.get(path)).status, 403, path);
		}
		assert.equal((await clerk.get(`/desk/settings/${page}`)).status, 403, page);
	}
	assert.equal((await clerk.get('/desk/settings/audit')).status, 403);
});

test('what belongs to another municipality is not found', async () => {
	for (const [page, table] of [['staff', 'staff'], ['departments', 'department'], ['areas', 'district'], ['topics', 'topic']]) {
		const foreign = await elsewhere(table);
		assert.ok(Number(foreign) > 0);
		for (const id of [foreign, '999999999', '0', 'x']) {
			assert.equal((await admin.get(`/desk/settings/${page}/${id}`)).status, 404, `${page} ${id}`);
		}
		const form = await admin.get(`/desk/settings/${page}/${await idOf(table, 'true')}`);
		const token = form.text.match(/name="token" value="([^"]+)"/)[1];
		assert.equal((await admin.post(`/desk/settings/${page}/${foreign}`, { token, name: 'x', version: '1' })).status, 404);
	}
	const me = await idOf('staff', `login <> '${login}'`);
	const form = await admin.get(`/desk/settings/staff/${me}`);
	const answer = await admin.submit(form, { [`department_${await elsewhere('department')}`]: '1' }, `staff/${me}`);
	assert.equal(answer.status, 404);
});

test('a district with postal codes as people write them', async () => {
	let page = await admin.get('/desk/settings/areas/new');
	let answer = await admin.submit(page, { name: '新しい地区', postcodes: '100-0001\n12345' }, 'areas');
	assert.equal(answer.status, 422);
	assert.match(answer.text, /1行に1つ、7桁/);
	assert.match(answer.text, /100-0001\n12345<\/textarea>/, 'what was typed stays');
	answer = await admin.submit(answer, { name: '新しい地区', kana: 'あたらしいちく', place: '９０',
		postcodes: '100-0001\r\n〒１０００００２\n\n1000003\n100-0001' }, 'areas');
	assert.equal(answer.status, 303, answer.text);
	const id = await idOf('district', `name = '新しい地区'`);
	assert.equal(await town.sql(`SELECT string_agg(postcode, ' ' ORDER BY postcode) FROM district_postcode WHERE district_id = ${id}`),
		'1000001 1000002 1000003');
	assert.match((await admin.get('/desk/settings/areas')).text, /100-0001、100-0002、100-0003/);

	page = await admin.get(`/desk/settings/areas/${id}`);
	answer = await admin.submit(page, { postcodes: '1000003', active: null }, 'areas');
	assert.equal(answer.status, 303);
	assert.equal(await town.sql(`SELECT string_agg(postcode, ' ') FROM district_postcode WHERE district_id = ${id}`), '1000003');
	assert.equal(await town.sql(`SELECT active || ' ' || place FROM district WHERE id = ${id}`), 'false 90');

	page = await admin.get('/desk/settings/areas/new');
	assert.match((await admin.submit(page, { name: ' 新しい地区　' }, 'areas')).text, /同じ名前がすでにあります/);
	answer = await admin.submit(page, { name: 'あ'.repeat(101), place: '-1' }, 'areas');
	assert.equal(answer.status, 422);
	answer = await admin.submit(page, { name: '制御\u0007文字' }, 'areas');
	assert.equal(answer.status, 422);
});

test('two who change one thing: the second sees both, and nothing is lost', async () => {
	const id = await idOf('department', 'true');
	const mine = await admin.get(`/desk/settings/departments/${id}`);
	const first = await admin.submit(await admin.get(`/desk/settings/departments/${id}`), { contact: '電話 1' }, 'departments');
	assert.equal(first.status, 303);
	const second = await admin.submit(mine, { contact: '電話 2' }, 'departments');
	assert.equal(second.status, 409);
	assert.match(second.text, /ほかの職員が先に保存しました/);
	assert.match(second.text, /電話 1/);
	assert.match(second.text, /電話 2<\/textarea>/);
	assert.equal(await town.sql(`SELECT contact FROM department WHERE id = ${id}`), '電話 1');
	assert.equal((await admin.submit(second, {}, 'departments')).status, 303);
	assert.equal(await town.sql(`SELECT contact FROM department WHERE id = ${id}`), '電話 2');
});

test('pressing twice adds once', async () => {
	const page = await admin.get('/desk/settings/topics/new');
	const answers = await Promise.all([1, 2, 3].map(() => admin.submit(page, { name: '川の水位', hint: '大雨のとき' }, 'topics')));
	assert.deepEqual(answers.map((a) => a.status), [303, 303, 303]);
	assert.equal(await town.sql(`SELECT count(*) FROM topic WHERE name = '川の水位'`), '1');
});

test('the vital topic stays', async () => {
	const id = await idOf('topic', 'vital');
	const page = await admin.get(`/desk/settings/topics/${id}`);
	const answer = await admin.submit(page, { active: null }, 'topics');
	assert.equal(answer.status, 422);
	assert.match(answer.text, /外せません/);
	assert.equal((await admin.submit(page, { hint: '避難など' }, 'topics')).status, 303);
	assert.equal(await town.sql(`SELECT active || ' ' || hint FROM topic WHERE id = ${id}`), 'true 避難など');
});

test('who belongs to a department that is no longer in use still does after their page is saved', async () => {
	const one = await idOf('staff', `login = 'sato'`);
	const gone = (await town.sql(`SET session_replication_role = replica; INSERT INTO department (tenant_id, name, active) VALUES (${tenant}, '旧水道課', false) RETURNING id`));
	await town.sql(`SET session_replication_role = replica; INSERT INTO staff_department (tenant_id, staff_id, department_id) VALUES (${tenant}, ${one}, ${gone})`);
	const belongs = () => town.sql(`SELECT count(*) FROM staff_department WHERE staff_id = ${one} AND department_id = ${gone}`);
	const page = await admin.get(`/desk/settings/staff/${one}`);
	assert.equal((await admin.submit(page, {}, `staff/${one}`)).status, 303);
	assert.equal(await belongs(), '1');
	assert.ok(!(await admin.get('/desk/settings/staff/new')).text.includes('旧水道課'), 'others are not offered it');
	assert.equal((await admin.submit(await admin.get(`/desk/settings/staff/${one}`), { [`department_${gone}`]: null }, `staff/${one}`)).status, 303);
	assert.equal(await belongs(), '0', 'and it can be taken away');
});

test('roles and departments change; nobody takes their own right, or shuts themselves out', async () => {
	const me = await idOf('staff', `login = '${login}'`);
	let page = await admin.get(`/desk/settings/staff/${me}`);
	assert.doesNotMatch(page.text, /disable/);
	const answer = await admin.submit(page, { role_3: null, role_2: '1' }, `staff/${me}`);
	assert.equal(answer.status, 422);
	assert.match(answer.text, /自分の管理者の役割は外せません/);
	for (const act of ['disable', 'invite']) {
		assert.equal((await admin.get(`/desk/settings/staff/${me}/${act}`)).status, 403);
		const token = page.text.match(/name="token" value="([^"]+)"/)[1];
		assert.equal((await admin.post(`/desk/settings/staff/${me}/${act}`, { token })).status, 403);
	}

	const other = await idOf('staff', `login = 'sato'`);
	page = await admin.get(`/desk/settings/staff/${other}`);
	assert.equal((await admin.submit(page, { name: '佐藤 髙子', role_1: '1', role_2: '1', role_3: '1' }, `staff/${other}`)).status, 303);
	assert.equal(await town.sql(`SELECT s.name || ' ' || string_agg(role, ' ' ORDER BY role) FROM staff s
		JOIN staff_role r ON r.staff_id = s.id WHERE s.id = ${other} GROUP BY s.name`), '佐藤 髙子 admin approver writer');
});

test('R17 a disabled person is out at once, on every worker', async () => {
	const who = town.accounts.find((a) => a.host === host && a.login !== login && a.login !== 'sato').login;
	const c = await signIn(town, host, who);
	assert.equal((await c.get('/desk')).status, 200);
	const id = await idOf('staff', `login = '${who}'`);
	assert.equal((await admin.submit(await admin.get(`/desk/settings/staff/${id}/disable`), {}, 'disable')).status, 303);
	const answers = await Promise.all([...Array(8).keys()].map(() => c.get('/desk')));
	assert.ok(answers.every((a) => a.status === 303));
	assert.equal((await password(town.client(host), who, account(town, host, who).password)).status, 422);
	assert.match((await admin.get('/desk/settings/staff')).text, /停止中/);
});

test('two administrators who disable each other at once: one stays', async () => {
	const second = 'sato';
	const other = await signIn(town, host, second);
	const ids = await Promise.all([login, second].map((l) => idOf('staff', `login = '${l}'`)));
	const pages = await Promise.all([[admin, ids[1]], [other, ids[0]]].map(([c, id]) => c.get(`/desk/settings/staff/${id}/disable`)));
	assert.deepEqual(pages.map((p) => p.status), [200, 200]);
	await Promise.all([admin.submit(pages[0], {}, 'disable'), other.submit(pages[1], {}, 'disable')]);
	const left = await town.sql(`SELECT count(*) FROM staff s JOIN staff_role r ON r.staff_id = s.id AND r.tenant_id = s.tenant_id
		WHERE s.tenant_id = ${tenant} AND role = 'admin' AND state = 'active'`);
	assert.equal(left, '1');
	await town.sql(`SELECT set_config('chromo.tenant', ${tenant}::text, false);
		UPDATE staff SET state = 'active' WHERE id IN (${ids})`);
	await town.sql('TRUNCATE throttle');
	admin = await signIn(town, host, login);
});

test('R08 R17 another password: the old one is asked, and other devices are out', async () => {
	const who = account(town, host, 'sato');
	const c = await signIn(town, host, 'sato');
	const other = await signIn(town, host, 'sato');
	assert.match((await c.get('/desk/settings/account')).text, /この端末/);
	const page = await c.get('/desk/settings/account/password');
	let answer = await c.submit(page, { old: 'not it', password: 'zu7-Kq0-wert', again: 'zu7-Kq0-wert' }, 'password');
	assert.equal(answer.status, 422);
	assert.match(answer.text, /いまのパスワードが違います/);
	answer = await c.submit(page, { old: who.password, password: 'minato123', again: 'minato123' }, 'password');
	assert.equal(answer.status, 422);
	answer = await c.submit(page, { old: who.password, password: 'zu7-Kq0-wert', again: 'zu7-Kq0-wert' }, 'password');
	assert.equal(answer.status, 303, answer.text);
	assert.equal((await c.get('/desk')).status, 200);
	assert.equal((await other.get('/desk')).status, 303);
	assert.equal((await password(town.client(host), 'sato', who.password)).status, 422);
	assert.equal((await password(town.client(host), 'sato', 'zu7-Kq0-wert')).status, 303);

	// Another app: a fresh proof (http/stepup), then a code of the new one.
	await town.sql('TRUNCATE throttle');
	answer = await c.submit(await c.get('/desk/settings/account/factor'), { what: 'neither' }, 'factor');
	assert.equal(answer.status, 422);
	assert.equal((await c.get('/desk/settings/account/app')).status, 410, 'nothing waits to be confirmed');
	answer = await c.submit(await c.get('/desk/settings/account/factor'), { what: 'app' }, 'factor');
	assert.equal(answer.headers.location, '/desk/settings/account/app');
	const app = await c.get('/desk/settings/account/app');
	const key = app.text.match(/c-secret">([A-Z2-7 ]+)</)[1];
	assert.equal((await c.submit(app, { code: totp(who.totp_secret) }, 'app')).status, 422, 'a code of the old app');
	const before = c.cookies.get('__Host-staff');
	answer = await c.submit(app, { code: totp(key) }, 'app');
	assert.equal(answer.headers.location, '/desk/settings/account/codes', answer.text);
	assert.notEqual(c.cookies.get('__Host-staff'), before);
	const codes = await c.get('/desk/settings/account/codes');
	assert.equal(codes.text.match(/<li>[A-Z2-9]{5}-[A-Z2-9]{5}<\/li>/g).length, 10);
	assert.equal((await c.submit(codes, {}, 'codes')).status, 303);
	assert.equal((await c.get('/desk/settings/account/codes')).status, 303);
	const n = town.client(host);
	await password(n, 'sato', 'zu7-Kq0-wert');
	assert.equal((await n.submit(await n.get('/desk/login/code'), { code: totp(who.totp_secret, 1) })).status, 422);
	assert.equal((await n.submit(await n.get('/desk/login/code'), { code: totp(key, 1) })).status, 303);
});

test('the record tells who did what, by pages and by person, and no contents', async () => {
	const page = await admin.get('/desk/settings/audit');
	assert.equal(page.status, 200);
	for (const says of [/地区：登録/, /分野：変更/, /サインイン/, /職員：変更/, /127\.0\.0\.1/]) assert.match(page.text, says);
	assert.doesNotMatch(page.text, /電話 2|高子|髙子@/);
	const me = await idOf('staff', `login = '${login}'`);
	const mine = await admin.get(`/desk/settings/audit?staff=${me}`);
	assert.doesNotMatch(mine.text, /サインインしていない人<\/td>/);
	const older = page.text.match(/href="(\/desk\/settings\/audit\?before=\d+)"/);
	assert.ok(older, 'more than a page');
	assert.equal((await admin.get(older[1])).status, 200);
	for (const odd of ['?before=x', '?staff=-1', '?staff=99999999999999999999', `?staff=${await elsewhere('staff')}`]) {
		assert.equal((await admin.get(`/desk/settings/audit${odd}`)).status, 200, odd);
	}
	assert.match((await admin.get('/desk/settings/audit?lang=en')).text, /District: added/);
});

test('whatever can be recorded is said in words', async () => {
	const acts = new Set((await town.sql(`SELECT DISTINCT relname || '.' || v FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid, unnest(ARRAY['insert', 'update', 'delete']) v
		WHERE tgname LIKE 'audit\\_%'`)).split('\n'));
	for (const folder of ['sql/functions', 'sql/queries', 'app/domain'])
		for (const file of readdirSync(join(source, folder)))
			for (const [, act] of readFileSync(join(source, folder, file), 'utf8').matchAll(/(?:audit_write\(|login_audit\(l, )['"]([a-z]+\.[a-z_]+)['"]/g)) acts.add(act);
	for (const act of ['submit', 'approve', 'return', 'reject', 'withdraw', 'stop']) acts.add(`approval.${act}`);
	assert.ok(acts.size > 100, `${acts.size}`);
	const before = await town.sql('SELECT max(id) FROM audit');
	await town.sql(`INSERT INTO audit (tenant_id, actor_kind, act) SELECT tenant_id, 'command', act
		FROM tenant_host, unnest(ARRAY['${[...acts].join("','")}']) act WHERE host = 'minato.localhost'`);
	for (const lang of ['ja', 'en'])
		for (let path = '/desk/settings/audit', n = 0; path && n < 10; n++) {
			const page = await admin.get(`${path}${path.includes('?') ? '&' : '?'}lang=${lang}`);
			assert.deepEqual([...acts].filter((act) => page.text.includes(`${act} `) || page.text.includes(`${act}<`)), [], lang);
			path = page.text.match(/href="(\/desk\/settings\/audit\?before=\d+)"/)?.[1];
			if (Number(/\d+$/.exec(path ?? '0')) < Number(before)) break;
		}
});
