// SPDX-License-Identifier: Apache-2.0
//
// One bit of the disk turns over, in a table and in an index (F07): nothing false is shown.
// Whoever asks gets a clean refusal, the log says so loudly, everything else goes on, and
// PostgreSQL's own tool finds the file.
import assert from 'node:assert/strict';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { postgres } from '../harness/cluster.mjs';
import { desk, said } from '../harness/desk.mjs';
import { eventually, up } from '../harness/up.mjs';

const HOST = 'minato.localhost';
let town, sato, data;
before(async () => {
	town = await up();
	town.kill('courier', 'SIGTERM');
	sato = await desk(town, 'sato');
	data = join(town.dir, 'pg');
});
after(() => town?.stop());

const settled = () => eventually('the site', async () => (await town.get(HOST, '/healthz')).status === 200);

// In the last quarter of a page, where rows lie; with the server down, as a disk would.
async function flip(relation) {
	const path = join(data, await town.sql(`CHECKPOINT; SELECT pg_relation_filepath('${relation}')`));
	await postgres('pg_ctl', '-D', data, '-m', 'fast', '-w', '-s', 'stop');
	const fd = openSync(path, 'r+'), at = 8000, byte = Buffer.alloc(1);
	readSync(fd, byte, 0, 1, at);
	byte[0] ^= 1;
	writeSync(fd, byte, 0, 1, at);
	closeSync(fd);
	const found = await postgres('pg_checksums', '--check', '-D', data).then(() => '', ({ stdout, stderr }) => stdout + stderr);
	await town.again('postgres');
	return { found, mend: async () => {
		await postgres('pg_ctl', '-D', data, '-m', 'fast', '-w', '-s', 'stop');
		const again = openSync(path, 'r+');
		byte[0] ^= 1;
		writeSync(again, byte, 0, 1, at);
		closeSync(again);
		await town.again('postgres');
		await settled();
	} };
}

test('F07 the server of the demonstration and of every test has checksums', async () => {
	assert.equal(await town.sql('SHOW data_checksums'), 'on');
});

for (const [what, relation, page] of [['a table', 'message', '/desk/messages'], ['an index', 'message_pkey', '/desk/messages/1']]) {
	test(`F07 a bit of ${what} turns over: refused, never shown, found`, { timeout: 120000 }, async () => {
		const whole = await sato.get(page), rows = await town.sql('SELECT count(*) FROM message');
		assert.equal(whole.status, 200);
		const { found, mend } = await flip(relation);
		assert.match(found, /checksum verification failed in file/, 'pg_checksums');
		await settled();
		const answer = await sato.get(page);
		assert.equal(answer.status, 500);
		assert.match(said(answer), /申し訳ありません。こちらの不具合です。/);
		assert.doesNotMatch(answer.text, /checksum|invalid page|relation/);
		for (const other of ['/help', '/surveys', '/subscribe'])
			assert.equal((await town.get(HOST, other)).status, 200, other);
		assert.match(town.log('web.log'), /level=error .*XX001/);
		await mend();
		assert.deepEqual([(await sato.get(page)).status, await town.sql('SELECT count(*) FROM message')], [200, rows]);
	});
}
