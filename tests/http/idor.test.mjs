// SPDX-License-Identifier: Apache-2.0
//
// R04: what belongs to another town is answered as what is nowhere, byte for byte:
// every route with a name in it, GET and POST, for everybody; ids in the fields of
// forms; and a session of one town on the host of the other.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { forms } from '../harness/client.mjs';
import { digest, fill, MINATO, people, routes, same, SEEN, surveyIn, tenant, token, YAMA } from '../harness/house.mjs';
import { Keys } from '../harness/laws.mjs';
import { up } from '../harness/up.mjs';
import { linkIn, mailWith, somebody, subscribe } from './citizen.mjs';

let town, table, who, foreign, own, before0;
const everybody = ['anonymous', 'citizen', 'writer', 'approver', 'admin', 'both', 'none', 'step'];

// One of each in the other town, with numbers as long as those that are nowhere.
const HERE = 7000001, NOWHERE = 7000002;
const states = ['draft', 'pending', 'returned', 'rejected', 'approved', 'sending', 'sent', 'stopped'];
const copies = [['staff', "'login', 'foreign'"], ['department', "'name', 'foreign'"], ['district', "'name', 'foreign'"],
	['topic', "'name', 'foreign', 'vital', false"], ['citizen', "'state', 'active'"],
	['event', "'state', 'open'"]];
const copy = (name, id, more) => `INSERT INTO ${name} OVERRIDING SYSTEM VALUE
	SELECT (jsonb_populate_record(NULL::${name}, to_jsonb(x) || jsonb_build_object('id', ${id}, ${more}))).*
	  FROM ${name} x WHERE tenant_id = ${tenant(YAMA)} ORDER BY id LIMIT 1;`;
const link = (text, purpose, more) => `INSERT INTO link (tenant_id, hash, purpose, ends, ${more[0]})
	VALUES (${tenant(YAMA)}, '\\x${createHash('sha256').update(text).digest('hex')}', '${purpose}', now() + interval '1 hour', ${more[1]});`;

