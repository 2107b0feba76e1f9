// SPDX-License-Identifier: Apache-2.0
//
// chromo line check and menu: what LINE says of the town's account is kept, the menu is
// shown to everybody, and a refusal is told in LINE's words.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLine } from '../gateways/line.mjs';
import { gateways, lineAccount, load } from '../harness/gateways.mjs';
import { eventually, up } from '../harness/up.mjs';

const host = 'minato.localhost';
let town, line, minato;
before(async () => {
	line = await startLine();
	minato = line.channel({ quota: 200, used: 12 });
	town = await up({ conf: { gateway_ca_file: line.caFile, gateway_private: 'yes' } });
	await gateways(town, line, { [host]: minato });
	// It asks when it starts, and then where nothing was told for an hour.
	town.kill('courier', 'SIGTERM');
	await eventually('the courier has ended', () => { try { process.kill(town.pid('courier'), 0); return false; } catch { return true; } });
	await town.again('courier');
});
after(async () => {
	await town?.stop();
	await line?.close();
});

const fails = (...args) => town.chromo(...args).then(() => assert.fail('it was done'), (e) => e);

test('the courier asks for the quota by itself', async () => {
	await eventually('it is kept', async () => await town.sql('SELECT quota, used FROM gateway_health WHERE used IS NOT NULL') === '200|12');
	assert.doesNotMatch(town.log('courier.log'), /quota.unknown/);
});

test('of an account that was changed it asks within a minute', { timeout: 300000 }, async () => {
	await town.sql('UPDATE gateway_health SET quota = NULL, used = 0, quota_at = NULL');
	await eventually('it is asked for again', async () => await town.sql('SELECT quota, used FROM gateway_health WHERE quota_at IS NOT NULL') === '200|12', 150);
});

test('check: name, quota and what is gone; kept for pages and webhooks', async () => {
	await load(town, [lineAccount(host, line, minato, { settings: { channel_id: minato.id } })]);
	assert.match(await town.chromo('line', 'check', '--host', host), /^みなと市 @\d+: 12 of 200 messages this month\n$/);
	assert.equal(await town.sql(`SELECT quota, used, quota_at > now() - interval '1 minute' FROM gateway_health WHERE quota IS NOT NULL`), '200|12|t');
	const version = () => town.sql(`SELECT settings ->> 'destination', version FROM gateway WHERE channel = 'line'`);
	const [destination, first] = (await version()).split('|');
	assert.equal(destination, minato.bot);
	minato.quota = null;
	minato.used = 13;
	assert.deepEqual(JSON.parse(await town.chromo('line', 'check', '--host', host, '--json')),
		{ name: 'みなと市', id: '@56000000', quota: -1, used: 13 });
	assert.equal(await town.sql('SELECT quota IS NULL, used FROM gateway_health WHERE used > 0'), 't|13');
	assert.equal(await version(), `${destination}|${first}`, 'nothing new is no new version');
});

test('menu: four areas, with a picture, for everybody; a second one takes the place of the first', async () => {
	const other = { name: 'of somebody else', richMenuId: 'richmenu-1', image: Buffer.from('x') };
	minato.menus.set('richmenu-1', other);
	await town.chromo('line', 'menu', '--host', host);
	const first = minato.defaultMenu, menu = minato.menus.get(first);
	assert.equal(menu.areas.length, 4);
	assert.deepEqual(menu.areas.map((a) => a.action.label), ['緊急', '受け取り設定', 'イベント', 'アンケート']);
	const { width, height } = menu.size;
	assert.ok(width <= 2500 && height >= 250 && width / height >= 1.45, `${width} × ${height}`);
	assert.equal(menu.areas.reduce((x, a) => (assert.equal(a.bounds.x, x), x + a.bounds.width), 0), width, 'side by side');
	assert.deepEqual(menu.areas[1].action, { type: 'postback', label: '受け取り設定', data: 'my', displayText: '受け取り設定' });
	for (const { action } of menu.areas.filter((a) => a.action.type === 'uri'))
		assert.equal((await town.get(host, new URL(action.uri).pathname)).status < 400, true, action.uri);
	const uris = menu.areas.filter((a) => a.action.type === 'uri').map((a) => new URL(a.action.uri));
	assert.deepEqual(uris.map((u) => u.pathname), ['/', '/events', '/surveys'], 'each where its word says');
	assert.ok(menu.image.length < 1 << 20);
	assert.equal(menu.image.readUInt32BE(16), width, 'the picture has that size');
	assert.equal(menu.image.readUInt32BE(20), height);
	await town.chromo('line', 'menu', '--host', host);
	assert.notEqual(minato.defaultMenu, first);
	assert.deepEqual([...minato.menus.keys()].sort(), ['richmenu-1', minato.defaultMenu].sort(), 'of ours one is left, of others all');
});

