// SPDX-License-Identifier: Apache-2.0
//
// What somebody hears who answers a survey, registers or takes part in an event: each page as
// tests/browser/spoken/{ja,en}/ has it (spoken.mjs), a question of every kind among them, with what is
// said when something is wrong.
//
//	CHROMO_WRITE=1 ./dev test browser/spoken	writes them anew: then read them
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { makeEvent } from '../harness/event.mjs';
import { png } from '../harness/picture.mjs';
import { every_kind, few, question, survey } from '../http/survey.mjs';
import { watched } from './eye.mjs';
import { spoken } from './spoken.mjs';

let id, short, event, postcode;
const host = 'minato.localhost', fixture = (lang, part) => new URL(`spoken/${lang}/${part}.txt`, import.meta.url);
const { town, eyes } = await watched({ conf: { map_tiles: '/static/icon-192.png?{z}-{x}-{y}', map_credit: '地図 試験' } });
before(async () => {
	const all = every_kind(), ends = { low: { texts: { ja: 'すすめない', en: 'not at all' } }, high: { texts: { ja: 'すすめる', en: 'gladly' } } };
	all.questions.push(question('q16', 'scale', '知り合いにすすめますか', { settings: { points: 11, ...ends }, required: false }));
	const columns = { closes: "'2099-03-31 17:00+09'" };
	({ survey: id } = await survey(town, all, { columns: { ...columns, changeable: 'true' } }));
	({ survey: short } = await survey(town, few(), { title: '季節についてのアンケート', columns }));
	({ event } = await makeEvent(town, { capacity: 2, dates: 2 }));
	postcode = await town.sql(`SELECT min(postcode) FROM district_postcode WHERE tenant_id = (SELECT tenant_id FROM tenant_host WHERE host = '${host}')`);
});

// Wrong first, where it is wrong, and then right.
const right = () => ({ q1: { q1: '1' }, q2: { q2_1: true }, q3: { q3: '4' }, q5: { q5_r1: '1', q5_r2: '2' }, q6: { q6: '3' }, q9: { q9_postcode: postcode },
	q14: { q14: true }, q15: { q15_file: { name: '公園.png', mimeType: 'image/png', buffer: png(40, 30) } } });
const wrong = { q2: {}, q3: {}, q4: { q4_1: '1', q4_2: '1' }, q5: { q5_r1: '1' }, q6: { q6: '三' }, q7: { q7_year: '令和8', q7_month: '2', q7_day: '30' }, q9: { q9_postcode: '12' }, q14: {} };
// What is another each time.  Late in the evening an event ends on the next day.
const days = { ja: '令和\\d+年\\d+月\\d+日（.）', en: '\\w+day, \\d+ \\w+ \\d{4}(, )?' };
const moments = new RegExp(`${days.ja}(\\d+時\\d+分)?(から(${days.ja})?\\d+時\\d+分)?|${days.en}(\\d+:\\d+)?( to (${days.en})?\\d+:\\d+)?`, 'g');
const steady = (text) => text.replace(/\d{4}-\d{4}\b/g, '0000-0000').replace(/https:\/\/\S+/g, 'https://…').replace(moments, '…')
	.replace(/[〒\d]{3}-\d{4}/g, '000-0000');

for (const [lang, say] of Object.entries({ ja: { start: '回答を始める', next: '次へ進む', on: '次へ進む', send: '回答を送る' }, en: { start: 'Start', next: 'Next', on: 'Continue', send: 'Send answers' } })) {
	test(`what is heard, in ${lang}`, { timeout: 240000 }, async () => {
		const who = await eyes.person(host, { width: 1280 }), heard = {};
		const hear = async (part, name, within = 'main') => (heard[part] ??= []).push(`## ${name}\n${steady(await spoken(who, within))}\n`);
		await who.go(`/lang/${lang}?next=/surveys/${id}`);
		await hear('questions', 'a survey', 'body');
		await who.press('button', say.start);
		for (let code; (code = /\/q\/(\w+)$/.exec(who.path)?.[1]);) {
			await hear('questions', code);
			if (wrong[code]) {
				await who.fill(wrong[code]);
				await who.press('button', say.next);
				await hear('questions', `${code}, wrong`);
			}
			if (code === 'q4') await who.fill({ q4_2: '2' });
			else if (code === 'q7') await who.fill({ q7_day: '28' });
			else await who.fill(right()[code] ?? {});
			await who.press('button', say.next);
		}
		await hear('answers', 'what was answered');
		await who.press('button', say.send);
		await hear('answers', 'a receipt');

		await who.go(`/surveys/${short}`);
		await who.press('button', say.start);
		await hear('one_page', 'all on one page');
		await who.press('button', say.next);
		await hear('one_page', 'all on one page, wrong');
		await who.go('/subscribe');
		await hear('registration', 'registration');
		await who.go('/subscribe/email');
		await who.press('button', say.on);
		await hear('registration', 'registration: an address, wrong');
		await who.go(`/events/${event}/apply`);
		await hear('event', 'an event');
		await who.press('button', say.on);
		await hear('event', 'an event, wrong');

		for (const [part, pages] of Object.entries(heard)) {
			const text = pages.join('\n');
			if (process.env.CHROMO_WRITE) writeFileSync(fixture(lang, part), text);
			// Whatever it says: nothing to press or to fill in without a name, and nothing wrong that does not say so.
			assert.doesNotMatch(text, /^\s*(link|button|textbox|number|choice|radio|checkbox|image|table|summary):\s*($|[(—=])/m);
			for (const page of pages) if (/^## .*, wrong\n/.test(page)) assert.match(page, /alert: [\s\S]*— (エラー：|Error:)/);
			assert.equal(text, readFileSync(fixture(lang, part), 'utf8'));
		}
	});
}

test('results at the desk: each table and each picture has a name, each cell its row', async () => {
	const staff = await eyes.staff('sato', { width: 1280 });
	await staff.go('/desk/surveys/1/results');
	const lines = (await spoken(staff, 'main')).split('\n');
	const of = (kind) => lines.filter((l) => l.trim().startsWith(`${kind}:`));
	assert.ok(of('table').length > 1 && of('row head').length > 10, `${of('table').length} tables, ${of('row head').length} rows`);
	assert.deepEqual(lines.filter((l) => /^\s*(table|image|row head|column|link|button|summary):\s*($|[(—=])/.test(l)), []);
	for (const [i, line] of lines.entries()) if (/^\s*row:/.test(line)) assert.match(lines[i + 1], /row head|column/, lines.slice(i, i + 3).join('\n'));
});
