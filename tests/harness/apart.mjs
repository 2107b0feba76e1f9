// SPDX-License-Identifier: Apache-2.0
//
// A test file that wants a network and a DNS of its own: imported first, this starts the
// file once more in a name space of its own, where nothing of the machine's network is.
//
//	import { names, PUBLIC } from '../harness/apart.mjs';
//	names.set('api.gateway.example', [PUBLIC])	an address of everybody's, which is ours here
//	names.set('api.gateway.example', 'NXDOMAIN')	or 'SERVFAIL', or 'silent'
//	names.set('x.example', () => ['127.0.0.1'])	asked each time
//
// Where that is not permitted it says so, and the tests are skipped.
import { execFileSync, spawnSync } from 'node:child_process';
import dgram from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const PUBLIC = '198.41.0.4';
export const names = new Map();

const RCODES = { SERVFAIL: 2, NXDOMAIN: 3 }, types = { 1: 'A', 28: 'AAAA' };

function again() {
	if (spawnSync('unshare', ['-n', '-m', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' }).status !== 0) {
		console.log('# no name spaces for us here: skipped');
		console.log('1..1\nok 1 - the network is the machine\'s # SKIP name spaces are not permitted');
		process.exit(0);
	}
	const { status } = spawnSync('unshare', ['-n', '-m', process.execPath, ...process.execArgv, process.argv[1]],
		{ stdio: 'inherit', env: { ...process.env, CHROMO_APART: '1' } });
	process.exit(status ?? 1);
}

// A reply to one question; undefined: none.
function reply(question) {
	let at = 12;
	const labels = [];
	for (let n = question[at]; n > 0; at += n + 1, n = question[at])
		labels.push(question.toString('latin1', at + 1, at + 1 + n));
	const end = at + 5, type = types[question.readUInt16BE(at + 1)], name = labels.join('.').toLowerCase();
	let said = names.get(name) ?? 'NXDOMAIN';
	if (typeof said === 'function') said = said(type);
	if (said === 'silent') return undefined;
	const records = Array.isArray(said) ? said.filter((a) => isIPv4(a) === (type === 'A')) : [];
	const head = Buffer.from(question.subarray(0, 12));
	head.writeUInt16BE(0x8180 | (RCODES[said] ?? 0), 2);
	head.writeUInt16BE(records.length, 6);
	head.writeUInt32BE(0, 8);
	const answers = records.map((a) => {
		const data = isIPv4(a) ? Buffer.from(a.split('.').map(Number)) : bytes6(a);
		return Buffer.concat([Buffer.from([0xc0, 12, 0, type === 'A' ? 1 : 28, 0, 1, 0, 0, 0, 0, 0, data.length]), data]);
	});
	return Buffer.concat([head, question.subarray(12, end), ...answers]);
}

// "::ffff:7f00:1" as sixteen bytes.
function bytes6(text) {
	const [left, right] = text.split('::').map((half) => half.split(':').filter(Boolean).map((p) => parseInt(p, 16)));
	const words = right === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill(0), ...right];
	return Buffer.from(words.flatMap((w) => [w >> 8, w & 255]));
}

async function settle() {
	const ip = (...args) => execFileSync('ip', args);
	ip('link', 'set', 'lo', 'up');
	ip('addr', 'add', `${PUBLIC}/32`, 'dev', 'lo');
	const dir = mkdtempSync(join(tmpdir(), 'chromo-dns-'));
	process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
	for (const [file, text] of [['hosts', '127.0.0.1 localhost\n::1 localhost\n'],
		['nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'],
		['resolv.conf', 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n']]) {
		writeFileSync(join(dir, file), text, { mode: 0o644 });
		execFileSync('mount', ['--bind', join(dir, file), join('/etc', file)]);
	}
	const server = dgram.createSocket('udp4');
	server.on('message', (question, from) => {
		const answer = reply(question);
		if (answer) server.send(answer, from.port, from.address);
	});
	await new Promise((done) => server.bind(53, '127.0.0.1', done));
	server.unref();
}

if (process.env.CHROMO_APART) await settle();
else again();
