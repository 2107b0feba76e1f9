// SPDX-License-Identifier: Apache-2.0
//
// What else staff open, in every state, at both widths: a delivery with
// failures, one person's record, settings, the outbox, the operator's page,
// what one may not see, names as long as they may be; and the approval by
// keyboard alone.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { batches, carry, sending } from '../harness/deliver.mjs';
import { written } from '../harness/desk.mjs';
import { readMail } from '../gateways/mime.mjs';
import { totp } from '../harness/staff.mjs';
import { linkIn } from '../http/citizen.mjs';
import { eventually } from '../harness/up.mjs';
import { watched, widths } from './eye.mjs';

let over;
const going = {};
const host = 'minato.localhost';

const { town, eyes } = await watched();
before(async () => {
	town.kill('courier', 'SIGTERM');
	over = await sending(town, 400);
	for (const b of await batches(town, over)) await carry(town, b, [['accepted'], ['accepted'], ['accepted'], ['refused', 'mailbox_unknown'], ['refused', 'refused_policy']]);
	for (const width of widths) {
		going[width] = await sending(town, 100, { subject: `'${'とても長い件名'.repeat(14)}'` });
		await carry(town, (await batches(town, going[width]))[0], [['accepted'], ['accepted'], ['refused', 'mailbox_unknown'], ['later', 'mailbox_full'], ['unknown', 'no_answer']]);
	}
});

for (const width of widths) {
	test(`a delivery with failures, ${width} px`, async () => {
		const suzuki = await eyes.staff('suzuki', { width });
		await suzuki.go(`/desk/messages/${going[width]}/status`);
		await suzuki.look('office_going');
		await suzuki.go(`/desk/messages/${over}/status`);
		await suzuki.look('office_over');
		for (const page of ['unreached', 'resend', 'stop']) {
			await suzuki.go(`/desk/messages/${over}/${page}`);
			await suzuki.look(`office_${page}_over`, { status: suzuki.answer.status() });
		}
		await suzuki.go(`/desk/messages/${going[width]}/unreached`);
		await suzuki.look('office_unreached');
		await suzuki.go(`/desk/messages/${going[width]}/stop`);
		await suzuki.look('office_stop');
		await suzuki.press('button', '配信を停止する');
		await suzuki.look('office_stop_empty', { status: suzuki.answer.status() });
		await suzuki.go('/desk');
		await suzuki.look('office_home');
		await suzuki.go('/desk/people');
		await suzuki.look('office_people');
		await suzuki.press('button', '調べる');
		await suzuki.look('office_people_empty', { status: 422 });
		await suzuki.fill({ address: `${'a'.repeat(10000)}@example.jp` });
		await suzuki.press('button', '調べる');
		await suzuki.look('office_people_long', { status: 422 });
		await suzuki.fill({ address: 'nobody.at.all@example.jp' });
		await suzuki.press('button', '調べる');
		await suzuki.look('office_people_nobody', { status: 422 });
		await suzuki.go('/desk/settings/staff');
		await suzuki.look('office_forbidden', { status: 403 });
		await suzuki.go('/desk/messages/999999');
		await suzuki.look('office_not_found', { status: 404 });
		await suzuki.context.close();
	});

	test(`settings, ${width} px`, async () => {
		const admin = await eyes.staff('admin', { width });
		await admin.go('/desk/settings');
		await admin.look('settings');
		for (const list of ['staff', 'departments', 'areas', 'topics']) {
			await admin.go(`/desk/settings/${list}`);
			await admin.look(`settings_${list}`);
			await admin.go(`/desk/settings/${list}/new`);
			await admin.look(`settings_${list}_new`);
			await admin.arrive(() => admin.page.locator('main form .c-button--primary').click());
			await admin.look(`settings_${list}_empty`, { status: 422 });
			await admin.fill({ name: '名'.repeat(10000) });
			await admin.arrive(() => admin.page.locator('main form .c-button--primary').click());
			await admin.look(`settings_${list}_long`, { status: 422 });
			await admin.go(`/desk/settings/${list}`);
			await admin.arrive(() => admin.page.locator('main table a').first().click());
			await admin.look(`settings_${list}_one`);
		}
		for (const page of ['audit', 'account', 'account/password', 'account/factor']) {
			await admin.go(`/desk/settings/${page}`);
			await admin.look(`settings_${page.replace('/', '_')}`);
		}
		await admin.context.close();
		const operator = await eyes.staff('operator', { width }, 'operator.localhost');
		await operator.go('/operator');
		await operator.look('operator', { status: operator.answer.status() });
		await operator.context.close();
	});

	test(`names as long as they may be, and a desk in English, ${width} px`, async () => {
		const name = `${'長い名前の'.repeat(10)}${'W'.repeat(40)}`;
		await town.sql(`SET session_replication_role = replica;
			UPDATE staff SET name = '${'長い名'.repeat(10)}' WHERE login = 'tanaka';
			UPDATE department SET name = left('${name}', 50) WHERE name = '環境課' OR name LIKE '長い名前%'`);
		const tanaka = await eyes.staff('tanaka', { width });
		const id = await written(town, 'tanaka', { subject: `'${'W'.repeat(100)}'` });
		for (const page of ['', '/content', '/audience', '/preview', '/submit']) {
			await tanaka.go(`/desk/messages/${id}${page}`);
			await tanaka.look(`long${page.replace('/', '_')}`);
		}
		await tanaka.go('/desk/messages');
		await tanaka.look('long_list');
		await tanaka.go('/desk/messages?search=無いことば');
		await tanaka.look('long_none');
		await tanaka.go('/desk/outbox');
		await tanaka.look('outbox');
		await tanaka.go('/lang/en?next=/desk');
		tanaka.lang = 'en';
		await tanaka.look('en_desk', { staff: true });
		for (const page of ['/desk/messages', `/desk/messages/${id}`, `/desk/messages/${id}/schedule`, `/desk/messages/${over}/status`, '/desk/people', '/desk/settings']) {
			await tanaka.go(page);
			await tanaka.look(`en_desk_${page.split('/').pop()}`, { staff: true });
		}
		await tanaka.context.close();
	});
}

