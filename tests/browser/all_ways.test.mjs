// SPDX-License-Identifier: Apache-2.0
//
// What a new user does with ./dev run --gateways fake, in a real browser: four people
// register, by mail, LINE, SMS and a device; a clerk sends one message by all of these and
// to X, an approver signs it, and it arrives once on each, as the gateways' own ledgers say.
// Then the post is taken back.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startLine, userId } from '../gateways/line.mjs';
import { startPush } from '../gateways/push.mjs';
import { registering } from '../gateways/push_page.mjs';
import { Karaden } from '../gateways/sms_karaden.mjs';
import { X } from '../gateways/x.mjs';
import { desk, written } from '../harness/desk.mjs';
import { gateways, load } from '../harness/gateways.mjs';
import { eventually, up } from '../harness/up.mjs';
import { linkIn, mailsTo, mailWith, somebody } from '../http/citizen.mjs';
import { e164, number } from '../http/texts.mjs';
import { named, openEyes, ways } from './eye.mjs';

const host = 'minato.localhost';
let town, eyes, line, push, sms, x, chat;
before(async () => {
	[line, push, sms, x] = await Promise.all([startLine(), startPush(), new Karaden().start(), new X().start()]);
	chat = line.channel();
	town = await up({ conf: { gateway_ca_file: line.caFile, gateway_private: 'yes', push_hosts: push.hosts } });
	// As ./dev run does it: the ledgers are in the outbox.
	mkdirSync(join(town.dir, 'outbox'), { recursive: true });
	for (const g of [line, push, sms, x]) g.ledgerFile = join(town.dir, 'outbox', `${g.name}.jsonl`);
	await gateways(town, line, { [host]: chat });
	await load(town, [sms.account(), x.account({ yen_post: 3, yen_post_link: 31, posts_per_month: 100 })].map(
		({ channel, kind, place, url, settings, secrets }) => ({ host, channel, kind, place, url, settings, secrets })));
	eyes = await openEyes(town);
});
after(async () => {
	await eyes?.close();
	await town?.stop();
	await Promise.all([line, push, sms, x].map((g) => g?.close()));
});

// From the choice of a way to its proof: districts, topics, language, consent.
async function choose(person) {
	await person.tick(/中央/);
	await person.press('button', '次へ進む');
	await person.tick(/ごみ・環境/);
	await person.press('button', '次へ進む');
	await person.fill({ language: 'ja' });
	await person.press('button', '次へ進む');
	await person.tick(/同意/);
	await person.press('button', '登録する');
}

const begin = async (way) => {
	const person = await eyes.person(host, way);
	await person.go('/');
	await person.press('link', 'お知らせを受け取る');
	await person.press('link', '登録をはじめる');
	return person;
};
const is_done = async (person) => {
	assert.equal(person.path, '/subscribe/done');
	await person.context.close();
};

async function byMail(way) {
	const hanako = await begin(way), email = somebody();
	await hanako.fill({ email });
	await hanako.press('button', '次へ進む');
	await choose(hanako);
	await hanako.go(linkIn(await mailWith(town, email, '/confirm/'), 'confirm'));
	await hanako.arrive(() => hanako.page.locator('main form button').first().click());
	await is_done(hanako);
	return email;
}

async function byLine(way) {
	const taro = await begin(way), user = userId(named(way));
	await taro.press('button', 'LINE で受け取る');
	await choose(taro);
	const text = await taro.page.locator('[data-code]').innerText();
	await chat.event({ type: 'message', source: { type: 'user', userId: user }, message: { type: 'text', id: '1', text } });
	await taro.go('/subscribe/code');
	await taro.press('button', '登録を終える');
	await is_done(taro);
	return user;
}

