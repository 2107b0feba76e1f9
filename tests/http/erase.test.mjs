// SPDX-License-Identifier: Apache-2.0
//
// chromo tenant erase: the key of a town is destroyed, and no address of it can be
// read or looked up any more; the town beside it does not notice.  And whoever leaves by
// themselves is nowhere any more.
//
// The judge is not ours: Node's AES-GCM, with the master key and whatever keys the
// database still has, tries every byte string in every table.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createDecipheriv, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { approved, desk, written } from '../harness/desk.mjs';
import { surveyIn } from '../harness/house.mjs';
import { build, eventually, sleep, up } from '../harness/up.mjs';
import { answer, somebody, subscribe, words } from './citizen.mjs';

const GONE = 'yama.localhost', STAYS = 'minato.localhost';
let town, tenants, hanako, taro, waiting;

// Both towns have somebody who subscribed, one who is half way, letters and mails that wait.
before(async () => {
	town = await up();
	hanako = somebody('hanako');
	taro = somebody('taro');
	tenants = Object.fromEntries((await town.sql('SELECT host, tenant_id FROM tenant_host')).split('\n').map((l) => l.split('|')));
	const district = async (host) => [Number(await town.sql(`SELECT min(id) FROM district WHERE tenant_id = ${tenants[host]}`))];
	await subscribe(town, town.client(GONE), hanako, { district: await district(GONE) });
	await subscribe(town, town.client(STAYS), taro, { district: await district(STAYS) });
	town.kill('courier', 'SIGTERM');
	for (const host of [GONE, STAYS]) {
		const sent = await town.client(host);
		await sent.submit(await answer(sent, somebody('jiro'), { district: await district(host) }), { consent: 1 });
	}
	for (const host of [GONE, STAYS]) await filed(host);
	waiting = await approved(town, 'sato', 'suzuki');
	await written(town, 'sato');
	await town.sql(`UPDATE batch SET state = 'queued', due = now(), valid_until = now() + interval '1 hour', finished = NULL
		WHERE id = (SELECT min(id) FROM batch WHERE tenant_id = ${tenants[GONE]})`);
});
after(() => town?.stop());

// A file that somebody sent with an answer, and an export, as they lie on the disk.
const lying = {};
async function filed(host) {
	const survey = 7700000 + Number(tenants[host]), [file, made] = [randomUUID(), randomUUID()];
	await town.sql(`${surveyIn(host, survey)} SET session_replication_role = replica;
		INSERT INTO attachment (tenant_id, id, purpose, owner_id, kind, name, bytes, state, kept, due)
		VALUES (${tenants[host]}, '${file}', 'survey', ${survey}, 'image/png', 'photo', 1, 'clean', true, NULL);
		INSERT INTO export (tenant_id, id, survey_id, kind, state, finished, staff_id)
		SELECT ${tenants[host]}, '${made}', ${survey}, 'csv', 'done', now(), min(id) FROM staff WHERE tenant_id = ${tenants[host]}`);
	lying[host] = [join(town.dir, 'files', tenants[host], file.slice(0, 2), file), join(town.dir, 'exports', `${made}.csv`)];
	for (const path of lying[host]) {
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, 'ZX81 of somebody');
	}
}
const there = (host) => lying[host].filter((path) => existsSync(path)).length;

function open(key, label, sealed) {
	if (sealed.length < 28) return null;
	const cipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
	cipher.setAAD(Buffer.from(label));
	cipher.setAuthTag(sealed.subarray(-16));
	try {
		return Buffer.concat([cipher.update(sealed.subarray(12, -16)), cipher.final()]);
	} catch {
		return null;
	}
}

