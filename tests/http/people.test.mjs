// SPDX-License-Identifier: Apache-2.0
//
// 「この人に届いた？」: found by the exact address only, each look noted, nobody
// found by counting.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { approved, desk, inside, said } from '../harness/desk.mjs';
import { eventually, up } from '../harness/up.mjs';
import { readMail } from '../gateways/mime.mjs';
import { somebody, subscribe } from './citizen.mjs';
import { code, number } from './texts.mjs';

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

const find = async (who, email) => who.submit(await who.get('/desk/people'), { address: email }, '/people');

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

test('by the number of a phone, as people write it', async () => {
	const client = town.client('minato.localhost'), phone = number();
	const district = Number(await town.sql(`SELECT min(d.id) FROM district d JOIN tenant_host h ON h.tenant_id = d.tenant_id WHERE h.host = 'minato.localhost'`));
	await subscribe(town, client, somebody(), { district: [district] });
	const asked = await client.follow(await client.submit(await client.get('/my/phone'), { phone }));
	assert.equal((await client.submit(asked, { code: await code(town, phone) })).headers.location, '/my');
	for (const typed of [phone, phone.replaceAll('-', ''), `+81 ${phone.slice(1)}`]) {
		const answer = await find(sato, typed);
		assert.equal(answer.status, 303, typed);
		assert.ok(!answer.headers.location.includes(phone.slice(-4)), 'no number in a URL');
		const page = await sato.follow(answer);
		assert.match(said(page), /SMS（携帯電話）|SMS/);
		assert.ok(!page.text.includes(phone) && !page.text.includes(phone.replaceAll('-', '')), 'masked');
	}
	// With no mail address the number is what they are called by.
	await inside(town, `DELETE FROM contact WHERE channel = 'email' AND citizen_id = (SELECT max(citizen_id) FROM contact WHERE channel = 'sms')`);
	const page = await sato.follow(await find(sato, phone));
	assert.ok(said(page).includes(`***${phone.slice(-4)}`), said(page));
	const none = await find(sato, number());
	assert.equal(none.status, 422);
	assert.match(said(none), /このアドレスや番号の登録はありません/);
	assert.match(said(await find(sato, '03-1234-5678')), /携帯電話の番号は 090-1234-5678 のように/);
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
	for (const [email, words] of [['', /入力してください|メールアドレス/], ['abc', /メールアドレス/], ['nobody.at.all@example.jp', /このアドレスや番号の登録はありません/],
		[address.slice(1), /このアドレスや番号の登録はありません/]]) {
		const page = await find(sato, email);
		assert.equal(page.status, 422, email);
		assert.match(said(page), words);
		assert.ok(page.text.includes(`value="${email}"`), 'what was typed stays');
	}
});

test('nobody is found by counting, nor by a link of another', async () => {
	const { location } = (await find(sato, address)).headers;
	assert.equal((await suzuki.get(location)).status, 404, 'it was not their search');
	for (const name of ['1', '2', 'AAAA', location.split('/').pop().replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')), 'x'.repeat(500)])
		assert.equal((await sato.get(`/desk/people/${name}`)).status, 404, name);
	const other = await desk(town, 'kobayashi', 'yama.localhost');
	assert.equal((await other.get(location)).status, 404, 'of another town');
});
