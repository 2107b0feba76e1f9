// SPDX-License-Identifier: Apache-2.0
//
// Whatever an address of a gateway says and however it is spelled, nothing is sent into
// our own network (F39, R39): refused before the first byte of TCP.
import { names, PUBLIC } from '../harness/apart.mjs';
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import test, { after, before } from 'node:test';
import { startLine, userId } from '../gateways/line.mjs';
import { startPush } from '../gateways/push.mjs';
import { Channel } from './channel.mjs';

let line, town, push;
before(async () => {
	line = await startLine({ address: '::' });
	town = line.channel();
	push = await startPush({ address: '::' });
});
after(async () => {
	await line?.close();
	await push?.close();
});

let accounts = 0;
const send = async (channel, url) => channel.send({ key: crypto.randomUUID(), many: [userId(1)],
	content: { messages: [{ type: 'text', text: 'x' }] }, account: { id: ++accounts, version: 1, channel: 'line', kind: 'line', url,
		settings: { channel_id: town.id }, secrets: { access_token: town.token } } });
// As in production: gateway_private is off.
async function production(run) {
	const channel = new Channel('line', line.caFile, '127.0.0.1', 'public');
	await run(channel);
	await channel.close();
}

const hosts = [
	'127.0.0.1', 'localhost', 'LOCALHOST', 'localhost.', '127.0.0.1.', '127.1', '127.0.1', '2130706433', '0x7f000001',
	'0x7f.0.0.1', '0177.0.0.1', '017700000001', '0x7f.1', '127.255.255.254', '0.0.0.0', '0', '[::1]', '[::]',
	'[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]',
	'[fe80::1]', '[fc00::1]', '[fd00::1]', '10.0.0.1', '10.1', '172.16.0.1', '192.168.0.1', '3232235521',
	'169.254.169.254', '100.64.0.1', '198.18.0.1', '224.0.0.1', '255.255.255.255', '１２７.0.0.1', '127。0。0。1',
	'%31%32%37.0.0.1', '127.0.0.1%00.gateway.example', 'gateway.example@127.0.0.1', 'a.localhost',
];

test('F39 private targets in forty spellings', () => production(async (channel) => {
	assert.ok(hosts.length >= 40);
	for (const host of hosts) {
		const got = await send(channel, `https://${host}:${line.port}`);
		assert.ok(['LATER', 'REFUSED'].includes(got.verdict), `${host}: ${JSON.stringify(got)}`);
	}
	assert.equal(line.connections, 0);
}));

test('F39 other schemes', () => production(async (channel) => {
	const at = `127.0.0.1:${line.port}`;
	for (const url of [`http://${PUBLIC}:${line.port}`, 'file:///etc/passwd', `gopher://${at}/_x`, `ftp://${at}`, `dict://${at}`,
		`smtp://${at}`, `ldap://${at}`, `//${at}`, at, 'javascript:1']) {
		const got = await send(channel, url);
		assert.ok(['LATER', 'REFUSED'].includes(got.verdict), `${url}: ${JSON.stringify(got)}`);
	}
	assert.equal(line.connections, 0);
}));

test('F39 names that lead to private addresses, by A, AAAA or a mapped one', () => production(async (channel) => {
	for (const [i, address] of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', '::ffff:7f00:1', 'fd00::1', '64:ff9b::7f00:1'].entries()) {
		names.set(`n${i}.gateway.example`, [address]);
		const got = await send(channel, `https://n${i}.gateway.example:${line.port}`);
		assert.equal(got.verdict, 'LATER', `${address}: ${JSON.stringify(got)}`);
	}
	assert.equal(line.connections, 0);
}));

test('F39 a name that changes its answer: the address that was looked at is the one that is called', async () => {
	let asked = 0;
	names.set('rebind.gateway.example', (type) => (type === 'A' ? [asked++ ? '127.0.0.1' : PUBLIC] : []));
	const url = `https://rebind.gateway.example:${line.port}`;
	await production(async (channel) => {
		for (let n = 0; n < 3; n++)
			assert.equal((await send(channel, url)).verdict, 'SENT', 'found once, called there');
	});
	const seen = line.ledger.length;
	await production(async (channel) => assert.equal((await send(channel, url)).verdict, 'LATER'));
	assert.equal(line.ledger.length, seen);
});

test('F39 a public gateway that sends on to a private one is not followed', () => production(async (channel) => {
	names.set('api.gateway.example', [PUBLIC]);
	const { connections } = push;
	for (const status of [301, 302, 303, 307, 308]) {
		line.script([{ status, headers: { location: `https://127.0.0.1:${push.port}/` }, times: 1 }]);
		assert.notEqual((await send(channel, `https://api.gateway.example:${line.port}`)).verdict, 'SENT', `${status}`);
	}
	line.script([]);
	assert.equal(push.connections, connections);
}));
