// SPDX-License-Identifier: Apache-2.0
//
// last_seat: so many people press the last button of a sign-up at once, and there is one
// seat: again and again, each time exactly one has it.  CHROMO_BENCH_CROWD (2,000) people,
// CHROMO_BENCH_SEATS (100) rounds; every second event keeps a waiting list, where all the
// others stand once each, without a gap.
import https from 'node:https';
import { makeEvent } from '../harness/event.mjs';
import { freePort } from '../harness/up.mjs';
import { presses } from './booking_lib.mjs';
import { fastTown, host } from './press.mjs';
import { nginxBeside, report, say } from './lib.mjs';

const crowd = Number(process.env.CHROMO_BENCH_CROWD ?? 2000), many = Number(process.env.CHROMO_BENCH_SEATS ?? 100);
const town = await fastTown(), held = [];
const agent = new https.Agent({ keepAlive: true, maxSockets: 1000 });

// One press: its status, or 0 where no answer came.
const press = (port, line) => new Promise((done) => {
	const [event, draft, visit, token] = line.split(' '), body = `token=${token}`;
	const request = https.request({ host: '127.0.0.1', port, servername: host, agent, rejectUnauthorized: false, method: 'POST', path: `/events/${event}/apply/check`,
		headers: { host: `${host}:${port}`, 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length,
			cookie: `__Host-apply=${draft}; __Host-visit=${visit}` } }, (answer) => { answer.resume(); answer.on('end', () => done(answer.statusCode)); });
	request.on('error', () => done(0));
	request.end(body);
});
let oversold = 0, wrong = 0, failed = 0;
try {
	const web = await nginxBeside(town, 'last_seat', await freePort(), (text) => text);
	held.push(web);
	for (let i = 0; i < many; i++) {
		const queue = i % 2 === 1;
		const made = await makeEvent(town, { capacity: 1, group: 1, columns: { waiting: String(queue) } });
		const lines = await presses(town, { event: made.event, slot: made.slots[0] }, crowd);
		const said = await Promise.all(lines.map((line) => press(web.port, line)));
		const kept = said.filter((x) => x === 303).length, refused = said.filter((x) => x === 409).length;
		const [taken, confirmed, waiting, last, drafts] = (await town.sql(`SELECT s.taken, count(*) FILTER (WHERE a.state = 'confirmed'),
			count(*) FILTER (WHERE a.state = 'waiting'), coalesce(max(a.waiting), 0), (SELECT count(*) FROM application_draft d WHERE d.event_id = s.event_id)
			FROM event_slot s LEFT JOIN application a ON a.slot_id = s.id WHERE s.id = ${made.slots[0]} GROUP BY s.id, s.taken, s.event_id`)).split('|').map(Number);
		oversold += Math.max(0, confirmed - 1);
		// Whoever had no seat is told so (409, and the draft stays) or waits.
		if (taken !== 1 || confirmed !== 1 || waiting !== last || kept !== confirmed + waiting || refused !== drafts || kept + refused !== crowd || (queue && refused)) wrong++;
		failed += crowd - kept - refused;
		if (i % 10 < 2 || taken !== 1) say(`  round ${i + 1}: kept ${kept}, refused ${refused}, no answer or another one ${crowd - kept - refused}; taken ${taken}, confirmed ${confirmed}, waiting ${waiting}`);
		await town.sql(`DELETE FROM application_draft WHERE event_id = ${made.event}`);
	}
	say(`  last_seat: ${many} rounds of ${crowd}; oversold ${oversold}, wrong ${wrong}, failed ${failed}`);
	report('last_seat', { value: oversold + wrong + failed, unit: 'wrong rounds', goal: 'value <= 0' });
} finally {
	agent.destroy();
	for (const h of held) await h.stop();
	await town.stop();
}
