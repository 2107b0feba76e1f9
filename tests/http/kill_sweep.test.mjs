// SPDX-License-Identifier: Apache-2.0
//
// A worker is killed in front of each system call of a POST by which bytes come or go (F01),
// from the first byte that it reads to the last that it writes.  Whoever got no answer sends
// the same form again and is told what was done; it was done once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { forms } from '../harness/client.mjs';
import { desk } from '../harness/desk.mjs';
import { preload } from '../harness/preload.mjs';
import { eventually, sleep, up } from '../harness/up.mjs';

const ENOUGH = 1e9;
let town, sato, sweep;
before(async () => {
	// A slot whose worker died twice waits: there are enough of them.
	town = await up({ conf: { workers: 4, workers_write: 48 } });
	town.kill('courier', 'SIGTERM');
	sato = await desk(town, 'sato');
	sweep = preload(town.dir, 'tests/harness/kill_sweep.c');
	town.env = { ...town.env, ...sweep.env };
	town.kill('web');
	await eventually('its end', () => { try { process.kill(town.pid('web'), 0); return false; } catch { return true; } });
	await town.again('web');
	await eventually('the desk again', async () => (await sato.get('/desk')).status === 200);
});
after(async () => {
	sweep?.close();
	if (town) delete town.env.LD_PRELOAD;
	await town?.stop();
});

const token = async () => forms((await sato.get('/desk/messages/new')).text).find((f) => f.action.endsWith('/new'))
	.fields.find(([name]) => name === 'token')[1];
const press = (key) => sato.post('/desk/messages/new', { token: key, start: 'blank' }).catch(() => ({ status: 0 }));
const rows = async () => (await town.sql(`SELECT (SELECT count(*) FROM message) || ' ' ||
	(SELECT count(*) FROM audit WHERE act = 'message.insert') || ' ' || (SELECT count(*) FROM once)`)).split(' ').map(Number);

test('F01 kill -9 of a worker at each system call of a POST: one row, and the same answer', { timeout: 300000 }, async () => {
	// The second one of a worker: its connection to the database is there.  How many calls it takes
	// differs a little, with what comes in one piece.
	for (let i = 0; i < 2; i++) assert.equal((await press(await token())).status, 303);
	const well = await token();
	sweep.set(ENOUGH);
	assert.equal((await press(well)).status, 303);
	await sleep(50);
	const all = ENOUGH - sweep.left, said = {};
	sweep.set(0);
	assert.ok(all > 5, `${all} calls`);
	let deaths = 0;
	for (let n = 1; n <= all + 4; n++) {
		const key = await token(), was = await rows();
		sweep.set(n);
		const answer = await press(key);
		await sleep(10);
		deaths += sweep.left === 0;
		sweep.set(0);
		said[answer.status] = (said[answer.status] ?? 0) + 1;
		assert.ok([0, 303, 502, 503].includes(answer.status), `${n}: ${answer.status}`);
		const again = await eventually(`${n}: it is told what was done`, async () => {
			const next = await press(key);
			return next.status === 303 && next;
		});
		const now = await rows();
		assert.deepEqual(now.map((v, i) => v - was[i]), [1, 1, 1], `${n}: done once`);
		if (answer.status === 303) assert.equal(again.headers.location, answer.headers.location, `${n}: the same`);
		assert.equal(await town.sql('SELECT max(id) FROM message'), again.headers.location.split('/').pop());
	}
	console.log(`# ${all} calls, ${deaths} deaths; answers ${JSON.stringify(said)}`);
	assert.ok((said[502] ?? 0) > 3, 'some were cut off');
});
