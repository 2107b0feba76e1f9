// SPDX-License-Identifier: Apache-2.0
//
// What gateways of SMS call in: receipts that are signed, doubled and out of order, and
// answers like 停止.  Twilio's own vector is found through CHROMO_SAMPLES.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { post } from '../gateways/call_back.mjs';
import { Karaden } from '../gateways/sms_karaden.mjs';
import { signature, Twilio } from '../gateways/sms_twilio.mjs';
import { load } from '../harness/gateways.mjs';
import { inside } from '../harness/desk.mjs';
import { MINATO, tenant, YAMA } from '../harness/house.mjs';
import { up } from '../harness/up.mjs';
import { somebody, subscribe } from './citizen.mjs';
import { code, e164, number } from './texts.mjs';

let town, karaden, twilio, kurl, turl, district, message;
before(async () => {
	karaden = await new Karaden().start();
	twilio = await new Twilio().start();
	town = await up();
	turl = `https://${MINATO}:${town.port}/hooks/sms/twilio`;
	await load(town, [{ host: MINATO, ...pick(karaden.account()), place: 1, active: false },
		{ host: MINATO, ...pick(twilio.account({ callback_url: turl })), place: 2, active: false }]);
	kurl = `https://${MINATO}:${town.port}/hooks/sms/karaden/${karaden.account().secrets.callback_secret}`;
	district = Number(await town.sql(`SELECT min(id) FROM district WHERE tenant_id = ${tenant(MINATO)}`));
	message = await town.sql(`SELECT min(id) FROM message WHERE tenant_id = ${tenant(MINATO)}`);
});
after(async () => {
	await town?.stop();
	await karaden?.close();
	await twilio?.close();
});

const pick = ({ channel, kind, url, settings, secrets }) => ({ channel, kind, url, settings, secrets });
const rows = () => town.sql(`SELECT (SELECT count(*) FROM gateway_event) || ' ' || (SELECT count(*) FROM sms_early) || ' ' ||
	(SELECT count(*) FROM delivery WHERE receipt IS NOT NULL) || ' ' || (SELECT count(*) FROM contact WHERE state = 'left')`);

// Somebody with a phone, and an SMS that the courier has written down.
let tries = 100;
async function person() {
	const client = town.client(MINATO), phone = number();
	await subscribe(town, client, somebody(), { district: [district] });
	await client.submit(await client.get('/my/phone'), { phone });
	await client.submit(await client.get('/my/phone/code'), { code: await code(town, phone) });
	return { client, phone: e164(phone), id: Number(await town.sql('SELECT max(id) FROM citizen')) };
}
const written = ({ id }, provider) => inside(town, `INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, provider_id)
	VALUES (${message}, ${id}, 'sms', 1, ${++tries}, 1, 'accepted', '${provider}')`);
const became = (provider) => town.sql(`SELECT coalesce(receipt, '-') || ' ' || coalesce(reason, '-') FROM delivery WHERE provider_id = '${provider}'`);
const contact = ({ id }) => town.sql(`SELECT state || ' ' || coalesce(reason, '-') FROM contact WHERE channel = 'sms' AND citizen_id = ${id}`);
const sms = (id) => ({ sid: id, id, to: '+819012345678', from: '+815012345678', body: 'x', tags: [], parts: 1, time: new Date().toISOString() });

test('the signature of Twilio\'s own vector', (t) => {
	const file = path.join(process.env.CHROMO_SAMPLES ?? '', 'sms/twilio-signature-vector.json');
	if (!fs.existsSync(file))
		return t.diagnostic('no CHROMO_SAMPLES: the vector is not tried');
	const v = JSON.parse(fs.readFileSync(file, 'utf8'));
	assert.equal(signature(v.auth_token, v.url, v.params), v['x-twilio-signature']);
});

test('twilio: a receipt is written down, and only forward', async () => {
	const one = await person();
	await written(one, 'SM1');
	for (const status of ['queued', 'sent'])
		assert.equal(await twilio.receipt(turl, sms('SM1'), status), 200);
	assert.equal(await became('SM1'), '- -', 'on its way is no news');
	assert.equal(await twilio.receipt(turl, sms('SM1'), 'undelivered'), 200);
	assert.equal(await became('SM1'), 'undelivered phone_away');
	assert.equal(await twilio.receipt(turl, sms('SM1'), 'delivered'), 200);
	for (const status of ['delivered', 'sent', 'undelivered', 'failed', 'queued'])
		assert.equal(await twilio.receipt(turl, sms('SM1'), status), 200);
	assert.equal(await became('SM1'), 'delivered -', 'twice, and out of order');
	assert.equal(await contact(one), 'active -');
});

