// SPDX-License-Identifier: Apache-2.0
//
// The LINE channel against a LINE that misbehaves: for each scenario the verdict that
// the channel gives, beside what LINE really accepted.  SENT is in the ledger, once;
// LATER and REFUSED are not; UNKNOWN may be, and the same letter again settles it.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import test from 'node:test';
import { startLine, userId } from '../gateways/line.mjs';
import { certificate } from '../gateways/tls.mjs';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Channel } from './channel.mjs';

const messages = [{ type: 'text', text: '避難してください\nhttps://minato.example.jp/m/1' }];
const many = [1, 2, 3].map(userId);

let gateways = 0;

// secrets: those of the account; by default a long-lived token.
async function withLine(run, { options = {}, secrets, settings = {}, caFile, url } = {}) {
	const line = await startLine();
	const town = line.channel(options);
	const channel = new Channel('line', caFile ?? line.caFile);
	const account = { id: ++gateways, version: 1, channel: 'line', kind: 'line', url: url ?? line.url,
		settings: { channel_id: town.id, ...settings }, secrets: secrets?.(town) ?? { access_token: town.token } };
	const send = (letter = {}) => channel.send({ account, content: { messages }, many, key: crypto.randomUUID(), ...letter });
	try {
		await run({ line, town, channel, account, send });
		assert.deepEqual(line.faults, []);
		await channel.close();
	} finally {
		channel.kill();
		await line.close();
	}
}

const multicast = '/v2/bot/message/multicast';
const text = (message) => ({ path: multicast, status: 429, body: { message } });
// the rule, verdict, reason, code, accepted, wait
const scenarios = [
	['all well', {}, 'SENT', 'sent', 200, 1],
	['500 after acceptance', { accept: true, status: 500 }, 'UNKNOWN', 'no_answer', 500, 1],
	['503 before it', { status: 503 }, 'UNKNOWN', 'no_answer', 503, 0],
	['503 with Retry-After', { status: 503, headers: { 'retry-after': '120' } }, 'UNKNOWN', 'no_answer', 503, 0, 120],
	['cut after acceptance', { accept: true, close: true }, 'UNKNOWN', 'no_answer', 0, 1],
	['cut before it', { status: 200, close: true }, 'UNKNOWN', 'no_answer', 0, 0],
	['429, too fast', text('The API rate limit has been exceeded. Try again later.'), 'LATER', 'gateway_busy', 429, 0],
	['429, too many at once', text('Too many concurrent requests.'), 'LATER', 'gateway_busy', 429, 0],
	['429, the month is spent', text('You have reached your monthly limit.'), 'LATER', 'quota_spent', 429, 0, 3600],
	...[['120', 120], ['0', 1], ['-5', 0], ['1000000000', 3600], ['99999999999999999999', 3600], ['soon', 0],
		[new Date(0).toUTCString(), 1], [new Date(Date.now() + 86400e3).toUTCString(), 3600]].map(([after, wait]) =>
		[`429 with Retry-After: ${after}`, { status: 429, headers: { 'retry-after': after } }, 'LATER', 'gateway_busy', 429, 0, wait]),
	['400, bad content', { status: 400, body: { message: 'The request body has 1 error(s)',
		details: [{ message: 'May not be empty', property: 'messages[0].text' }] } }, 'REFUSED', 'message_invalid', 400, 0],
	['400, bad recipient', { status: 400, body: { message: "The property, 'to', in the request body is invalid (line: -, column: -)" } },
		'REFUSED', 'address_invalid', 400, 0],
	['400, not JSON', { status: 400, body: '<html>' }, 'REFUSED', 'message_invalid', 400, 0],
	['401', { status: 401 }, 'LATER', 'gateway_denied', 401, 0],
	['403', { status: 403 }, 'LATER', 'gateway_denied', 403, 0],
	['404', { status: 404 }, 'REFUSED', 'refused', 404, 0],
	['413', { status: 413 }, 'REFUSED', 'message_invalid', 413, 0],
	['307 is not followed', { status: 307, headers: { location: 'https://127.0.0.1/' } }, 'REFUSED', 'refused', 307, 0],
	['200 that is not JSON', { accept: true, body: 'ok' }, 'UNKNOWN', 'no_answer', 200, 1],
	['200 that is a list', { accept: true, body: '[]' }, 'UNKNOWN', 'no_answer', 200, 1],
	['200 without a body', { accept: true, body: '' }, 'UNKNOWN', 'no_answer', 200, 1],
	['200 with a megabyte', { accept: true, body: '{"a":"' + 'x'.repeat(1 << 20) + '"}' }, 'UNKNOWN', 'no_answer', 200, 1],
	['409 without whom it accepted', { status: 409 }, 'UNKNOWN', 'no_answer', 409, 0],
	['slow', { hang: 300 }, 'SENT', 'sent', 200, 1],
];

