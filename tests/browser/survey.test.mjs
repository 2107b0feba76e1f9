// SPDX-License-Identifier: Apache-2.0
//
// A survey in a real browser: every kind of question, right and wrong; saved and gone on
// with; checked, changed, sent; closed while somebody types.  At 320 and 1280 px, with
// script and without, in Japanese and in English.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { inside } from '../harness/desk.mjs';
import { png } from '../harness/picture.mjs';
import { every_kind, few, survey } from '../http/survey.mjs';
import { named, watched, ways, widths } from './eye.mjs';

let postcode, id, short;
const host = 'minato.localhost';
const { town, eyes } = await watched({ conf: { map_tiles: '/static/icon-192.png?{z}-{x}-{y}', map_credit: '地図 試験' } });
before(async () => {
	postcode = (await town.sql(`SELECT min(postcode) FROM district_postcode WHERE tenant_id = (SELECT tenant_id FROM tenant_host WHERE host = '${host}') GROUP BY postcode HAVING count(*) = 1 LIMIT 1`));
	({ survey: id } = await survey(town, every_kind(), { columns: { changeable: 'true' } }));
	({ survey: short } = await survey(town, few(), { title: '季節についてのアンケート' }));
});

// What is typed wrongly first, and then.
const pages = () => [
	['q1', {}, { q1: '1' }], ['q2', { q2_1: true, q2_n: true }, { q2_n: false, q2_other: true, q2_words: '写真をとる' }], ['q3', {}, { q3: '4' }],
	['q4', { q4_1: '1', q4_2: '1' }, { q4_2: '2' }], ['q5', { q5_r1: '1' }, { q5_r2: '3' }], ['q6', { q6: '三' }, { q6: '１２' }],
	['q7', { q7_year: '令和8', q7_month: '2', q7_day: '30' }, { q7_day: '28' }], ['q8', { q8: '夜' }, { q8: '19時' }],
	['q9', { q9_postcode: '12' }, { q9_postcode: postcode }], ['q10', null, { q10_text: '駅前の公園の、北の入口のそば' }],
	['q11', { q11: '山田' }, { q11: 'やまだ' }], ['q12', null, { q12: '木が多くて気持ちがいいです。\n夜は少し暗いです。' }], ['q13', null, {}], ['q14', {}, { q14: true }],
	['q15', { q15_file: { name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('<script>') } }, { q15_file: photo }],
];
const photo = { name: '公園.png', mimeType: 'image/png', buffer: png(40, 30) };
const words = {
	ja: { title: '公園についてのアンケート', start: '回答を始める', next: '次へ進む', save: '途中で保存して、あとで続ける', on: '続きから答える', first: /変更.*公園を使いますか/,
		checked: '変更して確認へ', send: '回答を送る', day: '令和8年2月28日（土）', hour: '19時00分', number: /受付番号 \d{4}-\d{4}/, change: '回答を変更する', changed: '変更した回答を送る' },
	en: { title: 'A survey about parks', start: 'Start', next: 'Next', save: 'Save and continue later', on: 'Continue', first: /Change.*single q1/,
		checked: 'Save and check', send: 'Send answers', day: 'Saturday, 28 February 2026', hour: '19:00', number: /\d{4}-\d{4}/, change: 'Change my answers', changed: 'Send changed answers' },
};

for (const way of [...ways.map((w) => ({ ...w, lang: 'ja' })), ...[true, false].map((script) => ({ width: 320, script, lang: 'en' }))]) {
	const { lang } = way, say = words[lang], more = lang === 'ja' ? '' : '_en', staff = lang !== 'ja';
	test(`every kind of question: ${named(way)}, in ${lang}`, async () => {
		const taro = await eyes.person(host, way);
		taro.lang = lang;
		await taro.go(`/lang/${lang}?next=/surveys`);
		await taro.look(`survey_list${more}`, { staff });
		await taro.press('link', say.title);
		await taro.look(`survey_show${more}`, { staff });
		await taro.press('button', say.start);
		for (const [code, bad, good] of pages()) {
			assert.equal(taro.path, `/surveys/${id}/q/${code}`);
			await taro.look(`survey_${code}${more}`, { staff });
			if (bad !== null) {
				await taro.fill(bad);
				await taro.press('button', say.next);
				await taro.look(`survey_${code}_wrong${more}`, { status: 422, staff });
				if (code === 'q15') await taro.sees(lang === 'ja' ? /受け取れるのは写真/ : /photo|picture/i);
				await taro.page.getByRole('alert').getByRole('link').first().click();
				assert.ok((await taro.focused()).startsWith(code), `${code}: the summary leads to the question`);
			}
			await taro.fill(good);
			await taro.press('button', say.next);
		}
		await taro.look(`survey_check${more}`, { staff });
		await taro.sees('写真をとる', say.day, say.hour, 'やまだ', '公園.png');

		await taro.press('link', say.save);
		await taro.look(`survey_save${more}`, { staff });
		const link = new URL(await taro.page.inputValue('#link')).pathname;
		const phone = await eyes.person(host, way);
		phone.lang = lang;
		await phone.go(`/lang/${lang}?next=${link}`);
		await phone.look(`survey_continue${more}`, { staff });
		await phone.press('button', say.on);
		assert.equal(phone.path, `/surveys/${id}/check`);

		await taro.press('link', say.on);
		await taro.press('link', say.first);
		await taro.fill({ q1: '3' });
		await taro.press('button', say.checked);
		assert.equal(taro.path, `/surveys/${id}/check`);
		await taro.press('button', say.send);
		assert.equal(taro.path, `/surveys/${id}/done`);
		await taro.look(`survey_done${more}`, { staff });
		await taro.sees(say.number);
		await phone.press('button', say.send);
		await phone.sees(say.number);
		await taro.press('button', say.change);
		await taro.look(`survey_change${more}`, { staff });
		await taro.press('button', say.changed);
		await taro.look(`survey_receipt${more}`, { staff });
		await taro.go(`/surveys/${id}`);
		await taro.look(`survey_show_again${more}`, { staff });
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

for (const width of widths) for (const lang of ['ja', 'en']) {
	test(`of two who change one answer the second sees it before it is sent: ${width} px, in ${lang}`, async () => {
		const say = words[lang], made = await survey(town, few(), { columns: { changeable: 'true' } }), [one, two] = [await eyes.person(host, { width, script: true }), await eyes.person(host, { width, script: true })];
		for (const person of [one, two]) {
			person.lang = lang;
			await person.go(`/lang/${lang}?next=/surveys/${made.survey}`);
		}
		await one.press('button', say.start);
		await one.fill({ q1: '1' });
		await one.press('button', say.next);
		await one.press('button', say.send);
		const receipt = new URL(await one.page.locator('a[href*="/receipt/"]').first().getAttribute('href')).pathname;
		for (const [person, q2] of [[one, '涼しい'], [two, '暖かい']]) {
			await person.go(receipt);
			await person.press('button', say.change);
			await person.go(`/surveys/${made.survey}/q/all?check=1`);
			await person.fill({ q2 });
			await person.press('button', say.checked);
		}
		await one.press('button', say.changed);
		await two.press('button', say.changed);
		await two.look(lang === 'ja' ? 'survey_overtaken' : 'survey_overtaken_en', { staff: lang !== 'ja' });
		await two.sees('暖かい');
		await two.press('link', lang === 'ja' ? '先に変更した回答を見る' : 'See the answers that were sent earlier');
		await two.sees('涼しい');
		await two.page.goBack();
		await two.press('button', say.changed);
		await two.sees('暖かい');
	});
}
