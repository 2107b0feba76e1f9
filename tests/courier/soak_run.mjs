// SPDX-License-Identifier: Apache-2.0
//
// ./dev soak: run after run of soak.mjs, a line each, and what they come to in a ledger.
//
//	node soak_run.mjs RUNS PEOPLE SEED LEDGER
//
// The ledger has a line of JSON for each run.  Those that are in it are done: after Ctrl-C,
// which takes the house down, the same command goes on where it was.  Status 0 only if no run broke a promise.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { openSoak } from './soak.mjs';

const [runs, people, seed] = process.argv.slice(2, 5).map(Number), ledger = process.argv[5];
const done = existsSync(ledger) ? readFileSync(ledger, 'utf8').trim().split('\n').filter(Boolean).map((l) => JSON.parse(l)) : [];
const sum = (key) => done.reduce((n, r) => n + r[key], 0);
const most = (key) => Math.max(0, ...done.map((r) => r[key]));

let soak;
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, async () => {
	await soak?.close();
	process.exit(130);
});
for (let n = done.length; n < runs; n++) {
	soak ??= await openSoak({ people });
	const verdict = { ...await soak.run(seed + n), memory_mb: Math.round(process.memoryUsage.rss() / 1e6), at: new Date().toISOString() };
	done.push(verdict);
	appendFileSync(ledger, `${JSON.stringify(verdict)}\n`);
	console.log(`${n + 1}/${runs} seed ${verdict.seed}: ${verdict.people} people, ${verdict.kills} kills, ${verdict.calls} calls, ` +
		`${verdict.wrong} wrong; extra: mail ${verdict.mail_extra} of ${verdict.mail_counted} counted, SMS ${verdict.sms_extra}; ` +
		`${verdict.seconds.toFixed(1)} s, ${verdict.memory_mb} MB${verdict.faults.length ? `; ${verdict.faults.length} FAULTS` : ''}`);
	for (const fault of verdict.faults.slice(0, 10)) console.log(`    ${fault}`);
	// What is left of a run that went wrong is not for the next one to judge.
	if (verdict.faults.length) {
		await soak.close();
		soak = undefined;
	}
}
await soak?.close();
const faults = done.filter((r) => r.faults.length);
console.log(`${done.length} runs, ${sum('people')} people, ${sum('kills')} kills, ${sum('calls')} calls, ${sum('wrong')} wrong; ` +
	`extra: mail ${sum('mail_extra')} of ${sum('mail_counted')} counted, SMS ${sum('sms_extra')}; ` +
	`${Math.round(sum('seconds'))} s, at most ${most('seconds').toFixed(1)} s a run, ${most('memory_mb')} MB; ` +
	`broke a promise: ${faults.map((r) => `seed ${r.seed}`).join(', ') || 'none'}`);
process.exit(faults.length ? 1 : 0);
