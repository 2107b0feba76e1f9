// SPDX-License-Identifier: Apache-2.0
//
// From submission to approval: who may, what is signed, what the second of two
// people is told, and that nothing happens twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, inside, said, written } from '../harness/desk.mjs';
import { readMail } from '../gateways/mime.mjs';
import { eventually, up } from '../harness/up.mjs';

let town, sato, suzuki, takahashi;

before(async () => {
	town = await up();
	sato = await desk(town, 'sato');			// writes
	suzuki = await desk(town, 'suzuki');		// writes and approves
	takahashi = await desk(town, 'takahashi');	// approves
	// All in one department, so that each may be asked.
	await inside(town, `INSERT INTO staff_department (staff_id, department_id)
		SELECT s.id, d.department_id FROM staff s, staff_department d JOIN staff x ON x.id = d.staff_id
		 WHERE x.login = 'sato' AND x.tenant_id = current_tenant() AND d.tenant_id = current_tenant()
		   AND s.tenant_id = current_tenant() AND s.login IN ('suzuki', 'takahashi') ON CONFLICT DO NOTHING`);
});
after(() => town?.stop());

const tomorrow = { send_at: `now() + interval '1 day'`, valid_until: `now() + interval '2 days'` };
const row = (id, columns) => town.sql(`SELECT ${columns} FROM message WHERE id = ${id}`);
const acts = (id) => town.sql(`SELECT string_agg(act, ' ' ORDER BY id) FROM approval WHERE message_id = ${id}`);
const open = (who, id, what) => who.get(`/desk/messages/${id}/${what}`);
const send = (who, page, values, which) => who.submit(page, values, which);

async function submitted(values = tomorrow, who = sato, login = 'sato') {
	const id = await written(town, login, values);
	const answer = await send(who, await open(who, id, 'submit'), { comment: 'お願いします' }, '/submit');
	assert.equal(answer.status, 303, said(answer));
	return id;
}
const approve = (who, page) => send(who, page, { act: 'approve', confirm: '1' }, '/approve');

test('what is not complete, or would reach nobody, is not submitted', async () => {
	const bare = await written(town, 'sato', { subject: `''`, scheduled: 'false', send_at: 'NULL', valid_until: 'NULL' });
	let page = await open(sato, bare, 'submit');
	assert.equal(page.status, 200);
	assert.match(said(page), /まだできていない項目/);
	assert.match(page.text, new RegExp(`href="/desk/messages/${bare}/content"`));
	assert.match(page.text, new RegExp(`href="/desk/messages/${bare}/schedule"`));
	assert.doesNotMatch(page.text, new RegExp(`action="/desk/messages/${bare}/submit"`));

	const nobody = await written(town, 'sato', { audience: `'chosen'` });
	await inside(town, `WITH d AS (INSERT INTO district (name) VALUES ('無人島') RETURNING id)
		UPDATE message SET districts = ARRAY[(SELECT id FROM d)] WHERE false`);
	await inside(town, `UPDATE message SET districts = ARRAY(SELECT id FROM district WHERE name = '無人島' AND tenant_id = current_tenant()) WHERE id = ${nobody}`);
	page = await open(sato, nobody, 'submit');
	assert.match(said(page), /届く人が一人もいません/);
	// By hand, past the missing button.
	const other = await open(sato, await written(town, 'sato'), 'submit');
	const token = other.text.match(/name="token" value="([^"]+)"/)[1];
	page = await sato.post(`/desk/messages/${nobody}/submit`, { token, revision: await row(nobody, 'revision'), recipients: '5', comment: '' });
	assert.equal(page.status, 422);
	assert.equal(await row(nobody, 'state'), 'draft');
});

test('submitted: the approvers hear of it without a name in the mail', async () => {
	const before = town.outbox().length;
	const id = await written(town, 'sato', tomorrow);
	const page = await open(sato, id, 'submit');
	assert.match(said(page), /承認する人/);
	const answer = await send(sato, page, { comment: '至急です' }, '/submit');
	assert.equal(answer.status, 303);
	assert.match((await sato.follow(answer)).text, /承認を依頼しました/);
	assert.equal(await row(id, `state, submitter_id = author_id, length(hash)`), 'pending|t|32');
	assert.equal(await town.sql(`SELECT string_agg(channel || ' ' || language, ',' ORDER BY channel, language)
		FROM message_rendering WHERE message_id = ${id}`), 'email en,email ja,site ja,terms ja');
	await eventually('the mails to two approvers', () => town.outbox().length >= before + 2);
	const mails = town.outbox().map((m) => readMail(Buffer.from(m))).filter((m) => m.text.includes(`/desk/messages/${id}/approve`));
	assert.equal(mails.length, 2);
	for (const mail of mails) {
		assert.match(mail.header('subject'), /【承認の依頼】断水のお知らせ/);
		assert.doesNotMatch(mail.text + mail.header('subject'), /佐藤|鈴木|sato|至急/, 'neither a name nor what they said to each other');
	}
});

