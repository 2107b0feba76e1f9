// SPDX-License-Identifier: Apache-2.0
//
// Ways out of the folders (F36, R24): in the path, behind static files, pictures and feeds,
// in the name of the host, with every spelling of ".." and "/".  Nothing of the machine, of
// the configuration or of another folder comes out, and no worker minds.  What the kernel saw
// of it, strace tells: no worker even asks for a file outside.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { desk, inside } from '../harness/desk.mjs';
import { png, sendPicture } from '../harness/picture.mjs';
import { build, eventually, source, up } from '../harness/up.mjs';

const HOST = 'minato.localhost';
let town;
before(async () => { town = await up(); });
after(() => town?.stop());

const ups = ['..', '%2e%2e', '%2E.', '.%2e', '%252e%252e', '..%00', '%c0%ae%c0%ae', '..;', '....', '%uff0e%uff0e', '．．'.split('').map(encodeURIComponent).join('')];
const slashes = ['/', '%2f', '%5c', '%252f', '//', '%c0%af'];
const folders = ['/', '/static/', '/static/css/', '/files/', '/exports/', '/messages/', '/events/', '/surveys/', '/desk/', '/error/'];
const wanted = ['etc/passwd', 'chromo.conf', 'master.key', 'accounts.json'];

function* paths() {
	let n = 0;
	for (const folder of folders)
		for (const up of ups)
			for (const slash of slashes)
				yield folder + Array(1 + (n % 9)).fill(up).join(slash) + slash + wanted[n++ % wanted.length];
}

test('F36 no way out of a folder, whatever it is spelled like', { timeout: 120000 }, async () => {
	const client = town.client(HOST), key = readFileSync(join(town.dir, 'master.key'));
	const workers = () => readFileSync(`/proc/${town.pid('web')}/task/${town.pid('web')}/children`, 'utf8'), first = workers();
	let asked = 0;
	for (const path of paths()) {
		const answer = await client.get(path);
		asked++;
		assert.ok([301, 302, 303, 400, 404].includes(answer.status), `${path}: ${answer.status}`);
		assert.doesNotMatch(answer.text, /root:.*:0:0:|master_key_file|totp_secret/, path);
		assert.ok(!answer.bytes.includes(key), path);
	}
	assert.ok(asked > 600, `${asked}`);
	assert.equal(workers(), first, 'the same processes');
});

test('F36 nor by the name of a town', { timeout: 60000 }, async () => {
	const client = town.client(HOST);
	for (const host of ['../minato.localhost', '..', 'minato.localhost/../yama.localhost', '%2e%2e', 'minato.localhost\\..\\', '....', '/etc/passwd', 'minato.localhost%00.yama.localhost']) {
		const answer = await client.get('/messages', { headers: { host } }).catch(() => ({ status: 400, text: '' }));
		assert.ok([400, 404].includes(answer.status), `${host}: ${answer.status}`);
		assert.doesNotMatch(answer.text, /みなと市|山の町/, host);
	}
});

// What a worker may touch: its two folders, in development templates and what went out, and what
// libraries read by themselves (base/sandbox.c), be it there or not.
const own = () => [...['.pgpass', '.postgresql', '.magic', '.magic.mgc'].map((name) => join(homedir(), name)), join(town.dir, 'files'), join(town.dir, 'outbox'), join(source, 'templates'), join(town.dir, 'run/pg')];
const libraries = /^\/(usr|lib|lib64|proc\/self|sys\/devices\/system\/(cpu|node)|var\/cache\/fontconfig|dev\/(null|urandom|random)$|etc\/(ld\.so|localtime|magic|fonts|ssl\/(certs|openssl\.cnf)|nsswitch\.conf|hosts|host\.conf|gai\.conf|resolv\.conf|services|passwd|timezone))/;

// Lines of strace -f: the calls of each worker from the moment that it has shut itself in.
function calls(trace) {
	const shut = new Set(), found = [];
	for (const line of trace.split('\n')) {
		const [, pid, name, rest] = /^(\d+) +(\w+)\((.*)$/.exec(line) ?? [];
		if (name === 'landlock_restrict_self') shut.add(pid);
		// A child of a worker has its walls from the first.
		else if (/^(clone|clone3|fork|vfork)$/.test(name) && shut.has(pid)) shut.add(/= (\d+)$/.exec(rest)?.[1]);
		else if (name !== undefined && shut.has(pid)) found.push({ name, rest, path: /"((?:[^"\\]|\\.)*)"/.exec(rest)?.[1] });
	}
	return found;
}

test('R24 no worker opens a file outside, says strace, nor starts a program', { timeout: 240000 }, async () => {
	const trace = join(town.dir, 'trace'), log = openSync(join(town.dir, 'log/traced.log'), 'a'), was = town.pid('web');
	town.kill('web', 'SIGTERM');
	await eventually('its end', () => { try { process.kill(was, 0); return false; } catch { return true; } });
	const traced = spawn('strace', ['-f', '-qq', '-s', '4096', '-e', 'trace=%file,%process,landlock_restrict_self', '-e', 'signal=none', '-o', trace,
		join(build, 'chromo-web'), join(town.dir, 'chromo.conf')], { stdio: ['ignore', log, log] });
	const ended = new Promise((done) => traced.on('exit', done));
	after(() => traced.kill('SIGTERM'));
	const client = town.client(HOST), sato = await desk(town, 'sato');
	await eventually('it answers', async () => (await client.get('/healthz')).status === 200);
	for (const path of paths()) await client.get(path);
	// Files that people send, and what they call them.
	const message = Number(await inside(town, "SELECT min(id) FROM message WHERE state = 'draft' AND tenant_id = current_tenant()"));
	const page = `/desk/messages/${message}/pictures`;
	for (const [i, name] of ['../../../../etc/passwd', '..\\..\\master.key', '/etc/cron.d/x', 'a/../../b.png', '....//x.png'].entries()) {
		const answer = await sendPicture(sato, await sato.get(page), { text_new: name }, png(30 + i, 20), name);
		assert.ok([303, 409, 422].includes(answer.status), `${name}: ${answer.status}`);
	}
	assert.equal((await sato.get('/desk/outbox/others')).status, 200);
	// strace gives the signal on to whom it started.
	process.kill(Number(/^(\d+) /.exec(readFileSync(trace, 'utf8'))[1]), 'SIGTERM');
	await ended;
	const seen = calls(readFileSync(trace, 'utf8'));
	// Without a path: what is open already.
	const outside = seen.filter(({ path }) => path && !libraries.test(resolve('/', path))
		&& !own().some((folder) => resolve('/', path) === folder || resolve('/', path).startsWith(`${folder}/`)));
	assert.deepEqual(outside.map(({ name, rest }) => `${name}(${rest}`), []);
	assert.deepEqual(seen.filter(({ name }) => /^exec/.test(name)), [], 'no program');
	assert.deepEqual(seen.filter(({ path }) => path !== undefined && /(^|\/)\.\.(\/|$)/.test(path)), [], 'no way up in any path');
	// That it would be seen: pictures were written, by their numbers.
	assert.ok(seen.some(({ name, rest, path }) => name === 'openat' && /O_CREAT/.test(rest) && path.startsWith(join(town.dir, 'files'))), 'a file was kept');
	console.log(`# ${seen.length} calls with a path or a process`);
	await town.again('web');
});