before(async () => {
	town = await up();
	table = await routes(town);
	// A citizen of the other town, whose mail has a true link to stop.
	const email = somebody(), district = await town.sql(`SELECT min(id) FROM district WHERE tenant_id = ${tenant(YAMA)}`);
	await subscribe(town, town.client(YAMA), email, { district: [district] });
	const stop = linkIn(await mailWith(town, email, '/unsubscribe/'), 'unsubscribe').split('/').pop();
	town.kill('courier', 'SIGTERM');

	const made = Object.fromEntries(['confirm', 'my', 'invite', 'door'].map((name) => [name, randomBytes(32).toString('base64url')]));
	const contact = ['contact_hash', `(SELECT hash FROM contact WHERE tenant_id = ${tenant(YAMA)} LIMIT 1)`];
	await town.sql(`SET session_replication_role = replica;
		${copies.map(([name, more]) => copy(name, HERE, more)).join('')}
		${states.map((state, i) => copy('message', HERE + 10 * (i + 1), `'state', '${state}', 'on_site', true,
			'published', now(), 'publish_until', now() + interval '9 days'`)).join('')}
		INSERT INTO message_rendering SELECT tenant_id, ${HERE + 70}, revision, channel, language, content
		  FROM message_rendering WHERE message_id = (SELECT min(id) FROM message WHERE tenant_id = ${tenant(YAMA)} AND state = 'sent');
		INSERT INTO attachment (tenant_id, id, purpose, owner_id, kind, name, bytes, state, due)
		  VALUES (${tenant(YAMA)}, '00000000-0000-4000-8000-000000000001', 'survey', 1, 'image/png', 'x', 1, 'clean', NULL);
		INSERT INTO gateway (tenant_id, id, channel, kind, active) OVERRIDING SYSTEM VALUE VALUES (${tenant(YAMA)}, ${HERE}, 'line', 'line', true);
		INSERT INTO event_import (tenant_id, id, staff_id, name, taken, counts) OVERRIDING SYSTEM VALUE VALUES (${tenant(YAMA)}, ${HERE}, ${HERE}, 'x', now(), '{}');
		INSERT INTO contact (tenant_id, id, citizen_id, channel, address, hash, state) OVERRIDING SYSTEM VALUE
		  VALUES (${tenant(YAMA)}, ${HERE}, ${HERE}, 'webpush', '\\x00', '\\x01', 'active');
		UPDATE citizen SET ended_in = (SELECT max(id) FROM citizen WHERE tenant_id = ${tenant(MINATO)}) WHERE id = ${HERE};
		${link(made.confirm, 'confirm', contact)} ${link(made.my, 'my', contact)}
		${link(made.invite, 'invite', ['staff_id', HERE])}
		INSERT INTO door (tenant_id, hash, event_id, name, staff_id, ends)
		  VALUES (${tenant(YAMA)}, '\\x${createHash('sha256').update(made.door).digest('hex')}', ${HERE}, 'x', ${HERE}, now() + interval '1 hour');`);
	await town.sql(surveyIn(YAMA, HERE, 'open', 'once') + surveyIn(MINATO, 7000003));
	who = await people(town);
	// So that each has its cookies before anything is compared: that of forms for which no session counts, too.
	for (const name of everybody) {
		await token(who[name]);
		await who[name].client.get('/my/link');
	}

	// name → pairs of what is there and what is nowhere.
	const nothing = randomBytes(32).toString('base64url');
	const keys = await Keys.of(town, tenant(YAMA));
	const seen = keys.link('seen', ...(await town.sql(`SELECT citizens[1], message_id FROM batch WHERE tenant_id = ${tenant(YAMA)} LIMIT 1`)).split('|'));
	const tokens = { tickets: 'x'.repeat(35), seen, subscribe: made.confirm, my: made.my, invite: made.invite, unsubscribe: stop, u: stop, door: made.door, keep: keys.link('keep', HERE, 0) };
	const number = [[HERE, NOWHERE]];
	foreign = ({ path }, name) => ({
		message: states.map((_, i) => [HERE + 10 * (i + 1), NOWHERE + 10 * (i + 1)]),
		staff: number, department: number, area: number, topic: number, person: number, other: number, gateway: number, device: number, survey: number, event: number, import: number,
		attachment: [['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002']],
		token: [[tokens[path.split('/').find((part) => part in tokens)], nothing.slice(0, tokens[path.split('/').find((part) => part in tokens)]?.length)]],
		mail: [['1-1-1', '1-1-2']], tag: [], channel: [], language: [], quota: [],
	})[name];
	own = Object.fromEntries((await town.sql(`SELECT 'message', min(id) FROM message WHERE state = 'draft' AND tenant_id = 1 UNION ALL
		SELECT 'staff', 2 UNION ALL SELECT 'department', min(id) FROM department WHERE tenant_id = 1 UNION ALL
		SELECT 'area', min(id) FROM district WHERE tenant_id = 1 UNION ALL SELECT 'topic', max(id) FROM topic WHERE tenant_id = 1`))
		.split('\n').map((line) => line.split('|')));
	Object.assign(own, { survey: 7000003, quota: 1, language: 'en', question: 'q1', event: await town.sql('SELECT min(id) FROM event WHERE tenant_id = 1') });
	before0 = await digest(town, SEEN);
});
after(() => town?.stop());

// All of an answer but what is random in every one: the number of the request, the
// time, nonces and tokens; and the very name that was asked for.
function shown(answer, asked) {
	const plain = (s) => String(s).replaceAll(asked === undefined ? '\0' : String(asked), '=')
		.replace(/nonce-[\w+/=-]+/g, 'nonce').replace(/(nonce|value)="[\w+/=-]{20,}"/g, '$1').replace(/\b[0-9a-f]{32}\b/g, '#')
		.replace(/(__Host-\w+)=[^;]*/g, '$1').replace(/datetime="[^"]*">[^<]*/g, 'datetime')
		.replace(/\/CreationDate \(.*?\)/g, 'created');
	const { date, etag, ...headers } = answer.headers;
	return { status: answer.status, headers: plain(JSON.stringify(headers)), text: plain(answer.text), size: answer.bytes.length };
}

async function alike(client, what, [there, nowhere], ask) {
	const [a, b] = [await ask(there), await ask(nowhere)];
	assert.deepEqual(shown(a, there), shown(b, nowhere), what);
	assert.ok(a.status < 500, `${what}: ${a.status}`);
	return a.status;
}

// Those who may not see a thing anyway ask for one of each kind only.
const asks = (route, name, kind) => foreign(route, kind).slice(0, ['writer', 'approver', 'admin', 'both'].includes(name) ? undefined : 1);
const all = (names, what) => Promise.all(names.map(what));

test('F41 GET: of another town is nowhere', async () => {
	let asked = 0;
	await all(everybody, async (name) => {
		const { client } = who[name];
		for (const route of table.filter((r) => r.method === 'GET' && r.names.length)) {
			for (const pair of asks(route, name, route.names[0])) {
				const status = await alike(client, `${name} ${route.a} ${pair[0]}`, pair,
					(id) => client.get(fill(route.path, { [route.names[0]]: id })));
				if (route.names[0] !== 'token') assert.notEqual(status, 200, `${name} ${route.a}`);
				asked += 2;
			}
		}
	});
	assert.ok(asked > 1000, `${asked} requests`);
	same(before0, await digest(town, SEEN), 'by looking');
});