test('approved by another person, with the tick, and only once', async () => {
	const id = await submitted();
	let page = await open(takahashi, id, 'approve');
	assert.equal(page.status, 200);
	assert.match(said(page), /人に届くことを確認しました/);
	assert.match(page.text, /午前9時から断水します/);
	let answer = await send(takahashi, page, { act: 'approve' }, '/approve');
	assert.equal(answer.status, 422);
	assert.match(answer.text, /チェックを入れてください/);
	assert.equal(await row(id, 'state'), 'pending');

	const twice = await Promise.all([approve(takahashi, page), approve(takahashi, page)]);
	assert.deepEqual(twice.map((a) => a.status), [303, 303], 'a double press is harmless');
	assert.equal(await acts(id), 'submit approve');
	assert.equal(await row(id, 'state'), 'approved');
	page = await takahashi.follow(twice[0]);
	assert.match(said(page), /配信状況/);
	assert.match(said(page), /送る日時/);
});

test('nobody approves their own', async () => {
	const id = await submitted(tomorrow, suzuki, 'suzuki');
	const page = await open(suzuki, id, 'approve');
	assert.match(said(page), /あなたが作ったお知らせなので、承認できません/);
	assert.doesNotMatch(page.text, /value="approve"/);
	const token = page.text.match(/name="token" value="([^"]+)"/)?.[1]
		?? (await suzuki.get('/desk/people')).text.match(/name="token" value="([^"]+)"/)[1];
	const answer = await suzuki.post(`/desk/messages/${id}/approve`,
		{ token, act: 'approve', confirm: '1', comment: '', hash: await row(id, `encode(hash, 'hex')`),
			recipients: (await open(takahashi, id, 'approve')).text.match(/name="recipients" value="(-?\d+)"/)[1] });
	assert.equal(answer.status, 403);
	assert.equal(await row(id, 'state'), 'pending');

	// Whoever writes only is told so.
	const other = await submitted();
	assert.match(said(await open(sato, other, 'approve')), /承認者の役割|作ったお知らせ/);
});

test('returned with a reason, mended, submitted again with what changed', async () => {
	const id = await submitted();
	let page = await open(suzuki, id, 'approve');
	let answer = await send(suzuki, page, { act: 'return', comment: ' ' }, '/approve');
	assert.equal(answer.status, 422);
	assert.match(answer.text, /理由を書いてください/);
	const before = town.outbox().length;
	answer = await send(suzuki, answer, { act: 'return', comment: '時刻を確かめてください' }, '/approve');
	assert.equal(answer.status, 303);
	assert.equal(await town.sql(`SELECT string_agg(act, ' ' ORDER BY id) FROM audit WHERE object_id = ${id} AND act LIKE 'approval.%'`),
		'approval.submit approval.return', 'the record does not call it an approval');
	assert.equal(await row(id, 'state, hash IS NULL'), 'returned|t');
	await eventually('a mail to the writer', () => town.outbox().length > before);

	page = await open(suzuki, id, 'submit');
	assert.match(said(page), /あなたはこのお知らせを差し戻した人なので/);

	page = await sato.get(`/desk/messages/${id}/content`);
	answer = await sato.submit(page, { body: '午前10時から断水します。' }, '/content');
	assert.equal(answer.status, 303);
	page = await sato.get(`/desk/messages/${id}/audience`);
	assert.equal((await sato.submit(page, { audience: 'chosen', district_1: '1' }, '/audience')).status, 303);
	page = await open(sato, id, 'submit');
	assert.match(said(page), /時刻を確かめてください/);
	assert.equal((await send(sato, page, {}, '/submit')).status, 303);

	page = await open(takahashi, id, 'approve');
	assert.match(page.text, /<del[^>]*>[\s\S]*?9<\/del>/);
	assert.match(page.text, /<ins[^>]*>[\s\S]*?10<\/ins>/);
	assert.match(said(page), /差し戻した人と理由：.*時刻を確かめてください/);
	const changed = [.../<table[^>]* id="changes"[\s\S]*?<tbody>([\s\S]*?)<\/tbody>/.exec(page.text)[1].matchAll(/<tr>([\s\S]*?)<\/tr>/g)]
		.map(([, row]) => said({ text: row }).trim());
	assert.equal(changed.length, 1, `${changed}`);
	assert.match(changed[0], /^届ける人 全員 +中央/, 'who is to get it, before and now; times and channels did not change');
	assert.equal((await approve(takahashi, page)).status, 303);
	assert.equal(await acts(id), 'submit return submit approve');
});

