// SPDX-License-Identifier: Apache-2.0
//
// Every way, in a real browser: an administrator sets up LINE and Web Push, a clerk chooses ways and an
// order until it is seen, looks at what arrives, and another signs it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inside as within, written } from '../harness/desk.mjs';
import { eventually, up } from '../harness/up.mjs';
import { certificate } from '../gateways/tls.mjs';
import { X } from '../gateways/x.mjs';
import { openEyes, widths } from './eye.mjs';

let town, eyes, vital, x;
const host = 'minato.localhost', secret = '0123456789abcdef0123456789abcdef';

before(async () => {
	x = Object.assign(await new X().start(), { client: ['x-client-0123456789', 'x-client-secret-0123456789'] });
	town = await up({ conf: { gateway_ca_file: certificate().caFile, gateway_private: 'yes' } });
	eyes = await openEyes(town);
	await within(town, `DELETE FROM gateway_health; DELETE FROM gateway WHERE tenant_id = current_tenant()`);
	vital = (await within(town, 'SELECT min(id) FROM topic WHERE vital AND tenant_id = current_tenant()')).split('\n').pop();
});
after(async () => {
	await eyes?.close();
	await town?.stop();
	await x?.close();
});

const person = (login, width) => eyes.staff(login, { width });

test('an administrator sets ways up', async () => {
	for (const width of widths) {
		const admin = await person('admin', width), first = width === widths[0];
		await admin.go('/desk/settings/channels');
		await admin.look('channels');
		for (const slot of ['line', 'sms', 'sms2', 'x', 'webpush']) {
			await admin.go(`/desk/settings/channels/${slot}`);
			await admin.look(`channels_${slot}`);
		}
		await admin.go('/desk/settings/channels/sms?kind=twilio');
		await admin.look('channels_twilio');
		await admin.press('button', '保存する');
		await admin.look('channels_twilio_empty', { status: 422 });
		await admin.go('/desk/settings/channels/line');
		await admin.fill({ channel_id: '12', channel_secret: 'x' });
		await admin.press('button', '保存する');
		await admin.look('channels_line_wrong', { status: 422 });
		await admin.fill({ channel_id: '１６５６００００００', channel_secret: ` "${secret}" ` });
		await admin.press('button', '保存する');
		await admin.look('channels_line_saved');
		if (first) {
			await admin.sees('設定済みです', '/hooks/line/', '使っていません');
			await admin.press('link', '使い始める');
			await admin.look('channels_line_switch');
			await admin.press('button', '使い始める');
			await admin.go('/desk/settings/channels/webpush');
			await admin.fill({ push_contact: 'mailto:koho@city.example.jp' });
			await admin.press('button', '保存して鍵を作る');
			await admin.press('link', '使い始める');
			await admin.press('button', '使い始める');
			await admin.sees('使い始めました');
		} else {
			await within(town, `INSERT INTO gateway_health (gateway_id, breaker, reason, until, delay_ms, accepted, failed, quota, used)
				SELECT id, 'open', 'gateway_denied', now() + interval '5 minutes', 212, 123456, 7, 30000, 29000 FROM gateway
				 WHERE tenant_id = current_tenant() AND channel = 'line'`);
		}
		await admin.go('/desk/settings/channels');
		await admin.look('channels_full');
		await admin.go('/desk/settings/channels/line');
		await admin.look('channels_line_on');
		await admin.context.close();
	}
});

test('a message by every way, until it is seen', async () => {
	for (const width of widths) {
		const id = await written(town, 'sato', { subject: `'避難してください（港町）'`, topics: `'{${vital}}'` });
		const sato = await person('sato', width);
		await sato.go(`/desk/messages/${id}/channels`);
		await sato.look('ways');
		await sato.sees('SMS 設定されていません', 'いま止まっています');
		await sato.fill({ by_line: true, by_webpush: true, until_seen: true, step1: 'line' });
		await sato.press('button', '保存して次へ');
		await sato.look('ways_wrong', { status: 422 });
		await sato.fill({ step2: 'webpush', wait1: '15' });
		await sato.press('button', '保存して次へ');
		await sato.sees('住民サイト、メール、LINE、プッシュ通知');
		await sato.press('link', 'プレビュー');
		await sato.look('preview_ways');
		await sato.sees('命を守る情報', 'くわしく見る', '文字数');
		await sato.go(`/desk/messages/${id}/submit`);
		await sato.look('submit_ways');
		await sato.press('button', '承認を依頼する');

		const suzuki = await person('suzuki', width);
		await suzuki.go(`/desk/messages/${id}/approve`);
		await suzuki.look('approve_ways');
		await suzuki.sees('（15分待って）→ プッシュ通知');
		await suzuki.fill({ confirm: true });
		await suzuki.press('button', /^承認して/);
		assert.equal(suzuki.path, `/desk/messages/${id}/status`);
		await eventually('that it is planned', async () => {
			await suzuki.go(`/desk/messages/${id}/status`);
			return /「見ました」の返事/.test(await suzuki.said());
		});
		await suzuki.look('status_ways');
		await suzuki.go('/desk/outbox/others');
		await suzuki.look('outbox_others');
		for (const p of [sato, suzuki]) await p.context.close();
	}
});

test('an administrator signs in to X, after saying no once', async () => {
	for (const width of widths) {
		await within(town, `DELETE FROM gateway WHERE channel = 'x' AND tenant_id = current_tenant()`);
		const admin = await person('admin', width), at = '/desk/settings/channels/x';
		await admin.go(at);
		await admin.press('link', /サインインで/);
		await admin.look('x2_steps');
		await admin.sees('Web App, Automated App or Bot', `${at}/callback`);
		await admin.fill({ client_id: ` ${x.client[0]} `, client_secret: x.client[1] });
		await admin.page.locator('summary').last().click();
		await admin.fill({ url: x.url });
		await admin.press('button', '保存する');
		await admin.look('x2_saved');
		for (const yes of [false, true]) {
			await admin.press('button', 'X にサインインして許可する');
			await admin.look('x2_sign_in');
			await admin.press('link', 'X を開く');
			assert.ok(admin.page.url().startsWith(`${x.url}/i/oauth2/authorize?`));
			await admin.press('link', yes ? 'アプリにアクセスを許可' : 'キャンセル');
			// X is another host.
			admin.noise = admin.noise.filter((line) => !line.includes(new URL(x.url).host));
			assert.equal(admin.path, at);
			await admin.look(yes ? 'x2_signed_in' : 'x2_refused');
			await admin.sees(...yes ? ['X で許可されました', '@minato_city'] : ['X の画面で許可されませんでした', 'まだ許可されていません']);
		}
		await admin.press('link', '使い始める');
		await admin.press('button', '使い始める');
		await admin.sees('使い始めました');
		await admin.context.close();
	}
});

test('what is too long is told before anybody signs it', async () => {
	const id = await written(town, 'sato', { by_line: 'true', body: `repeat('あ', 5100)` });
	for (const width of widths) {
		const sato = await person('sato', width);
		await sato.go(`/desk/messages/${id}/preview`);
		await sato.look('preview_long');
		await sato.sees('LINE 問題あり');
		await sato.go(`/desk/messages/${id}/submit`);
		await sato.look('submit_long');
		await sato.sees('送れない文章があります');
		await sato.context.close();
	}
});
