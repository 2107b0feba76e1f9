// SPDX-License-Identifier: Apache-2.0
//
// What the tests of phones share: numbers that nobody has, and the SMS in the outbox.
import fs from 'node:fs';
import path from 'node:path';
import { letters } from '../harness/letters.mjs';
import { eventually } from '../harness/up.mjs';

let numbers = 0;
export const number = () => `090-${String(1000 + process.pid % 9000)}-${String(1000 + ++numbers)}`;
export const e164 = (n) => `+81${n.replaceAll('-', '').slice(1)}`;

// Texts to a number, oldest first.
export function texts(town, to) {
	const folder = path.join(town.dir, 'outbox/sms');
	const files = fs.existsSync(folder) ? fs.readdirSync(folder).filter((f) => !f.startsWith('.')) : [];
	return files.map((f) => path.join(folder, f)).sort((a, b) => fs.statSync(a).mtimeMs - fs.statSync(b).mtimeMs)
		.map((f) => JSON.parse(fs.readFileSync(f, 'utf8'))).filter((t) => t.to === e164(to)).map((t) => t.text);
}

// The code in the nth SMS to a number; waits for it.
export const code = (town, to, nth = 1) => eventually(`SMS ${nth} to ${to}`,
	() => texts(town, to).length >= nth && texts(town, to)[nth - 1].match(/\b\d{6}\b/)[0], 90, () => letters(town));
