// SPDX-License-Identifier: Apache-2.0
//
// F16: the line between the programs and the database is cut, or goes silent: whoever
// comes meanwhile is told so, and when it is whole again all goes on, with the same
// processes, nothing lost and nothing twice.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { openPost } from '../courier/post.mjs';
import { between } from '../harness/between.mjs';
import { forms } from '../harness/client.mjs';
import { desk } from '../harness/desk.mjs';
import { eventually, sleep, up } from '../harness/up.mjs';

const AT_ONCE = 3;

// The processes below a supervisor.
const children = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();

// A new message by this token until it is acknowledged; what came before the answer.
async function insist(client, token) {
	for (const before = [];; await sleep(50)) {
		let answer;
		try { answer = await client.post('/desk/messages/new', { token, start: 'blank' }); } catch { answer = { status: 0 }; }
		if (answer.status === 303) return { place: answer.headers.location, before };
		before.push(answer.status);
	}
}

test('F16 web and database apart', { timeout: 300000 }, async () => {
	const line = await between(), town = await up({ at: line.at });
	try {
		town.kill('courier', 'SIGTERM');
		const sato = await desk(town, 'sato'), workers = children(town.pid('web'));
		const token = async () => forms((await sato.get('/desk/messages/new')).text).find((f) => f.action.endsWith('/new'))
			.fields.find(([name]) => name === 'token')[1];
		const count = async () => Number(await town.sql('SELECT count(*) FROM message'));
		const before = await count(), tokens = [], done = [];
		for (let n = 0; n < 60; n++) tokens.push(await token());
		const last = [await token(), await token()];
		const all = Promise.all(Array.from({ length: AT_ONCE }, async () => {
			while (tokens.length) done.push(await insist(sato, tokens.pop()));
		}));
		for (const goal of [5, 15]) {
			await eventually('forms are taken', () => done.length > goal);
			line.cut();
			for (let n = 0; n < 3; n++) {
				const answer = await sato.get('/desk');
				assert.equal(answer.status, 503);
				assert.equal(answer.headers['retry-after'], '5');
			}
			const then = done.length;
			await sleep(100);
			assert.equal(done.length, then, 'nothing is acknowledged');
			line.whole();
		}
		await all;
		assert.equal(await count(), before + 60);
		assert.equal(new Set(done.map((d) => d.place)).size, 60, 'each acknowledged one is another one');
		assert.ok(done.some((d) => d.before.includes(503)), 'some had to ask again');

		// Committed, and the answer does not come through: asked again, it is the first one.
		// The database waits where the commit is, so that the line can go silent behind it.
		await town.sql(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
			'BEGIN PERFORM pg_advisory_xact_lock_shared(16); RETURN NULL; END';
			CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON message DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()`);
		const gate = spawn('psql', ['-X', '-q', '-h', join(town.dir, 'run/pg'), '-U', 'postgres', '-d', town.database], { cwd: '/' });
		const at = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 16 AND";
		gate.stdin.write('SELECT pg_advisory_lock(16);\n');
		await eventually('the gate is shut', async () => await town.sql(`${at} granted`) === '1');
		const pressed = last.map((t) => insist(sato, t));
		await eventually('both are at their commit', async () => await town.sql(`${at} NOT granted`) === '2');
		line.hold();
		gate.stdin.end();
		await eventually('both are committed', async () => await count() === before + 62);
		await town.sql('DROP TRIGGER slow ON message');
		line.cut();
		line.whole();
		const answers = await Promise.all(pressed);
		assert.ok((town.log('web.log').match(/db\.commit_unknown/g) ?? []).length >= 2, 'neither worker heard of it');
		assert.equal(await count(), before + 62);
		assert.equal(new Set(answers.map((p) => p.place)).size, 2);
		assert.equal(children(town.pid('web')), workers, 'no worker was started anew');
		assert.doesNotMatch(town.log('web.log'), /level=(error|panic)/);
	} finally {
		await town.stop();
		await line.close();
	}
});

test('F16 courier and database apart', { timeout: 300000 }, async () => {
	const line = await between(), post = await openPost({ at: line.at, conf: { smtp_connections: 4 } });
	try {
		const town = await post.town({ citizens: 800 });
		post.relay.script([{ at: 'dot', hang: 8 }]);
		const courier = post.courier(), message = await post.message(town);
		const goesOn = async (n) => {
			const seen = post.relay.ledger.length;
			await eventually('it sends', () => post.relay.ledger.length > seen + n);
		};
		await goesOn(40);
		const { workers } = courier;
		// Cut; silent, and whole again; silent, and then cut.
		for (const [first, then] of [['cut'], ['hold'], ['hold', 'cut']]) {
			line[first]();
			await eventually('it stands still', async () => {
				const seen = post.relay.ledger.length;
				await sleep(400);
				return post.relay.ledger.length === seen;
			});
			if (then) line[then]();
			line.whole();
			await goesOn(40);
		}
		post.relay.script([]);
		await post.sent(message);
		const verdict = await post.lawful();
		assert.equal(verdict.extras, 0, 'nobody twice');
		assert.equal(verdict.unknown, 0, 'nobody in doubt');
		assert.deepEqual(await post.counts(message), { accepted: 800 });
		assert.deepEqual(courier.workers, workers, 'the same processes');
		assert.equal(await courier.stop(), 0);
	} finally {
		await post.close();
		await line.close();
	}
});
