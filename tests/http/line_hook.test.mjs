// SPDX-License-Identifier: Apache-2.0
//
// What LINE calls in: proved by its signature, each event once, and nothing that is not
// understood is an error.  Bodies as LINE's own tests have them are found through
// CHROMO_SAMPLES.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { startLine, userId } from '../gateways/line.mjs';
import { gateways, lineAccount, load } from '../harness/gateways.mjs';
import { MINATO, tenant, YAMA } from '../harness/house.mjs';
import { eventually, up } from '../harness/up.mjs';

let town, line, minato, yama, citizen;
before(async () => {
	line = await startLine();
	minato = line.channel({ id: '1656000001', secret: 'a'.repeat(32) });
	yama = line.channel({ id: '1656000002', secret: 'b'.repeat(32), name: '山の町' });
	town = await up({ conf: { gateway_ca_file: line.caFile, gateway_private: 'yes' } });
	await gateways(town, line, { [MINATO]: minato, [YAMA]: yama });
	citizen = Number(await town.sql(`SELECT min(id) FROM citizen WHERE state = 'active' AND tenant_id = ${tenant(MINATO)}`));
});
after(async () => {
	await town?.stop();
	await line?.close();
});

const events = async () => Number(await town.sql('SELECT count(*) FROM gateway_event'));
const post = (body, options) => minato.raw(Buffer.from(body), minato.webhook, { host: minato.host, ...options });
const body = (...list) => JSON.stringify({ destination: minato.bot, events: list.map((e) => minato.whole(e)) });
// A contact of LINE for a citizen, made by the way that citizens go: a code in the chat.
async function linked(person, user) {
	await town.sql(`SET session_replication_role = replica; DELETE FROM contact WHERE channel = 'line' AND citizen_id = ${person}`);
	const c = town.client(MINATO), token = crypto.randomBytes(16).toString('base64url');
	await town.sql(`INSERT INTO citizen_session (tenant_id, hash, citizen_id)
		VALUES (${tenant(MINATO)}, '\\x${crypto.createHash('sha256').update(token).digest('hex')}', ${person})`);
	c.cookies.set('__Host-citizen', token);
	const page = await c.get('/my/line');
	const shown = await c.submit(page, {}, '/my/line/code');
	assert.equal(shown.status, 303);
	const code = /<strong data-code>([\d ]+)</.exec((await c.get(shown.headers.location)).text)[1].replaceAll(' ', '');
	assert.match(code, /^\d{8}$/);
	if (user)
		assert.equal(await minato.event({ type: 'message', source: { type: 'user', userId: user },
			message: { type: 'text', id: '1', text: code } }), 200);
	return { c, code };
}
const contactOf = (person) => town.sql(`SELECT state || ' ' || coalesce(reason, '-') FROM contact WHERE channel = 'line' AND citizen_id = ${person}`);

test('the signature of LINE\'s own vector', async () => {
	const { raw, secret } = { raw: Buffer.from('{}'), secret: 'SECRET' };
	const [id] = await load(town, [lineAccount(MINATO, line, { ...minato, secret })]);
	// {} is signed as in LINE's documents, and then is no body.
	const tried = (signature) => minato.raw(raw, minato.webhook.replace(/\d+$/, id), { signature });
	assert.equal(await tried('3q8QXTAGaey18yL8FWTqdVlbMr6hcuNvM4tefa0o9nA='), 400);
	assert.equal(await tried('3q8QXTAGaey18yL8FWTqdVlbMr6hcuNvM4tefa0o9nB='), 401);
	await gateways(town, line, { [MINATO]: minato });
});

test('an empty list of events is LINE asking whether we are there', async () => {
	assert.equal(await post(body()), 200);
});

