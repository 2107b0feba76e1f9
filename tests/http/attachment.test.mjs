// SPDX-License-Identifier: Apache-2.0
//
// Files that people send (R37, R38): held until clamd has looked, whatever clamd does;
// handed out by nginx by the program's word only; taken away when nobody kept them.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { Clamd } from '../gateways/clamd.mjs';
import { desk, inside } from '../harness/desk.mjs';
import { eventually, up } from '../harness/up.mjs';
import { once_survey } from './right.mjs';

// A virus of our own, so that the tests need no sample; with samples the usual one, too.
const folder = mkdtempSync(join(tmpdir(), 'clamd-')), virus = 'X5-not-a-virus-but-found';
const clamd = new Clamd(join(folder, 'clamd.sock'), virus);
let town, clerk, tenant;
before(async () => {
	town = await up({ conf: { clamd: clamd.path } });
	clerk = await desk(town, 'sato');
	tenant = await town.sql(`SELECT tenant_id FROM tenant_host WHERE host = 'minato.localhost'`);
});
after(async () => {
	await town?.stop();
	if (clamd.server?.listening) await clamd.stop();
	rmSync(folder, { recursive: true });
});

const place = (id) => join(town.dir, 'files', tenant, id.slice(0, 2), id);
// As attachment_add leaves it.
async function file(bytes, { name = 'photo.jpg', kind = 'image/jpeg', more = '' } = {}) {
	const id = randomUUID();
	mkdirSync(dirname(place(id)), { recursive: true });
	writeFileSync(place(id), bytes);
	await inside(town, `INSERT INTO attachment (id, purpose, owner_id, kind, name, bytes) VALUES
		('${id}', 'survey', 1, '${kind}', '${name}', ${Buffer.byteLength(bytes)}); ${more.replaceAll('$id', `'${id}'`)}`);
	return id;
}
const state = (id) => town.sql(`SELECT state FROM attachment WHERE id = '${id}'`);
const get = (id) => clerk.get(`/desk/files/${id}`);

test('F40 while clamd is away, slow, closes or says no, a file is held', async () => {
	const id = await file('pixels');
	assert.match((await get(id)).text, /検査を待っています/);
	await eventually('a try without clamd', async () => Number(await town.sql(`SELECT tries FROM attachment WHERE id = '${id}'`)) > 0);
	assert.equal(await state(id), 'waiting');
	await clamd.start();
	for (const mood of ['closing', 'full']) {
		clamd.mood = mood;
		const other = await file('pixels');
		await eventually(`a try while clamd is ${mood}`, async () => Number(await town.sql(`SELECT tries FROM attachment WHERE id = '${other}'`)) > 0);
		assert.equal(await state(other), 'waiting', mood);
		assert.doesNotMatch((await get(other)).text, /^pixels/);
	}
	clamd.mood = 'well';
	await town.sql('UPDATE attachment SET due = now() WHERE due IS NOT NULL');
	await eventually('clean', async () => await state(id) === 'clean');
});

test('F40 while clamd does not answer, the answer that a file is of is sent all the same', async () => {
	await eventually('nothing else waits', async () => await town.sql('SELECT count(*) FROM attachment WHERE due IS NOT NULL') === '0');
	clamd.mood = 'silent';
	const id = await file('pixels');
	await eventually('clamd is looking', async () => clamd.sockets.size > 0);
	await inside(town, `SELECT id FROM attachment WHERE id = '${id}' FOR UPDATE NOWAIT; UPDATE attachment SET kept = true WHERE id = '${id}'`);
	assert.equal(await state(id), 'waiting');
	clamd.mood = 'well';
	for (const socket of clamd.sockets) socket.destroy();
	await eventually('its try is over', async () => Number(await town.sql(`SELECT tries FROM attachment WHERE id = '${id}'`)) > 0);
	await town.sql('UPDATE attachment SET due = now() WHERE due IS NOT NULL');
	await eventually('clean', async () => await state(id) === 'clean');
	assert.equal(await town.sql(`SELECT kept FROM attachment WHERE id = '${id}'`), 't');
});

