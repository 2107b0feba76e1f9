// SPDX-License-Identifier: Apache-2.0
//
// 「見ました」 by the link in a message, and how a citizen wants to be reached.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Keys } from '../harness/laws.mjs';
import { isPage } from '../harness/invariants.mjs';
import { up } from '../harness/up.mjs';
import { somebody, subscribe } from './citizen.mjs';

let town, minato, keys, citizen, message;
const browser = () => town.client('minato.localhost');
const link = (kind, c, m) => keys.link(kind, c, m);

before(async () => {
	town = await up();
	minato = await town.sql("SELECT tenant_id FROM tenant_host WHERE host = 'minato.localhost'");
	keys = await Keys.of(town, minato);
	[message, citizen] = (await town.sql(`SELECT b.message_id, b.citizens[1] FROM batch b JOIN message m ON m.id = b.message_id
		WHERE b.tenant_id = ${minato} AND b.state = 'done' AND m.on_site ORDER BY b.id DESC LIMIT 1`)).split('|').map(Number);
});
after(() => town?.stop());
const seen = () => town.sql(`SELECT how FROM seen WHERE message_id = ${message} AND citizen_id = ${citizen}`);

test('a look notes nothing; the button does, once', async () => {
	const client = browser(), path = `/seen/${link('seen', citizen, message)}`;
	const page = isPage(await client.get(path), { script: false });
	assert.match(page.text, /見ました/);
	assert.equal(await seen(), '');
	const answer = await client.submit(page, {}, '/seen/');
	assert.equal(answer.status, 303);
	assert.equal(await seen(), 'link');
	const done = isPage(await client.get(answer.headers.location), { script: false });
	assert.match(done.text, /ありがとうございました/);
	assert.ok(!done.text.includes('<button class="c-button c-button--primary"'), 'nothing is left to press');
	isPage(await client.get(path), {});
	const english = town.client('minato.localhost');
	english.cookies.set('__Host-lang', 'en');
	isPage(await english.get(path), { lang: 'en' });
});

test('no other link opens it: a stop link, another person, another town, half of one', async () => {
	const other = link('seen', citizen + 1e9, message);
	for (const token of [link('address', citizen, message), other, link('seen', citizen, 1e9), link('seen', citizen, message).slice(0, 20), 'x']) {
		const answer = await browser().get(`/seen/${token}`);
		assert.equal(answer.status, 404, token);
		isPage(answer, { status: 404 });
	}
	assert.equal((await town.client('yama.localhost').get(`/seen/${link('seen', citizen, message)}`)).status, 404);
});

test('which way first, and quiet hours', async () => {
	const client = browser();
	await subscribe(town, client, somebody(), {
		district: [Number(await town.sql(`SELECT min(id) FROM district WHERE tenant_id = ${minato}`))],
		topic: [Number(await town.sql(`SELECT min(id) FROM topic WHERE tenant_id = ${minato} AND NOT vital`))] });
	const me = Number(await town.sql('SELECT max(id) FROM citizen'));
	let page = isPage(await client.get('/my/change/channels'), {});
	assert.ok(!page.text.includes('name="first"'), 'there is one way');
	await town.sql(`BEGIN; SELECT FROM enter_tenant(${minato}, 'command');
		INSERT INTO contact (citizen_id, channel, address, hash, state) VALUES (${me}, 'line', 'x', 'line of ${me}', 'active'); COMMIT`);
	page = isPage(await client.get('/my/change/channels'), {});
	const is = () => town.sql(`SELECT reach, quiet_from, quiet_to FROM citizen WHERE id = ${me}`);
	assert.equal(await is(), '{line,email}||');
	assert.equal((await client.submit(page, { first: 'email', quiet: '1', from: '22:00', to: '06:00' }, '/channels')).status, 303);
	assert.equal(await is(), '{email,line}|22:00:00|06:00:00');
	page = await client.get('/my/change/channels');
	const wrong = await client.submit(page, { first: 'fax', quiet: '1', from: '22:00', to: '22:00' }, '/channels');
	isPage(wrong, { status: 422 });
	assert.equal(await is(), '{email,line}|22:00:00|06:00:00');
	page = await client.get('/my/change/channels');
	assert.equal((await client.submit(page, { first: 'email', quiet: '1', from: '22:00', to: '06:00' }, '/channels')).status, 303);
	// While LINE is blocked there is nothing to choose, and hours that are saved then leave the order as it was.
	const line = (state) => town.sql(`BEGIN; SELECT FROM enter_tenant(${minato}, 'command');
		UPDATE contact SET state = '${state}' WHERE citizen_id = ${me} AND channel = 'line'; COMMIT`);
	await line('failed');
	assert.equal((await client.submit(await client.get('/my/change/channels'), { quiet: null }, '/channels')).status, 303);
	await line('active');
	assert.equal(await is(), '{email,line}||');
	page = await client.get('/my/change/channels');
	assert.equal((await client.submit(page, { first: 'line', quiet: null, from: '22:00', to: '06:00' }, '/channels')).status, 303);
	assert.equal(await is(), '{line,email}||');
});
