// SPDX-License-Identifier: Apache-2.0
//
// 無記名・1人1回 from end to end, by the pages: a survey is announced with personal links, a link
// draws a blind right, the right answers once, the reminder goes to the others, results come
// out; and whoever has every table of the database cannot say whose answer is whose.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readMail } from '../gateways/mime.mjs';
import { desk, inside, said } from '../harness/desk.mjs';
import { eventually, up } from '../harness/up.mjs';
import { adversary, rows_of } from './adversary.mjs';
import { words } from './citizen.mjs';
import { once_survey, signed_in } from './right.mjs';
import { responses, walk } from './survey.mjs';

const host = 'minato.localhost', PEOPLE = 30, ANSWERS = 22;
// Of so many guesses one is right by chance; thirteen are, once in six thousand million times.
const CHANCE = 13;
let town, clerk, survey, questionnaire, links, first;
const truth = new Map();		// citizen → what only their answer says
const right = new Map();		// citizen → their right
const mark = (response) => response.answers.q2;
before(async () => {
	town = await up();
	clerk = await desk(town, 'sato');
	await town.sql(`SET session_replication_role = replica; UPDATE citizen SET state = 'left' WHERE tenant_id = 1 AND id NOT IN (
		SELECT id FROM citizen WHERE tenant_id = 1 AND state = 'active' AND NOT vital_only AND reach = '{email}' ORDER BY id LIMIT ${PEOPLE})`);
	survey = await once_survey(town, host);
	questionnaire = await town.sql(`SELECT questionnaire_id FROM survey WHERE id = ${survey}`);
});
after(() => town?.stop());

const mails = () => town.outbox().filter((m) => m.includes('/for/') || Buffer.from(m).includes('base64')).map((m) => readMail(Buffer.from(m)))
	.flatMap((m) => [...(m.text ?? '').matchAll(new RegExp(`https://\\S*(/surveys/${survey}/for/\\S+)`, 'g'))].map(([, link]) => link));
const drawn = async () => (await town.sql(`SELECT coalesce(string_agg(citizen_id::text, ' '), '') FROM right_drawn WHERE survey_id = ${survey}`)).split(' ').filter(Boolean);

// Made at the survey's page, submitted, and approved; what the approver was told, and who it was planned for.
async function announce(kind) {
	const made = await clerk.submit(await clerk.get(`/desk/surveys/${survey}/announce`), { kind }, '/announce');
	assert.equal(made.status, 303, said(made));
	const id = Number(made.headers.location.split('/').pop());
	await inside(town, `UPDATE message SET contact = '企画課', scheduled = true, by_email = true, by_line = false, by_sms = false, by_webpush = false, by_x = false,
		topics = '{}', valid_until = now() + interval '1 day', publish_until = now() + interval '30 days' WHERE id = ${id}`);
	await inside(town, `UPDATE message SET topics = ARRAY(SELECT id FROM topic WHERE vital) WHERE id = ${id}`);	// at any hour
	assert.equal((await clerk.submit(await clerk.get(`/desk/messages/${id}/submit`), {}, '/submit')).status, 303);
	const approver = await desk(town, 'takahashi'), page = await approver.get(`/desk/messages/${id}/approve`);
	assert.equal((await approver.submit(page, { act: 'approve', confirm: '1' }, '/approve')).status, 303);
	await eventually(`message ${id} sent`, async () => await town.sql(`SELECT state FROM message WHERE id = ${id}`) === 'sent');
	const people = (await town.sql(`SELECT coalesce(string_agg(c::text, ' '), '') FROM batch b, unnest(b.citizens) c WHERE b.message_id = ${id}`)).split(' ').filter(Boolean);
	assert.equal(Number(await town.sql(`SELECT recipients FROM message WHERE id = ${id}`)), people.length);
	return { told: words(page), people };
}

async function answers(client, value) {
	const check = await walk(client, survey, { all: { q1: '1', q2: String(value), q3: '' } });
	return { check, sent: /\/check$/.test(check.path) ? await client.submit(check, {}, '/check') : check };
}

