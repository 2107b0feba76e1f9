// SPDX-License-Identifier: Apache-2.0
//
// The channel to X against an X that misbehaves: for each scenario the verdict beside what
// was really posted.  What is in doubt is looked for in the timeline, and adopted.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { X } from '../gateways/x.mjs';
import { png } from '../harness/picture.mjs';
import { Channel } from './channel.mjs';

const POST = { method: 'POST', path: '/2/tweets' };
const GET = { method: 'GET' };
let number = 100;

async function withChannel(run) {
	const gateway = await new X().start(), channel = new Channel('x', gateway.caFile);
	try {
		await run(gateway, channel);
		await channel.close();
	} finally {
		channel.kill();
		await gateway.close();
	}
}

function letter(gateway, more = {}) {
	const message = number++;
	return { key: `key-${message}`, message, account: gateway.account({ readback_s: 1 }),
		content: { text: `【みなと市】断水のお知らせ\nhttps://minato.example.jp/messages/${message}` }, ...more };
}
const live = (gateway) => gateway.posts.length;

const type = 'https://api.twitter.com/2/problems';
// rules of the gateway, verdict, reason, code, posts
const scenarios = [
	['all well', [], 'SENT', 'sent', 201, 1],
	['401', [{ status: 401, body: {} }], 'LATER', 'gateway_denied', 401, 0],
	['client-forbidden', [{ status: 403, body: { type: `${type}/client-forbidden`, detail: 'no' } }], 'LATER', 'gateway_denied', 403, 0],
	['usage-capped', [{ status: 429, body: { type: `${type}/usage-capped`, detail: 'no' } }], 'LATER', 'quota_spent', 429, 0],
	['400', [{ status: 400, body: { type: `${type}/invalid-request`, detail: 'no' } }], 'REFUSED', 'refused', 400, 0],
	['302', [{ status: 302, headers: { location: 'https://example.jp/' }, body: '' }], 'REFUSED', 'refused', 302, 0],
	['503 before accepting', [{ status: 503, body: '' }], 'UNKNOWN', 'no_answer', 503, 0],
	['503 after accepting', [{ accept: true, status: 503, body: '' }], 'UNKNOWN', 'no_answer', 503, 1],
	['504 after accepting', [{ accept: true, status: 504, body: '' }], 'UNKNOWN', 'no_answer', 504, 1],
	['not JSON', [{ accept: true, body: 'OK' }], 'UNKNOWN', 'no_answer', undefined, 1],
	['errors inside a 200', [{ status: 200, body: { errors: [{ title: 'x' }], data: { id: '1' } } }], 'UNKNOWN', 'no_answer', 200, 0],
	['closed after accepting', [{ accept: true, close: true }], 'UNKNOWN', 'no_answer', 0, 1],
	['cut within the answer', [{ accept: true, bytes: 40 }], 'UNKNOWN', 'no_answer', undefined, 1],
];
for (const [what, rules, verdict, reason, code, posts] of scenarios)
	test(what, () => withChannel(async (gateway, channel) => {
		gateway.script(rules);
		const said = await channel.send(letter(gateway));
		assert.deepEqual([said.verdict, said.reason], [verdict, reason], JSON.stringify(said));
		if (code !== undefined)
			assert.equal(said.code, code);
		assert.equal(live(gateway), posts);
		if (verdict === 'SENT')
			assert.equal(said.id, gateway.ledger[0].id);
	}));

const card = { head: '命を守る情報', town: 'みなと市', subject: '避難してください', text: '川の水があふれるおそれがあります。' };
const withCard = (gateway, more) => letter(gateway, { content: { text: `【みなと市】避難してください\nhttps://minato.example.jp/messages/${number}`, card }, ...more });
test('a picture, with words for those who do not see it', () => withChannel(async (gateway, channel) => {
	const said = await channel.send(withCard(gateway));
	assert.deepEqual([said.verdict, said.reason], ['SENT', 'sent']);
	const [picture] = gateway.posts[0].pictures, { content } = [...gateway.media.values()][0];
	assert.equal(picture.alt, '命を守る情報 みなと市\n避難してください\n川の水があふれるおそれがあります。');
	assert.deepEqual([content.readUInt32BE(16), content.readUInt32BE(20)], [1200, 675]);
	assert.ok(picture.bytes < 200000, `${picture.bytes}`);
}));

