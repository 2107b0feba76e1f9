// SPDX-License-Identifier: Apache-2.0
//
// The town's accounts at gateways, as an administrator sets them up: what is pasted wrongly
// is told, secrets go in and never come out, and a way that is on can be chosen for messages.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLine } from '../gateways/line.mjs';
import { Karaden } from '../gateways/sms_karaden.mjs';
import { X } from '../gateways/x.mjs';
import { certificate } from '../gateways/tls.mjs';
import { desk, inside, said, written } from '../harness/desk.mjs';
import { up } from '../harness/up.mjs';

const secret = '0123456789abcdef0123456789abcdef', id = '1656000000';
const at = (slot) => `/desk/settings/channels/${slot}`;
let town, admin, line, channel, karaden, x;

before(async () => {
	line = await startLine();
	channel = line.channel({ id, secret, name: 'みなと市公式', token: 'long-lived-'.padEnd(150, 'a') });
	karaden = await new Karaden().start();
	x = await new X().start();
	town = await up({ conf: { gateway_ca_file: certificate().caFile, gateway_private: 'yes' } });
	admin = await desk(town, 'admin');
});
after(async () => {
	await line?.close();
	await karaden?.close();
	await x?.close();
	await town?.stop();
});

const row = (channelName, place = 1) => inside(town, `SELECT jsonb_build_object('kind', kind, 'active', active, 'url', url, 'settings', settings,
	'sealed', secrets IS NOT NULL, 'version', version, 'id', id)::text FROM gateway
	WHERE tenant_id = current_tenant() AND channel = '${channelName}' AND place = ${place}`).then((out) => JSON.parse(out.split('\n').pop() || 'null'));
const save = async (slot, values, kind = '') => admin.submit(await admin.get(at(slot) + (kind && `?kind=${kind}`)), values, `channels/${slot}`);

test('only for administrators, and only what there is', async () => {
	const clerk = await desk(town, 'sato');
	for (const path of ['/desk/settings/channels', ...['line', 'webpush', 'sms', 'sms2', 'x', 'email'].map(at)]) {
		assert.equal((await admin.get(path)).status, 200, path);
		assert.equal((await admin.get(`${path}?lang=en`)).status, 200, path);
		assert.equal((await clerk.get(path)).status, 403, path);
	}
	for (const path of ['email/switch', 'sms3', 'line/off', '1']) assert.equal((await admin.get(at(path))).status, 404, path);
	assert.equal((await admin.get(`${at('line')}/switch`)).status, 404, 'nothing to switch yet');
	assert.match(said(await admin.get(at('line'))), /LINE Developers コンソールを開き/);
	assert.match(said(await admin.get(`${at('sms')}?kind=twilio`)), /Account SID と Auth Token/);
	assert.match(said(await admin.get(`${at('sms')}?kind=line`)), /空電プッシュを契約/, 'a kind of another channel is none');
});

test('what is pasted wrongly is told beside its field', async () => {
	for (const [values, words] of [
		[{}, /チャネルID[\s\S]*入力してください/],
		[{ channel_id: '123', channel_secret: secret }, /10桁の数字/],
		[{ channel_id: id, channel_secret: secret.slice(1) }, /32文字です（いまは31文字）/],
		[{ channel_id: id, channel_secret: `${secret.slice(1)}z` }, /32文字です/],
		[{ channel_id: id, channel_secret: secret, key_id: '8c0f4a5e-0000-4000-8000-000000000000' }, /両方とも/],
		[{ channel_id: id, channel_secret: secret, private_key: 'x'.repeat(200), key_id: 'x'.repeat(36) }, /鍵のファイルの中身/],
		[{ channel_id: id, channel_secret: secret, rate: '0' }, /1から200まで/],
	]) {
		const answer = await save('line', values);
		assert.equal(answer.status, 422, JSON.stringify(values));
		assert.match(said(answer), words);
		assert.ok(!answer.text.includes(secret.slice(1)), 'not even a wrong secret is shown again');
	}
	for (const [values, words] of [
		[{ account_sid: 'AC12', auth_token: secret, from: '+815012345678' }, /正しくは34文字/],
		[{ account_sid: `XX${secret}`, auth_token: secret, from: '+815012345678' }, /画面の見本/],
		[{ account_sid: `AC${secret}`, auth_token: secret }, /どちらか/],
		[{ account_sid: `AC${secret}`, auth_token: secret, from: '市役所' }, /\+81 で始まる/],
		[{ account_sid: `AC${secret}`, auth_token: secret, from: 'Minato', yen_per_part: '-1' }, /3\.3 のように/],
		...['3円', '1e3', '0x1F', '3.', '.5', '1001', '3,3', '3.3.3'].map((yen_per_part) =>
			[{ account_sid: `AC${secret}`, auth_token: secret, from: 'Minato', yen_per_part }, /3\.3 のように/]),
	]) {
		const answer = await save('sms', { parts_per_month: '100', yen_per_part: '3.3', ...values }, 'twilio');
		assert.equal(answer.status, 422, JSON.stringify(values));
		assert.match(said(answer), words);
	}
	for (const tenant of ['a/b', 'a?c', '..', 'a%2Fb', '港']) {
		const answer = await save('sms', { tenant, service_id: '7', api_token: 'x'.repeat(20), parts_per_month: '100', yen_per_part: '3' }, 'karaden');
		assert.equal(answer.status, 422, tenant);
		assert.match(said(answer), /テナントID : 長さが違うか、使えない文字/);
	}
	for (const push_contact of ['', 'koho', 'mailto:koho', 'https://', 'mailto:<koho@city.example.jp>'])
		assert.equal((await save('webpush', { push_contact })).status, 422, push_contact);
	assert.match(said(await save('webpush', { push_contact: '' })), /連絡先 : 入力してください/, 'of the contact, not of the subject of a message');
	assert.equal(await row('line'), null, 'nothing is kept');
});

