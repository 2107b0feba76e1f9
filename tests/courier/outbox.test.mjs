// SPDX-License-Identifier: Apache-2.0
//
// Without a gateway every mail lands in the outbox, whole.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { readMail } from '../gateways/mime.mjs';
import { eventually, openPost } from './post.mjs';

test('a message to thirty and a letter, as files', { timeout: 300000 }, async () => {
	const post = await openPost({ outbox: true });
	try {
		const town = await post.town({ citizens: 30 });
		const message = await post.message(town, { subject: '避難所の開設' });
		await post.letter(town, { to: 'new@example.jp', subject: '確認' });
		post.courier();
		await post.sent(message);
		await eventually('the letter has gone, too', () => post.up.outbox().length >= 31);
		assert.deepEqual(await post.counts(message), { accepted: 30 });
		const folder = readdirSync(join(post.up.dir, 'outbox/email'));
		assert.deepEqual(folder.filter((f) => !f.endsWith('.eml')), [], 'nothing half written is left');
		const mails = post.up.outbox().map((text) => readMail(Buffer.from(text)));
		assert.equal(mails.length, 31);
		const to = mails.map((m) => m.header('to')).sort();
		assert.deepEqual(to, [...Array.from({ length: 30 }, (_, i) => town.address(i + 1)), 'new@example.jp'].sort());
		const letter = mails.find((m) => m.header('to') === 'new@example.jp');
		assert.equal(letter.header('subject'), '確認');
		assert.equal(letter.header('list-unsubscribe'), undefined);
		for (const mail of mails.filter((m) => m !== letter)) assert.match(mail.text, /こんにちは。/);
	} finally {
		await post.close();
	}
});
