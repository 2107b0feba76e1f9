// SPDX-License-Identifier: Apache-2.0
//
// Makes docs/screenshot.png: a delivery to a whole town, half of the way, and what a survey
// says, as staff see them; an event and a question, as a citizen's telephone shows them.
//
//	./dev test gallery	(builds, and makes what this starts from)
//	node tests/browser/screenshot.mjs [FILE]
import fs from 'node:fs';
import path from 'node:path';
import { batches, carry, sending } from '../harness/deliver.mjs';
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
	const staff = await eyes.staff('takahashi', { width: 1280 });
	const phone = await eyes.person('minato.localhost', { width: 375 });
	const event = await town.sql(`SELECT id FROM event WHERE tenant_id = 1 AND picture IS NOT NULL ORDER BY id LIMIT 1`);
	const [survey] = (await town.sql(`SELECT s.id FROM survey s JOIN response r USING (tenant_id, questionnaire_id) WHERE s.tenant_id = 1
		GROUP BY s.id ORDER BY count(*) DESC LIMIT 1`)).split('\n');
	const asked = await town.sql(`SELECT id FROM survey WHERE tenant_id = 1 AND state = 'open' ORDER BY id LIMIT 1`);

	// From the top, or from above the first of these things, without what stands beside them.
	const shot = async (person, url, height, first) => {
		await person.go(url);
		await person.look('screenshot');
		const box = first ? await person.page.locator(first).first().boundingBox() : null;
		const clip = box ? { x: box.x - 32, y: box.y - 140, width: box.width + 64 } : { x: 0, y: 0, width: person.width };
		const bytes = await person.page.screenshot({ fullPage: true, clip: { ...clip, height } });
		return `data:image/png;base64,${bytes.toString('base64')}`;
	};
	const shots = [
		[await shot(staff, `/desk/messages/${id}/status`, 800), 'wide'],
		[await shot(phone, `/events/${event}`, 860), 'tall'],
		[await shot(phone, `/surveys/${asked}`, 860), 'tall'],
		[await shot(staff, `/desk/surveys/${survey}/results`, 500, '.c-chart'), 'wide'],
	];
	const sheet = await staff.context.newPage();
	await sheet.setViewportSize({ width: 1600, height: 1172 });
	await sheet.setContent(`<!doctype html><style>
		body { margin: 0; padding: 32px; background: #e8f1fe; display: grid; grid-template-columns: 1160px 344px; gap: 32px; }
		body > :nth-child(3) { grid-row: 2; grid-column: 2; }
		img { display: block; border-radius: 12px; box-shadow: 0 4px 24px rgb(0 23 193 / 18%); background: #fff; object-fit: cover; object-position: top; }
		.wide { width: 1160px; height: 538px; } .tall { width: 344px; height: 538px; }
		</style>${shots.map(([src, look]) => `<img class="${look}" src="${src}">`).join('')}`);
	await sheet.screenshot({ path: file });
	console.log(`${file}: ${fs.statSync(file).size} bytes`);
} finally {
	await eyes.close();
	await town.stop();
}
