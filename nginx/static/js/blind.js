/* SPDX-License-Identifier: Apache-2.0
 *
 * A right to answer once, drawn so that the town does not see it: the holder's half of
 * RFC 9474 (RSABSSA-SHA384-PSS-Deterministic), whose other half is app/base/secret_blind.c.
 *
 * A random token is hidden in a number, the town signs the number, and what comes back is
 * bared again: a signature over a token that the town has never seen.  docs/secrecy.md says
 * what that is good for.  Without this script the page works all the same; then the token is
 * made and hidden in the town's machine.
 */
const EXPONENT = 65537n, HASH = 48, SALT = 48;

const number = bytes => BigInt('0x' + Array.from(bytes, b => b.toString(16).padStart(2, '0')).join(''));
const octets = (n, size) => Uint8Array.from(n.toString(16).padStart(2 * size, '0').match(/../g), h => parseInt(h, 16));
const joined = (...parts) => Uint8Array.from(parts.flatMap(part => Array.from(part)));
const random = n => crypto.getRandomValues(new Uint8Array(n));
const sha384 = async bytes => new Uint8Array(await crypto.subtle.digest('SHA-384', bytes));

export const text = bytes => btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
export const bytes = words => Uint8Array.from(atob(words.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));

function power(base, exponent, modulus) {
	let result = 1n;

	for (base %= modulus; exponent > 0n; exponent >>= 1n) {
		if (exponent & 1n)
			result = result * base % modulus;
		base = base * base % modulus;
	}
	return result;
}

/* By Euclid; null: there is none. */
function inverse(n, modulus) {
	let [a, b, x, y] = [n % modulus, modulus, 1n, 0n];

	while (b !== 0n) {
		const q = a / b;

		[a, b, x, y] = [b, a - q * b, y, x - q * y];
	}
	return a === 1n ? (x % modulus + modulus) % modulus : null;
}

/* EMSA-PSS (RFC 8017 9.1.1). */
async function encode(message, salt, size) {
	const seed = await sha384(joined(new Uint8Array(8), await sha384(message), salt));
	const data = new Uint8Array(size - HASH - 1);

	data[data.length - salt.length - 1] = 1;
	data.set(salt, data.length - salt.length);
	for (let at = 0, counter = 0; at < data.length; counter++)
		for (const byte of await sha384(joined(seed, [0, 0, 0, counter])))
			if (at < data.length)
				data[at++] ^= byte;
	data[0] &= 0x7f;
	return joined(data, seed, [0xbc]);
}

/* {hidden, inverse, encoded}; the last two are nobody else's business.  salt, inv: for tests. */
export async function hide(modulus, message, salt = random(SALT), inv = null) {
	const n = number(modulus), m = number(await encode(message, salt, modulus.length));
	let r = null;

	while (r === null) {
		inv ??= number(random(modulus.length + 16)) % n;
		r = inverse(inv, n);
		if (r === null)
			inv = null;
	}
	return { hidden: octets(m * power(r, EXPONENT, n) % n, modulus.length), inverse: inv, encoded: m };
}

/* The signature; null: the signer has cheated. */
export function bare(modulus, signed, secret) {
	const n = number(modulus), s = number(signed) * secret.inverse % n;

	return power(s, EXPONENT, n) === secret.encoded ? octets(s, modulus.length) : null;
}

/* --- the page --- */

const form = globalThis.document?.getElementById('right') ?? globalThis.document?.getElementById('right-again');

/* What was hidden stays in this browser until its signature is there: a second try, after a
 * line that broke, is the same request.  Another person's begins anew. */
const place = () => `right-${form.dataset.mark}`;

async function begun(modulus) {
	const kept = JSON.parse(localStorage.getItem(place()) ?? 'null');

	if (kept !== null && kept.key === form.dataset.key)
		return { ...kept, inverse: BigInt(kept.inverse), encoded: BigInt(kept.encoded) };
	const token = random(32), made = await hide(modulus, token);
	const all = { key: form.dataset.key, token: text(token), hidden: text(made.hidden),
		inverse: made.inverse.toString(), encoded: made.encoded.toString() };

	localStorage.setItem(place(), JSON.stringify(all));
	return { ...all, inverse: made.inverse, encoded: made.encoded };
}

async function draw() {
	const modulus = bytes(form.dataset.key), secret = await begun(modulus);
	const sent = new URLSearchParams(new FormData(form));

	sent.delete('made');
	sent.set('hidden', secret.hidden);
	const answer = await fetch(form.action, { method: 'POST', body: sent, headers: { accept: 'application/json' } });

	/* It was drawn with another number: with this one nothing comes any more. */
	if (answer.status === 409)
		localStorage.removeItem(place());
	if (!answer.ok || !answer.headers.get('content-type').startsWith('application/json'))
		return location.reload();
	const signature = bare(modulus, bytes((await answer.json()).signature), secret);

	if (signature === null)
		throw new Error('not the signature of this key');
	const keep = document.getElementById('keep');

	keep.elements.right.value = `${secret.token}.${text(signature)}`;
	localStorage.removeItem(place());
	keep.submit();
}

if (form && form.dataset.key !== '' && crypto.subtle) {
	const noscript = document.getElementById('right-noscript'), unfinished = document.getElementById('right-begun');

	if (noscript)
		noscript.hidden = true;
	/* Drawn, and the page was left before the signature was here: it is there for the same number. */
	if (unfinished)
		unfinished.hidden = localStorage.getItem(place()) === null;
	form.addEventListener('submit', event => {
		event.preventDefault();
		form.querySelector('button').disabled = true;
		draw().catch(() => {
			form.querySelector('button').disabled = false;
			document.getElementById('right-failed').hidden = false;
		});
	});
}