test('F14 each fault of LINE has its verdict', async (t) => {
	for (const [name, rule, verdict, reason, code, accepted, wait = 0] of scenarios)
		await t.test(name, () => withLine(async ({ line, send }) => {
			const key = crypto.randomUUID();
			line.script([{ path: multicast, times: 1, ...rule }]);
			const got = await send({ key });
			assert.deepEqual([got.verdict, got.reason, got.code, got.wait_s], [verdict, reason, code, wait], JSON.stringify(got));
			assert.equal(line.ledger.length, accepted);
			assert.doesNotMatch(got.detail, /U[0-9a-f]{10}/);
			if (verdict === 'SENT')
				assert.equal(got.id, line.ledger[0].requestId);
			if (verdict === 'REFUSED')
				return;
			// The same letter again: everybody has it once.
			const again = await send({ key });
			assert.deepEqual([again.verdict, again.id], ['SENT', line.ledger[0].requestId]);
			assert.equal(line.ledger.length, 1);
			assert.deepEqual([...line.copies().values()], [1, 1, 1]);
		}));
});

test('F12 the answer of LINE cut after n bytes, for every n: exactly once', () => withLine(async ({ line, send }) => {
	line.script([{ bytes: 1e6, times: 1 }]);
	await send();
	const length = line.answerLength;
	assert.ok(length > 150, String(length));
	line.reset();
	const outcomes = { SENT: 0, UNKNOWN: 0 };
	// Some at a time: each by its own key.
	for (let from = 0; from <= length; from += 50)
		await Promise.all(Array.from({ length: Math.min(50, length + 1 - from) }, async (_, i) => {
			const n = from + i, key = crypto.randomUUID();
			const mine = (call) => call.headers['x-line-retry-key'] === key;
			line.rules.push({ when: mine, times: 1, bytes: n, used: 0 });
			const first = await send({ key });
			outcomes[first.verdict]++;
			assert.equal(first.verdict, n < length ? 'UNKNOWN' : 'SENT', `${n}: ${JSON.stringify(first)}`);
			const again = await send({ key });
			assert.equal(again.verdict, 'SENT');
			assert.equal(again.code, 409);
			assert.equal(line.ledger.filter((e) => e.key === key).length, 1);
		}));
	assert.deepEqual(outcomes, { SENT: 1, UNKNOWN: length });
	assert.equal(line.ledger.length, length + 1);
}));

test('F12 G02 500 after acceptance, then 409, 1,000 times: nobody has it twice', () => withLine(async ({ line, send }) => {
	line.script([{ when: ({ headers }) => !seen.has(headers['x-line-retry-key']), accept: true, status: 500 }]);
	const seen = new Set();
	let done = 0;
	await Promise.all(Array.from({ length: 50 }, async () => {
		for (; done < 1000; ) {
			const key = crypto.randomUUID(), to = [userId(done++)];
			assert.equal((await send({ key, many: to })).verdict, 'UNKNOWN');
			seen.add(key);
			const again = await send({ key, many: to });
			assert.deepEqual([again.verdict, again.code], ['SENT', 409]);
		}
	}));
	assert.equal(line.ledger.length, 1000);
	assert.ok([...line.copies().values()].every((n) => n === 1));
}));

test('a key is known for a day, and the bytes under it never change', () => withLine(async ({ line, send, channel, account }) => {
	const key = crypto.randomUUID();
	await send({ key });
	assert.equal((await send({ key })).code, 409);
	line.offset += 24 * 3600e3;
	assert.equal((await send({ key })).code, 200);
	assert.equal(line.ledger.length, 2);
	const print = (keys) => channel.send({ account, content: { messages: [keys] }, many, key, print: true });
	const one = await print({ type: 'text', text: 'あ' }), other = await print({ text: 'あ', type: 'text' });
	assert.equal(one.data, other.data);
	assert.deepEqual(JSON.parse(one.data), { messages: [{ type: 'text', text: 'あ' }], to: many });
}));

