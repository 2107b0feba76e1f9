// SPDX-License-Identifier: Apache-2.0
//
// Maps of events: a clerk chooses the place on one, its page shows it, and whoever signs up answers
// on one; without script, by the fields that are there.  At 320 and 1280 px.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeEvent, question } from '../harness/event.mjs';
import { up } from '../harness/up.mjs';
import { named, watched, ways } from './eye.mjs';

const host = 'minato.localhost';
const { town, eyes } = await watched({ conf: { map_tiles: '/static/icon-192.png?{z}-{x}-{y}', map_credit: '地図 試験' } });

// Moves the map by its arrow keys and takes its middle: where that is, as the fields say.
async function choose(who, [latitude, longitude]) {
	const box = who.page.locator('.c-point'), map = box.locator('.c-map');
	const value = (id) => who.page.locator(`#${id}`).inputValue();
	await who.page.waitForFunction(() => document.querySelector('.c-point')?.dataset.ready === 'yes');
	await map.focus();
	await box.getByRole('button', { name: 'ここを選ぶ' }).click();
	const before = [Number(await value(latitude)), Number(await value(longitude))];
	await map.focus();
	await who.page.keyboard.press('ArrowUp');
	await who.page.waitForFunction(() => !document.querySelector('.c-point .leaflet-pan-anim'));
	await box.getByRole('button', { name: 'ここを選ぶ' }).click();
	const now = [Number(await value(latitude)), Number(await value(longitude))];
	assert.ok(now[0] > before[0] && Math.abs(now[1] - before[1]) < 0.01, `${before} → ${now}: to the north`);
	assert.match(await box.getByRole('status').innerText(), new RegExp(`選んだ場所.*${await value(latitude)}`));
	return now;
}

for (const way of ways) {
	test(`the place of an event, and a place that somebody names: ${named(way)}`, async () => {
		const made = await makeEvent(town, { title: `星を見る会 ${named(way)}`, questions: [question('q1', 'map', 'バスに乗る場所', { settings: { lat: 35.66, lon: 139.75, zoom: 14 } }),
			question('q2', 'text', 'ほかに', { required: false })] });
		const clerk = await eyes.staff('sato', way), who = await eyes.person(host, way), path = `/desk/events/${made.event}/place`;
		await clerk.go(path);
		await clerk.sees('地図での位置');
		let at = [35.65, 139.75];
		if (way.script) at = await choose(clerk, ['latitude', 'longitude']);
		else await clerk.fill({ latitude: '35.65', longitude: '139.75' });
		await clerk.look('desk_event_place_map', { staff: true });
		await clerk.press('button', '保存する');
		const kept = (await town.sql(`SELECT latitude || ' ' || longitude FROM event WHERE id = ${made.event}`)).split(' ').map(Number);
		assert.ok(Math.abs(kept[0] - at[0]) < 1e-5 && Math.abs(kept[1] - at[1]) < 1e-5, `${kept}, not ${at}`);

		await who.go(`/events/${made.event}`);
		if (way.script) {
			await who.page.waitForFunction(() => document.getElementById('map').dataset.ready === 'yes');
			await who.page.getByRole('button', { name: '天文台', exact: true }).click();
			await who.sees('天文台');
		} else assert.equal(await who.page.locator('#map').isVisible(), false);
		await who.look('event_with_map');

		await who.press('link', '申し込む');
		await who.fill({ people: '1' });
		await who.press('button', '次へ進む');
		await who.fill({ name: '山田 花子' });
		await who.press('button', '次へ進む');
		await who.fill({ email: `map-${way.width}-${way.script}@example.jp` });
		await who.press('button', '次へ進む');
		if (way.script) at = await choose(who, ['q1_lat', 'q1_lon']);
		else {
			await who.page.getByText('緯度と経度で教える').click();
			await who.fill({ q1_lat: String(at[0]), q1_lon: String(at[1]) });
		}
		await who.look('apply_map');
		await who.press('button', '次へ進む');
		await who.sees(String(at[0]), 'ほかに 回答なし');
		await who.look('apply_map_check');
		await who.press('button', '申し込む');
		await who.sees('参加が決まりました', String(at[0]));
	});
}
