// SPDX-License-Identifier: Apache-2.0
//
// rush: sign-up opens, and so many people press within ten seconds: CHROMO_BENCH_CROWD
// (20,000) people, CHROMO_BENCH_SECONDS (10).  Each asks for the form, waits as its Refresh
// header says if there is a queue, and is through when the form is there.  No answer may be an
// error, and none may take long; whoever came earlier is in earlier.  CHROMO_BENCH_IN (200):
// so many of them are followed until they are in, the others have their number.
import https from 'node:https';
import { makeEvent } from '../harness/event.mjs';
import { freePort, sleep } from '../harness/up.mjs';
import { fastTown, host } from './booking_lib.mjs';
import { nginxBeside, report, say } from './lib.mjs';

const crowd = Number(process.env.CHROMO_BENCH_CROWD ?? 20000), within = Number(process.env.CHROMO_BENCH_SECONDS ?? 10) * 1000;
const followed = Number(process.env.CHROMO_BENCH_IN ?? 200);
const town = await fastTown(), held = [], agent = new https.Agent({ keepAlive: true, maxSockets: 2000 });
const times = [], codes = new Map();

// cookie: a turn belongs to the browser that got it.
function get(port, path, cookie) {
	const begun = performance.now();
	return new Promise((done) => {
		const request = https.get({ host: '127.0.0.1', port, servername: host, agent, rejectUnauthorized: false, path, headers: { host: `${host}:${port}`, ...(cookie ? { cookie } : {}) } }, (answer) => {
			answer.resume();
			answer.on('end', () => done({ status: answer.statusCode, turn: /url=(.+)$/.exec(answer.headers.refresh ?? '')?.[1], again: parseInt(answer.headers.refresh, 10),
				cookie: /^__Host-visit=[^;]+/m.exec((answer.headers['set-cookie'] ?? []).join('\n'))?.[0] ?? cookie }));
		});
		request.on('error', () => done({ status: 0 }));
	}).then((answer) => {
		times.push(performance.now() - begun);
		codes.set(answer.status, (codes.get(answer.status) ?? 0) + 1);
		return answer;
	});
}

try {
	const web = await nginxBeside(town, 'rush', await freePort(), (text) => text);
	held.push(web);
	const made = await makeEvent(town, { capacity: crowd, columns: { opens: `now() - interval '1 second'` } });
	const at = `/events/${made.event}/apply`, begun = performance.now(), first = [];
	for (let i = 0; i < crowd; i++) {
		const late = begun + within * i / crowd - performance.now();
		if (late > 0) await sleep(late);
		first.push(get(web.port, at));
	}
	const answers = await Promise.all(first), took = (performance.now() - begun) / 1000;
	const sorted = [...times].sort((a, b) => a - b), p99 = sorted[Math.floor(sorted.length * 0.99)];
	const queued = answers.filter((a) => a.turn).length;
	say(`  ${crowd} in ${took.toFixed(1)} s: ${[...codes].map(([c, n]) => `${n} × ${c}`).join(', ')}; ${queued} wait; p50 ${sorted[sorted.length >> 1].toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`);
	// Some of them, evenly, until they are in.
	const step = Math.max(1, Math.floor(crowd / followed)), order = [];
	await Promise.all(answers.map((a, i) => [a, i]).filter(([a, i]) => a.status === 200 && i < followed * step && i % step === 0 && i < followed * 10).map(async ([answer, i]) => {
		let now = answer;
		while (now.turn) {
			await sleep(now.again * 1000);
			now = await get(web.port, now.turn, now.cookie);
		}
		order.push(i);
	}));
	say(`  ${order.length} followed until they were in`);
	const bad = [...codes].filter(([c]) => c === 0 || c >= 500).reduce((n, [, k]) => n + k, 0);
	report('rush_errors', { value: bad, unit: 'answers 5xx or none', goal: 'value <= 0' });
	report('rush_p99', { value: p99, unit: 'ms', goal: 'value <= 2000' });
} finally {
	agent.destroy();
	for (const h of held) await h.stop();
	await town.stop();
}
