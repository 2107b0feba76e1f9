// SPDX-License-Identifier: Apache-2.0
//
// On the web in the place of a form on paper: the number is typed as people type, and of paper
// and web, or of two browsers, one counts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, inside } from '../harness/desk.mjs';
import { up } from '../harness/up.mjs';
import { words } from './citizen.mjs';
import { once_survey, signed_in } from './right.mjs';
import { document, every, few, question, responses, survey, walk } from './survey.mjs';

const host = 'minato.localhost';
let town, clerk, staff;
before(async () => {
	town = await up();
	clerk = await desk(town, 'sato');
	staff = (await town.sql(`SELECT min(id), max(id) FROM staff WHERE tenant_id = 1 AND login IN ('sato', 'suzuki')`)).split('|').map(Number);
});
after(() => town?.stop());

const bare = (number) => number.replaceAll('-', '');
const questionnaire = async (id) => town.sql(`SELECT questionnaire_id FROM survey WHERE id = ${id}`);
const kept = async (id) => (await responses(town, await questionnaire(id))).map((r) => `${r.way} ${r.answers.q1}`).sort();
async function printed(id, count = 10) {
	const base = `/desk/surveys/${id}/forms`;
	assert.equal((await clerk.submit(await clerk.get(base), { count: String(count) }, `${base}/print`)).status, 303);
	return (await clerk.get(`${base}/numbers`)).text.replace('\uFEFF', '').trim().split('\r\n').slice(1);
}
async function asked({ mode = 'anyone', doc = few(), ...more } = {}) {
	const { survey: id } = await survey(town, doc, { mode, ...more });
	return { id, path: `/surveys/${id}/paper`, numbers: await printed(id) };
}
const typed = async (client, path, number) => client.submit(await client.get(path), { number }, path);
const problem = (page) => /id="number-problem"[^>]*>([\s\S]*?)<\/p>/.exec(page.text)?.[1].replaceAll(/<[^>]+>/g, '').trim();
async function whole(client, path, number, q1 = '1') {
	const begun = await typed(client, path, number);
	assert.equal(begun.status, 303, problem(begun));
	const check = await walk(client, Number(/\d+/.exec(path)[0]), { all: { q1 } }, await client.follow(begun));
	assert.match(check.path, /\/check$/);
	return client.submit(check, {}, '/check');
}
const clerk_types = (id, number, who = staff[0], q1 = '2') => inside(town, `SELECT outcome FROM paper_enter(${id}, '${bare(number)}', 'paper', 1,
	'{"q1": "${q1}"}', ${who}, '{}', '{}')`).then((out) => out.split('\n').pop());

for (const mode of ['anyone', 'once', 'named']) test(`${mode}: with a number one answers, and it counts once`, async () => {
	const { id, path, numbers: [a, b, c] } = await asked({ mode });
	const done = await whole(town.client(host), path, a);
	assert.equal(done.headers.location, `/surveys/${id}/done`);
	assert.deepEqual(await kept(id), ['web 1']);
	assert.match(problem(await typed(town.client(host), path, a)), /もう受け付けています/);
	assert.equal(await clerk_types(id, a), 'again', 'the paper comes in after all');

	assert.equal(await clerk_types(id, b), 'kept');
	assert.match(problem(await typed(town.client(host), path, b)), /もう受け付けています/);
	// Somebody was at it while the paper was typed in.
	const late = town.client(host), begun = await late.follow(await typed(late, path, c));
	const check = await walk(late, id, { all: { q1: '1' } }, begun);
	assert.equal(await clerk_types(id, c), 'kept');
	const refused = await late.submit(check, {}, '/check');
	assert.equal(refused.status, 409);
	assert.match(words(refused), /紙かウェブで先に受け付けています/);
	assert.deepEqual(await kept(id), ['paper 2', 'paper 2', 'web 1']);
});

test('of two browsers with one number one counts', async () => {
	const { id, path, numbers: [a] } = await asked();
	const checks = await Promise.all([1, 2, 3, 4].map(async () => {
		const client = town.client(host);
		return { client, check: await walk(client, id, { all: { q1: '1' } }, await client.follow(await typed(client, path, a))) };
	}));
	const sent = await Promise.all(checks.map(({ client, check }) => client.submit(check, {}, '/check')));
	assert.deepEqual(sent.map((s) => s.status).sort(), [303, 409, 409, 409]);
	assert.equal((await kept(id)).length, 1);
});

test('a number as people type it', async () => {
	const { id, path, numbers: [a, b, c, d] } = await asked();
	const full = [...bare(b)].map((ch) => String.fromCodePoint(ch.codePointAt(0) + 0xfee0)).join('');
	for (const number of [bare(a), full, c.replaceAll('-', ' '), `　${d.replaceAll('-', '－')}　`, a.replaceAll('-', '‐'), b.replaceAll('-', '—'), c.replaceAll('-', 'ー')]) {
		const client = town.client(host), begun = await typed(client, path, number);
		assert.equal(begun.headers.location, `/surveys/${id}/q/all`, `${number}: ${problem(begun)}`);
	}
});

