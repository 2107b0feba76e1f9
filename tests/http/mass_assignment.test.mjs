// SPDX-License-Identifier: Apache-2.0
//
// R07: what a form does not ask for cannot be set by it.  Two towns that are alike in
// every byte get the same forms from the same people in the same order; the second
// one's carry, besides, a field for every column of every table.  Answers and
// databases must be alike afterwards.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { forms } from '../harness/client.mjs';
import { approved, written } from '../harness/desk.mjs';
import { fill, MINATO, people, routes, surveyIn, token } from '../harness/house.mjs';
import { eventually, up } from '../harness/up.mjs';

const towns = [];
let columns, table;

before(async () => {
	for (let i = 0; i < 2; i++) {
		const town = await up();
		// Who counts them ends here.
		await eventually('the answers of the demonstration are counted', async () => await town.sql('SELECT count(*) FROM response WHERE NOT counted') === '0', 180);
		town.kill('courier', 'SIGTERM');
		await town.sql(`CREATE FUNCTION no_limit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.hits := 1; RETURN NEW; END';
			CREATE TRIGGER no_limit BEFORE INSERT OR UPDATE ON throttle FOR EACH ROW EXECUTE FUNCTION no_limit()`);
		const draft = await written(town, 'sato'), waiting = await written(town, 'sato');
		await approved(town, 'sato', 'takahashi', { send_at: `now() + interval '1 hour'`, valid_until: `now() + interval '2 hours'` });
		const who = await people(town);
		await town.sql(surveyIn(MINATO, 7000001));
		const page = await who.writer.client.get(`/desk/messages/${waiting}/submit`);
		assert.equal((await who.writer.client.submit(page, {}, '/submit')).status, 303);
		towns.push({ town, who, draft, waiting });
	}
	columns = (await towns[0].town.sql(`SELECT DISTINCT column_name, data_type FROM information_schema.columns
		WHERE table_schema = 'public' ORDER BY 1`)).split('\n').map((line) => line.split('|'));
	table = (await routes(towns[0].town)).filter((r) => r.method === 'POST' && !/logout|sign-out|leave$|sessions$/.test(r.path));
});
after(() => Promise.all(towns.map(({ town }) => town.stop())));

// What somebody would try who has read the schema.
const wish = { state: 'approved', role: 'admin', roles: 'admin', stage: 'full', kind: 'operator', audience: 'everyone', tenant_id: '2', channel: 'sms' };
function extras(own) {
	const taken = new Set(['token', ...own.map((name) => name.replace(/_\d+$/, ''))]);
	const all = new Map([...columns.map(([name, type]) => [name, wish[name] ?? (/int|numeric/.test(type) ? '2' : /boolean/.test(type) ? 'true'
		: /timestamp/.test(type) ? '2030-01-01T00:00:00Z' : /json/.test(type) ? '{"a":1}' : /ARRAY/.test(type) ? '{2}' : '6d617373')]),
	...Object.entries(wish), ['role_admin', '1'], ['role_approver', '1'], ['approved_by', '2'], ['is_admin', 'true'], ['author', '2'], ['staff', '2'],
	['tenant', '2'], ['person', '2'], ['citizen', '2'], ['recipients_max', '0'], ['_method', 'DELETE'], ['__proto__', '1'], ['constructor', '1']]);
	return [...all].filter(([name]) => !taken.has(name) && !taken.has(name.replace(/_\w+$/, '')));
}

// The form of a route as its page has it, with something in every empty field.
const sample = { email: 'jiro@example.jp', password: 'a long enough passphrase', again: 'a long enough passphrase', login: 'jiro.new', postcode: '1050001', code: '123456' };
async function fieldsOf(client, path) {
	let form, page;
	for (const place of [path, `${path}/new`, path.replace(/\/[^/]+$/, '') || '/']) {
		page = await client.get(place);
		form = page.status === 200 && forms(page.text).find((f) => f.method === 'post' && (f.action || place) === path);
		if (form) break;
	}
	if (!form) return [[], []];
	const fields = form.fields.filter(([name]) => name !== 'token').map(([name, value]) => [name, value || sample[name] || (/_(year|month|day|hour|minute)$/.test(name) ? '' : 'あ')]);
	// A button that says what it does is a field too.
	const button = form.buttons.find((b) => b.name);
	// Boxes that are not ticked are asked for as well.
	return [button ? [...fields, [button.name, button.value]] : fields, [...page.text.matchAll(/ name="(\w+)"/g)].map((m) => m[1])];
}

// The form of a fresh proof is shown to those alone whose proof is old.
const listed = Object.fromEntries(['/desk', '/operator'].map((at) => [`POST ${at}/login/again`, ['password', 'code', 'next', 'to', 'typed']]));
async function send({ who, draft, waiting }, name, route, more) {
	const { client } = who[name];
	const ids = { message: /approve|withdraw/.test(route.path) ? waiting : draft, staff: 4, department: 1, area: 1, topic: 1, person: 1, survey: 7000001, quota: 1, language: 'en', question: 'q1', token: 'x'.repeat(43), mail: 'x' };
	const path = fill(route.path, ids), [fields, asked] = await fieldsOf(client, path);
	// Who does not get the form may still know what is in it.
	listed[route.a] = [...new Set([...listed[route.a] ?? [], ...asked])];
	const answer = await client.post(path, [...fields, ['token', await token(who[name])], ...(more ? extras(listed[route.a]) : [])]);
	assert.ok(answer.status < 500, `${name} ${route.a}: ${answer.status}`);
	// Where there is no form, a name may be one that it would have: refused is refused.
	const status = fields.length === 0 && answer.status >= 400 ? 'refused' : answer.status;
	return { fields: fields.map(([n]) => n), status, location: (answer.headers.location ?? '').replace(/[\w-]{30,}/g, '#') };
}

// All rows without what is random or of the moment.
async function content({ town }) {
	const kept = (await town.sql(`SELECT table_name, string_agg(format('%I', column_name), ', ' ORDER BY ordinal_position)
		FROM information_schema.columns WHERE table_schema = 'public' AND data_type NOT IN ('bytea', 'uuid') AND data_type NOT LIKE 'timestamp%'
		AND table_name NOT IN ('once', 'schema_migration', 'throttle') AND column_name NOT IN ('password', 'request', 'version', 'totp_step') GROUP BY 1 ORDER BY 1`)).split('\n').map((l) => l.split('|'));
	const rows = {};
	for (const [name, list] of kept) {
		rows[name] = (await town.sql(`SELECT to_jsonb(t) FROM (SELECT ${list} FROM ${name}) t ORDER BY 1`)).split('\n')
			.map((row) => row.replace(/"\w+_ms": ?\d+/g, '"ms"').replace(/localhost:\d+/g, 'localhost'));
	}
	return rows;
}

test('every form, by everybody, with a field for every column: nothing more is set', async () => {
	let asked = 0, taken = 0, forms = 0;
	for (const name of ['anonymous', 'citizen', 'step', 'writer', 'both', 'approver', 'none', 'stranger', 'operator', 'admin']) {
		for (const route of table) {
			const [plain, more] = await Promise.all(towns.map((t, i) => send(t, name, route, i === 1)));
			assert.deepEqual(more, plain, `${name} ${route.a}`);
			asked++;
			taken += more.status === 303;
			forms += more.fields.length > 0;
		}
	}
	assert.ok(asked > 500 && taken > 30 && forms > 50, `${asked} requests, ${taken} taken, ${forms} forms`);
	const [plain, more] = await Promise.all(towns.map(content));
	for (const name of Object.keys(plain)) assert.deepEqual(more[name], plain[name], name);
});
