// SPDX-License-Identifier: Apache-2.0
//
// The pictures of a message, by a clerk with and without script: sent with their words, seen
// in the previews and by the approver, and then by everybody on the page and in the list.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Clamd } from '../gateways/clamd.mjs';
import { written } from '../harness/desk.mjs';
import { load } from '../harness/gateways.mjs';
import { MINATO } from '../harness/house.mjs';
import { eventually, up } from '../harness/up.mjs';
import { named, openEyes, ways } from './eye.mjs';

const photo = (name) => ({ name, mimeType: 'image/png', buffer: readFileSync(new URL(`../../sql/demo/${name}`, import.meta.url)) });
const folder = mkdtempSync(join(tmpdir(), 'clamd-')), clamd = new Clamd(join(folder, 'clamd.sock'), 'no virus');
let town, eyes;
before(async () => {
	town = await up({ conf: { clamd: clamd.path } });
	eyes = await openEyes(town);
	await load(town, [
		{ host: MINATO, channel: 'line', kind: 'line', url: 'https://127.0.0.1:1', settings: { channel_id: '1656000001', destination: 'U0' }, secrets: { channel_secret: 'x' } },
		{ host: MINATO, channel: 'x', kind: 'x', url: 'https://127.0.0.1:1', settings: { user_id: '1' }, secrets: { api_key: 'x', api_secret: 'x', access_token: 'x', access_secret: 'x' } },
	]);
});
after(async () => {
	await eyes?.close();
	await town?.stop();
	if (clamd.server?.listening) await clamd.stop();
	rmSync(folder, { recursive: true });
});

async function add(sato, name, text) {
	await sato.page.locator('#file').setInputFiles(photo(name));
	await sato.fill({ text_new: text });
	await sato.press('button', /保存/);
}

for (const way of ways)
	test(`two pictures, seen by everybody: ${named(way)}`, async () => {
		if (clamd.server?.listening) await clamd.stop();
		const [writer, approver] = way.script ? ['sato', 'suzuki'] : ['tanaka', 'takahashi'];
		const message = await written(town, writer, { subject: `'秋の港まつり（${named(way)}）'`, by_line: 'true', by_webpush: 'true', by_x: 'true' });
		const sato = await eyes.staff(writer, way);
		await sato.go(`/desk/messages/${message}`);
		await sato.press('link', '写真');
		await sato.look('message_pictures_none');
		await add(sato, 'minato_boats.png', '');
		await sato.look('message_pictures_wordless', { status: 422 });
		await sato.fill({ text_1: '港に並ぶ漁船と、岸で手をふる子どもたち' });
		await sato.press('button', /保存/);
		await sato.look('message_pictures_waiting');
		await add(sato, 'yama_harvest.png', '稲刈りをする人たち');
		await sato.go(`/desk/messages/${message}/submit`);
		await sato.look('message_pictures_submit_waits');
		await clamd.start();
		await eventually('all are clean', async () => await town.sql("SELECT count(*) FROM attachment WHERE state = 'waiting'") === '0');
		await sato.go(`/desk/messages/${message}/pictures`);
		await sato.look('message_pictures');
		await sato.fill({ place_1: '2', place_2: '1' });
		await sato.press('button', /保存/);
		assert.deepEqual(await sato.page.locator('.c-picture').evaluateAll((all) => all.map((i) => i.alt)), ['稲刈りをする人たち', '港に並ぶ漁船と、岸で手をふる子どもたち']);
		await sato.go(`/desk/messages/${message}`);
		await sato.look('message_pictures_tasks');
		await sato.go(`/desk/messages/${message}/preview`);
		await sato.look('message_pictures_preview');
		await sato.go(`/desk/messages/${message}/submit`);
		await sato.look('message_pictures_submit');
		await sato.sees('稲刈りをする人たち', '港に並ぶ漁船と、岸で手をふる子どもたち');
		await sato.press('button', '承認を依頼する');
		const suzuki = await eyes.staff(approver, way);
		await suzuki.go(`/desk/messages/${message}/approve`);
		await suzuki.look('message_pictures_approve');
		// What is signed is seen: the pictures, and what is said of them.
		await suzuki.sees('稲刈りをする人たち', '港に並ぶ漁船と、岸で手をふる子どもたち');
		await suzuki.page.locator('#confirm').check();
		await suzuki.press('button', /承認して/);
		await eventually('it is out', async () => ['sending', 'sent'].includes(await town.sql(`SELECT state FROM message WHERE id = ${message}`)));

		const hanako = await eyes.person(MINATO, way);
		await hanako.go(`/messages?x=${message}`);
		await hanako.look('message_pictures_list');
		await hanako.press('link', `秋の港まつり（${named(way)}）`);
		await hanako.look('message_pictures_page');
		assert.deepEqual(await hanako.page.locator('.c-picture').evaluateAll((all) => all.map((i) => [i.alt, i.naturalWidth > 0])),
			[['稲刈りをする人たち', true], ['港に並ぶ漁船と、岸で手をふる子どもたち', true]]);
	});
