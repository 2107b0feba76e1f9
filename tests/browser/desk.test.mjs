// SPDX-License-Identifier: Apache-2.0
//
// Two clerks' whole way, in a real browser: sign in, write a message, have it
// approved by the other, see it delivered and find who got it; what is typed
// wrong on the way, and what the second of two people is told.  At 320 and
// 1280 px, with script and without; the approval by keyboard alone.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { written } from '../harness/desk.mjs';
import { account, totp } from '../harness/staff.mjs';
import { eventually } from '../harness/up.mjs';
import { named, watched, ways } from './eye.mjs';

let address;
const host = 'minato.localhost';
const long = 'あ'.repeat(10000);
const subject = (way) => `断水のお知らせ（${named(way)}）`;
const body = '12月1日に、水道管の工事をします。\n\n## 断水する時間\n\n- **午前9時から**午後3時まで\n- くわしくは[市のページ](https://www.minato.example.jp/suido)へ';

const { town, eyes } = await watched();
before(async () => {
	address = JSON.parse(await town.chromo('demo', 'addresses').catch(() => '[]'))[0];
});

// Through the door, with what goes wrong there.
async function signIn(login, way) {
	const clerk = await eyes.person(host, way), who = account(town, host, login);
	await clerk.go('/desk/messages');
	assert.equal(clerk.path, '/desk/login');
	await clerk.look('desk_login');
	await clerk.press('button', '次へ');
	await clerk.look('desk_login_empty', { status: 422 });
	await clerk.fill({ login, password: long });
	await clerk.press('button', '次へ');
	await clerk.look('desk_login_wrong', { status: 422 });
	await clerk.fill({ login, password: who.password });
	await clerk.press('button', '次へ');
	await clerk.look('desk_login_code');
	await clerk.press('button', 'サインインする');
	await clerk.look('desk_login_code_empty', { status: 422 });
	await clerk.press('link', '認証アプリを使えないとき');
	await clerk.look('desk_login_recovery');
	await clerk.press('link', /戻る/);
	await clerk.fill({ code: totp(who.totp_secret) });
	await clerk.press('button', 'サインインする');
	assert.equal(clerk.path, '/desk/messages', 'where one wanted to go');
	return clerk;
}

// Into the menu, which is folded on a narrow screen.
async function menu(clerk, name) {
	if (clerk.width < 768) await clerk.page.getByText('メニュー', { exact: true }).click();
	return clerk.press('link', name);
}

const someday = (name, days) => {
	const d = new Date(Date.now() + (days * 24 + 9) * 3600e3);
	return Object.fromEntries(Object.entries({ year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, day: d.getUTCDate(), hour: 12, minute: 0 })
		.map(([part, n]) => [`${name}_${part}`, String(n)]));
};

