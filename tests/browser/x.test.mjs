// SPDX-License-Identifier: Apache-2.0
//
// A post on X by those who make it, in a real browser, and what X has of it: an emergency with
// its picture, an answer of X that was lost, a correction as a reply and one in the place of the
// first, and the end of what a month allows.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { X } from '../gateways/x.mjs';
import { certificate } from '../gateways/tls.mjs';
import { desk, inside, written } from '../harness/desk.mjs';
import { load } from '../harness/gateways.mjs';
import { eventually, up } from '../harness/up.mjs';
import { named, openEyes, widths } from './eye.mjs';

const host = 'minato.localhost';
let town, eyes, x, vital;
before(async () => {
	x = await new X().start();
	town = await up({ conf: { gateway_ca_file: certificate().caFile, gateway_private: 'yes' } });
	await inside(town, `DELETE FROM gateway WHERE channel = 'x' AND tenant_id = current_tenant()`);
	eyes = await openEyes(town);
	vital = await last('SELECT min(id) FROM topic WHERE vital AND tenant_id = current_tenant()');
});
after(async () => {
	await eyes?.close();
	await town?.stop();
	await x?.close();
});

const last = async (sql) => (await inside(town, sql)).split('\n').pop();
const post = (id) => last(`SELECT state || ' ' || coalesce(reason, '-') FROM post WHERE message_id = ${id}`);
const there = (subject) => x.posts.filter((p) => p.text.includes(subject));
const account = (posts_per_month) => {
	const { channel, kind, url, settings, secrets } = x.account({ readback_s: 1, yen_post: '3', yen_post_link: '31', posts_per_month });
	return load(town, [{ host, channel, kind, url, settings, secrets }]);
};

// Written by one, with X chosen on the page; signed by another.
async function sent(sato, suzuki, id, name) {
	await sato.go(`/desk/messages/${id}/channels`);
	await sato.fill({ by_x: true });
	if (name) await sato.look(`${name}_channels`);
	await sato.press('button', '保存して次へ');
	await sato.go(`/desk/messages/${id}/submit`);
	if (name) await sato.look(`${name}_submit`);
	await sato.press('button', '承認を依頼する');
	await suzuki.go(`/desk/messages/${id}/approve`);
	if (name) await suzuki.look(`${name}_approve`);
	await suzuki.fill({ confirm: true });
	await suzuki.press('button', /^承認して/);
}

// The draft of a correction; what becomes of the first post.
async function corrected(sato, id, first_post) {
	await sato.go(`/desk/messages/${id}/correct`);
	await sato.look(`x_correct_${first_post}`);
	await sato.fill({ first_post });
	await sato.press('button', '訂正の下書きを作る');
	const draft = Number(/(\d+)$/.exec(sato.path)[1]);
	await inside(town, `UPDATE message SET scheduled = true, valid_until = now() + interval '1 day', publish_until = now() + interval '2 days' WHERE id = ${draft}`);
	return draft;
}

for (const width of widths)
	test(`an emergency on X, corrected twice, and the end of the month: ${named({ width, script: true })}`, { timeout: 300000 }, async () => {
		x.reset();
		await account(4);
		await inside(town, `DELETE FROM post; UPDATE gateway_health SET quota = NULL, used = NULL WHERE tenant_id = current_tenant()`);
		const person = async (login) => eyes.person(host, { width, cookies: Object.fromEntries((await desk(town, login)).cookies) });
		const [sato, suzuki, admin] = [await person('sato'), await person('suzuki'), await person('admin')];
		const subject = `高台へ避難してください${width}`;

		// X took it and its answer was lost: the courier looks, and finds the very one.
		x.script([{ path: '/2/tweets', method: 'POST', accept: true, status: 500, times: 1 }]);
		const id = await written(town, 'sato', { subject: `'${subject}'`, topics: `'{${vital}}'`, by_email: 'true' });
		await sent(sato, suzuki, id, 'x');
		await eventually('it is posted', async () => await post(id) === 'accepted sent', 60);
		const [first] = there(subject);
		assert.equal(there(subject).length, 1, 'once');
		assert.equal(await last(`SELECT provider_id FROM post WHERE message_id = ${id}`), first.id, 'by the id that X gave it');
		assert.equal(first.pictures.length, 1);
		assert.match(first.pictures[0].alt, new RegExp(subject), 'the picture says what it shows');
		await suzuki.go(`/desk/messages/${id}/status`);
		await suzuki.look('x_status');
		await suzuki.sees('投稿しました');

		// Corrected: as a reply, then by a new one in the place of that.
		const reply = await corrected(sato, id, 'reply');
		await sent(sato, suzuki, reply);
		await eventually('the reply is posted', async () => /^accepted/.test(await post(reply)), 60);
		assert.deepEqual(there(subject).map((p) => p.reply ?? '-'), ['-', first.id], 'a reply to the first');
		assert.match(there(subject)[1].text, /^【訂正】/);
		const instead = await corrected(sato, id, 'delete');
		await sent(sato, suzuki, instead);
		await eventually('the first is gone', async () => /^accepted/.test(await post(instead)) && /^deleted/.test(await post(id)), 60);
		assert.ok(!there(subject).some((p) => p.id === first.id));
		await suzuki.go(`/desk/messages/${id}/status`);
		await suzuki.look('x_status_corrected');
		await suzuki.sees('投稿を消しました', 'このお知らせの訂正');

		// What the month allows, and when it is used up.
		await admin.go('/desk/settings/channels/x');
		await admin.look('x_quota');
		await admin.sees('今月の残り 1（上限 4）');
		const fourth = await written(town, 'sato', { subject: `'図書館の休み${width}'` }), fifth = await written(town, 'sato', { subject: `'プールの休み${width}'` });
		await sent(sato, suzuki, fourth);
		await eventually('the fourth is posted', async () => /^accepted/.test(await post(fourth)), 60);
		await sent(sato, suzuki, fifth);
		await eventually('the fifth is not', async () => await post(fifth) === 'held quota_spent' && await last(`SELECT state FROM message WHERE id = ${fifth}`) === 'sent', 60);
		assert.equal(there(`プールの休み${width}`).length, 0);
		await suzuki.go(`/desk/messages/${fifth}/status`);
		await suzuki.look('x_status_spent');
		await admin.go('/desk/settings/channels');
		await admin.look('x_spent_list');
		await admin.sees('今月の残り 0（上限 4）', '今月送れる数を使い切りました');
		const again = await written(town, 'sato', { subject: `'津波です${width}'`, topics: `'{${vital}}'` });
		await sent(sato, suzuki, again);
		await eventually('what saves lives goes all the same', async () => /^accepted/.test(await post(again)), 60);
		assert.equal(there(`津波です${width}`).length, 1);
		for (const p of [sato, suzuki, admin]) await p.context.close();
	});
