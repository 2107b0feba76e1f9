// SPDX-License-Identifier: Apache-2.0
//
// Web Push as the site sees it: a device begins a registration, joins one, opens
// マイページ, is renewed and removed; addresses of strangers are not taken; the town as an app.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { up } from '../harness/up.mjs';
import { Device } from '../gateways/push_keys.mjs';
import { somebody, subscribe, words } from './citizen.mjs';

const host = 'minato.localhost', iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Mobile/15E148 Safari/604.1';
let town, district, topic;
before(async () => {
	town = await up();
	const mine = `tenant_id = (SELECT tenant_id FROM tenant_host WHERE host = '${host}')`;
	[district, topic] = (await town.sql(`SELECT (SELECT min(id) FROM district WHERE ${mine}), (SELECT min(id) FROM topic WHERE ${mine} AND NOT vital)`)).split('|').map(Number);
});
after(() => town?.stop());
const browser = () => town.client(host);

let count = 0;
const device = (more = {}) => ({ endpoint: `https://fcm.googleapis.com/fcm/send/e${process.pid}-${++count}`, ...new Device().keys(), agent: iphone, ...more });
const say = async (client, values) => client.submit(await client.get('/push'), values);
const contacts = (citizen) => town.sql(`SELECT label || ' ' || state FROM contact WHERE citizen_id = ${citizen} AND channel = 'webpush' ORDER BY id`);
const mine = (client) => town.sql(`SELECT citizen_id FROM citizen_session WHERE hash = sha256('${client.cookies.get('__Host-citizen')}')`);

// As far as the end of 登録, by a device alone.
async function register(client, d) {
	const begun = await say(client, d);
	assert.equal(begun.headers.location, '/subscribe/district');
	assert.equal((await client.submit(await client.get('/subscribe/district'), { [`district_${district}`]: 1 })).status, 303);
	assert.equal((await client.submit(await client.get('/subscribe/topics'), { [`topic_${topic}`]: 1 }, 1)).status, 303);
	assert.equal((await client.submit(await client.get('/subscribe/language'), { language: 'ja' })).headers.location, '/subscribe/check');
	const check = await client.get('/subscribe/check');
	assert.match(words(check), /この端末への通知/);
	assert.doesNotMatch(words(check), /メールアドレス [^ ]*@/);
	assert.match(words(check), /この端末に通知を届けるための番号は、お知らせを届けるためだけに使います/, 'what is agreed to is what is kept');
	assert.doesNotMatch(words(check), /メールアドレス、携帯電話/);
	return client.submit(check, { consent: 1 });
}

test('somebody is registered by a device alone, and it opens their マイページ again', async () => {
	const client = browser(), d = device();
	const done = await register(client, d);
	assert.equal(done.headers.location, '/subscribe/done');
	assert.equal((await client.follow(done)).status, 200);
	const id = await mine(client);
	assert.equal(await contacts(id), 'iPhone (Safari) active');
	assert.equal(await town.sql(`SELECT reach FROM citizen WHERE id = ${id}`), '{webpush}', 'the planner sees the device');
	assert.equal(await town.sql(`SELECT count(*) FROM consent WHERE citizen_id = ${id}`), '1');
	assert.match(words(await client.get('/my')), /通知を受け取る端末 1/);

	const again = browser();
	assert.equal((await say(again, d)).headers.location, '/my');
	assert.equal(await mine(again), id);
	assert.equal((await again.get('/my')).status, 200);
});