test('the courier comes back', () => town.again('courier'));

for (const width of widths) {
	test(`invited, and in, ${width} px`, async () => {
		const admin = await eyes.staff('admin', { width }), login = `kato${width}`;
		await admin.go('/desk/settings/staff/new');
		await admin.fill({ name: '加藤 健', login, email: `${login}@minato.example.jp` });
		await admin.tick(/起案者/);
		await admin.tick(/広報課/);
		await admin.press('button', '招待のメールを送る');
		await admin.look('invited');
		const mail = await eventually('the invitation', () => town.outbox().find((m) => m.includes(`${login}@minato.example.jp`)));
		const kato = await eyes.person(host, { width });
		const link = linkIn(readMail(Buffer.from(mail)), 'invite');
		await kato.go(link);
		await kato.look('invite');
		await kato.arrive(() => kato.page.locator('main form button').click());
		await kato.look('invite_empty', { status: 422 });
		await kato.fill({ password: 'kato kato kato', again: 'something else' });
		await kato.arrive(() => kato.page.locator('main form button').click());
		await kato.look('invite_wrong', { status: 422 });
		await kato.fill({ password: 'きょうも いい天気 です 1', again: 'きょうも いい天気 です 1' });
		await kato.arrive(() => kato.page.locator('main form button').click());
		await kato.look('enrol');
		const secret = await kato.page.locator('.c-secret').innerText();
		await kato.fill({ code: '１２３' });
		await kato.arrive(() => kato.page.locator('main form button').click());
		await kato.look('enrol_wrong', { status: 422 });
		await kato.fill({ code: totp(secret) });
		await kato.arrive(() => kato.page.locator('main form button').click());
		await kato.look('codes');
		await kato.arrive(() => kato.page.locator('main form button').last().click());
		assert.equal(kato.path, '/desk');
		await kato.go(link);
		await kato.look('invite_gone', { status: 410 });
		for (const p of [admin, kato]) await p.context.close();
	});
}

test('approve by keyboard alone', async () => {
	const id = await written(town, 'sato');
	const sato = await eyes.staff('sato', { width: 1280 }), keys = await eyes.staff('takahashi', { width: 1280 });
	await sato.go(`/desk/messages/${id}/submit`);
	await sato.press('button', '承認を依頼する');
	await keys.go(`/desk/messages/${id}`);
	await keys.tabTo(/承認/);
	await keys.enter();
	assert.equal(keys.path, `/desk/messages/${id}/approve`);
	await keys.tabTo(/^承認してすぐに/);
	await keys.enter();
	assert.equal(await keys.focused(), 'errors');
	await keys.tabTo(/チェックを入れてください/);
	await keys.key('Enter');
	assert.equal(await keys.focused(), 'confirm');
	await keys.key('Space');
	await keys.tabTo(/^承認してすぐに/);
	await keys.enter();
	assert.equal(keys.path, `/desk/messages/${id}/status`);
	await keys.sees('承認しました');
});

test('one person', async () => {
	// Addresses are sealed: one is learned from a mail that arrives.
	const mail = await eventually('a mail to a citizen', () => town.outbox().find((m) => m.includes('List-Unsubscribe')));
	const address = readMail(Buffer.from(mail)).header('to').replace(/^.*<|>.*$/g, '');
	for (const width of widths) {
		const takahashi = await eyes.staff('takahashi', { width });
		await takahashi.go('/desk/people');
		await takahashi.fill({ address });
		await takahashi.press('button', '調べる');
		await takahashi.look('person');
		await takahashi.sees('この人に届いた？', '断水のお知らせ');
		await takahashi.go('/desk/outbox');
		await takahashi.look('outbox_full');
		await takahashi.arrive(() => takahashi.page.locator('.c-list a').first().click());
		await takahashi.look('outbox_one');
		await takahashi.context.close();
	}
});
