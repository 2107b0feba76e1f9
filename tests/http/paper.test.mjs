// SPDX-License-Identifier: Apache-2.0
//
// A message for those whom no screen reaches: on paper (回覧), and read aloud.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test, { after } from 'node:test';
import { desk, written } from '../harness/desk.mjs';
import { png, square } from '../harness/picture.mjs';
import { fresh, pictured, publish } from '../harness/publish.mjs';
import { up } from '../harness/up.mjs';

const town = await up();
after(() => town.stop());
const minato = fresh(town, 'minato.localhost');

function of(pdf, tool, ...args) {
	const out = spawnSync(tool, [...args, '-', ...(tool === 'pdftotext' ? ['-'] : [])], { input: pdf });
	assert.equal(out.status, 0, String(out.stderr));
	return String(out.stdout);
}
const text = (pdf) => of(pdf, 'pdftotext', '-raw').replaceAll(/\s+/g, '');
const pages = (pdf) => Number(/^Pages:\s+(\d+)$/m.exec(of(pdf, 'pdfinfo'))[1]);

test('the circular says what the page says', async () => {
	const id = await publish(town, { subject: '粗大ごみの日が変わります' });
	await town.sql(`SET session_replication_role = replica;
		UPDATE message_rendering SET content = content || '{"text": "来月から、第2火曜日になります。\\n・朝8時まで\\n・シールを貼る"}' WHERE message_id = ${id}`);
	const answer = await minato.get(`/messages/${id}/circular`);
	assert.equal(answer.status, 200);
	assert.equal(answer.headers['content-type'], 'application/pdf');
	assert.equal(answer.headers['set-cookie'], undefined);
	const said = text(answer.bytes);
	for (const words of ['回覧', 'みなと市', '粗大ごみの日が変わります', '来月から、第2火曜日になります。', '・シールを貼る', 'お問い合わせ', `/messages/${id}`, '確認'])
		assert.ok(said.includes(words), words);
	assert.match(of(answer.bytes, 'pdffonts'), /BIZUDGothic.* yes /);
	assert.match(of(answer.bytes, 'pdfinfo'), /^Title:\s+粗大ごみの日が変わります$/m);
	assert.match(of(answer.bytes, 'pdfinfo'), /595\.28 x 841\.89 pts \(A4\)/);
	assert.equal(pages(answer.bytes), 1);
	assert.ok((await minato.get(`/messages/${id}`)).text.includes(`href="/messages/${id}/circular"`));
});

test('signs of telephones stand on it, and no empty box', async () => {
	const id = await publish(town, { subject: '救急車🚑と、はしご車🚒' });
	await town.sql(`SET session_replication_role = replica;
		UPDATE message_rendering SET content = content || '{"text": "👨‍👩‍👧 家族で 🎉 ①～⑳ ㈱ ﾊﾝｶｸ 髙﨑 𠮷野家"}' WHERE message_id = ${id}`);
	const { bytes } = await minato.get(`/messages/${id}/circular`);
	assert.ok(text(bytes).includes('はしご車'));
	assert.ok(of(bytes, 'pdfimages', '-list').split('\n').filter((l) => / image /.test(l)).length >= 4, 'in colour');
	assert.doesNotMatch(town.log('web.log'), /paper\.no_font/);
});

test('a long one goes on to further pages, and nothing of it is lost', async () => {
	const id = await publish(town, { subject: '長'.repeat(100) });
	const lines = Array.from({ length: 200 }, (_, i) => `${i}番目の文です。ここは長めにしておきます。`).join('\\n');
	await town.sql(`SET session_replication_role = replica;
		UPDATE message_rendering SET content = content || '{"text": "${lines}"}' WHERE message_id = ${id}`);
	const { bytes } = await minato.get(`/messages/${id}/circular`);
	assert.ok(pages(bytes) > 3);
	const said = text(bytes);
	for (let i = 0; i < 200; i++) assert.ok(said.includes(`${i}番目の文です。`), `line ${i}`);
});

test('pictures stand on it, a JPEG as it is, each with its words', async () => {
	const id = await publish(town, { subject: '写真つき' });
	await pictured(town, id, [[square, 'image/jpeg', '黒い四角'], [png(1200, 900), 'image/png', '灰色の広場'], [png(900, 1200), 'image/png', '高い塔']]);
	const { bytes } = await minato.get(`/messages/${id}/circular`);
	const list = of(bytes, 'pdfimages', '-list').split('\n').filter((l) => / image /.test(l)).map((l) => l.trim().split(/\s+/));
	assert.deepEqual(list.map((l) => [l[3], l[4], l[8]]), [['16', '16', 'jpeg'], ['1200', '900', 'image'], ['900', '1200', 'image']]);
	for (const words of ['黒い四角', '灰色の広場', '高い塔', 'お問い合わせ']) assert.ok(text(bytes).includes(words), words);
	assert.equal(pages(bytes), 2);
	// One that is not what was approved is on no paper.
	await town.sql(`SET session_replication_role = replica; UPDATE attachment SET digest = sha256('x') WHERE id = (SELECT (pictures->1->>'id')::uuid FROM message WHERE id = ${id})`);
	const less = (await minato.get(`/messages/${id}/circular`)).bytes;
	assert.ok(!text(less).includes('灰色の広場') && text(less).includes('高い塔'));
});

test('what is withdrawn, has ended or is none is on no paper', async () => {
	const stopped = await publish(town, { state: 'stopped' });
	const ended = await publish(town, { age: '3 days', ends: '-1 hours' });
	const draft = await publish(town, { state: 'draft' });
	assert.equal((await minato.get(`/messages/${stopped}/circular`)).status, 410);
	assert.equal((await minato.get(`/messages/${ended}/circular`)).status, 410);
	assert.equal((await minato.get(`/messages/${draft}/circular`)).status, 404);
});

test('staff have both before anything goes out', async () => {
	const sato = await desk(town, 'sato');
	const id = await written(town, 'sato', { body: "E'## 日時\\n\\n- 10時から\\n- [市のページ](https://minato.example.jp/)を見てください'" });
	const pdf = await sato.get(`/desk/messages/${id}/circular`);
	assert.equal(pdf.headers['content-type'], 'application/pdf');
	assert.ok(text(pdf.bytes).includes('断水のお知らせ'));
	const preview = (await sato.get(`/desk/messages/${id}/preview`)).text;
	for (const page of ['circular', 'voice']) assert.ok(preview.includes(`href="/desk/messages/${id}/${page}"`), page);
	const voice = await sato.get(`/desk/messages/${id}/voice`);
	assert.equal(voice.status, 200);
	assert.match(voice.text, /こちらは、みなと市です。\n/);
	assert.equal(voice.text.split('10時から。').length, 3, 'said twice');
	assert.ok(voice.text.includes('市のページを見てください。'));
	assert.ok(!/https?:\/\/minato\.example/.test(voice.text.split('c-preview__plain')[1].split('</p>')[0]));
});
