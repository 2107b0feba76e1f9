// SPDX-License-Identifier: Apache-2.0
//
// The pictures of a message: sent by a clerk with their words, held until they were looked at,
// signed with the message, and public with it, on its page, in lists, feeds and for programs.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Clamd } from '../gateways/clamd.mjs';
import { desk, inside, said, written } from '../harness/desk.mjs';
import { load } from '../harness/gateways.mjs';
import { MINATO, YAMA } from '../harness/house.mjs';
import { isPage } from '../harness/invariants.mjs';
import { png, sendPicture, size } from '../harness/picture.mjs';
import { fresh } from '../harness/publish.mjs';
import { eventually, up } from '../harness/up.mjs';

const VIRUS = 'X5-not-a-virus-but-found';
const folder = mkdtempSync(join(tmpdir(), 'clamd-')), clamd = new Clamd(join(folder, 'clamd.sock'), VIRUS);
let town, writer, both, citizen, origin;
before(async () => {
	town = await up({ conf: { clamd: clamd.path } });
	[writer, both, citizen] = [await desk(town, 'sato'), await desk(town, 'suzuki'), fresh(town, MINATO)];
	origin = `https://${MINATO}:${town.port}`;
	await load(town, [
		{ host: MINATO, channel: 'line', kind: 'line', url: 'https://127.0.0.1:1', settings: { channel_id: '1656000001', destination: 'U0' }, secrets: { channel_secret: 'x' } },
		{ host: MINATO, channel: 'x', kind: 'x', url: 'https://127.0.0.1:1', settings: { user_id: '1' }, secrets: { api_key: 'x', api_secret: 'x', access_token: 'x', access_secret: 'x' } },
	]);
});
after(async () => {
	await town?.stop();
	if (clamd.server?.listening) await clamd.stop();
	rmSync(folder, { recursive: true });
});

const pictures = async (message) => JSON.parse(await town.sql(`SELECT pictures FROM message WHERE id = ${message}`));
const clean = () => eventually('all are clean', async () => await town.sql("SELECT count(*) FROM attachment WHERE state = 'waiting'") === '0');
const state = (message) => town.sql(`SELECT state FROM message WHERE id = ${message}`);
const add = async (client, message, text, file = png(1500, 900)) => {
	const path = `/desk/messages/${message}/pictures`, answer = await sendPicture(client, await client.get(path), { text_new: text }, file);
	assert.deepEqual([answer.status, answer.headers.location], [303, path], said(answer));
};
const act = async (client, message, page, fields = {}) => client.submit(await client.get(`/desk/messages/${message}/${page}`), fields, `/${page}`);
async function out(message) {
	for (const [client, page, fields] of [[writer, 'submit', {}], [both, 'approve', { act: 'approve', confirm: '1' }]]) {
		const answer = await act(client, message, page, fields);
		assert.equal(answer.status, 303, said(answer));
	}
	await eventually('it is out', async () => ['sending', 'sent'].includes(await state(message)));
}

