// SPDX-License-Identifier: Apache-2.0
//
// Staff at the door: codes as an authenticator app makes them, and the whole way
// in, for tests that are about what lies behind it.
//
//	const clerk = await signIn(town, 'minato.localhost', 'sato');
import { createHmac } from 'node:crypto';
import { sleep } from './up.mjs';

// RFC 6238, SHA-1, six digits; step: 0 now, 1 the next.
export function totp(secret, step = 0, at = Date.now()) {
	const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
	const bits = [...secret.replace(/[\s=]/g, '')]
		.map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
	const key = Buffer.from(bits.match(/.{8}/g).map((b) => Number.parseInt(b, 2)));
	const count = Buffer.alloc(8);
	count.writeBigUInt64BE(BigInt(Math.floor(at / 30000) + step));
	const mac = createHmac('sha1', key).update(count).digest();
	return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1e6).padStart(6, '0');
}

export function account(town, host, login) {
	const found = town.accounts.find((a) => a.host === host && a.login === login);
	if (!found) throw new Error(`no account ${login} at ${host}`);
	return found;
}

// The password step: the answer to the form.
export async function password(client, login, secret, portal = '/desk') {
	return client.submit(await client.get(`${portal}/login`), { login, password: secret });
}

// Through both steps.  A code works once, so that the second sign-in of a person
// within half a minute takes the next code; a third one waits.
const used = new Map();
export async function signIn(town, host, login, portal = host.startsWith('operator') ? '/operator' : '/desk') {
	const who = account(town, host, login);
	const client = town.client(host);
	let answer = await password(client, login, who.password, portal);
	if (answer.status !== 303) throw new Error(`password: ${answer.status}`);
	const key = `${town.dir} ${host} ${login}`;
	// The first is that of the half minute before, unless that is about to be too old.
	const now = (ahead = 0) => Math.floor((Date.now() + ahead) / 30000);
	let step = (used.get(key) ?? 0) + 1;
	while (step > now() + 1) await sleep(200);
	step = Math.max(step, now(15000) - 1);
	used.set(key, step);
	answer = await client.submit(await client.get(`${portal}/login/code`), {
		code: totp(who.totp_secret, 0, step * 30000),
	});
	if (answer.status !== 303) throw new Error(`code: ${answer.status}`);
	return client;
}
