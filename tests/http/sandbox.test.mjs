// SPDX-License-Identifier: Apache-2.0
//
// R51: the processes as they run.  Each worker of web and courier has shut itself in, and one
// that is made to open the key, to start a program or to listen cannot: the file is refused,
// the program is the end of it, and the next request is served.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MINATO } from '../harness/house.mjs';
import { preload } from '../harness/preload.mjs';
import { eventually, sleep, up } from '../harness/up.mjs';

const { EACCES, EPERM } = constants.errno, NONE = -1000;
const OPEN = 1, START = 2, FORK = 3, LISTEN = 4;
const MOST = { web: 5, courier: 8 };
let town, sweep;

const workers = (name) => readFileSync(`/proc/${town.pid(name)}/task/${town.pid(name)}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
const status = (pid) => Object.fromEntries(readFileSync(`/proc/${pid}/status`, 'utf8').split('\n').map((l) => l.split(':\t')));

// One that has not shut itself in yet reads too: its templates, its key.
const shut = (name) => eventually(`the workers of ${name}`, () => {
	const all = workers(name).map(status);
	return all.length >= MOST[name] && all.every((one) => one.Seccomp === '2' && one.NoNewPrivs === '1');
});
async function withKey(name, file) {
	const was = town.pid(name);
	town.env.CHROMO_BREAK_IN = file;
	town.kill(name, 'SIGTERM');
	await eventually(`the end of ${name}`, () => { try { process.kill(was, 0); return false; } catch { return true; } });
	await town.again(name);
	await shut(name);
}
before(async () => {
	town = await up({ at: (dir) => ({ smtp_password_file: join(dir, 'smtp.password') }) });
	writeFileSync(join(town.dir, 'smtp.password'), 'not for everybody\n', { mode: 0o600 });
	sweep = preload(town.dir, 'tests/http/break_in.c');
	Object.assign(town.env, sweep.env);
});
after(async () => {
	sweep?.close();
	if (town) delete town.env.LD_PRELOAD;
	await town?.stop();
});

const get = () => town.get(MINATO, '/desk/login').catch(() => ({ status: 0 }));
// What came of it: NONE, or the error.
async function attempt(what, knock = () => sleep(50)) {
	sweep.set(what);
	return eventually('somebody reads', async () => {
		await knock();
		return sweep.left < 0 && (sweep.left === NONE ? NONE : -sweep.left);
	});
}

test('every worker has a list of calls, and gets no new rights', async () => {
	for (const name of Object.keys(MOST)) {
		await shut(name);
		assert.equal(status(town.pid(name)).Seccomp, '0', 'the supervisor reads keys again');
	}
});

test('the web: not the key, not the password of the mail server, no program, no port', { timeout: 120000 }, async () => {
	for (const file of ['master.key', 'smtp.password', 'chromo.conf', 'nginx/key.pem', 'log/access.json']) {
		await withKey('web', join(town.dir, file));
		await eventually('it answers', async () => (await get()).status === 200);
		assert.equal(await attempt(OPEN, get), EACCES, file);
	}
	await withKey('web', join(town.dir, 'files'));
	await eventually('it answers', async () => (await get()).status === 200);
	assert.equal(await attempt(OPEN, get), NONE, 'its own folder');
	assert.equal(await attempt(LISTEN, get), EPERM);
	assert.equal(await attempt(FORK, get), NONE, 'pictures are looked at in a process of their own');
	sweep.set(START);
	await get();
	await eventually('its end', () => /worker\.died .*signal=31/.test(town.log('web.log')));
	assert.equal(sweep.left, 0, 'nobody came back from it');
	await eventually('the next is served', async () => (await get()).status === 200);
});

test('the courier: not the key, no program, no process', { timeout: 120000 }, async () => {
	await withKey('courier', join(town.dir, 'master.key'));
	// Whichever of them comes.
	for (let i = 0; i < 40; i++) assert.equal(await attempt(OPEN), EACCES);
	for (let i = 0; i < 10; i++) assert.equal(await attempt(FORK), EPERM);
	sweep.set(START);
	await eventually('the end of one', () => /worker\.died .*signal=31/.test(town.log('courier.log')));
	assert.equal(sweep.left, 0);
});