for (const way of ways) {
	// The door takes its time and each code once: two of the four go through it.
	const [writer, approver, door] = way.width === 320 ? ['sato', 'suzuki', way.script] : ['tanaka', 'takahashi', !way.script];

	test(`write, approve, deliver: ${named(way)}`, async () => {
		const sato = door ? await signIn(writer, way) : await eyes.staff(writer, way);
		await sato.go('/desk');
		await sato.look('desk_home');
		await menu(sato, 'お知らせ');
		await sato.look('desk_messages');
		await sato.press('link', 'お知らせを作る');
		await sato.look('desk_message_new');
		await sato.page.getByRole('radio').first().check();
		await sato.arrive(() => sato.page.locator('main form button').last().click());
		const message = sato.path;
		await sato.look('desk_message_tasks');

		await sato.press('link', '本文');
		await sato.look('desk_content');
		await sato.fill({ subject: long, body: '', contact: '' });
		await sato.press('button', '保存して次へ');
		await sato.look('desk_content_wrong', { status: 422 });
		assert.equal((await sato.page.inputValue('[name=subject]')).length, 10000, 'what was typed stays');
		await sato.fill({ subject: subject(way), body, contact: '水道課\n電話 000-000-0140' });
		await sato.press('button', '保存して次へ');

		await sato.look('desk_audience');
		await sato.fill({ audience: 'chosen' });
		await sato.press('button', '保存して次へ');
		await sato.look('desk_audience_wrong', { status: 422 });
		await sato.tick(/港/);
		await sato.tick(/ごみ・環境/);
		await sato.press('button', '人数を確かめる');
		await sato.look('desk_audience_counted');
		await sato.press('button', '保存して次へ');
		await sato.go(`${message}/channels`);
		await sato.look('desk_channels');
		await sato.press('button', '保存して次へ');

		await sato.go(`${message}/schedule`);
		await sato.look('desk_schedule');
		await sato.fill({ when: 'later', send_at_year: '2020', send_at_month: '13', send_at_day: 'x' });
		await sato.press('button', '保存して次へ');
		await sato.look('desk_schedule_wrong', { status: 422 });
		await sato.fill({ when: 'now', ...someday('publish_until', 30), ...someday('valid_until', 1) });
		await sato.press('button', '保存して次へ');
		await sato.look('desk_message_saved');
		await sato.press('link', 'プレビュー');
		await sato.look('desk_preview');
		await sato.sees('断水する時間', '水道課');
		await sato.press('link', /試し送り/);
		await sato.look('desk_test');
		await sato.press('button', /試し送り/);
		await sato.look('desk_tested');

		// Another clerk has had the text open all along.
		const other = await eyes.staff(writer, way);
		await other.go(`${message}/content`);
		await sato.go(`${message}/content`);
		await sato.fill({ body: `${body}\n\n給水車が来ます。` });
		await sato.press('button', '保存して次へ');
		await other.fill({ subject: 'まにあわない題' });
		await other.press('button', '保存して次へ');
		await other.look('desk_content_conflict', { status: other.answer.status(), errors: false });
		await other.sees('給水車が来ます');
		assert.equal(await other.page.inputValue('[name=subject]'), 'まにあわない題', 'nothing that was typed is lost');
		await other.context.close();

		await sato.go(message);
		await sato.look('desk_message_ready');
		await sato.press('link', '承認を依頼');
		await sato.look('desk_submit');
		await sato.fill({ comment: long });
		await sato.press('button', '承認を依頼する');
		await sato.look('desk_submit_wrong', { status: 422 });
		await sato.fill({ comment: '急ぎです。お願いします' });
		await sato.press('button', '承認を依頼する');
		await sato.look('desk_submitted');
		await sato.go(`${message}/approve`);
		await sato.look('desk_approve_own');
		await sato.go(`${message}/withdraw`);
		await sato.look('desk_withdraw');

		const suzuki = await eyes.staff(approver, way);
		await suzuki.go('/desk');
		await suzuki.look('desk_home_approver');
		await suzuki.go('/desk/messages');
		await suzuki.press('link', subject(way));
		await suzuki.look('desk_message_pending');
		await suzuki.go(`${message}/approve`);
		await suzuki.look('desk_approve');
		await suzuki.sees('給水車が来ます', '急ぎです');
		await suzuki.press('button', /^承認して/);
		await suzuki.look('desk_approve_empty', { status: 422 });
		await suzuki.press('button', '差し戻す');
		await suzuki.look('desk_return_empty', { status: 422 });
		await suzuki.fill({ confirm: true });
		// The second click cuts off the navigation of the first, and whoever waits for that.
		await suzuki.page.getByRole('button', { name: /^承認して/ }).dblclick();
		await eventually('the page of the delivery', () => suzuki.path === `${message}/status`);
		await suzuki.page.waitForLoadState();

		// With script the numbers come by themselves.
		const id = message.split('/').pop();
		await eventually('that it is delivered', async () => {
			if (!way.script) await suzuki.go(`${message}/status`);
			return /人のうち\d+人に届きました/.test(await suzuki.said()) && !/配信中|予約/.test(await suzuki.page.locator('.c-live, main').first().innerText());
		}, 90, async () => `: ${await suzuki.said()}\n${await town.sql(`SELECT m.state, m.planned_to, b.channel, b.state, b.try, b.due - now(), b.lease_until - now(), b.reached, b.size
			FROM message m LEFT JOIN batch b ON b.message_id = m.id WHERE m.id = ${id}`)}\n${await suzuki.evaluate('document.hidden + document.querySelector(".c-live").outerHTML')}`);
		await suzuki.go(`${message}/status`);
		await suzuki.look('desk_status');
		await suzuki.go(`${message}/stop`);
		await suzuki.look('desk_stop', { status: suzuki.answer.status() });

		const reader = await eyes.person(host, way);
		await reader.go(message.replace('/desk', ''));
		await reader.look('message_delivered');
		await reader.sees(subject(way), '給水車が来ます');
		for (const p of [sato, suzuki, reader]) await p.context.close();
	});
}
