// SPDX-License-Identifier: Apache-2.0
//
// 配信手段 while gateways really misbehave (the states that browser/gateway_states puts there by
// hand): LINE's month is used up, the first SMS gateway and the first mail server are away and
// the second ones take over, a mail server does not want this town; then all is well again.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { startLine } from '../gateways/line.mjs';
import { startSmtp } from '../gateways/smtp.mjs';
import { Karaden } from '../gateways/sms_karaden.mjs';
import { inside } from '../harness/desk.mjs';
import { gateways, load } from '../harness/gateways.mjs';
import { MINATO, tenant } from '../harness/house.mjs';
import { Keys } from '../harness/laws.mjs';
import { eventually, up } from '../harness/up.mjs';
import { openEyes, widths } from './eye.mjs';

const at = '/desk/settings/channels', limit = { timeout: 300000 };
let town, eyes, line, sms, mail, keys, minato;
before(async () => {
	line = await startLine();
	sms = [await new Karaden().start(), await new Karaden().start()];
	mail = [await startSmtp(), await startSmtp()];
	town = await up({ smtp: mail[0].url, conf: { smtp2_url: mail[1].url, smtp_timeout_s: 10, courier_retry_base_s: 1, courier_retry_max_s: 2,
		gateway_ca_file: line.caFile, gateway_private: 'yes', gateway_timeout_s: 2 } });
	eyes = await openEyes(town);
	minato = await town.sql(`SELECT ${tenant(MINATO)}`);
	keys = await Keys.of(town, minato);
	await inside(town, 'DELETE FROM gateway_health; DELETE FROM gateway');
	const channel = line.channel({ id: '1656000001', secret: 'a'.repeat(32), quota: 200 });
	channel.used = 200;
	await gateways(town, line, { [MINATO]: channel });
	await load(town, sms.map((s, i) => ({ host: MINATO, channel: 'sms', kind: 'karaden', place: i + 1, ...pick(s.account()) })));
	// Quotas are asked for when it starts, and then once an hour.
	town.kill('courier');
	await town.again('courier');
});
after(async () => {
	await eyes?.close();
	await town?.stop();
	for (const gateway of [line, ...sms ?? [], ...mail ?? []]) await gateway?.close();
});
const pick = ({ url, settings, secrets }) => ({ url, settings, secrets });

// So many letters to one person each, and when they are through.
let numbers = 0;
async function letters(channel, n) {
	const to = () => (channel === 'email' ? `real${++numbers}@real.example.jp` : `+8190${10000000 + ++numbers}`);
	const seal = () => keys.seal('letter.sealed', JSON.stringify({ to: to(), subject: '確認', text: `確認番号 ${numbers}`, language: 'ja' })).toString('hex');
	await inside(town, `INSERT INTO letter (kind, channel, key, sealed, valid_until) VALUES ${Array.from({ length: n }, () =>
		`('real', '${channel}', '${crypto.randomUUID()}', '\\x${seal()}', now() + interval '1 hour')`)}`);
}
const through = (channel) => eventually(`${channel} is through`, async () => {
	await town.hurry();
	return await town.sql(`SELECT count(*) FROM letter WHERE kind = 'real' AND channel = '${channel}' AND state <> 'accepted'`) === '0';
}, 90);
// A breaker that is open is tried again after a while: then it is half open, and away all the same.
const opens = (what, sql) => eventually(what, async () => /open/.test(await town.sql(sql)), 60);
const health = (channel, place) => `SELECT h.breaker FROM gateway_health h JOIN gateway g ON g.id = h.gateway_id AND g.tenant_id = h.tenant_id
	WHERE g.tenant_id = ${minato} AND g.channel = '${channel}' AND g.place = ${place}`;
const server = (place) => `SELECT breaker FROM mail_server WHERE place = ${place}`;
async function see(path, picture, check) {
	for (const width of widths) {
		const admin = await eyes.staff('admin', { width });
		await admin.go(`${at}${path}`);
		await admin.look(`real_${picture}`);
		await check(admin);
		await admin.context.close();
	}
}
const alarms = (n) => async (admin) => assert.equal(await admin.page.locator('.c-inset--error').count(), n);

