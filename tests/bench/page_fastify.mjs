// SPDX-License-Identifier: Apache-2.0
//
// The peer of bench `page`: Fastify + pg + Mustache, a cluster of two, showing
// the same twenty rows in a page of the same size, without tenants, row level
// security, languages or anything else.
//
//	node page_fastify.mjs PORT PGHOST DATABASE BYTES
import cluster from 'node:cluster';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../package.json', import.meta.url));
const [port, host, database, bytes] = process.argv.slice(2);

if (cluster.isPrimary) {
	for (let i = 0; i < 2; i++) cluster.fork();
	process.on('SIGTERM', () => {
		for (const w of Object.values(cluster.workers)) w.kill('SIGKILL');
		process.exit(0);
	});
} else {
	const fastify = require('fastify')();
	const { Pool } = require('pg');
	const mustache = require('mustache');
	const pool = new Pool({ host, database, user: 'postgres', max: 8 });
	const filler = '<p>'.padEnd(Math.max(0, Number(bytes) - 3200), 'x');
	const template = `<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"><title>お知らせ</title></head><body>${filler}<ul>
{{#rows}}<li><a href="/messages/{{id}}">{{subject}}</a> <time datetime="{{published}}">{{published}}</time> {{name}}</li>
{{/rows}}</ul></body></html>`;
	mustache.parse(template);
	fastify.get('/messages', async (request, reply) => {
		const { rows } = await pool.query({
			name: 'rows',
			text: `SELECT m.id, m.subject, m.published, d.name FROM message m
			         JOIN department d USING (tenant_id) WHERE d.id = m.department_id AND m.tenant_id = 1
			          AND m.on_site AND m.state IN ('sending', 'sent')
			        ORDER BY m.published DESC, m.id DESC LIMIT 20`,
		});
		reply.type('text/html; charset=utf-8');
		return mustache.render(template, { rows: rows.map((r) => ({ ...r, published: r.published.toISOString() })) });
	});
	fastify.get('/healthz', async () => 'ok');
	await fastify.listen({ port: Number(port), host: '127.0.0.1', backlog: 1024 });
}
