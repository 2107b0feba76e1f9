// SPDX-License-Identifier: Apache-2.0
//
// SMS in a real browser: registered with a number, let in by it, another number put in
// its place, and taken away, with which its person leaves; what is typed wrong on the way.  At 320 and 1280 px, with
// script and without.
import { test } from 'node:test';
import { code, number } from '../http/texts.mjs';
import { named, watched, ways } from './eye.mjs';

const { town, eyes } = await watched();

for (const way of ways)
	test(`by SMS: ${named(way)}`, async () => {
		const taro = await eyes.person('minato.localhost', way), phone = number(), next = number();

		await taro.go('/subscribe/email');
		await taro.look('phone_subscribe_email');
		await taro.press('link', /携帯電話のSMSで/);
		await taro.look('phone_subscribe');
		await taro.fill({ phone: '03-1234-5678' });
		await taro.press('button', '次へ進む');
		await taro.look('phone_subscribe_wrong', { status: 422 });
		await taro.fill({ phone });
		await taro.press('button', '次へ進む');
		await taro.tick(/東浜/);
		await taro.press('button', '次へ進む');
		await taro.tick(/ごみ・環境/);
		await taro.press('button', '次へ進む');
		await taro.fill({ language: 'ja' });
		await taro.press('button', '次へ進む');
		await taro.look('phone_check');
		await taro.sees(phone, '東浜');
		await taro.tick(/同意します/);
		await taro.press('button', '登録する');
		await taro.look('phone_code');
		await taro.sees(`090-****-${phone.slice(-4)}`);
		await taro.fill({ code: '12' });
		await taro.press('button', '確認する');
		await taro.look('phone_code_short', { status: 422 });
		const right = await code(town, phone);
		await taro.fill({ code: right === '000000' ? '000001' : '000000' });
		await taro.press('button', '確認する');
		await taro.look('phone_code_wrong', { status: 422 });
		await taro.fill({ code: right });
		await taro.press('button', '確認する');
		await taro.look('phone_done');
		await taro.press('link', 'マイページを開く');
		await taro.look('phone_my');
		await taro.sees(phone);
		await taro.press('button', 'マイページを閉じる');

		await taro.go('/my/link');
		await taro.look('phone_link');
		await taro.press('link', /SMSで開け/);
		await taro.look('phone_open');
		await taro.fill({ phone });
		await taro.press('button', '数字を送る');
		await taro.fill({ code: await code(town, phone, 2) });
		await taro.press('button', '確認する');
		await taro.sees('マイページ', phone);

		await taro.go('/my/phone');
		await taro.look('phone_add');
		await taro.fill({ phone: next });
		await taro.press('button', '数字を送る');
		await taro.fill({ code: await code(town, next) });
		await taro.press('button', '確認する');
		await taro.look('phone_added');
		await taro.sees('登録しました', next);
		await taro.press('link', 'SMSでの受け取りをやめる');
		await taro.look('phone_remove');
		await taro.sees('先にマイページでほかの受け取り方を');
		await taro.press('button', '番号を消して退会する');
		await taro.look('phone_left');
		await taro.sees('退会しました');
	});
