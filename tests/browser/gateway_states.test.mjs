// SPDX-License-Identifier: Apache-2.0
//
// The pages of 配信手段 in every state that an administrator may find them in: nothing set, what
// was typed is wrong, blanks around it, saved, refused by the provider, away, used up, one
// gateway in the place of the other, not signed in and not any more; mail that came back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { certificate } from '../gateways/tls.mjs';
import { startLine } from '../gateways/line.mjs';
import { inside } from '../harness/desk.mjs';
import { up } from '../harness/up.mjs';
import { named, openEyes, widths } from './eye.mjs';

const at = '/desk/settings/channels', secret = '0123456789abcdef0123456789abcdef';
let town, eyes, line;
before(async () => {
	line = await startLine();
	// Nobody writes down how anything fares but this test.
	town = await up({ conf: { gateway_ca_file: certificate().caFile, gateway_private: 'yes', smtp_url: 'smtps://127.0.0.1:1', smtp_timeout_s: 2 } });
	town.kill('courier', 'SIGTERM');
	eyes = await openEyes(town);
});
after(async () => {
	await eyes?.close();
	await town?.stop();
	await line?.close();
});

const health = (channel, place, values) => inside(town, `INSERT INTO gateway_health (gateway_id, ${Object.keys(values)})
	SELECT id, ${Object.values(values)} FROM gateway WHERE tenant_id = current_tenant() AND channel = '${channel}' AND place = ${place}
	ON CONFLICT (tenant_id, gateway_id) DO UPDATE SET ${Object.keys(values).map((k) => `${k} = excluded.${k}`)}`);
const account = (channel, kind, place, settings) => inside(town, `INSERT INTO gateway (channel, kind, place, active, settings, secrets)
	VALUES ('${channel}', '${kind}', ${place}, true, '${JSON.stringify(settings)}', NULL)`);

for (const width of widths)
	test(`every state: ${named({ width, script: true })}`, { timeout: 300000 }, async () => {
		await inside(town, 'DELETE FROM gateway_health; DELETE FROM gateway; DELETE FROM mail_return; DELETE FROM mail_server; DELETE FROM mail_bar');
		const admin = await eyes.staff('admin', { width });
		const see = async (path, picture, ...words) => {
			await admin.go(`${at}${path}`);
			await admin.look(`gateway_${picture}`);
			await admin.sees(...words);
		};
		await see('', 'none', '未設定');
		for (const slot of ['line', 'webpush', 'sms', 'sms2', 'x', 'sms?kind=twilio', 'x?kind=x2', 'email'])
			await see(`/${slot}`, `none_${slot.replace(/\W/g, '_')}`, '手順');

		// Wrong, then with blanks and quotes around it, then refused by LINE.
		await admin.go(`${at}/line`);
		await admin.fill({ channel_id: '16560', channel_secret: 'secret' });
		await admin.press('button', '保存する');
		await admin.look('gateway_wrong', { status: 422 });
		await admin.fill({ channel_id: ' １６５６００００００ ', channel_secret: `\t"${secret}" ` });
		await admin.page.locator('summary').last().click();
		await admin.fill({ url: line.url });
		await admin.press('button', '保存する');
		await admin.look('gateway_saved');
		await admin.sees('使っていません', '/hooks/line/', '空白');
		await admin.press('button', '接続を確かめる');
		await admin.look('gateway_denied');
		await admin.sees('事業者に断られました', '事業者からの返事：', 'client_secret');
		await inside(town, `UPDATE gateway SET active = true`);

		// As couriers leave it.
		await health('line', 1, { breaker: `'open'`, reason: `'gateway_unreachable'`, until: `now() + interval '4 minutes'`, failed: 12, accepted: 1200, delay_ms: 340 });
		await see('/line', 'away', 'いま送れません', '次に試す時');
		await health('line', 1, { breaker: `'closed'`, quota: 30000, used: 30000, quota_at: 'now()' });
		await see('/line', 'spent', '今月送れる数を使い切りました', '今月の残り 0（上限 30,000）');
		await account('sms', 'karaden', 1, { tenant: 't1', service_id: '1', yen_per_part: '3.3', parts_per_month: 1000 });
		await account('sms', 'twilio', 2, { account_sid: `AC${secret}`, from: '+15005550006', yen_per_part: '9', parts_per_month: 1000 });
		await health('sms', 1, { breaker: `'open'`, reason: `'gateway_slow'`, until: `now() + interval '1 minute'`, failed: 7 });
		await health('sms', 2, { breaker: `'closed'`, accepted: 55, delay_ms: 120 });
		await account('x', 'x2', 1, { yen_post: '3' });
		await see('/x', 'x_not_signed_in', 'まだ許可されていません');
		await inside(town, `UPDATE gateway SET settings = settings || '{"user_id": "4711", "user_name": "minato_city"}' WHERE channel = 'x'`);
		await health('x', 1, { breaker: `'open'`, reason: `'sign_in_again'`, failed: 1 });
		await see('/x', 'x_revoked', 'いま送れません', 'X にサインインして許可する');
		await inside(town, `INSERT INTO mail_server (breaker, reason, failed, until) VALUES ('open', 'gateway_unreachable', 3, now() + interval '2 minutes')
			ON CONFLICT (place) DO UPDATE SET breaker = 'open', reason = excluded.reason, failed = 3, until = excluded.until`);
		await see('', 'all', '止まっています', '使っています', '今月送れる数を使い切りました');
		assert.equal(await admin.page.locator('.c-inset--error').count(), 2, 'X, mail');
		await admin.sees('止まっていますが、もう1つのほうから送っています');

		// Mail: the server away, and what came back.
		await inside(town, `INSERT INTO mail_return (message_id, citizen_id, round, kind) SELECT m.id, c.id, 1, k
			FROM (SELECT min(id) AS id FROM message WHERE tenant_id = current_tenant()) m, (SELECT min(id) AS id FROM citizen WHERE tenant_id = current_tenant()) c,
			     unnest('{hard,full,policy,complaint}'::text[]) k`);
		await see('/email', 'mail_away', 'いま送れません', 'この7日間に、相手の規則で断られたメールがあります', '迷惑メールとして申告された');
		// … so many that ordinary ones wait.
		await inside(town, `INSERT INTO mail_bar (place, breaker, until) VALUES (0, 'open', now() + interval '10 minutes')`);
		for (const path of ['/email', '']) await see(path, `mail_rest${path.slice(1)}`, 'メールが続けて、相手の規則で断られて戻りました', '命を守る情報のほかは待たせています');
		await admin.context.close();
	});