test('what LINE refuses is told in its words, without secrets', async () => {
	line.script([{ path: '/v2/bot/richmenu', status: 400, body: { message: 'The property, areas, is invalid' } }]);
	const e = await fails('line', 'menu', '--host', host);
	assert.match(e.stderr, /LINE says: 400 The property, areas, is invalid/);
	line.script([]);
	await load(town, [lineAccount(host, line, minato, { secrets: { channel_secret: 'another' } })]);
	const denied = await fails('line', 'check', '--host', host);
	assert.match(denied.stderr, /LINE says: 400/);
	assert.doesNotMatch(denied.stderr, /another|Bearer/);
	await load(town, [lineAccount(host, line, minato, { active: false })]);
	assert.match((await fails('line', 'check', '--host', host)).stderr, /no account of LINE in use/);
	assert.match((await fails('line', 'check', '--host', 'x.localhost')).stderr, /no such host/);
	assert.equal((await fails('line', 'menu')).code, 2);
});

test('gateway load takes no account that the page of settings would not take', async () => {
	const own = lineAccount(host, line, minato), sms = { host, channel: 'sms', kind: 'twilio', place: 2, url: 'https://api.twilio.example', active: false,
		settings: { account_sid: `AC${'0'.repeat(32)}`, from: '+815012345678', yen_per_part: '12.5', parts_per_month: 100 }, secrets: { auth_token: 'x' } };
	const settings = (more) => ({ ...sms, settings: { ...sms.settings, ...more } });
	const before = await town.sql('SELECT count(*), sum(version) FROM gateway');
	for (const [wrong, said] of [
		[{ ...own, url: 'http://api.line.me' }, 'url: gateway_bad_url'], [{ ...own, kind: 'twilio' }, 'kind: '], [{ ...own, place: 2 }, 'place: '],
		[{ ...own, settings: { channel_id: 'abc' } }, 'channel_id: gateway_bad_digits'], [{ ...own, secrets: {} }, 'channel_secret: form_required'],
		[{ ...own, settings: { ...own.settings, reserve: -1 } }, 'reserve: gateway_bad_number'],
		[{ ...own, secrets: { ...own.secrets, key_id: 'x' } }, 'key_id: gateway_half_key'],
		[settings({ yen_per_part: 'abc' }), 'yen_per_part: gateway_bad_yen'], [settings({ yen_per_part: '1e3' }), 'yen_per_part: gateway_bad_yen'],
		[settings({ parts_per_month: undefined }), 'parts_per_month: form_required'], [settings({ from: '' }), 'from: '],
	])
		await assert.rejects(load(town, [own, wrong]), (e) => (assert.match(e.stderr, new RegExp(`account 2: ${said}`)), true), said);
	assert.equal(await town.sql('SELECT count(*), sum(version) FROM gateway'), before, 'and nothing of such a file');
	const [id] = await load(town, [sms]);
	assert.equal(await town.sql(`SELECT settings ->> 'callback_url' FROM gateway WHERE id = ${id}`), `https://${host}:${town.port}/hooks/sms/${id}`);
});