test('what LINE allows in a month is used up', limit, async () => {
	await eventually('LINE was asked', async () => await town.sql(`SELECT used FROM gateway_health WHERE tenant_id = ${minato} AND quota = 200`) === '200');
	await see('/line', 'spent', (admin) => admin.sees('今月送れる数を使い切りました', '今月の残り 0（上限 200）'));
});

test('the first SMS gateway is away: the second sends, and the page says so', limit, async () => {
	sms[0].script([{ status: 503 }]);
	await letters('sms', 20);
	await opens('its breaker is open', health('sms', 1));
	await through('sms');
	assert.equal(sms[0].ledger.length, 0);
	assert.equal(sms[1].ledger.length, 20);
	await eventually('that is written', async () => Number(await town.sql(`SELECT accepted FROM gateway_health h JOIN gateway g ON g.id = h.gateway_id WHERE g.tenant_id = ${minato} AND g.place = 2`)) === 20, 10);
	assert.ok(Number(await town.sql(`SELECT delay_ms FROM gateway_health h JOIN gateway g ON g.id = h.gateway_id WHERE g.tenant_id = ${minato} AND g.place = 2`)) < 10000, 'a rest before looking is no slowness of the gateway');
	await see('/sms', 'sms_away', (admin) => admin.sees('止まっていますが、もう1つのほうから送っています'));
	await see('/sms2', 'sms2_instead', (admin) => admin.sees('受け付けられた回数 20'));
});

test('the first mail server refuses connections: the second sends', limit, async () => {
	await mail[0].away();
	const before = mail[1].ledger.length;
	await letters('email', 20);
	await opens('its breaker is open', server(1));
	await through('email');
	assert.ok(mail[1].ledger.length - before >= 20);
	await see('', 'list', async (admin) => {
		await admin.sees('メール（2台めの送信サーバー）', '止まっていますが、もう1つのほうから送っています');
		await alarms(0)(admin);	// nothing that cannot be sent
	});
	await see('/email', 'mail_away', (admin) => admin.sees('送信サーバー', '2台めの送信サーバー', 'もう1つのほうから送っています'));
});

test('both are away: nothing can be sent, and nothing is given up', limit, async () => {
	await mail[1].away();
	await letters('email', 12);
	await opens('the second breaker is open', server(2));
	await see('/email', 'mail_both', async (admin) => {
		await alarms(2)(admin);
		assert.ok(!(await admin.said()).includes('もう1つのほうから送っています'));
	});
	assert.notEqual(await town.sql(`SELECT count(*) FROM letter WHERE kind = 'real' AND state = 'queued'`), '0');
});

test('all is well again: it drifts back, and the pages are quiet', limit, async () => {
	await Promise.all(mail.map((m) => m.back()));
	sms[0].script([]);
	await through('email');
	for (const [channel, state, first] of [['email', server(1), mail[0]], ['sms', health('sms', 1), sms[0]]]) {
		const had = first.ledger.length;
		await eventually(`${channel}: the first is used again`, async () => {
			await letters(channel, 10);
			await through(channel);
			return first.ledger.length > had && await town.sql(state) === 'closed';
		}, 240);
	}
	await eventually('the second mail server, too, is tried', async () => {
		await letters('email', 5);
		await through('email');
		return await town.sql(server(2)) === 'closed';
	}, 120);
	await see('', 'well', alarms(0));
});

test('the mail server does not want this town: the page says whose rule it is', limit, async () => {
	for (const m of mail) m.script([{ at: 'rcpt', house: '@real.example.jp', reply: '550 5.7.26 unauthenticated' }]);
	await letters('email', 12);
	await opens('its breaker is open', `SELECT string_agg(breaker, ' ') FROM mail_bar WHERE tenant_id = ${minato} AND place = 1`);
	await see('/email', 'mail_refused', (admin) => admin.sees('相手のメールサーバーが、迷惑メールの対策などで受け取りませんでした'));
	for (const m of mail) m.script([]);
	await through('email');
	await eventually('and again', async () => {
		await letters('email', 5);
		await through('email');
		return await town.sql(`SELECT count(*) FROM mail_bar WHERE tenant_id = ${minato} AND place = 1 AND breaker <> 'closed'`) === '0';
	}, 60);
});
