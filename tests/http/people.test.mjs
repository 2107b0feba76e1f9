// SPDX-License-Identifier: Apache-2.0
//
// 「この人に届いた？」: found by the exact address only, each look noted, nobody
// found by counting.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { approved, desk, inside, said } from '../harness/desk.mjs';
import { eventually, up } from '../harness/up.mjs';
import { readMail } from '../gateways/mime.mjs';

let town, sato, suzuki, address;
const last = (out) => out.split('\n').pop();

before(async () => {
	town = await up();
	sato = await desk(town, 'sato');
	suzuki = await desk(town, 'suzuki');
	// Addresses are sealed: one is learned from a mail that arrives.
	await approved(town, 'sato', 'takahashi');
	const mail = await eventually('a mail', () => town.outbox().find((m) => m.includes('List-Unsubscribe')));
	address = readMail(Buffer.from(mail)).header('to').replace(/^.*<|>.*$/g, '');
});
after(() => town?.stop());

const find = async (who, email) => who.submit(await who.get('/desk/people'), { email }, '/people');

test('by the exact address: state, choices, and what became of the last messages', async () => {
	const answer = await find(sato, ` ${address.toUpperCase().replace(/^[^@]+/, address.split('@')[0])} `);
	assert.equal(answer.status, 303);
	assert.doesNotMatch(answer.headers.location, /@|%40/, 'no address in a URL');
	const page = await eventually('the verdict is written', async () => {
		const seen = await sato.follow(answer);
		return /断水のお知らせ\s+届きました/.test(said(seen)) && seen;
	});
	assert.equal(page.status, 200);
	assert.match(said(page), /この人に届いた？/);
	assert.match(said(page), /断水のお知らせ\s+届きました/);
	assert.match(said(page), /受け取っています/);
	assert.ok(!page.text.includes(address), 'masked');
	assert.match(page.text, /\*\*\*@/);
});

test('each search and each look is noted', async () => {
	const count = async (act) => Number(last(await inside(town, `SELECT count(*) FROM audit WHERE act = '${act}' AND actor_kind = 'staff'`)));
	const [searched, viewed] = [await count('citizen.searched'), await count('citizen.viewed')];
	const page = await find(sato, address);
	await sato.follow(page);
	await sato.follow(page);
	await find(sato, 'nobody.at.all@example.jp');
	assert.equal(await count('citizen.searched'), searched + 2);
	assert.equal(await count('citizen.viewed'), viewed + 2);
});

test('what is not an address, or not registered', async () => {
	for (const [email, words] of [['', /入力してください|メールアドレス/], ['abc', /メールアドレス/], ['nobody.at.all@example.jp', /このアドレスの登録はありません/],
		[address.slice(1), /このアドレスの登録はありません/]]) {
		const page = await find(sato, email);
		assert.equal(page.status, 422, email);
		assert.match(said(page), words);
		assert.ok(page.text.includes(`value="${email}"`), 'what was typed stays');
	}
});

test('nobody is found by counting, nor by a link of another', async () => {
	const { location } = (await find(sato, address)).headers;
	assert.equal((await suzuki.get(location)).status, 404, 'it was not their search');
	for (const name of ['1', '2', 'AAAA', location.split('/').pop().slice(0, -1) + 'A', 'x'.repeat(500)])
		assert.equal((await sato.get(`/desk/people/${name}`)).status, 404, name);
	const other = await desk(town, 'kobayashi', 'yama.localhost');
	assert.equal((await other.get(location)).status, 404, 'of another town');
});
