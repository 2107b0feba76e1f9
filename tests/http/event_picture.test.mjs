// SPDX-License-Identifier: Apache-2.0
//
// The picture of an event: sent by a clerk, made anew in two sizes, held until it was looked
// at, then on its page, in the list and in previews elsewhere; shared by a copy.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Clamd } from '../gateways/clamd.mjs';
import { desk, inside, said } from '../harness/desk.mjs';
import { makeEvent } from '../harness/event.mjs';
import { MINATO, YAMA } from '../harness/house.mjs';
import { isPage } from '../harness/invariants.mjs';
import { png, sendPicture as send, size } from '../harness/picture.mjs';
import { eventually, up } from '../harness/up.mjs';

const folder = mkdtempSync(join(tmpdir(), 'clamd-')), clamd = new Clamd(join(folder, 'clamd.sock'), 'X5-not-a-virus-but-found');
let town, writer, both, citizen;
before(async () => {
	town = await up({ conf: { clamd: clamd.path } });
	[writer, both, citizen] = [await desk(town, 'sato'), await desk(town, 'suzuki'), town.client(MINATO)];
});
after(async () => {
	await town?.stop();
	if (clamd.server?.listening) await clamd.stop();
	rmSync(folder, { recursive: true });
});

const picture = (event) => town.sql(`SELECT picture, picture_small, picture_text FROM event WHERE id = ${event}`);

test('sent, held, shown everywhere, copied, taken away', async () => {
	const { event } = await makeEvent(town, { title: '星の会' }), path = `/desk/events/${event}/picture`;
	// What is wrong is said, and the picture need not be sent twice.
	let page = isPage(await writer.get(path));
	page = isPage(await send(writer, page, { picture_text: '星' }, Buffer.from('<script>alert(1)</script>')), { status: 422 });
	assert.match(said(page), /写真として読めません/);
	page = isPage(await send(writer, page, { picture_text: '星' }, Buffer.from('%PDF-1.4\n%%EOF\n'), 'a.pdf'), { status: 422 });
	assert.match(said(page), /写真として読めません/);
	page = isPage(await send(writer, page, { picture_text: '' }, png(1500, 900)), { status: 422 });
	assert.match(said(page), /何が写っているかを書いてください/);
	assert.equal(await picture(event), '||');
	const late = isPage(await both.get(path));
	assert.equal((await send(writer, page, { picture_text: '望遠鏡と星' })).status, 303);
	const [large, small] = (await picture(event)).split('|');
	assert.match(large, /^[0-9a-f-]{36}$/);
	assert.equal(await town.sql(`SELECT count(*) FROM attachment WHERE kept AND id IN ('${large}', '${small}')`), '2');
	// Nobody sees what was not looked at.
	assert.match(said(await writer.get(path)), /ウイルスの検査が終わると/);
	assert.doesNotMatch((await citizen.get(`/events/${event}`)).text, /<img/);
	assert.equal((await citizen.get(`/events/${event}/picture/${large}`)).status, 404);
	await clamd.start();
	await eventually('both are clean', async () => await town.sql(`SELECT count(*) FROM attachment WHERE state = 'clean' AND id IN ('${large}', '${small}')`) === '2');
	page = await eventually('on the page', async () => {
		const shown = isPage(await citizen.get(`/events/${event}?x=${Math.random()}`));
		return shown.text.includes('<img') && shown;
	});
	assert.match(page.text, new RegExp(`<img class="c-picture" src="/events/${event}/picture/${large}" alt="望遠鏡と星"`));
	assert.match(page.text, new RegExp(`<meta property="og:image" content="https://${MINATO}:${town.port}/events/${event}/picture/${large}">`));
	assert.match((await citizen.get(`/events/${event}/schema`)).text, new RegExp(`"image":"https:.*${large}"`));
	assert.match((await citizen.get(`/events?x=${Math.random()}`)).text, new RegExp(`src="/events/${event}/picture/${small}"[^>]*alt=""`));
	const bytes = await citizen.get(`/events/${event}/picture/${large}`);
	assert.deepEqual([bytes.status, bytes.headers['content-type'], bytes.headers['cache-control']], [200, 'image/png', 'public, max-age=86400']);
	assert.deepEqual(size(bytes.bytes), [1200, 720]);
	assert.ok(!bytes.bytes.includes('secret-place'), 'nothing else is left in it');
	assert.deepEqual(size((await citizen.get(`/events/${event}/picture/${small}`)).bytes), [400, 240]);
	// Not under another event, in another town, or by another way of writing.
	const other = await makeEvent(town, { title: 'ほかの会' });
	for (const wrong of [`/events/${other.event}/picture/${large}`, `/events/${event}/picture/${large.toUpperCase()}`, `/events/${event}/picture/x`])
		assert.equal((await citizen.get(wrong)).status, 404, wrong);
	assert.equal((await town.client(YAMA).get(`/events/${event}/picture/${large}`)).status, 404);
	const draft = await makeEvent(town, { title: '下書き', state: 'draft', columns: { picture: `'${large}'`, picture_small: `'${small}'`, picture_text: '\'星\'' } });
	assert.equal((await citizen.get(`/events/${draft.event}/picture/${large}`)).status, 404, 'a draft shows nothing');
	// Two clerks: the second is told.
	page = isPage(await send(both, late, { picture_text: '夜の空' }, png(20, 20)), { status: 409 });
	assert.match(said(page), /先に保存されました.*望遠鏡と星/);
	// A copy shows the same files, and they stay when the first event drops them.
	const copy = await writer.submit(await writer.get(`/desk/events/new?copy=${event}`), { title: '来年の会' }, 'desk/events');
	const copied = /(\d+)$/.exec(copy.headers.location)[1];
	assert.equal(await picture(copied), `${large}|${small}|望遠鏡と星`);
	assert.equal((await send(writer, await writer.get(`/desk/events/${copied}/picture`), { picture_text: '星' })).status, 303, 'its words alone');
	assert.equal(await picture(copied), `${large}|${small}|星`);
	assert.equal((await send(writer, await writer.get(path), { drop: 1 })).status, 303);
	assert.equal(await picture(event), '||');
	assert.equal(await town.sql(`SELECT kept FROM attachment WHERE id = '${large}'`), 't');
	assert.equal((await citizen.get(`/events/${event}/picture/${large}`)).status, 404);
	await send(writer, await writer.get(`/desk/events/${copied}/picture`), { drop: 1 });
	await inside(town, `UPDATE event SET picture = NULL, picture_small = NULL, picture_text = '' WHERE id = ${draft.event}`);
	assert.equal(await town.sql(`SELECT kept FROM attachment WHERE id = '${large}'`), 'f', 'nobody shows it any more');
	// An id of somebody else's file is none.
	await send(writer, await writer.get(path), { picture: `${large.replace(/^./, (c) => c === 'f' ? '0' : 'f')} ${small}`, picture_text: '星' });
	assert.equal(await picture(event), '||');
});

test('more than ten megabytes are too much', async () => {
	const { event } = await makeEvent(town);
	const big = await writer.send(`/desk/events/${event}/picture`, { method: 'POST', body: Buffer.alloc(12 << 20), headers: { 'content-type': 'multipart/form-data; boundary=x' } })
		.catch(() => ({ status: 413 }));
	assert.equal(big.status, 413);
});
