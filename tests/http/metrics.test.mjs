// SPDX-License-Identifier: Apache-2.0
//
// /metrics: well-formed, with what is in the queues; nobody's name or address in it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually, source, up } from '../harness/up.mjs';

let town;
before(async () => {
	town = await up();
	// It forgets mail servers that it has none of.
	town.kill('courier', 'SIGTERM');
	await eventually('the courier is gone', async () =>
		await town.sql(`SELECT count(*) FROM pg_stat_activity WHERE usename = 'chromo_courier' AND datname = current_database()`) === '0');
});
after(() => town?.stop());

test('every line is a comment or a number with labels; the numbers are those of the database', async () => {
	const minato = await town.sql("SELECT tenant_id FROM tenant_host WHERE host = 'minato.localhost'");
	await town.sql(`SET session_replication_role = replica;
		INSERT INTO batch (tenant_id, message_id, channel, key, citizens, first, last, size, due, valid_until, round)
		SELECT ${minato}, min(id), 'line', gen_random_uuid(), '{1,2,3}', 1, 3, 3, now() + interval '1 hour', now() + interval '2 hours', 77
		  FROM message WHERE tenant_id = ${minato};
		INSERT INTO gateway (tenant_id, channel, kind, active) VALUES (${minato}, 'line', 'line', true)
		    ON CONFLICT (tenant_id, channel, place) DO UPDATE SET active = true;
		INSERT INTO gateway_health (tenant_id, gateway_id, breaker, accepted, failed, delay_ms)
		SELECT ${minato}, id, 'open', 7, 2, 200 FROM gateway WHERE tenant_id = ${minato} AND channel = 'line'
		    ON CONFLICT (tenant_id, gateway_id) DO UPDATE SET breaker = 'open', accepted = 7, failed = 2, delay_ms = 200;
		INSERT INTO mail_server (place, breaker, accepted, failed, delay_ms) VALUES (1, 'half_open', 99, 3, 40), (2, 'closed', 12, 0, 55);
		INSERT INTO mail_bar (tenant_id, place, breaker, until) VALUES (${minato}, 0, 'open', now() - interval '1 minute'), (${minato}, 2, 'open', now() + interval '1 minute')`);
	const answer = await town.client('minato.localhost').get('/metrics');
	assert.equal(answer.status, 200);
	assert.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/);
	for (const line of answer.text.trimEnd().split('\n'))
		assert.match(line, /^(# (HELP|TYPE) \w+ .+|chromo_\w+\{(\w+="[\w.]*",?)+\} [\d.]+)$/, line);
	const number = (name) => Number(answer.text.split('\n').find((l) => l.startsWith(`${name} `))?.split(' ')[1]);
	assert.equal(number('chromo_queue_people{channel="line",lane="1"}'), 3);
	assert.equal(number('chromo_queue_oldest_seconds{channel="line",lane="1"}'), 0, 'it is not due yet');
	assert.equal(number(`chromo_gateway_breaker{tenant="${minato}",channel="line",place="1"}`), 2);
	assert.equal(number(`chromo_gateway_calls_total{tenant="${minato}",channel="line",place="1",outcome="failed"}`), 2);
	assert.equal(number('chromo_gateway_breaker{tenant="all",channel="email",place="1"}'), 1, 'the mail server of all towns');
	assert.equal(number('chromo_gateway_calls_total{tenant="all",channel="email",place="1",outcome="accepted"}'), 99);
	assert.equal(number('chromo_gateway_breaker{tenant="all",channel="email",place="2"}'), 0, 'the second');
	assert.equal(number('chromo_gateway_delay_seconds{tenant="all",channel="email",place="2"}'), 0.055);
	assert.equal(number(`chromo_gateway_breaker{tenant="${minato}",channel="email",place="2"}`), 2, 'that refuses this town');
	assert.equal(number(`chromo_gateway_breaker{tenant="${minato}",channel="email",place="0"}`), 0, 'its mails came back, and wait no more');
	assert.equal(number('chromo_people_day{channel="email",verdict="accepted"}'),
		Number(await town.sql("SELECT sum(accepted) FROM batch WHERE channel = 'email' AND finished > now() - interval '1 day'")));
	assert.ok(!/みなと|@/.test(answer.text));
});

test('nginx lets in nobody but the machine itself', () => {
	const conf = readFileSync(join(source, 'nginx/chromo.conf.in'), 'utf8');
	assert.match(conf, /location = \/metrics \{\s+allow 127\.0\.0\.1;\s+allow ::1;\s+deny all;/);
});