test('a clean one is handed out for what it is, and only to staff of this town', async () => {
	const name = '写真 "1";\'\\.jpg', id = await file('pixels of a cat', { name: name.replaceAll('\'', '\'\'') });
	await eventually('clean', async () => await state(id) === 'clean');
	const answer = await get(id);
	assert.equal(answer.status, 200);
	assert.equal(answer.text, 'pixels of a cat');
	assert.equal(answer.headers['content-type'], 'image/jpeg');
	assert.equal(answer.headers['x-content-type-options'], 'nosniff');
	assert.equal(answer.headers['content-disposition'], `inline; filename*=UTF-8''${encodeURIComponent(name).replace(/'/g, '%27')}`);
	assert.match(answer.headers['content-security-policy'], /default-src 'none'; sandbox/);
	assert.equal(answer.headers['cache-control'], 'no-store');
	assert.equal(answer.headers['x-accel-redirect'], undefined);

	const pdf = await file('%PDF-1.4', { kind: 'application/pdf', name: '申請.pdf' });
	await eventually('clean', async () => await state(pdf) === 'clean');
	assert.match((await get(pdf)).headers['content-disposition'], /^attachment;.*\.pdf$/);
	assert.doesNotMatch((await get(pdf)).headers['content-disposition'], /pdf\.pdf/);

	// A name that was cut, and one of another kind.
	for (const [sent, end] of [['長'.repeat(99) + '…', '%E2%80%A6.jpg'], ['a.exe', 'a.exe.jpg'], ['IMG.JPEG', 'IMG.JPEG']]) {
		const one = await file('pixels of a cat', { name: sent });
		await eventually('clean', async () => await state(one) === 'clean');
		assert.ok((await get(one)).headers['content-disposition'].endsWith(end), sent);
	}

	const nobody = town.client('minato.localhost'), other = await desk(town, (await town.sql(`SELECT s.login FROM staff s JOIN tenant_host h ON h.tenant_id = s.tenant_id
		WHERE h.host = 'yama.localhost' AND s.state = 'active' AND EXISTS (SELECT FROM staff_role r WHERE r.staff_id = s.id AND r.tenant_id = s.tenant_id) LIMIT 1`)), 'yama.localhost');
	assert.equal((await nobody.get(`/desk/files/${id}`)).status, 303);
	assert.equal((await other.get(`/desk/files/${id}`)).status, 404);
	for (const path of [`/files/${tenant}/${id.slice(0, 2)}/${id}`, '/files/', `/files/../files/${tenant}`, `/desk/files/..%2f..%2fetc%2fpasswd`,
		`/desk/files/${id.toUpperCase()}`, `/desk/files/${id}x`, `/desk/files/${id.replaceAll('-', '0')}`, `/desk/files/${'-'.repeat(36)}`])
		assert.ok([400, 404].includes((await clerk.get(path)).status), path);
});

test('F40 an infected one is gone, and staff are told', async () => {
	const id = await file(`pixels ${virus}`);
	await eventually('found', async () => await state(id) === 'infected');
	assert.ok(!existsSync(place(id)), 'no byte of it is left');
	assert.match((await get(id)).text, /ウイルスが見つかった/);
	assert.match(town.log('courier.log'), /attachment\.infected .*found="Eicar-Test-Signature"/);
});

test('what no answer was sent with goes after a month', async () => {
	const old = `day = current_date - 40`;
	const loose = await file('loose', { more: `UPDATE attachment SET ${old} WHERE id = $id` });
	const kept = await file('kept', { more: `UPDATE attachment SET ${old}, kept = true WHERE id = $id` });
	await eventually('taken away', async () => await state(loose) === '' && !existsSync(place(loose)));
	await eventually('looked at', async () => await state(kept) === 'clean');
	assert.equal(readFileSync(place(kept), 'utf8'), 'kept');
});

// A black square as JPEG, in which a telephone has noted where it was.
const square = Buffer.from('/9j/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/2wBDAQkJCQwLDBgNDRgyIRwhMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjL/wAARCAAQABADASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwD5/ooooA//2Q==', 'base64');
const exif = Buffer.concat([Buffer.from([0xff, 0xe1, 0, 0x3a]), Buffer.from('Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\x01\x0f\0\x02\0\0\0\x04GPS!\0\0\0\0secret-place', 'latin1')]);
const photo = Buffer.concat([square.subarray(0, 2), exif, square.subarray(2)]);

// A survey with a question for photos, and somebody at its page.
async function photos() {
	const survey = await once_survey(town, 'minato.localhost', { mode: 'anyone', questions: { edition: 1, languages: ['ja'], questions: [
		{ code: 'q1', kind: 'file', required: true, texts: { ja: { label: '壊れた所の写真' } }, settings: { max: 3 }, show: null, jumps: [], choices: [] },
		{ code: 'q2', kind: 'text', required: true, texts: { ja: { label: '場所' } }, settings: {}, show: null, jumps: [], choices: [] }] } });
	const client = town.client('minato.localhost'), path = `/surveys/${survey}/q/all`, edge = 'x1x1x1';
	await client.submit(await client.get(`/surveys/${survey}`), {}, `/surveys/${survey}`);
	const send = async (page, values, files = []) => {
		const form = page.text.match(/<form class="c-form"[\s\S]*?<\/form>/)[0];
		assert.match(form, /enctype="multipart\/form-data"/);
		const hidden = Object.fromEntries([...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map((m) => [m[1], m[2]]));
		const parts = Object.entries({ ...hidden, ...values }).map(([name, value]) => Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`));
		for (const [name, bytes] of files) parts.push(Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="q1_file"; filename="${name}"\r\nContent-Type: image/jpeg\r\n\r\n`), bytes, Buffer.from('\r\n'));
		return client.send(path, { method: 'POST', body: Buffer.concat([...parts, Buffer.from(`--${edge}--\r\n`)]),
			headers: { 'content-type': `multipart/form-data; boundary=${edge}`, origin: `https://minato.localhost:${town.port}` } });
	};
	return { survey, client, path, send };
}