test('taken back and submitted again with other times: the approver sees which', async () => {
	const id = await submitted();
	assert.doesNotMatch((await open(suzuki, id, 'approve')).text, /id="changes"/, 'nothing to compare with');
	assert.equal((await send(sato, await open(sato, id, 'withdraw'), {}, '/withdraw')).status, 303);
	await inside(town, `UPDATE message SET send_at = date_trunc('day', now()) + interval '3 days', valid_until = date_trunc('day', now()) + interval '4 days' WHERE id = ${id}`);
	assert.equal((await send(sato, await open(sato, id, 'submit'), {}, '/submit')).status, 303);
	const page = await open(suzuki, id, 'approve');
	const rows = [...page.text.matchAll(/<th scope="row">([^<]*)<\/th>/g)].map(([, t]) => t);
	assert.deepEqual(rows, ['日時と掲載期限', 'これより遅れたら送らない']);
	assert.equal((await approve(suzuki, page)).status, 303, 'and what is signed is what is shown');
});

test('rejected is the end', async () => {
	const id = await submitted();
	const answer = await send(takahashi, await open(takahashi, id, 'approve'), { act: 'reject', comment: '重複しています' }, '/approve');
	assert.equal(answer.status, 303);
	assert.equal(await row(id, 'state'), 'rejected');
	assert.equal((await open(sato, id, 'submit')).status, 303, 'no way back');
});

test('of two approvers one is second, and is told who was first', async () => {
	const id = await submitted();
	const [a, b] = [await open(suzuki, id, 'approve'), await open(takahashi, id, 'approve')];
	assert.equal((await approve(suzuki, a)).status, 303);
	const second = await approve(takahashi, b);
	assert.equal(second.status, 409);
	assert.match(said(second), /ほかの人が先に進めました/);
	assert.match(said(second), /あなたの操作は行われていません/);
	const name = await inside(town, `SELECT name FROM staff WHERE login = 'suzuki' AND tenant_id = current_tenant()`);
	assert.ok(said(second).includes(name.split('\n').pop()), 'by name');
	assert.equal(await acts(id), 'submit approve');
});

test('at the very same moment, too', async () => {
	const id = await submitted();
	const [a, b] = [await open(suzuki, id, 'approve'), await open(takahashi, id, 'approve')];
	const both = await Promise.all([approve(suzuki, a), approve(takahashi, b)]);
	assert.deepEqual(both.map((x) => x.status).sort(), [303, 409]);
	assert.equal(await acts(id), 'submit approve');
});

test('approval of a text that was changed meanwhile', async () => {
	const id = await submitted();
	const stale = await open(takahashi, id, 'approve');
	assert.equal((await send(sato, await open(sato, id, 'withdraw'), {}, '/withdraw')).status, 303);
	assert.equal(await row(id, 'state'), 'draft');
	await sato.submit(await sato.get(`/desk/messages/${id}/content`), { body: '別の文章' }, '/content');
	let answer = await approve(takahashi, stale);
	assert.equal(answer.status, 409, 'it is being written');
	// Whoever had reasons to write down keeps them.
	answer = await send(takahashi, stale, { act: 'return', comment: '時刻は<b>午後</b>です。\n確かめてください。' }, '/approve');
	assert.equal(answer.status, 409);
	assert.match(answer.text, /入力した内容は残っています[\s\S]*<p class="c-text--plain">時刻は&lt;b&gt;午後&lt;\/b&gt;です。\s*確かめてください。<\/p>/);
	assert.ok(!answer.text.includes('もう一度送る'), 'there is nothing to send them to');
	assert.equal((await send(sato, await open(sato, id, 'submit'), {}, '/submit')).status, 303);
	const token = (await open(takahashi, id, 'approve')).text.match(/name="token" value="([^"]+)"/)[1];
	answer = await send(takahashi, stale, { act: 'approve', confirm: '1', token }, '/approve');
	assert.equal(answer.status, 409, 'it waits again, with other words');
	assert.match(said(answer), /あなたが見ていた文章は/);
	assert.equal(await row(id, 'state'), 'pending');
	assert.equal((await approve(takahashi, await open(takahashi, id, 'approve'))).status, 303);
});