for (const [what, path, rule, pictured] of [
	['refused', '/2/media/upload', { status: 403, body: { detail: 'no' } }, false], ['503', '/2/media/upload', { status: 503 }, false],
	['cut', '/2/media/upload', { accept: true, bytes: 30 }, false], ['closed', '/2/media/upload', { close: true }, false],
	['too many', '/2/media/upload', { status: 429 }, false], ['its words refused', '/2/media/metadata', { status: 403 }, true]])
	test(`a picture that is not taken (${what}) keeps nothing back`, () => withChannel(async (gateway, channel) => {
		gateway.script([{ method: 'POST', path, ...rule }]);
		const said = await channel.send(withCard(gateway));
		assert.deepEqual([said.verdict, said.reason], ['SENT', pictured ? 'sent' : 'sent_plain']);
		assert.equal(live(gateway), 1);
		assert.equal('pictures' in gateway.posts[0], pictured);
	}));

// Files beside the card, as the courier names them.
const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
after(() => rmSync(folder, { recursive: true }));
function file(name, bytes, more) {
	const path = join(folder, name);
	writeFileSync(path, bytes);
	return { id: name, path, kind: 'image/png', text: `写真 ${name}`, digest: createHash('sha256').update(bytes).digest('hex'), ...more };
}
const withFiles = (gateway, pictures, more) => { const l = withCard(gateway); return { ...l, content: { ...l.content, pictures, ...more } }; };
test('the card and three pictures, in their order, each with its words', () => withChannel(async (gateway, channel) => {
	const pictures = ['1', '2', '3'].map((n) => file(n, png(10, Number(n))));
	const said = await channel.send(withFiles(gateway, pictures));
	assert.deepEqual([said.verdict, said.reason], ['SENT', 'sent']);
	assert.deepEqual(gateway.posts[0].pictures.map((p) => p.alt).slice(1), ['写真 1', '写真 2', '写真 3']);
	assert.deepEqual(gateway.posts[0].pictures.map((p) => p.sha256).slice(1), pictures.map((p) => p.digest));
}));

test('a file that is not what was approved, or is gone, is not shown; the others are', () => withChannel(async (gateway, channel) => {
	const pictures = [file('a', png(10, 1), { digest: '0'.repeat(64) }), file('b', png(10, 2)), file('c', png(10, 3), { path: join(folder, 'none') })];
	const said = await channel.send(withFiles(gateway, pictures, { card: undefined }));
	assert.deepEqual([said.verdict, said.reason], ['SENT', 'sent_plain']);
	assert.deepEqual(gateway.posts[0].pictures.map((p) => p.alt), ['写真 b']);
}));

test('the second picture is refused: the first and the third go', () => withChannel(async (gateway, channel) => {
	const pictures = ['x', 'y', 'z'].map((n, i) => file(n, png(10, i + 1)));
	gateway.script([{ path: '/2/media/upload', status: 503, times: 1, when: (c) => c.body.toString().includes(png(10, 2).toString('base64')) }]);
	const said = await channel.send(withFiles(gateway, pictures, { card: undefined }));
	assert.deepEqual([said.verdict, said.reason, gateway.posts[0].pictures.map((p) => p.alt)], ['SENT', 'sent_plain', ['写真 x', '写真 z']]);
	assert.equal(live(gateway), 1);
}));

test('a post with a picture that is in doubt is found, and not uploaded again', () => withChannel(async (gateway, channel) => {
	gateway.script([{ ...POST, accept: true, close: true, times: 1 }]);
	const first = withCard(gateway);
	assert.equal((await channel.send(first)).verdict, 'UNKNOWN');
	assert.equal((await channel.send({ ...first, doubt: true })).verdict, 'SENT');
	assert.deepEqual([live(gateway), gateway.media.size], [1, 1]);
}));