test('twilio: a receipt that is faster than the courier waits for it', async () => {
	const one = await person();
	assert.equal(await twilio.receipt(turl, sms('SM2'), 'delivered'), 200);
	await written(one, 'SM2');
	assert.equal(await became('SM2'), 'delivered -');
});

test('twilio: nobody has the number any more', async () => {
	const one = await person();
	await written(one, 'SM3');
	assert.equal(await twilio.call(turl, { MessageSid: 'SM3', MessageStatus: 'undelivered', ErrorCode: '30005' }), 200);
	assert.equal(await became('SM3'), 'undelivered mailbox_unknown');
	assert.equal(await contact(one), 'failed mailbox_unknown');
	assert.equal(await town.sql(`SELECT reach FROM citizen WHERE id = ${one.id}`), '{email}');
});

test('twilio: 停止 ends it, other words do not', async () => {
	for (const [text, state] of [['停止', 'left stop'], ['ＳＴＯＰ', 'left stop'], [' stop. ', 'left stop'], ['配信停止。', 'left stop'],
		['停止しないで', 'active -'], ['ありがとう', 'active -']]) {
		const one = await person();
		assert.equal(await twilio.reply(turl, one.phone, text), 200);
		assert.equal(await contact(one), state, text);
		await town.sql("DELETE FROM throttle");
	}
	const one = await person();
	const said = { MessageSid: 'SMsame', From: one.phone, Body: '停止' };
	assert.equal(await twilio.call(turl, said), 200);
	await inside(town, `UPDATE contact SET state = 'active', reason = NULL WHERE channel = 'sms' AND citizen_id = ${one.id}`);
	assert.equal(await twilio.call(turl, said), 200);
	assert.equal(await contact(one), 'active -', 'the same call once more is no second word');
	assert.equal(await twilio.reply(turl, '+819000000000', '停止'), 200, 'of nobody');
});

test('karaden: what became of it', async () => {
	const one = await person();
	await written(one, 'k1');
	await written(one, 'k2');
	assert.equal(await karaden.receipt(kurl, sms('k1'), 'none'), 200);
	assert.equal(await became('k1'), '- -');
	assert.equal(await karaden.receipt(kurl, sms('k1'), 'unconnected'), 200);
	assert.equal(await became('k1'), 'undelivered phone_away');
	assert.equal(await karaden.receipt(kurl, sms('k1'), 'received'), 200);
	assert.equal(await karaden.receipt(kurl, sms('k1'), 'error'), 200);
	assert.equal(await became('k1'), 'delivered -');
	const basic = `Basic ${Buffer.from(`chromo:${karaden.account().secrets.callback_secret}`).toString('base64')}`;
	assert.equal(await karaden.receipt(kurl.replace(/\/[^/]*$/, ''), sms('k2'), 'received', { headers: { authorization: basic } }), 200);
	assert.equal(await became('k2'), 'delivered -');
});

test('R63 what is forged, cut or nonsense is refused and changes nothing', async () => {
	const one = await person();
	await written(one, 'SM4');
	const before = await rows(), entry = sms('SM4');
	const wrong = [
		[await twilio.receipt(turl, entry, 'delivered', { token: 'other' }), 401, 'another token'],
		[await twilio.receipt(turl, entry, 'delivered', { header: '' }), 401, 'no signature'],
		[await twilio.receipt(turl, entry, 'delivered', { signedUrl: `${turl}?x` }), 401, 'signed for another address'],
		[await twilio.receipt(turl.replace(MINATO, YAMA), entry, 'delivered'), 404, 'another town'],
		[await twilio.receipt(turl.replace('twilio', '999999'), entry, 'delivered'), 404, 'no such account'],
		[await twilio.call(turl, { MessageSid: '', MessageStatus: 'delivered' }), 400, 'of nothing'],
		[await twilio.call(turl, { MessageSid: 'SM4' }), 400, 'says nothing'],
		[await post(turl, 'MessageSid=%ff&MessageStatus=delivered', {}), 400, 'not UTF-8'],
		[await karaden.receipt(kurl.replace(/\w$/, '_'), entry, 'received'), 401, 'another secret'],
		[await karaden.receipt(kurl.replace(/\/[^/]*$/, ''), entry, 'received'), 401, 'no secret'],
		[await post(kurl, '{"id":', { 'content-type': 'application/json' }), 400, 'cut'],
		[await post(kurl, '[]', { 'content-type': 'application/json' }), 400, 'not theirs'],
		[await post(kurl, '{"object":"message"}', { 'content-type': 'application/json' }), 400, 'of nothing'],
	];
	for (const [got, wanted, what] of wrong)
		assert.equal(got, wanted, what);
	assert.equal(await rows(), before);
	assert.equal(await became('SM4'), '- -');
});
