// SPDX-License-Identifier: Apache-2.0
//
// Two databases that both call themselves the primary (F04): the standby was promoted, and
// the old one came back with nobody to fence it and nothing that holds its commits up.
// Whoever is named first in chromo.conf, the higher timeline is believed; where only the
// old one answers, nobody is told that anything was done, and nothing is done there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { forms } from '../harness/client.mjs';
import { pair } from '../harness/cluster.mjs';
import { desk } from '../harness/desk.mjs';
import { eventually, sleep, up } from '../harness/up.mjs';

let town, sato, old, second;
before(async () => {
	town = await up({ at: (dir, database) => ({ database: `host=${join(dir, 'run/pg')},${join(dir, 'run/pg2')} dbname=${database}` }) });
	[old, second] = await pair(town);
	sato = await desk(town, 'sato');
	const lag = 'SELECT pg_current_wal_lsn() = replay_lsn FROM pg_stat_replication';
	await eventually('it has followed', async () => await old.sql(lag) === 't');
});
after(async () => {
	for (const cluster of [second, old]) await cluster?.stop('immediate').catch(() => {});
	await town?.stop();
});

const token = async () => forms((await sato.get('/desk/messages/new')).text).find((f) => f.action.endsWith('/new'))
	.fields.find(([name]) => name === 'token')[1];
const press = async (key) => sato.post('/desk/messages/new', { token: key, start: 'blank' }).catch(() => ({ status: 0 }));

// The same form until it is acknowledged: the number of its message.
async function insist(key) {
	for (;; await sleep(20)) {
		const answer = await press(key);
		if (answer.status === 303) return Number(answer.headers.location.split('/').pop());
		assert.ok([0, 500, 502, 503, 504].includes(answer.status), `${answer.status} ${answer.text}`);
	}
}

const count = (cluster) => cluster.sql('SELECT count(*) FROM message');
const ours = (cluster) => cluster.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'chromo-%'").then(Number);
const workers = () => readFileSync(`/proc/${town.pid('web')}/task/${town.pid('web')}/children`, 'utf8').trim().split(' ').map(Number);
const apart = (cluster) => cluster.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE 'chromo-%'");

test('F04 an old primary that comes back unfenced: the higher timeline is believed', { timeout: 120000 }, async () => {
	await old.die();
	await second.promote();
	const first = await insist(await token());
	assert.equal(await second.sql(`SELECT count(*) FROM message WHERE id = ${first}`), '1');

	// It takes whatever comes, and is the first that is named.
	await old.start();
	const was = await count(old), keys = [];
	assert.equal(await old.sql('SELECT pg_is_in_recovery()'), 'f');
	await apart(second);
	for (let n = 0; n < 12; n++) keys.push(await token());
	const ids = await Promise.all(keys.map(insist));
	assert.equal(await second.sql(`SELECT count(*) FROM message WHERE id IN (${ids})`), '12', 'acknowledged, and there');
	assert.equal(await count(old), was, 'nothing came to the old one');
	await eventually('the courier is at the right one, too', async () => await ours(second) > 5 && await ours(old) === 0);
});

test('F04 only the old one answers: nobody is served by it, and new processes know', { timeout: 120000 }, async () => {
	const key = await token(), was = await count(old), known = await count(second);
	await second.stop('immediate');
	for (let n = 0; n < 6; n++) assert.equal((await press(key)).status, 503);
	assert.equal((await sato.get('/desk')).status, 503, 'nor is what is read there the truth');
	for (const pid of workers()) process.kill(pid, 'SIGKILL');
	await eventually('a new worker says so', async () => (await press(key)).status === 503);
	await eventually('nobody stays at the old one: who asks it for its age is gone at once', async () => await ours(old) === 0);
	assert.match(town.log('web.log'), /db\.old_primary host=1 timeline=1 seen=2/);
	assert.match(town.log('courier.log'), /db\.old_primary host=1 timeline=1 seen=2/);

	await second.start();
	assert.ok(await insist(key) > 0, 'by itself');
	assert.equal(await count(second), String(Number(known) + 1));
	assert.equal(await count(old), was);
});

test('F04 a house that starts while both are there takes the right one', { timeout: 120000 }, async () => {
	const was = await count(old);
	town.kill('web', 'SIGKILL');
	await eventually('its end', () => { try { process.kill(town.pid('web'), 0); return false; } catch { return true; } });
	await town.again('web');
	await eventually('the desk again', async () => (await sato.get('/desk')).status === 200);
	const id = await insist(await token());
	assert.equal(await second.sql(`SELECT count(*) FROM message WHERE id = ${id}`), '1');
	assert.equal(await count(old), was);
});