test('500 people are one call', () => withLine(async ({ line, send }) => {
	const people = Array.from({ length: 500 }, (_, i) => userId(i));
	assert.equal((await send({ many: people })).verdict, 'SENT');
	assert.equal(line.calls, 1);
	assert.equal(line.copies().size, 500);
	const bad = await send({ many: [...people.slice(1), 'Unobody'] });
	assert.deepEqual([bad.verdict, bad.reason], ['REFUSED', 'address_invalid']);
	assert.equal(line.ledger.length, 1);
}));

// Tokens.
const issued = (town) => ({ channel_secret: town.secret });
const tokenCalls = (line, run) => {
	const handle = line.route.bind(line);
	line.tokenCalls = 0;
	line.route = (call, id) => {
		line.tokenCalls += call.path.startsWith('/oauth2/');
		return handle(call, id);
	};
	return run;
};

test('a token is issued for id and secret, once for many letters', () => withLine(async ({ line, send }) => {
	tokenCalls(line);
	const all = await Promise.all(Array.from({ length: 30 }, () => send()));
	assert.ok(all.every(({ verdict }) => verdict === 'SENT'), JSON.stringify(all[0]));
	assert.equal(line.tokenCalls, 1);
	assert.equal(line.ledger.length, 30);
}, { secrets: issued }));

for (const form of ['PEM', 'JWK', 'JWK as text'])
	test(`a token is issued by assertion, with a key in ${form}`, () => {
		const { publicKey, privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
		const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' };
		return withLine(async ({ line, send }) => {
			tokenCalls(line);
			assert.equal((await send()).verdict, 'SENT');
			assert.equal(line.tokenCalls, 1);
		}, { options: { publicKeys: { k1: publicKey } }, secrets: () => ({ key_id: 'k1', private_key: {
			PEM: privateKey.export({ format: 'pem', type: 'pkcs8' }), JWK: jwk, 'JWK as text': JSON.stringify(jwk, null, 1) }[form] }) });
	});

test('a token is renewed ahead of its end', () => withLine(async ({ line, send }) => {
	tokenCalls(line);
	await send();
	await send();
	assert.equal(line.tokenCalls, 1);
	// It is good for four seconds more than it is used for: the two above are quicker than that.
	await new Promise((done) => setTimeout(done, 4100));
	await send();
	assert.equal(line.tokenCalls, 2);
}, { secrets: issued, options: { tokenSeconds: 64 } }));

test('401 renews once; what LINE then does not know is denied', () => withLine(async ({ line, town, send }) => {
	tokenCalls(line);
	await send();
	town.revoke();
	const all = await Promise.all([send(), send(), send()]);
	assert.ok(all.every(({ verdict }) => verdict === 'SENT'), JSON.stringify(all));
	assert.equal(line.tokenCalls, 2);
	line.script([{ path: multicast, status: 401, times: 2 }]);
	const denied = await send();
	assert.deepEqual([denied.verdict, denied.reason], ['LATER', 'gateway_denied']);
	assert.equal(line.tokenCalls, 3);
	assert.equal((await send()).verdict, 'SENT');
}, { secrets: issued }));

test('F14 no token: nothing is sent, nobody asks again and again', async (t) => {
	for (const [name, rule, reason] of [
		['refused', { status: 400, body: { error: 'invalid_client' } }, 'gateway_denied'],
		['not JSON', { body: 'hello' }, 'gateway_denied'],
		['with a line end in it', { body: { access_token: 'a\r\nX: y', expires_in: 900 } }, 'gateway_denied'],
		['500', { status: 500 }, 'gateway_busy'], ['cut', { bytes: 20 }, 'gateway_unreachable']])
		await t.test(name, () => withLine(async ({ line, send }) => {
			tokenCalls(line);
			line.script([{ path: '/oauth2', ...rule }]);
			const all = await Promise.all(Array.from({ length: 20 }, () => send()));
			assert.deepEqual(all.map(({ verdict, reason: r }) => `${verdict} ${r}`), Array(20).fill(`LATER ${reason}`));
			assert.ok(line.calls <= 2, `${line.calls} calls`);
			assert.equal(line.ledger.length, 0);
		}, { secrets: issued }));
});

test('a token pasted with blanks around it will do, one with blanks in it will not', () => withLine(async ({ town, send, account }) => {
	account.secrets.access_token = `  ${town.token}\n`;
	assert.equal((await send()).verdict, 'SENT');
	account.secrets.access_token = 'a b';
	assert.deepEqual([(await send()).reason], ['gateway_denied']);
	account.secrets.access_token = 'a\r\nHost: b';
	assert.deepEqual([(await send()).reason], ['gateway_denied']);
}));

test('an account that lacks its secrets is denied, not sent', () => withLine(async ({ line, send }) => {
	assert.deepEqual([(await send()).reason], ['gateway_denied']);
	assert.equal(line.calls, 0);
}, { secrets: () => ({}) }));

test('R49 a certificate of another authority: nothing is sent', () => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chromo-other-'));
	return withLine(async ({ line, send }) => {
		const { verdict, reason } = await send();
		assert.deepEqual([verdict, reason], ['LATER', 'gateway_untrusted']);
		assert.equal(line.calls, 0);
	}, { caFile: certificate(folder).caFile }).finally(() => fs.rmSync(folder, { recursive: true }));
});

