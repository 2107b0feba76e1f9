// SPDX-License-Identifier: Apache-2.0
//
// line: calls a second of the LINE channel, each with 500 people in it, over TLS into an
// nginx that takes everything; against a bare libcurl loop that sends one and the same
// body of that length over as many connections, and against undici's pool, which makes
// the same bodies.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { certificate } from '../gateways/tls.mjs';
import { build, freePort } from '../harness/up.mjs';
import { median, paired, report, say, start } from './lib.mjs';

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const connections = Number(process.env.CHROMO_BENCH_CONNECTIONS ?? 32);
const calls = Number(process.env.CHROMO_BENCH_CALLS ?? 10000);
const rounds = Number(process.env.CHROMO_BENCH_ROUNDS ?? 15);

const dir = mkdtempSync(join(tmpdir(), 'chromo-line-'));
const { caFile } = certificate(join(dir, 'tls'));
const port = await freePort(), url = `https://127.0.0.1:${port}`;
for (const name of ['body', 'fastcgi', 'proxy', 'scgi', 'uwsgi']) mkdirSync(join(dir, name));
writeFileSync(join(dir, 'nginx.conf'), `daemon off; worker_processes 1; pid ${dir}/pid; error_log ${dir}/error.log;
events { worker_connections 1024; }
http {
	access_log off; keepalive_requests 10000000; keepalive_timeout 60s;
	${['body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'].map((n) => `${n === 'body' ? 'client_body' : n}_temp_path ${dir}/${n};`).join(' ')}
	server {
		listen 127.0.0.1:${port} ssl; ssl_certificate ${dir}/tls/cert.pem; ssl_certificate_key ${dir}/tls/key.pem;
		client_max_body_size 2m; client_body_buffer_size 64k; default_type application/json;
		location / { add_header x-line-request-id 8a6f; return 200 "{}"; }
	}
}
`);
const sink = await start('nginx', ['-e', join(dir, 'error.log'), '-c', join(dir, 'nginx.conf')],
	{ env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } },
	() => run('curl', ['-s', '-m', '2', '--cacert', caFile, '-o', join(dir, 'out'), url]).then(() => true, () => false));

const one = async (command, args) => JSON.parse((await run(command, args.map(String))).stdout);
const channel = (n = calls) => one(join(build, 'tests/bench/line_channel'), [url, caFile, n, connections]);
const bare = (bytes, n = calls) => one(join(build, 'tests/bench/line_bare'), [`${url}/v2/bot/message/multicast`, caFile, n, connections, bytes]);
const undici = (n = calls / 4) => one('node', [join(here, 'line_undici.mjs'), url, caFile, n, connections]);

try {
	const { bytes } = await channel(1000);
	await bare(bytes, 1000);
	say(`  bodies of ${bytes} bytes, ${connections} connections`);
	const rates = { bare: [], channel: [], undici: [] };
	for (let i = 0; i < rounds; i++) {
		rates.bare.push((await bare(bytes)).per_second);
		rates.channel.push((await channel()).per_second);
		rates.undici.push((await undici()).per_second);
		say(`  bare ${rates.bare.at(-1)}  channel ${rates.channel.at(-1)}  undici ${rates.undici.at(-1)}`);
	}
	const value = median(rates.channel);
	report('line', { value, unit: 'calls/s', limit: median(rates.bare), ratio: paired(rates.channel, rates.bare), goal: 'ratio >= 0.7' });
	report('line.undici', { value, unit: 'calls/s', limit: median(rates.undici), ratio: paired(rates.channel, rates.undici), goal: 'ratio >= 2' });
} finally {
	await sink.stop();
	rmSync(dir, { recursive: true, force: true });
}
