// SPDX-License-Identifier: Apache-2.0
//
// A citizen's whole way, in a real browser: from the first page to the
// confirmed registration, to a message, through マイページ and out again; what
// is typed wrong on the way; the same in English, and by keyboard alone.  At
// 320 and 1280 px, with script and without.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { linkIn, mailWith, somebody } from '../http/citizen.mjs';
import { publish } from '../harness/publish.mjs';
import { eventually } from '../harness/up.mjs';
import { named, watched, ways, widths } from './eye.mjs';

let postcode;
const host = 'minato.localhost';
const person = (way) => eyes.person(host, way);
const long = 'あ'.repeat(10000);
// One word as long as a message's subject may be, and where nothing can break it.
const endless = `水${'W'.repeat(40)}${'長'.repeat(59)}`;

const { town, eyes } = await watched();
before(async () => {
	postcode = await town.sql(`SELECT min(postcode) FROM district_postcode p JOIN district d ON d.id = p.district_id WHERE d.name = '中央'`);
	await publish(town, { subject: endless, html: `<h2>${endless}</h2><p>${endless}</p><p><a href="https://example.jp/${'a'.repeat(300)}">https://example.jp/${'a'.repeat(300)}</a></p>` });
});

for (const way of ways) {
	test(`subscribe, read, change, stop: ${named(way)}`, async () => {
		const hanako = await person(way), email = somebody();

		await hanako.go('/');
		await hanako.look('home');
		await hanako.press('link', 'お知らせを受け取る');
		await hanako.look('subscribe');
		await hanako.press('link', '登録をはじめる');
		await hanako.look('subscribe_email');
		await hanako.press('button', '次へ進む');
		await hanako.look('subscribe_email_empty', { status: 422 });
		await hanako.fill({ email: `${long}@example.jp` });
		await hanako.press('button', '次へ進む');
		await hanako.look('subscribe_email_long', { status: 422 });
		await hanako.fill({ email: '花子＠' });
		await hanako.press('button', '次へ進む');
		await hanako.look('subscribe_email_wrong', { status: 422 });
		assert.equal(await hanako.page.inputValue('[name=email]'), '花子@');
		await hanako.page.getByRole('alert').getByRole('link').click();
		assert.equal(await hanako.focused(), 'email');
		await hanako.fill({ email });
		await hanako.press('button', '次へ進む');

		await hanako.look('subscribe_district');
		await hanako.press('button', '次へ進む');
		await hanako.look('subscribe_district_empty', { status: 422 });
		await hanako.fill({ postcode: '12' });
		await hanako.press('button', 'この郵便番号の地区をさがす');
		await hanako.look('subscribe_district_wrong', { status: 422 });
		await hanako.fill({ postcode: `〒${postcode.slice(0, 3)}－${postcode.slice(3)}` });
		await hanako.press('button', 'この郵便番号の地区をさがす');
		await hanako.look('subscribe_district_found');
		assert.ok(await hanako.page.getByRole('checkbox', { name: /中央/ }).isChecked());
		await hanako.tick(/東浜/);
		await hanako.press('button', '次へ進む');

		await hanako.look('subscribe_topics');
		await hanako.press('button', '次へ進む');
		await hanako.look('subscribe_topics_empty', { status: 422 });
		await hanako.tick(/ごみ・環境/);
		await hanako.press('button', '次へ進む');

		await hanako.look('subscribe_language');
		await hanako.fill({ language: 'ja' });
		await hanako.press('button', '次へ進む');

		await hanako.look('subscribe_check');
		await hanako.sees(email, '中央', '東浜', 'ごみ・環境', '日本語');
		await hanako.press('button', '登録する');
		await hanako.look('subscribe_check_empty', { status: 422 });
		await hanako.press('link', /変更.*知りたいこと|知りたいこと.*変更/);
		await hanako.tick(/健康・福祉/);
		await hanako.press('button', '次へ進む');
		assert.equal(hanako.path, '/subscribe/check', 'a change leads straight back');
		await hanako.tick(/同意します/);
		// Twice, as impatient fingers do.
		await hanako.page.getByRole('button', { name: '登録する', exact: true }).dblclick();
		await eventually('the page to check the mail', () => hanako.path === '/subscribe/verify');
		await hanako.go('/subscribe/verify');
		await hanako.look('subscribe_verify');

		const link = linkIn(await mailWith(town, email, '/confirm/'), 'confirm');
		await hanako.go(link);
		await hanako.look('subscribe_confirm');
		await hanako.press('button', '登録を確定する');
		await hanako.look('subscribe_done');
		await hanako.sees('登録しました', '中央', '健康・福祉');
		await hanako.go(link);
		await hanako.look('subscribe_used', { status: 410 });
		await hanako.sees('もう使われています');

		await hanako.go('/messages');
		await hanako.look('messages');
		await hanako.press('link', '津波避難訓練を行います（12月6日）');
		await hanako.look('message');
		await hanako.sees('お近くの津波避難ビル', '危機管理課');

		// On another day, by a link in a mail.
		const later = await person(way);
		await later.go('/my');
		assert.equal(later.path, '/my/link');
		await later.look('my_link');
		await later.press('button', 'リンクをメールで送る');
		await later.look('my_link_empty', { status: 422 });
		await later.fill({ email });
		await later.press('button', 'リンクをメールで送る');
		await later.look('my_sent');
		const door = linkIn(await mailWith(town, email, '/my/open/'), 'my/open');
		await later.go(door);
		await later.look('my_open');
		await later.press('button', 'マイページを開く');
		await later.look('my');
		await later.sees(email, '東浜', 'ごみ・環境');
		await later.press('link', /変更.*地区|地区.*変更/);
		await later.look('my_districts');
		for (const box of await later.page.getByRole('checkbox').all()) await box.uncheck();
		await later.press('button', 'この内容に変える');
		await later.look('my_districts_empty', { status: 422 });
		await later.tick(/港/);
		await later.press('button', 'この内容に変える');
		await later.look('my_changed');
		await later.press('link', /変更.*知りたいこと|知りたいこと.*変更/);
		await later.look('my_topics');
		await later.press('button', '命を守る情報だけ受け取る');
		await later.sees('命を守る情報だけ');
		await later.press('link', /変更.*ことば|ことば.*変更/);
		await later.look('my_language');
		await later.press('button', 'この内容に変える');
		await later.press('link', '受け取りを休む');
		await later.look('my_pause');
		await later.press('button', 'お知らせを休む');
		await later.look('my_paused');
		await later.press('button', 'また受け取る');
		await later.look('my_resumed');
		await later.go(door);
		await later.look('my_open_used', { status: 410 });

		// Out by the link at the foot of a mail: no sign-in, one press.
		const stop = linkIn(await mailWith(town, email, '/unsubscribe/'), 'unsubscribe');
		const quiet = await person(way);
		await quiet.go(stop);
		await quiet.look('unsubscribe');
		await quiet.press('button', /やめる/);
		if (await quiet.page.locator('#errors').count()) {
			await quiet.look('unsubscribe_empty', { status: 422 });
			await quiet.page.getByRole('radio', { name: /すべて/ }).check();
			await quiet.press('button', /やめる/);
		}
		await quiet.look('unsubscribed');
		await later.go('/my');
		await later.look('my_stopped');
		await later.press('link', /退会する/);
		await later.look('my_leave');
		await later.press('button', '退会する');
		await later.look('my_left');
		await quiet.go(stop);
		await quiet.look('unsubscribe_gone');
		for (const p of [hanako, later, quiet]) await p.context.close();
	});
}

