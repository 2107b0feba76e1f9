// SPDX-License-Identifier: Apache-2.0
//
// What went out by other ways than mail, in development: letters in files, and what each fake
// gateway took.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { said } from '../harness/desk.mjs';
import { up } from '../harness/up.mjs';

let town;
before(async () => { town = await up(); });
after(() => town?.stop());

test('files and ledgers, newest first, and nothing breaks the page', async () => {
	const client = town.client('minato.localhost'), outbox = path.join(town.dir, 'outbox');
	assert.match(said(await client.get('/desk/outbox/others')), /まだ何もありません/);
	fs.mkdirSync(path.join(outbox, 'sms'), { recursive: true });
	fs.writeFileSync(path.join(outbox, 'sms', 'a.json'), JSON.stringify({ text: '【みなと市】断水 <b>' }));
	fs.writeFileSync(path.join(outbox, 'sms', 'bad.json'), 'no JSON');
	fs.writeFileSync(path.join(outbox, 'sms', '.hidden.json'), '{}');
	fs.writeFileSync(path.join(outbox, 'line.jsonl'), [1, 2, 3].map((n) => JSON.stringify({ to: ['U1', 'U2'], messages: [{ type: 'text', text: `通 ${n}` }] })).join('\n') + '\n');
	const page = await client.get('/desk/outbox/others'), text = said(page);
	assert.equal(page.status, 200);
	assert.ok(text.indexOf('通 3') < text.indexOf('通 2') && text.indexOf('通 2') < text.indexOf('通 1'), 'the last line first');
	assert.match(page.text, /断水 &lt;b&gt;/);
	assert.match(text, /no JSON/);
	assert.equal([...page.text.matchAll(/c-list__row/g)].length, 5);
	assert.match((await client.get('/desk/outbox')).text, /href="\/desk\/outbox\/others"/);
	assert.match(said(await client.get('/desk/outbox/others?lang=en')), /./);
});
