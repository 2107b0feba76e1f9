// SPDX-License-Identifier: Apache-2.0
//
// An event in other languages before a screen: a clerk writes them beside the Japanese texts; somebody
// who reads English, and somebody who reads やさしい日本語, find it, sign up, hold their ticket
// and read why it does not take place.  At 320 and 1280 px, with script and without.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeEvent, question } from '../harness/event.mjs';
import { up } from '../harness/up.mjs';
import { named, watched, ways } from './eye.mjs';

const host = 'minato.localhost';
const { town, eyes } = await watched();
const english = { title: 'An evening with the stars', text: 'We look at the stars through telescopes.', target: 'Pupils and their families', fee: 'Free',
	bring: 'A warm jacket', place: 'Observatory', address: '1-1 Minato-machi', contact: 'Observatory, telephone 000-000-0000', quota_1: 'Wheelchair',
	q1_label: 'How will you come?', q1_c_1: 'On foot', q1_c_2: 'By car' };
const easy = { title: 'よる ほしを 見る 会', text: 'おおきな めがねで ほしを 見ます。', quota_1: 'くるまいすの 人' };

for (const way of ways) {
	test(`written, read, signed up for, called off: ${named(way)}`, async () => {
		const made = await makeEvent(town, { quotas: { 車いす: 2 }, questions: [question('q1', 'single', '来る方法',
			{ choices: ['歩き', '車'].map((ja, i) => ({ code: String(i + 1), texts: { ja } })) })] });
		const path = `/desk/events/${made.event}`, clerk = await eyes.staff('suzuki', way);
		for (const [tag, texts] of [['en', english], ['ja-easy', easy]]) {
			await clerk.go(`${path}/languages/${tag}`);
			await clerk.sees('枠の名前', '車いす');
			await clerk.look(`desk_event_language_${tag}`, { staff: true });
			await clerk.fill(texts);
			await clerk.press('button', '保存する');
			await clerk.look('desk_event_languages_written', { staff: true });
		}

		const reader = await eyes.person(host, way);
		await reader.go(`/lang/en?next=/events/${made.event}`);
		reader.lang = 'en';
		await reader.sees(...['title', 'text', 'target', 'fee', 'bring', 'place'].map((k) => english[k]));
		await reader.look('event_in_english');
		await reader.press('link', 'Sign up');
		await reader.fill({ people: '2' });
		await reader.look('apply_start_in_english');
		await reader.press('button', 'Continue');
		await reader.fill({ name: 'Anna Smith' });
		await reader.tick('Wheelchair');
		await reader.look('apply_person_in_english');
		await reader.press('button', 'Continue');
		await reader.fill({ name: 'アンナの 友だち' });
		await reader.press('button', 'Continue');
		await reader.fill({ email: `anna-${way.width}-${way.script}@example.jp` });
		await reader.press('button', 'Continue');
		await reader.press('button', 'Continue');
		await reader.sees('How will you come?: ');
		await reader.look('apply_questions_in_english', { status: 422 });
		await reader.fill({ q1: '1' });
		await reader.press('button', 'Continue');
		await reader.sees('Wheelchair', 'On foot', 'アンナの 友だち');
		await reader.look('apply_check_in_english');
		await reader.press('button', 'Apply');
		await reader.sees('Observatory', 'Wheelchair', 'On foot');
		await reader.look('ticket_in_english');
		const ticket = reader.path;

		// やさしい日本語 by its own link, which goes along to the form.
		const child = await eyes.person(host, way);
		await child.go(`/events/${made.event}`);
		await child.press('link', 'やさしい日本語');
		await child.sees(easy.title, easy.text, '天文台');
		await child.look('event_in_easy_japanese');
		await child.press('link', '申し込む');
		await child.sees(easy.title);
		await child.fill({ people: '1' });
		await child.press('button', '次へ進む');
		await child.sees('くるまいすの 人');
		await child.look('apply_person_in_easy_japanese');

		await clerk.go(`${path}/off`);
		await clerk.sees('中止の理由：英語', '中止の理由：やさしい日本語');
		await clerk.look('desk_event_off_languages', { staff: true });
		await clerk.press('button', '中止にして知らせる');
		await clerk.look('desk_event_off_languages_wrong', { status: 422, staff: true });
		await clerk.fill({ why: '台風のため', why_en: 'Because of the typhoon', 'why_ja-easy': 'たいふうが 来るからです' });
		await clerk.press('button', '中止にして知らせる');
		await clerk.look('desk_event_called_off', { staff: true });
		await reader.go(ticket);
		await reader.sees('Because of the typhoon');
		await reader.look('ticket_called_off_in_english');
		await reader.go(`/events/${made.event}`);
		await reader.sees('Because of the typhoon');
		await reader.look('event_called_off_in_english');
		await child.go(`/events/${made.event}?language=ja-easy`);
		await child.sees('たいふうが 来るからです');
		assert.equal(await town.sql(`SELECT texts #>> '{en,call_off}' FROM event WHERE id = ${made.event}`), 'Because of the typhoon');
	});
}
