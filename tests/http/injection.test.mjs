// SPDX-License-Identifier: Apache-2.0
//
// R22: pieces of SQL in every part of every address, in every name that a page reads from its
// query, and in every field of every form.  None reaches the server as SQL: it reports no fault
// of syntax, of names or of types, it never sleeps, and nothing is planted or gone.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { forms } from '../harness/client.mjs';
import { furnish, opens } from '../harness/furnish.mjs';
import { fill, routes } from '../harness/house.mjs';
import { source, up } from '../harness/up.mjs';

const SLEEP = 9;
// Out of a string, out of a number, out of JSON, out of an array, out of a LIKE, a second statement.
const pieces = [`x'||pg_sleep(${SLEEP})||'`, `1);SELECT pg_sleep(${SLEEP})--`, `1 OR 1=1`, `"'\`\\$1{}%_`,
	`');INSERT INTO topic(name) VALUES('planted')--`, `{1,2}'::bigint[]); DROP TABLE once; --`];

let town, who, worlds, table;
before(async () => {
	town = await up();
	({ who, worlds } = await furnish(town));
	table = await routes(town);
	await town.sql(`CREATE FUNCTION no_limit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.hits := 1; RETURN NEW; END';
		CREATE TRIGGER no_limit BEFORE INSERT OR UPDATE ON throttle FOR EACH ROW EXECUTE FUNCTION no_limit()`);
});
after(() => town?.stop());

// What handlers read from the query, as their source has it.
const names = [...new Set(readdirSync(join(source, 'app/web'), { recursive: true }).filter((f) => f.endsWith('.c'))
	.flatMap((f) => [...readFileSync(join(source, 'app/web', f), 'utf8').matchAll(/query, "(\w+)"/g)].map((m) => m[1])))];

// Faults that only SQL made from strings can have: syntax, unknown names, wrong types, a division.
const said = () => readFileSync(join(town.dir, 'log/web.log'), 'utf8').split('\n').filter((line) => /sqlstate=(42|22P02|22012|57014|XX)/.test(line));
async function quick(ask, what) {
	const from = Date.now(), answer = await ask();
	assert.ok(Date.now() - from < SLEEP * 1000, `${what}: it slept`);
	assert.ok(answer.status < 500, `${what}: ${answer.status}`);
	return answer;
}
// Somebody for whom a page is there, and where.
const staff = ['both', 'admin'], others = ['citizen', 'visitor', 'anonymous', 'operator'];
const visitors = ({ path }) => (path.startsWith('/desk') ? [...staff, 'step'] : path.startsWith('/operator') ? ['operator', 'operatorStep'] : others);

test('R22 in addresses and in what pages read from them', async () => {
	assert.ok(names.length > 20, names.join());
	let asked = 0;
	for (const route of table.filter((r) => r.method === 'GET')) {
		const world = worlds.find((w) => opens(w, route)) ?? {};
		for (const name of visitors(route).slice(0, 2)) {
			const { client } = who[name];
			for (const piece of pieces.slice(0, 4)) {
				for (const hole of route.names) {
					await quick(() => client.get(fill(route.path, { ...world, [hole]: encodeURIComponent(piece) })), `${name} ${route.a} ${hole}`);
					asked++;
				}
			}
			// All names together, each with each piece; on whatever is there a few at a time, too,
			// for one that is refused may keep others from being read.
			const path = fill(route.path, Object.fromEntries(route.names.map((n) => [n, world[n] ?? 1])));
			const send = (some, turn) => quick(() => client.get(`${path}?${new URLSearchParams(some.map((n, i) => [n, pieces[(i + turn) % 4]]))}`),
				`${name} ${path} ${some}`);
			for (let turn = 0; turn < 4; turn++, asked++) await send(names, turn);
			if ((await client.get(path)).status !== 200) continue;
			for (let group = 0; group < 8; group++, asked++) await send(names.filter((_, i) => i % 8 === group), group);
			break;
		}
	}
	assert.ok(asked > 2000, `${asked}`);
	assert.deepEqual(said(), []);
});

test('R22 in every field of every form', async () => {
	const seen = new Set(), topics = await town.sql('SELECT count(*) FROM topic');
	for (const route of table.filter((r) => r.method === 'GET' && !/logout|login/.test(r.path))) {
		for (const world of worlds.filter((w) => opens(w, route)).slice(0, 3)) {
			for (const name of visitors(route)) {
				const { client } = who[name], page = await client.get(fill(route.path, world));
				if (page.status !== 200 || !/html/.test(page.headers['content-type'])) continue;
				for (const form of forms(page.text)) {
					const action = (form.action || page.path).replace(/\d+/g, '#');
					if (seen.has(action) || /logout|sign-out|sessions|leave|unsubscribe/.test(action)) continue;
					seen.add(action);
					const own = form.fields.filter(([n]) => n !== 'token'), token = form.fields.find(([n]) => n === 'token')?.[1];
					for (const [i, [field]] of own.entries()) {
						const piece = pieces[i % pieces.length];
						const sent = own.map(([n, v]) => [n, n === field ? piece : v]);
						const answer = await quick(() => (form.method === 'post'
							? client.post(form.action || page.path, [...sent, ['token', token]])
							: client.get(`${form.action || route.path}?${new URLSearchParams(sent)}`)), `${name} ${action} ${field}`);
						// A token does once; whoever was taken in is shown the first result from then on.
						if (answer.status === 303) break;
					}
				}
			}
		}
	}
	assert.ok(seen.size > 60, `${seen.size} forms`);
	assert.deepEqual(said(), []);
	assert.equal(await town.sql(`SELECT count(*) FROM topic WHERE name = 'planted'`), '0');
	assert.ok(Number(await town.sql('SELECT count(*) FROM topic')) <= Number(topics) + 6);
	assert.equal(await town.sql(`SELECT to_regclass('once') IS NOT NULL`), 't');
});
