// SPDX-License-Identifier: Apache-2.0
//
// page: /messages with 20 rows, uncached, through nginx with TLS, against a bare
// libfcgi + libpq responder behind the same nginx and against Fastify.
// cached: the same page from nginx's cache against a static file.
// memory: what 8 workers, their supervisor and the courier hold afterwards.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, freePort, up } from '../harness/up.mjs';
import { existsSync, inTurn, load, nginxBeside, report, rounds, seconds, start, tree } from './lib.mjs';

const host = 'minato.localhost';
const town = await up({ conf: { strict: 'no', development: 'no', worker_requests: '1000000', workers: '8', workers_write: '8' } });
const held = [];
try {
	// Twenty rows: the demonstration data has fewer.
	await town.sql(`BEGIN; SELECT enter_tenant(1, 'command');
		SET LOCAL session_replication_role = replica;	-- no triggers: these need no way through the states
		INSERT INTO message (tenant_id, department_id, author_id, state, subject, body, contact, audience, topics,
		                     published, publish_until, valid_until, recipients)
		SELECT tenant_id, department_id, author_id, 'sent', subject, body, contact, audience, topics,
		       published - interval '40 days', publish_until, valid_until, recipients
		  FROM message WHERE tenant_id = 1 AND state = 'sent';
		INSERT INTO message (tenant_id, department_id, author_id, state, subject, body, contact, audience, topics,
		                     published, publish_until, valid_until, recipients)
		SELECT tenant_id, department_id, author_id, 'sent', subject, body, contact, audience, topics,
		       published - interval '80 days', publish_until, valid_until, recipients
		  FROM message WHERE tenant_id = 1 AND state = 'sent';
		COMMIT;`);
	await town.sql('VACUUM ANALYZE');
	const page = await town.get(host, '/messages');
	if (page.status !== 200) throw new Error(`/messages answers ${page.status}`);
	const body = page.text;
	writeFileSync(join(town.dir, 'page.html'), body);
	writeFileSync(join(town.dir, 'nginx/static-page.html'), body);

	const socket = join(town.dir, 'run/bare.sock');
	const pg = join(town.dir, 'run/pg');
	held.push(await start(join(build, 'tests/bench/page_bare'),
		[socket, '8', `host=${pg} dbname=${town.database} user=postgres`, join(town.dir, 'page.html')], {}, () => existsSync(socket)));
	const bare = await nginxBeside(town, 'bare', await freePort(), (text) => text.replaceAll(join(town.dir, 'run/web.sock'), socket));
	held.push(bare);

	const appPort = await freePort();
	const app = await start('node', [new URL('page_fastify.mjs', import.meta.url).pathname, String(appPort), pg, town.database,
		String(Buffer.byteLength(body))], {}, () => fetch(`http://127.0.0.1:${appPort}/healthz`).then((r) => r.ok, () => false));
	held.push(app);
	const fastify = await nginxBeside(town, 'fastify', await freePort(), (text) => text
		.replace(/upstream chromo_read \{[^}]*\}/, `upstream chromo_read { server 127.0.0.1:${appPort}; keepalive 32; }`)
		.replace(/fastcgi_pass [^;]*;/, 'proxy_pass http://chromo_read; proxy_http_version 1.1; proxy_set_header Connection "";'));
	held.push(fastify);

	const database = town.pid('postgres');
	const headers = { Host: host, Cookie: '__Host-bench=1' };	// a cookie of ours: not from the cache
	const url = (port) => `https://127.0.0.1:${port}/messages`;
	const result = await inTurn({
		chromo: { url: url(town.port), pids: [town.pid('nginx'), town.pid('web'), database] },
		bare: { url: url(bare.port), pids: [bare.pid, held[0].pid, database] },
		fastify: { url: url(fastify.port), pids: [fastify.pid, app.pid, database] },
	}, (c, time) => load(c.url, { pids: c.pids, headers, time }));
	report('page', { value: result.chromo.rate, unit: 'requests/s', limit: result.bare.rate, ratio: result.of('rate', 'chromo', 'bare'), goal: 'ratio >= 0.7' });
	report('page.cpu', { value: result.chromo.cpu, unit: 'µs/request', limit: result.bare.cpu, ratio: result.of('cpu', 'chromo', 'bare'), goal: 'ratio <= 1.5' });
	report('page.fastify', { value: result.chromo.rate, unit: 'requests/s', limit: result.fastify.rate, ratio: result.of('rate', 'chromo', 'fastify'), goal: 'ratio >= 1.5' });
	report('page.p99', { value: result.chromo.p99, unit: 'ms', goal: 'value <= 20' });

	// A file with the same bytes, headers and limits.
	const same = await town.get(host, '/messages');
	const heads = ['cache-control', 'content-security-policy', 'vary'].map((name) => `add_header ${name} "${same.headers[name]}";`);
	const kept = await nginxBeside(town, 'static', await freePort(), (text) => text
		.replace(/location \/ \{([^}]*?)include [^;]*chromo-fastcgi.conf;/, (all, limits) => `location = /messages {${limits}
		root ${town.dir}/nginx-static; try_files /static-page.html =404; default_type text/html;
		include ${town.dir}/nginx-static/snippets/chromo-headers.conf; ${heads.join(' ')} }\n\t${all}`));
	held.push(kept);
	const cached = await inTurn({
		cached: { url: url(town.port), pids: [town.pid('nginx')] },
		static: { url: url(kept.port), pids: [kept.pid] },
	}, (c, time) => load(c.url, { pids: c.pids, headers: { Host: host }, time }), 3 * rounds, seconds / 3);
	report('cached', { value: cached.cached.rate, unit: 'requests/s', limit: cached.static.rate, ratio: cached.of('rate', 'cached', 'static'), goal: 'ratio >= 0.93' });
	report('cached.p99', { value: cached.cached.p99, unit: 'ms', goal: 'value <= 5' });

	// 8 workers of the reading pool are the measure; those of the
	// committing pool are counted apart.
	const pss = (pid) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) / 1024;
	const web = tree(town.pid('web'));
	const workers = web.slice(1, 9);
	const held_mb = [web[0], ...workers, ...tree(town.pid('courier'))].reduce((sum, pid) => sum + pss(pid), 0);
	report('memory', { value: held_mb, unit: 'MB', goal: 'value <= 64' });
} finally {
	for (const h of held) await h.stop();
	await town.stop();
}
