// SPDX-License-Identifier: Apache-2.0
//
// The n-th allocation of a request fails (F10, R36), for the first ones and some of all the
// others: whoever asked gets a clean refusal, nothing is half written, and the next request
// is served.  A worker ends itself when memory is out, and says so; it never runs into the
// dark (a signal 11).  CHROMO_SWEEP_EVERY=1 tries every n.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { forms } from '../harness/client.mjs';
import { desk } from '../harness/desk.mjs';
import { preload } from '../harness/preload.mjs';
import { eventually, sleep, up } from '../harness/up.mjs';

const HOST = 'minato.localhost', FIRST = 8, SOME = 20;
let town, sato, sweep;
before(async () => {
	// A slot whose worker died twice waits: there are enough of them.
	town = await up({ conf: { workers: 48, workers_write: 48 } });
	town.kill('courier', 'SIGTERM');
	sato = await desk(town, 'sato');
	sweep = preload(town.dir, 'tests/http/oom_sweep.c');
	town.env = { ...town.env, ...sweep.env };
});
after(async () => {
	sweep?.close();
	if (town) delete town.env.LD_PRELOAD;
	await town?.stop();
});

// All slots as new.
async function anew() {
	town.kill('web');
	await eventually('its end', () => { try { process.kill(town.pid('web'), 0); return false; } catch { return true; } });
	await town.again('web');
	await eventually('the site', async () => (await town.get(HOST, '/healthz')).status === 200 && (await sato.get('/desk')).status === 200);
}

const message = async () => {
	const form = forms((await sato.get('/desk/messages/new')).text).find((f) => f.action.endsWith('/new'));
	return { token: form.fields.find(([name]) => name === 'token')[1], start: 'blank' };
};
const rows = () => town.sql(`SELECT (SELECT count(*) FROM message) || ' ' || (SELECT count(*) FROM audit) || ' ' ||
	(SELECT count(*) FROM once)`);

const requests = {
	'GET /messages': () => ({ send: () => sato.get('/messages') }),
	'GET /desk': () => ({ send: () => sato.get('/desk') }),
	'GET /api/v1/messages': () => ({ send: () => sato.get('/api/v1/messages') }),
	'POST /desk/messages/new': async () => {
		const form = await message();
		return { send: () => sato.post('/desk/messages/new', form), writes: true };
	},
};

for (const [what, prepare] of Object.entries(requests))
	test(`F10 the n-th allocation fails: ${what}`, { timeout: 300000 }, async () => {
		await anew();
		// How many there are.
		const enough = 1e9, { send: well } = await prepare();
		sweep.set(enough);
		assert.ok([200, 303].includes((await well()).status));
		await sleep(20);
		const all = enough - sweep.left;
		sweep.set(0);
		assert.ok(all > 50, `${all} allocations`);
		const step = process.env.CHROMO_SWEEP_EVERY ? 1 : Math.ceil(all / SOME), said = {};
		for (let n = 1; n <= all; n += n < FIRST ? 1 : step) {
			const { send, writes } = await prepare(), was = await rows();
			let answer;
			sweep.set(n);
			try { answer = await send(); } catch { answer = { status: 0 }; }
			sweep.set(0);
			said[answer.status] = (said[answer.status] ?? 0) + 1;
			assert.ok([200, 303, 0, 500, 502, 503].includes(answer.status), `${n}: ${answer.status}`);
			if (!writes) assert.equal(await rows(), was, `${n}: nothing is written`);
			// The same again is done, and done once.
			const again = await eventually(`${n}: the next is served`, async () => {
				const next = await send().catch(() => ({ status: 0 }));
				return [200, 303].includes(next.status) && next;
			});
			if (!writes) continue;
			const now = (await rows()).split(' ').map(Number), then = was.split(' ').map(Number);
			assert.deepEqual([now[0] - then[0], now[2] - then[2]], [1, 1], `${n}: written once`);
			if (answer.status === 303) assert.equal(again.headers.location, answer.headers.location);
		}
		console.log(`# ${what}: ${all} allocations; answers ${JSON.stringify(said)}`);
		const deaths = town.log('web.log').match(/worker\.died .*/g) ?? [];
		assert.deepEqual(deaths.filter((d) => !/signal=6/.test(d)), [], 'by its own hand alone');
	});
