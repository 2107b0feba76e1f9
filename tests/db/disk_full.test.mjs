// SPDX-License-Identifier: Apache-2.0
//
// The disk is full, for data, WAL and logs (F06): pages are read as before, who writes is
// told to come again, and does when there is room; nobody has to start anything.  The house
// lies on a small file system of its own.  Pages that nginx keeps lie in memory: where it
// cannot write a page into its cache it cuts it off.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
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
			execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=700m,mode=711', 'none', dir], { stdio: 'ignore' });
			small = dir;
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
		// Whoever is nobody gets pages that nginx would keep, new ones and large ones, whole.
		for (const path of ['/', '/messages', '/events', '/surveys', '/help', '/feed.atom', '/api/v1/messages', '/messages?page=2']) {
			const page = await town.get(HOST, path);
			assert.equal(page.status, 200, path);
			assert.match(page.text, /(<\/html>|<\/feed>|\})\s*$/, path);
		}
		assert.match(readFileSync(join(town.dir, 'nginx/chromo.conf'), 'utf8'), /^fastcgi_cache_path \/dev\/shm\//m);
		rmSync(ballast);
		await eventually('there is room again', async () => (await press(refused.key)).status === 303);
		assert.equal(await count(), before + done.length + 1);
		assert.equal(workers(), first, 'the same processes');
	} finally {
		await town.stop().catch(() => {});
		try { execFileSync('umount', ['-l', small], { stdio: 'ignore' }); } catch { /* it went with the house */ }
		rmSync(small, { recursive: true, force: true });
	}
});