test('a reply to the first post; where that is gone, the text stands alone', () => withChannel(async (gateway, channel) => {
	const first = await channel.send(letter(gateway));
	const reply = (to) => { const l = letter(gateway); return { ...l, content: { ...l.content, reply_to: to } }; };
	let said = await channel.send(reply(first.id));
	assert.deepEqual([said.verdict, said.reason, gateway.posts.at(-1).reply], ['SENT', 'sent', first.id]);
	said = await channel.send(reply('999'));
	assert.deepEqual([said.verdict, said.reason, gateway.posts.at(-1).reply], ['SENT', 'sent_alone', undefined]);
	assert.equal(live(gateway), 3);
	// A no that is about something else is a no.
	gateway.script([{ ...POST, status: 403, body: { type: `${type}/not-authorized`, detail: 'You are not permitted to perform this action.' } }]);
	said = await channel.send(reply(first.id));
	assert.notEqual(said.verdict, 'SENT');
	assert.equal(live(gateway), 3);
}));

test('a reply that is in doubt is found, and not posted again, alone or not', () => withChannel(async (gateway, channel) => {
	const first = await channel.send(letter(gateway)), l = letter(gateway), reply = { ...l, content: { ...l.content, reply_to: first.id } };
	gateway.script([{ ...POST, accept: true, bytes: 40, times: 1 }]);
	assert.equal((await channel.send(reply)).verdict, 'UNKNOWN');
	await channel.send({ ...letter(gateway), content: { text: '別の投稿' } });
	assert.equal((await channel.send({ ...reply, doubt: true })).verdict, 'SENT');
	assert.equal(gateway.posts.filter((p) => p.reply).length, 1);
	// Alone, and cut: the next try finds that one.
	const m = letter(gateway), alone = { ...m, content: { ...m.content, reply_to: '999' } };
	gateway.script([{ ...POST, nth: 2, accept: true, close: true, times: 1 }]);
	assert.equal((await channel.send(alone)).verdict, 'UNKNOWN');
	assert.equal((await channel.send({ ...alone, doubt: true })).verdict, 'SENT');
	assert.equal(live(gateway), 4);
}));

test('429: until x-rate-limit-reset', () => withChannel(async (gateway, channel) => {
	gateway.remaining = 0;
	gateway.resetAt = Math.floor(Date.now() / 1000) + 120;
	const said = await channel.send(letter(gateway));
	assert.deepEqual([said.verdict, said.reason], ['LATER', 'gateway_busy']);
	assert.ok(said.wait_s >= 119 && said.wait_s <= 122, said.wait_s);
	gateway.resetAt = 1e12;
	assert.equal((await channel.send(letter(gateway))).wait_s, 3600, 'bounded');
}));

for (const [what, text] of [['by its link'], ['by its text', '断水 <本日> & city.example.jp まで。ガ'],
	['by its text, which is decomposed', 'か\u3099つき']])
	test(`cut after acceptance, found ${what}: one post`, () => withChannel(async (gateway, channel) => {
		gateway.script([{ ...POST, accept: true, close: true, times: 1 }]);
		const first = letter(gateway, text && { content: { text } });
		await channel.send(letter(gateway, { content: { text: '別の投稿' } }));
		assert.equal((await channel.send(first)).verdict, 'SENT', 'the rule was for the one before');
		gateway.reset();
		gateway.script([{ ...POST, accept: true, close: true, times: 1 }]);
		assert.equal((await channel.send(first)).verdict, 'UNKNOWN');
		const again = await channel.send({ ...first, doubt: true });
		assert.deepEqual([again.verdict, again.id], ['SENT', gateway.ledger[0].id]);
		assert.equal(gateway.ledger.length, 1);
	}));

test('cut before acceptance, absent twice, posted', () => withChannel(async (gateway, channel) => {
	await channel.send(letter(gateway));
	gateway.script([{ ...POST, status: 503, times: 1 }]);
	const first = letter(gateway), calls = gateway.calls;
	assert.equal((await channel.send(first)).verdict, 'UNKNOWN');
	const began = Date.now();
	assert.equal((await channel.send({ ...first, doubt: true })).verdict, 'SENT');
	assert.ok(Date.now() - began >= 1000, 'between two looks there is a rest');
	assert.equal(gateway.calls - calls, 4);
	assert.equal(live(gateway), 2);
}));

