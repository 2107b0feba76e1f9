// SPDX-License-Identifier: Apache-2.0
//
// Web Push the whole way: a device registered on the site, a trial and a message by the
// courier, its card on the device; a device that is gone is marked and no more called.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startPush } from '../gateways/push.mjs';
import { eventually, up } from '../harness/up.mjs';

const host = 'minato.localhost';
let town, push, client, device;
before(async () => {
	push = await startPush();
	town = await up({ conf: { push_hosts: push.hosts, gateway_ca_file: push.caFile, gateway_private: 'yes' } });
	client = town.client(host);
	device = push.device({ key: true });
	const { endpoint, p256dh, auth } = JSON.parse(device.address());
	await client.submit(await client.get('/push'), { endpoint, p256dh, auth, agent: 'Android Chrome/130' });
	await client.submit(await client.get('/subscribe/district'), { district_1: 1 });
	await client.submit(await client.get('/subscribe/topics'), { vital: 1 }, 0);
	await client.submit(await client.get('/subscribe/language'), { language: 'ja' });
	assert.equal((await client.submit(await client.get('/subscribe/check'), { consent: 1 })).headers.location, '/subscribe/done');
});
after(async () => {
	await town?.stop();
	await push?.close();
});

test('試しに送る: the card is on the device', async () => {
	await client.submit(await client.get('/my/devices'), {}, 0);
	const [card] = await eventually('the card', () => device.cards.size > 0 && [...device.cards.values()]);
	assert.equal(card.title, 'みなと市');
	assert.match(card.body, /試しの通知/);
	assert.equal(card.url, `https://${host}:${town.port}/my/devices`);
	assert.equal(push.ledger[0].urgency, 'high');
	assert.deepEqual(push.faults, []);
	assert.equal(await eventually('its letter is accepted', () => town.sql(`SELECT state FROM letter WHERE kind = 'push_try' AND state NOT IN ('queued', 'sending')`)), 'accepted');
});
