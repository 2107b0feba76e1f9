// SPDX-License-Identifier: Apache-2.0
//
// The pictures of a message on every way that shows some: what was submitted by one and
// approved by another, sent by the courier, and as each gateway really has it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startLine, userId } from '../gateways/line.mjs';
import { startPush } from '../gateways/push.mjs';
import { X } from '../gateways/x.mjs';
import { approved } from '../harness/desk.mjs';
import { gateways, load } from '../harness/gateways.mjs';
import { png, size, square } from '../harness/picture.mjs';
import { taken } from '../harness/publish.mjs';
import { eventually, up } from '../harness/up.mjs';
import { mailsTo, somebody, subscribe } from '../http/citizen.mjs';

const host = 'minato.localhost', user = userId('reader'), email = somebody();
const photos = [[png(1200, 800), 'image/png', '給水車が来る広場の地図'], [square, 'image/jpeg', '<断水> する地区']];
const alts = photos.map(([, , text]) => text), sums = photos.map(([bytes]) => createHash('sha256').update(bytes).digest('hex'));
const row = (sql) => town.sql(sql);
let town, line, push, x, minato, device, tenant, vital, plain;

before(async () => {
	[line, push, x] = await Promise.all([startLine(), startPush(), new X().start()]);
	minato = line.channel();
	town = await up({ conf: { gateway_ca_file: line.caFile, gateway_private: 'yes', push_hosts: push.hosts } });
	await gateways(town, line, { [host]: minato });
	const { channel, kind, place, url, settings, secrets } = x.account({ yen_post: 3, yen_post_link: 31, posts_per_month: 100 });
	await load(town, [{ host, channel, kind, place, url, settings, secrets }]);
	tenant = await row(`SELECT tenant_id FROM tenant_host WHERE host = '${host}'`);
	vital = await row(`SELECT id FROM topic WHERE tenant_id = ${tenant} AND vital`);
	plain = await row(`SELECT min(id) FROM topic WHERE tenant_id = ${tenant} AND NOT vital`);
	await subscribe(town, town.client(host), email, { topic: [plain] });
	await onLine(town.client(host));
	await onDevice(town.client(host));
});
after(async () => {
	await town?.stop();
	await Promise.all([line, push, x].map((g) => g?.close()));
});

async function steps(client) {
	await client.submit(await client.get('/subscribe/district'), { district_1: 1 });
	await client.submit(await client.get('/subscribe/topics'), { [`topic_${plain}`]: 1 }, 1);
	await client.submit(await client.get('/subscribe/language'), { language: 'ja' });
	assert.equal((await client.submit(await client.get('/subscribe/check'), { consent: 1 })).status, 303);
}
async function onLine(client) {
	await client.submit(await client.get('/subscribe/email'), {}, '/subscribe/line');
	await steps(client);
	const text = /<strong data-code>([\d ]+)</.exec((await client.get('/subscribe/code')).text)[1];
	assert.equal(await minato.event({ type: 'message', source: { type: 'user', userId: user }, message: { type: 'text', id: '1', text } }), 200);
}
async function onDevice(client) {
	device = push.device({ key: true });
	const { endpoint, p256dh, auth } = JSON.parse(device.address());
	await client.submit(await client.get('/push'), { endpoint, p256dh, auth, agent: 'Android Chrome/130' });
	await steps(client);
}

// Sent by all ways: what the chat, the post, the mail and the card have.
async function send(values) {
	const subject = `断水のお知らせ ${values.mark}`;
	const id = await approved(town, 'sato', 'takahashi', { subject: `'${subject}'`, by_line: 'true', by_webpush: 'true', by_x: 'true', on_site: 'true',
		pictures: await taken(town, tenant, photos), topics: `'{${vital}}'`, ...values.columns });
	await eventually('it is sent', async () => await row(`SELECT state FROM message WHERE id = ${id}`) === 'sent', 90);
	const of = (list) => eventually(subject, () => list().find((e) => JSON.stringify(e).includes(subject)));
	return { id, chat: (await of(() => line.ledger)).messages, post: await of(() => x.posts), mail: await eventually(`a mail: ${subject}`, async () => (await mailsTo(town, email)).find((m) => m.header('subject').includes(subject))),
		card: await of(() => [...device.cards.values()]) };
}

// Two addresses that give the picture, as LINE wants it: HTTPS, JPEG or PNG, 10 MB and 1 MB.
async function seen(message) {
	const reader = town.client(host), sums = [];
	for (const [name, most] of [['originalContentUrl', 10e6], ['previewImageUrl', 1e6]]) {
		const url = new URL(message[name]), file = await reader.get(url.pathname);
		assert.deepEqual([url.protocol, url.host, file.status], ['https:', `${host}:${town.port}`, 200], url.href);
		assert.match(file.headers['content-type'], /^image\/(jpeg|png)$/);
		assert.ok(file.bytes.length <= most, `${name}: ${file.bytes.length}`);
		sums.push(createHash('sha256').update(file.bytes).digest('hex'));
	}
	return sums[0];
}

async function everywhere({ chat, post, mail, card }, first) {
	const images = chat.slice(first);
	assert.deepEqual(images.map((m) => m.type), ['image', 'image']);
	assert.deepEqual(await Promise.all(images.map(seen)), sums, 'LINE: the very bytes that were approved');
	for (const alt of alts) assert.ok(JSON.stringify(chat[0]).includes(alt), `LINE has no words for a picture but in the text: ${alt}`);
	assert.deepEqual(post.pictures.slice(first - 1).map((p) => [p.alt, p.sha256]), alts.map((alt, i) => [alt, sums[i]]), 'X');
	assert.equal(card.image, images[0].originalContentUrl, 'a device');
	const html = mail.html.replaceAll('&lt;', '<').replaceAll('&gt;', '>');
	for (const [i, alt] of alts.entries()) {
		assert.ok(mail.text.includes(alt), `mail without pictures: ${alt}`);
		assert.ok(html.includes(`<img src="${images[i].originalContentUrl}" alt="${alt}"`), `mail: ${alt}`);
	}
	assert.deepEqual([...push.faults, ...line.faults], []);
}

test('a message with two pictures: image messages, media, <img> and a card, with the words of each', async () => {
	const sent = await send({ mark: 'plain', columns: { topics: `'{${plain}}'` } });
	assert.equal(sent.chat[0].type, 'text');
	await everywhere(sent, 1);
});

test('命を守る情報: behind the Flex card its picture, then those of the message, within five', async () => {
	const sent = await send({ mark: 'vital' });
	assert.deepEqual(sent.chat.map((m) => m.type), ['flex', 'image', 'image', 'image']);
	const card = await town.client(host).get(new URL(sent.chat[1].originalContentUrl).pathname);
	assert.deepEqual([card.status, ...size(card.bytes)], [200, 1200, 675]);
	assert.match(sent.post.pictures[0].alt, /命を守る情報/);
	await everywhere(sent, 2);
});
