// SPDX-License-Identifier: Apache-2.0
//
// Subjects and names with odd characters (F34): one message, a fixed set of headers.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { readMail } from '../gateways/mime.mjs';
import { eventually, openPost } from './post.mjs';

const HEADERS = ['Auto-Submitted', 'Content-Language', 'Content-Type', 'Date', 'From', 'List-Id', 'List-Unsubscribe',
	'List-Unsubscribe-Post', 'MIME-Version', 'Message-ID', 'Subject', 'To'];
const odd = ['普通の件名', '"引用" <a@b.example>, Bcc: c@d.example', '=?UTF-8?B?Qm9i?=', '葛󠄀城市・𠮟る・😀🏳️‍🌈', 'a'.repeat(100),
	'長い'.repeat(50), ' 前後の空白 ', 'タブ\tと,;:\\"()<>[]@.', '‮右から左', '=?=?=?', '%s%n{{subject}}'];
const names = ['みなと市', '市"役所", <x@y.example>', '=?UTF-8?Q?x?=', '𠮷野町（試験）', 'Town; of: "odd"\\'];

let post;
before(async () => { post = await openPost(); post.courier(); });
after(() => post?.close());

const mails = (town) => post.relay.ledger.map((m, i) => [m, i]).filter(([m]) => m.to.endsWith(`${town.host}.example.jp`))
	.map(([, i]) => readMail(post.relay.letters[i]));

for (const subject of odd)
	test(`F34 subject ${JSON.stringify(subject.slice(0, 24))}`, async () => {
		const town = await post.town({ citizens: 1 });
		await post.sent(await post.message(town, { subject }));
		const [mail, ...more] = mails(town);
		assert.equal(more.length, 0);
		assert.deepEqual(mail.headers.map(([name]) => name).sort(), HEADERS);
		assert.equal(mail.header('subject').replace(/\s+/g, ' ').trim(), subject.replace(/\s+/g, ' ').trim());
		assert.ok(mail.longestLine <= 998);
	});

for (const name of names)
	test(`F34 town ${name}`, async () => {
		const town = await post.town({ citizens: 1, name });
		await post.sent(await post.message(town));
		const [mail] = mails(town);
		assert.deepEqual(mail.headers.map(([n]) => n).sort(), HEADERS);
		assert.match(mail.header('from'), /<oshirase@city\.example\.jp>$/);
		assert.match(mail.header('list-unsubscribe'), /^<https:\/\/[^<>\s]+>$/);
		assert.equal(mail.header('list-unsubscribe-post'), 'List-Unsubscribe=One-Click');
	});

test('F34 R28 a line feed never becomes a header', async () => {
	const town = await post.town({ citizens: 1, name: 'みなと市' });
	const message = await post.message(town, { subject: 'a\r\nBcc: x@y.example' });
	await post.sent(message);
	assert.deepEqual(await post.counts(message), { refused: 1 }, 'refused, and seen by staff');
	assert.equal(mails(town).length, 0);
});

test('addresses that RFC 5321 does not know, and one that is none', async () => {
	const list = ['a..b@docomo.ne.jp', 'ab.@docomo.ne.jp', `${'l'.repeat(64)}@example.jp`, 'x@y\r\nRCPT TO:<z@example.jp>', 'plain@example.jp'];
	const town = await post.town({ citizens: list.length, address: (n) => list[n - 1] });
	const message = await post.message(town);
	await post.sent(message);
	assert.deepEqual(await post.counts(message), { accepted: 4, refused: 1 });
	assert.ok(!post.relay.ledger.some((m) => m.to.includes('z@example.jp')));
});

test('each has a stop link of its own, and the whole text', async () => {
	const town = await post.town({ citizens: 12 });
	await post.sent(await post.message(town, { text: '一行目\n.点で始まる行\n{stop}\n' }));
	const links = new Set();
	for (const mail of mails(town)) {
		const [link] = /https:\/\/\S+\/unsubscribe\/\S+/.exec(mail.text);
		links.add(link);
		assert.match(mail.text, /^一行目\r?\n\.点で始まる行/);
		assert.ok(mail.html.includes(link));
	}
	assert.equal(links.size, 12);
	await eventually('lawful', () => post.lawful());
});
