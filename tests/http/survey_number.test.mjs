// SPDX-License-Identifier: Apache-2.0
//
// On the web in the place of a form on paper: the number is typed as people type, and of paper
// and web, or of two browsers, one counts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, inside } from '../harness/desk.mjs';
import { up } from '../harness/up.mjs';
import { somebody, subscribe, words } from './citizen.mjs';
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
// As far as the questions; where one answers by name, past the door of マイページ.
async function start(client, path, number) {
	const begun = await typed(client, path, number);
	assert.equal(begun.status, 303, problem(begun));
	const page = await client.follow(begun);
	return /\/named\?/.test(page.path) ? client.follow(await client.submit(page, {}, '/named')) : page;
}
async function whole(client, path, number, q1 = '1') {
	const check = await walk(client, Number(/\d+/.exec(path)[0]), { all: { q1 } }, await start(client, path, number));
	assert.match(check.path, /\/check$/);
	return client.submit(check, {}, '/check');
}
const clerk_types = (id, number, who = staff[0], q1 = '2') => inside(town, `SELECT outcome FROM paper_enter(${id}, '${bare(number)}', 'paper', 1,
	'{"q1": "${q1}"}', ${who}, '{}', '{}')`).then((out) => out.split('\n').pop());

for (const mode of ['anyone', 'once', 'named']) test(`${mode}: with a number one answers, and it counts once`, async () => {
	const { id, path, numbers: [a, b, c] } = await asked({ mode });
	const who = async () => (mode === 'named' ? (await signed_in(town, host)).client : town.client(host));
	const done = await whole(await who(), path, a);
	assert.equal(done.headers.location, `/surveys/${id}/done`);
	assert.deepEqual(await kept(id), ['web 1']);
	assert.match(problem(await typed(town.client(host), path, a)), /もう受け付けています/);
	assert.equal(await clerk_types(id, a), 'again', 'the paper comes in after all');

	assert.equal(await clerk_types(id, b), 'kept');
	assert.match(problem(await typed(town.client(host), path, b)), /もう受け付けています/);
	// Somebody was at it while the paper was typed in.
	const late = await who(), check = await walk(late, id, { all: { q1: '1' } }, await start(late, path, c));
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

test('the form of somebody else takes the place of what this browser is at only where the page has said so', async () => {
	const { id, path, numbers: [a, b] } = await asked({ doc: every() }), client = town.client(host), of_b = await client.get(`${path}?number=${b}`);
	await client.submit(await client.follow(await typed(client, path, a)), { q1: '3' }, '/q/q1');
	assert.doesNotMatch((await client.get(`${path}?number=${a}`)).text, /name="replace"/);
	const refused = await client.submit(of_b, {}, path);
	assert.equal(refused.status, 409);
	assert.match(words(refused), /別の回答が途中まであります/);
	assert.match(refused.text, new RegExp(`href="/surveys/${id}/save"[\\s\\S]*value="${b}"|value="${b}"[\\s\\S]*href="/surveys/${id}/save"`));
	assert.match((await client.get(`/surveys/${id}`)).text, /\/q\/q4"/, 'what was begun is there');
	assert.equal((await client.submit(refused, {}, path)).headers.location, `/surveys/${id}/q/q1`);

	const named = await asked({ mode: 'named' }), [first, second] = [await signed_in(town, host), await signed_in(town, host)];
	await start(first.client, named.path, named.numbers[0]);
	second.client.cookies.set(`__Host-answer-${named.id}`, first.client.cookies.get(`__Host-answer-${named.id}`));
	const theirs = `/surveys/${named.id}/named?number=${named.numbers[1]}`, page = await second.client.get(theirs);
	assert.match(words(page), /別の回答が途中まであります/);
	const stale = { ...page, text: page.text.replace(/<input[^>]*name="replace"[^>]*>/, '') };
	const again = await second.client.submit(stale, {}, '/named');
	assert.equal(again.status, 409);
	assert.match(again.text, new RegExp(`name="number" value="${bare(named.numbers[1])}"`));
	assert.equal((await second.client.submit(again, {}, '/named')).status, 303);
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
	await inside(town, `UPDATE survey SET state = 'closed', closed = now() WHERE id = ${id}`);
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

const by_name = async (client, id) => {
	const page = await client.get(`/surveys/${id}/named`);
	if (/回答済み/.test(words(page))) return page;
	return client.submit(await walk(client, id, { all: { q1: '4' } }, await client.follow(await client.submit(page, {}, '/named'))), {}, '/check');
};
test('by name: a number and a name are of one person, who answers once', async () => {
	const { id, path, numbers: [a, b, c] } = await asked({ mode: 'named' });
	assert.equal((await town.client(host).follow(await typed(town.client(host), path, a))).path, '/my/link', 'nobody without a name');
	const { client, citizen } = await signed_in(town, host), early = await signed_in(town, host);
	assert.equal((await whole(client, path, a)).headers.location, `/surveys/${id}/done`);
	assert.deepEqual((await responses(town, await questionnaire(id))).map((r) => [r.citizen_id, r.right_hash !== null]), [[citizen, true]]);
	assert.match(words(await by_name(client, id)), /回答済み/, 'by name as well');
	assert.match(words(await client.follow(await typed(client, path, b))), /回答済み/, 'nor with another form');
	// By name first, and at the same time in two windows.
	assert.equal((await by_name(early.client, id)).status, 303);
	assert.match(words(await early.client.follow(await typed(early.client, path, b))), /回答済み/);
	const two = await signed_in(town, host), other = town.client(host);
	other.cookies.set('__Host-citizen', two.client.cookies.get('__Host-citizen'));
	const checks = [await walk(two.client, id, { all: { q1: '1' } }, await start(two.client, path, c)),
		await walk(other, id, { all: { q1: '2' } }, await other.follow(await other.submit(await other.get(`/surveys/${id}/named`), {}, '/named')))];
	const sent = await Promise.all([two.client.submit(checks[0], {}, '/check'), other.submit(checks[1], {}, '/check')]);
	assert.deepEqual(sent.map((s) => s.status).sort(), [303, 409]);
	assert.equal((await kept(id)).length, 3);
});

test('by name: on paper and on the web, the clerk says whose form it is', async () => {
	const { id, numbers: [a, b, c] } = await asked({ mode: 'named' }), entry = `/desk/surveys/${id}/entry`;
	const put = async (number, contact) => clerk.submit(await clerk.get(entry), { way: 'paper', number, contact, q1: '2' }, entry);
	const person = async () => {
		const client = town.client(host), email = somebody('paper');
		await subscribe(town, client, email);
		return { client, email };
	};
	const first = await person(), second = await person(), looks = () => town.sql(`SELECT count(*) FROM audit WHERE act = 'citizen.searched'`).then(Number);
	assert.equal((await by_name(first.client, id)).status, 303);
	const before = await looks(), refused = await put(a, first.email.toUpperCase());
	assert.equal(refused.status, 422);
	assert.match(refused.text, /この人は、もう回答しています/);
	assert.match(refused.text, new RegExp(`value="${a}"`));
	assert.equal(await looks(), before + 1, 'the look is noted');
	assert.equal((await put(a, 'nobody')).status, 422, 'neither an address nor a number');
	assert.equal((await put(a, second.email)).status, 303);
	assert.match(words(await by_name(second.client, id)), /回答済み/, 'the paper came first');
	assert.equal((await put(b, second.email)).status, 422, 'a second form of the same person');
	assert.equal((await put(b, 'unknown@example.jp')).status, 303, 'who is not registered cannot answer by name');
	assert.equal((await put(c, '')).status, 303);
	assert.equal((await kept(id)).length, 4);
	const free = await asked();
	assert.doesNotMatch((await clerk.get(`/desk/surveys/${free.id}/entry`)).text, /name="contact"/, 'where nobody is known, nobody is asked');
});
