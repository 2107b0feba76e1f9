// SPDX-License-Identifier: Apache-2.0
//
// Program and database are both dead (F47): what was public is still there for a while,
// whoever sends a form is told in words that it may be sent again, and with both of them
// back all is as before.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { forms } from '../harness/client.mjs';
import { desk, said } from '../harness/desk.mjs';
import { eventually, up } from '../harness/up.mjs';

const HOST = 'minato.localhost';
let town, sato;
before(async () => {
	town = await up();
	sato = await desk(town, 'sato');
});
after(() => town?.stop());

const gone = (pid) => eventually('its end', () => { try { process.kill(pid, 0); return false; } catch { return true; } });

test('F47 program and database dead: words for everybody, then all is back', { timeout: 120000 }, async () => {
	const key = forms((await sato.get('/desk/messages/new')).text).find((f) => f.action.endsWith('/new'))
		.fields.find(([name]) => name === 'token')[1];
	const press = () => sato.post('/desk/messages/new', { token: key, start: 'blank' });
	const known = await town.get(HOST, '/messages'), before = await town.sql('SELECT count(*) FROM message');
	assert.equal(known.status, 200);
	for (const name of ['courier', 'web', 'postgres']) {
		town.kill(name);
		await gone(town.pid(name));
	}
	const kept = await town.get(HOST, '/messages');
	assert.equal(kept.status, 200, 'a page that everybody reads');
	assert.equal(kept.text, known.text);
	for (const ask of [() => sato.get('/desk'), () => town.get(HOST, '/subscribe?new'), press]) {
		const answer = await ask();
		assert.ok([502, 503].includes(answer.status), `${answer.status}`);
		assert.match(answer.headers['content-type'], /^text\/html; charset=utf-8$/i);
		assert.equal(answer.headers['cache-control'], 'no-store');
		assert.match(said(answer), /ただいまページを表示できません.*もう一度送信してください。同じ内容が二重に登録されることはありません。.*119番/);
		assert.doesNotMatch(answer.text, /nginx|chromo|postgres|socket/i);
	}
	// The database comes back by itself last: the program waits for it.
	await town.again('web');
	await eventually('the program says so', async () => (await sato.get('/desk')).status === 503);
	await town.again('postgres');
	await town.again('courier');
	await eventually('the desk', async () => (await sato.get('/desk')).status === 200);
	for (let i = 0; i < 2; i++) assert.equal((await press()).status, 303);
	assert.equal(Number(await town.sql('SELECT count(*) FROM message')), Number(before) + 1);
});
