// SPDX-License-Identifier: Apache-2.0
//
// rush: sign-up opens, and so many people press within ten seconds: CHROMO_BENCH_CROWD
// (20,000) people, CHROMO_BENCH_SECONDS (10), by wrk, which sends at the pace of the crowd
// and not when it is answered.  Each is somebody new and gets the form or a number.  No
// answer may be an error, and none may take long.  CHROMO_BENCH_IN (50) more come among the
// first third, wait as their Refresh header says, and are followed until they are in.
import https from 'node:https';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeEvent } from '../harness/event.mjs';
import { freePort, sleep } from '../harness/up.mjs';
import { load, nginxBeside, report, say } from './lib.mjs';
import { fastTown, host } from './press.mjs';

const crowd = Number(process.env.CHROMO_BENCH_CROWD ?? 20000), within = Number(process.env.CHROMO_BENCH_SECONDS ?? 10);
const followed = Number(process.env.CHROMO_BENCH_IN ?? 50), connections = Math.min(1000, crowd / 4);
const town = await fastTown(), held = [], agent = new https.Agent({ keepAlive: true });
const codes = new Map();

// wrk's script: so many in all, each connection's next one after a while; then silence.
function pace(port) {
	const path = join(town.dir, 'rush.lua');
	writeFileSync(path, `
local n, gap = ${crowd / 2}, ${(1000 * within * connections) / crowd}
function delay()
	n = n - 1
	if n < 0 then return 1000000 end
	return math.random(0, 2 * gap)
end
wrk.headers["Host"] = "${host}:${port}"
`);
	return path;
}

// cookie: a turn belongs to the browser that got it.
function get(port, path, cookie) {
	return new Promise((done) => {
		const request = https.get({ host: '127.0.0.1', port, servername: host, agent, rejectUnauthorized: false, path,
			headers: { host: `${host}:${port}`, ...(cookie ? { cookie } : {}) } }, (answer) => {
			answer.resume();
			answer.on('end', () => done({ status: answer.statusCode, turn: /url=(.+)$/.exec(answer.headers.refresh ?? '')?.[1], again: parseInt(answer.headers.refresh, 10),
				cookie: /^__Host-visit=[^;]+/m.exec((answer.headers['set-cookie'] ?? []).join('\n'))?.[0] ?? cookie }));
		});
		request.on('error', () => done({ status: 0 }));
	}).then((answer) => {
		codes.set(answer.status, (codes.get(answer.status) ?? 0) + 1);
		return answer;
	});
}

// One of those whom we follow: how often they asked until they were in.
async function follow(port, path, after) {
	await sleep(after);
	let now = await get(port, path), asked = 1;
	for (; now.turn; asked++) {
		await sleep(now.again * 1000);
		now = await get(port, now.turn, now.cookie);
	}
	return asked;
}

try {
	// All of them come from one address here, over the connections of one client.
	const web = await nginxBeside(town, 'rush', await freePort(), (text) => text.replace('worker_connections 2048', 'worker_connections 8192')
		.replace('worker_rlimit_nofile 8192', 'worker_rlimit_nofile 20000').replaceAll(/^\s*limit_req zone=chromo_citizen.*$/gm, ''));
	held.push(web);
	const made = await makeEvent(town, { capacity: crowd, columns: { opens: `now() - interval '1 second'` } });
	const at = `/events/${made.event}/apply`;
	const some = Array.from({ length: followed }, (_, i) => follow(web.port, at, within * (250 + (50 * i) / followed)));
	const r = await load(`https://127.0.0.1:${web.port}${at}`, { connections, script: pace(web.port), time: within * 2, pids: [web.pid, town.pid('web')] });
	say(`  ${r.requests} of ${crowd} pressed and were answered, ${r.failed} refused; p99 ${r.p99.toFixed(0)} ms, cpu ${r.cpu.toFixed(0)} µs each`);
	const asked = await Promise.all(some), bad = [...codes].filter(([c]) => c !== 200).reduce((n, [, k]) => n + k, 0);
	say(`  ${asked.length} followed until they were in, ${asked.filter((n) => n > 1).length} of them from the queue; asked ${Math.max(...asked)} times at most; ${bad} of their answers were no page`);
	report('rush_errors', { value: r.failed + bad + Math.max(0, crowd - r.requests), unit: 'people without a page', goal: 'value <= 0' });
	report('rush_p99', { value: r.p99, unit: 'ms', goal: 'value <= 2000' });
} finally {
	agent.destroy();
	for (const h of held) await h.stop();
	await town.stop();
}