test('announced: what the approver is told is who gets a link, each their own', async () => {
	const { told, people } = await announce('personal');
	assert.equal(people.length, PEOPLE);
	assert.match(told, new RegExp(`${PEOPLE}\\s*人`));
	links = await eventually(`${PEOPLE} links`, () => mails().length >= PEOPLE && mails());
	assert.equal(new Set(links).size, PEOPLE);
});

test('by the link one draws a right, answers, and has a number', async () => {
	for (let i = 0; i < ANSWERS; i++) {
		const client = town.client(host), before_ = new Set(await drawn());
		const got = await client.submit(await client.get(links[i]), {}, links[i]);
		assert.equal(got.headers.location, `/surveys/${survey}`);
		const [who] = (await drawn()).filter((c) => !before_.has(c)), value = 1000 + ((i * 7919) % 997);
		const { sent } = await answers(client, value);
		assert.equal(sent.headers.location, `/surveys/${survey}/done`, words(sent));
		assert.match(words(await client.follow(sent)), /\d{4}-\d{4}/);
		truth.set(who, String(value));
		right.set(who, client.cookies.get(`__Host-right-${survey}`));
		first ??= { client, link: links[i] };
	}
	const rows = await responses(town, questionnaire);
	assert.equal(rows.length, ANSWERS);
	assert.ok(rows.every((r) => r.citizen_id === null && r.staff_id === null && r.right_hash), 'nobody stands in an answer');
});

test('a second answer is refused, however it is tried', async () => {
	assert.match(words(await town.client(host).get(first.link)), /すでにお渡し/, 'the same link on another device');
	const page = await town.client(host).get(first.link);
	assert.doesNotMatch(page.text, /id="right"/, 'there is nothing to press');
	for (const value of [...right.values()].slice(0, 3)) {
		const other = town.client(host);
		other.cookies.set(`__Host-right-${survey}`, value);
		assert.equal((await answers(other, 1)).sent.status, 409, 'the same right in another browser');
	}
	assert.equal((await answers(first.client, 2)).sent.status, 409, 'the same browser once more');
	const none = town.client(host), shut = await none.submit(await none.get(`/surveys/${survey}`), {}, `/surveys/${survey}`);
	assert.equal(shut.headers.location, `/surveys/${survey}/right`, 'nobody without a right');
	// A right of this survey is none of another.
	const other = await once_survey(town, host), forger = town.client(host);
	forger.cookies.set(`__Host-right-${other}`, [...right.values()][0]);
	const begun = await forger.follow(await forger.submit(await forger.get(`/surveys/${other}`), {}, `/surveys/${other}`));
	const check = await walk(forger, other, { all: { q1: '1' } }, begun);
	assert.equal((await forger.submit(check, {}, '/check')).status, 403);
	assert.equal((await responses(town, questionnaire)).length, ANSWERS);
});

test('of two that are sent at once with one right, and of a button pressed twice, one counts', async () => {
	const client = town.client(host), link = links[ANSWERS], seen = new Set(await drawn());
	await client.submit(await client.get(link), {}, link);
	const [who] = (await drawn()).filter((c) => !seen.has(c)), value = client.cookies.get(`__Host-right-${survey}`);
	const browsers = await Promise.all([1, 2, 3].map(async () => {
		const browser = town.client(host);
		browser.cookies.set(`__Host-right-${survey}`, value);
		return { browser, check: await walk(browser, survey, { all: { q1: '2', q2: '77' } }) };
	}));
	const sent = await Promise.all(browsers.map(({ browser, check }) => browser.submit(check, {}, '/check')));
	assert.deepEqual(sent.map((s) => s.status).sort(), [303, 409, 409]);
	const winner = browsers[sent.findIndex((s) => s.status === 303)];
	assert.equal((await winner.browser.submit(winner.check, {}, '/check')).headers.location, `/surveys/${survey}/done`);
	assert.equal((await responses(town, questionnaire)).length, ANSWERS + 1);
	truth.set(who, '77');
});

test('the reminder goes to the others alone, and the approver is told how many they are', async () => {
	const { told, people } = await announce('remind'), took = await drawn();
	assert.equal(people.length, PEOPLE - ANSWERS - 1);
	assert.deepEqual(people.filter((c) => took.includes(c)), []);
	assert.match(told, new RegExp(`${people.length}\\s*人`));
	assert.doesNotMatch(told, new RegExp(`${PEOPLE}\\s*人`));
});