test('an account is set up, tried, switched on, changed and switched off', async () => {
	const mess = ` \u3000"０１２３456789abcdef\u200b0123 4567\n89abcdef" `;
	let answer = await save('line', { channel_id: ' １６５６０００ ０００ ', channel_secret: mess, url: line.url });
	assert.equal(answer.status, 303, said(answer));
	let now = await row('line');
	assert.deepEqual([now.active, now.settings.channel_id, now.sealed, now.url], [false, id, true, line.url], 'trimmed, and off at first');

	let page = await admin.get(at('line'));
	assert.match(said(page), /混ざっていた空白や引用符、全角の文字を直しました/, 'and told');
	assert.ok(!page.text.includes(secret) && !page.text.includes(secret.slice(4)), 'a secret never comes out');
	assert.match(said(page), /設定済みです/);
	assert.match(page.text, new RegExp(`https://minato\\.localhost[:\\d]*/hooks/line/${now.id}<`), 'the address to paste');

	page = await admin.submit(page, {}, 'line/check');
	assert.equal(page.status, 200);
	assert.match(said(page), /つながりました。 アカウント名： ?みなと市公式/);
	now = await row('line');
	assert.equal(now.settings.destination, channel.bot, 'what it tells is kept');

	const clerk = await desk(town, 'sato');
	const message = await written(town, 'sato', { by_line: 'true' });
	assert.match(said(await clerk.get(`/desk/messages/${message}/channels`)), /LINE 設定されていません/);
	page = await admin.get(`${at('line')}/switch`);
	assert.match(said(page), /使い始めますか/);
	answer = await admin.submit(page, {}, 'switch');
	assert.equal(answer.status, 303);
	assert.equal((await row('line')).active, true);
	assert.match((await clerk.get(`/desk/messages/${message}/channels`)).text, /type="checkbox" id="by_line"/);

	answer = await save('line', { channel_id: id, channel_secret: '', rate: '30' });
	assert.equal(answer.status, 303, 'a secret that is there need not be typed');
	now = await row('line');
	assert.deepEqual([now.active, now.settings.rate, now.settings.destination], [true, 30, channel.bot], 'the rest stays');
	page = await admin.submit(await admin.get(at('line')), {}, 'line/check');
	assert.match(said(page), /つながりました/, 'it still has its secret');

	channel.secret = 'f'.repeat(32);
	page = await admin.submit(await admin.get(at('line')), {}, 'line/check');
	assert.match(said(page), /事業者に断られました/);
	channel.secret = secret;

	page = await admin.get(at('line'));
	assert.equal((await save('line', { channel_id: id, rate: '40' })).status, 303);
	answer = await admin.submit(page, { rate: '50' }, 'channels/line');
	assert.equal(answer.status, 409, 'who saves second is told');
	assert.match(said(answer), /ほかの職員が先に保存/);
	assert.equal((await row('line')).settings.rate, 40);

	page = await admin.get(`${at('line')}/switch`);
	assert.match(said(page), /使うのをやめますか/);
	assert.equal((await admin.submit(page, {}, 'switch')).status, 303);
	assert.equal((await row('line')).active, false);
	const audit = await inside(town, `SELECT string_agg(row_to_json(a)::text, E'\\n') FROM audit a WHERE tenant_id = current_tenant() AND act LIKE 'gateway%'`);
	assert.match(audit, /gateway/);
	assert.ok(!audit.includes(secret), 'no secret in the record');
	assert.ok(!audit.includes(Buffer.from(secret).toString('hex')));
});

