// SPDX-License-Identifier: Apache-2.0
//
// The e-mail channel against a relay that misbehaves: for each scenario the
// verdict that the channel gives, beside what the relay really accepted.  The
// one must never contradict the other: SENT is in the ledger, LATER and REFUSED
// are not, UNKNOWN may be.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import test from 'node:test';
import { startSmtp } from '../gateways/smtp.mjs';
import { readMail } from '../gateways/mime.mjs';

const build = process.env.CHROMO_BUILD_SAN ?? process.env.CHROMO_BUILD;
const program = path.join(build, 'tests/courier/smtp_send');

// The channel as a process: send(letter) gives its verdict.
class Channel {
	constructor(url, { connections = 1, timeout = 60, user = '-', passwordFile = '-', ca = '-' } = {}) {
		this.child = spawn(program, [url, connections, timeout, user, passwordFile, ca].map(String),
			{ stdio: ['pipe', 'pipe', 'pipe'] });
		this.waiting = [];
		this.log = '';
		this.child.stderr.on('data', (d) => { this.log += d; });
		this.status = new Promise((resolve) => this.child.on('close', resolve));
		readline.createInterface({ input: this.child.stdout }).on('line', (line) => {
			const said = JSON.parse(line);
			const i = this.waiting.findIndex((w) => said.mail !== undefined || w.to === said.to);
			this.waiting.splice(i, 1)[0].resolve(said);
		});
		this.status.then(() => this.waiting.forEach((w) => w.resolve({ verdict: 'DIED', log: this.log })));
	}

	send(letter) {
		return new Promise((resolve) => {
			this.waiting.push({ to: letter.to, resolve });
			this.child.stdin.write(JSON.stringify(letter) + '\n');
		});
	}

	async close() {
		this.child.stdin.end();
		assert.equal(await this.status, 0, this.log);
	}
}

async function withRelay(options, channelOptions, run) {
	const relay = await startSmtp(options);
	const channel = new Channel(channelOptions.url ?? relay.url, channelOptions);
	try {
		await run(relay, channel);
		await channel.close();
	} finally {
		channel.child.kill('SIGKILL');
		await relay.close();
	}
}