test('submitted while another clerk changes it', async () => {
	const id = await written(town, 'sato', tomorrow);
	const [mine, theirs] = [await open(sato, id, 'submit'), await suzuki.get(`/desk/messages/${id}/content`)];
	assert.equal((await suzuki.submit(theirs, { body: 'ほかの人が直した文章' }, '/content')).status, 303);
	const answer = await send(sato, mine, {}, '/submit');
	assert.equal(answer.status, 409);
	assert.match(said(answer), /変更されたか/);
	assert.equal(await row(id, 'state, body'), 'draft|ほかの人が直した文章');
});

test('an approved one is taken back, and the approval is void', async () => {
	const id = await submitted();
	assert.equal((await approve(takahashi, await open(takahashi, id, 'approve'))).status, 303);
	const page = await open(sato, id, 'withdraw');
	assert.match(said(page), /その承認は無効になり/);
	assert.equal((await send(sato, page, {}, '/withdraw')).status, 303);
	assert.equal(await row(id, 'state, hash IS NULL'), 'draft|t');
	const again = await send(sato, page, { token: (await sato.get('/desk/people')).text.match(/name="token" value="([^"]+)"/)[1] }, '/withdraw');
	assert.equal(again.status, 409);
});

test('too late to be approved', async () => {
	const id = await submitted({ valid_until: `now() + interval '8 seconds'` });
	const page = await open(takahashi, id, 'approve');
	// The time that was signed passes: another one would be another message.
	await eventually('it is too late', async () => await row(id, 'valid_until < now()') === 't');
	const answer = await send(takahashi, page, { act: 'approve', confirm: '1', comment: '確かめました' }, '/approve');
	assert.equal(answer.status, 422);
	assert.match(said(answer), /日時を過ぎているので、承認できません/);
	assert.doesNotMatch(said(answer), /ほかの人が先に進めました/, 'which is not the reason');
	assert.match(answer.text, />\s*確かめました<\/textarea>/);
	assert.equal(await row(id, 'state'), 'pending');
});

test('what was submitted is not what would be signed: refused', async () => {
	const id = await submitted();
	const page = await open(takahashi, id, 'approve');
	await inside(town, `SET session_replication_role = replica;
		UPDATE message_rendering SET content = content || '{"text": "すりかえた文章"}' WHERE message_id = ${id} AND channel = 'email'`);
	assert.equal((await approve(takahashi, page)).status, 409);
	assert.equal(await row(id, 'state'), 'pending');
});

test('of another town there is nothing', async () => {
	const id = await submitted();
	const other = await desk(town, 'kobayashi', 'yama.localhost');
	for (const what of ['approve', 'submit', 'status', 'status/live', 'withdraw', 'unreached', 'resend', 'stop'])
		assert.equal((await open(other, id, what)).status, 404, what);
});

test('whom nobody can approve any more says so, and so does the list of whoever took the right away', async () => {
	const id = await submitted({ ...tomorrow, subject: `'取り残されたお知らせ'` }), admin = await desk(town, 'admin');
	const lone = /承認できる人がいなくなりました/;
	await inside(town, `DELETE FROM staff_role r USING staff s WHERE s.id = r.staff_id AND s.tenant_id = current_tenant() AND r.role = 'approver'
		AND s.login NOT IN ('sato', 'takahashi')`);
	assert.doesNotMatch(said(await sato.get(`/desk/messages/${id}`)), lone, 'one is left');
	assert.doesNotMatch(said(await admin.get('/desk/settings/staff')), /取り残された/);
	const last = await town.sql(`SELECT id FROM staff WHERE login = 'takahashi'`);
	const answer = await admin.submit(await admin.get(`/desk/settings/staff/${last}/disable`), {}, 'disable');
	assert.equal(answer.status, 303);
	const list = await admin.follow(answer);
	assert.match(said(list), /承認できる人がいません/);
	assert.match(list.text, new RegExp(`href="/desk/messages/${id}" lang="ja">取り残された`));
	for (const who of [sato, admin]) assert.match(said(await who.get(`/desk/messages/${id}`)), lone);
	await inside(town, `INSERT INTO staff_role (staff_id, role) SELECT id, 'approver' FROM staff WHERE login = 'suzuki' AND tenant_id = current_tenant()`);
	assert.doesNotMatch(said(await sato.get(`/desk/messages/${id}`)), lone);
	assert.doesNotMatch(said(await admin.get(`/desk/settings/staff/${last}`)), /取り残された/);
});
