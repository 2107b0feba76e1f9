// SPDX-License-Identifier: Apache-2.0
//
// 無記名・1人1回: whoever has the whole database tries to say whose answer is whose.
//
// Forty people draw a right and answer straight away, one after the other: nobody could
// make it easier.  The adversary then has every column of every table, with the places of
// rows (ctid) and the transactions that wrote them (xmin), and joins whatever names a
// person with answers: by equal values, by the order of each column against the order of
// each other, and through third tables.  He knows at last that he has to be better than
// chance.  Before right_mix() he is right every time, so that it is known that he can.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inside } from '../harness/desk.mjs';
import { script } from '../harness/script.mjs';
import { up } from '../harness/up.mjs';
import { adversary, rows_of } from './adversary.mjs';
import { once_survey, signed_in } from './right.mjs';

const { bare, bytes, hide, text } = await script('blind.js');
const host = 'minato.localhost', PEOPLE = 40;
// Of forty guesses one is right by chance; ten are, once in ten million times.
const CHANCE = 10;
let town, survey, questionnaire;
const truth = new Map();		// citizen → what only their answer says
before(async () => {
	town = await up();
	// Answers are counted in the background, which rewrites rows as well; not while he looks.
	town.kill('courier', 'SIGTERM');
	survey = await once_survey(town, host);
	questionnaire = await town.sql(`SELECT questionnaire_id FROM survey WHERE id = ${survey}`);
	const first = await signed_in(town, host);
	await first.client.submit(await first.client.get(`/surveys/${survey}/right`), {});
	await town.sql(`DELETE FROM right_drawn WHERE survey_id = ${survey}`);
	for (let i = 0; i < PEOPLE; i++) await draw_and_answer(i);
});
after(() => town?.stop());

