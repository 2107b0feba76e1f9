// SPDX-License-Identifier: Apache-2.0
//
// A house that has been lived in, brought to the present.  tests/data/db/at_0019.sql.gz is a
// database as the program of migration 0019 left it: towns, staff, citizens, messages with
// their ledgers, surveys with answers, an event that is full.  It is never made again; what
// is refused here would be refused at a municipality's.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { desk, said } from '../harness/desk.mjs';
import { problems } from '../harness/invariants.mjs';
import { Keys } from '../harness/laws.mjs';
import { build, eventually, source, up } from '../harness/up.mjs';

const run = promisify(execFile);
const old = gunzipSync(readFileSync(join(source, 'tests/data/db/at_0019.sql.gz')));
let town, rows;
// Tables that have another name today.
const renamed = { phone_code: 'address_code' };
// Those that nothing had ever filled, and that are no more.
const gone = new Set(['municipality']);

// The tables of a database, each with its number of rows.
const count = async () => Object.fromEntries((await town.sql((await town.sql(`SELECT string_agg(format('SELECT %L, count(*) FROM %I', relname, relname), ' UNION ALL ' ORDER BY relname)
	FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`)))).split('\n').map((l) => l.split('|')));
// All that a database is, but its rows.  A dump that was read nests the same conditions otherwise.
const schema = async (name) => (await run('pg_dump', ['-s', '-n', 'public', '-h', join(town.dir, 'run/pg'), '-U', 'postgres', name], { cwd: '/', maxBuffer: 1 << 26 })).stdout
	.replace(/^\\(un)?restrict .*$/gm, '').replace(/[()]/g, '').split('\n');
const without = (a, b, known = new Set(b)) => a.filter((line) => !known.has(line));
const migrate = (...args) => town.chromo('migrate', ...args).then((out) => ({ out, code: 0 }), ({ stdout, stderr, code }) => ({ out: stdout + stderr, code }));

before(async () => {
	town = await up({ data: 'empty' });
	for (const name of ['web', 'courier']) town.kill(name, 'SIGKILL');
	const admin = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', join(town.dir, 'run/pg'), '-U', 'postgres'];
	execFileSync('psql', [...admin, '-d', 'postgres', '-c', 'ALTER DATABASE chromo RENAME TO fresh',
		'-c', 'CREATE DATABASE chromo OWNER chromo_owner TEMPLATE template0'], { cwd: '/' });
	execFileSync('psql', [...admin, '-d', 'chromo', '-o', '/dev/null'], { input: old, cwd: '/' });
	rows = await count();
});
after(() => town?.stop());

test('a landed migration that changed is refused, and nothing is done', async () => {
	const was = await town.sql("SELECT sha256 FROM schema_migration WHERE number = 7");
	await town.sql("UPDATE schema_migration SET sha256 = repeat('0', 64) WHERE number = 7");
	const { out, code } = await migrate('--yes');
	assert.notEqual(code, 0);
	assert.match(out, /0007_line\.sql.*has changed/);
	assert.equal(await town.sql('SELECT max(number) FROM schema_migration'), '19');
	await town.sql(`UPDATE schema_migration SET sha256 = '${was}' WHERE number = 7`);
});