for (const width of widths) {
	test(`what else citizens read, ${width} px`, async () => {
		const taro = await person({ width });
		for (const path of ['/help', '/privacy']) {
			await taro.go(path);
			await taro.look(path.slice(1));
		}
		await taro.go('/messages');
		await taro.press('link', endless);
		await taro.look('message_endless');
		await taro.go('/messages?topic=999999');
		await taro.look('messages_unknown', { status: taro.answer.status() });
		const empty = await town.sql(`SET session_replication_role = replica; INSERT INTO topic (tenant_id, name) SELECT id, '何もない分野 ${width}' FROM tenant WHERE name = 'みなと市' RETURNING id`);
		await taro.go(`/messages?topic=${empty}`);
		await taro.look('messages_none');
		const gone = await publish(town, { subject: '終わったお知らせ', age: '40 days', ends: '-1 day' });
		await taro.go(`/messages/${gone}`);
		await taro.look('message_gone', { status: 410 });
		await taro.go('/messages/999999999');
		await taro.look('not_found', { status: 404 });
		await taro.go('/subscribe/confirm/nonsense');
		await taro.look('link_dead', { status: 410 });
		await taro.context.close();
	});

	test(`in English, ${width} px`, async () => {
		const mary = await person({ width }), email = somebody('mary');
		await mary.go('/lang/en?next=/');
		mary.lang = 'en';
		await mary.look('en_home');
		await mary.press('link', 'Receive messages');
		await mary.look('en_subscribe');
		await mary.go('/subscribe/email');
		await mary.press('button', 'Continue');
		await mary.look('en_subscribe_email_empty', { status: 422 });
		await mary.fill({ email });
		await mary.press('button', 'Continue');
		await mary.look('en_subscribe_district');
		await mary.page.getByRole('checkbox').first().check();
		await mary.press('button', 'Continue');
		await mary.look('en_subscribe_topics');
		await mary.page.getByRole('checkbox').nth(1).check();
		await mary.press('button', 'Continue');
		await mary.look('en_subscribe_language');
		await mary.fill({ language: 'en' });
		await mary.press('button', 'Continue');
		await mary.look('en_subscribe_check');
		await mary.fill({ consent: true });
		await mary.press('button', 'Register');
		await mary.look('en_subscribe_verify');
		await mary.go(linkIn(await mailWith(town, email, '/confirm/'), 'confirm'));
		await mary.look('en_subscribe_confirm');
		await mary.arrive(() => mary.page.locator('main button').click());
		await mary.look('en_subscribe_done');
		for (const path of ['/my', '/my/pause', '/my/leave', '/messages', '/help', '/privacy', '/my/link']) {
			await mary.go(path);
			await mary.look(`en${path.replaceAll('/', '_')}`, { staff: path === '/privacy' });
		}
		await mary.context.close();
	});
}

