// SPDX-License-Identifier: Apache-2.0
//
// 「続けて受け取る」: the SMS that a phone gets a year after it was proved, its link, and what
// its two buttons do; without script and without signing in.  The rules are tested in
// tests/db/keep.sql.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Karaden } from '../gateways/sms_karaden.mjs';
import { inside } from '../harness/desk.mjs';
import { load } from '../harness/gateways.mjs';
import { Keys } from '../harness/laws.mjs';
import { eventually, up } from '../harness/up.mjs';
import { words } from './citizen.mjs';
import { e164, number } from './texts.mjs';

const host = 'minato.localhost';
let town, sms, district, keys;
before(async () => {
	sms = await new Karaden().start();
	town = await up({ conf: { gateway_ca_file: sms.caFile, gateway_private: 'yes' } });
	await load(town, [{ host, ...sms.account() }].map(({ host: h, channel, kind, place, url, settings, secrets }) =>
		({ host: h, channel, kind, place, url, settings, secrets })));
	const minato = await town.sql(`SELECT tenant_id FROM tenant_host WHERE host = '${host}'`);
	district = await town.sql(`SELECT min(id) FROM district WHERE tenant_id = ${minato}`);
	keys = await Keys.of(town, minato);
});
after(async () => {
	await town?.stop();
	await sms?.close();
});
const browser = (at = host) => town.client(at);
const local = (phone) => `0${e164(phone).slice(3)}`;
const texts = (phone) => sms.ledger.filter((m) => m.to === local(phone)).map((m) => m.body);
const is = (id) => town.sql(`SELECT state || '|' || reach::text FROM citizen WHERE id = ${id}`);

async function caller() {
	const client = browser(), phone = number();
	const step = async (page, values, form) => client.submit(await client.get(`/subscribe/${page}`), values, form);
	await step('phone', { phone });
	await step('district', { [`district_${district}`]: 1 });
	await step('topics', { vital: 1 }, 0);
	await step('language', { language: 'ja' });
	await client.submit(await client.get('/subscribe/check'), { consent: 1 });
	const code = await eventually('a code', () => texts(phone)[0]?.match(/\d{6}/)?.[0]);
	await client.submit(await client.get('/subscribe/phone/code'), { code });
	return { client, phone, id: Number(await town.sql('SELECT max(id) FROM citizen')) };
}

// A year goes by; the path of the link.
async function asked({ id, phone }) {
	await inside(town, `UPDATE contact SET confirmed = now() - interval '366 days' WHERE citizen_id = ${id}`);
	town.kill('courier', 'SIGTERM');
	await town.again('courier');	// which looks at once, and then every hour
	// It waits for the day, at whatever hour this test runs.
	await eventually('the letter', async () => await town.sql(`UPDATE letter SET due = now() WHERE kind = 'phone_keep'
		AND contact_id = (SELECT id FROM contact WHERE citizen_id = ${id}) RETURNING 1`) !== '');
	const text = await eventually('the SMS', () => texts(phone).find((t) => t.includes('/keep/')));
	assert.match(text, /^みなと市：お知らせのSMSを続けて受け取りますか。https:/);
	await eventually('it was asked', async () => await town.sql(`SELECT asks FROM contact WHERE citizen_id = ${id}`) === '1');
	return new URL(text.match(/https:\S+/)[0]).pathname;
}

test('asked after a year; yes', async () => {
	const who = await caller(), link = await asked(who), anybody = browser();
	const page = await anybody.get(link);
	assert.equal(page.status, 200);
	assert.ok(words(page).includes(`090-****-${who.phone.slice(-4)}`));
	assert.equal(page.text.includes(who.phone), false, 'not the whole number: it may be another\'s by now');
	assert.equal(await town.sql(`SELECT asks FROM contact WHERE citizen_id = ${who.id}`), '1', 'a GET changes nothing');
	for (const keep of ['', 'perhaps'])
		assert.equal((await anybody.submit(await anybody.get(link), { keep }, 0)).headers.location, link);
	const done = await anybody.submit(await anybody.get(link), { keep: 'yes' }, 0);
	assert.equal(done.headers.location, `${link}/done?keep=yes`);
	assert.match(words(await anybody.follow(done)), /続けて送ります/);
	assert.equal(await town.sql(`SELECT asks, confirmed > now() - interval '1 hour' FROM contact WHERE citizen_id = ${who.id}`), '0|t');
	const again = await anybody.get(link);
	assert.equal(again.status, 410, 'a link answers once');
	assert.match(words(again), /すでに答えていただいた/);
	assert.equal(await is(who.id), 'active|{sms}');
});

test('no, by whoever has the number now', async () => {
	const who = await caller(), link = await asked(who), anybody = browser();
	const page = await anybody.get(link);
	const done = await anybody.submit(page, { keep: 'no' }, 1);
	assert.match(words(await anybody.follow(done)), /登録を消しました/);
	assert.equal(await is(who.id), 'left|{}');
	assert.equal((await anybody.get(link)).status, 410);
	const late = await anybody.submit(page, { keep: 'yes' }, 0);
	assert.equal(await is(who.id), 'left|{}', `${late.status}: nothing comes back`);
});

test('links that are none', async () => {
	const who = await caller();
	const [contact, proved] = (await town.sql(`SELECT id, extract(epoch FROM confirmed)::bigint FROM contact WHERE citizen_id = ${who.id}`)).split('|');
	const good = keys.link('keep', contact, proved);
	assert.equal((await browser().get(`/keep/${good}`)).status, 200);
	for (const token of [keys.link('address', contact, proved), keys.link('keep', contact, proved - 1), keys.link('keep', contact + 1, proved),
		good.slice(0, -1), `${good}x`, 'nonsense', '%00', 'a'.repeat(400)]) {
		const page = await browser().get(`/keep/${token}`);
		assert.ok([404, 410, 400].includes(page.status), `${token}: ${page.status}`);
		const sent = await browser().send(`/keep/${token}`, { method: 'POST', body: 'keep=no', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
		assert.notEqual(sent.status, 303);
	}
	for (const path of [`/keep/${good}`, `/keep/${good}/done`, `/keep/${good.slice(0, -1)}/done`])
		assert.equal((await browser('yama.localhost').get(path)).status, 404, 'another town\'s');
	assert.equal(await is(who.id), 'active|{sms}');
});
