// SPDX-License-Identifier: Apache-2.0
//
// Makes docs/screenshot.png: a delivery to a whole town, half of the way.
//
//	./dev test gallery	(builds, and makes what this starts from)
//	node tests/browser/screenshot.mjs [FILE]
import fs from 'node:fs';
import path from 'node:path';
import { batches, carry, sending } from '../harness/deliver.mjs';
import { desk } from '../harness/desk.mjs';
import { source, up } from '../harness/up.mjs';
import { openEyes } from './eye.mjs';

const file = process.argv[2] ?? path.join(source, 'docs/screenshot.png');
const town = await up({ conf: { development: 'no' } });
const eyes = await openEyes(town);

try {
	town.kill('courier', 'SIGTERM');
	await town.chromo('demo', 'load', '--citizens', '12000', '--host', 'minato.localhost');
	const id = await sending(town, 500, { subject: `'大雨への備えのお願い'` });
	const all = await batches(town, id);
	const some = Array.from({ length: 97 }, () => ['accepted']);
	for (const b of all.slice(0, Math.ceil(all.length * 0.7)))
		await carry(town, b, [...some, ['refused', 'mailbox_unknown'], ['refused', 'refused_policy'], ['later', 'mailbox_full']], '20 minutes');
	const clerk = await desk(town, 'takahashi');
	const person = await eyes.person('minato.localhost', { width: 1280, cookies: Object.fromEntries(clerk.cookies) });
	await person.go(`/desk/messages/${id}/status`);
	await person.look('screenshot');
	await person.page.screenshot({ path: file, fullPage: true, clip: { x: 0, y: 0, width: 1280, height: 860 } });
	console.log(`${file}: ${fs.statSync(file).size} bytes`);
} finally {
	await eyes.close();
	await town.stop();
}