// The draw by the pages; the answer in a transaction like that of the page, with its token.
async function draw_and_answer(i) {
	const { client, citizen } = await signed_in(town, host, `person ${i}`);
	const page = await client.get(`/surveys/${survey}/right`), key = bytes(page.text.match(/data-key="([^"]+)"/)[1]);
	const token = crypto.getRandomValues(new Uint8Array(32)), mark = 1000 + ((i * 7919) % 997);
	if (i % 2) {
		await client.submit(page, {});
		token.set(Buffer.from(client.cookies.get(`__Host-right-${survey}`).split('.')[0], 'base64url'));
	} else {
		const secret = await hide(key, token);
		const answer = await client.post(`/surveys/${survey}/right`, { token: page.text.match(/id="right"[\s\S]*?name="token" value="([^"]+)"/)[1], hidden: text(secret.hidden) });
		assert.ok(bare(key, bytes(answer.json().signature), secret));
	}
	await inside(town, `INSERT INTO once (token, location) VALUES (decode(md5(random()::text), 'hex'), '/surveys/${survey}/done/x${mark}');
		INSERT INTO response (questionnaire_id, edition, number, answers, seconds, right_hash)
		VALUES (${questionnaire}, 1, floor(random() * 1e9)::text, '{"q1": "1", "q2": "${mark}"}', 60 + ${i % 7},
		        sha256(decode('${Buffer.from(token).toString('hex')}', 'hex')))`);
	truth.set(String(citizen), String(mark));
}

const rows = (table, where) => rows_of(town, table, where);
const { by_order, by_value } = adversary(truth, (response) => response.answers.q2);

// Everything that names a person, each table by itself: with the rows of other tables that
// the same transaction wrote, which is how times get to rows that have none.
async function everything() {
	const answers = await rows('response', `t.questionnaire_id = ${questionnaire}`);
	const once = await rows('once', `t.location LIKE '/surveys/${survey}%'`);
	const times = new Map(once.map((o) => [o.xmin, o.created]));
	const timed = (list) => list.map((r) => ({ ...r, when: times.get(r.xmin) ?? null }));
	const ids = [...truth.keys()].join(', ');
	const whose = new Map((await rows('contact', `t.citizen_id IN (${ids})`)).map((k) => [k.hash, k.citizen_id]));
	const named = {
		right_drawn: await rows('right_drawn', `t.survey_id = ${survey}`),
		// By the address that each of them has: as good as a name.
		right_address: (await rows('right_address', `t.survey_id = ${survey}`)).map((a) => ({ ...a, citizen_id: whose.get(a.contact_hash) })),
		citizen: (await rows('citizen', `t.id IN (${ids})`)).map((c) => ({ ...c, citizen_id: c.id })),
		citizen_session: await rows('citizen_session', `t.citizen_id IN (${ids})`),
		audit: (await rows('audit', `t.actor_kind = 'citizen' AND t.actor_id IN (${ids})`)).map((a) => ({ ...a, citizen_id: a.actor_id })),
	};
	return { answers: timed(answers), named: Object.fromEntries(Object.entries(named).filter(([, list]) => list.length).map(([k, list]) => [k, timed(list)])) };
}

test('nothing but these tables names people or holds answers', async () => {
	// A new one that does belongs into everything() above, and into docs/secrecy.md.
	const named = (await town.sql(`SELECT string_agg(c.relname, ' ' ORDER BY 1) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname IN ('response_id', 'right_hash', 'receipt_hash')`)).split(' ');
	assert.deepEqual([...new Set(named)].sort(), ['paper_import_line', 'response', 'response_tag']);
	// What a clerk types in from paper, kept and deleted in the transaction that wrote it.
	assert.equal(await town.sql('SELECT count(*) FROM paper_import_line'), '0');
	assert.equal(await town.sql(`SELECT count(*) FROM response WHERE questionnaire_id = ${questionnaire} AND (citizen_id IS NOT NULL OR staff_id IS NOT NULL)`), '0');
	assert.equal(await town.sql(`SELECT count(*) FROM response WHERE questionnaire_id = ${questionnaire} AND right_hash IS NOT NULL`), String(PEOPLE));
	for (const table of ['right_drawn', 'right_address'])
		assert.equal(await town.sql(`SELECT count(*) FROM ${table} WHERE survey_id = ${survey}`), String(PEOPLE));
});

test('the adversary can: before the rows are mixed their order gives everybody away', async () => {
	const { answers, named } = await everything();
	for (const table of ['right_drawn', 'right_address']) {
		const [n, how] = by_order(named[table], answers);
		assert.equal(n, PEOPLE, `he is right with ${how}`);
	}
});

test('afterwards he cannot, by no order and by no value', async (t) => {
	assert.ok(Number((await inside(town, 'SELECT right_mix()')).split('\n').pop()) >= 3 * PEOPLE);
	const { answers, named } = await everything();
	const all = ['right_drawn', 'right_address', 'citizen', 'citizen_session'];
	assert.deepEqual(Object.keys(named).filter((name) => all.includes(name)), all, 'he has all that there is');
	for (const [name, people] of Object.entries(named)) {
		const order = by_order(people, answers), value = by_value(people, answers);
		t.diagnostic(`${name}: by order ${order.join(', ')}; by value ${value.join(', ')}`);
		assert.ok(order[0] < CHANCE, `${name}: ${order[0]} of ${PEOPLE} by ${order[1]}`);
		assert.ok(value[0] < 3, `${name}: ${value[0]} of ${PEOPLE} by ${value[1]}`);
	}
	assert.equal(new Set(answers.map((r) => r.xmin)).size, 1, 'one transaction wrote all answers');
	assert.equal(await town.sql(`SELECT count(*) FROM once WHERE location LIKE '/surveys/${survey}%'`), '0', 'no token leads to an answer');
});

test('nor does he get anywhere with the key: it signed numbers that fit any token', async () => {
	// What was signed is kept as a hash only, and is another number than any that is shown.
	const hidden = (await rows('right_drawn', `t.survey_id = ${survey}`)).map((r) => r.hidden);
	const spent = (await rows('response', `t.questionnaire_id = ${questionnaire}`)).map((r) => r.right_hash);
	assert.equal(new Set([...hidden, ...spent]).size, 2 * PEOPLE);
});

test('a right is spent once, whoever tries', async () => {
	await assert.rejects(inside(town, `INSERT INTO response (questionnaire_id, edition, number, answers, right_hash)
		SELECT questionnaire_id, edition, number || 'x', answers, right_hash FROM response WHERE questionnaire_id = ${questionnaire} LIMIT 1`), /response_once/);
});
