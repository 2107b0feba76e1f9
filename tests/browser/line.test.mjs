// SPDX-License-Identifier: Apache-2.0
//
// A citizen and LINE, in a real browser: registered by it alone, blocked, unlinked and
// linked again, from a button in the chat too, and left by it.  At 320 and 1280 px, with script and
// without, in Japanese and in English.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLine, userId } from '../gateways/line.mjs';
import { inside } from '../harness/desk.mjs';
import { gateways } from '../harness/gateways.mjs';
import { up } from '../harness/up.mjs';
import { named, openEyes, ways, widths } from './eye.mjs';

let town, eyes, line, channel;
const host = 'minato.localhost';

before(async () => {
	line = await startLine();
	channel = line.channel();
	town = await up({ conf: { gateway_ca_file: line.caFile, gateway_private: 'yes' } });
	await gateways(town, line, { [host]: channel });
	eyes = await openEyes(town);
});
after(async () => {
	await eyes?.close();
	await town?.stop();
	await line?.close();
});

// What the person does on the telephone.
const on = (user, event) => channel.event({ source: { type: 'user', userId: user }, ...event });
const say = (user, text) => on(user, { type: 'message', message: { type: 'text', id: '1', text } });
const code = (person) => person.page.locator('[data-code]').innerText();

async function toCode(person) {
	await person.go('/subscribe/email');
	await person.look('line_way');
	await person.press('button', 'LINE で受け取る');
	await person.tick('中央');
	await person.press('button', '次へ進む');
	await person.tick(/ごみ・環境/);
	await person.press('button', '次へ進む');
	await person.fill({ language: 'ja' });
	await person.press('button', '次へ進む');
	await person.look('line_check');
	await person.tick(/同意/);
	await person.press('button', '登録する');
	await person.look('line_code');
}

for (const way of ways) {
	test(`by LINE alone, and with it: ${named(way)}`, async () => {
		const hanako = await eyes.person(host, way), user = userId(named(way));
		await toCode(hanako);
		await hanako.press('button', '送りました');
		await hanako.sees('まだ LINE に届いていません');
		await hanako.look('line_code_waiting');
		await say(user, await code(hanako));
		await hanako.go('/subscribe/code');
		await hanako.look('line_code_arrived');
		await hanako.press('button', '登録を終える');
		await hanako.look('line_done');
		await hanako.go('/my');
		await hanako.look('line_my');
		await hanako.press('link', /LINE で受け取る/);
		await hanako.sees('LINE とつながっています');
		await hanako.look('line_active');

		await on(user, { type: 'unfollow', timestamp: Date.now() + 1000 });
		await hanako.go('/my/line');
		await hanako.sees('ブロックされている');
		await hanako.look('line_blocked');

		// With a device beside it LINE may go; as the last way, its person goes with it.
		await inside(town, `INSERT INTO contact (tenant_id, citizen_id, channel, address, hash, label, state)
			SELECT tenant_id, citizen_id, 'webpush', 'x', sha256(hash), '', 'active' FROM contact WHERE channel = 'line' ORDER BY id DESC LIMIT 1`);
		await hanako.press('link', 'LINE とのつながりをやめる');
		await hanako.look('line_unlink');
		await hanako.press('button', 'つながりをやめる');
		await hanako.look('line_unlinked');
		await hanako.press('link', /LINE で受け取る/);
		await hanako.look('line_none');
		await hanako.press('button', '数字を出す');
		await hanako.look('line_none_code');
		await say(user, await code(hanako));
		await hanako.press('link', 'つながったか確かめる');
		await hanako.sees('LINE とつながっています');
		await inside(town, `DELETE FROM contact WHERE channel = 'webpush' AND address = 'x'`);

		await hanako.go('/my/line/link?linkToken=abc');
		await hanako.look('line_link');
		await hanako.press('button', 'つなぐ');
		await hanako.look('line_link_last');
		await hanako.go('/my/line/unlink');
		await hanako.look('line_unlink_alone');
		await hanako.press('button', 'つながりをやめて退会する');
		await hanako.look('line_left');
		await hanako.sees('退会しました');
	});
}

for (const width of widths) {
	test(`in English, ${width} px`, async () => {
		const person = await eyes.person(host, { width });
		await person.go('/lang/en?next=/subscribe/email');
		person.lang = 'en';
		await person.go('/subscribe/email');
		await person.look('line_way_en');
		await person.go('/subscribe/code');
		await person.look('line_code_en');
		assert.match(await person.said(), /expired/);
	});
}
