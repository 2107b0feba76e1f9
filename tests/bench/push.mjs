// SPDX-License-Identifier: Apache-2.0
//
// push: notices a second and core that the channel of Web Push makes ready (address
// looked at, body encrypted, the town's card at hand), against what OpenSSL needs for the
// pair of keys and the agreement alone, and against npm web-push with its token.
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from '../harness/up.mjs';
import { median, paired, report, rounds, say } from './lib.mjs';

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const count = Number(process.env.CHROMO_BENCH_LETTERS ?? 20000);
const rate = async (...command) => JSON.parse((await run(...command)).stdout).per_second;

const rates = { bare: [], chromo: [], npm: [] };
for (let i = 0; i < rounds; i++) {
	for (const who of ['bare', 'chromo']) rates[who].push(await rate(join(build, 'tests/bench/push_rate'), [who, count]));
	rates.npm.push(await rate('node', [join(here, 'push_npm.mjs'), count / 10]));
	say(`  bare ${rates.bare.at(-1)}  chromo ${rates.chromo.at(-1)}  npm web-push ${rates.npm.at(-1)}`);
}
const value = median(rates.chromo);
report('push', { value, unit: 'notices/s/core', limit: median(rates.bare), ratio: paired(rates.chromo, rates.bare), goal: 'ratio >= 0.8' });
report('push.npm', { value, unit: 'notices/s/core', limit: median(rates.npm), ratio: paired(rates.chromo, rates.npm), goal: 'ratio >= 6' });
