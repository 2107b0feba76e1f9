// SPDX-License-Identifier: Apache-2.0
//
// A module of the pages, as a browser has it.  Debian's Node.js (18) has no crypto of that name,
// and takes a .js without a package.json beside it for no module.
//
//	const { hide, bare } = await script('blind.js');
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';

globalThis.crypto ??= webcrypto;

export function script(name) {
	const source = readFileSync(new URL(`../../nginx/static/js/${name}`, import.meta.url));
	return import(`data:text/javascript;base64,${source.toString('base64')}`);
}