test('nobody at the address: later', () => withLine(async ({ send }) => {
	const { verdict, reason } = await send();
	assert.deepEqual([verdict, reason], ['LATER', 'gateway_unreachable']);
}, { url: 'https://127.0.0.1:9' }));

// Replies.
const event = (town) => town.whole({ type: 'message', source: { type: 'user', userId: many[0] } });
const replyWith = (send, token, text = 'ありがとう', more = {}) => send({ many: undefined, to: many[0],
	content: { messages: [{ type: 'text', text }], reply_token: token }, ...more });

test('a reply costs no quota and has no key; its token works once', () => withLine(async ({ line, town, send }) => {
	const { replyToken } = event(town);
	const got = await replyWith(send, replyToken);
	assert.equal(got.verdict, 'SENT', JSON.stringify(got));
	assert.deepEqual(line.ledger.map(({ kind, to, key }) => [kind, to, key]), [['reply', [many[0]], null]]);
	assert.equal(town.used, 0);
	assert.equal((await replyWith(send, replyToken)).verdict, 'REFUSED');
	line.script([{ path: '/v2/bot/message/reply', times: 1, accept: true, status: 500 }]);
	const cut = event(town).replyToken;
	assert.equal((await replyWith(send, cut)).verdict, 'UNKNOWN');
	assert.equal((await replyWith(send, cut)).verdict, 'REFUSED');
	assert.equal(line.ledger.length, 2);
}, { options: { quota: 10 } }));

test('a reply with a place for the link token has it asked for first', () => withLine(async ({ line, town, send }) => {
	const got = await replyWith(send, event(town).replyToken, 'https://minato.example.jp/my/line/link?linkToken=\ufdd2');
	assert.equal(got.verdict, 'SENT', JSON.stringify(got));
	const [token] = line.linkTokens.keys();
	assert.equal(line.ledger[0].messages[0].text, `https://minato.example.jp/my/line/link?linkToken=${token}`);
	line.script([{ path: '/v2/bot/user', status: 404 }]);
	assert.equal((await replyWith(send, event(town).replyToken, '\ufdd2')).verdict, 'REFUSED');
	line.script([{ path: '/v2/bot/user', bytes: 40 }]);
	assert.equal((await replyWith(send, event(town).replyToken, '\ufdd2')).verdict, 'LATER');
	assert.equal((await replyWith(send, event(town).replyToken, '\ufdd2', { to: '../x' })).verdict, 'REFUSED');
	assert.equal(line.ledger.length, 1);
}, { secrets: issued }));

test('texts are measured as LINE counts them', () => withLine(async ({ send }) => {
	const measure = (text) => send({ measure: true, content: { messages: [{ type: 'text', text }] } });
	assert.deepEqual(await measure('あ'.repeat(5000)), { length: 5000, limit: 5000, parts: 0, problem: null });
	assert.deepEqual(await measure('𠮷'.repeat(2501)), { length: 5002, limit: 5000, parts: 0, problem: 'text_too_long' });
}));
