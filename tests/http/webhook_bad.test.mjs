// SPDX-License-Identifier: Apache-2.0
//
// Everything that calls in, with everything that can be wrong about a call: 4xx, one line in
// the log, and nothing in the database is other than before; and what is right, a second time
// and ten times at once, is one.  (Mail that comes back is piped in, courier/bounce; of X a
// person's browser comes back, http/x_sign_in.)
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { post } from '../gateways/call_back.mjs';
import { startLine } from '../gateways/line.mjs';
import { Karaden } from '../gateways/sms_karaden.mjs';
import { signature, Twilio } from '../gateways/sms_twilio.mjs';
import { gateways, load } from '../harness/gateways.mjs';
import { MINATO, same, stamp, tenant, YAMA } from '../harness/house.mjs';
import { eventually, up } from '../harness/up.mjs';

const json = 'application/json', form = 'application/x-www-form-urlencoded';
const pick = ({ channel, kind, url, settings, secrets }) => ({ channel, kind, url, settings, secrets });
let town, line, karaden, twilio, minato, yama;
const at = (path, host = MINATO) => `https://${host}:${town.port}${path}`;

before(async () => {
	line = await startLine();
	karaden = await new Karaden().start();
	twilio = await new Twilio().start();
	minato = line.channel({ id: '1656000001', secret: 'a'.repeat(32) });
	yama = line.channel({ id: '1656000002', secret: 'b'.repeat(32) });
	town = await up({ conf: { gateway_ca_file: line.caFile, gateway_private: 'yes' } });
	// Nothing else is to write meanwhile: the clerk counts answers.
	const courier = town.pid('courier');
	town.kill('courier', 'SIGTERM');
	await eventually('the end of the courier', () => {
		try { process.kill(courier, 0); return false; } catch { return true; }
	});
	await gateways(town, line, { [MINATO]: minato, [YAMA]: yama });
	await load(town, [{ host: MINATO, ...pick(karaden.account()), place: 1, active: false },
		{ host: MINATO, ...pick(twilio.account({ callback_url: at('/hooks/sms/twilio') })), place: 2, active: false }]);
});
after(async () => {
	await town?.stop();
	for (const gateway of [line, karaden, twilio]) await gateway?.close();
});

// What calls in: path, a body that is right, what proves it (headers, or the path itself), and the proof of somebody else.
const hooks = {
	line: () => ({ path: `/hooks/line/${minato.webhook.match(/\d+$/)[0]}`, type: json,
		body: JSON.stringify({ destination: minato.bot, events: [minato.whole({ type: 'follow', source: { type: 'user', userId: `U${'0'.repeat(32)}` } })] }),
		prove: (body) => ({ 'x-line-signature': minato.sign(Buffer.from(body)) }), forge: (body) => ({ 'x-line-signature': yama.sign(Buffer.from(body)) }) }),
	twilio: () => ({ path: '/hooks/sms/twilio', type: form, body: new URLSearchParams({ MessageSid: 'SM1', MessageStatus: 'delivered' }).toString(),
		prove: (body, url) => ({ 'x-twilio-signature': signature(twilio.token, url, Object.fromEntries(new URLSearchParams(String(body)))) }),
		forge: (body, url) => ({ 'x-twilio-signature': signature('another', url, Object.fromEntries(new URLSearchParams(String(body)))) }) }),
	'twilio, a reply': () => ({ ...hooks.twilio(), body: new URLSearchParams({ MessageSid: 'SM2', From: '+819012345678', To: '+815012345678', Body: '停止' }).toString() }),
	karaden: () => ({ path: '/hooks/sms/karaden', type: json, body: JSON.stringify({ object: 'message', id: 'k1', status: 'done', result: 'done', sent_result: 'received', tags: [] }),
		...basic(karaden.account().secrets.callback_secret, 'another') }),
	'karaden, by its address': () => ({ ...hooks.karaden(), path: `/hooks/sms/karaden/${karaden.account().secrets.callback_secret}`, prove: () => ({}),
		forged: '/hooks/sms/karaden/another' }),
};
const basic = (right, wrong) => {
	const header = (secret) => () => ({ authorization: `Basic ${Buffer.from(`chromo:${secret}`).toString('base64')}` });
	return { prove: header(right), forge: header(wrong) };
};