// Killed as soon as it has begun its second step; the next one goes on from there.
test('F11 broken off again and again: each migration is whole or not there, and the end is the same', { timeout: 180000 }, async () => {
	const conf = join(town.dir, 'broken.conf'), was = town.database;
	writeFileSync(conf, readFileSync(join(town.dir, 'chromo.conf'), 'utf8').replace('dbname=chromo', 'dbname=broken_off'));
	await town.sql('CREATE DATABASE broken_off TEMPLATE chromo OWNER chromo_owner');
	town.database = 'broken_off';
	try {
		const number = async () => Number(await town.sql('SELECT max(number) FROM schema_migration'));
		const columns = () => town.sql(`SELECT md5(string_agg(attrelid::regclass || '.' || attname, ' ' ORDER BY attrelid, attnum)) FROM pg_attribute a
			JOIN pg_class c ON c.oid = attrelid WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped`);
		let kills = 0;
		for (let whole = false; !whole;) {
			const before = [await number(), await columns()];
			const child = spawn('stdbuf', ['-oL', join(build, 'chromo'), '--config', conf, 'migrate', '--yes'], { stdio: ['ignore', 'pipe', 'inherit'] });
			let said = '';
			child.stdout.on('data', (d) => {
				said += d;
				if (said.split('\n').filter((l) => l.startsWith('migration ')).length > 1) child.kill('SIGKILL');
			});
			whole = await new Promise((done) => child.on('close', (code) => done(code === 0)));
			await eventually('the server has noticed', async () =>
				await town.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'chromo migrate'") === '0');
			const after = [await number(), await columns()];
			assert.ok(after[0] > before[0] || (after[0] === before[0] && after[1] === before[1]), `${before} → ${after}\n${said}`);
			kills += !whole;
			assert.ok(kills < 60, said);
		}
		console.log(`# broken off ${kills} times`);
		assert.ok(kills > 3);
		const is = await schema('broken_off'), wanted = await schema('fresh');
		assert.deepEqual({ more: without(is, wanted), missing: without(wanted, is) }, { more: [], missing: [] });
	} finally {
		town.database = was;
		await town.sql('DROP DATABASE broken_off WITH (FORCE)');
	}
});

test('an old house is brought to the present, and is like a new one', async () => {
	assert.equal((await migrate('--check')).code, 1, 'migrations are due');
	const left = (columns) => town.sql(`SELECT ${columns} FROM citizen WHERE id IN (3, 4) ORDER BY id`);
	await town.sql(`SET session_replication_role = replica; UPDATE citizen SET state = 'left' WHERE id = 3`);
	const { out, code } = await migrate('--yes');
	assert.equal(code, 0, out);
	assert.equal(await left('state, districts, topics'), 'left|{}|{}\nactive|{1}|{2,3,4}', 'what somebody chose who has left is gone');
	assert.equal((await migrate('--check')).code, 0);
	const is = await schema('chromo'), wanted = await schema('fresh');
	assert.deepEqual({ more: without(is, wanted), missing: without(wanted, is), lines: is.length }, { more: [], missing: [], lines: wanted.length });
	const now = await count();
	// Only rows that say what the program does may come along.
	for (const [table, n] of Object.entries(rows)) {
		const then = now[renamed[table] ?? table] ?? (gone.has(table) ? 0 : undefined);
		assert.ok(Number(then) >= Number(n), `${table}: ${n} → ${then}`);
	}
});

test('every query of today runs there', { timeout: 120000 }, async () => {
	const { stdout } = await run(join(build, 'tests/db/prepare_test'), [`host=${join(town.dir, 'run/pg')} dbname=chromo`],
		{ env: { ...process.env, CHROMO_SOURCE: source }, maxBuffer: 1 << 26 }).catch((e) => e);
	assert.deepEqual(stdout.split('\n').filter((l) => l.startsWith('not ok')), []);
	assert.match(stdout, /^1\.\.\d{4}/m);
});

test('what was there before is shown', async () => {
	// The key of that house is lost, and so are its addresses; everything else is to be seen.
	await town.sql(`SET session_replication_role = replica; UPDATE tenant_key SET wrapped = '\\x${Keys.make().wrapped(town).toString('hex')}'`);
	for (const name of ['web', 'courier']) await town.again(name);
	await eventually('the site', async () => (await town.get('minato.localhost', '/healthz')).status === 200);
	const citizen = town.client('minato.localhost'), sato = await desk(town, 'sato'), suzuki = await desk(town, 'suzuki');
	for (const [client, path, words] of [
		[citizen, '/', '年末年始のごみ収集について'], [citizen, '/messages', '津波避難訓練'], [citizen, '/messages/9', '津波避難訓練'],
		[citizen, '/surveys', '公園のアンケート'], [citizen, '/surveys/1', '計画に使います'],
		[citizen, '/events', '星を見る会'], [citizen, '/events/1', '望遠鏡で星を見ます'],
		[sato, '/desk', '承認待ち'], [sato, '/desk/messages', 'がん検診'], [sato, '/desk/messages/3/status', 'がん検診'],
		[sato, '/desk/messages/1', '広報みなと'], [suzuki, '/desk/messages/2/approve', '休日当番医'],
		[sato, '/desk/surveys', '図書館のアンケート'], [sato, '/desk/surveys/1', '公園のアンケート'], [sato, '/desk/surveys/2/results', '公園を使いますか'],
		[sato, '/desk/surveys/3/questions', '公園を使いますか'], [suzuki, '/desk/events', '下書きの催し'], [suzuki, '/desk/events/1', '星を見る会'],
	]) {
		const page = await client.get(path);
		assert.deepEqual(problems(page), [], path);
		assert.ok(said(page).includes(words), `${path}: ${said(page).slice(0, 600)}`);
	}
	// The seats that were taken are, and the next one waits behind who waited.
	assert.equal(await town.sql(`SELECT string_agg(state, ' ' ORDER BY id) FROM application`), 'confirmed confirmed waiting');
	assert.equal(await town.chromo('ledger', 'check'), '', 'no fault in the ledgers');
});

// What was signed then: the texts as they are kept, and these terms.  A new term may only stand
// among them where somebody chose it, or everything that waits for an approver would have to be
// submitted again with each upgrade.
const canonical = (v) => (Array.isArray(v) ? `[${v.map(canonical)}]` : v !== null && typeof v === 'object' ?
	`{${Object.keys(v).sort().map((k) => `${JSON.stringify(k)}:${canonical(v[k])}`)}}` : JSON.stringify(v));
async function signedThen(message) {
	const m = JSON.parse(await town.sql(`SELECT to_jsonb(m) FROM message m WHERE id = ${message}`)), ms = (t) => (t === null ? 0 : Date.parse(t));
	const renderings = JSON.parse(await town.sql(`SELECT jsonb_object_agg(channel, l) FROM (SELECT channel, jsonb_object_agg(language, content) AS l
		FROM message_rendering WHERE message_id = ${message} AND revision = ${m.revision} AND channel <> 'terms' GROUP BY channel) c`));
	const terms = { message, revision: m.revision, department: m.department_id, contact: m.contact, audience: m.audience,
		districts: m.districts, topics: m.topics, by_email: m.by_email, by_line: m.by_line, by_sms: m.by_sms, by_webpush: m.by_webpush,
		by_x: m.by_x, on_site: m.on_site, send_at: ms(m.send_at), valid_until: ms(m.valid_until), publish_until: ms(m.publish_until) };
	return createHash('sha256').update(canonical({ renderings, terms })).digest('hex');
}

test('what was waiting for an approver is still what was submitted, and can be signed', async () => {
	const suzuki = await desk(town, 'suzuki'), at = '/desk/messages/2/approve';
	// The times of that house were moved after it was signed, which is seen.
	let page = await suzuki.get(at);
	assert.deepEqual(problems(page), []);
	assert.ok(!page.text.includes('name="hash"'));
	const hash = await signedThen(2);
	await town.sql(`SET session_replication_role = replica; UPDATE message SET hash = '\\x${hash}' WHERE id = 2;
		UPDATE approval SET hash = '\\x${hash}' WHERE message_id = 2`);
	page = await suzuki.get(at);
	assert.deepEqual(problems(page), []);
	const answer = await suzuki.submit(page, { act: 'approve', confirm: 1 }, '/approve');
	assert.equal(answer.headers.location, '/desk/messages/2/status', said(answer).slice(0, 900));
	assert.match(await town.sql('SELECT state FROM message WHERE id = 2'), /^(approved|sending|sent)$/);
});