async function bySms(way) {
	const jiro = await begin(way), phone = number(), to = `0${e164(phone).slice(3)}`;
	await jiro.press('link', /携帯電話のSMSで/);
	await jiro.fill({ phone });
	await jiro.press('button', '次へ進む');
	await choose(jiro);
	const code = await eventually('the code', () => sms.ledger.find((m) => m.to === to)?.body.match(/\b\d{6}\b/)?.[0]);
	await jiro.fill({ code });
	await jiro.press('button', '確認する');
	await is_done(jiro);
	return to;
}

async function byDevice(way) {
	const emi = await eyes.person(host, way), device = push.device();
	await emi.go(registering(device, ''));
	await emi.look('all_ways_push');
	await emi.press('button', 'にせものの端末で受け取る');
	await choose(emi);
	await is_done(emi);
	return device;
}

for (const [i, way] of ways.entries())
	test(`one message arrives on mail, LINE, SMS, a device and X: ${named(way)}`, async () => {
		// Four people at once, as in a town.
		const [email, user, phone, device] = await Promise.all([byMail(way), byLine(way), bySms(way), byDevice(way)]);
		const subject = `断水のお知らせ${i}`;
		const id = await written(town, 'sato', { subject: `'${subject}'` });
		const person = async (login) => eyes.person(host, { ...way, cookies: Object.fromEntries((await desk(town, login)).cookies) });
		const sato = await person('sato'), suzuki = await person('suzuki');
		await sato.go(`/desk/messages/${id}/channels`);
		await sato.fill({ by_email: true, by_line: true, by_sms: true, by_webpush: true, by_x: true });
		await sato.press('button', '保存して次へ');
		await sato.go(`/desk/messages/${id}/submit`);
		await sato.look('all_ways_submit');
		await sato.press('button', '承認を依頼する');
		await suzuki.go(`/desk/messages/${id}/approve`);
		await suzuki.look('all_ways_approve');
		await suzuki.fill({ confirm: true });
		await suzuki.press('button', /^承認して/);
		await eventually('it is sent', async () => await town.sql(`SELECT state FROM message WHERE id = ${id}`) === 'sent');

		const once = (what, n) => assert.equal(n, 1, `${what}: once`);
		once('mail', (await mailsTo(town, email)).filter((m) => JSON.stringify(m).includes(subject)).length);
		once('LINE', line.ledger.filter((e) => e.to.includes(user) && JSON.stringify(e.messages).includes(subject)).length);
		once('SMS', sms.ledger.filter((m) => m.to === phone && m.body.includes(subject)).length);
		once('device', push.ledger.filter((e) => e.device === device.name && e.text.includes(subject)).length);
		once('card', device.cards.size);
		once('X', x.posts.filter((p) => p.text.includes(subject)).length);
		assert.deepEqual([...push.faults, ...line.faults], []);

		await suzuki.go(`/desk/messages/${id}/status`);
		await suzuki.look('all_ways_status');
		await suzuki.sees('メール', 'LINE', 'SMS', 'プッシュ通知', 'X への投稿', '投稿しました');
		await suzuki.go('/desk/outbox');
		await suzuki.look('all_ways_outbox');
		await suzuki.go('/desk/outbox/others');
		// Not looked at: the ledgers' own JSON is full of null.
		for (const g of [line, sms, push, x])
			assert.equal(await suzuki.page.locator('.c-list__row', { hasText: subject }).filter({ has: suzuki.page.getByText(g.name, { exact: true }) }).count(),
				g.ledger.filter((e) => JSON.stringify(e).includes(subject)).length, `${g.name}: each thing that it took`);

		await suzuki.go(`/desk/messages/${id}/status`);
		await suzuki.press('link', '投稿を消す');
		await suzuki.look('all_ways_post');
		await suzuki.press('button', '投稿を消す');
		await eventually('it is gone', async () => await town.sql(`SELECT state FROM post WHERE message_id = ${id}`) === 'deleted');
		assert.equal(x.posts.filter((p) => p.text.includes(subject)).length, 0);
		await suzuki.go(`/desk/messages/${id}/status`);
		await suzuki.sees('投稿を消しました');
		for (const p of [sato, suzuki]) await p.context.close();
	});
