// SPDX-License-Identifier: Apache-2.0
//
// Citizens and their LINE in the browser, without script: linked in マイページ, and
// registered by it alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLine, userId } from '../gateways/line.mjs';
import { inside } from '../harness/desk.mjs';
import { gateways } from '../harness/gateways.mjs';
import { MINATO, tenant, YAMA } from '../harness/house.mjs';
import { up } from '../harness/up.mjs';
import { somebody, subscribe } from './citizen.mjs';

let town, line, minato;
before(async () => {
	line = await startLine();
	minato = line.channel();
	town = await up({ conf: { gateway_ca_file: line.caFile, gateway_private: 'yes' } });
	await gateways(town, line, { [MINATO]: minato });
});
after(async () => {
	await town?.stop();
	await line?.close();
});

const say = (user, text) => minato.event({ type: 'message', source: { type: 'user', userId: user }, message: { type: 'text', id: '1', text } });
const codeOn = (page) => /<strong data-code>([\d ]+)</.exec(page.text)?.[1].replace(' ', '');
const centre = () => town.sql(`SELECT min(id) FROM district WHERE tenant_id = ${tenant(MINATO)}`);

// As far as the page with the code.
async function toCode(client) {
	await client.submit(await client.get('/subscribe/email'), {}, '/subscribe/line');
	const step = async (page, values) => assert.equal((await client.submit(await client.get(`/subscribe/${page}`), values)).status, 303, page);
	await step('district', { [`district_${await centre()}`]: 1 });
	await step('topics', { vital: 1 });
	await step('language', { language: 'ja' });
	const check = await client.get('/subscribe/check');
	assert.match(check.text, /受け取り方[\s\S]*LINE/);
	const asked = await client.submit(check, { consent: 1 });
	assert.equal(asked.headers.location, '/subscribe/code');
	return client.get('/subscribe/code');
}

test('registered by LINE alone: no address is asked for, the code in the chat makes the citizen', async () => {
	const client = town.client(MINATO), page = await toCode(client), code = codeOn(page), user = userId('new');
	assert.match(code, /^\d{8}$/);
	assert.match(page.text, /line\.me\/R\/ti\/p\//);
	const early = await client.submit(page);
	assert.equal(early.status, 200);
	assert.match(early.text, /まだ LINE に届いていません/);
	const before = await town.sql('SELECT count(*) FROM citizen');
	assert.equal(await say(user, code), 200);
	assert.equal(Number(await town.sql('SELECT count(*) FROM citizen')), Number(before) + 1);
	const done = await client.submit(early);
	assert.equal(done.headers.location, '/subscribe/done');
	assert.equal((await client.get('/subscribe/done')).status, 200);
	const my = await client.get('/my');
	assert.equal(my.status, 200);
	assert.match((await client.get('/my/line')).text, /LINE とつながっています/);
	assert.equal(await town.sql(`SELECT count(*) FROM consent o JOIN citizen c ON c.id = o.citizen_id AND c.tenant_id = o.tenant_id
		WHERE o.withdrawn IS NULL AND c.id = (SELECT max(id) FROM citizen)`), '1');
	// The code opened マイページ once: another browser with it stays outside.
	const thief = town.client(MINATO);
	await toCode(thief);
	thief.cookies.set('__Host-line', code);
	const shown = await thief.get('/subscribe/code'), token = /name="token" value="([^"]+)"/.exec(shown.text)[1];
	assert.match((await thief.post('/subscribe/code', { token })).text, /LINE に届きました/);
	assert.equal((await thief.get('/my')).status, 303);
});

test('a second registration of one LINE is the same person, with the newer choice', async () => {
	const user = userId('twice');
	for (let i = 0; i < 2; i++) {
		const client = town.client(MINATO), page = await toCode(client);
		await say(user, codeOn(page));
		assert.equal((await client.submit(page)).headers.location, '/subscribe/done');
	}
	assert.equal(await town.sql(`SELECT count(*) FROM contact WHERE channel = 'line' AND confirmed > now() - interval '1 minute'`), '2');
});

test('the link is taken away with a page that says what that means', async () => {
	const client = town.client(MINATO), page = await toCode(client), user = userId('leaves');
	await say(user, codeOn(page));
	await client.submit(page);
	const ask = await client.get('/my/line/unlink');
	assert.match(ask.text, /お知らせの受け取り方は、これだけです/);
	const person = await town.sql(`SELECT citizen_id FROM contact WHERE channel = 'line' ORDER BY id DESC LIMIT 1`);
	await inside(town, `INSERT INTO contact (tenant_id, citizen_id, channel, address, hash, label, state)
		SELECT tenant_id, id, 'webpush', 'x', 'x', '', 'active' FROM citizen WHERE id = ${person}`);
	const other = await client.get('/my/line/unlink');
	assert.doesNotMatch(other.text, /これだけ/);
	const done = await client.submit(other, {}, '/my/line/unlink');
	assert.equal(done.headers.location, '/my');
	assert.match((await client.get('/my/line')).text, /数字を出す/);
	assert.equal((await client.get('/my/line/unlink')).status, 303);
});

test('a LINE that was another entry’s: マイページ asks what of its choices is to be kept', async () => {
	const alone = town.client(MINATO), page = await toCode(alone), user = userId('twice'), other = town.client(MINATO);
	await say(user, codeOn(page));
	await alone.submit(page);
	await subscribe(town, other, somebody(), { district: [await centre()], topic: [await town.sql(`SELECT min(id) FROM topic WHERE NOT vital AND tenant_id = ${tenant(MINATO)}`)] });
	await other.submit(await other.get('/my/line'), {}, '/my/line/code');
	await say(user, codeOn(await other.get('/my/line')));
	const my = await other.get('/my');
	assert.match(my.text, /別の登録は、なくなりました/);
	const merge = await other.get(my.text.match(/\/my\/merge\/\d+/)[0]);
	assert.match(merge.text, /なくなった、別の登録[\s\S]*だけ/);
	await other.submit(merge, { keep: 'other' });
	assert.equal(await town.sql('SELECT vital_only FROM citizen ORDER BY id DESC LIMIT 1'), 't');
	assert.doesNotMatch((await other.get('/my')).text, /別の登録は、なくなりました/);
});

test('with the last way a person leaves: nobody could open their entry any more', async () => {
	const client = town.client(MINATO), page = await toCode(client), user = userId('alone');
	await say(user, codeOn(page));
	await client.submit(page);
	const person = await town.sql(`SELECT citizen_id FROM contact WHERE channel = 'line' ORDER BY id DESC LIMIT 1`);
	const done = await client.submit(await client.get('/my/line/unlink'), {}, '/my/line/unlink');
	assert.equal(done.headers.location, '/my/left');
	assert.match((await client.follow(done)).text, /退会しました/);
	assert.equal(await town.sql(`SELECT state FROM citizen WHERE id = ${person}`), 'left');
	assert.notEqual((await client.get('/my')).status, 200);
});

test('a town without LINE offers none', async () => {
	const client = town.client(YAMA), page = await client.get('/subscribe/email');
	assert.doesNotMatch(page.text, /subscribe\/line/);
	const token = /name="token" value="([^"]+)"/.exec(page.text)[1];
	assert.equal((await client.post('/subscribe/line', { token })).status, 404);
});

test('pages are in English, too', async () => {
	const client = town.client(MINATO);
	client.cookies.set('__Host-lang', 'en');
	assert.match((await client.get('/subscribe/code')).text, /expired/);
});
