// SPDX-License-Identifier: Apache-2.0
//
// The database is lost for good while forms come in and mail goes out: its synchronous
// standby is promoted, and nothing acknowledged is missing there (F03).  The old one comes
// back: whatever it takes it does not acknowledge, and pg_rewind makes a standby of it (F04).
//
// Programs name both hosts; which of them is believed is the business of split_brain.test.mjs.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { startSmtp } from '../gateways/smtp.mjs';
import { forms } from '../harness/client.mjs';
import { pair, postgres } from '../harness/cluster.mjs';
import { approved, desk } from '../harness/desk.mjs';
import { judge } from '../harness/laws.mjs';
import { eventually, sleep, up } from '../harness/up.mjs';

const AT_ONCE = 3, FORMS = 60;
let relay, town, sato, old, second;

before(async () => {
	relay = await startSmtp();
	town = await up({ smtp: relay.url, conf: { smtp_connections: 2, smtp_timeout_s: 10, courier_lease_s: 12, courier_retry_base_s: 1 },
		at: (dir, database) => ({ database:
			`host=${join(dir, 'run/pg')},${join(dir, 'run/pg2')} dbname=${database} target_session_attrs=primary` }) });
	[old, second] = await pair(town);
	await old.sql("ALTER SYSTEM SET synchronous_standby_names = 'second'");
	await old.sql('SELECT pg_reload_conf()');
	await eventually('the standby is synchronous', async () => await old.sql('SELECT sync_state FROM pg_stat_replication') === 'sync');
	sato = await desk(town, 'sato');
});
after(async () => {
	for (const cluster of [second, old]) await cluster?.stop('immediate').catch(() => {});
	await town?.stop();
	await relay?.close();
});

const token = async () => forms((await sato.get('/desk/messages/new')).text).find((f) => f.action.endsWith('/new'))
	.fields.find(([name]) => name === 'token')[1];

// The same form until it is acknowledged.
async function insist(key) {
	for (const begun = Date.now();; await sleep(20)) {
		let answer;
		try { answer = await sato.post('/desk/messages/new', { token: key, start: 'blank' }); } catch { answer = { status: 0 }; }
		if (answer.status === 303) return { id: Number(answer.headers.location.split('/').pop()), took: Date.now() - begun };
		assert.ok([0, 500, 502, 503, 504].includes(answer.status), `${answer.status} ${answer.text}`);
	}
}

test('F03 the primary is gone for good, its synchronous standby promoted: nothing acknowledged is lost', { timeout: 300000 }, async () => {
	const tokens = [], done = [], first = Number(await old.sql('SELECT max(id) FROM message'));
	for (let n = 0; n < FORMS; n++) tokens.push(await token());
	relay.script([{ at: 'dot', hang: 30 }]);
	const message = await approved(town, 'sato', 'suzuki');
	await eventually('mails are sent', () => relay.ledger.length > 5);
	const all = Promise.all(Array.from({ length: AT_ONCE }, async () => {
		while (tokens.length) done.push(await insist(tokens.pop()));
	}));
	while (done.length < 15) await sleep(5);
	await old.die();
	const lost = done.length, mails = relay.ledger.length;
	await second.promote();
	await all;
	assert.ok(lost < FORMS, 'in the middle');
	const kept = new Set((await second.sql(`SELECT id FROM message WHERE id > ${first}`)).split('\n').map(Number));
	assert.deepEqual(done.filter((d) => !kept.has(d.id)), [], 'acknowledged, and not there');
	assert.equal(kept.size, FORMS + 1, 'one row for each form, and the message');
	console.log(`# the longest that anybody waited: ${Math.max(...done.map((d) => d.took))} ms`);

	await eventually('the mails go on', () => relay.ledger.length > mails);
	relay.script([]);
	await eventually('the message is sent', async () => await second.sql(`SELECT state FROM message WHERE id = ${message}`) === 'sent');
	const { faults } = await judge({ dir: town.dir, sql: (text) => second.sql(text) }, relay.ledger);
	// Older messages are of the demonstration data: this relay has none of theirs.
	assert.deepEqual(faults.filter((f) => f.includes(` message ${message} `) || !/^L1 /.test(f)), []);
	assert.equal(new Set(relay.ledger.map((m) => m.messageId)).size, relay.ledger.length, 'nobody twice');
	assert.equal(await second.sql(`SELECT count(*) FROM delivery WHERE message_id = ${message} AND state = 'unknown'`), '0', 'nobody in doubt');
});

test('F04 the old primary comes back: it acknowledges nothing, and becomes a standby', { timeout: 300000 }, async () => {
	await old.start();
	const writes = spawn('psql', ['-X', '-q', '-h', old.socket, '-U', 'postgres', '-d', town.database, '-c', 'CREATE TABLE ghost ()'],
		{ cwd: '/', stdio: 'ignore' });
	let acknowledged = false;
	const ended = new Promise((resolve) => writes.on('exit', (code) => { acknowledged = code === 0; resolve(); }));
	const waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
	await eventually('its commit waits for a standby that is not there', async () => await old.sql(waits) === '1');

	// The web comes to it too when a connection breaks: it is the first that is named.
	const key = await token();
	await second.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'chromo-web'");
	const pressed = insist(key);
	const came = await Promise.race([pressed.then(() => false),
		eventually('a form there', async () => Number(await old.sql(waits)) > 1).then(() => true, () => false)]);
	assert.ok(!acknowledged, 'it acknowledged nothing');
	await old.stop('immediate');
	const { id } = await pressed;
	console.log(`# a form came to the old one: ${came}`);
	assert.equal(await second.sql(`SELECT count(*) FROM message WHERE id = ${id}`), '1', 'what was acknowledged is at the right one');
	await ended;
	assert.ok(!acknowledged);

	// pg_rewind reads the timeline of the new primary from its control file, where a checkpoint puts it.
	await second.sql('CHECKPOINT');
	await postgres('pg_rewind', '-D', old.data, '--source-server', `host=${second.socket} user=postgres dbname=postgres`, '-R');
	appendFileSync(join(old.data, 'postgresql.auto.conf'), `primary_conninfo = 'host=${second.socket} user=postgres application_name=old'\n`);
	await old.start();
	await second.sql("ALTER SYSTEM SET synchronous_standby_names = 'old'");
	await second.sql('SELECT pg_reload_conf()');
	await eventually('it follows', async () => await second.sql('SELECT sync_state FROM pg_stat_replication') === 'sync');
	const last = await insist(await token());
	assert.equal(await old.sql('SELECT pg_is_in_recovery()'), 't');
	const ids = 'SELECT string_agg(id::text, \' \' ORDER BY id) FROM message';
	await eventually('the same messages on both', async () => await old.sql(ids) === await second.sql(ids));
	assert.equal(await old.sql(`SELECT count(*) FROM message WHERE id IN (${id}, ${last.id})`), '2');
	assert.equal(await old.sql("SELECT to_regclass('ghost')"), '', 'what it took alone is gone');
});
