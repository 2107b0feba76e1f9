// SPDX-License-Identifier: Apache-2.0
//
// What takes away what has ended was off for a month (F45).  Then it runs: all of it goes, a
// slice at a time, and neither does it wait for anybody nor anybody for it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually, openPost } from './post.mjs';

const MONTH = 12000, SLICE = 1000;
let post, town;
before(async () => {
	post = await openPost();
	town = await post.town({ citizens: 3 });
	await post.feed(`SELECT FROM enter_tenant(${town.tenant}, 'command');
		INSERT INTO once (token, created) SELECT sha256(n::text::bytea), now() - n * interval '30 days' / ${MONTH} FROM generate_series(1, ${MONTH}) n;
		INSERT INTO subscribe_draft (hash, sealed, updated) SELECT sha256(n::text::bytea), 'x', now() - n * interval '30 days' / ${MONTH} FROM generate_series(1, ${MONTH}) n;
		INSERT INTO letter (kind, key, valid_until, state, finished) SELECT 'old', gen_random_uuid(), now(), 'accepted', now() - interval '31 days' - n * interval '1 minute'
		  FROM generate_series(1, ${MONTH}) n;`);
	// What each statement of the courier takes away is noted.
	await post.sql(`CREATE TABLE slice (relation text, n bigint); GRANT INSERT ON slice TO PUBLIC;
		CREATE FUNCTION slice() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO slice SELECT TG_TABLE_NAME, count(*) FROM gone; RETURN NULL; END $$;
		${['once', 'subscribe_draft', 'letter'].map((t) => `CREATE TRIGGER slice AFTER DELETE ON ${t} REFERENCING OLD TABLE AS gone
			FOR EACH STATEMENT EXECUTE FUNCTION slice();`).join(' ')}`);
});
after(() => post?.close());

const left = async () => (await post.sql(`SELECT (SELECT count(*) FROM once WHERE created < now() - interval '2 days'),
	(SELECT count(*) FROM subscribe_draft WHERE updated < now() - interval '1 day'), (SELECT count(*) FROM letter WHERE finished < now() - interval '30 days')`));

test('F45 a month of what has ended goes in slices, past whoever holds a row, and mail goes out meanwhile', { timeout: 180000 }, async () => {
	// Somebody has one of these rows in hand all the time.
	const holder = spawn('psql', ['-X', '-q', '-h', join(post.up.dir, 'run/pg'), '-U', 'postgres', '-d', post.up.database],
		{ cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] });
	holder.stdin.write("BEGIN; SELECT 'held' FROM once WHERE created = (SELECT min(created) FROM once) FOR UPDATE;\n");
	await new Promise((done) => holder.stdout.once('data', done));

	const courier = post.courier();
	const message = await post.message(town);
	await post.sent(message);
	await eventually('all but what is held', async () => await left() === '1|0|0');
	assert.equal(await post.sql(`SELECT max(n) <= ${SLICE} AND count(*) FILTER (WHERE n > 0) > ${(3 * MONTH) / SLICE - 6} FROM slice`), 't',
		await post.sql('SELECT relation, max(n), count(*) FROM slice GROUP BY 1'));
	// What has not ended is there.
	assert.equal(await post.sql(`SELECT count(*) > ${MONTH} / 20 FROM once`), 't');
	holder.stdin.end('ROLLBACK;\n');
	await new Promise((done) => holder.on('close', done));
	await courier.stop();
	// An hour later, or with the next courier.
	const next = post.courier();
	await eventually('the last one', async () => await left() === '0|0|0');
	await next.stop();
	assert.doesNotMatch(courier.text + next.text, /level=(warn|error|panic)/);
	await post.lawful();
});