test('R63 what is forged, cut or nonsense is refused, once in the log, and changes nothing', async (t) => {
	const good = body({ type: 'follow' });
	const cases = [
		['no signature', good, { signature: null }, 401], ['an empty one', good, { signature: '' }, 401],
		['a wrong one', good, { signature: minato.sign('x') }, 401],
		['another town\'s', good, { signature: yama.sign(good) }, 401],
		['cut by a character', good, { signature: minato.sign(good).slice(0, -1) }, 401],
		['of the body before it was changed', good.replace('follow', 'folloW'), { signature: minato.sign(good) }, 401],
		['not JSON, signed', 'hello', {}, 400], ['truncated, signed', good.slice(0, 40), {}, 400],
		['no list of events, signed', '{"destination":"x"}', {}, 400], ['an event that is none', '{"events":[1]}', {}, 400],
		['a key twice', '{"events":[],"events":[]}', {}, 400],
		['for another bot', JSON.stringify({ destination: yama.bot, events: [] }), {}, 400],
		['nothing at all', '', {}, 400],
		['ten megabytes', Buffer.alloc(10 << 20, 'x').toString(), {}, 413], ['a megabyte and one', Buffer.alloc((1 << 20) + 1, 'x').toString(), {}, 413],
	];
	for (const [name, text, options, status] of cases)
		await t.test(name, async () => {
			const n = await events(), lines = town.log('web.log').split('\n').length;
			assert.equal(await post(text, options), status);
			assert.equal(await events(), n);
			assert.ok(town.log('web.log').split('\n').length - lines <= 1, 'logged once at the most');
		});
	const url = minato.webhook;
	await t.test('another town\'s account at this host', async () => {
		assert.equal(await minato.raw(Buffer.from(good), url.replace(/\d+$/, yama.webhook.match(/\d+$/)[0]), { host: minato.host }), 404);
	});
	await t.test('no such account', async () => {
		assert.equal(await minato.raw(Buffer.from(good), url.replace(/\d+$/, '999999'), { host: minato.host }), 404);
		assert.equal(await minato.raw(Buffer.from(good), url.replace(/\d+$/, 'x'), { host: minato.host }), 404);
	});
	await t.test('GET is not for it', async () => {
		assert.equal((await town.get(MINATO, new URL(url).pathname)).status, 405);
	});
});

test('the bodies of LINE\'s own tests are taken', async (t) => {
	const folder = process.env.CHROMO_SAMPLES && path.join(process.env.CHROMO_SAMPLES, 'line-webhook');
	if (!folder || !fs.existsSync(folder)) {
		t.diagnostic('CHROMO_SAMPLES is not set: not tried');
		return;
	}
	for (const name of fs.readdirSync(folder).filter((f) => f !== 'signature-vector.json')) {
		const sample = JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'));
		assert.equal(await post(JSON.stringify({ ...sample, destination: minato.bot }, null, 1)), 200, name);
	}
});

test('types that are not invented yet, groups and odd events are no errors', async () => {
	assert.equal(await post(body({ type: 'greatNewFeature', what: { ever: [1] } }, { type: 'follow', source: { type: 'group', groupId: 'C1' } },
		{ type: 'follow', source: { type: 'user', userId: 'x' } }, { type: 'message', message: { type: 'hologram' } },
		{ type: 'message', message: null }, { type: 'accountLink', link: { result: 'ok' } }, { type: 'follow', timestamp: 'now' })), 200);
});

test('R63 an event is kept once and carried out once; nothing of it stays', async () => {
	const event = minato.whole({ type: 'unfollow', source: { type: 'user', userId: userId(50) } });
	const text = JSON.stringify({ destination: minato.bot, events: [event] });
	const n = await events();
	assert.equal(await post(text), 200);
	event.deliveryContext.isRedelivery = true;
	assert.deepEqual(await Promise.all([post(text), post(JSON.stringify({ destination: minato.bot, events: [event, event] }))]), [200, 200]);
	assert.equal(await events(), n + 1);
	// Without a name it is the event itself.
	const { webhookEventId, ...old } = minato.whole({ type: 'follow' });
	const before = await events();
	for (let i = 0; i < 2; i++)
		assert.equal(await post(JSON.stringify({ destination: minato.bot, events: [old] })), 200);
	assert.equal(await events(), before + 1);
});

