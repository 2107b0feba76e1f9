// SPDX-License-Identifier: Apache-2.0
//
// booking: complete applications for one date, its capacity held
// (/events/{event}/apply/check: token claimed, draft opened and judged, the row of the date
// locked, seats taken, the application written, the draft gone, a durable commit, 303)
// through nginx with TLS, against pgbench with as many clients: UPDATE … WHERE taken + n <=
// size and INSERT in one transaction, on two bare tables.
//
// Both take seats of one row, so both commit one after the other.
import { makeEvent } from '../harness/event.mjs';
import { freePort } from '../harness/up.mjs';
import { applyScript, presses } from './booking_lib.mjs';
import { nginxBeside, seconds } from './lib.mjs';
import { contend, fastTown, host } from './press.mjs';

const most = 5000, seats = 10_000_000;	// requests a second at the most
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
	// Seats taken, applications kept: in one look.
	const stored = async () => {
		const [taken, kept] = (await town.sql(`SELECT s.taken, (SELECT count(*) FROM application a WHERE a.slot_id = s.id AND a.state = 'confirmed')
			FROM event_slot s WHERE s.id = ${event.slot}`)).split('|').map(Number);
		if (taken !== kept) throw new Error(`${taken} seats, ${kept} applications`);
		return kept;
	};

	const [, draft, visit, token] = (await presses(town, event, 1))[0].split(' ');
	const client = town.client(host);
	client.cookies.set('__Host-apply', draft).set('__Host-visit', visit);
	const first = await client.post(`/events/${event.event}/apply/check`, { token });
	if (!/^\/tickets\//.test(first.headers.location ?? '')) throw new Error(`the first one: ${first.status} ${first.headers.location}`);

	await contend('booking', { town, web, path: `/events/${event.event}/apply/check`, script: applyScript(town), insert: bare, clients: 64,
		stored, unit: 'applications/s', goal: 'ratio >= 0.4', fill: async () => {
			await presses(town, event, most * seconds);
			await town.sql('VACUUM ANALYZE event_slot, application, application_draft, once; CHECKPOINT').catch(() => town.sql('CHECKPOINT'));
		} });
} finally {
	for (const h of held) await h.stop();
	await town.stop();
}
