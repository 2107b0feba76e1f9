// SPDX-License-Identifier: Apache-2.0
//
// Memory, descriptors and processes have an end (F09, F10): the kernel kills a worker, or
// nothing more can be opened.  Who asked at that moment gets a clean refusal and is done
// when they ask again, once; there are workers again without anybody's hand, and those
// that die of their start are not started as fast as the machine can.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { forms } from '../harness/client.mjs';
import { desk } from '../harness/desk.mjs';
import { eventually, sleep, up } from '../harness/up.mjs';

const WORKERS = 5;
let town, sato;
before(async () => {
	town = await up();
	town.kill('courier', 'SIGTERM');
	sato = await desk(town, 'sato');
});
after(() => town?.stop());

const workers = () => {
	const pid = town.pid('web');
	return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
};
const token = async () => forms((await sato.get('/desk/messages/new')).text).find((f) => f.action.endsWith('/new'))
	.fields.find(([name]) => name === 'token')[1];
const count = async () => Number(await town.sql('SELECT count(*) FROM message'));
const died = () => [...town.log('web.log').matchAll(/worker\.died .*signal=9 .*again_ms=(\d+)/g)].map(([, ms]) => Number(ms));

async function insist(key) {
	for (const before = [];; await sleep(20)) {
		let answer;
		try { answer = await sato.post('/desk/messages/new', { token: key, start: 'blank' }); } catch { answer = { status: 0 }; }
		if (answer.status === 303) return before;
		before.push(answer.status);
		assert.ok([0, 500, 502, 503, 504].includes(answer.status), `${answer.status}`);
	}
}

// A group whose memory ends at so much: of version 2, or of version 1.
function group() {
	const two = existsSync('/sys/fs/cgroup/cgroup.controllers');
	const dir = `/sys/fs/cgroup/${two ? '' : 'memory/'}chromo-test-${process.pid}`;
	try {
		mkdirSync(dir);
		writeFileSync(`${dir}/${two ? 'memory.max' : 'memory.limit_in_bytes'}`, String(512 << 20));
	} catch {
		try { rmdirSync(dir); } catch { /* it was never there */ }
		return undefined;
	}
	return { take: (pid) => writeFileSync(`${dir}/cgroup.procs`, String(pid)),
		limit: (bytes) => writeFileSync(`${dir}/${two ? 'memory.max' : 'memory.limit_in_bytes'}`, String(bytes)),
		end: () => eventually('the group is empty', () => { try { rmdirSync(dir); return true; } catch { return false; } }) };
}

test('F09 the kernel kills workers at the limit of their memory', { timeout: 120000 }, async (t) => {
	const limited = group();
	if (!limited) return t.skip('no memory group may be made here');
	const keys = [], before = await count();
	for (let n = 0; n < 12; n++) keys.push(await token());
	try {
		// The whole pool is in a group that is full to the brim: whatever they touch anew kills one.
		const doomed = workers();
		for (const pid of doomed) limited.take(pid);
		try { limited.limit(64 << 10); } catch { /* it is in use: the kernel kills of itself */ }
		const answers = await Promise.all(keys.map(insist));
		await eventually('one at least was killed', () => died().length > 0);
		assert.equal(await count(), before + 12, `one row each; before: ${answers.flat().join(' ')}`);
		await eventually('all workers again', () => workers().length === WORKERS);
		for (const pid of doomed) try { process.kill(pid, 'SIGKILL'); } catch { /* the kernel was faster */ }
		assert.equal((await sato.get('/desk')).status, 200);
	} finally {
		await limited.end();
	}
});

test('F09 no restart storm: who dies at once again and again is waited for longer and longer', { timeout: 120000 }, async () => {
	const seen = died().length, waits = () => died().slice(seen);
	while (!waits().some((ms) => ms >= 1600)) {
		for (const pid of workers()) try { process.kill(pid, 'SIGKILL'); } catch { /* it is gone */ }
		await sleep(5);
	}
	// 0, 100, 200, 400, 800 … for each of them.
	assert.ok(waits().length <= WORKERS * 8, `${waits().length} deaths`);
	await eventually('all workers again', () => workers().length === WORKERS);
	assert.equal((await sato.get('/desk')).status, 200);
});

test('F10 no descriptor is left in any worker: who comes waits, and is served when there are some', { timeout: 120000 }, async () => {
	const before = await count(), keys = [await token(), await token()], exhausted = workers();
	const limit = (n) => exhausted.forEach((pid) => execFileSync('prlimit', ['--pid', String(pid), `--nofile=${n}:`]));
	limit(3);
	const pressed = keys.map(insist);
	await eventually('none is left', () => /fcgi\.accept errno=24/.test(town.log('web.log')));
	limit(1024);
	await Promise.all(pressed);
	assert.equal(await count(), before + 2);
	assert.deepEqual(workers(), exhausted, 'the same processes');
	assert.equal((await sato.get('/desk')).status, 200);
});

test('F10 no process may be started: it is tried again, and then there are workers', { timeout: 120000 }, async (t) => {
	const pid = town.pid('web'), refused = () => (town.log('web.log').match(/worker\.not-started/g) ?? []).length;
	// A limit of processes does not bind root.
	if (process.getuid() === 0) return t.skip('root has no limit of processes');
	execFileSync('prlimit', ['--pid', String(pid), '--nproc=1:']);
	for (const worker of workers()) process.kill(worker, 'SIGKILL');
	await eventually('it was refused', () => refused() > 0);
	execFileSync('prlimit', ['--pid', String(pid), '--nproc=4096:']);
	await eventually('all workers again', () => workers().length === WORKERS);
});