test('added, put in order, taken away; what is wrong is said, and no file is sent twice', async () => {
	const message = await written(town, 'sato'), path = `/desk/messages/${message}/pictures`;
	const steps = isPage(await writer.get(`/desk/messages/${message}`));
	assert.match(said(steps), /写真 3枚まで。なくてもかまいません なし/);
	let page = isPage(await writer.get(path));
	for (const [file, name] of [['<script>alert(1)</script>', 'a.png'], ['%PDF-1.4\n%%EOF\n', 'a.pdf'], ['GIF89a', `${'長い名前'.repeat(62)}.gif`]]) {
		page = isPage(await sendPicture(writer, page, { text_new: '地図' }, Buffer.from(file), name), { status: 422 });
		assert.match(said(page), /写真として読めません/);
		assert.match(page.text, /name="text_new" value="地図"/);
	}
	page = isPage(await sendPicture(writer, page, { text_new: '地図' }), { status: 422 });
	assert.match(said(page), /写真のファイルを選んでください/);
	page = isPage(await sendPicture(writer, page, { text_new: '' }, png(1500, 900)), { status: 422 });
	assert.match(said(page), /何が写っているかを書いてください/);
	assert.deepEqual(await pictures(message), []);
	const late = isPage(await both.get(path));
	assert.equal((await sendPicture(writer, page, { text_1: '一枚目' })).status, 303);
	await add(writer, message, '二枚目', png(20, 20));
	await add(writer, message, '三枚目', png(30, 30));
	assert.deepEqual((await pictures(message)).map((p) => p.text), ['一枚目', '二枚目', '三枚目']);
	page = isPage(await writer.get(path));
	assert.match(said(page), /写真は3枚までです。替えるときは/);
	assert.doesNotMatch(page.text, /type="file"/);
	// Two clerks: the second is told, and what they typed is there.
	page = isPage(await sendPicture(both, late, { text_new: '別の写真' }, png(40, 40)), { status: 409 });
	assert.match(said(page), /先に保存されました.*一枚目/);
	assert.match(page.text, /value="別の写真"/);
	// In another order, and one less.
	page = isPage(await writer.get(path));
	assert.equal((await sendPicture(writer, page, { place_1: '３', place_3: '1', drop_2: '1' })).status, 303);
	assert.deepEqual((await pictures(message)).map((p) => p.text), ['三枚目', '一枚目']);
	page = isPage(await sendPicture(writer, await writer.get(path), { place_1: '9', text_2: '長'.repeat(201) }), { status: 422 });
	assert.match(said(page), /3/);
	// Files of another message are none.
	const [{ id, small }] = await pictures(message), other = await written(town, 'sato');
	await sendPicture(writer, await writer.get(`/desk/messages/${other}/pictures`), { picture_1: `${id} ${small}`, text_1: '借りた', place_1: '1' });
	assert.deepEqual(await pictures(other), []);
	const tooMany = await sendPicture(writer, await writer.get(path), Object.fromEntries([1, 2, 3].map((i) => [`picture_${i}`, `${id} ${small}`])), png(20, 20));
	assert.match(said(isPage(tooMany, { status: 422 })), /写真は3枚までです。先に1枚を外してください/);
});