// What can be read of a tenant's sealed columns, by column.
async function readable(tenant) {
	const master = readFileSync(join(town.dir, 'master.key'));
	const keys = (await town.sql(`SELECT encode(wrapped, 'hex') FROM tenant_key`)).split('\n')
		.map((hex) => open(master, 'tenant_key.wrapped', Buffer.from(hex, 'hex'))).filter(Boolean);
	assert.equal(keys.length, Number(await town.sql('SELECT count(*) FROM tenant_key')), 'each key opens under the master key');
	const found = {};
	for (const line of (await town.sql(`SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'
		AND data_type = 'bytea' AND table_name IN (SELECT table_name FROM information_schema.columns WHERE column_name = 'tenant_id')`)).split('\n')) {
		const [table, column] = line.split('|');
		const values = (await town.sql(`SELECT encode(${column}, 'hex') FROM ${table} WHERE tenant_id = ${tenant} AND ${column} IS NOT NULL`)).split('\n');
		const label = { 'tenant_key.wrapped': 'none' }[`${table}.${column}`] ?? `${table}.${column}`;
		const texts = values.flatMap((hex) => keys.map((key) => open(key, label, Buffer.from(hex, 'hex')))).filter((t) => t !== null).map(String);
		if (texts.length) found[label] = texts;
	}
	return found;
}

const env = () => ({ ...town.env, CHROMO_CONF: join(town.dir, 'chromo.conf') });
const chromo = join(build, 'chromo');
const erase = (...args) => promisify(execFile)(chromo, ['tenant', 'erase', ...args], { env: env() })
	.then((r) => ({ code: 0, ...r }), (e) => e);
// The same with somebody before a terminal, who types this.
const typed = (line) => new Promise((done) => {
	const child = execFile('script', ['-qec', `${chromo} tenant erase --host ${GONE}`, '/dev/null'], { env: env(), timeout: 20000 },
		(error, stdout) => done({ code: error?.code ?? 0, said: stdout }));
	child.stdin.end(`${line}\n`);
});
const kept = async () => Number(await town.sql(`SELECT count(*) FROM tenant_key WHERE tenant_id = ${tenants[GONE]}`));

test('before, the key opens what is sealed: the judge can judge', async () => {
	const found = await readable(tenants[GONE]);
	assert.ok(found['contact.address'].includes(hanako));
	assert.ok(found['staff.email'].length > 1 && found['staff.totp'].length > 1);
	assert.ok(Object.keys(found).some((c) => /^letter/.test(c)) && Object.keys(found).some((c) => /^link/.test(c)), `${Object.keys(found)}`);
});

test('whoever does not mean it, changes nothing', async () => {
	const refused = await erase('--host', GONE);
	assert.equal(refused.code, 1);
	assert.match(refused.stderr, /山の町 \(yama\.localhost\): \d+ addresses of citizens and those of \d staff can never be read again/);
	assert.match(refused.stderr, /--yes/);
	const no = await typed('yes');
	assert.equal(no.code, 1, no.said);
	assert.match(no.said, /Type yama\.localhost to do it/);
	assert.equal((await erase('--host', GONE, '--yes', '--dry-run')).code, 0);
	assert.equal((await erase('--host', 'nosuch.localhost', '--yes')).code, 1);
	assert.equal((await erase('--yes')).code, 2);
	assert.equal(await kept(), 1);
});

test('R54 after it, nothing sealed opens, nothing waits, and nobody is found', async () => {
	const done = await typed(GONE);
	assert.equal(done.code, 0, done.said);
	assert.equal(await kept(), 0);
	assert.deepEqual(await readable(tenants[GONE]), {});
	assert.equal(await town.sql(`SELECT (SELECT count(*) FROM letter WHERE tenant_id = ${tenants[GONE]}) + (SELECT count(*) FROM batch
		WHERE tenant_id = ${tenants[GONE]} AND state IN ('queued', 'sending', 'held')) + (SELECT count(*) FROM staff_session WHERE tenant_id = ${tenants[GONE]})`), '0');
	assert.match(await town.sql(`SELECT act FROM audit WHERE tenant_id = ${tenants[GONE]} ORDER BY id DESC LIMIT 1`), /tenant\.erased/);
	assert.match(await town.chromo('tenant', 'list'), /erased\tyama\.localhost/);
	await sleep(1200); // what nginx may keep
	for (const path of ['/', '/messages', '/subscribe/email', '/my/link', '/desk/login', '/desk/people', '/api/v1/messages', '/feed.atom'])
		assert.equal((await town.get(GONE, path)).status, 404, path);
	// Not in plain anywhere either: addresses are nowhere but sealed.
	const { stdout } = await promisify(execFile)('pg_dump', ['-h', join(town.dir, 'run/pg'), '-U', 'postgres', town.database], { cwd: '/', maxBuffer: 1 << 28 });
	assert.ok(!stdout.includes(hanako) && !stdout.includes(Buffer.from(hanako).toString('hex')));
	assert.equal((await erase('--host', GONE, '--yes')).code, 1, 'a second time there is no such tenant');
});

