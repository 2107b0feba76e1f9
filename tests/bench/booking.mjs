// SPDX-License-Identifier: Apache-2.0
//
// booking: complete applications for one date, its capacity held
// (/events/{event}/apply/check: token claimed, draft opened and judged, the row of the date
// locked, seats taken, the application written, the draft gone, a durable commit, 303)
// through nginx with TLS, against pgbench with as many clients: UPDATE … WHERE taken + n <=
// size and INSERT in one transaction, on two bare tables.
//
// Both take seats of one row, so both commit one after the other.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeEvent } from '../harness/event.mjs';
import { freePort, sleep } from '../harness/up.mjs';
import { fastTown, host, presses, script } from './booking_lib.mjs';
import { load, median, nginxBeside, report, rounds, run, say, seconds } from './lib.mjs';

const most = 5000, clients = 64, seats = 10_000_000;	// requests a second at the most
const town = await fastTown(), held = [];
// Prepared statements do not take BEGIN … COMMIT in one string: three round trips, as a program has them.
const bare = `\\set who random(1, 1000000000)
BEGIN;
UPDATE bench_slot SET taken = taken + 1 WHERE id = 1 AND taken + 1 <= size;
INSERT INTO bench_booking (slot, number, person, contact, hash) VALUES (1, :who, sha256('person'), sha256('contact'), sha256(:who::text::bytea));
COMMIT;
`;

try {
	await town.sql(`CREATE TABLE bench_slot (id int PRIMARY KEY, size int NOT NULL, taken int NOT NULL, CHECK (taken <= size));
		INSERT INTO bench_slot VALUES (1, ${seats}, 0);
		CREATE TABLE bench_booking (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, slot int NOT NULL, number bigint NOT NULL,
			person bytea NOT NULL, contact bytea NOT NULL, hash bytea NOT NULL, created timestamptz NOT NULL DEFAULT now())`);
	const made = await makeEvent(town, { capacity: seats, group: 1 });
	const event = { event: made.event, slot: made.slots[0] };
	const web = await nginxBeside(town, 'booking', await freePort(), (text) => text);
	held.push(web);
	writeFileSync(join(town.dir, 'pgbench.sql'), bare);
	// Seats taken, applications kept: in one look.
	const now = async () => (await town.sql(`SELECT s.taken, (SELECT count(*) FROM application a WHERE a.slot_id = s.id AND a.state = 'confirmed')
		FROM event_slot s WHERE s.id = ${event.slot}`)).split('|').map(Number);

	const [, draft, visit, token] = (await presses(town, event, 1))[0].split(' ');
	const client = town.client(host);
	client.cookies.set('__Host-apply', draft).set('__Host-visit', visit);
	const first = await client.post(`/events/${event.event}/apply/check`, { token });
	if (!/^\/tickets\//.test(first.headers.location ?? '')) throw new Error(`the first one: ${first.status} ${first.headers.location}`);

	const ours = [], theirs = [], late = [];
	// The first round makes plans and caches and is not counted.
	for (let i = -1; i < rounds; i++) {
		await presses(town, event, most * seconds);
		await town.sql('VACUUM ANALYZE event_slot, application, application_draft, once; CHECKPOINT').catch(() => town.sql('CHECKPOINT'));
		const [before] = await now();
		const r = await load(`https://127.0.0.1:${web.port}/events/${event.event}/apply/check`, { connections: clients,
			pids: [web.pid, town.pid('web'), town.pid('postgres')], script: script(town) });
		await sleep(1000);	// what was on its way when wrk went
		const [taken, kept] = await now();
		if (r.failed || taken - before < r.requests || taken !== kept) throw new Error(`${r.requests} answers, ${r.failed} failed, ${taken - before} seats, ${kept} kept`);
		say(`  chromo     ${r.rate.toFixed(0).padStart(8)} /s  p99 ${r.p99.toFixed(1)} ms  cpu ${r.cpu.toFixed(0)} µs`);
		const { stdout } = await run('pgbench', ['-n', '-M', 'prepared', '-c', String(clients), '-j', '2', '-T', String(seconds),
			'-f', join(town.dir, 'pgbench.sql'), '-h', join(town.dir, 'run/pg'), '-U', 'postgres', town.database],
		{ timeout: (seconds + 30) * 1000, killSignal: 'SIGKILL' });
		const rate = Number(/tps = ([\d.]+)/.exec(stdout)[1]);
		say(`  pgbench    ${rate.toFixed(0).padStart(8)} /s`);
		if (i < 0) continue;
		ours.push(r.rate);
		late.push(r.p99);
		theirs.push(rate);
	}
	report('booking', { value: median(ours), unit: 'applications/s', limit: median(theirs), goal: 'ratio >= 0.4' });
	say(`  booking: p99 ${median(late).toFixed(1)} ms`);
} finally {
	for (const h of held) await h.stop();
	await town.stop();
}