test('another account is named: what was of the first one goes; a secret that need not be there can be taken away', async () => {
	const token = 'z'.repeat(120), other = '1656000099', second = line.channel({ id: other, secret, name: 'もうひとつ' });
	const keep = { key_id: '8c0f4a5e-0000-4000-8000-000000000000', private_key: `{"kty":"RSA","n":"${'x'.repeat(100)}"}` };
	const try_ = async () => said(await admin.submit(await admin.get(at('line')), {}, 'line/check'));
	// A token that is none is stored, and taken away again.
	assert.equal((await save('line', { access_token: token })).status, 303);
	assert.match(await try_(), /事業者に断られました/);
	let page = await admin.get(at('line'));
	assert.match(said(page), /保存してある値を消す/);
	assert.ok(!page.text.includes('channel_secret_clear'), 'only what need not be there');
	assert.equal((await save('line', { rate: '30' })).status, 303);
	assert.match(await try_(), /事業者に断られました/, 'it stays when the rest is saved');
	assert.equal((await save('line', { access_token_clear: '1', rate: '0' })).status, 422);
	assert.equal((await save('line', { access_token_clear: '1' })).status, 303);
	assert.match(await try_(), /つながりました/);
	assert.ok(!(await admin.get(at('line'))).text.includes('access_token_clear'));
	// Of a pair not one.
	assert.equal((await save('line', keep)).status, 303);
	assert.equal((await save('line', { key_id_clear: '1' })).status, 422);
	assert.equal((await save('line', { key_id_clear: '1', private_key_clear: '1' })).status, 303);
	assert.match(await try_(), /つながりました/);

	// Another channel: its chat is not where citizens were led, and calls come in from it.
	assert.equal((await save('line', { access_token: channel.token })).status, 303);
	assert.match(await try_(), /アカウント名： ?みなと市公式/);
	await inside(town, `INSERT INTO gateway_health (gateway_id, breaker, reason, quota, used) SELECT id, 'open', 'gateway_denied', 200, 200 FROM gateway WHERE channel = 'line'
		ON CONFLICT (tenant_id, gateway_id) DO UPDATE SET breaker = 'open', reason = 'gateway_denied', quota = 200, used = 200`);
	assert.equal((await save('line', { rate: '31' })).status, 303);
	const health = () => inside(town, `SELECT breaker || coalesce(h.reason, '') || coalesce(quota::text, 'none') FROM gateway_health h JOIN gateway g ON g.id = gateway_id WHERE channel = 'line'`).then((t) => t.split('\n').pop());
	assert.equal(await health(), 'closed200', 'saved anew it is tried anew, and nobody is told that it stands still');
	assert.equal((await save('line', { channel_id: other, channel_secret: secret })).status, 303);
	const now = await row('line');
	assert.deepEqual([now.settings.channel_id, now.settings.destination, now.settings.basic_id], [other, undefined, undefined]);
	assert.equal(await health(), 'closednone', 'nor is what the first one had used up its own');
	assert.match(await try_(), /アカウント名： ?もうひとつ/, 'with its own secret, not by the token of the first');
	assert.equal((await row('line')).settings.destination, second.bot);
	assert.equal((await save('line', { channel_id: id, channel_secret: secret })).status, 303);
});

test('SMS: a gateway of each make, the second in its place', async () => {
	let answer = await save('sms', { tenant: karaden.tenant, service_id: '7', api_token: `Bearer ${karaden.token}`, yen_per_part: '3.3',
		parts_per_month: '１０００', url: `${karaden.url}/api/` });
	assert.equal(answer.status, 303, said(answer));
	const now = await row('sms');
	assert.deepEqual([now.settings.yen_per_part, now.settings.parts_per_month, now.url], ['3.3', 1000, `${karaden.url}/api`]);
	await inside(town, `INSERT INTO sms_month (month, parts) VALUES (sms_this_month(), 250), ((sms_this_month() - interval '1 month')::date, 1000);
		UPDATE gateway SET active = true WHERE channel = 'sms'`);
	assert.match(said(await admin.get(at('sms'))), /今月の残り 750（上限 1,000）/, 'of this month, not of the last');
	await inside(town, "UPDATE gateway SET active = false WHERE channel = 'sms'");
	let page = await admin.get(at('sms'));
	const hook = page.text.match(new RegExp(`/hooks/sms/${now.id}/([0-9a-f]{40})<`));
	assert.ok(hook, 'its address to call back has a secret, for it does not sign');
	page = await admin.submit(page, {}, 'sms/check');
	assert.match(said(page), /つながりました/);
	assert.equal((await save('sms', { tenant: 'x' })).status, 303);
	assert.ok((await admin.get(at('sms'))).text.includes(hook[1]), 'which stays when the rest is changed');

	answer = await save('sms2', { account_sid: `AC${secret}`, auth_token: secret, from: '+815012345678', yen_per_part: '10', parts_per_month: '0' }, 'twilio');
	assert.equal(answer.status, 303, said(answer));
	const second = await row('sms', 2);
	assert.deepEqual([second.kind, second.active], ['twilio', false]);
	assert.match(second.settings.callback_url, new RegExp(`^https://minato\\.localhost[:\\d]*/hooks/sms/${second.id}$`), 'it is told where to call back');
	assert.match(said(await admin.get('/desk/settings/channels')), /2つめの事業者） 使っていません/);
	answer = await save('sms2', { tenant: 'x', service_id: '7', api_token: karaden.token, yen_per_part: '3', parts_per_month: '5' }, 'karaden');
	assert.equal(answer.status, 303);
	const other = await row('sms', 2);
	assert.deepEqual([other.kind, other.settings.account_sid], ['karaden', undefined], 'another make begins anew');
});

