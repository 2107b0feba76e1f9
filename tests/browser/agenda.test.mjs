// SPDX-License-Identifier: Apache-2.0
//
// The calendar of events before eyes: list, month, map; what search engines read runs nothing;
// and events from a file at the desk.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeEvent } from '../harness/event.mjs';
import { up } from '../harness/up.mjs';
import { named, watched, ways, widths } from './eye.mjs';

const host = 'minato.localhost';

// A tile of our own, so that nobody else is asked.
const { town, eyes } = await watched({ conf: { map_tiles: '/static/icon-192.png?{z}-{x}-{y}', map_credit: '地図 <b onclick="x">試験</b>' } });

for (const way of ways) {
	test(`list, month, one event, ${named(way)}`, async () => {
		const reader = await eyes.person(host, way);
		for (const [path, name] of [['/events', 'agenda_list'], ['/events/month', 'agenda_month'], ['/events/filter?free=1', 'agenda_filter'], ['/events?free=1&words=%E9%98%B2%E7%81%BD', 'agenda_narrowed'], ['/events?words=zzz', 'agenda_none']]) {
			await reader.go(path);
			await reader.look(name);
		}
		await reader.go('/events');
		await reader.press('link', '親子で作る木の船');
		await reader.look('agenda_one');
		await reader.press('link', /一覧へ戻る/);
	});
}

for (const width of widths) {
	test(`the map stands over the list, ${width} px`, async () => {
		const reader = await eyes.person(host, { width, script: true });
		await reader.go('/events/places');
		await reader.page.waitForFunction(() => document.getElementById('map').dataset.ready === 'yes');
		await reader.page.waitForFunction(() => document.querySelectorAll('.leaflet-tile-loaded').length > 0);
		await reader.look('agenda_map');
		assert.equal(await reader.page.locator('.leaflet-control-attribution').innerText(), '地図 <b onclick="x">試験</b>', 'as text');
		// A pin by keyboard: what happens there, with a link.
		const pin = reader.page.locator('.c-map__pin').first();
		await pin.focus();
		await reader.page.keyboard.press('Enter');
		const popup = reader.page.locator('.leaflet-popup-content');
		await popup.waitFor();
		await reader.page.waitForFunction(() => getComputedStyle(document.querySelector('.leaflet-popup')).opacity === '1' && !document.querySelector('.leaflet-pan-anim'));
		await reader.look('agenda_map_open');
		const link = popup.locator('a').first(), title = await link.innerText();
		await link.click();
		await reader.page.waitForURL(/\/events\/\d+$/);
		await reader.sees(title);
		assert.deepEqual(reader.noise, []);
	});

	test(`without script the list is enough, ${width} px`, async () => {
		const reader = await eyes.person(host, { width, script: false });
		await reader.go('/events/places');
		assert.equal(await reader.page.locator('#map').isVisible(), false);
		await reader.look('agenda_places');
	});

	test(`events from a file, ${width} px`, async () => {
		const sato = await eyes.staff('sato', { width, script: false });
		await sato.go('/desk/events/import');
		await sato.look('import');
		await sato.press('button', '内容を確かめる');
		await sato.look('import_nothing_chosen', { status: 422 });
		const rows = ['名称,開始日,開始時刻,終了時刻,場所名称,緯度', ...Array.from({ length: 12 }, (_, i) => `取り込む催し${width}の${i},2030-05-${String(i + 1).padStart(2, '0')},10:00,11:30,公民館の大きな部屋,${i === 3 ? '北緯35度' : ''}`), ',未定,,,,'];
		await sato.page.locator('#file').setInputFiles({ name: '令和12年度イベント一覧（とても長い名前のファイル）.csv', mimeType: 'text/csv', buffer: Buffer.from(`${rows.join('\r\n')}\r\n`) });
		await sato.press('button', '内容を確かめる');
		await sato.sees('緯度と経度が読めません', '日付が読めません', '新しく下書きを作る');
		await sato.look('import_look');
		await sato.press('button', '下書きとして取り込む');
		await sato.sees('取り込みました');
		await sato.look('import_done');
		await sato.press('link', '下書きの一覧を見る');
		await sato.sees(`取り込む催し${width}の0`);
	});
}

test('a policy that lets in what is configured, and nothing else; data runs nothing', async () => {
	const reader = await eyes.person(host, { width: 1280, script: true });
	const { headers } = await town.client(host).get('/events/places');
	assert.match(headers['content-security-policy'], new RegExp(`script-src https://minato\\.localhost:${town.port}/static/js/; .*img-src 'self' ?;`));
	const made = await makeEvent(town, { title: '</script><img src=x onerror="document.title=1">', rule: 'none' });
	await reader.go(`/events/${made.event}`);
	const violations = await reader.page.evaluate(() => new Promise((done) => {
		const seen = [];
		document.addEventListener('securitypolicyviolation', (e) => seen.push(e.violatedDirective));
		setTimeout(() => done(seen), 300);
	}));
	assert.deepEqual(violations, []);
	assert.equal(await reader.page.evaluate(() => JSON.parse(document.querySelector('script[type="application/ld+json"]').textContent).name), '</script><img src=x onerror="document.title=1">');
	assert.deepEqual(reader.noise, [], 'the browser finds nothing to say about it');
});

test('where no tiles are configured there is no map, and no script', async () => {
	const plain = await up();
	try {
		const answer = await plain.client(host).get('/events/places');
		assert.doesNotMatch(answer.text, /<script|id="map"/);
		assert.doesNotMatch(answer.headers['content-security-policy'], /script-src/);
	} finally {
		await plain.stop();
	}
});
