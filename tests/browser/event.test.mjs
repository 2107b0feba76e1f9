// SPDX-License-Identifier: Apache-2.0
//
// A family signs up for an event, waits, changes and leaves; a clerk makes an event, has it
// published, enters somebody by telephone, looks who comes and writes to them.  At 320 and
// 1280 px, with script and without.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inside } from '../harness/desk.mjs';
import { makeEvent, question } from '../harness/event.mjs';
import { up } from '../harness/up.mjs';
import { named, watched, ways } from './eye.mjs';

const host = 'minato.localhost';
const { town, eyes } = await watched();
const choices = (...list) => list.map((text, i) => ({ code: String(i + 1), texts: { ja: text } }));
const family = () => makeEvent(town, { capacity: 3, dates: 2, group: 4, quotas: { 車いす: 1 }, each: ['q1'], questions: [
	question('q1', 'date', '生年月日', { settings: { past: true } }),
	question('q2', 'single', '来る方法', { choices: choices('歩き', '自転車', '車') }),
] });

for (const way of ways) {
	test(`a family signs up: ${named(way)}`, async () => {
		const made = await family(), who = await eyes.person(host, way), at = `/events/${made.event}/apply`;
		await who.go(`/events/${made.event}`);
		await who.press('link', '申し込む');
		await who.look('apply_start');
		await who.fill({ people: '9' });
		await who.press('button', '次へ進む');
		await who.look('apply_start_wrong', { status: 422 });
		await who.fill({ slot: String(made.slots[0]), people: '2' });
		await who.press('button', '次へ進む');
		await who.sees('申し込む人', '全2人のうち1人目');
		await who.look('apply_person');
		await who.fill({ name: '髙橋 花子', kana: 'たかはし はなこ', q1_year: '2090', q1_month: '1', q1_day: '1' });
		await who.press('button', '次へ進む');
		await who.look('apply_person_wrong', { status: 422 });
		await who.fill({ q1_year: '1988' });
		await who.tick('車いす');
		await who.press('button', '次へ進む');
		await who.look('apply_person_second');
		await who.fill({ name: '髙橋 ひかる', q1_year: '2019', q1_month: '4', q1_day: '2' });
		await who.press('button', '次へ進む');
		await who.look('apply_contact');
		await who.press('button', '次へ進む');
		await who.look('apply_contact_wrong', { status: 422 });
		await who.fill({ email: `family-${way.width}-${way.script}@example.jp` });
		await who.press('button', '次へ進む');
		await who.look('apply_questions');
		await who.press('button', '次へ進む');
		await who.look('apply_questions_wrong', { status: 422 });
		await who.fill({ q2: '2' });
		await who.press('button', '次へ進む');
		await who.sees('髙橋 花子', '車いす', '髙橋 ひかる', '自転車');
		await who.look('apply_check');
		// Back to one answer and straight here again.
		await who.press('link', /変更.*来る方法/);
		await who.fill({ q2: '3' });
		await who.press('button', '次へ進む');
		assert.equal(who.path, `${at}/check`);
		await who.press('button', '申し込む');
		await who.sees('参加が決まりました', '受付番号', '車');
		await who.look('ticket_confirmed');
		const ticket = who.path;

		const other = await eyes.person(host, way);
		await signUpBy(other, made, way);
		await other.sees('キャンセル待ちです', 'あなたは1番目です');
		await other.look('ticket_waiting');
		await inside(town, `UPDATE event SET offer_hours = 24 WHERE id = ${made.event}`);
		await who.press('link', '申込を取り消す');
		await who.look('ticket_leave');
		await who.press('button', '申込を取り消す');
		await who.look('ticket_cancelled');
		assert.equal(who.path, ticket);
		await other.go(other.path);
		await other.look('ticket_offered');
		await other.press('button', '参加する');
		await other.sees('参加が決まりました');
		await other.press('button', '内容を変更する');
		await other.look('apply_change');
		await other.press('button', '変更をやめる');
		await other.sees('参加が決まりました');

		await who.go('/tickets/nothing');
		await who.look('ticket_dead', { status: 404 });
		await inside(town, `UPDATE event SET opens = now() - interval '3 days', closes = now() - interval '1 day' WHERE id = ${made.event}`);
		await who.go(at);
		await who.look('apply_closed', { status: 410 });
	});

	test(`an event that is full: ${named(way)}`, async () => {
		for (const waiting of [true, false]) {
			const made = await makeEvent(town, { capacity: 2, dates: 2, columns: { waiting } }), who = await eyes.person(host, way);
			await inside(town, `UPDATE event_slot SET taken = capacity WHERE event_id = ${made.event}`);
			await who.go(`/events/${made.event}`);
			await who.sees(waiting ? 'いまは満員です。' : '満員です。申込は受け付けていません。');
			await who.look(waiting ? 'event_full' : 'event_full_no_wait');
			if (!waiting) continue;
			await who.press('link', 'キャンセル待ちに申し込む');
			await who.look('apply_start_full');
		}
	});

	test(`a clerk makes an event and looks who comes: ${named(way)}`, async () => {
		const sato = await eyes.staff('sato', way), suzuki = await eyes.staff('suzuki', way);
		await sato.go('/desk/events');
		await sato.look('desk_events', { staff: true });
		await sato.press('link', 'イベントを作る');
		await sato.look('desk_event_new');
		await sato.fill({ title: `そば打ち教室 ${named(way)}` });
		await sato.press('button', '作り始める');
		await sato.look('desk_event_draft', { staff: true });
		const path = sato.path;
		await sato.press('link', '内容');
		await sato.look('desk_event_content', { staff: true });
		await sato.fill({ text: '' });
		await sato.press('button', '保存する');
		await sato.look('desk_event_content_wrong', { status: 422, staff: true });
		await sato.fill({ text: '粉から打ちます。', contact: '電話 000', fee: '500円' });
		await sato.press('button', '保存する');
		for (const [page, name] of [['place', '場所'], ['rules', '受付方法'], ['around', '前日の案内とお礼'], ['languages', 'ほかの言語'], ['memo', 'メモを書く']]) {
			await sato.go(`${path}/${page}`);
			await sato.look(`desk_event_${page}`, { staff: true });
			if (page === 'place') await sato.fill({ place: '公民館', access: 'エレベーターがあります' });
			if (page === 'rules') await sato.fill({ rule: 'first', group_max: '3' });
			await sato.press('button', '保存する');
			// The page of languages leads on to each of them.
			assert.equal(sato.path, page === 'languages' ? `${path}/languages` : path, name);
		}
		await sato.go(`${path}/dates`);
		const day = (name, hour) => ({ [`${name}_year`]: String(new Date().getFullYear() + 1), [`${name}_month`]: '4', [`${name}_day`]: '3', [`${name}_hour`]: String(hour), [`${name}_minute`]: '0' });
		await sato.look('desk_event_dates_none', { staff: true });
		await sato.fill({ ...day('begins', 10), ...day('ends', 12), capacity: '8', quotas: '車いす 2' });
		await sato.press('button', '日程を加える');
		await sato.look('desk_event_dates', { staff: true });
		await sato.go(`${path}/publish`);
		await sato.look('desk_event_check', { staff: true });
		await suzuki.go(`${path}/publish`);
		await suzuki.tick(/内容を確かめました/);
		await suzuki.press('button', '公開する');
		await suzuki.look('desk_event_open', { staff: true });
		for (const page of ['off', 'end', 'notices']) {
			await suzuki.go(`${path}/${page}`);
			await suzuki.look(`desk_event_${page}`, { staff: true });
		}
		await sato.go(`${path}/applicants`);
		await sato.look('desk_applicants_none', { staff: true });
		await sato.press('link', '代理で申し込む');
		await sato.look('desk_applicant_new', { staff: true });
		await sato.press('button', '入力を始める');
		await sato.look('apply_by_staff');
		await sato.fill({ people: '1' });
		await sato.press('button', '次へ進む');
		await sato.fill({ name: '電話 太郎' });
		await sato.press('button', '次へ進む');
		await sato.look('apply_by_staff_contact');
		await sato.fill({ phone: '03-1234-5678' });
		await sato.press('button', '次へ進む');
		await sato.press('button', '申し込む');
		await sato.sees('申込を受け付けました', '電話 太郎');
		await sato.look('desk_applicants', { staff: true });
		await sato.press('link', '電話 太郎');
		await sato.look('desk_applicant', { staff: true });
		await sato.fill({ memo: '折り返し電話' });
		await sato.press('button', '保存する');
		assert.equal(await sato.page.locator('#memo').inputValue(), '折り返し電話');
		await suzuki.go(`${path}/notices`);
		await suzuki.fill({ subject: '集合場所', body: '北口です。' });
		await suzuki.press('button', '人数を確かめる');
		await suzuki.look('desk_event_notices_counted', { staff: true });
		// Cancelled for somebody who calls: asked first, and the page says what became of it.
		await sato.press('link', 'この申込を取り消す');
		await sato.sees('この申込を取り消しますか', '電話 太郎', 'ご本人には電話などで伝えてください');
		await sato.look('desk_applicant_cancel', { staff: true });
		await sato.press('button', 'この申込を取り消す');
		await sato.sees('申込を取り消しました', '取り消し');
		await sato.look('desk_applicant_cancelled', { staff: true });
		// One date does not take place, and why.
		await suzuki.go(`${path}/dates`);
		await suzuki.press('link', /令和/);
		await suzuki.press('link', 'この日を中止にする');
		await suzuki.look('desk_event_date_off', { staff: true });
		await suzuki.press('button', 'この日を中止にして知らせる');
		await suzuki.look('desk_event_date_off_wrong', { status: 422, staff: true });
		await suzuki.fill({ why: '講師が病気のため。' });
		await suzuki.press('button', 'この日を中止にして知らせる');
		await suzuki.sees('この日を中止にしました', '講師が病気のため。');
		await suzuki.look('desk_event_date_is_off', { staff: true });
		await suzuki.press('link', '中止の理由を書き直す');
		await suzuki.look('desk_event_date_off_again', { staff: true });
		await suzuki.fill({ why: '講師が入院したため。' });
		await suzuki.press('button', '保存する');
		await suzuki.sees('講師が入院したため。');
	});
}

// Another pair, for the first date, which is full then.
async function signUpBy(who, made, way) {
	await who.go(`/events/${made.event}/apply`);
	await who.fill({ slot: String(made.slots[0]), people: '2' });
	await who.press('button', '次へ進む');
	for (const name of ['佐々木 大輔', '佐々木 さくら']) {
		await who.fill({ name, q1_year: '1990', q1_month: '2', q1_day: '3' });
		await who.press('button', '次へ進む');
	}
	await who.fill({ email: `pair-${way.width}-${way.script}@example.jp` });
	await who.press('button', '次へ進む');
	await who.fill({ q2: '1' });
	await who.press('button', '次へ進む');
	await who.sees('キャンセル待ちになります');
	await who.look('apply_check_full');
	await who.press('button', 'キャンセル待ちで申し込む');
}