test('subscribe by keyboard alone', async () => {
	const keys = await person({ width: 1280 }), email = somebody('keys');
	await keys.go('/subscribe/email');
	await keys.key('Tab');
	await keys.key('Enter');
	assert.equal(await keys.focused(), 'main', 'the first key leads past the frame');
	await keys.tabTo(/^メールアドレス/);
	await keys.enter();
	assert.equal(await keys.focused(), 'errors');
	await keys.tabTo(/入力してください/);
	await keys.key('Enter');
	assert.equal(await keys.focused(), 'email');
	await keys.type(email);
	await keys.tabTo('次へ進む');
	await keys.enter();
	await keys.tabTo(/^郵便番号/);
	await keys.type(postcode);
	await keys.enter();
	await keys.tabTo(/^港/);
	await keys.key('Space');
	await keys.tabTo('次へ進む');
	await keys.enter();
	await keys.tabTo(/^ごみ・環境/);
	await keys.key('Space');
	await keys.tabTo('次へ進む');
	await keys.enter();
	await keys.tabTo(/日本語/);
	await keys.tabTo('次へ進む');
	await keys.enter();
	assert.equal(keys.path, '/subscribe/check');
	await keys.sees('中央', '港', 'ごみ・環境');
	await keys.tabTo(/同意します/);
	await keys.key('Space');
	await keys.tabTo('登録する');
	await keys.enter();
	assert.equal(keys.path, '/subscribe/verify');
	await keys.go(linkIn(await mailWith(town, email, '/confirm/'), 'confirm'));
	await keys.tabTo('登録を確定する');
	await keys.enter();
	await keys.sees('登録しました');
	await keys.context.close();
});
