// SPDX-License-Identifier: Apache-2.0
//
// A mail address in マイページ, in a real browser: a phone-only person adds one, puts another
// in its place, and makes two entries one; what is typed wrong on the way.  At 320 and
// 1280 px, with script and without, and once in English.
import { test } from 'node:test';
import { mailsTo, somebody, subscribe } from '../http/citizen.mjs';
import { code as smsCode, number } from '../http/texts.mjs';
import { eventually } from '../harness/up.mjs';
import { named, watched, ways } from './eye.mjs';

const { town, eyes } = await watched();

const code = (email) => eventually(`a code to ${email}`, async () =>
	(await mailsTo(town, email)).map((m) => m.text.match(/(?:確認番号|Confirmation number): (\d{6})/)?.[1]).find(Boolean));

async function registerByPhone(who, phone) {
	await who.go('/subscribe/phone');
	await who.fill({ phone });
	await who.press('button', '次へ進む');
	await who.tick(/東浜/);
	await who.press('button', '次へ進む');
	await who.tick(/ごみ・環境/);
	await who.press('button', '次へ進む');
	await who.fill({ language: 'ja' });
	await who.press('button', '次へ進む');
	await who.tick(/同意します/);
	await who.press('button', '登録する');
	await who.fill({ code: await smsCode(town, phone) });
	await who.press('button', '確認する');
}

for (const way of ways)
	test(`a mail address: ${named(way)}`, async () => {
		const taro = await eyes.person('minato.localhost', way), phone = number(), first = somebody(), twice = somebody('a-very-long-name-of-a-person');
		const district = Number(await town.sql(`SELECT max(d.id) FROM district d JOIN tenant_host h USING (tenant_id) WHERE h.host = 'minato.localhost'`));
		await subscribe(town, town.client('minato.localhost'), twice, { district: [district] });
		await registerByPhone(taro, phone);
		await taro.go('/my');
		await taro.look('email_my_none');
		await taro.page.locator('a[href="/my/email"]').click();
		await taro.page.waitForURL(/\/my\/email$/);
		await taro.look('email_add');
		await taro.fill({ email: 'taro@' });
		await taro.press('button', '数字を送る');
		await taro.look('email_wrong', { status: 422 });
		await taro.fill({ email: first });
		await taro.press('button', '数字を送る');
		await taro.look('email_code');
		await taro.fill({ code: '12' });
		await taro.press('button', '確認する');
		await taro.look('email_code_short', { status: 422 });
		const right = await code(first);
		await taro.fill({ code: right === '000000' ? '000001' : '000000' });
		await taro.press('button', '確認する');
		await taro.look('email_code_wrong', { status: 422 });
		await taro.fill({ code: right });
		await taro.press('button', '確認する');
		await taro.look('email_added');
		await taro.sees('メールアドレスを登録しました', first, phone);

		await taro.go('/my/email');
		await taro.look('email_change');
		await taro.sees('メールアドレスを変える', first);
		await taro.fill({ email: first });
		await taro.press('button', '数字を送る');
		await taro.look('email_same', { status: 422 });
		await taro.fill({ email: twice });
		await taro.press('button', '数字を送る');
		await taro.fill({ code: await code(twice) });
		await taro.press('button', '確認する');
		await taro.look('email_merge');
		await taro.sees('2つの登録を1つにまとめます', twice, 'いま開いているマイページ', '東浜');
		await taro.fill({ keep: 'both' });
		await taro.press('button', '1つにまとめる');
		await taro.look('email_merged');
		await taro.sees('1つにまとめました', twice);
	});

test('in English', async () => {
	const john = await eyes.person('minato.localhost', { width: 320, script: true }), phone = number(), twice = somebody();
	await subscribe(town, town.client('minato.localhost'), twice, { district: [1] });
	await registerByPhone(john, phone);
	await john.go('/lang/en');
	john.lang = 'en';
	await john.go('/my/email');
	await john.look('email_en_add');
	await john.fill({ email: twice });
	await john.press('button', 'Send the digits');
	await john.look('email_en_code');
	await john.fill({ code: await code(twice) });
	await john.press('button', 'Confirm');
	await john.look('email_en_merge');
	await john.press('button', 'Make them one');
	await john.look('email_en_merged');
	await john.sees('Your two registrations are one now');
});