test('held while it was not looked at; signed with its bytes; public when the message is out', async () => {
	if (clamd.server?.listening) await clamd.stop();
	const message = await written(town, 'sato', { by_line: 'true', by_webpush: 'true', by_x: 'true' });
	await add(writer, message, '給水所の地図');
	const [{ id, small }] = await pictures(message), page = `/messages/${message}`, url = `${page}/pictures/${id}`;
	let submit = isPage(await writer.get(`/desk/messages/${message}/submit`));
	assert.match(said(submit), /写真のウイルス検査がまだ終わっていません/);
	assert.match(said(isPage(await writer.get(`/desk/messages/${message}`))), /ウイルスの検査中/);
	await assert.rejects(inside(town, `INSERT INTO message_rendering (message_id, revision, channel, language, content) SELECT id, revision, 'site', 'ja', '{}' FROM message WHERE id = ${message};
		UPDATE message SET state = 'pending', hash = '\\x00', submitter_id = author_id WHERE id = ${message}`), /was not looked at/);
	await clamd.start();
	await clean();
	submit = isPage(await writer.get(`/desk/messages/${message}/submit`));
	assert.doesNotMatch(said(submit), /ウイルス検査/);
	// As the sender makes it, on every way.
	const preview = isPage(await writer.get(`/desk/messages/${message}/preview`));
	for (const way of ['email', 'line', 'webpush', 'x', 'site'])
		assert.match(preview.text.split(`id="as-${way}"`)[1].split('</section>\n<section class="c-way"')[0], new RegExp(`<img[^>]*src="/desk/files/${id}" alt="給水所の地図"`), way);
	const open = isPage(await writer.get(`/desk/messages/${message}/pictures`));
	assert.equal((await act(writer, message, 'submit')).status, 303);
	// The approver sees it, and not what was put in its place afterwards.
	const approve = isPage(await both.get(`/desk/messages/${message}/approve`));
	assert.match(approve.text, new RegExp(`src="/desk/files/${id}"`));
	assert.deepEqual(size((await both.get(`/desk/files/${id}`)).bytes), [1200, 720]);
	const digest = await town.sql(`SELECT encode(digest, 'hex') FROM attachment WHERE id = '${id}'`);
	await inside(town, `UPDATE attachment SET digest = '\\x00' WHERE id = '${id}'`);
	assert.equal((await both.get(`/desk/messages/${message}/approve`)).status, 409);
	assert.equal((await both.submit(approve, { act: 'approve', confirm: '1' }, '/approve')).status, 409, 'other bytes than were signed');
	assert.equal(await state(message), 'pending');
	await inside(town, `UPDATE attachment SET digest = '\\x${digest}' WHERE id = '${id}'`);
	await assert.rejects(inside(town, `UPDATE message SET pictures = '[]' WHERE id = ${message}`), /not to be changed/);
	assert.match(said(isPage(await sendPicture(writer, open, { text_1: 'ほかの言葉' }), { status: 409 })), /もう編集できません|先へ進みました|承認/);
	for (const name of [id, small]) assert.equal((await citizen.get(`${page}/pictures/${name}`)).status, 404, 'not before it is out');
	assert.equal((await act(both, message, 'approve', { act: 'approve', confirm: '1' })).status, 303);
	await eventually('it is out', async () => (await citizen.get(page)).status === 200);

	const shown = isPage(await citizen.get(page));
	assert.match(shown.text, new RegExp(`<img class="c-picture" src="${url}" alt="給水所の地図"`));
	assert.match(shown.text, new RegExp(`<meta property="og:image" content="${origin}${url}">`));
	assert.match((await citizen.get(`/messages?x=${Math.random()}`)).text, new RegExp(`src="${page}/pictures/${small}"[^>]*alt=""`));
	const got = await citizen.get(url);
	assert.deepEqual([got.status, got.headers['content-type'], got.headers['cache-control'], got.headers['cross-origin-resource-policy'], got.headers['x-content-type-options']],
		[200, 'image/png', 'public, max-age=86400, immutable', 'cross-origin', 'nosniff']);
	assert.deepEqual(size(got.bytes), [1200, 720]);
	assert.ok(!got.bytes.includes('secret-place'), 'nothing else is left in it');
	assert.deepEqual(size((await citizen.get(`${page}/pictures/${small}`)).bytes), [400, 240]);
	// nginx keeps it for everybody.
	const anybody = town.client(MINATO);
	assert.equal((await anybody.get(url)).status, 200);
	assert.equal((await anybody.send(url, { headers: { 'if-none-match': got.headers.etag } })).status, 304);
	for (const wrong of [`/messages/1/pictures/${id}`, `${page}/pictures/${id.toUpperCase()}`, `${page}/pictures/x`, `${page}/pictures/${id}x`])
		assert.equal((await citizen.get(wrong)).status, 404, wrong);
	assert.equal((await town.client(YAMA).get(url)).status, 404);

	const feed = (await citizen.get(`/feed.atom?x=${Math.random()}`)).text, bytes = got.bytes.length;
	assert.ok(feed.includes(`<link rel="enclosure" type="image/png" length="${bytes}" title="給水所の地図" href="${origin}${url}"/>`));
	const item = JSON.parse((await citizen.get(`/feed.json?x=${Math.random()}`)).text).items.find((i) => i.url === `${origin}${page}`);
	assert.deepEqual([item.image, item.attachments], [`${origin}${url}`, [{ url: `${origin}${url}`, mime_type: 'image/png', title: '給水所の地図', size_in_bytes: bytes }]]);
	const api = JSON.parse((await citizen.get(`/api/v1${page}`)).text);
	assert.deepEqual(api.pictures, [{ url: `${origin}${url}`, small_url: `${origin}${page}/pictures/${small}`, text: '給水所の地図', kind: 'image/png', bytes }]);
	const listed = JSON.parse((await citizen.get(`/api/v1/messages?x=${Math.random()}`)).text).messages;
	assert.equal(listed.find((m) => m.id === message).picture_url, `${origin}${page}/pictures/${small}`);

	// What is on the disk is what was signed, or it is not shown.
	const file = join(town.dir, 'files', '1', id.slice(0, 2), id), before = readFileSync(file);
	writeFileSync(file, png(10, 10));
	assert.equal((await citizen.get(`${url}?x=1`)).status, 404);
	writeFileSync(file, before);
	// A stop takes it back.
	await inside(town, `SET LOCAL session_replication_role = replica; UPDATE message SET state = 'stopped' WHERE id = ${message}`);
	assert.equal((await citizen.get(url)).status, 404);
});