test('nobody who has the whole database can join them', async (t) => {
	await inside(town, 'SELECT right_mix()');
	const he = adversary(truth, mark), ids = new Set(truth.keys()), answers_ = await rows_of(town, 'response', `t.questionnaire_id = ${questionnaire}`);
	assert.equal(answers_.length, truth.size);
	const tables = (await town.sql(`SELECT string_agg(c.relname, ' ') FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace`)).split(' ');
	// Times of transactions get to rows that have none.
	const times = new Map(), all = new Map();
	for (const table of tables) {
		const rows = await rows_of(town, table);
		all.set(table, rows);
		for (const row of rows) for (const value of Object.values(row)) if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) times.set(row.xmin, value);
	}
	const timed = (row) => ({ ...row, when: times.get(row.xmin) ?? null });
	let people = 0;
	for (const [table, rows] of all) {
		if (!rows.length || table === 'response') continue;
		for (const column of Object.keys(rows[0])) {
			// Whatever holds somebody's number, alone or in a list; the first and the last row of each.
			const named = rows.flatMap((row) => (Array.isArray(row[column]) ? row[column] : [row[column]]).map((id, place) => ({ ...timed(row), place, citizen_id: String(id) })))
				.filter((row) => ids.has(row.citizen_id));
			for (const list of [named, [...named].reverse()]) {
				const each = [...new Map(list.map((row) => [row.citizen_id, row])).values()];
				if (each.length < ids.size / 2) continue;
				people++;
				const order = he.by_order(each, answers_.map(timed)), value = he.by_value(each, answers_.map(timed));
				assert.ok(order[0] < CHANCE, `${table}.${column}: ${order[0]} of ${each.length} by ${order[1]}`);
				assert.ok(value[0] < 3, `${table}.${column}: ${value[0]} of ${each.length} by ${value[1]}`);
			}
		}
	}
	t.diagnostic(`${people} lists of people against ${answers_.length} answers`);
	assert.ok(['right_drawn', 'citizen', 'batch'].every((table) => all.get(table).length), 'he has all that there is');
	assert.ok(people >= 8, 'he finds people in many places');
});

test('the button of the link pressed again, when the マイページ that was open has ended or another was opened: the same right', async () => {
	const [client, link] = [town.client(host), links[PEOPLE - 1]], other = (await signed_in(town, host)).client.cookies.get('__Host-citizen');
	const seen = new Set(await drawn());
	client.cookies.set('__Host-citizen', other);
	const page = await client.get(link), rights = [];
	for (const cookie of [other, null, (await signed_in(town, host)).client.cookies.get('__Host-citizen')]) {
		client.cookies.delete('__Host-citizen');
		if (cookie) client.cookies.set('__Host-citizen', cookie);
		assert.equal((await client.submit(page, {}, link)).status, 303, cookie ?? 'nobody');
		rights.push(client.cookies.get(`__Host-right-${survey}`));
	}
	assert.equal(new Set(rights).size, 1);
	const who = (await drawn()).filter((c) => !seen.has(c));
	assert.equal(who.length, 1);
	truth.set(who[0], '');	// takes part from here on
});

test('results tell how many answered, at the desk and, when they are out, to everybody', async () => {
	const total = ANSWERS + 1;
	await eventually('all are counted', async () => words(await clerk.get(`/desk/surveys/${survey}/results`)).includes(`${total}`));
	const desk_page = words(await clerk.get(`/desk/surveys/${survey}/results`));
	assert.match(desk_page, new RegExp(`${total}\\s*件`));
	await inside(town, `UPDATE survey SET state = 'closed' WHERE id = ${survey}`);
	const approver = await desk(town, 'takahashi'), at = `/desk/surveys/${survey}/results/publish`;
	assert.equal((await approver.submit(await approver.get(at), { actions: '開く時間を長くします。' }, '/publish')).status, 303);
	const out = await town.client(host).get(`/surveys/${survey}/result`);
	assert.equal(out.status, 200);
	for (const name of [...right.values()].slice(0, 2)) assert.ok(!out.text.includes(name.split('.')[0]));
	const { people } = await announce('result');
	assert.deepEqual(people.sort(), [...truth.keys()].sort(), 'they are sent to those who took part');
});