test('what is no number of this survey is said in clear words, and what was typed stays', async () => {
	const one = await asked(), other = await asked(), client = town.client(host);
	const [a, b] = one.numbers;
	await clerk.submit(await clerk.get(`/desk/surveys/${one.id}/forms`), { number: b }, '/void');
	const mistyped = a.replace(/.$/, (ch) => (Number(ch) + 1) % 10);
	for (const [number, said] of [['', /入力してください/], ['1234', /12桁/], ['x'.repeat(40), /12桁/], ['🙂', /12桁/], [mistyped, /12桁/],
		['0000-0000-0001', /見つかりません|12桁/], [b, /使えなくなりました/], [other.numbers[0], /別のアンケート/], ['9'.repeat(500), /.+/]]) {
		const page = await typed(client, one.path, number);
		assert.equal(page.status, 422, number);
		assert.match(problem(page), said, number);
	}
	assert.match((await typed(client, one.path, other.numbers[0])).text, new RegExp(`value="${other.numbers[0]}"`));
	assert.equal((await town.client('yama.localhost').get(one.path)).status, 404, 'of another town');
	assert.match((await typed(client, one.path, a)).headers.location, /\/q\/all$/);
});

test('a form that came in and waits for a second clerk is not answered on the web', async () => {
	const { id, path, numbers: [a, b] } = await asked(), forms = `/desk/surveys/${id}/forms`, late = town.client(host);
	await clerk.submit(await clerk.get(forms), {}, '/twice');
	const check = await walk(late, id, { all: { q1: '1' } }, await late.follow(await typed(late, path, b)));
	for (const number of [a, b]) assert.equal(await clerk_types(id, number), 'first');
	assert.match(problem(await typed(town.client(host), path, a)), /届いています/);
	assert.equal((await late.submit(check, {}, '/check')).status, 409, 'nor by who was at it');
	assert.deepEqual(await kept(id), []);
	assert.equal(await clerk_types(id, a, staff[1]), 'kept');
});

test('a form that is voided meanwhile does not count', async () => {
	const { id, path, numbers: [a] } = await asked(), client = town.client(host);
	const check = await walk(client, id, { all: { q1: '1' } }, await client.follow(await typed(client, path, a)));
	await clerk.submit(await clerk.get(`/desk/surveys/${id}/forms`), { number: a }, '/void');
	const refused = await client.submit(check, {}, '/check');
	assert.equal(refused.status, 409);
	assert.match(words(refused), /使えなくなりました/);
	assert.deepEqual(await kept(id), []);
});

test('the code on the form opens the page with the number; opened again it goes on where one was', async () => {
	const { id, path, numbers: [a, b] } = await asked({ doc: every() }), client = town.client(host);
	const link = `${path}?number=${a}`, page = await client.get(link);
	assert.match(page.text, new RegExp(`value="${a}"`));
	const first = await client.follow(await client.submit(page, {}, path));
	await client.submit(first, { q1: '3' }, '/q/q1');
	assert.equal((await client.submit(await client.get(link), {}, path)).headers.location, `/surveys/${id}/q/q4`, 'nothing is lost');
	assert.equal((await client.submit(await client.get(`${path}?number=${b}`), {}, path)).headers.location, `/surveys/${id}/q/q1`, 'another form is another answer');
	assert.doesNotMatch((await client.get(`${path}?number=%3Cscript%3E`)).text, /script&gt;|<script>/);
	const before = await town.sql('SELECT count(*) FROM response_draft');
	await client.get(link);
	assert.equal(await town.sql('SELECT count(*) FROM response_draft'), before, 'a GET begins nothing');
});

test('a right that the browser holds stays', async () => {
	const id = await once_survey(town, host), numbers = await printed(id), { client } = await signed_in(town, host);
	await client.submit(await client.get(`/surveys/${id}/right`), {}, '/right');
	const right = client.cookies.get(`__Host-right-${id}`);
	assert.ok(right);
	await whole(client, `/surveys/${id}/paper`, numbers[0]);
	assert.equal(client.cookies.get(`__Host-right-${id}`), right);
});

test('the page is offered where there are numbered forms, and only while answers are taken', async () => {
	const { survey: bare_id } = await survey(town, few()), { id, path } = await asked(), client = town.client(host);
	assert.doesNotMatch((await client.get(`/surveys/${bare_id}`)).text, /\/paper"/);
	assert.match((await client.get(`/surveys/${id}`)).text, new RegExp(`href="${path}"`));
	const page = await client.get(path);
	await town.sql(`UPDATE survey SET state = 'closed', closed = now() WHERE id = ${id}`);
	assert.doesNotMatch((await client.get(`/surveys/${id}`)).text, /\/paper"/);
	assert.equal((await client.get(path)).headers.location, `/surveys/${id}`);
	assert.equal((await client.submit(page, { number: '1' }, path)).headers.location, `/surveys/${id}`);
});

test('by the API a number counts once, too', async () => {
	const { id, path, numbers: [a] } = await asked({ doc: document(question('q1', 'text', '一言', {})) });
	const send = (key, right) => town.client(host).send(`/api/v1/surveys/${id}/answers`, { method: 'POST', body: JSON.stringify({ answers: { q1: 'x' }, right }),
		headers: { 'content-type': 'application/json', 'idempotency-key': key } });
	assert.equal((await send('kiosk-0000000001', `paper.${a}`)).status, 201);
	assert.equal((await send('kiosk-0000000002', `paper.${a}`)).status, 409);
	assert.match(problem(await typed(town.client(host), path, a)), /もう受け付けています/);
});
