// SPDX-License-Identifier: Apache-2.0
//
// One person with every way: registered by mail, by LINE and by phone, as three entries that
// become one where each address is proved, and a device.  However many ways they have, each
// message comes once, in their language, by the way they put first, not in their quiet hours;
// and one that is repeated until it is seen ends with 「見ました」, wherever it was pressed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLine, userId } from '../gateways/line.mjs';
import { startPush } from '../gateways/push.mjs';
import { registering } from '../gateways/push_page.mjs';
import { Karaden } from '../gateways/sms_karaden.mjs';
import { approved, inside } from '../harness/desk.mjs';
import { gateways, load } from '../harness/gateways.mjs';
import { MINATO, tenant } from '../harness/house.mjs';
import { eventually, up } from '../harness/up.mjs';
import { mailsTo, somebody, subscribe } from './citizen.mjs';
import { e164, number } from './texts.mjs';

let town, line, push, sms, chat, client, me, topic, vital, district;
const email = somebody('all'), phone = number(), to = `0${e164(phone).slice(3)}`, user = userId('all ways');
const one = async (sql) => (await inside(town, sql)).split('\n').pop();
const say = (text) => chat.event({ type: 'message', source: { type: 'user', userId: user }, message: { type: 'text', id: '1', text } });
const codeOn = (page) => /data-code>([\d ]+)</.exec(page.text)[1].replace(' ', '');
const codes = new Set();
const smsCode = () => eventually('a code by SMS', () => {
	const found = sms.ledger.map((m) => m.to === to && m.body.match(/\b\d{6}\b/)?.[0]).find((c) => c && !codes.has(c));
	if (found) codes.add(found);
	return found;
});

before(async () => {
	[line, push, sms] = await Promise.all([startLine(), startPush(), new Karaden().start()]);
	chat = line.channel();
	town = await up({ conf: { gateway_ca_file: line.caFile, gateway_private: 'yes', push_hosts: push.hosts } });
	await gateways(town, line, { [MINATO]: chat });
	const { channel, kind, place, url, settings, secrets } = sms.account();
	await load(town, [{ host: MINATO, channel, kind, place, url, settings, secrets }]);
	const first = (table, more) => one(`SELECT min(id) FROM ${table} WHERE tenant_id = ${tenant(MINATO)} ${more}`);
	[topic, vital, district] = await Promise.all([first('topic', 'AND NOT vital'), first('topic', 'AND vital'), first('district', '')]);
});
after(async () => {
	await town?.stop();
	await Promise.all([line, push, sms].map((g) => g?.close()));
});

// From the choice of a way as far as its proof.
async function choose(who, begin) {
	await begin();
	const step = async (page, values, form) => who.submit(await who.get(`/subscribe/${page}`), values, form);
	await step('district', { [`district_${district}`]: 1 });
	await step('topics', { [`topic_${topic}`]: 1 }, 1);
	await step('language', { language: 'ja' });
	return who.follow(await step('check', { consent: 1 }));
}
const entries = () => one(`SELECT count(*) FROM citizen WHERE state = 'active' AND id >= ${me}`);

test('three entries of one person become one, by proof', async () => {
	client = town.client(MINATO);
	await subscribe(town, client, email, { district: [district], topic: [topic] });
	me = Number(await one('SELECT max(id) FROM citizen'));
	const byLine = town.client(MINATO), byPhone = town.client(MINATO);
	const page = await choose(byLine, async () => byLine.submit(await byLine.get('/subscribe/email'), {}, '/subscribe/line'));
	await say(codeOn(page));
	assert.equal((await byLine.submit(page)).headers.location, '/subscribe/done');
	const asked = await choose(byPhone, async () => byPhone.submit(await byPhone.get('/subscribe/phone'), { phone }));
	assert.equal((await byPhone.submit(asked, { code: await smsCode() })).headers.location, '/subscribe/done');
	assert.equal(await entries(), '3');

	await client.submit(await client.get('/my/phone'), { phone });
	assert.equal((await client.submit(await client.get('/my/phone/code'), { code: await smsCode() })).headers.location, '/my');
	await client.submit(await client.get('/my/line'), {}, '/my/line/code');
	await say(codeOn(await client.get('/my/line')));
	const device = push.device(), shown = await client.get(registering(device, ''));
	assert.equal((await client.submit(shown, { ...JSON.parse(device.address()), agent: 'Android' }, '/push')).status, 303);
	assert.equal(await entries(), '1', 'the two others have left with their last way');
	assert.equal(await one(`SELECT reach FROM citizen WHERE id = ${me}`), '{line,webpush,email,sms}');
	for (const gone of [byLine, byPhone]) assert.notEqual((await gone.get('/my')).status, 200, 'their pages are closed');
	device.mine = true;
});

// Where a message has come to this person: ['sms', 'line', …].
async function came(subject) {
	const of = [];
	const add = (way, list) => of.push(...list.map(() => way));
	add('line', line.ledger.filter((e) => e.to.includes(user) && JSON.stringify(e.messages).includes(subject)));
	add('sms', sms.ledger.filter((m) => m.to === to && m.body.includes(subject)));
	add('webpush', push.devices.filter((d) => d.mine && [...d.cards.values()].some((c) => c.title.includes(subject))));
	add('email', (await mailsTo(town, email, 0)).filter((m) => JSON.stringify(m).includes(subject)));
	return of;
}
// As came() lists them.
const inLedger = (a, b) => ['line', 'sms', 'webpush', 'email'].indexOf(a) - ['line', 'sms', 'webpush', 'email'].indexOf(b);
const all = { by_email: 'true', by_line: 'true', by_sms: 'true', by_webpush: 'true' };
const sent = (id) => eventually(`message ${id} is sent`, async () => await one(`SELECT state FROM message WHERE id = ${id}`) === 'sent', 90);
const like = async (values) => assert.equal((await client.submit(await client.get('/my/change/channels'), values, '/channels')).status, 303);

