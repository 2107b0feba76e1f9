// SPDX-License-Identifier: Apache-2.0
//
// Free texts at the desk: found, tagged, page by page; and read by nobody else.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, inside, said } from '../harness/desk.mjs';
import { makeSurvey } from '../harness/survey.mjs';
import { problems } from '../harness/invariants.mjs';
import { up } from '../harness/up.mjs';
import { few, survey, walk } from './survey.mjs';

let town, sato, made, at;
before(async () => {
	town = await up();
	sato = await desk(town, 'sato');
	made = await makeSurvey(town, { answers: 1204 });
	at = `/desk/surveys/${made.survey}/results/texts/q9`;
});
after(() => town?.stop());

const texts = (page) => [...page.text.matchAll(/<label class="c-choice__label c-text--plain" for="text-([0-9a-f-]+)"[^>]*>([^<]*)</g)].map((m) => ({ id: m[1], text: m[2] }));
const count = async (where) => Number((await inside(town, `SELECT count(*) FROM response WHERE questionnaire_id = ${made.questionnaire} AND ${where}`)).split('\n').pop());

test('every text is on one of the pages, once', async () => {
	assert.match((await sato.get(`/desk/surveys/${made.survey}/results`)).text, new RegExp(`href="${at}"`));
	const seen = [];
	for (let path = at; path;) {
		const page = await sato.get(path);
		assert.equal(page.status, 200);
		assert.deepEqual(problems(page), []);
		seen.push(...texts(page).map((t) => t.id));
		path = /<a href="([^"]+)">続きを見る/.exec(page.text)?.[1].replaceAll('&amp;', '&');
	}
	assert.equal(new Set(seen).size, seen.length);
	assert.equal(seen.length, await count(`answers ? 'q9'`));
});

test('words are found, also those that mean something elsewhere', async () => {
	const page = await sato.get(`${at}?word=${encodeURIComponent('トイレ')}`);
	assert.ok(texts(page).length > 0 && texts(page).every((t) => t.text.includes('トイレ')));
	for (const word of ['%', `'`, '&<">', '_', '1+1']) assert.deepEqual(problems(await sato.get(`${at}?word=${encodeURIComponent(word)}`)), []);
	assert.equal(texts(await sato.get(`${at}?word=${encodeURIComponent('%')}`)).length, 0);
	assert.ok(texts(await sato.get(`${at}?word=${encodeURIComponent('１+１')}`)).length > 0, 'wide digits too');
});