test('an endpoint with other keys opens nothing', async () => {
	const client = browser(), d = device();
	await register(client, d);
	const owner = await mine(client), thief = browser(), stolen = { ...d, ...new Device().keys() };
	assert.equal((await register(thief, stolen)).status, 409, 'as if it were nobody’s, and at the end nothing');
	assert.equal(thief.cookies.has('__Host-citizen'), false);
	await subscribe(town, thief, somebody(), { district: [district], topic: [topic] });
	assert.equal((await say(thief, stolen)).status, 409);
	const own = device();
	await say(thief, own);
	assert.equal((await thief.send('/push/renew', { method: 'POST', body: new URLSearchParams({ old: own.endpoint, ...stolen }).toString(),
		headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status, 409);
	assert.equal(await contacts(owner), 'iPhone (Safari) active');
});

test('whoever has マイページ open gets a device more; its list, a trial, its end', async () => {
	const client = browser(), email = somebody();
	await subscribe(town, client, email, { district: [district], topic: [topic] });
	const id = await mine(client);
	const [a, b] = [device(), device({ agent: 'Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/130.0' })];
	assert.equal((await say(client, a)).headers.location, '/my/devices');
	await say(client, b);
	await say(client, a);	// once more is no second one
	assert.equal(await contacts(id), 'iPhone (Safari) active\nWindows (Firefox) active');
	const list = await client.get('/my/devices');
	assert.match(words(list), /Windows \(Firefox\).*iPhone \(Safari\)/);

	const tried = await client.submit(list, {}, 0);
	assert.equal(tried.headers.location, '/my/devices');
	assert.match(words(await client.follow(tried)), /試しの通知を送りました/);
	assert.equal(await town.sql(`SELECT kind || ' ' || channel FROM letter WHERE kind = 'push_try'`), 'push_try webpush');

	const [first] = (await town.sql(`SELECT id FROM contact WHERE citizen_id = ${id} AND channel = 'webpush' ORDER BY id`)).split('\n');
	const ask = await client.get(`/my/devices/${first}/remove`);
	assert.match(words(ask), /端末を外す/);
	assert.doesNotMatch(words(ask), /退会/);
	const removed = await client.submit(ask);
	assert.equal(removed.headers.location, '/my/devices');
	assert.equal(await contacts(id), 'Windows (Firefox) active');
	assert.equal((await client.get(`/my/devices/${first}/remove`)).status, 404);
	assert.equal((await client.get('/my/devices/0/remove')).status, 404);
});

test('another person’s device is nobody’s', async () => {
	const [one, two] = [browser(), browser()];
	await register(one, device());
	await register(two, device());
	const theirs = await town.sql(`SELECT id FROM contact WHERE citizen_id = ${await mine(two)} AND channel = 'webpush'`);
	assert.equal((await one.get(`/my/devices/${theirs}/remove`)).status, 404);
	const form = await one.get('/my/devices');
	for (const what of ['remove', 'try']) {
		const [, token] = /name="token" value="([^"]+)"/.exec(form.text);
		const answer = await one.send(`/my/devices/${theirs}/${what}`, { method: 'POST', body: new URLSearchParams({ token }).toString(),
			headers: { 'content-type': 'application/x-www-form-urlencoded', origin: `https://${host}:${town.port}` } });
		assert.equal(answer.status, 404, what);
	}
	assert.equal(await contacts(await mine(two)), 'iPhone (Safari) active');
});

test('the last way out is the end of the registration, and says so', async () => {
	const client = browser(), d = device();
	await register(client, d);
	const id = await mine(client);
	const only = await town.sql(`SELECT id FROM contact WHERE citizen_id = ${id}`);
	const ask = await client.get(`/my/devices/${only}/remove`);
	assert.match(words(ask), /端末を外して退会する/);
	assert.equal((await client.submit(ask)).headers.location, '/my/left');
	assert.equal(await town.sql(`SELECT state FROM citizen WHERE id = ${id}`), 'left');
	assert.equal((await client.get('/my')).status, 303);
	assert.equal((await say(browser(), d)).headers.location, '/subscribe/district', 'the device is nobody’s');
});

test('a device that changes hands, and one more than twenty', async () => {
	const [alone, other] = [browser(), browser()], d = device();
	await register(alone, d);
	const before = await mine(alone);
	await subscribe(town, other, somebody(), { district: [district], topic: [topic] });
	const elsewhere = await town.sql(`SELECT max(id) FROM district WHERE tenant_id = (SELECT tenant_id FROM citizen WHERE id = ${before})`);
	await alone.submit(await alone.get('/my/change/districts'), { [`district_${district}`]: 1, [`district_${elsewhere}`]: 1 });
	assert.equal((await say(other, d)).headers.location, `/my/merge/${before}`, 'what was chosen there is asked for');
	await other.submit(await other.get(`/my/merge/${before}`), { keep: 'both' });
	assert.equal(await town.sql(`SELECT districts FROM citizen WHERE id = ${await mine(other)}`), `{${district},${elsewhere}}`);
	assert.equal(await contacts(await mine(other)), 'iPhone (Safari) active');
	assert.equal(await town.sql(`SELECT state FROM citizen WHERE id = ${before}`), 'left', 'who had nothing else is gone');
	for (let i = 0; i < 21; i++) await say(other, device());
	assert.equal(await town.sql(`SELECT count(*) FROM contact WHERE citizen_id = ${await mine(other)} AND channel = 'webpush'`), '20');
});

test('pushsubscriptionchange: the old address is the proof', async () => {
	const client = browser(), d = device(), fresh = device();
	await register(client, d);
	const id = await mine(client), hash = () => town.sql(`SELECT encode(hash, 'hex') FROM contact WHERE citizen_id = ${id}`);
	const renew = (values) => browser().send('/push/renew', { method: 'POST', body: new URLSearchParams(values).toString(),
		headers: { 'content-type': 'application/x-www-form-urlencoded' } });
	const old = await hash();
	assert.equal((await renew({ old: 'https://fcm.googleapis.com/fcm/send/none', ...fresh })).status, 200, 'as for one that is there');
	assert.equal(await hash(), old);
	assert.equal((await renew({ old: d.endpoint, ...fresh, endpoint: 'https://169.254.169.254/' })).status, 400);
	assert.equal(await hash(), old);
	await town.sql(`SET session_replication_role = replica; UPDATE contact SET state = 'failed', failures = 3 WHERE citizen_id = ${id}`);
	assert.equal((await renew({ old: d.endpoint, ...fresh })).status, 200);
	assert.notEqual(await hash(), old);
	assert.equal(await contacts(id), 'iPhone (Safari) active');
	assert.equal((await say(browser(), fresh)).headers.location, '/my');
	// The browser tells it once more, because no answer came.
	assert.equal((await renew({ old: d.endpoint, ...fresh })).status, 200);
	assert.equal(await contacts(id), 'iPhone (Safari) active', 'told twice, and still there');
	// Somebody registered anew by the new address before the old one was told of: one person, one entry.
	const later = browser(), third = device();
	await register(later, third);
	const twin = await mine(later);
	assert.equal((await renew({ old: fresh.endpoint, ...third })).status, 200);
	assert.equal(await contacts(id), 'iPhone (Safari) active');
	assert.equal(await town.sql(`SELECT state FROM citizen WHERE id = ${twin}`), 'left', 'nothing reaches it any more');
});

test('addresses that may not be called are not taken', async () => {
	const client = browser(), good = device();
	for (const wrong of [{ endpoint: 'https://169.254.169.254/' }, { endpoint: good.endpoint.replace('https', 'http') }, { endpoint: 'https://evil.example/x' },
		{ endpoint: 'https://fcm.googleapis.com:8443/x' }, { endpoint: 'https://fcm.googleapis.com.evil.example/' }, { endpoint: 'https://push.apple.com/x' },
		{ endpoint: '' }, { p256dh: good.p256dh.slice(4) }, { auth: '' }, { p256dh: 'B'.repeat(87) }]) {
		const answer = await say(client, { ...good, ...wrong });
		assert.equal(answer.status, 422, JSON.stringify(wrong));
		assert.match(words(answer), /もう一度押してください/);
	}
	for (const endpoint of ['https://web.push.apple.com/x', 'https://updates.push.services.mozilla.com/wpush/v2/x', 'https://db5p.notify.windows.com/w/?token=x'])
		assert.equal((await say(browser(), device({ endpoint: `${endpoint}${++count}` }))).status, 303, endpoint);
});

test('a machine that registers devices is stopped', async () => {
	await register(browser(), device());
	await town.sql(`UPDATE throttle SET hits = 1000 WHERE bucket = 'push_from'`);
	const before = await town.sql('SELECT count(*) FROM citizen');
	assert.equal((await register(browser(), device())).status, 429);
	assert.equal(await town.sql('SELECT count(*) FROM citizen'), before);
	await town.sql(`DELETE FROM throttle WHERE bucket = 'push_from'`);
});

test('the town as an app: manifest, worker, offline page', async () => {
	const client = browser();
	const manifest = await client.get('/manifest.webmanifest');
	assert.match(manifest.headers['content-type'], /^application\/manifest\+json/);
	const app = JSON.parse(manifest.text);
	assert.equal(app.name, 'みなと市');
	assert.equal(JSON.parse((await town.client('yama.localhost').get('/manifest.webmanifest')).text).name, '山の町');
	for (const { src, sizes } of app.icons) {
		const icon = await client.get(src);
		assert.equal(icon.status, 200, src);
		assert.match(icon.headers['content-type'], /image\/png/);
		assert.ok(sizes);
	}
	const worker = await client.get('/sw.js');
	assert.match(worker.headers['content-type'], /^text\/javascript/);
	assert.equal(worker.headers['cache-control'], 'no-cache');
	assert.match(worker.headers['content-security-policy'], /^default-src 'none'; connect-src 'self'/);
	assert.ok(worker.text.split('\n').length < 150);
	for (const path of ['/offline', ...[...worker.text.matchAll(/'(\/static\/[^']+)'/g)].map((m) => m[1])])
		assert.equal((await client.get(path)).status, 200, path);
	assert.match((await client.get('/')).text, /<link rel="manifest" href="\/manifest.webmanifest">/);
});

test('a town without keys says so, and offers the other ways', async () => {
	await town.sql(`SET session_replication_role = replica; UPDATE gateway SET active = false WHERE channel = 'webpush'`);
	const client = browser(), page = await client.get('/push');
	assert.match(words(page), /通知はまだ準備中です/);
	assert.doesNotMatch(page.text, /<script|name="endpoint"/);
	await town.sql(`SET session_replication_role = replica; UPDATE gateway SET active = true WHERE channel = 'webpush'`);
});
