// SPDX-License-Identifier: Apache-2.0
//
// Where secrets are not (R50): after a day's work no password, code, token, key or address is in
// an argument, an environment, a log, or in what a dump of the database would carry away; and
// the master key is taken from nobody but its owner.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { account, password, signIn } from '../harness/staff.mjs';
import { eventually, up } from '../harness/up.mjs';
import { linkIn, mailWith, somebody, subscribe } from './citizen.mjs';

const HOST = 'minato.localhost', run = promisify(execFile);
const canaries = new Map();	// what it is → how it may be spelled
let town;

const bytes = (name, b) => canaries.set(name, [b.toString('hex'), b.toString('base64').replace(/=+$/, ''), b.toString('base64url')]);
const text = (name, s) => canaries.set(name, [s, encodeURIComponent(s), Buffer.from(s).toString('hex'), Buffer.from(s).toString('base64').replace(/=+$/, '')]);
const found = (where, haystack) => [...canaries].filter(([, all]) => all.some((one) => haystack.includes(one))).map(([name]) => `${where}: ${name}`);

before(async () => {
	town = await up();
	const sato = account(town, HOST, 'sato'), address = somebody('secret'), citizen = town.client(HOST);
	bytes('the master key', readFileSync(join(town.dir, 'master.key')));
	text('a password', sato.password);
	text('the secret of a second factor', sato.totp_secret);
	text('a password that was mistyped', 'kX7w-q2m-never');
	await password(town.client(HOST), 'sato', 'kX7w-q2m-never');
	const clerk = await signIn(town, HOST, 'sato');
	text('the session of staff', clerk.cookies.get('__Host-staff'));
	assert.equal((await clerk.get('/desk')).status, 200);
	text('an address', address);
	await subscribe(town, citizen, address);
	const link = linkIn(await mailWith(town, address, '/confirm/'), 'confirm');
	text('a link in a mail', link.split('/').pop());
	for (const [name, value] of citizen.cookies) if (value.length > 20) text(`a citizen's ${name}`, value);
	await citizen.get(`/confirm/${link.split('/').pop()}x`);	// what is wrong is logged, too
	await citizen.get(`/nowhere?address=${encodeURIComponent(address)}`);
});
after(() => town?.stop());

test('R50 not in logs', async () => {
	// nginx writes its lines of a second together.
	await eventually('the lines of nginx', () => statSync(join(town.dir, 'log/access.json')).size > 1000);
	const logs = [...readdirSync(join(town.dir, 'log'), { recursive: true }).map((f) => join(town.dir, 'log', String(f))), join(town.dir, 'pg/server.log')];
	const read = logs.filter((f) => statSync(f).isFile()).map((f) => [f, readFileSync(f, 'utf8')]);
	assert.ok(read.some(([f, t]) => f.endsWith('web.log') && t.length > 100) && read.some(([f, t]) => f.endsWith('access.json') && t.length > 1000));
	assert.deepEqual(read.flatMap(([f, t]) => found(f, t)), []);
});

test('R50 not in arguments and environments', () => {
	const children = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).flatMap((c) => [c, ...children(c)]);
	const pids = ['web', 'courier', 'nginx', 'postgres'].flatMap((name) => [town.pid(name), ...children(town.pid(name))]);
	assert.ok(pids.length > 10);
	assert.deepEqual(pids.flatMap((pid) => ['cmdline', 'environ'].flatMap((what) => {
		try { return found(`${pid} ${what}`, readFileSync(`/proc/${pid}/${what}`, 'utf8')); } catch { return []; }
	})), []);
});

test('R50 R16 R54 not in a dump', async () => {
	const { stdout } = await run('pg_dump', ['-h', join(town.dir, 'run/pg'), '-U', 'postgres', town.database], { cwd: '/', maxBuffer: 1 << 28 });
	assert.ok(stdout.includes('佐藤'), 'a dump of this town');
	assert.deepEqual(found('dump', stdout), []);
});

test('R50 a master key that others may read is not taken', async () => {
	const key = join(town.dir, 'master.key'), check = () => town.chromo('config', 'check').then(() => 0, ({ code, stderr }) => [code, stderr]);
	assert.equal(await check(), 0);
	for (const mode of [0o640, 0o604]) {
		chmodSync(key, mode);
		const [code, said] = await check();
		assert.equal(code, 1);
		assert.match(said, /mode 0600/);
	}
	chmodSync(key, 0o600);
});