test('each message once, by the way that is first, in their language', async () => {
	await sent(await approved(town, 'sato', 'suzuki', { ...all, subject: `'断水のお知らせ甲'` }));
	assert.deepEqual(await came('断水のお知らせ甲'), ['line']);
	await like({ first: 'sms', quiet: null });
	const language = await client.get('/my/change/language');
	assert.equal((await client.submit(language, { language: 'en' }, '/language')).status, 303);
	await sent(await approved(town, 'sato', 'suzuki', { ...all, subject: `'断水のお知らせ乙'` }));
	assert.deepEqual(await came('断水のお知らせ乙'), ['sms']);
	assert.match(sms.ledger.find((m) => m.to === to && m.body.includes('断水のお知らせ乙')).body, /Minato City/);
	// A way that the message does not take is passed over, and still it comes once.
	await sent(await approved(town, 'sato', 'suzuki', { by_email: 'true', by_webpush: 'true', subject: `'断水のお知らせ丙'` }));
	assert.deepEqual(await came('断水のお知らせ丙'), ['webpush']);
});

test('in quiet hours it waits, on whichever way', async () => {
	const hour = Number(await one(`SELECT extract(hour FROM now() AT TIME ZONE 'Asia/Tokyo')`)), at = (h) => `${String(h % 24).padStart(2, '0')}:00`;
	await like({ first: 'sms', quiet: '1', from: at(hour), to: at(hour + 3) });
	const id = await approved(town, 'sato', 'suzuki', { ...all, subject: `'断水のお知らせ丁'` });
	await eventually('it is planned', async () => await one(`SELECT count(*) FROM batch WHERE message_id = ${id} AND ${me} = ANY (citizens)`) === '1', 60);
	assert.equal(await one(`SELECT string_agg(channel || ' ' || state || ' ' || (due > now() + interval '1 hour'), ',') FROM batch WHERE message_id = ${id} AND ${me} = ANY (citizens)`),
		'sms queued true');
	assert.deepEqual(await came('断水のお知らせ丁'), []);
});

// The next step, as if its time had come; the planner takes it.
async function next(id, step) {
	await inside(town, `SET session_replication_role = replica; UPDATE message SET next_step = now() WHERE id = ${id}`);
	await eventually(`step ${step}`, async () => await one(`SELECT step FROM message WHERE id = ${id}`) === String(step), 60);
	await sent(id);
}
const ladder = { ladder: `'[{"channel": "sms", "wait": 10}, {"channel": "line", "wait": 10}, {"channel": "webpush", "wait": 10}, {"channel": "email", "wait": 10}]'` };

// How 「見ました」 is pressed on each: by the person's own link, or in the chat.
const path = (found) => new URL(found[0]).pathname;
async function press(link) {
	const nobody = town.client(MINATO);
	const page = await nobody.get(link);
	assert.match(page.text, /「見ました」を押してください/);
	assert.equal((await nobody.submit(page, {}, '/seen/')).status, 303);
}
const pressed = {
	sms: (id, subject) => press(path(sms.ledger.find((m) => m.body.includes(subject)).body.match(/https:\S+\/seen\/[\w-]+/))),
	line: async (id, subject) => {
		const message = line.ledger.find((e) => e.to.includes(user) && JSON.stringify(e.messages).includes(subject)).messages[0];
		const { action } = message.contents.footer.contents.at(-1);
		assert.deepEqual([action.type, action.data], ['postback', `seen=${id}`]);
		await chat.event({ type: 'postback', source: { type: 'user', userId: user }, postback: { data: action.data } });
	},
	webpush: (id, subject) => press(path([push.devices.flatMap((d) => [...d.cards.values()]).find((c) => c.title.includes(subject)).url])),
	email: async (id, subject) => press(path((await mailsTo(town, email)).find((m) => m.text.includes('/seen/') && JSON.stringify(m).includes(subject)).text.match(/https:\S+\/seen\/[\w-]+/))),
};
const ways = ['sms', 'line', 'webpush', 'email'];

for (const [i, way] of ways.entries())
	test(`until it is seen: pressed on ${way}, and it goes no further`, async () => {
		const subject = `避難してください${'甲乙丙丁'[i]}`;
		const id = await approved(town, 'sato', 'suzuki', { ...all, ...ladder, subject: `'${subject}'`, topics: `'{${vital}}'` });
		await sent(id);
		for (let step = 2; step <= ways.length; step++) {
			const had = Math.min(step - 1, i + 1);
			assert.deepEqual(await came(subject), ways.slice(0, had).sort(inLedger), 'quiet hours are not for what saves lives');
			if (step === i + 2) await pressed[way](id, subject);
			await next(id, step);
		}
		assert.deepEqual(await came(subject), ways.slice(0, i + 1).sort(inLedger));
		if (i === ways.length - 1) await pressed[way](id, subject);
		assert.equal(await one(`SELECT count(*) FROM seen WHERE message_id = ${id} AND citizen_id = ${me}`), '1');
	});

test('the ledger agrees with the gateways', async () => {
	assert.equal(await one('SELECT count(*) FROM ledger_faults()'), '0');
	assert.deepEqual([...line.faults, ...push.faults], []);
});
