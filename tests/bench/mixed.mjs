// SPDX-License-Identifier: Apache-2.0
//
// mixed: one message to 3,770,000 citizens, 70 % of them on LINE, 20 % by mail, 8 % by
// push, 2 % by SMS, into gateways that answer at once: people a second on each channel,
// and what the courier holds in all its processes.
import { report, say } from './lib.mjs';
import { openMany, openSink } from './many.mjs';

const people = Number(process.env.CHROMO_BENCH_CITIZENS ?? 3770000);
const mail = await openSink('smtp_sink');
const many = await openMany({ rate: 0, delay: 5, outbox: true, conf: { smtp_url: `smtp://127.0.0.1:${mail.port}`,
	smtp_connections: 64, smtp_timeout_s: 90, courier_lease_s: 120 } });
try {
	const began = Date.now();
	const town = await many.town({ line: Math.round(people * 0.7), email: Math.round(people * 0.2),
		webpush: Math.round(people * 0.08), sms: Math.round(people * 0.02) });
	say(`  ${people} people are there after ${((Date.now() - began) / 1000).toFixed(0)} s`);
	const courier = many.post.courier();
	let most = 0;
	const watch = setInterval(() => { most = Math.max(most, many.memory(courier)); }, 500);
	const { channels, planned, last } = await many.send(town, { mail: true, patience: 3600 });
	clearInterval(watch);
	say(`  first call after ${planned.toFixed(1)} s, all after ${last.toFixed(1)} s`);
	for (const [channel, { people: n, seconds }] of Object.entries(channels))
		report(`mixed.${channel}`, { value: n / seconds, unit: 'people/s', goal: 'value >= 1' });
	const sum = Object.values(channels).reduce((s, c) => s + c.people, 0);
	report('mixed.people', { value: sum, unit: 'people', goal: `value >= ${people - 2}` });
	report('mixed.memory', { value: most, unit: 'MB', goal: 'value <= 128' });
} finally {
	await many.close();
	await mail.end();
}