test('a duplicate after a doubt is the proof: its id is looked for', () => withChannel(async (gateway, channel) => {
	gateway.script([{ ...POST, accept: true, close: true, times: 1 },
		{ ...GET, times: 2, status: 200, body: { meta: { result_count: 0 } } }]);
	const first = letter(gateway);
	assert.equal((await channel.send(first)).verdict, 'UNKNOWN');
	const again = await channel.send({ ...first, doubt: true });
	assert.deepEqual([again.verdict, again.id], ['SENT', gateway.ledger[0].id]);
	assert.equal(gateway.ledger.length, 1);
	const other = await channel.send({ ...first, key: 'other' });
	assert.deepEqual([other.verdict, other.reason], ['REFUSED', 'post_duplicate'], 'without a doubt it is a no');
}));

for (const [what, rule] of [['500', { status: 500 }], ['429', { status: 429 }], ['401', { status: 401, body: {} }],
	['not JSON', { body: 'OK' }], ['no timeline', { status: 200, body: {} }],
	['errors', { status: 200, body: { errors: [{}], meta: { result_count: 0 } } }], ['closed', { close: true }]])
	test(`a look that fails (${what}) leaves the doubt`, () => withChannel(async (gateway, channel) => {
		gateway.script([{ ...GET, ...rule }]);
		assert.equal((await channel.send(letter(gateway, { doubt: true }))).verdict, 'UNKNOWN');
		assert.equal(live(gateway), 0);
	}));

test('at every byte of the answer cut, there is one post', () => withChannel(async (gateway, channel) => {
	await channel.send(letter(gateway));
	gateway.script([{ ...POST, times: 1, accept: true, bytes: 1 }]);
	await channel.send(letter(gateway));
	const length = gateway.answerLength;
	gateway.reset();
	gateway.script(Array.from({ length }, (_, bytes) => ({ ...POST, times: 1, accept: true, bytes })));
	const letters = Array.from({ length }, () => letter(gateway));
	for (let at = 0; at < length; at += 16) {	// the timeline shows a hundred
		const some = letters.slice(at, at + 16);
		(await Promise.all(some.map((l) => channel.send(l)))).forEach((s) => assert.equal(s.verdict, 'UNKNOWN'));
		(await Promise.all(some.map((l) => channel.send({ ...l, doubt: true })))).forEach((s) => assert.equal(s.verdict, 'SENT'));
	}
	assert.equal(gateway.ledger.length, length);
}));

test('a token instead of four secrets; what is no letter', () => withChannel(async (gateway, channel) => {
	assert.equal((await channel.send(letter(gateway, { account: gateway.account2() }))).verdict, 'SENT');
	assert.equal((await channel.send(letter(gateway, { account: { ...gateway.account(), secrets: {} } }))).reason, 'gateway_denied');
	assert.equal((await channel.send(letter(gateway, { content: { text: 'あ'.repeat(141) } }))).verdict, 'INVALID');
	assert.equal((await channel.send(letter(gateway, { valid_until_ms: Date.now() - 1 }))).reason, 'expired');
	const { user_id, ...settings } = gateway.account().settings;
	assert.equal((await channel.send(letter(gateway, { doubt: true, account: { ...gateway.account(), settings } }))).verdict, 'UNKNOWN',
		'whose timeline it is must be known');
	assert.equal(live(gateway), 1);
}));

test('taken away, also twice', () => withChannel(async (gateway, channel) => {
	const { id } = await channel.send(letter(gateway));
	const away = { key: 'x', account: gateway.account(), data: JSON.stringify({ delete: id }) };
	gateway.script([{ method: 'DELETE', accept: true, close: true, times: 1 }]);
	assert.equal((await channel.send(away)).verdict, 'UNKNOWN');
	assert.equal((await channel.send(away)).verdict, 'SENT', 'gone is gone');
	assert.equal(live(gateway), 0);
	assert.equal((await channel.send({ ...away, data: JSON.stringify({ text: 'a', link: '', since: 0, look_only: true }) })).reason, 'withdrawn');
}));

test('how long a text is, before it is approved', () => withChannel(async (gateway, channel) => {
	const measure = (text) => channel.send({ measure: true, content: { text }, account: gateway.account() });
	assert.deepEqual(await measure('断水 https://minato.example.jp/messages/1'), { length: 28, limit: 280, parts: 0, problem: null });
	assert.equal((await measure('あ'.repeat(141))).problem, 'text_too_long');
	assert.equal((await measure('a\uFEFFb')).problem, 'text_invalid');
}));
