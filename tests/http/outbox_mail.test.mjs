// SPDX-License-Identifier: Apache-2.0
//
// The mail server of ./dev run --gateways fake: what it really accepted is in the outbox, and
// what it accepted twice, because its answer was cut, is there twice.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { startMail } from '../gateways/mail.mjs';
import { said } from '../harness/desk.mjs';
import { eventually, up } from '../harness/up.mjs';
import { answer, somebody } from './citizen.mjs';

const outbox = fs.mkdtempSync(path.join(os.tmpdir(), 'chromo-outbox-'));
let town, mail;
before(async () => {
	mail = await startMail({ ledgerFile: path.join(outbox, 'mail.jsonl') });
	town = await up({ conf: { outbox, smtp_url: mail.url, smtp_ca_file: mail.caFile, smtp_timeout_s: 3, courier_retry_base_s: 1 } });
});
after(async () => {
	await town?.stop();
	await mail?.close();
	fs.rmSync(outbox, { recursive: true, force: true });
});

test('over TLS to the server, and from there into the outbox', async () => {
	const email = somebody(), client = town.client('minato.localhost');
	mail.script([{ at: 'dot', to: email, times: 1, accept: true, close: true }]);
	await client.submit(await answer(client, email), { consent: 1 });
	await eventually('it is accepted again', () => mail.ledger.filter((m) => m.to === email).length === 2);
	const [first, second] = mail.ledger.filter((m) => m.to === email);
	assert.equal(first.messageId, second.messageId);
	assert.deepEqual([first.answered, second.answered], [false, true]);
	const page = await client.get('/desk/outbox');
	const names = [...page.text.matchAll(/href="\/desk\/outbox\/([\w.-]+)"/g)].map(([, name]) => name).filter((n) => n !== 'others');
	const key = first.messageId.split('@')[0];
	assert.deepEqual(names.sort(), [key, `${key}-2`]);
	for (const name of names) assert.match(said(await client.get(`/desk/outbox/${name}`)), /\/confirm\//);
	assert.deepEqual(fs.readdirSync(path.join(outbox, 'email')).filter((f) => !f.endsWith('.eml')), [], 'nothing half written is left');
});
