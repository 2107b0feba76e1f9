// SPDX-License-Identifier: Apache-2.0
//
// The whole way of a message to LINE: a citizen who registered by a code in the chat, a
// message submitted by one, approved by another, and what LINE really accepted.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLine, userId } from '../gateways/line.mjs';
import { approved } from '../harness/desk.mjs';
import { gateways } from '../harness/gateways.mjs';
import { eventually, up } from '../harness/up.mjs';

const host = 'minato.localhost', user = userId('reader');
let town, line, minato;
before(async () => {
	line = await startLine();
	minato = line.channel();
	town = await up({ conf: { gateway_ca_file: line.caFile, gateway_private: 'yes', courier_retry_base_s: 1, courier_retry_max_s: 2 } });
	await gateways(town, line, { [host]: minato });
	const client = town.client(host);
	const step = async (page, values, form) => client.submit(await client.get(`/subscribe/${page}`), values, form);
	const district = await town.sql(`SELECT min(d.id) FROM district d JOIN tenant_host h ON h.tenant_id = d.tenant_id WHERE h.host = '${host}'`);
	await step('email', {}, '/subscribe/line');
	await step('district', { [`district_${district}`]: 1 });
	const topic = await town.sql(`SELECT min(t.id) FROM topic t JOIN tenant_host h ON h.tenant_id = t.tenant_id WHERE h.host = '${host}' AND NOT t.vital`);
	await step('topics', { [`topic_${topic}`]: 1 }, 1);
	await step('language', { language: 'ja' });
	await step('check', { consent: 1 });
	const code = /<strong data-code>([\d ]+)</.exec((await client.get('/subscribe/code')).text)[1];
	assert.equal(await minato.event({ type: 'message', source: { type: 'user', userId: user }, message: { type: 'text', id: '1', text: code } }), 200);
});
after(async () => {
	await town?.stop();
	await line?.close();
});

test('what was approved arrives, once, under a key; a 500 after acceptance changes nothing', async () => {
	line.script([{ path: '/v2/bot/message/multicast', times: 1, accept: true, status: 500 }]);
	const id = await approved(town, 'sato', 'takahashi', { by_email: 'false', by_line: 'true' });
	const sent = () => line.ledger.filter((e) => e.kind === 'multicast');
	await eventually('it is sent', async () => await town.sql(`SELECT state FROM message WHERE id = ${id}`) === 'sent', 90);
	assert.deepEqual(sent().map((e) => e.to), [[user]]);
	assert.match(JSON.stringify(sent()[0].messages), /断水のお知らせ/);
	assert.match(sent()[0].key, /^[0-9a-f-]{36}$/);
	assert.deepEqual(line.faults, []);
	assert.equal(line.ledger.filter((e) => JSON.stringify(e.messages).includes('断水')).length, 1);
});