// The form as its own page has it, and an empty one.
async function fieldsFor(client, route) {
	const path = fill(route.path, own), page = await client.get(path);
	const form = page.status === 200 && forms(page.text).find((f) => f.method === 'post' && f.action === path);
	return form ? form.fields.filter(([name]) => name !== 'token') : [];
}

test('F41 POST: of another town is nowhere, with all that its form has', async () => {
	let asked = 0;
	await all(everybody, async (name) => {
		const { client } = who[name], proof = await token(who[name]);
		for (const route of table.filter((r) => r.method === 'POST' && r.names.length)) {
			const fields = route.names[0] === 'token' ? [] : await fieldsFor(client, route);
			for (const pair of asks(route, name, route.names[0])) {
				await alike(client, `${name} ${route.a} ${pair[0]}`, pair, (id) => client.post(
					fill(route.path, { [route.names[0]]: id }), [...fields, ['token', proof]]));
				asked += 2;
			}
		}
	});
	assert.ok(asked > 500, `${asked} requests`);
	// That a form with an error in it was sent is known, and nothing else is.
	const but = { ...SEEN, once: { rows: 'true' } };
	const now = await digest(town, but);
	same({ ...before0, once: now.once }, now, 'by sending');
});

test('F41 ids in the fields of a form', async () => {
	let asked = 0;
	await all(['citizen', 'writer', 'approver', 'admin'], async (name) => {
		const { client } = who[name];
		for (const route of table.filter((r) => r.method === 'POST' && r.names[0] !== 'token')) {
			const fields = await fieldsFor(client, route), path = fill(route.path, own);
			// Boxes end in the id of what they stand for; a list has it as value.
			const page = fields.length ? (await client.get(path)).text : '';
			const boxes = [...page.matchAll(/name="((?:district|topic|department|role)_)\d+"/g)].map((m) => m[1]);
			const lists = [...page.matchAll(/<select[^>]* name="(\w+)"/g), ...page.matchAll(/type="radio"[^>]* name="(\w+)" value="\d+"/g)].map((m) => m[1]);
			for (const field of new Set([...boxes, ...lists])) {
				const rest = fields.filter(([n]) => n !== field && !(boxes.includes(field) && n.startsWith(field)));
				await alike(client, `${name} ${route.a} ${field}`, [HERE, NOWHERE], async (id) => client.post(path, [
					...rest, ['token', await token(who[name])], boxes.includes(field) ? [`${field}${id}`, '1'] : [field, id]]));
				asked++;
			}
		}
	});
	assert.ok(asked > 5, `${asked} fields`);
	// Nowhere does one of this town name what is of the other.
	for (const line of (await town.sql(`SELECT table_name, string_agg(format('%I::text LIKE ''%%7000001%%''', column_name), ' OR ')
		FROM information_schema.columns WHERE table_schema = 'public' AND table_name IN (SELECT table_name FROM information_schema.columns
		WHERE column_name = 'tenant_id') GROUP BY 1`)).split('\n')) {
		const [name, where] = line.split('|');
		assert.equal(await town.sql(`SELECT count(*) FROM ${name} WHERE tenant_id = 1 AND (${where})`), '0', `${name}: ${await town.sql(`SELECT to_jsonb(x) FROM ${name} x WHERE tenant_id = 1 AND (${where}) LIMIT 3`)}`);
	}
});

test('F41 a session of one town is nobody in the other', async () => {
	for (const name of ['citizen', 'writer', 'approver', 'admin', 'both']) {
		const nobody = town.client(YAMA), thief = town.client(YAMA);
		for (const [cookie, value] of who[name].client.cookies) {
			if (!/staff|citizen/.test(cookie)) continue;
			thief.cookies.set(cookie, value);
			nobody.cookies.set(cookie, randomBytes(16).toString('base64url'));
		}
		for (const route of table) {
			const path = fill(route.path, { message: 12, staff: 6, department: 6, area: 6, topic: 6, person: 330, survey: 7000003, quota: 1, language: 'en', question: 'q1', device: 330, tag: 'ja', token: 'x'.repeat(43), mail: 'x' });
			const ask = (c) => (route.method === 'GET' ? c.get(path) : c.post(path, {}));
			const [a, b] = [await ask(thief), await ask(nobody)];
			assert.deepEqual(shown(a), shown(b), `${name} ${route.a}`);
			assert.ok(!a.text.includes('みなと市'), `${name} ${route.a}`);
		}
	}
});
