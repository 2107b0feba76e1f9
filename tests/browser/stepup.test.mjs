// SPDX-License-Identifier: Apache-2.0
//
// R20 as people meet it: asked once more who they are, at 320 and at 1280 px, with and without
// script; what was typed is still there, and they end where they wanted to be.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailWith, somebody, subscribe } from '../http/citizen.mjs';
import { written } from '../harness/desk.mjs';
import { account, totp } from '../harness/staff.mjs';
import { named, watched, ways } from './eye.mjs';

const MINATO = 'minato.localhost';
const { town, eyes } = await watched();

const old = () => town.sql(`UPDATE staff_session SET proved = now() - interval '11 minutes';
	UPDATE citizen_session SET created = now() - interval '11 minutes'`);
const right = async () => {
	await town.sql('TRUNCATE throttle; SET session_replication_role = replica; UPDATE staff SET totp_step = 0');
	const who = account(town, MINATO, 'admin');
	return { password: who.password, code: totp(who.totp_secret) };
};

for (const way of ways) {
	test(`staff: a name that was typed is saved after the proof (${named(way)})`, async () => {
		const admin = await eyes.staff('admin', way), name = `佐藤 ${way.width} ${way.script}`;
		const id = await town.sql(`SELECT id FROM staff WHERE login = 'sato' AND tenant_id = 1`);
		await admin.go(`/desk/settings/staff/${id}`);
		await admin.fill({ name });
		await old();
		await admin.press('button', '保存する');
		await admin.sees('本人確認', '入力した内容は残っています');
		await admin.look('stepup-kept', { status: 401, errors: false });
		await admin.fill({ password: 'wrong', code: '000000' });
		await admin.press('button', '確認して続ける');
		await admin.look('stepup-wrong', { status: 422 });
		await admin.fill(await right());
		await admin.press('button', '確認して続ける');
		await admin.sees('本人確認ができました');
		await admin.look('stepup-go-on');
		await admin.press('button', '続ける');
		await admin.sees(name);
		assert.equal(await town.sql(`SELECT name FROM staff WHERE id = ${id} AND tenant_id = 1`), name);

		await old();
		await admin.go('/desk/settings/account/factor');
		await admin.look('stepup-ask');
		await admin.fill(await right());
		await admin.press('button', '確認して続ける');
		await admin.sees('操作を続けてください');
		assert.equal(admin.path, '/desk/settings/account/factor');
		await admin.look('stepup-done');
	});

	test(`staff: a message that was typed for too long is there after signing in again (${named(way)})`, async () => {
		const clerk = await eyes.staff('sato', way), id = await written(town, 'sato'), body = `長い\n本文 ${way.width} ${way.script}`;
		await clerk.go(`/desk/messages/${id}/content`);
		await clerk.fill({ body });
		await town.sql(`UPDATE staff_session SET seen = now() - interval '31 minutes'`);
		await clerk.press('button', '保存して次へ');
		await clerk.sees('30分以上操作がなかった', '入力した内容は残っています');
		await clerk.look('unsent-sign-in', { status: 401, errors: false });
		await right();
		const { password, totp_secret } = account(town, MINATO, 'sato');
		await clerk.fill({ login: 'sato', password });
		await clerk.press('button', '次へ');
		await clerk.fill({ code: totp(totp_secret) });
		await clerk.press('button', 'サインインする');
		await clerk.sees('入力した内容は残っています', '長い');
		await clerk.look('unsent');
		await clerk.press('button', 'もう一度送る');
		assert.equal(await town.sql(`SELECT body FROM message WHERE id = ${id}`), body);
	});

	test(`a citizen: leaving, after a code (${named(way)})`, async () => {
		const client = town.client(MINATO), email = somebody();
		await subscribe(town, client, email);
		const hanako = await eyes.person(MINATO, way);
		await hanako.context.addCookies([{ name: '__Host-citizen', value: client.cookies.get('__Host-citizen'), url: hanako.origin, secure: true, httpOnly: true }]);
		await old();
		await hanako.go('/my/leave');
		await hanako.sees('ご本人か、もう一度確かめます');
		await hanako.look('again');
		await hanako.press('button', '数字を送る');
		await hanako.look('again-code');
		await hanako.fill({ code: (await mailWith(town, email, 'ご本人か確かめるための番号')).text.match(/確認番号: (\d{6})/)[1] });
		await hanako.press('button', '確認する');
		await hanako.sees('ご本人と確かめられました');
		assert.equal(hanako.path, '/my/leave');
		await hanako.look('again-done');
	});
}
