// SPDX-License-Identifier: Apache-2.0
//
// What the benches share: rounds in turn, load by wrk, CPU by /proc, and the
// line that ./dev bench prints.
import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually, sleep } from '../harness/up.mjs';

export const run = promisify(execFile);
export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
export const say = (text) => process.stderr.write(`${text}\n`);
export const rounds = Number(process.env.CHROMO_BENCH_ROUNDS ?? 5);
export const seconds = Number(process.env.CHROMO_BENCH_SECONDS ?? 6);

// What ours is of the limit, round by round: two that ran one after the other met the
// same minute, which the medians of a whole run need not.
export const paired = (ours, limits) => median(ours.map((value, i) => value / limits[i]));

// goal: "ratio >= 0.7" or "value <= 20", as written in the issue.
export function report(bench, { value, unit, limit = null, ratio = limit === null ? null : value / limit, goal }) {
	const [what, sign, number] = goal.split(' ');
	const measured = what === 'ratio' ? ratio : value;
	const ok = sign === '>=' ? measured >= Number(number) : measured <= Number(number);
	const short = (n) => (n === null ? null : Number(n.toPrecision(4)));
	console.log(JSON.stringify({ bench, value: short(value), unit, limit: short(limit), ratio: short(ratio), goal, ok }));
	if (!ok) process.exitCode = 1;
	return ok;
}

// Processes and all below them: clock ticks (10 ms) used so far.
export function ticks(pids) {
	const parents = new Map();
	for (const entry of readdirSync('/proc')) {
		if (!/^\d+$/.test(entry)) continue;
		try {
			const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
			const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
			parents.set(Number(entry), { parent: Number(rest[1]), used: Number(rest[11]) + Number(rest[12]) });
		} catch { /* it ended meanwhile */ }
	}
	const ours = new Set(pids);
	for (let grew = true; grew;) {
		grew = false;
		for (const [pid, { parent }] of parents)
			if (ours.has(parent) && !ours.has(pid)) grew = ours.add(pid) && true;
	}
	let sum = 0;
	for (const pid of ours) sum += parents.get(pid)?.used ?? 0;
	return sum;
}

export function tree(pid) {
	const list = [pid];
	for (let i = 0; i < list.length; i++)
		for (const task of readdirSync(`/proc/${list[i]}/task`))
			list.push(...readFileSync(`/proc/${list[i]}/task/${task}/children`, 'latin1').split(' ').filter(Boolean).map(Number));
	return list;
}

const milli = (text) => parseFloat(text) * (text.endsWith('us') ? 0.001 : text.endsWith('ms') ? 1 : 1000);

// wrk for some seconds; server CPU in µs a request of the processes in pids.
export async function load(url, { pids = [], connections = 64, headers = {}, script, time = seconds } = {}) {
	const args = ['-t2', `-c${connections}`, `-d${time}s`, '--latency'];
	for (const [name, value] of Object.entries(headers)) args.push('-H', `${name}: ${value}`);
	if (script) args.push('-s', script);
	const before = ticks(pids);
	const { stdout } = await run('wrk', [...args, url], { timeout: (time + 15) * 1000, killSignal: 'SIGKILL' });
	const used = ticks(pids) - before;
	const requests = Number(/(\d+) requests in/.exec(stdout)[1]);
	const errors = /Non-2xx or 3xx responses: (\d+)/.exec(stdout);
	const sockets = /Socket errors: (.*)/.exec(stdout);
	if (errors || sockets) say(`  wrk: ${errors?.[0] ?? ''} ${sockets?.[0] ?? ''}`);
	return {
		rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)[1]),
		p99: milli(/99%\s+([\d.]+[um]?s)/.exec(stdout)[1]),
		cpu: (used * 10000) / requests,
		failed: errors ? Number(errors[1]) : 0,
		requests,
	};
}

// The rounds of all candidates in turn, so that a slow minute hits all alike; medians, and
// of() for what one is of another in rate or CPU.
export async function inTurn(candidates, measure, times = rounds, time = seconds) {
	const results = new Map(Object.keys(candidates).map((name) => [name, []]));
	// What is made once (plans, caches, compiled code) is not what is measured.
	for (const candidate of Object.values(candidates)) await measure(candidate, 2);
	for (let i = 0; i < times; i++)
		for (const [name, candidate] of Object.entries(candidates)) {
			const r = await measure(candidate, time);
			results.get(name).push(r);
			say(`  ${name.padEnd(10)} ${r.rate.toFixed(0).padStart(8)} /s  p99 ${r.p99?.toFixed(1)} ms  cpu ${r.cpu?.toFixed(0)} µs`);
		}
	const out = {};
	for (const [name, list] of results) {
		out[name] = {};
		for (const key of Object.keys(list[0])) out[name][key] = median(list.map((r) => r[key]));
	}
	out.of = (key, ours, limit) => paired(...[ours, limit].map((name) => results.get(name).map((r) => r[key])));
	return out;
}

// A second nginx with the very settings of the first, in front of something
// else: edit(text) changes its configuration.
export async function nginxBeside(town, name, port, edit) {
	const dir = join(town.dir, `nginx-${name}`);
	cpSync(join(town.dir, 'nginx'), dir, { recursive: true });
	for (const file of ['private.conf', 'chromo.conf', ...readdirSync(join(dir, 'snippets')).map((f) => `snippets/${f}`)]) {
		const path = join(dir, file);
		const text = readFileSync(path, 'utf8')
			.replaceAll(join(town.dir, 'nginx/'), `${dir}/`)
			.replaceAll(`:${town.port} `, `:${port} `)
			.replaceAll(join(town.dir, 'log/access.json'), join(dir, 'access.json'));
		writeFileSync(path, edit(text));
	}
	mkdirSync(join(dir, 'cache'), { recursive: true });
	const nginx = await start('nginx', ['-e', join(dir, 'error.log'), '-c', join(dir, 'private.conf')],
		{ env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } },
		() => run('curl', ['-ks', '-m', '5', '-o', '/dev/null', `https://127.0.0.1:${port}/healthz`])		.then(() => true, () => false));
	return { ...nginx, port };
}

// A server of ours, in a process group of its own, which is ended as a whole:
// kindly, then by force, and at the latest when this process ends.
const groups = new Set();
const signal = (pid, name) => {
	try { process.kill(-pid, name); return true; } catch { return false; }
};
process.on('exit', () => { for (const pid of groups) signal(pid, 'SIGKILL'); });

export async function start(command, args, options, ready) {
	const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'], detached: true, ...options });
	const { pid } = child;
	groups.add(pid);
	child.unref();
	child.on('error', (e) => say(`${command}: ${e.message}`));
	child.on('exit', (code, how) => { if (groups.has(pid)) say(`${command} has ended: ${how ?? code}`); });
	await eventually(command, ready);
	return {
		pid,
		async stop() {
			groups.delete(pid);
			for (const [name, tries] of [['SIGTERM', 40], ['SIGKILL', 40]]) {
				signal(pid, name);
				for (let i = 0; i < tries && signal(pid, 0); i++) await sleep(50);
			}
		},
	};
}

export { existsSync };