test('a copy and a correction take the pictures along; a correction is found from the first message', async () => {
	if (!clamd.server?.listening) await clamd.start();
	const message = await written(town, 'sato', { subject: "'断水のお知らせ'" });
	await add(writer, message, '地図');
	await clean();
	await out(message);
	const had = await pictures(message);
	const copy = await writer.submit(await writer.get('/desk/messages/new'), { start: String(message) }, '/new');
	const copied = Number(/(\d+)$/.exec(copy.headers.location)[1]);
	assert.deepEqual(await pictures(copied), had);
	assert.equal((await sendPicture(writer, await writer.get(`/desk/messages/${copied}/pictures`), { drop_1: '1' })).status, 303);
	assert.deepEqual(await pictures(copied), []);
	assert.equal(await town.sql(`SELECT count(*) FROM attachment WHERE kept AND id IN ('${had[0].id}', '${had[0].small}')`), '2', 'the first one shows them');

	const made = await writer.submit(await writer.get(`/desk/messages/${message}/correct`), {}, '/correct');
	const correction = Number(/(\d+)$/.exec(made.headers.location)[1]);
	assert.deepEqual(await pictures(correction), had);
	assert.doesNotMatch((await citizen.get(`/messages/${message}`)).text, /訂正があります/, 'a draft is no news');
	await inside(town, `UPDATE message SET scheduled = true, valid_until = now() + interval '1 day', publish_until = now() + interval '30 days' WHERE id = ${correction}`);
	await out(correction);
	const first = isPage(await citizen.get(`/messages/${message}`));
	assert.match(first.text, new RegExp(`訂正があります[\\s\\S]*<a href="/messages/${correction}" lang="ja">【訂正】断水のお知らせ</a>`));
	assert.match(isPage(await citizen.get(`/messages/${correction}`)).text, new RegExp(`次のお知らせを訂正するものです。 <a href="/messages/${message}"`));
	const rows = (await citizen.get(`/messages?x=${Math.random()}`)).text.split('<li class="c-list__row');
	assert.match(rows.find((r) => r.includes(`href="/messages/${message}"`)), /訂正があります/);
	assert.doesNotMatch(rows.find((r) => r.includes(`href="/messages/${correction}"`)), /訂正があります/);
	const api = async (id) => JSON.parse((await citizen.get(`/api/v1/messages/${id}?x=${Math.random()}`)).text);
	assert.deepEqual([(await api(message)).correction.url, (await api(correction)).corrects], [`${origin}/messages/${correction}`,
		{ id: message, subject: '断水のお知らせ', url: `${origin}/messages/${message}` }]);
	const feed = (await citizen.get(`/feed.atom?x=${Math.random()}`)).text;
	assert.ok(feed.includes(`<link rel="related" type="text/html" title="訂正があります" href="${origin}/messages/${correction}"/>`));
	// When its time is over it leads nowhere; that of one that is stopped: tests/db/message.sql.
	await inside(town, `SET LOCAL session_replication_role = replica; UPDATE message SET publish_until = now() WHERE id = ${correction}`);
	assert.doesNotMatch((await citizen.get(`/messages/${message}`)).text, /訂正があります/);
});

test('a virus: said, and in the way until it is taken away', async () => {
	if (!clamd.server?.listening) await clamd.start();
	const message = await written(town, 'sato');
	await add(writer, message, '写真');
	await clean();
	await inside(town, `UPDATE attachment SET state = 'infected' WHERE id = '${(await pictures(message))[0].id}'`);
	assert.match(said(isPage(await writer.get(`/desk/messages/${message}/pictures`))), /ウイルスが見つかりました。外してから/);
	assert.match(said(isPage(await writer.get(`/desk/messages/${message}/submit`))), /写真からウイルスが見つかりました/);
	assert.equal((await sendPicture(writer, await writer.get(`/desk/messages/${message}/pictures`), { drop_1: '1' })).status, 303);
	await out(message);
});