// What is wrong, and the statuses that it may be answered with.
const big = 'x'.repeat(10 << 20);
const wrongs = {
	'not signed': [(h) => ({ headers: {}, path: h.forged }), [401]],
	'a wrong signature': [(h, url) => ({ headers: h.forge?.(h.body, url) ?? {}, path: h.forged }), [401]],
	'signed, and changed on the way': [(h, url) => ({ body: h.body.replace(/.$/, (c) => `${c} `), headers: h.prove(h.body, url) }), [401], (h) => h.forge && h.type !== json || h.path.includes('line')],
	'of another town': [() => ({ host: YAMA }), [404]],
	'of no account': [(h) => ({ path: h.path.replace(/(line|sms)\/\w+/, '$1/999999') }), [404]],
	truncated: [(h) => ({ body: h.body.slice(0, 15) }), [400]],
	empty: [() => ({ body: '' }), [400]],
	'ten megabytes': [() => ({ body: big }), [413]],
	'not what it should be (hello)': [() => ({ body: 'hello' }), [400]],
	'a list where an object should be': [() => ({ body: '[]' }), [400]],
	'for another account': [(h) => ({ body: h.body.replace(minato.bot, yama.bot) }), [400], (h) => h.path.includes('line')],
	'one of its two is none': [(h) => ({ body: h.body.replace(/\]\}$/, ',1]}') }), [400], (h) => h.path.includes('line')],
	'more than a thousand at once': [(h) => ({ body: JSON.stringify({ destination: minato.bot, events: Array(1001).fill(JSON.parse(h.body).events[0]) }) }), [400],
		(h) => h.path.includes('line')],
	'of no form that is known': [(h) => ({ body: h.type === json ? '{"a":1}' : 'a=1' }), [400]],
	'not UTF-8': [() => ({ body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }), [400]],
};

// Lines about refused calls, by the program or, before it, by nginx.
const refused = () => town.log('web.log').split('\n').filter((l) => l.includes('request.refused') && l.includes('route="/hooks/')).length
	+ town.log('access.json').split('\n').filter((l) => /"status":413/.test(l)).length;
// The house as the call before left it: nothing else writes.
let known;
const loud = () => town.log('web.log').split('\n').filter((l) => /level=(warn|error|panic)/.test(l)).length;

for (const [name, hook] of Object.entries(hooks))
	for (const [what, [how, statuses, applies = () => true]] of Object.entries(wrongs))
		test(`${name}: ${what}`, async (t) => {
			const h = hook();
			if (!applies(h)) return t.diagnostic('it proves nothing about the body');
			const given = how(h, at(h.path)), body = given.body ?? h.body, path = given.path ?? h.path, url = at(path, given.host);
			// Signed as it should be, unless that is what is wrong.
			const headers = given.headers ?? h.prove(body, at(h.path));
			const before = known ??= await stamp(town), lines = refused(), noise = loud();
			const status = await post(url, body, { 'content-type': h.type, ...headers });
			assert.ok(statuses.includes(status), `${status}`);
			known = await stamp(town);
			same(before, known);
			await eventually('one line in the log', () => refused() > lines);
			assert.equal(refused() - lines, 1, 'one line in the log');
			assert.equal(loud(), noise, 'and nobody is woken');
		});

test('and what is right is taken, of each, and once', async () => {
	for (const [name, hook] of Object.entries(hooks)) {
		const h = hook(), call = () => post(at(h.path), h.body, { 'content-type': h.type, ...h.prove(h.body, at(h.path)) });
		const nothing = await stamp(town), lines = refused();
		assert.deepEqual(await Promise.all(Array.from({ length: 10 }, call)), Array(10).fill(200), `${name}: ten at once`);
		const one = await stamp(town);
		if (!name.includes('by its address')) assert.notDeepEqual(one, nothing, `${name}: has an effect`);
		assert.equal(await call(), 200, name);
		same(one, await stamp(town), `${name}: a second time`);
		assert.equal(refused(), lines, name);
	}
	assert.equal(await town.sql('SELECT count(*) FROM gateway_event'), '2', 'the follow, the reply');
	assert.equal(await town.sql('SELECT count(*) FROM sms_early'), '2', 'two receipts, of messages that are not known yet');
	assert.notEqual(await town.sql(`SELECT count(*) FROM gateway_event WHERE tenant_id = ${tenant(MINATO)}`), '0');
});
