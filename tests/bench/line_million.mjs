// SPDX-License-Identifier: Apache-2.0
//
// line_million: a message to 1,000,000 people on LINE, from its approval to the last
// hand-off, into a LINE over TLS that answers after 200 ms and permits 200 calls a second
// (what it permits: 2,000 calls in so many seconds), and into one that permits any number.
// The planning of a million is in it.
import { report, say } from './lib.mjs';
import { openMany } from './many.mjs';

const people = Number(process.env.CHROMO_BENCH_CITIZENS ?? 1000000), permitted = 200, before = 1000;
for (const rate of [permitted, 0]) {
	const many = await openMany({ rate, delay: 200, conf: { courier_lease_s: 120 } });
	try {
		const town = await many.town({ line: people }, { rate: rate === 0 ? 100000 : rate });
		const courier = many.post.courier();
		// It is not the first message that this courier ever sends.
		await many.send(await many.town({ line: before }, { rate: 100000 }));
		const idle = many.cpu(courier);
		const { seconds, planned, last } = await many.send(town);
		const after = many.cpu(courier), cpu = Object.entries(after).map(([name, s]) => `${name} ${(s - idle[name]).toFixed(2)} s`).join(', ');
		const heard = await many.sink.end();
		say(`  rate ${rate}: ${seconds.toFixed(2)} s, first call after ${planned.toFixed(2)} s, last verdict after ${last.toFixed(2)} s; ${JSON.stringify(heard)}; ${many.memory(courier)} MB; CPU ${cpu}`);
		if (heard.people !== people + before) throw new Error(`${heard.people} people`);
		const calls = people / 500;
		if (rate > 0) {
			report('line_million', { value: calls / last, unit: 'calls/s', limit: permitted, goal: 'ratio >= 0.95' });
			report('line_million.ignored', { value: heard.limited, unit: '429s', goal: 'value <= 0' });
		} else {
			report('line_million.free', { value: last, unit: 's', goal: 'value <= 4' });
		}
	} finally {
		await many.close();
	}
}
