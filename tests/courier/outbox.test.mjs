// SPDX-License-Identifier: Apache-2.0
//
// Without a gateway every mail lands in the outbox, whole.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { readMail } from '../gateways/mime.mjs';
import { openPost } from './post.mjs';

test('a message of 30 and a letter, as files', async () => {
	const post = await openPost({ outbox: true });
	try {
		const town = await post.town({ citizens: 30 });
		const message = await post.message(town, { subject: '避難所の開設' });
		await post.letter(town, { to: 'new@example.jp', subject: '確認' });
		post.courier();
		await post.sent(message);
		const mails = post.up.outbox().map((text) => readMail(Buffer.from(text)));
		assert.equal(mails.length, 31);
		assert.deepEqual(await post.counts(message), { accepted: 30 });
		const folder = readdirSync(join(post.up.dir, 'outbox/email'));
		assert.deepEqual(folder.filter((f) => !f.endsWith('.eml')), [], 'nothing half written is left');
		const tokens = new Set();
		assert.ok(tokens);
	} finally {
		await post.close();
	}
});