const to = 'hanako@example.jp';
// rule of the relay, verdict, reason, code, accepted by the relay
const scenarios = [
	['all well', [], 'SENT', 'sent', 250, 1],
	['421 at the greeting', [{ at: 'connect', reply: '421 4.3.2 busy' }], 'LATER', 'gateway_busy', 421, 0],
	['554 at the greeting', [{ at: 'connect', reply: '554 5.7.1 go away' }], 'LATER', 'gateway_denied', 554, 0],
	['closes at the greeting', [{ at: 'connect', close: true }], 'LATER', 'gateway_unreachable', 0, 0],
	['no greeting', [{ at: 'connect', hang: 60000 }], 'LATER', 'gateway_slow', 0, 0],
	['slow greeting', [{ at: 'connect', hang: 100 }], 'SENT', 'sent', 250, 1],
	['no answer to EHLO', [{ at: 'ehlo', hang: 60000 }], 'LATER', 'gateway_slow', 0, 0],
	['451 to MAIL', [{ at: 'mail', reply: '451 4.3.0 try later' }], 'LATER', 'gateway_busy', 451, 0],
	['421 to MAIL', [{ at: 'mail', reply: '421 4.3.2 closing' }], 'LATER', 'gateway_busy', 421, 0],
	['530 to MAIL', [{ at: 'mail', reply: '530 5.7.0 authenticate first' }], 'LATER', 'gateway_denied', 530, 0],
	['550 to MAIL', [{ at: 'mail', reply: '550 5.7.1 sender refused' }], 'REFUSED', 'refused_policy', 550, 0],
	['closes at MAIL', [{ at: 'mail', close: true }], 'LATER', 'gateway_unreachable', 0, 0],
	['no answer to MAIL', [{ at: 'mail', hang: 60000 }], 'LATER', 'gateway_slow', 0, 0],
	['421 to RCPT', [{ at: 'rcpt', reply: '421 4.7.0 too many' }], 'LATER', 'gateway_busy', 421, 0],
	['450 to RCPT', [{ at: 'rcpt', to, reply: '450 4.2.0 greylisted' }], 'LATER', 'gateway_busy', 450, 0],
	['451 to RCPT', [{ at: 'rcpt', reply: '451 4.7.1 later' }], 'LATER', 'gateway_busy', 451, 0],
	['452 to RCPT', [{ at: 'rcpt', reply: '452 4.2.2 over quota' }], 'LATER', 'mailbox_full', 452, 0],
	['550 to RCPT', [{ at: 'rcpt', reply: '550 5.1.1 User unknown' }], 'REFUSED', 'mailbox_unknown', 550, 0],
	['bare 550 to RCPT', [{ at: 'rcpt', reply: '550 no such user' }], 'REFUSED', 'mailbox_unknown', 550, 0],
	['552 to RCPT', [{ at: 'rcpt', reply: '552 5.2.2 Mailbox full' }], 'REFUSED', 'mailbox_full', 552, 0],
	['reply of many lines', [{ at: 'rcpt', reply: '550-5.7.1 one\r\n550 5.7.1 two' }], 'REFUSED', 'refused_policy', 550, 0],
	['closes at RCPT', [{ at: 'rcpt', close: true }], 'LATER', 'gateway_unreachable', 0, 0],
	['no answer to RCPT', [{ at: 'rcpt', hang: 60000 }], 'LATER', 'gateway_slow', 0, 0],
	['451 to DATA', [{ at: 'data', reply: '451 4.3.0 no disk' }], 'LATER', 'gateway_busy', 451, 0],
	['554 to DATA', [{ at: 'data', reply: '554 5.6.0 no' }], 'REFUSED', 'refused', 554, 0],
	['250 to DATA', [{ at: 'data', reply: '250 what' }], 'LATER', 'gateway_busy', 250, 0],
	['closes at DATA', [{ at: 'data', close: true }], 'LATER', 'gateway_unreachable', 0, 0],
	['no answer to DATA', [{ at: 'data', hang: 60000 }], 'LATER', 'gateway_slow', 0, 0],
	['550 after the dot', [{ at: 'dot', reply: '550 5.7.1 spam' }], 'REFUSED', 'refused_policy', 550, 0],
	['554 after the dot', [{ at: 'dot', reply: '554 5.6.0 no' }], 'REFUSED', 'refused', 554, 0],
	['452 after the dot', [{ at: 'dot', reply: '452 4.3.1 no disk' }], 'LATER', 'gateway_busy', 452, 0],
	['421 after the dot', [{ at: 'dot', reply: '421 4.3.0 shutting down' }], 'LATER', 'gateway_busy', 421, 0],
	['cut after the dot, not accepted', [{ at: 'dot', close: true }], 'UNKNOWN', 'no_answer', 0, 0],
	['cut after the dot, accepted', [{ at: 'dot', accept: true, close: true }], 'UNKNOWN', 'no_answer', 0, 1],
	['half an answer', [{ at: 'dot', accept: true, bytes: 9 }], 'UNKNOWN', 'no_answer', 0, 1],
	['an answer that is no SMTP', [{ at: 'dot', accept: true, reply: 'hello' }], 'UNKNOWN', 'no_answer', 0, 1],
	['silence after the dot', [{ at: 'dot', accept: true, hang: 60000 }], 'UNKNOWN', 'no_answer', 0, 1],
	['slow after the dot', [{ at: 'dot', hang: 100 }], 'SENT', 'sent', 250, 1],
];

// Only where the relay falls silent is the end of patience waited for.
const silent = (rules) => rules.some((r) => r.hang >= 60000);

