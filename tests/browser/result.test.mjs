// SPDX-License-Identifier: Apache-2.0
//
// Results in a browser: at the desk and as they are given back, narrow and wide, with and
// without script.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { desk, inside } from '../harness/desk.mjs';
import { makePopulation, makeSurvey } from '../harness/survey.mjs';
import { named, watched, ways } from './eye.mjs';

let made, who;
const { town, eyes } = await watched();
before(async () => {
	made = await makeSurvey(town, { answers: 1204 });
	await makePopulation(town);
	who = Object.fromEntries(await Promise.all(['sato', 'takahashi', 'admin'].map(async (n) => [n, await desk(town, n)])));
});

const sit = (name, way) => eyes.person('minato.localhost', { ...way, cookies: Object.fromEntries(who[name].cookies) });

for (const way of ways) {
	test(`at the desk, ${named(way)}`, async () => {
		const sato = await sit('sato', way), at = `/desk/surveys/${made.survey}`;
		for (const [path, name] of [['results', 'result'], ['results?way=paper', 'result-filter'], ['results?district=99999', 'result-empty'],
			['results/cross?first=q10&second=@age', 'result-cross'], ['results/cross?first=q3&second=q12', 'result-cross-several'], ['results/texts/q9', 'result-texts'], ['results/words/q9', 'result-words'], ['results/design', 'result-design'], ['export', 'export']]) {
			await sato.go(`${at}/${path}`);
			await sato.look(name);
		}
		const admin = await sit('admin', way);
		await admin.go('/desk/settings/population');
		await admin.look('population');
	});
}

test('a table opens, with the same numbers as its chart', async () => {
	const sato = await sit('sato', { width: 1280, script: false });
	await sato.go(`/desk/surveys/${made.survey}/results`);
	const first = sato.page.locator('.c-result').first();
	await first.locator('summary').click();
	await sato.look('result-table');
	assert.equal(await first.locator('tbody tr').count(), await first.locator('svg .c-chart__part').count());
});

for (const way of ways) {
	test(`given back, ${named(way)}`, async () => {
		const state = (await inside(town, `SELECT state FROM survey WHERE id = ${made.survey}`)).split('\n').pop();
		const takahashi = await sit('takahashi', way);
		if (state === 'open') await inside(town, `UPDATE survey SET state = 'closed', closed = now() WHERE id = ${made.survey}`);
		await takahashi.go(`/desk/surveys/${made.survey}/results/publish`);
		await takahashi.look('result-publish');
		if (state === 'open') {
			const form = await who.takahashi.get(`/desk/surveys/${made.survey}/results/publish`);
			await who.takahashi.submit(form, { actions: '来年度に、次のことをします。\n\n- トイレを直します\n- 照明を増やします' }, '/publish');
		}
		const citizen = await eyes.person('minato.localhost', way);
		await citizen.go(`/surveys/${made.survey}/result`);
		await citizen.look('result-public');
	});
}