test('a code in the chat links; blocked is not reached, a friend again is; out of order changes nothing', async () => {
	const user = userId(60), source = { type: 'user', userId: user };
	await linked(citizen, user);
	assert.equal(await contactOf(citizen), 'active -');
	const now = Date.now() + 1000;
	assert.equal(await minato.event({ type: 'unfollow', source, timestamp: now + 10 }), 200);
	assert.equal(await contactOf(citizen), 'failed address_gone');
	assert.equal(await minato.event({ type: 'follow', source, timestamp: now + 5 }), 200);
	assert.equal(await contactOf(citizen), 'failed address_gone');
	assert.equal(await minato.event({ type: 'follow', source, timestamp: now + 20, follow: { isUnblocked: true } }), 200);
	assert.equal(await contactOf(citizen), 'active -');
	// Another town's LINE is another world.
	assert.equal(await yama.event({ type: 'unfollow', source, timestamp: now + 30 }), 200);
	assert.equal(await contactOf(citizen), 'active -');
});

test('a code opens once, and not after its end; the same LINE moves to who shows that it is theirs', async () => {
	const user = userId(70), say = (text) => minato.event({ type: 'message', source: { type: 'user', userId: user }, message: { type: 'text', id: '1', text } });
	const other = Number(await town.sql(`SELECT max(id) FROM citizen WHERE state = 'active' AND tenant_id = ${tenant(MINATO)}`));
	const { code } = await linked(citizen, userId(60));
	assert.equal(await say(code), 200);
	assert.equal(await town.sql(`SELECT count(*) FROM contact WHERE channel = 'line' AND citizen_id = ${citizen}`), '1');
	const late = await linked(other);
	await town.sql(`UPDATE line_link SET ends = now() WHERE citizen_id = ${other}`);
	await say(late.code);
	assert.equal(await contactOf(other), '');
	// Full width and blanks, as some keyboards write.
	const open = await linked(other);
	await say(`${open.code.slice(0, 4)} ${open.code.slice(4)}`.replace(/\d/g, (d) => String.fromCodePoint(0xff10 + Number(d))));
	assert.equal(await contactOf(other), 'active -');
	// A former code is dead as soon as there is a new one.
	const first = await linked(citizen), second = await linked(citizen);
	await say(first.code);
	assert.equal(await contactOf(other), 'active -');
	await say(second.code);
	assert.equal(await contactOf(citizen), 'active -');
	assert.equal(await contactOf(other), '', 'it has moved');
});

test('who guesses codes is not listened to any more', async () => {
	const user = userId(80), say = (text) => minato.event({ type: 'message', source: { type: 'user', userId: user }, message: { type: 'text', id: '1', text } });
	const { code } = await linked(citizen);
	for (let i = 0; i < 10; i++)
		await say(String(10000000 + i));
	await say(code);
	assert.equal(await contactOf(citizen), '');
	assert.match(town.log('web.log'), /event=line.guessing/);
	assert.doesNotMatch(town.log('web.log'), /U[0-9a-f]{32}/, 'no address in the log');
});

test('LINE\'s own way: the nonce that comes back links', async () => {
	const { c } = await linked(citizen), user = userId(90);
	line.linkTokens.set('the-link-token', { channel: minato, user, until: Date.now() + 60e3 });
	const page = await c.get('/my/line/link?linkToken=the-link-token');
	const shown = await c.submit(page, {}, '/my/line/link');
	const url = /href="(https:[^"]*accountLink[^"]*)"/.exec(shown.text)[1].replaceAll('&amp;', '&');
	assert.ok(url.startsWith(`${line.url}/dialog/bot/accountLink?linkToken=the-link-token&nonce=`), url);
	const answer = await fetchLoose(url);
	assert.match(answer, /webhook: 200/);
	assert.equal(await contactOf(citizen), 'active -');
});