for (const pipelining of [true, false])
	test(`F13 F14 each fault of a relay has its verdict, ${pipelining ? 'pipelined' : 'one command at a time'}`, { concurrency: 10 }, async (t) => {
		await Promise.all(scenarios.map(([name, rules, verdict, reason, code, accepted]) =>
			t.test(name, () => withRelay({ pipelining }, { timeout: silent(rules) ? 3 : 60 }, async (relay, channel) => {
				relay.script(rules);
				const got = await channel.send({ to, message_id: 'a@b' });
				assert.deepEqual({ ...got, detail: undefined },
					{ to, verdict, code, reason, detail: undefined }, channel.log);
				assert.doesNotMatch(got.detail, /@/);
				assert.equal(relay.ledger.length, accepted);

				// The next letter is not harmed by it, be it that a busy machine is slow too.
				relay.script([]);
				let next;
				do next = await channel.send({ to: 'next@example.jp' });
				while (silent(rules) && next.reason === 'gateway_slow');
				assert.equal(next.verdict, 'SENT');
				assert.equal(relay.ledger.length, accepted + 1);
			}))));
	});

test('a long text that is refused before it has all gone out', () =>
	withRelay({}, {}, async (relay, channel) => {
		const raw = 'Subject: long\r\n\r\n' + 'x'.repeat(70).concat('\r\n').repeat(100000);
		relay.script([{ at: 'text', reply: '552 5.3.4 too big', bytes: 19 }]);
		const got = await channel.send({ to, raw });
		assert.ok(['REFUSED', 'LATER'].includes(got.verdict), got.verdict);
		relay.script([{ at: 'text', close: true }]);
		assert.equal((await channel.send({ to, raw })).verdict, 'LATER');
		assert.equal(relay.ledger.length, 0);
		relay.script([]);
		assert.equal((await channel.send({ to, raw })).verdict, 'SENT');
		assert.equal(relay.letters[0].toString(), raw);
	}));

test('one connection carries many letters', () => withRelay({}, {}, async (relay, channel) => {
	for (let i = 0; i < 20; i++)
		assert.equal((await channel.send({ to: `c${i}@example.jp`, message_id: `${i}@x` })).verdict, 'SENT');
	assert.equal(relay.connectionCount, 1);
	assert.deepEqual(relay.ledger.map((l) => l.to), Array.from({ length: 20 }, (_, i) => `c${i}@example.jp`));
	assert.deepEqual(relay.ledger[7], { ...relay.ledger[7], messageId: '7@x', from: 'bounce@minato.example.jp',
		connection: 1, answered: true });
}));

test('a refused recipient costs no connection', () => withRelay({}, {}, async (relay, channel) => {
	relay.script([{ at: 'rcpt', to: 'gone@example.jp', reply: '550 5.1.1 gone' }]);
	for (let i = 0; i < 3; i++) {
		assert.equal((await channel.send({ to: 'gone@example.jp' })).reason, 'mailbox_unknown');
		assert.equal((await channel.send({ to })).verdict, 'SENT');
	}
	assert.equal(relay.connectionCount, 1);
	assert.equal(relay.ledger.length, 3);
}));

// A kept connection that died meanwhile: sent once, and without a delay.
for (const [name, prepare] of [
	['the relay closed the idle connection', (relay) => relay.closeIdle()],
	['it closes at MAIL of a reused connection', (relay) =>
		relay.script([{ at: 'mail', reused: true, close: true }])],
	['it says 421 to MAIL of a reused connection', (relay) =>
		relay.script([{ at: 'mail', reused: true, reply: '421 4.4.2 timeout' }])],
])
	test(name, () => withRelay({}, {}, async (relay, channel) => {
		for (let i = 0; i < 5; i++) {
			prepare(relay);
			const got = await channel.send({ to: `c${i}@example.jp` });
			assert.equal(got.verdict, 'SENT', got.detail);
		}
		assert.equal(relay.ledger.length, 5);
		assert.equal(new Set(relay.ledger.map((l) => l.to)).size, 5);
		assert.ok(relay.connectionCount >= 5);
	}));

