// SPDX-License-Identifier: Apache-2.0
//
// A device of Web Push: its keys, and how it reads what comes (RFC 8291, RFC 8188),
// and how a push service looks at a VAPID token (RFC 8292).  Written from the RFCs
// upon node:crypto alone, so that no mistake of ours is made twice.
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';

export class Device {
	// seed: the same text makes the same keys.
	constructor(seed) {
		const secret = (what, n) => seed === undefined ? randomBytes(n) : Buffer.from(hkdfSync('sha256', seed, '', what, n));
		this.ecdh = createECDH('prime256v1');
		this.ecdh.setPrivateKey(secret('key', 32));
		this.auth = secret('auth', 16);
	}
	keys() {
		return { p256dh: this.ecdh.getPublicKey('base64url'), auth: this.auth.toString('base64url') };
	}
	// The text of a body; throws where it is not for this device, or not whole.
	read(body) {
		const salt = body.subarray(0, 16);
		const size = body.readUInt32BE(16);
		const length = body[20];
		if (length !== 65) throw new Error(`a key of ${length} bytes`);
		const sender = body.subarray(21, 21 + length);
		const record = body.subarray(21 + length);
		if (record.length > size) throw new Error('more than one record');
		const shared = this.ecdh.computeSecret(sender);
		const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.ecdh.getPublicKey(), sender]);
		const ikm = Buffer.from(hkdfSync('sha256', shared, this.auth, info, 32));
		const key = Buffer.from(hkdfSync('sha256', ikm, salt, 'Content-Encoding: aes128gcm\0', 16));
		const nonce = Buffer.from(hkdfSync('sha256', ikm, salt, 'Content-Encoding: nonce\0', 12));
		const cipher = createDecipheriv('aes-128-gcm', key, nonce);
		cipher.setAuthTag(record.subarray(record.length - 16));
		const padded = Buffer.concat([cipher.update(record.subarray(0, record.length - 16)), cipher.final()]);
		const end = padded.findLastIndex((byte) => byte !== 0);
		if (padded[end] !== 2) throw new Error('no mark of the last record');
		return padded.subarray(0, end).toString('utf8');
	}
}

// {token, key, claims} of a header "vapid t=…, k=…"; throws where a push service would say 403.
export function readVapid(header, origin) {
	const [, token, key] = /^vapid t=([\w-]+\.[\w-]+\.[\w-]+), ?k=([\w-]+)$/.exec(header ?? '') ?? [];
	if (!token) throw new Error('no vapid');
	const [head, claims, signature] = token.split('.');
	const point = Buffer.from(key, 'base64url');
	if (point.length !== 65 || point[0] !== 4) throw new Error('k is no point');
	const { typ, alg } = JSON.parse(Buffer.from(head, 'base64url'));
	if (typ !== 'JWT' || alg !== 'ES256') throw new Error('not ES256');
	const publicKey = createPublicKey({
		key: { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') },
		format: 'jwk',
	});
	if (!verify('sha256', Buffer.from(`${head}.${claims}`), { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')))
		throw new Error('BadJwtToken: signature');
	const said = JSON.parse(Buffer.from(claims, 'base64url'));
	if (said.aud !== origin) throw new Error(`BadJwtToken: aud ${said.aud}`);
	const ahead = said.exp - Date.now() / 1000;
	if (!(ahead > 0 && ahead <= 86400)) throw new Error(`ExpiredJwtToken: ${ahead}`);
	if (!/^(mailto:[^\s<>]+@[^\s<>]+|https:\/\/[^\s<>]+)$/.test(said.sub)) throw new Error('BadJwtToken: sub');
	return { token, key, claims: said };
}