async function fetchLoose(url) {
	const { default: https } = await import('node:https');
	return new Promise((done, fail) => https.get(url, { rejectUnauthorized: false }, (res) => {
		let text = '';
		res.on('data', (d) => { text += d; });
		res.on('end', () => done(text));
	}).on('error', fail));
}

// What the town says in the chat, by the courier; to this user, after the first n.
const said = (user) => line.ledger.filter((e) => e.kind === 'reply' && e.to.includes(user)).map((e) => e.messages[0].text);
const hears = (user, pattern) => eventually(`the chat says ${pattern}`, () => said(user).find((t) => pattern.test(t)));

test('a new friend is told how to begin, with LINE\'s own token in the link', async () => {
	const user = userId('friend');
	assert.equal(await minato.event({ type: 'follow', source: { type: 'user', userId: user } }), 200);
	const text = await hears(user, /友だち追加ありがとう/);
	const token = /linkToken=([\w-]+)/.exec(text)[1];
	assert.equal(line.linkTokens.get(token).user, user);
	assert.match(text, new RegExp(`https://${MINATO}:${town.port}/subscribe`));
	assert.doesNotMatch(text, /\ufdd2/u);
});

test('the chat says what became of a code, and lets its owner into マイページ once', async () => {
	const user = userId('owner'), say = (text) => minato.event({ type: 'message', source: { type: 'user', userId: user }, message: { type: 'text', id: '1', text } });
	await say('１２３４５６７８');
	await hears(user, /この数字は使えません/);
	await say('設定');
	await hears(user, /友だち追加ありがとう/);
	await linked(citizen, user);
	await hears(user, /LINE とつながりました/);
	assert.equal(await minato.event({ type: 'postback', source: { type: 'user', userId: user }, postback: { data: 'my' } }), 200);
	const path = new URL(/https:\S+\/my\/open\/\S+/.exec(await hears(user, /my\/open/))[0]).pathname;
	const browser = town.client(MINATO);
	const opened = await browser.submit(await browser.get(path));
	assert.equal(opened.headers.location, '/my');
	assert.equal((await browser.get('/my')).status, 200);
	assert.equal((await town.client(MINATO).get(path)).status >= 400, true, 'it opened once');
	// Nobody answers what LINE sends again, what another bot answers, or a button of no message.
	const n = said(user).length, source = { type: 'user', userId: user };
	await minato.event({ type: 'postback', source, postback: { data: 'my' }, deliveryContext: { isRedelivery: true } });
	await minato.event({ type: 'postback', source, postback: { data: 'my' }, mode: 'standby' });
	await minato.event({ type: 'postback', source, postback: { data: 'seen=999999' } });
	await minato.event({ type: 'postback', source, postback: { data: 'seen=1;DROP' } });
	await minato.event({ type: 'message', source, message: { type: 'text', id: '1', text: 'こんにちは' } });
	await eventually('all letters are gone', async () => await town.sql(`SELECT count(*) FROM letter WHERE channel = 'line' AND finished IS NULL`) === '0');
	assert.equal(said(user).length, n);
});

test('「見ました」 of a message that went to the person is kept', async () => {
	const user = userId('saw');
	await linked(citizen, user);
	const message = await town.sql(`SELECT min(m.id) FROM message m WHERE m.state = 'sent' AND m.tenant_id = ${tenant(MINATO)}`);
	const went = await town.sql(`SELECT count(*) FROM batch WHERE message_id = ${message} AND ${citizen} = ANY (citizens)`);
	await minato.event({ type: 'postback', source: { type: 'user', userId: user }, postback: { data: `seen=${message}` } });
	assert.equal(await town.sql(`SELECT count(*) FROM seen WHERE message_id = ${message} AND citizen_id = ${citizen} AND how = 'line'`), went === '0' ? '0' : '1');
});
