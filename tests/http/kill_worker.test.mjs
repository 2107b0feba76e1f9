// SPDX-License-Identifier: Apache-2.0
//
// F01: workers die by kill -9 while forms come in.  Whoever got no answer sends the
// same form again: nothing acknowledged is lost, nothing is there twice, and the
// supervisor has workers again without anybody's hand.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { forms } from '../harness/client.mjs';
import { desk } from '../harness/desk.mjs';
import { eventually, sleep, up } from '../harness/up.mjs';

const FORMS = 200, AT_ONCE = 4, KILLS = 24, WORKERS = 5;
let town, sato;
before(async () => {
	town = await up();
	town.kill('courier', 'SIGTERM');
	sato = await desk(town, 'sato');
});
after(() => town?.stop());

// The children of the supervisor.
function workers() {
	const pid = town.pid('web');
	return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}
const murder = (pid) => {
	try { process.kill(pid, 'SIGKILL'); return true; } catch { return false; }
};

// A form until it is answered; what came before the answer.
async function insist(client, path, fields) {
	for (let failures = 0; failures < 100; failures++) {
		let answer;
		try { answer = await client.post(path, fields); } catch { answer = { status: 0 }; }
		if (![0, 502, 503, 504].includes(answer.status)) return { answer, failures };
		await sleep(20);
	}
	throw new Error('never answered');
}

async function tokens(n) {
	const found = [];
	while (found.length < n) {
		const form = forms((await sato.get('/desk/messages/new')).text).find((f) => f.action.endsWith('/new'));
		found.push(form.fields.find(([name]) => name === 'token')[1]);
	}
	return found;
}

test('F01 two hundred forms, and a worker killed again and again: one row each', async () => {
	assert.equal(workers().length, WORKERS);
	const before = Number(await town.sql('SELECT count(*) FROM message')), todo = await tokens(FORMS), places = [];
	let failures = 0, kills = 0, going = true;
	// As many as a supervisor lives through that starts anew at once only who lived long.
	const killer = (async () => {
		while (going && kills < KILLS) {
			const alive = workers();
			if (alive.length > 1) kills += murder(alive[Math.floor(Math.random() * alive.length)]);
			await sleep(25);
		}
	})();
	await Promise.all(Array.from({ length: AT_ONCE }, async () => {
		for (let token = todo.pop(); token; token = todo.pop()) {
			const done = await insist(sato, '/desk/messages/new', { token, start: 'blank' });
			assert.equal(done.answer.status, 303, done.answer.text?.slice(0, 200));
			failures += done.failures;
			places.push(done.answer.headers.location);
		}
	}));
	going = false;
	await killer;

	assert.equal(Number(await town.sql('SELECT count(*) FROM message')), before + FORMS, `${kills} kills, ${failures} without answer`);
	assert.equal(new Set(places).size, FORMS, 'each acknowledged one is another one');
	assert.equal(await town.sql(`SELECT count(*) FROM message WHERE id IN (${places.map((p) => p.split('/').pop())})`), `${FORMS}`, 'and is there');
	assert.equal(await town.sql(`SELECT count(*) FROM audit WHERE act = 'message.insert' AND object_id > ${before}`), `${FORMS}`, 'noted once each');
	assert.ok(kills >= 5, `${kills} kills`);
	await eventually('all workers again', () => workers().length === WORKERS);
	assert.match(town.log('web.log'), /worker\.died .*signal=9/);
});

test('F01 killed in the very middle: after the work, before the commit', async () => {
	// The database waits where the commit is: the worker that asks for it is known.
	const [token] = await tokens(1), before = Number(await town.sql('SELECT count(*) FROM message'));
	await town.sql(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(3); RETURN NULL; END';
		CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON message DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()`);
	const first = insist(sato, '/desk/messages/new', { token, start: 'blank' });
	await eventually('a worker that waits', () => town.sql(`SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`).then((n) => n === '1'));
	for (const pid of workers()) murder(pid);
	const { answer, failures } = await first;
	assert.equal(answer.status, 303);
	assert.ok(failures > 0, 'it was cut off');
	assert.equal(Number(await town.sql('SELECT count(*) FROM message')), before + 1);
	assert.equal(answer.headers.location, `/desk/messages/${await town.sql('SELECT max(id) FROM message')}`);
	await town.sql('DROP TRIGGER slow ON message');
});

test('F01 all of them at once: readers wait a moment, and all is well', async () => {
	for (const pid of workers()) murder(pid);
	await eventually('the first page again', async () => (await town.get('minato.localhost', '/healthz')).status === 200);
	assert.equal((await sato.get('/desk')).status, 200);
	await eventually('all workers again', () => workers().length === WORKERS);
});

test('F05 SIGSTOP of workers: the others serve; of the database: who waits is answered when it goes on', async () => {
	const all = workers(), stopped = [all[0], all.at(-1)], before = Number(await town.sql('SELECT count(*) FROM message'));
	const keys = await tokens(8);
	for (const pid of stopped) process.kill(pid, 'SIGSTOP');
	// Until it stands it may still take a request, and then has it.
	for (const pid of stopped) await eventually('it stands', () => readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') T '));
	try {
		for (let n = 0; n < 10; n++) assert.equal((await sato.get('/desk')).status, 200);
		for (const token of keys.splice(0, 4)) assert.equal((await insist(sato, '/desk/messages/new', { token, start: 'blank' })).answer.status, 303);
	} finally {
		for (const pid of stopped) process.kill(pid, 'SIGCONT');
	}
	// Backends that there are, and the one that would start others.
	const database = (await town.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'chromo-web'")).split('\n')
		.map(Number).concat(town.pid('postgres'));
	let pressed;
	try {
		for (const pid of database) process.kill(pid, 'SIGSTOP');
		pressed = keys.map((token) => insist(sato, '/desk/messages/new', { token, start: 'blank' }));
		assert.equal(await Promise.race([Promise.any(pressed), sleep(300)]), undefined, 'nobody is told that it is done');
	} finally {
		for (const pid of database) process.kill(pid, 'SIGCONT');
	}
	for (const { answer } of await Promise.all(pressed)) assert.equal(answer.status, 303);
	assert.equal(Number(await town.sql('SELECT count(*) FROM message')), before + 8);
	assert.deepEqual(workers(), all, 'the same processes');
});

test('F01 the supervisor itself: its workers do not stay behind, and it can be started again', async () => {
	const orphans = workers();
	town.kill('web');
	await eventually('no worker without it', () => orphans.every((pid) => {
		try { return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '); } catch { return true; }
	}));
	await town.again('web');
	await eventually('the desk again', async () => (await sato.get('/desk')).status === 200);
});