test('a kept connection is not tried for ever', () => withRelay({}, {}, async (relay, channel) => {
	await channel.send({ to });
	relay.script([{ at: 'mail', close: true }]);
	assert.equal((await channel.send({ to })).verdict, 'LATER');
	assert.equal(relay.connectionCount, 2);
}));

test('cut after the dot on a reused connection is not repeated', () =>
	withRelay({}, {}, async (relay, channel) => {
		await channel.send({ to });
		relay.script([{ at: 'dot', accept: true, close: true }]);
		assert.equal((await channel.send({ to })).verdict, 'UNKNOWN');
		assert.equal(relay.ledger.length, 2);
		assert.equal(relay.mailCount, 2);
	}));

test('one letter that waits does not hold up the others', () =>
	withRelay({}, { connections: 3, timeout: 60 }, async (relay, channel) => {
		relay.script([{ at: 'dot', to: 'slow@example.jp', hang: 1500 }]);
		const order = [];
		const note = (letter) => channel.send(letter).then((o) => order.push(o.to) && o);
		const all = [note({ to: 'slow@example.jp' })];
		for (let i = 0; i < 50; i++)
			all.push(note({ to: `c${i}@example.jp` }));
		assert.ok((await Promise.all(all)).every((o) => o.verdict === 'SENT'));
		assert.equal(order.at(-1), 'slow@example.jp');
		assert.ok(relay.connectionCount <= 3);
	}));

test('many letters over many connections, each once', () =>
	withRelay({}, { connections: 8, timeout: 60 }, async (relay, channel) => {
		const names = Array.from({ length: 500 }, (_, i) => `c${i}@example.jp`);
		relay.script([{ at: 'mail', reused: true, close: true, times: 20 },
			{ at: 'rcpt', to: 'c7@example.jp', reply: '550 5.1.1 gone' }]);
		const got = await Promise.all(names.map((n) => channel.send({ to: n })));
		assert.equal(got.filter((o) => o.verdict === 'SENT').length, 499);
		assert.deepEqual(relay.ledger.map((l) => l.to).sort(), names.filter((n) => n !== 'c7@example.jp').sort());
	}));

test('nobody listens', async () => {
	const relay = await startSmtp();
	await relay.close();
	const channel = new Channel(relay.url);
	for (let i = 0; i < 3; i++) {
		const got = await channel.send({ to });
		assert.deepEqual([got.verdict, got.reason, got.code], ['LATER', 'gateway_unreachable', 0]);
	}
	await channel.close();
	assert.equal(channel.log.match(/smtp\.connect/g)?.length, 1, 'logged once, not for every letter');
});

test('what goes over the wire', () => withRelay({}, {}, async (relay, channel) => {
	const raw = 'Subject: dots\r\n\r\n.\r\n..\r\n.a\r\nb.\r\n\r\n.\r\n';
	assert.equal((await channel.send({ to, raw })).verdict, 'SENT');
	assert.equal(relay.letters[0].toString(), raw, 'dots are stuffed and unstuffed');
	for (const bad of ['Subject: a\r\n\r\nb\n.\r\nMAIL FROM:<x@y>\r\n', 'a\rb\r\n', 'no end', 'x\n'])
		assert.equal((await channel.send({ to, raw: bad })).reason, 'message_invalid');
	assert.equal((await channel.send({ to: 'a..b@docomo.ne.jp' })).verdict, 'SENT');
	assert.equal(relay.ledger[1].to, '"a..b"@docomo.ne.jp');
	assert.equal((await channel.send({ to: 'a@b>\r\nRCPT TO:<c@d', raw })).reason, 'address_invalid');
	assert.equal((await channel.send({ to, raw, from: '' })).verdict, 'SENT');
	assert.equal(relay.ledger[2].from, '', 'the empty sender of notices');
	assert.equal(relay.ledger.length, 3);
}));

