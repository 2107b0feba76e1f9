/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads a ticket as app/domain/ticket.c writes it, without a network: the signature is
 * checked by Web Crypto under the town's public key.
 *
 *	{ kind: "none" }	it is no ticket: a name, a number
 *	{ kind: "forged" }	it looks like one, but the town did not sign it
 *	{ kind: "ticket", event, slot, number, people }
 */
const SHAPE = /^CT1\.(\d{1,18})\.(\d{1,18})\.([A-Z0-9-]{1,24})\.(\d{1,4})\.([A-Z2-7]{103})$/;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function bytesOf(text) {
	const out = new Uint8Array(64);
	let bits = 0, have = 0, done = 0;

	for (const character of text) {
		bits = (bits << 5 | BASE32.indexOf(character)) & 0xffff;
		have += 5;
		if (have >= 8 && done < 64) {
			have -= 8;
			out[done++] = bits >> have & 0xff;
		}
	}
	return bits & ((1 << have) - 1) ? null : out;
}

/* 65 bytes in base64url: the point. */
export function ticketKey(text) {
	const raw = Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));

	return crypto.subtle.importKey('raw', raw, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
}

/* As a scanner or a hand types it. */
export const plain = text => text.normalize('NFKC').trim().toUpperCase();

export async function readTicket(key, typed) {
	const text = plain(typed);

	if (!text.startsWith('CT1.'))
		return { kind: 'none' };
	const parts = SHAPE.exec(text);
	const signature = parts && bytesOf(parts[5]);
	const good = signature && await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature,
		new TextEncoder().encode(text.slice(0, text.lastIndexOf('.'))));

	if (!good)
		return { kind: 'forged' };
	return { kind: 'ticket', event: parts[1], slot: parts[2], number: parts[3], people: Number(parts[4]) };
}
