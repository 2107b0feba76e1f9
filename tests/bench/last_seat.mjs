// SPDX-License-Identifier: Apache-2.0
//
// last_seat: so many people press the last button of a sign-up at once, and there is one
// seat: again and again, each time exactly one has it.  CHROMO_BENCH_CROWD (2,000) people,
// CHROMO_BENCH_SEATS (100) rounds; every second event keeps a waiting list, where all the
// others stand once each, without a gap.
import { makeEvent } from '../harness/event.mjs';
import { freePort } from '../harness/up.mjs';
import { fastTown, presses, script } from './booking_lib.mjs';
import { load, nginxBeside, report, say } from './lib.mjs';

const crowd = Number(process.env.CHROMO_BENCH_CROWD ?? 2000), many = Number(process.env.CHROMO_BENCH_SEATS ?? 100);
const town = await fastTown(), held = [];
let oversold = 0, wrong = 0, failed = 0;
try {
	const web = await nginxBeside(town, 'last_seat', await freePort(), (text) => text);
	held.push(web);
	for (let i = 0; i < many; i++) {
		const queue = i % 2 === 1;
		const made = await makeEvent(town, { capacity: 1, group: 1, columns: { waiting: String(queue) } });
		await presses(town, { event: made.event, slot: made.slots[0] }, crowd);
		// All connections at once; wrk ends when every press was made.
		const r = await load(`https://127.0.0.1:${web.port}/`, { connections: Math.min(crowd, 1000), script: script(town), time: 60 });
		const [taken, confirmed, waiting, last, drafts] = (await town.sql(`SELECT s.taken, count(*) FILTER (WHERE a.state = 'confirmed'),
			count(*) FILTER (WHERE a.state = 'waiting'), coalesce(max(a.waiting), 0), (SELECT count(*) FROM application_draft d WHERE d.event_id = s.event_id)
			FROM event_slot s LEFT JOIN application a ON a.slot_id = s.id WHERE s.id = ${made.slots[0]} GROUP BY s.id, s.taken, s.event_id`)).split('|').map(Number);
		oversold += Math.max(0, confirmed - 1);
		// Whoever had no seat is told so (409, and the draft stays) or waits.
		if (taken !== 1 || confirmed !== 1 || waiting !== last || (queue ? waiting + drafts + 1 : drafts + 1) !== crowd || (queue && drafts > 0)) wrong++;
		failed += queue ? r.failed : 0;
		if (i % 10 === 0 || taken !== 1) say(`  round ${i + 1}: ${r.requests} presses, taken ${taken}, confirmed ${confirmed}, waiting ${waiting}`);
		await town.sql(`DELETE FROM application_draft WHERE event_id = ${made.event}`);
	}
	say(`  last_seat: ${many} rounds of ${crowd}; oversold ${oversold}, wrong ${wrong}, failed ${failed}`);
	report('last_seat', { value: oversold + wrong + failed, unit: 'wrong rounds', goal: 'value <= 0' });
} finally {
	for (const h of held) await h.stop();
	await town.stop();
}
