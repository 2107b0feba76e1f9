// SPDX-License-Identifier: Apache-2.0
//
// What mails of a town come from: chosen by its administrator, seen in the next mail; the
// operator's server is shown, its password never; another town's domain is not to be had.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { desk, inside, said } from '../harness/desk.mjs';
import { isPage } from '../harness/invariants.mjs';
import { up } from '../harness/up.mjs';
import { mailsTo } from './citizen.mjs';

const at = '/desk/settings/channels/email', password = 'a-password-of-the-relay';
let town, admin, colleague, email;
before(async () => {
	town = await up();
	[admin, colleague] = [await desk(town, 'admin'), await desk(town, 'admin')];
	email = 'admin@minato.example.jp';
});
after(() => town?.stop());

const save = async (values, client = admin) => client.submit(await client.get(at), values, 'channels/email');
const row = async () => (await inside(town, 'SELECT mail_from, mail_name, mail_reply FROM tenant')).split('\n').pop();
const test_mail = async () => {
	const before = (await mailsTo(town, email, 0)).map((m) => m.header('message-id'));
	const answer = await admin.submit(await admin.get(at), {}, 'email/test');
	assert.equal(answer.status, 303);
	assert.match(said(await admin.follow(answer)), /確認のメールを送りました/);
	return (await mailsTo(town, email, before.length + 1)).find((m) => !before.includes(m.header('message-id')));
};

test('nothing chosen: the town\'s name, and answers to the address itself', async () => {
	const page = isPage(await admin.get(at));
	assert.match(said(page), /送信サーバーが決められていません/);
	assert.match(page.text, /selector\._domainkey\.minato\.example\.jp|セレクター\._domainkey\.minato\.example\.jp/);
	const mail = await test_mail();
	assert.match(mail.header('from'), /みなと市.*<oshirase@minato\.example\.jp>/);
	assert.equal(mail.header('reply-to') ?? null, null);
});

test('a name and an address for replies are in the next mail, and in the record', async () => {
	const answer = await save({ from: 'oshirase@oshirase.minato.example.jp', sender: 'みなと市　広報課', reply: 'koho@minato.example.jp' });
	assert.equal(answer.status, 303, said(answer));
	assert.equal(await row(), 'oshirase@oshirase.minato.example.jp|みなと市　広報課|koho@minato.example.jp');
	const mail = await test_mail();
	assert.match(mail.header('from'), /みなと市.広報課.*<oshirase@oshirase\.minato\.example\.jp>/);
	assert.match(mail.header('reply-to'), /<?koho@minato\.example\.jp>?/);
	assert.match(mail.text, /みなと市　広報課/);
	assert.match(said(await admin.get('/desk/settings/audit')), /差出人の名前/);
});

test('what is wrong is said beside the field, and nothing is saved', async () => {
	const was = await row();
	for (const [values, words] of [
		[{ from: '' }, /入力してください/], [{ from: 'oshirase' }, /アドレス/], [{ reply: 'x@' }, /アドレス/],
		[{ sender: 'あ'.repeat(61) }, /60/], [{ sender: 'a\r\nBcc: b@example.jp' }, /./],
		[{ from: 'oshirase@yama.example.jp' }, /ほかの団体が使っています/], [{ from: 'oshirase@YAMA.example.jp' }, /ほかの団体が使っています/],
	]) {
		const page = isPage(await save(values), { status: 422 });
		assert.match(said(page), words, JSON.stringify(values));
		assert.match(page.text, /aria-invalid="true"/, JSON.stringify(values));
	}
	assert.equal(await row(), was);
});

test('two administrators: the second is told what the first saved', async () => {
	const late = await colleague.get(at);
	assert.equal((await save({ sender: '市役所' })).status, 303);
	const told = isPage(await colleague.submit(late, { sender: '防災課' }, 'channels/email'), { status: 409 });
	assert.match(await row(), /市役所/);
	assert.equal((await colleague.submit(told, { sender: '防災課' }, 'channels/email')).status, 303);
	assert.match(await row(), /防災課/);
});

test('the operator\'s server is shown without user and password', async () => {
	const file = join(tmpdir(), `relay-${process.pid}`);
	writeFileSync(file, password, { mode: 0o644 });
	const other = await up({ conf: { smtp_url: 'smtps://relay.example.jp:465', smtp_user: 'secret-user', smtp_password_file: file } });
	try {
		const page = isPage(await (await desk(other, 'admin')).get(at));
		assert.match(said(page), /relay\.example\.jp:465/);
		assert.match(said(page), /はじめから暗号化します/);
		assert.ok(!page.text.includes(password) && !page.text.includes('secret-user') && !page.text.includes(file));
	} finally {
		await other.stop();
	}
});
