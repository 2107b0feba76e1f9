// SPDX-License-Identifier: Apache-2.0
//
// The promises of all channels under random misbehaviour and kill -9 (G01, G02): runs of
// so many recipients each, judged by the gateways' own ledgers.  The seed of a run is
// printed; CHROMO_PROMISE_SEED begins with it again.
//
//	CHROMO_PROMISE_RUNS=200 CHROMO_PROMISE_PEOPLE=10000 ./dev test courier/promise
//
// Of the people 70 in 100 are on LINE, 15 on mail, 10 on push, 5 on SMS.  LINE: exactly
// once.  SMS (a gateway whose tags can be looked up): once.  Push: one card.  Mail: at most
// one more for each cut connection, each counted.  Nothing that was acknowledged is lost.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sleep } from '../harness/up.mjs';
import { eventually } from './post.mjs';
import { openWays } from './ways.mjs';

const runs = Number(process.env.CHROMO_PROMISE_RUNS ?? 2);
const people = Number(process.env.CHROMO_PROMISE_PEOPLE ?? 1000);
const first = Number(process.env.CHROMO_PROMISE_SEED ?? Date.now() % 1e6);

// A small generator of our own, so that a seed says everything.
function dice(seed) {
	let s = seed >>> 0;
	return () => {
		s = (s + 0x6d2b79f5) >>> 0;
		let t = Math.imul(s ^ (s >>> 15), 1 | s);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

// What gateways over HTTP do wrong, each for a call in so many.
const wrongs = [
	{ accept: true, status: 500 }, { accept: true, status: 503, headers: { 'retry-after': '1' } }, { accept: true, close: true },
	{ status: 500 }, { status: 200, close: true }, { accept: true, bytes: 0 }, { accept: true, bytes: 60 }, { accept: true, bytes: 150 },
	{ accept: true, body: '<html>not JSON' }, { accept: true, hang: 400 }, { status: 429, body: { message: 'Too many requests' } },
	{ status: 429, body: { message: 'Too many requests' }, headers: { 'retry-after': '1' } },
];
const misbehave = (roll, part, sends) => wrongs.map((w, i) => ({ ...w,
	when: (call) => sends(call) && roll() < part * (i === 0 ? 2 : 1) }));

for (let run = 0; run < runs; run++) {
	const seed = first + run;
	test(`run ${run + 1}, seed ${seed}`, { timeout: 60000 + people * 60 }, async () => {
		const roll = dice(seed);
		const ways = await openWays({ conf: { smtp_connections: 8, courier_lease_s: 5, courier_retry_base_s: 1, courier_retry_max_s: 2 } });
		const counted = { kills: 0, calls: 0 };
		try {
			const town = await ways.town({ line: Math.round(people * 0.7), email: Math.round(people * 0.15),
				webpush: Math.round(people * 0.1), sms: Math.round(people * 0.05) });
			ways.line.script(misbehave(roll, 0.03, (c) => c.path.endsWith('/multicast')));
			ways.sms.script(misbehave(roll, 0.01, (c) => c.method === 'POST'));
			ways.push.script(misbehave(roll, 0.01, () => true));
			ways.post.relay.script([{ at: 'dot', hang: 5, times: 40 }, { at: 'dot', accept: true, close: true, times: 3 }, { at: 'dot', hang: 3 }]);
			const messages = [await ways.message(town), await ways.message(town, { vital: false })];
			const through = async () => (await Promise.all(messages.map((m) => ways.post.state(m)))).every((s) => s === 'sent');
			const kills = 2 + Math.floor(roll() * 4);
			for (; counted.kills < kills && !await through(); counted.kills++) {
				const courier = ways.post.courier();
				await sleep(400 + roll() * 1500);
				await courier.kill();
			}
			ways.post.courier();
			ways.post.courier();
			await eventually('all is through', async () => {
				await ways.post.hurry();
				return through();
			}, 60 + people / 20);
			const mail = await ways.post.lawful();
			const sums = { accepted: 0, unknown: 0, doubled: 0 };
			for (const m of messages) {
				const verdict = await ways.lawful(m, town);
				for (const key of Object.keys(sums)) sums[key] += verdict[key];
			}
			counted.calls = ways.line.calls + ways.sms.calls + ways.push.calls;
			assert.ok(mail.extras <= mail.unknown, 'each mail too many is counted');
			console.log(`# seed ${seed}: ${people} people, ${messages.length} messages, ${counted.kills} kills, ${counted.calls} calls; ` +
				`LINE, SMS, push: ${sums.accepted} accepted, ${sums.unknown} unknown, ${sums.doubled} twice; ` +
				`mail: ${mail.extras} extra, ${mail.unknown} counted as possible`);
		} finally {
			await ways.close();
		}
	});
}
