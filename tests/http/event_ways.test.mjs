// SPDX-License-Identifier: Apache-2.0
//
// What an event tells somebody who is registered comes to their LINE and their devices, too:
// a notice and a link, nothing of the person; once, whatever the gateway says; and to nobody
// whose address was only typed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLine, userId } from '../gateways/line.mjs';
import { startPush } from '../gateways/push.mjs';
import { inside } from '../harness/desk.mjs';
import { makeEvent, signUp, toCheck } from '../harness/event.mjs';
import { gateways } from '../harness/gateways.mjs';
import { MINATO, tenant } from '../harness/house.mjs';
import { Keys } from '../harness/laws.mjs';
import { eventually, up } from '../harness/up.mjs';
import { mailWith, somebody, subscribe } from './citizen.mjs';

let town, line, push, keys, district, count = 0;
before(async () => {
	[line, push] = [await startLine(), await startPush()];
	town = await up({ conf: { gateway_ca_file: line.caFile, gateway_private: 'yes', push_hosts: push.hosts,
		smtp_timeout_s: 3, courier_lease_s: 4, courier_retry_base_s: 1, courier_retry_max_s: 2 } });
	await gateways(town, line, { [MINATO]: line.channel() });
	keys = await Keys.of(town, tenant(MINATO));
	district = await town.sql(`SELECT min(id) FROM district WHERE tenant_id = ${tenant(MINATO)}`);
});
after(async () => {
	await town?.stop();
	await line?.close();
	await push?.close();
});

const hex = (b) => `'\\x${b.toString('hex')}'`;
// Registered by mail, with LINE and a device beside.
async function citizen() {
	const client = town.client(MINATO), email = somebody(), user = userId(`reader ${++count}`), device = push.device();
	await subscribe(town, client, email, { district: [district] });
	const id = await town.sql(`SELECT citizen_id FROM citizen_session WHERE hash = sha256('${client.cookies.get('__Host-citizen')}')`);
	for (const [way, address] of [['line', user], ['webpush', device.address()]])
		await inside(town, `INSERT INTO contact (citizen_id, channel, address, hash, state, confirmed)
			VALUES (${id}, '${way}', ${hex(keys.seal('contact.address', address))}, ${hex(keys.hash(`${way} ${address}`))}, 'active', now())`);
	return { client, email, user, device, id };
}

const chat = (user) => line.ledger.filter((e) => e.to?.includes?.(user)).map((e) => e.messages.map((m) => m.text).join('\n'));
const cards = (device) => push.ledger.filter((e) => e.device === device.name).map((e) => JSON.parse(e.text));
const idle = () => eventually('nothing is under way', async () =>
	await town.sql(`SELECT (SELECT count(*) FROM letter WHERE state IN ('queued', 'sending')) + (SELECT count(*) FROM application WHERE due <= now())`) === '0');
const path = (text) => new URL(/https:\S+/.exec(text)[0]).pathname;

test('an offer comes to the chat and the telephone: a notice and a link, once', async () => {
	const made = await makeEvent(town, { capacity: 1, columns: { offer_hours: 24 } });
	const other = town.client(MINATO), there = await signUp(other, made, { names: ['先'] });
	const who = await citizen(), ticket = await signUp(who.client, made, { names: ['待子 きみ'], email: who.email });
	await eventually('that they wait', () => chat(who.user).length === 1 && cards(who.device).length === 1);
	assert.match(chat(who.user)[0], /^お申し込みについて、お知らせがあります。\nhttps:/);
	// The gateway takes it and says 500: asked again under the same key, it is there once.
	line.script([{ path: '/v2/bot/message/multicast', times: 1, accept: true, status: 500 }]);
	assert.equal((await other.submit(await other.get(`${there.path.split('?')[0]}/cancel`), {}, '/cancel')).status, 303);
	await mailWith(town, who.email, '席が空きました');
	await eventually('the offer', () => chat(who.user).length === 2 && cards(who.device).length === 2);
	await idle();
	assert.equal(chat(who.user).length, 2);
	const said = chat(who.user)[1], card = cards(who.device)[1];
	assert.match(said, /期限のあるお知らせ/);
	assert.equal(path(said), ticket.path.split('?')[0]);
	assert.equal(new URL(card.url).pathname, ticket.path.split('?')[0]);
	for (const text of [said, card.title + card.body])
		for (const own of ['待子', '親子で星を見る会', who.email]) assert.ok(!text.includes(own), `${own} in ${text}`);
	assert.deepEqual([line.faults, push.faults], [[], []]);
	assert.equal(who.device.cards.size, 1, 'the newer card is in the older one’s place');
	assert.match((await who.client.get(path(said))).text, /席が空きました/);
	assert.equal(await town.sql(`SELECT string_agg(channel || ' ' || state, ', ' ORDER BY id) FROM letter WHERE application_id = (SELECT max(id) FROM application)`),
		['email', 'line', 'webpush', 'email', 'line', 'webpush'].map((c) => `${c} accepted`).join(', '), 'the ledger has them all');
});

test('by an address that was proved on the way, not by one that was only typed', async () => {
	const who = await citizen(), typed = await makeEvent(town), proved = await makeEvent(town, { columns: { once: true } });
	await signUp(town.client(MINATO), typed, { email: who.email });
	await mailWith(town, who.email, '参加が決まりました');
	await idle();
	assert.deepEqual([chat(who.user), cards(who.device)], [[], []]);
	const client = town.client(MINATO), code = await toCheck(client, proved, { email: who.email });
	assert.match(code.path, /\/code$/);
	const mail = await mailWith(town, who.email, '申込');
	const check = await client.follow(await client.submit(code, { code: /\b(\d{6})\b/.exec(mail.text)[1] }));
	const ticket = await client.follow(await client.submit(check));
	await eventually('the notice', () => chat(who.user).length === 1 && cards(who.device).length === 1);
	assert.equal(path(chat(who.user)[0]), ticket.path.split('?')[0]);
});

test('what staff write to those who signed up is one notice by each way, and one person', async () => {
	const who = await citizen(), made = await makeEvent(town);
	await signUp(who.client, made, { email: who.email });
	await inside(town, `INSERT INTO event_notice (event_id, states, subject, body, staff_id)
		SELECT ${made.event}, '{confirmed}', '場所が変わります', '体育館です。', min(id) FROM staff WHERE tenant_id = current_tenant()`);
	await mailWith(town, who.email, '体育館です');
	await eventually('both', () => chat(who.user).length === 2 && cards(who.device).length === 2);
	await idle();
	assert.ok(!chat(who.user)[1].includes('体育館'));
	assert.equal(await town.sql(`SELECT people FROM event_notice WHERE event_id = ${made.event}`), '1');
});

test('not to whoever pauses, nor to a device that is no more', async () => {
	const who = await citizen(), made = await makeEvent(town, { columns: { offer_hours: 24 } });
	who.device.gone = true;
	await signUp(who.client, made, { email: who.email });
	await eventually('the chat', () => chat(who.user).length === 1);
	await eventually('the device is known to be gone', async () => await town.sql(`SELECT count(*) FROM contact WHERE citizen_id = ${who.id} AND channel = 'webpush' AND state = 'active'`) === '0');
	await inside(town, `UPDATE citizen SET state = 'paused' WHERE id = ${who.id}`);
	await inside(town, `SELECT event_call_off(${made.event})`);
	await mailWith(town, who.email, '中止');
	await idle();
	assert.equal(chat(who.user).length, 1);
});
