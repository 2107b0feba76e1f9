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

test('while clamd is away, slow, closes or says no, a file is held', async () => {
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
	assert.match((await get(pdf)).headers['content-disposition'], /^attachment;/);

	const nobody = town.client('minato.localhost'), other = await desk(town, (await town.sql(`SELECT s.login FROM staff s JOIN tenant_host h ON h.tenant_id = s.tenant_id
		WHERE h.host = 'yama.localhost' AND s.state = 'active' AND EXISTS (SELECT FROM staff_role r WHERE r.staff_id = s.id AND r.tenant_id = s.tenant_id) LIMIT 1`)), 'yama.localhost');
	assert.equal((await nobody.get(`/desk/files/${id}`)).status, 303);
	assert.equal((await other.get(`/desk/files/${id}`)).status, 404);
	for (const path of [`/files/${tenant}/${id.slice(0, 2)}/${id}`, '/files/', `/files/../files/${tenant}`, `/desk/files/..%2f..%2fetc%2fpasswd`,
		`/desk/files/${id.toUpperCase()}`, `/desk/files/${id}x`])
		assert.ok([400, 404].includes((await clerk.get(path)).status), path);
});

test('an infected one is gone, and staff are told', async () => {
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