test('a tag is put to what was chosen, counted, and taken off', async () => {
	const page = await sato.get(at), [one, two] = texts(page);
	const nameless = await sato.submit(page, { name: '', [`text_${one.id}`]: '1' }, '/texts/q9');
	assert.equal(nameless.status, 422);
	assert.deepEqual([...nameless.text.matchAll(/name="text_([^"]+)" value="1" checked/g)].map((m) => m[1]), [one.id], 'what was ticked stays so');
	const form = await sato.get(at);
	assert.equal((await sato.submit(form, { name: '施設&管理', [`text_${one.id}`]: '1', [`text_${two.id}`]: '1', 'text_00000000-0000-0000-0000-000000000000': '1' }, '/texts/q9')).status, 303);
	const tagged = await sato.get(`${at}?tag=${encodeURIComponent('施設&管理')}`);
	assert.deepEqual(problems(tagged), []);
	assert.deepEqual(texts(tagged).map((t) => t.id), [one.id, two.id]);
	assert.match(said(tagged), /施設&amp;管理 2/);
	assert.equal((await sato.submit(tagged, { name: '施設&管理', do: 'off', [`text_${one.id}`]: '1' }, '/texts/q9')).status, 303);
	assert.equal(texts(await sato.get(`${at}?tag=${encodeURIComponent('施設&管理')}`)).length, 1);
});

test('a tag is put to all that was ticked, also where answers came in meanwhile', async () => {
	const busy = await makeSurvey(town, { answers: 300 }), path = `/desk/surveys/${busy.survey}/results/texts/q9`;
	const page = await sato.get(path), ids = texts(page).map((t) => t.id);
	await inside(town, `INSERT INTO response (questionnaire_id, edition, number, answers) SELECT ${busy.questionnaire}, 1, '0000-00' || i, '{"q9": "早い番号"}' FROM generate_series(10, 40) i`);
	assert.equal((await sato.submit(page, { name: '遊具', ...Object.fromEntries(ids.map((id) => [`text_${id}`, '1'])) }, '/texts/q9')).status, 303);
	assert.match(said(await sato.get(path)), new RegExp(`遊具 ${ids.length}`));
});

test('a tag goes with the words that it was put to', async () => {
	const made_ = await survey(town, few(), { columns: { changeable: 'true' } }), path = `/desk/surveys/${made_.survey}/results/texts/q2`;
	const client = town.client('minato.localhost');
	const done = await client.follow(await client.submit(await walk(client, made_.survey, { q1: { q1: '1' }, q2: { q2: '役所は嫌いです' } }), {}, '/check'));
	const link = new URL(/href="(https[^"]+\/receipt\/[^"]+)"/.exec(done.text)[1]).pathname;
	const change = async (values) => {
		await client.submit(await client.get(link), {}, '/receipt/');
		const check = await client.follow(await client.submit(await client.get(`/surveys/${made_.survey}/q/all?check=1`), values, '/q/'));
		assert.equal((await client.submit(check, {}, '/check')).status, 303);
	};
	const page = await sato.get(path), [text] = texts(page);
	assert.equal((await sato.submit(page, { name: '苦情', [`text_${text.id}`]: '1' }, '/texts/q2')).status, 303);
	await change({ q1: '2' });
	assert.match(said(await sato.get(path)), /苦情 1/, 'these words are still there');
	await change({ q2: 'いつもありがとうございます' });
	assert.equal(texts(await sato.get(path))[0].text, 'いつもありがとうございます');
	assert.doesNotMatch(said(await sato.get(path)), /苦情/);
});

test('no such question, and not for everybody', async () => {
	for (const code of ['q1', 'q99', 'q9.x', 'q99.other', "q9'"]) assert.equal((await sato.get(`/desk/surveys/${made.survey}/results/texts/${encodeURIComponent(code)}`)).status, 404, code);
	assert.equal((await sato.get(`/desk/surveys/${made.survey}/results/texts/q3.other`)).status, 200);
	assert.equal((await (await desk(town, 'admin')).get(at)).status, 403);
	assert.equal((await town.client('minato.localhost').get(at)).status, 303);
});

test('frequent words, each with a way to its texts', async () => {
	const words = `/desk/surveys/${made.survey}/results/words/q9`, page = await sato.get(words);
	assert.equal(page.status, 200);
	assert.deepEqual(problems(page), []);
	assert.match((await sato.get(at)).text, new RegExp(`href="${words}"`));
	const rows = [...page.text.matchAll(/<a href="([^"]+)" lang="ja">([^<]+)<\/a>[\s\S]*?<td[^>]*>([\d,]+)<\/td>/g)];
	assert.ok(rows.length >= 5);
	const toilet = rows.find((r) => r[2] === 'トイレ');
	assert.equal(Number(toilet[3]), await count(`answers ->> 'q9' LIKE '%トイレ%'`));
	assert.ok(texts(await sato.get(toilet[1].replaceAll('&amp;', '&'))).every((t) => t.text.includes('トイレ')));
	assert.ok(!rows.some((r) => ['を', 'です', 'が', 'いつも'].includes(r[2])));
	assert.ok(rows.every((r) => Number(r[3].replaceAll(',', '')) >= 5));
	// Under a filter: of those people; not where few follow from the rest.
	const paper = await sato.get(`${words}?way=paper`);
	assert.deepEqual(problems(paper), []);
	const some = [...paper.text.matchAll(/<a href="[^"]+" lang="ja">([^<]+)<\/a>[\s\S]*?<td[^>]*>([\d,]+)<\/td>/g)];
	assert.ok(some.length > 0);
	for (const [, word, n] of some) if (word === 'トイレ') assert.equal(Number(n), await count(`answers ->> 'q9' LIKE '%トイレ%' AND way = 'paper'`));
	for (const filter of ['?age=3', '?district=1', '?language=en', '?from=2026-11-03&until=2026-11-05', '?age=3&way=paper']) assert.deepEqual(problems(await sato.get(words + filter)), [], filter);
	assert.equal((await sato.get(`/desk/surveys/${made.survey}/results/words/q1`)).status, 404);
	assert.equal((await (await desk(town, 'admin')).get(words)).status, 403);
});