const secret = fs.mkdtempSync(path.join(os.tmpdir(), 'chromo-smtp-test-'));
test.after(() => fs.rmSync(secret, { recursive: true, force: true }));
const passwordFile = path.join(secret, 'password');
fs.writeFileSync(passwordFile, 'ひみつ\n', { mode: 0o600 });

for (const tls of ['starttls', 'implicit'])
	for (const mechanisms of [['PLAIN'], ['LOGIN']])
		test(`${tls} and AUTH ${mechanisms}`, async () => {
			const relay = await startSmtp({ tls, auth: { user: 'chromo', password: 'ひみつ', mechanisms } });
			const url = relay.url.replace('127.0.0.1', 'localhost');
			try {
				const good = new Channel(url, { user: 'chromo', passwordFile, ca: relay.caFile });
				for (let i = 0; i < 3; i++)
					assert.equal((await good.send({ to })).verdict, 'SENT', good.log);
				await good.close();
				assert.equal(relay.connectionCount, 1);

				const other = path.join(secret, 'other');
				fs.writeFileSync(other, 'wrong');
				const bad = new Channel(url, { user: 'chromo', passwordFile: other, ca: relay.caFile });
				const got = await bad.send({ to });
				assert.deepEqual([got.verdict, got.reason], ['LATER', 'gateway_denied']);
				await bad.close();
				assert.equal(relay.ledger.length, 3);
			} finally {
				await relay.close();
			}
		});

test('R49 a certificate that nobody vouches for', async () => {
	const relay = await startSmtp({ tls: 'implicit' });
	const channel = new Channel(relay.url);
	const got = await channel.send({ to });
	assert.deepEqual([got.verdict, got.reason], ['LATER', 'gateway_untrusted']);
	await channel.close();
	await relay.close();
	assert.equal(relay.ledger.length, 0);
});

test('settings that will not do', async () => {
	for (const url of ['http://localhost', 'smtp://user:pass@localhost', '::'])
		assert.equal(await new Channel(url).status, 1, url);
	assert.equal(await new Channel('smtp://localhost', { user: 'u', passwordFile: '/nowhere' }).status, 1);
});

// F34: one message, with a fixed number of header fields, whatever the words.
test('F34 one message, a fixed number of header fields, whatever the words', () => withRelay({}, {}, async (relay, channel) => {
	const subjects = ['お知らせ', '防災'.repeat(60), '😀👨‍👩‍👧‍👦'.repeat(30), 'plain', '=?UTF-8?B?YQ==?=', '', ' ',
		'葛󠄀城市からのお知らせ', '〜～−－①㈱', 'a'.repeat(900)];
	for (const subject of subjects) {
		const { mail: bytes } = await channel.send({ to, subject, from_name: subject || 'x',
			html: '<p>本文</p>\n', list_id: 'bosai.minato.example.jp', print: true,
			unsubscribe_url: 'https://minato.example.jp/u/abc' });
		const mail = readMail(bytes);
		assert.equal(mail.header('subject') ?? '', subject);
		assert.equal(mail.headers.length, 12);
		assert.equal(mail.text, '本文\r\n');
		assert.equal(mail.html, '<p>本文</p>\r\n');
		assert.ok(mail.longestLine <= 76, `${mail.longestLine}`);
	}
	for (const bad of ['a\r\nBcc: all@example.jp', 'a\nX: y', 'a\r', '\n'])
		for (const field of ['subject', 'from_name', 'to', 'message_id', 'list_id', 'unsubscribe_url', 'header_from'])
			assert.equal((await channel.send({ to, [field]: bad })).verdict, 'INVALID', field);
	assert.equal(relay.ledger.length, 0);
}));
