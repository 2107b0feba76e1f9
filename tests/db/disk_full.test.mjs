// SPDX-License-Identifier: Apache-2.0
//
// The disk is full, for data, WAL and logs (F06): pages are read as before, who writes is
// told to come again, and does when there is room; nobody has to start anything.  The house
// lies on a small file system of its own.  What nginx keeps lies on another: where it cannot
// write a page into its cache it does not give it out either, so its cache belongs elsewhere.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { forms } from '../harness/client.mjs';
import { desk } from '../harness/desk.mjs';
import { eventually, up } from '../harness/up.mjs';

const HOST = 'minato.localhost';

// All the room there is, to the last byte.
function fill(file) {
	const fd = openSync(file, 'w');
	for (let size = 1 << 20; size > 0;)
		try { size = writeSync(fd, Buffer.alloc(size)) < size ? size >> 1 : size; } catch { size >>= 1; }
	closeSync(fd);
}

test('F06 no room on the disk: reads go on, writes are refused, and all is well again by itself', { timeout: 120000 }, async (t) => {
	let small, town;
	try {
		town = await up({ at: (dir) => {
			const mount = (size, folder) => execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=711`, 'none', folder],
				{ stdio: 'ignore' });
			mount('700m', dir);
			small = dir;
			mkdirSync(join(dir, 'nginx'));
			mount('32m', join(dir, 'nginx'));
			return {};
		} });
	} catch (problem) {
		if (small) throw problem;
		return t.skip('no file system may be mounted here');
	}
	try {
		town.kill('courier', 'SIGTERM');
		const sato = await desk(town, 'sato'), ballast = join(town.dir, 'ballast');
		const token = async () => forms((await sato.get('/desk/messages/new')).text).find((f) => f.action.endsWith('/new'))
			.fields.find(([name]) => name === 'token')[1];
		const count = async () => Number(await town.sql('SELECT count(*) FROM message'));
		const press = async (key) => sato.post('/desk/messages/new', { token: key, start: 'blank' }).catch(() => ({ status: 0 }));
		const workers = () => readFileSync(`/proc/${town.pid('web')}/task/${town.pid('web')}/children`, 'utf8');
		const before = await count(), keys = [], first = workers();
		for (let n = 0; n < 200; n++) keys.push(await token());
		fill(ballast);
		// There is room in files that are there already; then it ends.
		const done = [];
		let refused;
		for (const key of keys) {
			const answer = await press(key);
			if (answer.status === 303) done.push(key);
			else { refused = { key, answer }; break; }
		}
		assert.equal(refused?.answer.status, 503);
		assert.ok(refused.answer.headers['retry-after']);
		console.log(`# ${done.length} were taken into the room that was left; then none`);
		for (const read of [() => sato.get('/desk'), () => sato.get('/messages'), () => town.get(HOST, '/subscribe')])
			assert.equal((await read()).status, 200);
		rmSync(ballast);
		await eventually('there is room again', async () => (await press(refused.key)).status === 303);
		assert.equal(await count(), before + done.length + 1);
		assert.equal(workers(), first, 'the same processes');
	} finally {
		await town.stop().catch(() => {});
		for (const folder of [join(small, 'nginx'), small])
			try { execFileSync('umount', ['-l', folder], { stdio: 'ignore' }); } catch { /* it went with the house */ }
		rmSync(small, { recursive: true, force: true });
	}
});
