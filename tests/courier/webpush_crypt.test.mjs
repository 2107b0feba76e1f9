// SPDX-License-Identifier: Apache-2.0
//
// A stranger's decryptor reads what chromo writes, and a stranger's verifier believes
// its tokens: integrations.md 12, "an independent library decrypts ours".
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createECDH, randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from '../harness/up.mjs';
import { Device, readVapid } from '../gateways/push_keys.mjs';

const program = spawn(join(build, 'tests/courier/webpush_write'), [], { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: program.stdout });
async function ask(question) {
	program.stdin.write(`${JSON.stringify(question)}\n`);
	const [line] = await once(lines, 'line');
	return JSON.parse(line);
}

const town = createECDH('prime256v1');
town.generateKeys();
const about = () => ({
	key: town.getPrivateKey().toString('base64url').padStart(43, 'A'),
	origin: 'https://push.example', subject: 'mailto:kouhou@minato.example', expires: Math.floor(Date.now() / 1000) + 43200,
});

test('two hundred devices read two hundred texts', async () => {
	for (let i = 0; i < 200; i++) {
		const device = new Device();
		const text = `${'津波警報 Ŧ🗾'.repeat(i)}${i}`;
		const { body } = await ask({ ...device.keys(), text: text.slice(0, 900), ...about() });
		assert.equal(device.read(Buffer.from(body, 'base64url')), text.slice(0, 900));
	}
});

test('nobody else does, and nothing may be changed on the way', async () => {
	const device = new Device();
	const { body } = await ask({ ...device.keys(), text: 'a', ...about() });
	const bytes = Buffer.from(body, 'base64url');
	assert.throws(() => new Device().read(bytes));
	for (const at of [0, 15, 22, 40, 87, bytes.length - 1]) {
		const changed = Buffer.from(bytes);
		changed[at] ^= 1;
		assert.throws(() => device.read(changed), `byte ${at}`);
	}
});

test('a token says what RFC 8292 asks for, and its signature holds', async () => {
	for (let i = 0; i < 50; i++) {	// r and s with leading zeros come one time in 128
		const { authorization } = await ask({ ...new Device().keys(), text: 'a', ...about() });
		const { key, claims } = readVapid(authorization, 'https://push.example');
		assert.equal(key, town.getPublicKey('base64url'));
		assert.equal(claims.sub, 'mailto:kouhou@minato.example');
		assert.throws(() => readVapid(authorization, 'https://other.example'));
	}
});

test('keys that are none are refused', async () => {
	const { p256dh, auth } = new Device().keys();
	const point = Buffer.from(p256dh, 'base64url');
	point[40] ^= 4;
	for (const wrong of [{ p256dh: point.toString('base64url'), auth }, { p256dh: randomBytes(65).toString('base64url'), auth },
		{ p256dh: p256dh.slice(0, 80), auth }, { p256dh, auth: 'AAAA' }, { p256dh: '', auth: '' }])
		assert.ok((await ask({ ...wrong, text: 'a', ...about() })).problem);
});

test.after(() => program.stdin.end());
