// SPDX-License-Identifier: Apache-2.0
//
// R06: what one town wrote is in no answer of another.  Every text that 山の町 has is
// a canary; everybody of みなと市 and of the operator asks for every page, by every
// id, with searches for it, right after the other town's own people did.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { unescape } from '../harness/client.mjs';
import { desk } from '../harness/desk.mjs';
import { fill, MINATO, OPERATOR, people, routes, surveyIn, tenant, token, YAMA } from '../harness/house.mjs';
import { up } from '../harness/up.mjs';

const CANARY = `canary${randomBytes(8).toString('hex')}`;
let town, table, who, ids, planted;

// In every column of words that takes one; what is a state or a kind does not.
const plant = (host) => `DO $$
DECLARE c record; n bigint; town bigint := ${tenant(host)};
BEGIN
  SET LOCAL session_replication_role = replica;
  CREATE TABLE planted (place text);
  FOR c IN SELECT k.table_name AS t, k.column_name AS c, k.data_type AS kind FROM information_schema.columns k
            WHERE k.table_schema = 'public' AND k.data_type IN ('text', 'jsonb', 'ARRAY') AND k.udt_name IN ('text', 'jsonb', '_text')
              AND k.table_name NOT IN ('tenant', 'tenant_host') AND k.column_name NOT IN ('channel', 'language') AND EXISTS (SELECT FROM information_schema.columns x
                  WHERE x.table_name = k.table_name AND x.column_name = 'tenant_id') LOOP
    BEGIN
      EXECUTE format('UPDATE %I SET %I = %s WHERE tenant_id = %s', c.t, c.c,
        CASE c.kind WHEN 'text' THEN format('%L || ctid::text', '${CANARY}')
                    WHEN 'jsonb' THEN format('jsonb_build_object(''subject'', %1$L, ''html'', %1$L, ''text'', %1$L)', '${CANARY}')
                    ELSE format('ARRAY[%L]', '${CANARY}') END, town);
      GET DIAGNOSTICS n = ROW_COUNT;
      IF n > 0 THEN INSERT INTO planted VALUES (c.t || '.' || c.c); END IF;
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
  END LOOP;
END $$`;

before(async () => {
	town = await up();
	town.kill('courier', 'SIGTERM');
	table = (await routes(town)).filter((r) => r.method === 'GET');
	await town.sql(surveyIn(MINATO, 7000001) + surveyIn(YAMA, 7000002));
	await town.sql(plant(YAMA));
	planted = (await town.sql('SELECT place FROM planted')).split('\n');
	who = await people(town);
	// Things of both towns, a few of each.
	const some = async (name, more = '') => (await town.sql(`(SELECT id FROM ${name} WHERE tenant_id = 1 ${more} ORDER BY id LIMIT 3)
		UNION ALL (SELECT id FROM ${name} WHERE tenant_id = ${tenant(YAMA)} ${more} ORDER BY id LIMIT 4)`)).split('\n');
	ids = { message: await some('message'), staff: await some('staff'), department: await some('department'), area: await some('district'),
		topic: await some('topic'), survey: await some('survey'), question: ['q1'], person: await some('citizen'), tag: ['ja'], mail: ['1-1-1'], token: ['x'.repeat(43)] };
});
after(() => town?.stop());

const hit = (answer) => answer.text.includes(CANARY) || JSON.stringify(answer.headers).includes(CANARY);

// An id for each name, the rest as query: lists, filters, searches.
function* addresses() {
	const queries = ['', `?q=${CANARY.slice(0, 12)}`, `?search=${CANARY.slice(0, 12)}&page=1`, '?lang=en'];
	for (const route of table) {
		const [name] = route.names;
		for (const id of name === undefined ? [''] : ids[name] ?? ['1']) {
			const path = fill(route.path, Object.fromEntries(route.names.map((n) => [n, n === name ? id : ids[n]?.[0] ?? '1'])));
			for (const query of name === undefined ? queries : ['']) yield path + query;
		}
	}
}

test('it is planted in all that people read, and its own people see it', async () => {
	for (const place of ['department.name', 'district.name', 'topic.name', 'staff.name', 'message.subject', 'message.body',
		'message_rendering.content', 'audit.act', 'delivery.detail']) assert.ok(planted.includes(place), `${place} of ${planted}`);
	const clerk = await desk(town, 'nobody', YAMA);
	const [sent] = (await town.sql(`SELECT id FROM message WHERE tenant_id = ${tenant(YAMA)} AND state = 'sent' AND on_site`)).split('\n');
	for (const path of ['/messages', `/messages/${sent}`, '/feed.atom', '/api/v1/messages']) assert.ok(hit(await clerk.get(path)), path);
	assert.ok(hit(await clerk.get('/messages/filter')));
});

test('it is in no answer of the town beside it, nor of the operator', async () => {
	const found = [];
	let asked = 0;
	await Promise.all(Object.entries(who).map(async ([name, { client, host }]) => {
		const beside = town.client(YAMA);
		for (const path of addresses()) {
			// Warm, where it might be kept for the wrong one.
			if (name === 'anonymous') await beside.get(path);
			const answer = await client.get(path);
			asked++;
			if (hit(answer)) found.push(`${name} ${path} at ${host}: ${answer.status}`);
			if (answer.text.includes('$argon2') || /\\\\x[0-9a-f]{32}/.test(answer.text)) found.push(`${name} ${path}: a hash`);
		}
	}));
	assert.deepEqual(found, []);
	assert.ok(asked > 1500, `${asked} requests`);
});

test('nor where one follows what is there', async () => {
	const found = [], seen = new Set();
	await Promise.all(['anonymous', 'citizen', 'both', 'admin', 'operator'].map(async (name) => {
		const { client, host } = who[name], todo = [{ path: host === OPERATOR ? '/operator' : name === 'anonymous' ? '/' : name === 'citizen' ? '/my' : '/desk', deep: 0 }];
		for (let next; (next = todo.pop());) {
			const key = `${name} ${next.path}`;
			if (seen.has(key) || next.deep > 3 || seen.size > 900) continue;
			seen.add(key);
			const answer = await client.get(next.path);
			if (hit(answer)) found.push(key);
			for (const [, href] of answer.text.matchAll(/ href="(\/(?!static|lang)[^"]*)"/g)) todo.push({ path: unescape(href), deep: next.deep + 1 });
		}
	}));
	assert.deepEqual(found, []);
	assert.ok(seen.size > 80, `${seen.size} pages`);
});

test('nor where one asks with a form', async () => {
	const address = await town.sql(`SELECT count(*) FROM contact WHERE tenant_id = ${tenant(YAMA)}`);
	assert.notEqual(address, '0');
	for (const name of ['both', 'admin']) {
		const { client } = who[name];
		const answer = await client.post('/desk/people', { token: await token(who[name]), address: `${CANARY.slice(0, 12)}@example.jp` });
		assert.ok(!hit(answer) && answer.status < 500);
	}
	for (const log of ['web.log', 'nginx.error']) assert.ok(!town.log(log).includes(CANARY), log);
});
