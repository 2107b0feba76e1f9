// SPDX-License-Identifier: Apache-2.0
//
// SMS by the courier (safety.md 4, F14): whatever the gateway does and whenever the courier
// is killed, everybody gets one; the month's ceiling holds; receipts reach the ledger.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { Karaden } from '../gateways/sms_karaden.mjs';
import { Twilio } from '../gateways/sms_twilio.mjs';
import { sleep } from '../harness/up.mjs';
import { eventually, openPost } from './post.mjs';

const POST = { method: 'POST' };
const text = '【みなと市】避難所の開設 https://minato.example.jp/m/1';
let post, gateways;
before(async () => {
	gateways = { karaden: await new Karaden().start(), twilio: await new Twilio().start() };
	post = await openPost({ conf: { gateway_ca_file: gateways.karaden.caFile, gateway_private: 'yes' } });
});
after(async () => {
	await post?.close();
	await gateways.karaden?.close();
	await gateways.twilio?.close();
});

const hex = (b) => `'\\x${b.toString('hex')}'`;
const phone = (n) => `+8190${10000000 + n}`;

// A town whose people have phones, and an account at one of the fakes.
async function town(kind, citizens, settings = {}) {
	const gateway = gateways[kind], account = gateway.account({ readback_s: 1, ...settings });
	gateway.reset();
	const place = await post.town({ citizens, address: phone });
	const sms = (n) => crypto.createHmac('sha256', place.keys.lookUp).update(`sms:${phone(n)}`).digest();
	const mail = (n) => place.keys.hash(phone(n));
	await post.feed(`SELECT FROM enter_tenant(${place.tenant}, 'command');
		${Array.from({ length: citizens }, (_, i) => `UPDATE contact SET channel = 'sms', hash = ${hex(sms(i + 1))}
			WHERE tenant_id = ${place.tenant} AND hash = ${hex(mail(i + 1))};`).join('\n')}
		INSERT INTO gateway (channel, kind, active, url, settings, secrets) VALUES ('sms', '${kind}', true, '${account.url}',
			'${JSON.stringify(account.settings)}', ${hex(place.keys.seal('gateway.secrets', JSON.stringify(account.secrets)))});`);
	return { ...place, gateway };
}
const message = (place, more) => post.message(place, { by: 'sms', content: { text }, ...more });
const once = ({ gateway, citizens }) => {
	const to = gateway.ledger.map((m) => m.to);
	assert.equal(new Set(to).size, citizens, 'everybody');
	assert.equal(to.length, citizens, 'once');
};
// Sent, with what waits for another try brought forward.
const sent = (id) => eventually(`message ${id} is sent`, async () => {
	await post.hurry();
	return await post.state(id) === 'sent';
}, 60);

for (const kind of ['karaden', 'twilio']) {
	test(`${kind}: all well`, async () => {
		const place = await town(kind, 30);
		const courier = post.courier(), id = await message(place);
		await sent(id);
		once(place);
		assert.deepEqual(await post.counts(id), { accepted: 30 });
		assert.equal(await post.sql(`SELECT count(DISTINCT provider_id) FROM delivery WHERE message_id = ${id}`), '30');
		assert.equal(await post.sql(`SELECT parts FROM sms_month WHERE tenant_id = ${place.tenant}`), '30');
		await courier.stop();
	});

	test(`F14 ${kind}: cut, 500, not JSON after accepting: one SMS each`, async () => {
		const place = await town(kind, 30);
		place.gateway.script([
			...Array.from({ length: 5 }, () => ({ ...POST, times: 1, accept: true, close: true })),
			...Array.from({ length: 5 }, () => ({ ...POST, times: 1, accept: true, status: 500 })),
			...Array.from({ length: 5 }, () => ({ ...POST, times: 1, status: 500 })),
			...Array.from({ length: 3 }, () => ({ ...POST, times: 1, accept: true, body: 'OK' })),
			...Array.from({ length: 3 }, () => ({ ...POST, times: 1, status: 429, headers: { 'retry-after': '1' } })),
		]);
		const courier = post.courier(), id = await message(place);
		await sent(id);
		once(place);
		const counts = await post.counts(id);
		assert.equal(counts.accepted, 30);
		assert.ok(counts.unknown >= 13, JSON.stringify(counts));
		await courier.stop();
	});

	test(`F02 ${kind}: the courier is killed again and again: one SMS each`, async () => {
		const place = await town(kind, 120);
		place.gateway.script([{ ...POST, hang: 120 }]);
		let courier = post.courier();
		const id = await message(place);
		for (let i = 0; i < 4; i++) {
			const n = place.gateway.ledger.length;
			await eventually('some SMS more', () => place.gateway.ledger.length > n);
			await sleep(40 * i);
			await courier.kill();
			courier = post.courier();
		}
		await sent(id);
		once(place);
		assert.equal((await post.counts(id)).accepted, 120);
		await courier.stop();
	});
}

test('the ceiling of the month, under two couriers', async () => {
	const place = await town('karaden', 40, { parts_per_month: 25 });
	const couriers = [post.courier(), post.courier()], id = await message(place);
	await sent(id);
	// The rest is held, and so the message is through, while the last are still in the air.
	await eventually('the last have landed', async () => (await post.counts(id)).accepted === 25);
	assert.equal(place.gateway.ledger.length, 25);
	assert.equal(await post.sql(`SELECT parts FROM sms_month WHERE tenant_id = ${place.tenant}`), '25');
	assert.equal(await post.sql(`SELECT DISTINCT reason FROM batch WHERE message_id = ${id} AND state = 'held'`), 'quota_spent');
	assert.equal((await post.feed(`SELECT FROM enter_tenant(${place.tenant}, 'command');
		SELECT count(*) FROM message_unreached(${id})`)).at(-1), '15');
	const vital = await message(place, { vital: true });
	await sent(vital);
	assert.equal(place.gateway.ledger.length, 65, 'an emergency has no ceiling');
	await Promise.all(couriers.map((c) => c.stop()));
});
