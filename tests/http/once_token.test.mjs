// SPDX-License-Identifier: Apache-2.0
//
// R41, F24: the same form thirty times at once, and again later: it is done once,
// and every answer leads to the same place.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from '../harness/client.mjs';
import { desk, written } from '../harness/desk.mjs';
import { MINATO } from '../harness/house.mjs';
import { up } from '../harness/up.mjs';
import { answer, linkIn, mailWith, somebody } from './citizen.mjs';

const TIMES = 30;
let town, district;
before(async () => {
	town = await up();
	town.kill('courier', 'SIGTERM');
	district = Number(await town.sql('SELECT min(id) FROM district WHERE tenant_id = 1'));
});
after(() => town?.stop());

// The same bytes again, as a browser, a proxy or an impatient finger sends them.
async function press(client, page, values, which) {
	let sent;
	await Client.prototype.submit.call({ post: (path, pairs) => { sent = [path, pairs]; } }, page, values, which);
	return (times) => Promise.all(Array.from({ length: times }, () => client.post(...sent)));
}

async function once(what, client, page, values, which, count) {
	const before = Number(await town.sql(count));
	const send = await press(client, page, values, which);
	const answers = [...await send(TIMES), ...await send(2)];
	const places = new Set(answers.map((a) => `${a.status} ${a.headers.location}`));
	assert.equal(places.size, 1, `${what}: ${[...places]}`);
	assert.equal(answers[0].status, 303, what);
	assert.equal(Number(await town.sql(count)), before + 1, `${what}: done once`);
	return answers[0].headers.location;
}

test('F24 asking to be registered, pressed thirty times: one mail', async () => {
	const client = town.client(MINATO);
	const page = await answer(client, somebody(), { district: [district] });
	const to = await once('subscribe', client, page, { consent: 1 }, undefined, `SELECT count(*) FROM letter WHERE kind = 'confirm_address'`);
	assert.equal(to, '/subscribe/verify');
	assert.equal(await town.sql(`SELECT count(*) FROM link WHERE purpose = 'confirm'`), '1');
});

test('F24 asking for a link, pressed thirty times: one mail', async () => {
	const client = town.client(MINATO);
	await once('link', client, await client.get('/my/link'), { email: somebody() }, undefined, 'SELECT count(*) FROM letter');
});

test('F24 a new message: one draft', async () => {
	const sato = await desk(town, 'sato');
	const to = await once('create', sato, await sato.get('/desk/messages/new'), { start: 'blank' }, '/new', 'SELECT count(*) FROM message');
	assert.equal(to, `/desk/messages/${await town.sql('SELECT max(id) FROM message')}`);
});

test('F24 submitting, and approving: one of each', async () => {
	const id = await written(town, 'sato'), sato = await desk(town, 'sato'), suzuki = await desk(town, 'suzuki');
	const acts = (act) => `SELECT count(*) FROM approval WHERE message_id = ${id} AND act = '${act}'`;
	await once('submit', sato, await sato.get(`/desk/messages/${id}/submit`), {}, '/submit', acts('submit'));
	await once('approve', suzuki, await suzuki.get(`/desk/messages/${id}/approve`), { act: 'approve', confirm: '1' }, '/approve', acts('approve'));
	assert.equal(await town.sql(`SELECT state FROM message WHERE id = ${id}`), 'approved');
	assert.equal(await town.sql(`SELECT count(*) FROM audit WHERE object_id = ${id} AND act LIKE 'approval.%'`),
		await town.sql(`SELECT count(*) FROM approval WHERE message_id = ${id}`), 'noted as often as it was done');
});

test('F24 inviting somebody, and inviting again: one mail, one link', async () => {
	const admin = await desk(town, 'admin');
	const page = await admin.get('/desk/settings/staff/new');
	const [department] = page.text.match(/department_\d+/);
	const fields = { name: '岩 二', login: 'iwa', email: 'iwa@minato.example', role_1: '1', [department]: '1' };
	const to = await once('invite', admin, page, fields, 'staff', 'SELECT count(*) FROM staff');
	assert.equal(await town.sql(`SELECT count(*) FROM link WHERE purpose = 'invite'`), '1');
	assert.equal(await town.sql(`SELECT count(*) FROM letter WHERE kind LIKE '%invit%'`), '1');
	await once('invite again', admin, await admin.get(`${to}/invite`), {}, 'invite', `SELECT count(*) FROM letter WHERE kind LIKE '%invit%'`);
	assert.equal(await town.sql(`SELECT count(*) FROM link WHERE purpose = 'invite' AND used IS NULL AND ends > now()`), '1');
});

test('two forms of one page are two', async () => {
	const sato = await desk(town, 'sato'), before = Number(await town.sql('SELECT count(*) FROM message'));
	const pages = [await sato.get('/desk/messages/new'), await sato.get('/desk/messages/new')];
	const answers = await Promise.all(pages.map((page) => sato.submit(page, { start: 'blank' }, '/new')));
	assert.notEqual(answers[0].headers.location, answers[1].headers.location);
	assert.equal(Number(await town.sql('SELECT count(*) FROM message')), before + 2);
});

test('F24 a form with an error in it may be sent again, and then once', async () => {
	const admin = await desk(town, 'admin');
	const page = await admin.get('/desk/settings/topics/new');
	const count = `SELECT count(*) FROM topic WHERE name = '水道'`;
	const wrong = await (await press(admin, page, { name: '' }, 'topics'))(3);
	assert.deepEqual(wrong.map((a) => a.status), [422, 422, 422]);
	await once('after an error', admin, page, { name: '水道' }, 'topics', count);
	assert.equal(await town.sql(count), '1');
});

test('a press that signs somebody in, and once more when they are: to the same place; a form from before is refused', async () => {
	const client = town.client(MINATO), email = somebody();
	await client.submit(await answer(client, email, { district: [district] }), { consent: 1 });
	await town.again('courier');
	const link = linkIn(await mailWith(town, email, '/confirm/'), 'confirm');
	const page = await client.get(link), [before, open] = [await client.get('/push'), await client.get('/my/link')];
	const send = await press(client, page, {});
	const [first] = await send(1);
	assert.equal(first.status, 303);
	assert.ok(client.cookies.get('__Host-citizen'));
	const [late] = await send(1);
	assert.deepEqual([late.status, late.headers.location], [303, first.headers.location]);
	assert.equal((await client.submit(before, {}, '/push')).status, 403, 'it would be theirs now');
	assert.equal((await client.submit(open, { email })).status, 303, 'who is signed in counts for nothing here');
	client.cookies.delete('__Host-visit');
	assert.equal((await send(1))[0].status, 403, 'another browser');
});
