// SPDX-License-Identifier: Apache-2.0
//
// 「見ました」 from each way that a message comes by, with what really arrived there: the link in
// the mail, in the SMS, behind the card of a device, and the button in the chat of LINE.  Who
// pressed is not written to on the next step, nor is whoever lives with them; the third is.
import assert from 'node:assert/strict';
import { createECDH, createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startLine, userId } from '../gateways/line.mjs';
import { startPush } from '../gateways/push.mjs';
import { Karaden } from '../gateways/sms_karaden.mjs';
import { approved, inside } from '../harness/desk.mjs';
import { gateways, load } from '../harness/gateways.mjs';
import { MINATO, tenant } from '../harness/house.mjs';
import { isPage } from '../harness/invariants.mjs';
import { Keys } from '../harness/laws.mjs';
import { eventually, up } from '../harness/up.mjs';
import { mailsTo } from './citizen.mjs';

let town, keys, line, push, sms, chat, vital;
before(async () => {
	[line, push, sms] = await Promise.all([startLine(), startPush(), new Karaden().start()]);
	chat = line.channel();
	town = await up({ conf: { gateway_ca_file: line.caFile, gateway_private: 'yes', push_hosts: push.hosts } });
	await gateways(town, line, { [MINATO]: chat });
	const pair = createECDH('prime256v1'), { channel, kind, url, settings, secrets } = sms.account();
	pair.generateKeys();
	await load(town, [{ host: MINATO, channel, kind, url, settings, secrets }, { host: MINATO, channel: 'webpush', kind: 'vapid', url: '',
		settings: { subject: 'mailto:a@minato.example', public_key: pair.getPublicKey('base64url') },
		secrets: { private_key: pair.getPrivateKey().toString('base64url').padStart(43, 'A') } }]);
	keys = await Keys.of(town, await town.sql(`SELECT ${tenant(MINATO)}`));
	vital = await last('SELECT min(id) FROM topic WHERE vital AND tenant_id = current_tenant()');
});
after(async () => {
	await town?.stop();
	await Promise.all([line, push, sms].map((g) => g?.close()));
});
const last = async (sql) => (await inside(town, sql)).split('\n').pop();

// Somebody with these ways, in a district of the test's own.
let n = 0;
async function person(district, ways) {
	const me = { n: ++n, device: push.device() };
	me.address = { email: `seen${n}@example.jp`, sms: `+8190${55000000 + n}`, line: userId(`seen ${n}`), webpush: me.device.address() };
	me.id = Number(await last(`WITH c AS (INSERT INTO citizen (state, districts, confirmed) VALUES ('active', '{${district}}', now()) RETURNING id) SELECT id FROM c`));
	for (const way of ways) await inside(town, `INSERT INTO contact (citizen_id, channel, address, hash, state, confirmed)
		VALUES (${me.id}, '${way}', '\\x${keys.seal('contact.address', me.address[way]).toString('hex')}',
		        '\\x${createHmac('sha256', keys.lookUp).update(`${way}:${me.address[way]}`).digest('hex')}', 'active', now())`);
	return me;
}

// What the far side has of this message for this person, as text.
const arrived = {
	email: async (me, subject) => (await mailsTo(town, me.address.email, 0)).filter((m) => m.header('subject').includes(subject)).map((m) => m.text),
	sms: (me, subject) => sms.ledger.filter((m) => m.to === me.address.sms.replace('+81', '0') && m.body.includes(subject)).map((m) => m.body),
	webpush: (me, subject) => push.ledger.filter((e) => e.device === me.device.name && e.text.includes(subject)).map((e) => e.text),
	line: (me, subject) => line.ledger.filter((e) => e.to.includes(me.address.line)).map((e) => JSON.stringify(e.messages)).filter((t) => t.includes(subject)),
};

// How one presses.
const byLink = async (text) => {
	const client = town.client(MINATO), page = isPage(await client.get(new URL(text.match(/https:[^\s"\\]*\/seen\/[\w-]+/)[0]).pathname), { script: false });
	assert.equal((await client.submit(page, {}, '/seen/')).status, 303);
};
const press = {
	email: byLink, sms: byLink, webpush: byLink,
	line: async (text, me) => {
		assert.equal(await chat.event({ type: 'postback', source: { type: 'user', userId: me.address.line }, postback: { data: text.match(/seen=\d+/)[0] } }), 200);
	},
};

for (const [way, next] of [['email', 'sms'], ['sms', 'email'], ['webpush', 'sms'], ['line', 'webpush']])
	test(`seen by ${way}: the next step, by ${next}, goes to the third alone`, { timeout: 180000 }, async () => {
		const district = await last(`WITH d AS (INSERT INTO district (name, place) VALUES ('見た区 ${way}', 99) RETURNING id) SELECT id FROM d`);
		const [me, mate, other] = [await person(district, [way, next]), await person(district, [way, next]), await person(district, [way, next])];
		await inside(town, `SELECT household_make(${me.id}, NULL);
			INSERT INTO household_member (household_id, citizen_id) SELECT household_id, ${mate.id} FROM household_member WHERE citizen_id = ${me.id}`);
		const subject = `避難してください${way}`;
		const id = await approved(town, 'sato', 'takahashi', { subject: `'${subject}'`, audience: `'chosen'`, topics: `'{${vital}}'`, districts: `'{${district}}'`,
			by_email: String([way, next].includes('email')), by_sms: String([way, next].includes('sms')), by_line: String(way === 'line'),
			by_webpush: String([way, next].includes('webpush')), until_household: 'true',
			ladder: `'[{"channel": "${way}", "wait": 10}, {"channel": "${next}", "wait": 10}]'` });
		await eventually('the first step', async () => await last(`SELECT state FROM message WHERE id = ${id}`) === 'sent', 60);
		for (const p of [me, mate, other]) {
			assert.equal((await arrived[way](p, subject)).length, 1, 'each has it by the first way');
			assert.equal((await arrived[next](p, subject)).length, 0);
		}
		await press[way]((await arrived[way](me, subject))[0], me);
		assert.equal(await last(`SELECT string_agg(how, ' ' ORDER BY citizen_id) FROM seen WHERE message_id = ${id}`), `${way === 'line' ? 'line' : 'link'} household`);
		await inside(town, `SET session_replication_role = replica; UPDATE message SET next_step = now() WHERE id = ${id}`);
		await eventually('the second step', async () => await last(`SELECT step || state FROM message WHERE id = ${id}`) === '2sent', 60);
		assert.equal(await last(`SELECT string_agg(channel || citizens::text, ' ') FROM batch WHERE message_id = ${id} AND step = 2`), `${next}{${other.id}}`);
		for (const [p, times] of [[me, 0], [mate, 0], [other, 1]])
			assert.equal((await arrived[next](p, subject)).length, times, `${p.n} by ${next}`);
	});
