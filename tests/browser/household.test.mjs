// SPDX-License-Identifier: Apache-2.0
//
// 世帯 in a real browser: one makes it and hands on a code, another joins, both see each other,
// one leaves.  At 320 and 1280 px, with script and without, and once in English.
import { test } from 'node:test';
import { somebody, subscribe } from '../http/citizen.mjs';
import { named, watched, ways } from './eye.mjs';

const { town, eyes } = await watched();

// Somebody who is registered, before a browser.
async function person(way) {
	const client = town.client('minato.localhost');
	const district = Number(await town.sql(`SELECT max(d.id) FROM district d JOIN tenant_host h USING (tenant_id) WHERE h.host = 'minato.localhost'`));
	await subscribe(town, client, somebody(), { district: [district] });
	return eyes.person('minato.localhost', { ...way, cookies: Object.fromEntries(client.cookies) });
}

for (const way of ways)
	test(`a household: ${named(way)}`, async () => {
		const mother = await person(way), son = await person(way);
		await mother.go('/my');
		await mother.sees('世帯', '入っていません');
		await mother.go('/my/household');
		await mother.look('household_none');
		await mother.fill({ name: 'お母さん' });
		await mother.press('button', '世帯をつくる');
		await mother.look('household_made');
		await mother.press('button', '番号を出す');
		await mother.look('household_code');
		const code = await mother.page.locator('[data-code]').innerText();

		await son.go('/my/household/join');
		await son.look('household_join');
		await son.fill({ household_code: '1111 2222 3333' });
		await son.press('button', '世帯に入る');
		await son.look('household_wrong', { status: 422 });
		await son.fill({ household_code: code });
		await son.press('button', '世帯に入る');
		await son.look('household_joined');
		await son.sees('お母さん', '2人目', 'あなた');
		await son.go('/my');
		await son.sees('2人');
		await son.go('/my/household/leave');
		await son.look('household_leave');
		await son.press('button', '世帯から出る');
		await son.sees('世帯から出ました');
		await mother.go('/lang/en');
		mother.lang = 'en';
		await mother.go('/my/household');
		await mother.look('household_english');
		await mother.sees('People in the household', 'You');
	});
