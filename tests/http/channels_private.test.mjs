// SPDX-License-Identifier: Apache-2.0
//
// Where gateways may not be: as in production, without gateway_private (safety.md: nobody makes us call our own network).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, said } from '../harness/desk.mjs';
import { up } from '../harness/up.mjs';

let town, admin;
before(async () => {
	town = await up();
	admin = await desk(town, 'admin');
});
after(() => town?.stop());

const save = async (url) => admin.submit(await admin.get('/desk/settings/channels/line'),
	{ channel_id: '1656000000', channel_secret: '0123456789abcdef0123456789abcdef', url }, 'channels/line');

test('a gateway on a private address is refused', async () => {
	for (const url of ['https://127.0.0.1/', 'https://localhost:8443', 'https://10.1.2.3/api', 'https://192.168.0.1', 'https://172.16.0.1', 'https://169.254.169.254/latest',
		'https://[::1]/', 'https://[fd00::1]', 'https://[::ffff:10.0.0.1]', 'https://2130706433', 'https://0x7f000001/', 'https://0177.0.0.1', 'https://127.1',
		'https://gateway.local', 'https://db.internal/x', 'https://intra']) {
		const answer = await save(url);
		assert.equal(answer.status, 422, url);
		assert.match(said(answer), /庁内や自分の機械/, url);
	}
});

test('and what is no address of a gateway', async () => {
	for (const url of ['http://api.example.jp', 'ftp://api.example.jp', 'api.example.jp', 'https://', 'https://user@api.example.jp',
		'https://api.example.jp/?x=1', 'https://api.example.jp/#x', 'https://api.example.jp\\@evil.example', `https://${'a'.repeat(300)}.jp`]) {
		const answer = await save(url);
		assert.equal(answer.status, 422, url);
		assert.match(said(answer), /https:\/\/ で始まる|庁内や自分の機械/, url);
	}
});

test('a public one is taken', async () => {
	const answer = await save(' https://api.example.jp/v1/ ');
	assert.equal(answer.status, 303, said(answer));
	assert.match((await admin.get('/desk/settings/channels/line')).text, /value="https:\/\/api\.example\.jp\/v1"/);
});
