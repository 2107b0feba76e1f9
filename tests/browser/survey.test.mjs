// SPDX-License-Identifier: Apache-2.0
//
// A survey in a real browser: every kind of question, right and wrong; saved and gone on
// with; checked, changed, sent; closed while somebody types.  At 320 and 1280 px, with
// script and without, in Japanese and in English.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inside } from '../harness/desk.mjs';
import { up } from '../harness/up.mjs';
import { every, few, survey } from '../http/survey.mjs';
import { named, openEyes, ways, widths } from './eye.mjs';

let town, eyes, postcode, id, short;
const host = 'minato.localhost';
before(async () => {
	town = await up();
	eyes = await openEyes(town);
	postcode = (await town.sql(`SELECT min(postcode) FROM district_postcode WHERE tenant_id = (SELECT tenant_id FROM tenant_host WHERE host = '${host}') GROUP BY postcode HAVING count(*) = 1 LIMIT 1`));
	({ survey: id } = await survey(town, every(), { columns: { changeable: 'true' } }));
	({ survey: short } = await survey(town, few(), { title: '季節についてのアンケート' }));
});
after(async () => {
	await eyes?.close();
	await town?.stop();
});

// What is typed wrongly first, and then.
const pages = () => [
	['q1', {}, { q1: '1' }], ['q2', { q2_1: true, q2_n: true }, { q2_n: false, q2_other: true, q2_words: '写真をとる' }], ['q3', {}, { q3: '4' }],
	['q4', { q4_1: '1', q4_2: '1' }, { q4_2: '2' }], ['q5', { q5_r1: '1' }, { q5_r2: '3' }], ['q6', { q6: '三' }, { q6: '１２' }],
	['q7', { q7_year: '令和8', q7_month: '2', q7_day: '30' }, { q7_day: '28' }], ['q8', { q8: '夜' }, { q8: '19時' }],
	['q9', { q9_postcode: '12' }, { q9_postcode: postcode }], ['q10', null, { q10_text: '駅前の公園の、北の入口のそば' }],
	['q11', { q11: '山田' }, { q11: 'やまだ' }], ['q12', null, { q12: '木が多くて気持ちがいいです。\n夜は少し暗いです。' }], ['q13', null, {}], ['q14', {}, { q14: true }],
];

for (const way of ways) {
	test(`every kind of question: ${named(way)}`, async () => {
		const taro = await eyes.person(host, way);
		await taro.go('/surveys');
		await taro.look('survey_list');
		await taro.press('link', '公園についてのアンケート');
		await taro.look('survey_show');
		await taro.press('button', '回答を始める');
		for (const [code, bad, good] of pages()) {
			assert.equal(taro.path, `/surveys/${id}/q/${code}`);
			await taro.look(`survey_${code}`);
			if (bad !== null) {
				await taro.fill(bad);
				await taro.press('button', '次へ進む');
				await taro.look(`survey_${code}_wrong`, { status: 422 });
				await taro.page.getByRole('alert').getByRole('link').first().click();
				assert.ok((await taro.focused()).startsWith(code), `${code}: the summary leads to the question`);
			}
			await taro.fill(good);
			await taro.press('button', '次へ進む');
		}
		await taro.look('survey_check');
		await taro.sees('写真をとる', '2026-02-28', '19:00', 'やまだ');

		await taro.press('link', '途中で保存して、あとで続ける');
		await taro.look('survey_save');
		const link = new URL(await taro.page.inputValue('#link')).pathname;
		const phone = await eyes.person(host, way);
		await phone.go(link);
		await phone.look('survey_continue');
		await phone.press('button', '続きから答える');
		assert.equal(phone.path, `/surveys/${id}/check`);

		await taro.press('link', '続きから答える');
		await taro.press('link', /変更.*公園を使いますか/);
		await taro.fill({ q1: '3' });
		await taro.press('button', '変更して確認へ');
		assert.equal(taro.path, `/surveys/${id}/check`);
		await taro.press('button', '回答を送る');
		assert.equal(taro.path, `/surveys/${id}/done`);
		await taro.look('survey_done');
		await taro.sees(/受付番号 \d{4}-\d{4}/);
		await phone.press('button', '回答を送る');
		await phone.sees(/受付番号 \d{4}-\d{4}/);
		await taro.press('button', '回答を変更する');
		await taro.look('survey_change');
		await taro.press('button', '変更した回答を送る');
		await taro.look('survey_receipt');
		await taro.go(`/surveys/${id}`);
		await taro.look('survey_show_again');
	});
}

for (const width of widths) {
	test(`in English, all on one page, and closed while typing: ${width} px`, async () => {
		const mary = await eyes.person(host, { width, script: true });
		mary.lang = 'en';
		await mary.go('/lang/en?next=/surveys');
		await mary.look('survey_list_en', { staff: true });
		await mary.go(`/surveys/${short}`);
		await mary.look('survey_show_en', { staff: true });
		await mary.press('button', 'Start');
		await mary.look('survey_all_en', { staff: true });
		await mary.press('button', 'Next');
		await mary.look('survey_all_en_wrong', { status: 422, staff: true });
		await mary.fill({ q1: '1', q2: 'The cherry trees.' });
		await mary.press('button', 'Next');
		await mary.look('survey_check_en', { staff: true });
		await inside(town, `UPDATE survey SET closes = now() - interval '1 second' WHERE id = ${short}`);
		await mary.press('button', 'Send answers');
		await mary.look('survey_closed_en', { status: 410, staff: true });
		assert.match(await mary.page.inputValue('#typed'), /The cherry trees/);
		await inside(town, `UPDATE survey SET closes = now() + interval '1 day' WHERE id = ${short}`);
	});
}
