// SPDX-License-Identifier: Apache-2.0
//
// What the benches of a last button share (write, answer, booking, last_seat): a town at full
// speed, and presses, each with what a browser has by then: the sealed draft, its cookie, the
// token of the form, made with the town's own keys.  Each is used once.
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep, up } from '../harness/up.mjs';
import { load, median, paired, report, rounds, run, say, seconds } from './lib.mjs';

export const host = 'minato.localhost', tenant = 1;
const derive = (key, label) => Buffer.from(hkdfSync('sha256', key, '', label, 32));
export const sha256 = (text) => createHash('sha256').update(text).digest('hex');

export function seal(key, label, text) {
	const nonce = randomBytes(12), c = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(label));
	return Buffer.concat([nonce, c.update(text), c.final(), c.getAuthTag()]);
}
export function unseal(key, label, bytes) {
	const c = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(label));
	c.setAuthTag(bytes.subarray(-16));
	return Buffer.concat([c.update(bytes.subarray(12, -16)), c.final()]);
}

// The courier rests: it would write to all of them, and pgbench has none.
export async function fastTown() {
	process.env.CHROMO_FSYNC = 'on';
	const town = await up({ conf: { strict: 'no', development: 'no', workers: '8', workers_write: '8' } });
	const master = readFileSync(join(town.dir, 'master.key'));
	const hex = await town.sql(`SELECT encode(wrapped, 'hex') FROM tenant_key WHERE tenant_id = ${tenant}`);
	town.kill('courier', 'SIGTERM');
	return Object.assign(town, { tokenKey: derive(master, 'web form token'),
		dataKey: unseal(master, 'tenant_key.wrapped', Buffer.from(hex, 'hex')) });
}

// What one browser has: the values of two cookies, and the form's token.
export function browser(town) {
	const draft = randomBytes(32).toString('base64url'), visit = randomBytes(16).toString('base64url'), random = randomBytes(16);
	const mac = createHmac('sha256', town.tokenKey).update(random).update(`${host}\0${visit}`).digest().subarray(0, 16);
	return { draft, visit, token: Buffer.concat([random, mac]).toString('base64url') };
}

// Drafts into their table, a line of columns each, and the presses into a file for wrk.
export async function keep(town, table, rows, presses, file = 'presses') {
	const path = join(town.dir, 'drafts');
	writeFileSync(path, `${rows.join('\n')}\n`);
	chmodSync(path, 0o644);
	await town.sql(`COPY ${table} FROM '${path}'`);
	await town.sql('CHECKPOINT');
	writeFileSync(join(town.dir, file), `${presses.join('\n')}\n`);
	return presses;
}

// wrk's script: one line of the file a request, its words by these names in the Lua of path,
// cookie, body and more headers; when there is none left the thread stops.
export function script(town, { words, path, cookie, body, headers = '' }, file = 'presses') {
	const to = join(town.dir, 'wrk.lua');
	writeFileSync(to, `
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
function init()
	lines = {}
	local n = 0
	for line in io.lines("${town.dir}/${file}") do
		if n % 2 == number then lines[#lines + 1] = line end
		n = n + 1
	end
	at = 0
end
function request()
	at = at + 1
	if at > #lines then wrk.thread:stop(); at = #lines end
	local ${words.join(', ')} = lines[at]:match("${words.map(() => '(%S+)').join(' ')}")
	return wrk.format("POST", ${path}, {
		Host = "${host}", ["Content-Type"] = "application/x-www-form-urlencoded", ${headers}
		Cookie = ${cookie} .. "; __Host-visit=" .. visit,
	}, ${body})
end
`);
	return to;
}

// Rounds of ours and of pgbench in turn.  fill makes the presses of a round; stored says how
// many were kept so far; insert is pgbench's script.
export async function contend(name, { town, web, path, script: lua, insert, fill, stored, unit, goal, clients = 32 }) {
	const ours = [], theirs = [], late = [], sql = join(town.dir, 'pgbench.sql');
	writeFileSync(sql, insert);
	// The first round makes plans and caches and is not counted.
	for (let i = -1; i < rounds; i++) {
		await fill();
		const before = await stored();
		const r = await load(`https://127.0.0.1:${web.port}${path}`, { connections: 64,
			pids: [web.pid, town.pid('web'), town.pid('postgres')], script: lua });
		await sleep(1000);	// what was on its way when wrk went
		const kept = await stored() - before;
		if (r.failed || kept < r.requests) throw new Error(`${r.requests} answers, ${r.failed} failed, ${kept} kept`);
		say(`  chromo     ${r.rate.toFixed(0).padStart(8)} /s  p99 ${r.p99.toFixed(1)} ms  cpu ${r.cpu.toFixed(0)} µs`);
		const { stdout } = await run('pgbench', ['-n', '-M', 'prepared', '-c', String(clients), '-j', '2', '-T', String(seconds),
			'-f', sql, '-h', join(town.dir, 'run/pg'), '-U', 'postgres', town.database],
		{ timeout: (seconds + 30) * 1000, killSignal: 'SIGKILL' });
		const rate = Number(/tps = ([\d.]+)/.exec(stdout)[1]);
		say(`  pgbench    ${rate.toFixed(0).padStart(8)} /s`);
		if (i < 0) continue;
		ours.push(r.rate);
		late.push(r.p99);
		theirs.push(rate);
	}
	report(name, { value: median(ours), unit, limit: median(theirs), ratio: paired(ours, theirs), goal });
	say(`  ${name}: p99 ${median(late).toFixed(1)} ms`);
}