test('the town beside it: its addresses open, are found, and get their mail', async () => {
	const found = await readable(tenants[STAYS]);
	assert.ok(found['contact.address'].includes(taro));
	const clerk = await desk(town, 'suzuki');
	const there = await clerk.submit(await clerk.get('/desk/people'), { address: taro }, '/people');
	assert.equal(there.status, 303);
	assert.match(words(await clerk.follow(there)), /受け取っています/);
	const before = town.outbox().length;
	await town.again('courier');
	await eventually('the message is sent', async () => (await town.sql(`SELECT state FROM message WHERE id = ${waiting}`)) === 'sent');
	assert.ok(town.outbox().length > before);
	assert.match(town.outbox().join('\n'), new RegExp(taro));
	assert.doesNotMatch(town.log('courier.log'), /level=(error|warn)|vault\.key/);
	assert.equal(await town.chromo('ledger', 'check'), '');
});

test('R55 its files and exports are taken off the disk, and no others', async () => {
	await eventually('they are gone', () => there(GONE) === 0);
	assert.equal(there(STAYS), 2);
	assert.equal(await town.sql(`SELECT count(*) FROM attachment WHERE tenant_id = ${tenants[GONE]}`), '0');
});

test('its host can be given to another town, which has nothing of it', async () => {
	const found = ['tenant', 'create', '--host', GONE, '--kind', 'town', '--name', '新しい町', '--name-en', 'New', '--mail-from', 'info@yama.example.jp'];
	await town.chromo(...found);
	const home = await town.get(GONE, '/');
	assert.equal(home.status, 200);
	assert.match(home.text, /新しい町/);
	assert.doesNotMatch(home.text, /山の町/);
	assert.equal((await town.get(GONE, '/api/v1/messages')).json().messages.length, 0);
	assert.match(await town.chromo('tenant', 'list'), /erased\t\t山の町/);
	assert.equal((await promisify(execFile)(chromo, found, { env: env() }).catch((e) => e)).code, 1, 'but not twice');
});

test('R55 the address of who leaves is in no table, file or log', async () => {
	const saburo = somebody('saburo'), client = town.client(STAYS);
	const where = async () => Object.entries(await readable(tenants[STAYS])).filter(([, texts]) => texts.some((t) => t.includes(saburo))).map(([column]) => column);
	await subscribe(town, client, saburo, {});
	assert.ok((await where()).includes('contact.address'));
	await client.submit(await client.get('/my/leave'));
	await eventually('the last letter to them', async () => await town.sql(`SELECT count(*) FROM letter WHERE state IN ('queued', 'sending')`) === '0');
	assert.deepEqual(await where(), []);
	const { stdout } = await promisify(execFile)('pg_dump', ['-h', join(town.dir, 'run/pg'), '-U', 'postgres', town.database], { cwd: '/', maxBuffer: 1 << 28 });
	assert.ok(!stdout.includes(saburo) && !stdout.includes(Buffer.from(saburo).toString('hex')));
	for (const log of ['web.log', 'courier.log', 'access.json']) assert.ok(!town.log(log).includes(saburo), log);
});
