// SPDX-License-Identifier: Apache-2.0
//
// safety.md 5: a database that does not keep what it acknowledged is refused by `chromo config
// check`, with words that say what happens otherwise.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually, up } from '../harness/up.mjs';

let town, conf;
before(async () => {
	process.env.CHROMO_FSYNC = 'on';
	town = await up();
	conf = join(town.dir, 'chromo.conf');
});
after(() => town?.stop());

const check = () => town.chromo('config', 'check').then((stdout) => ({ code: 0, stdout, stderr: '' }), (e) => e);
const development = (yes) => writeFileSync(conf, readFileSync(conf, 'utf8').replace(/^development.*$/m, `development = ${yes ? 'yes' : 'no'}`));
async function setting(name, value) {
	await town.sql(value === undefined ? `ALTER SYSTEM RESET ${name}` : `ALTER SYSTEM SET ${name} = '${value}'`);
	await town.sql('SELECT pg_reload_conf()');
	// The reload comes when it comes.
	await eventually(`${name} is read`, async () => (value === undefined ? await town.sql(`SELECT sourcefile LIKE '%.auto.conf' FROM pg_settings WHERE name = '${name}'`) !== 't' :
		await town.sql(`SHOW ${name}`) === value));
}

test('as it should be, it is good, and says what it has no copy of', async () => {
	development(false);
	const { code, stdout, stderr } = await check();
	assert.equal(code, 0, stderr);
	assert.match(stdout, /chromo\.conf: good/);
	assert.match(stdout, /no synchronous copy/);
	assert.match(stdout, /PostgreSQL: good/);
});

for (const [name, value, why] of [
	['full_page_writes', 'off', /half written/],
	['zero_damaged_pages', 'on', /emptied in silence/],
	['ignore_checksum_failure', 'on', /as if they were right/],
]) {
	test(`${name} = ${value} is refused`, async () => {
		development(false);
		await setting(name, value);
		const { code, stderr, stdout } = await check();
		assert.equal(code, 1, stdout);
		assert.match(stderr, new RegExp(`PostgreSQL: ${name} = ${value}: `));
		assert.match(stderr, why);
		assert.doesNotMatch(stdout, /PostgreSQL: good/);
		// In development it is told only.
		development(true);
		const told = await check();
		assert.equal(told.code, 0);
		await setting(name);
	});
}

test('nor may a role of ours have its own', async () => {
	development(false);
	await town.sql('ALTER ROLE chromo_web SET zero_damaged_pages = on');
	const { code, stderr } = await check();
	await town.sql('ALTER ROLE chromo_web RESET zero_damaged_pages');
	assert.equal(code, 1);
	assert.match(stderr, /zero_damaged_pages = on of chromo_web/);
	assert.equal((await check()).code, 0);
});

test('synchronous_commit is asked for by every connection of ours, whatever the server has', async () => {
	await setting('synchronous_commit', 'off');
	const { code, stderr } = await check();
	await setting('synchronous_commit');
	assert.equal(code, 0, stderr);
});

test('where there is a second copy, it has to be quick to take over', async () => {
	await setting('synchronous_standby_names', 'second');
	let answer = await check();
	assert.equal(answer.code, 1);
	assert.match(answer.stderr, /wal_retrieve_retry_interval = 5000: a standby takes seconds/);
	await setting('wal_retrieve_retry_interval', '200ms');
	answer = await check();
	assert.equal(answer.code, 0, answer.stderr);
	assert.doesNotMatch(answer.stdout, /no synchronous copy/);
	await setting('synchronous_standby_names', '');
});

test('and more workers than connections are not served', async () => {
	const was = readFileSync(conf, 'utf8');
	writeFileSync(conf, was.replace(/^workers\s*=.*$/m, '').concat('\nworkers = 190\n'));
	const { code, stderr } = await check();
	writeFileSync(conf, was);
	assert.equal(code, 1);
	assert.match(stderr, /max_connections = 200: \d+ workers and what is beside them want \d+/);
});
