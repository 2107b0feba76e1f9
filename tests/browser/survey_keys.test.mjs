// SPDX-License-Identifier: Apache-2.0
//
// A survey with every kind of question, answered by keyboard alone: an order, a table, a place
// on a map and a file, too.  What has the focus is to be seen (eye.mjs, tabTo).
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { png } from '../harness/picture.mjs';
import { every_kind, survey } from '../http/survey.mjs';
import { watched } from './eye.mjs';

const host = 'minato.localhost', photo = { name: '公園.png', mimeType: 'image/png', buffer: png(40, 30) };
let postcode, id;
const { town, eyes } = await watched({ conf: { map_tiles: '/static/icon-192.png?{z}-{x}-{y}', map_credit: '地図 試験' } });
before(async () => {
	postcode = await town.sql(`SELECT min(postcode) FROM district_postcode WHERE tenant_id = (SELECT tenant_id FROM tenant_host WHERE host = '${host}') GROUP BY postcode HAVING count(*) = 1 LIMIT 1`);
	({ survey: id } = await survey(town, every_kind()));
});

test('every kind of question by keyboard alone', async () => {
	const ken = await eyes.person(host, { width: 320 });
	// To what has this name, and there what is pressed or typed, one after the other.
	const does = {
		q1: [['よく使う', ' ']], q2: [['散歩', ' '], [/その他/, ' ']], q3: [['1 不満', ' →→→']], q4: [['トイレ', '↓'], ['照明', '↓↓']], q5: [['良い', ' '], ['良い', ' ']],
		q6: [[/月に何回/, '12']], q7: [['年', '令和8'], ['月', '2'], ['日', '28']], q8: [[/何時ごろ/, '19時']], q9: [[/郵便番号/, postcode]],
		q10: [['場所を選ぶ地図', '↓'], ['ここを選ぶ', '⏎']], q11: [[/読みかた/, 'やまだ']], q12: [[/ご意見/, '木が多い']], q13: [], q14: [[/同意/, ' ']],
		q15: [[/写真/, '📷']],
	};
	await ken.go(`/surveys/${id}`);
	await ken.tabTo('回答を始める');
	await ken.enter();
	for (const [code, steps] of Object.entries(does)) {
		assert.equal(ken.path, `/surveys/${id}/q/${code}`);
		// Asked for in good time: a browser that is told as late as the key shows a window of its own.
		const chooser = code === 'q15' ? ken.page.waitForEvent('filechooser') : null;
		for (const [name, what] of steps) {
			await ken.tabTo(name);
			if (/^[ ⏎↓→]+$/.test(what)) for (const key of what) await ken.key({ ' ': 'Space', '⏎': 'Enter', '↓': 'ArrowDown', '→': 'ArrowRight' }[key]);
			else if (what === '📷') {
				await ken.key('Enter');
				await (await chooser).setFiles(photo);
			} else await ken.type(what);
		}
		if (code === 'q2') {
			await ken.tabTo(/くわしく|その他/);
			await ken.type('写真をとる');
		}
		await ken.tabTo('次へ進む');
		await ken.enter();
	}
	await ken.sees('満足していますか 4', '1. トイレ', '2. 照明', '写真をとる', '令和8年2月28日（土）', /35\.6[45]\d+/, '公園.png');
	await ken.tabTo('回答を送る');
	await ken.enter();
	await ken.sees(/受付番号 \d{4}-\d{4}/);
});