test('a question for files: kept when the form is shown again, made anew, sent with the answer', async () => {
	const { survey, client, path, send } = await photos();
	// One is a photo with a name that would lead out, one is none; and the other question is empty.
	let page = await send(await client.get(path), { q2: '' }, [['../../../etc/x.jpg', photo], ['page.jpg', Buffer.from('<script>alert(1)</script>')]]);
	assert.equal(page.status, 422);
	assert.match(page.text, /受け取れるのは写真/);
	assert.match(page.text, /x\.jpg \(1 KB\)/, 'the good one is there');
	const [id] = page.text.match(/name="q1" value="([^"]+)"/)[1].split(' ');
	page = await send(page, { q2: '公園' });
	assert.equal(page.status, 303, page.text.match(/problem"[^>]*>.*/)?.[0]);
	const done = await client.submit(await client.get(page.headers.location), {}, '/check');
	assert.equal(done.status, 303);
	assert.equal(await town.sql(`SELECT kept, name, owner_id FROM attachment WHERE id = '${id}'`), `t|x.jpg|${survey}`);
	assert.equal(await town.sql(`SELECT answers ->> 'q1' FROM response WHERE answers @> '{"q1": ["${id}"]}'`), `["${id}"]`);
	await eventually('clean', async () => await state(id) === 'clean');
	const bytes = (await get(id)).bytes;
	assert.equal(bytes.readUInt16BE(0), 0xffd8);
	assert.ok(!bytes.includes('secret-place') && !bytes.includes('Exif'), 'no place is left in it');
});

test('F40 whoever sent an infected one is told, and the answer does not go without what is required', async () => {
	const { survey, client, path, send } = await photos();
	const check = (await send(await client.get(path), { q2: '公園' }, [['壊れた所.jpg', photo]])).headers.location, first = await client.get(check);
	const [id] = (await client.get(path)).text.match(/name="q1" value="([^"]+)"/)[1].split(' ');
	await town.sql(`UPDATE attachment SET state = 'infected', due = NULL WHERE id = '${id}'`);
	assert.match((await client.get(check)).text, /壊れた所\.jpg（ウイルスが見つかったため、消しました）/);
	const back = await client.submit(first, {}, '/check');
	assert.equal(back.headers.location, `${path}?check=1`);
	const again = await client.get(back.headers.location);
	assert.match(again.text, /壊れた所\.jpg（ウイルスが見つかったため、消しました）/);
	const wrong = await send(again, { q2: '公園' });
	assert.equal(wrong.status, 422);
	assert.match(wrong.text, /ほかのファイルを選ぶか/);
	assert.doesNotMatch(wrong.text, /壊れた所\.jpg/);
	assert.equal((await send(wrong, { q2: '公園' })).status, 422, 'it is required');
	assert.equal((await send(wrong, { q2: '公園' }, [['もう1枚.jpg', photo]])).headers.location, check);
	assert.equal((await client.submit(await client.get(check), {}, '/check')).headers.location, `/surveys/${survey}/done`);
});

test('more than ten megabytes are too much, and an id of another survey is none', async () => {
	const survey = await once_survey(town, 'minato.localhost', { mode: 'anyone' }), client = town.client('minato.localhost');
	const big = await client.send(`/surveys/${survey}/q/q1`, { method: 'POST', body: Buffer.alloc(12 << 20), headers: { 'content-type': 'multipart/form-data; boundary=x' } })
		.catch(() => ({ status: 413 }));
	assert.equal(big.status, 413);
});

test('with no clamd at all a file waits, but where somebody develops', async () => {
	for (const [development, comes] of [['no', 'waiting'], ['yes', 'clean']]) {
		const other = await up({ conf: { development } });
		try {
			const id = randomUUID(), row = () => other.sql(`SELECT state, tries FROM attachment WHERE id = '${id}'`);
			await inside(other, `INSERT INTO attachment (id, purpose, owner_id, kind, name, bytes) VALUES ('${id}', 'survey', 1, 'image/jpeg', 'x.jpg', 6)`);
			assert.match(await eventually('somebody looked', async () => /^clean|[1-9]$/.test(await row()) && row()), new RegExp(`^${comes}`), development);
		} finally {
			await other.stop();
		}
	}
});