test('Web Push: keys are made here, once', async () => {
	assert.equal((await save('webpush', { push_contact: 'mailto:koho@city.example.jp' })).status, 303);
	const first = await row('webpush');
	assert.match(first.settings.public_key, /^[\w-]{87}$/);
	assert.ok(!JSON.stringify(first.settings).includes('private'));
	assert.equal((await save('webpush', { push_contact: 'https://city.example.jp/' })).status, 303);
	const second = await row('webpush');
	assert.equal(second.settings.public_key, first.settings.public_key, 'every device hangs on them');
	assert.equal(second.settings.subject, 'https://city.example.jp/');
	assert.match((await admin.get(at('webpush'))).text, new RegExp(first.settings.public_key));
});

test('X: four secrets as they are typed in; the connection tells whose they are, without a transaction', async () => {
	x.consumer = ['k'.repeat(25), 's'.repeat(50)];
	x.token = [`4711-${'t'.repeat(40)}`, 'u'.repeat(45)];
	const typed = { api_key: ` ${x.consumer[0]} `, api_secret: x.consumer[1], access_token: x.token[0], access_secret: x.token[1],
		user_id: '1', link: '1', posts_per_month: '50', url: x.url };
	assert.equal((await save('x', typed)).status, 303);
	const form = await admin.get(at('x'));
	assert.ok(![...x.consumer, ...x.token].some((secret) => form.text.includes(secret)), 'secrets do not come out');
	assert.match(said(form), /今月の残り 50（上限 50）/, 'before the first post, too');

	x.script([{ path: '/2/users/me', hang: 1500, times: 1 }]);
	const begun = x.calls, asked = admin.submit(form, {}, 'x/check');
	while (x.calls === begun) await new Promise((done) => setTimeout(done, 20));
	assert.equal(await town.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'chromo_web' AND xact_start IS NOT NULL"), '0');
	const page = await asked;
	assert.match(said(page), /つながりました.*みなと市 \(@minato_city\)/);
	assert.equal((await row('x')).settings.user_id, '4711', 'the number that was typed wrongly is put right');

	x.token[1] = 'another';
	assert.match(said(await admin.submit(await admin.get(at('x')), {}, 'x/check')), /事業者に断られました/);
	// Somebody else saves while it is asked: their word stands.
	x.token[1] = 'u'.repeat(45);
	x.script([{ path: '/2/users/me', hang: 1500, times: 1 }]);
	const again = x.calls, late = admin.submit(await admin.get(at('x')), {}, 'x/check');
	while (x.calls === again) await new Promise((done) => setTimeout(done, 20));
	await inside(town, `UPDATE gateway SET settings = settings || '{"user_id": "99"}', version = version + 1 WHERE channel = 'x'`);
	assert.equal((await late).status, 200);
	assert.equal((await row('x')).settings.user_id, '99');
	x.script([]);
});

test('nothing listens: that is told, and nobody waits for long', async () => {
	assert.equal((await save('sms', { url: 'https://127.0.0.1:1' })).status, 303);
	const page = await admin.submit(await admin.get(at('sms')), {}, 'sms/check');
	assert.match(said(page), /つながりませんでした/);
});

test('another town sees none of it', async () => {
	const there = await desk(town, 'admin', 'yama.localhost');
	for (const slot of ['line', 'sms', 'sms2']) {
		const page = await there.get(at(slot));
		assert.ok(!page.text.includes('/hooks/') && !said(page).includes('設定済みです'), slot);
	}
	assert.equal((await there.get(`${at('line')}/switch`)).status, 404);
});
