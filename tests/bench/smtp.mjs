// SPDX-License-Identifier: Apache-2.0
//
// smtp: messages a second of one courier, the whole way from batches in the database
// to verdicts in the database with every commit on the disk, into a sink that takes
// everything; against a bare libcurl loop that sends one and the same letter over as
// many connections, and against nodemailer's pool (with 8, where it is fastest).
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, eventually } from '../harness/up.mjs';
import { openPost } from '../courier/post.mjs';
import { median, paired, report, say } from './lib.mjs';

process.env.CHROMO_FSYNC = 'on';
const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const connections = Number(process.env.CHROMO_BENCH_CONNECTIONS ?? 64);
const citizens = Number(process.env.CHROMO_BENCH_LETTERS ?? 40000);
const rounds = Number(process.env.CHROMO_BENCH_ROUNDS ?? 3);

const sink = spawn(join(build, 'tests/bench/smtp_sink'), [], { stdio: ['ignore', 'pipe', 'inherit'] });
const port = await new Promise((done) => createInterface({ input: sink.stdout }).once('line', (l) => done(l.split(' ')[1])));
const url = `smtp://127.0.0.1:${port}`;
const post = await openPost({ outbox: true, conf: { smtp_url: url, smtp_connections: connections, smtp_timeout_s: 90, courier_lease_s: 120 } });

const bare = async () => JSON.parse((await run(join(build, 'tests/bench/smtp_bare'), [url, citizens, connections])).stdout).per_second;
const pooled = async () => JSON.parse((await run('node', [join(here, 'smtp_nodemailer.mjs'), url, citizens / 10, 8])).stdout).per_second;

// From the first claim to the last verdict, by the database's own clock.
async function courier(town) {
	const message = await post.message(town, { text: `${'あ'.repeat(600)}\n{stop}\n` });
	await eventually('it is sent', async () => await post.state(message) === 'sent', 120);
	const seconds = Number(await post.sql(`SELECT extract(epoch FROM max(at) - min(at)) FROM delivery WHERE message_id = ${message} AND state = 'accepted'`));
	return citizens / seconds;
}

try {
	const town = await post.town({ citizens });
	await post.sql('VACUUM ANALYZE');
	const sender = post.courier();
	await courier(town);	// caches warm, statements prepared
	const rates = { bare: [], courier: [], nodemailer: [] };
	for (let i = 0; i < rounds; i++) {
		rates.bare.push(await bare());
		rates.courier.push(await courier(town));
		rates.nodemailer.push(await pooled());
		say(`  bare ${rates.bare.at(-1)}  courier ${rates.courier.at(-1).toFixed(0)}  nodemailer ${rates.nodemailer.at(-1)}`);
	}
	const value = median(rates.courier);
	report('smtp', { value, unit: 'messages/s', limit: median(rates.bare), ratio: paired(rates.courier, rates.bare), goal: 'ratio >= 0.8' });
	report('smtp.nodemailer', { value, unit: 'messages/s', limit: median(rates.nodemailer), ratio: paired(rates.courier, rates.nodemailer), goal: 'ratio >= 3' });
	if (/level=(warn|error|panic)/.test(sender.text)) say(readFileSync(sender.log, 'utf8').split('\n').filter((l) => /level=(warn|error|panic)/.test(l)).slice(0, 5).join('\n'));
} finally {
	await post.close();
	sink.kill('SIGTERM');
}
