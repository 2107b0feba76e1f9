// SPDX-License-Identifier: Apache-2.0
//
// 配信状況: the numbers add up in every state, the reasons are words, the block
// renews itself until it is over; again to those who did not get it; stop.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readMail } from '../gateways/mime.mjs';
import * as deliver from '../harness/deliver.mjs';
import { desk, inside, said } from '../harness/desk.mjs';
import { eventually, up } from '../harness/up.mjs';

let town, sato, takahashi, admin;

before(async () => {
	// The clock of delivery is ours: batches are written here, no courier takes them.
	town = await up();
	town.kill('courier', 'SIGTERM');
	sato = await desk(town, 'sato');
	takahashi = await desk(town, 'takahashi');
	admin = await desk(town, 'admin');
});
after(() => town?.stop());

const row = (id, columns) => town.sql(`SELECT ${columns} FROM message WHERE id = ${id}`);
const last = (out) => out.split('\n').pop();
const status = (who, id) => who.get(`/desk/messages/${id}/status`);
// The numbers of a page, by their words.
const numbers = (page) => Object.fromEntries([...page.text.matchAll(
	/c-stat__word">(?:<a[^>]*>)?([^<]+)[\s\S]*?c-stat__number">([\d,]+)/g)].map(([, word, n]) => [word, Number(n.replace(/,/g, ''))]));

const sending = (size, values) => deliver.sending(town, size, values);
const batches = (id) => deliver.batches(town, id);
const carry = (batch, verdicts, wait) => deliver.carry(town, batch, verdicts, wait);
const sound = (id) => inside(town, `SELECT count(*) FROM ledger_faults() WHERE message_id = ${id}`).then(last);

test('while it is going: five numbers that add up', async () => {
	const id = await sending();
	const [a, b] = await batches(id);
	await carry(a, [['accepted'], ['accepted'], ['refused', 'mailbox_unknown'], ['later', 'mailbox_full'], ['unknown', 'no_answer']]);
	const page = await status(takahashi, id);
	assert.equal(page.status, 200);
	const n = numbers(page), total = Number(await row(id, 'recipients'));
	assert.deepEqual(n, { 対象: total, 届いた: 4, 届かなかった: 2, 確認中: 2, 待っている: total - 8 });
	assert.match(said(page), /あて先のアドレスがありません 2/);
	assert.match(said(page), /4人には、あとでもう一度送ります/);
	assert.match(said(page), /もう一度届いたかもしれない人：2人/);
	assert.match(page.text, new RegExp(`hx-get="/desk/messages/${id}/status/live"`));
	assert.ok(b);
	assert.equal(await sound(id), '0');

	const live = await takahashi.get(`/desk/messages/${id}/status/live`, { headers: { 'hx-request': 'true' } });
	assert.equal(live.status, 200);
	assert.doesNotMatch(live.text, /<html/);
	assert.deepEqual(numbers(live), n);
	assert.match(live.text, new RegExp(`href="/desk/messages/${id}/status"`), 'the link leads to the page, not to the block');
});

test('the block is of one moment: what ends while it is put together ends in all of it, or in nothing', async () => {
	const id = await sending(1000), [a] = await batches(id);
	await carry(a, [['accepted']]);
	await town.sql(`SET session_replication_role = replica; UPDATE message SET state = 'sending', finished = NULL WHERE id = ${id};
		UPDATE batch SET state = 'sending', finished = NULL, lease_until = now() + interval '1 hour' WHERE id = ${a}`);
	// Whoever looks has read the message, and waits for its batches: now the last one ends.
	const ends = inside(town, `DO $$ BEGIN
		LOCK TABLE batch;
		FOR i IN 1 .. 3000 LOOP
			EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE relation = 'batch'::regclass AND NOT granted);
			PERFORM pg_sleep(0.01);
		END LOOP;
		UPDATE batch SET state = 'done', finished = now(), lease_until = NULL WHERE id = ${a};
		UPDATE message SET state = 'sent', finished = now() WHERE id = ${id};
	END $$`);
	await eventually('the lock', async () => await town.sql(`SELECT 1 FROM pg_locks WHERE relation = 'batch'::regclass AND mode = 'AccessExclusiveLock' AND granted`));
	const live = () => takahashi.get(`/desk/messages/${id}/status/live`, { headers: { 'hx-request': 'true' } });
	const at_once = await live();
	await ends;
	for (const block of [at_once, await live()])
		assert.equal(/配信中/.test(said(block)), /hx-get/.test(block.text), 'what does not look again is over');
	assert.doesNotMatch(said(await live()), /配信中/);
});

test('several tabs look at once: none waits until another has noted that their reader is here', async () => {
	const id = await sending(1000), [a] = await batches(id), own = `staff_id = (SELECT id FROM staff WHERE login = 'takahashi' AND tenant_id = current_tenant())`;
	await carry(a, [['accepted']]);
	await inside(town, `UPDATE staff_session SET seen = now() - interval '2 minutes' WHERE ${own}`);
	const noted = inside(town, `DO $$ BEGIN
		UPDATE staff_session SET seen = now() WHERE ${own};
		FOR i IN 1 .. 12000 LOOP
			EXIT WHEN EXISTS (SELECT FROM pg_class WHERE relname = 'tabs_done');
			PERFORM pg_sleep(0.01);
		END LOOP;
	END $$`);
	await eventually('the row is held', async () => await town.sql(`SELECT 1 FROM pg_locks WHERE relation = 'staff_session'::regclass AND mode = 'RowExclusiveLock' AND granted`));
	const tabs = await Promise.all(['', '/live', '/live'].map((block) => takahashi.get(`/desk/messages/${id}/status${block}`)));
	await town.sql('CREATE TABLE tabs_done ()');
	await noted;
	await town.sql('DROP TABLE tabs_done');
	assert.deepEqual(tabs.map((t) => t.status), [200, 200, 200]);
});

test('mails that came back are not counted as arrived, and can be sent again', async () => {
	const id = await sending(1000), [a] = await batches(id), total = Number(await row(id, 'recipients'));
	await carry(a, [['accepted']]);
	assert.deepEqual(numbers(await status(takahashi, id)), { 対象: total, 届いた: total, 届かなかった: 0 });
	const people = (await town.sql(`SELECT unnest(citizens) FROM batch WHERE id = ${a} LIMIT 3`)).split('\n');
	for (const [i, kind] of ['hard', 'full', 'complaint'].entries())
		await inside(town, `SELECT bounce_take(${id}, ${people[i]}, '${kind}', '', true)`);
	const page = await status(takahashi, id);
	assert.deepEqual(numbers(page), { 対象: total, 届いた: total - 2, 届かなかった: 2 }, 'a complaint arrived');
	assert.match(said(page), /あて先のアドレスがありません 1/);
	assert.match(said(page), new RegExp(`メール ${total}人 ?${total - 2}人`.replace(/人/g, '[^0-9]*')));
	assert.equal(last(await inside(town, `SELECT count(*) FROM message_unreached(${id})`)), '2');
	assert.equal(await sound(id), '0');

	// Again, to the one whose box was full, by another way: that has a row of its own.
	await inside(town, `INSERT INTO contact (citizen_id, channel, address, hash, state) VALUES (${people[1]}, 'line', 'x', 'again', 'active');
		UPDATE contact SET state = 'left' WHERE citizen_id = ${people[1]} AND channel = 'email';
		SET session_replication_role = replica; UPDATE message SET by_line = true WHERE id = ${id}; SET session_replication_role = DEFAULT;
		SELECT message_resend(${id}, 1000, now() + interval '1 day');
		UPDATE batch SET state = 'done', reached = 1, accepted = 1, verdict = 'accepted', finished = now() WHERE message_id = ${id} AND round = 2;
		SELECT message_settle(${id})`);
	const ways = said(await status(takahashi, id));
	assert.match(ways, new RegExp(`これから メール ${total} ${total - 2} 2 0 LINE （送り直し1回目） 1 1 0 0 `), 'never more than it was sent to');
});

test('a courier that died in the middle: unsure, then reached, and known as a possible extra', async () => {
	const id = await sending(1000), [a] = await batches(id), total = Number(await row(id, 'recipients'));
	await inside(town, `SET ROLE chromo_courier;
		UPDATE batch SET state = 'sending', fence = 1, reached = 3, lease_until = now() - interval '1 second' WHERE id = ${a};
		SELECT batch_claim(32, 1, '1 minute', 1, '{}')`);
	assert.deepEqual(numbers(await status(takahashi, id)), { 対象: total, 届いた: 0, 届かなかった: 0, 確認中: 3, 待っている: total - 3 });
	await carry(a, [['accepted']]);
	const page = await status(takahashi, id);
	assert.deepEqual(numbers(page), { 対象: total, 届いた: total, 届かなかった: 0 });
	assert.match(said(page), /もう一度届いたかもしれない人：3人/);
	assert.doesNotMatch(page.text, /hx-get/, 'it is over');
	assert.equal(await row(id, 'state'), 'sent');
	assert.equal(await sound(id), '0');
});

test('in doubt, and then they paused: it stays unknown, and is not sent again as if it had not come', async () => {
	const id = await sending(1000), [a] = await batches(id), total = Number(await row(id, 'recipients'));
	await carry(a, [['unknown', 'no_answer'], ['refused', 'mailbox_full'], ...Array(total).fill(['accepted'])]);
	const who = await town.sql(`SELECT citizens[1] FROM batch WHERE id = ${a}`);
	await inside(town, `UPDATE citizen SET state = 'paused' WHERE id = ${who}`);
	await carry(await town.sql(`SELECT id FROM batch WHERE parent = ${a}`), [['accepted']]);
	await inside(town, `UPDATE citizen SET state = 'active' WHERE id = ${who}`);
	let page = await status(takahashi, id);
	assert.deepEqual(numbers(page), { 対象: total, 届いた: total - 2, 届かなかった: 1, 届いたか分からない: 1 });
	assert.match(said(page), new RegExp(`届いたか分からない これから メール ${total} ${total - 2} 1 1 0 `));
	assert.doesNotMatch(said(page), /もう一度届いたかもしれない|登録をやめた/, 'it was not sent again');
	page = await sato.get(`/desk/messages/${id}/unreached`);
	assert.match(said(page), /届いたか分からない 送ったあとの返事がありませんでした/);
	page = await takahashi.get(`/desk/messages/${id}/resend`);
	assert.match(said(page), /届かなかった 1人 届いたか分からない 1人 届いたかもしれないので、送り直しません。 今回送り直す人 1人/);
	await inside(town, `UPDATE batch SET lane = 0 WHERE message_id = ${id}`);
	page = await takahashi.get(`/desk/messages/${id}/resend`);
	assert.match(said(page), /届いたか分からない 1人 届いたかもしれませんが、命を守る情報なので、もう一度送ります。 今回送り直す人 2人/);
	assert.equal(await sound(id), '0');
});

test('who did not get it: masked, with reasons, for those concerned, and noted', async () => {
	const id = await sending(1000), [a] = await batches(id);
	await carry(a, [['accepted'], ['refused', 'mailbox_full']]);
	let page = await sato.get(`/desk/messages/${id}/unreached`);
	assert.equal(page.status, 200);
	assert.match(page.text, /受信箱がいっぱいです/);
	assert.match(page.text, />.\*\*\*@example\./);
	assert.doesNotMatch(page.text, /[a-z0-9._+]{2,}@example\.(jp|com|net|org)/, 'no whole address');
	const rows = page.text.match(/<tr><th scope="row">/g).length;
	assert.equal(rows, 50);
	page = await sato.get(page.text.match(/rel="next" href="([^"]+)"/)[1].replace(/&amp;/g, '&'));
	assert.equal(page.text.match(/<tr><th scope="row">/g).length,
		Math.min(50, Number(last(await inside(town, `SELECT count(*) FROM message_unreached(${id})`))) - 50));
	assert.equal(last(await inside(town, `SELECT count(*) FROM audit WHERE act = 'delivery.viewed' AND object_id = ${id}`)), '2');
	assert.equal((await admin.get(`/desk/messages/${id}/unreached`)).status, 200);
	const tanaka = await desk(town, 'tanaka');
	await inside(town, `DELETE FROM staff_department d USING staff s WHERE s.id = d.staff_id AND s.login = 'tanaka' AND s.tenant_id = current_tenant()
		AND d.department_id = (SELECT department_id FROM message WHERE id = ${id})`);
	assert.equal((await tanaka.get(`/desk/messages/${id}/unreached`)).status, 403);
});

test('again: only to those, with the number on the button, once', async () => {
	const id = await sending(1000), [a] = await batches(id), total = Number(await row(id, 'recipients'));
	await carry(a, [['accepted'], ['accepted'], ['accepted'], ['refused', 'mailbox_full']]);
	const failed = total - Number(last(await inside(town, `SELECT accepted FROM batch WHERE id = ${a}`)));
	assert.equal((await sato.get(`/desk/messages/${id}/resend`)).status, 403, 'an approver decides');
	const one = await takahashi.get(`/desk/messages/${id}/resend`), two = await takahashi.get(`/desk/messages/${id}/resend`);
	assert.match(one.text, new RegExp(`>${failed}人に送り直す</button>`));
	const answers = [await takahashi.submit(one, {}, '/resend'), await takahashi.submit(two, {}, '/resend')];
	assert.deepEqual(answers.map((x) => x.status), [303, 409]);
	assert.match(said(answers[1]), /ほかの人が送り直しを始めた/);
	assert.equal(last(await inside(town, `SELECT string_agg(detail->>'rows', ' ') FROM audit WHERE act = 'delivery.resent' AND object_id = ${id}`)), String(failed), 'once in the record');
	assert.deepEqual(numbers(await status(takahashi, id)), { 対象: total, 届いた: total - failed, 届かなかった: 0, 確認中: 0, 待っている: failed });
	assert.equal(last(await inside(town, `SELECT count(DISTINCT key) FROM batch WHERE message_id = ${id}`)), '2', 'a key of its own');
	const [again] = last(await inside(town, `SELECT id FROM batch WHERE message_id = ${id} AND round = 2`)).split('\n');
	await carry(again, [['accepted'], ['refused', 'refused_policy']]);
	const page = await status(takahashi, id), n = numbers(page);
	assert.equal(n.届いた + n.届かなかった, total);
	assert.equal(n.届かなかった, Math.floor(failed / 2));
	assert.doesNotMatch(said(page), /受信箱がいっぱい/, 'the last word counts');
	assert.equal(await sound(id), '0');
});

test('again by SMS: what it costs is said before', async () => {
	const id = await sending(1000), [a] = await batches(id);
	await carry(a, [['refused', 'mailbox_full'], ['refused', 'mailbox_full'], ['refused', 'mailbox_full'], ...Array(1000).fill(['accepted'])]);
	assert.doesNotMatch(said(await takahashi.get(`/desk/messages/${id}/resend`)), /費用/, 'mail costs nothing');
	await inside(town, `INSERT INTO gateway (channel, kind, place, active, url, settings) VALUES ('sms', 'karaden', 1, true, 'https://sms.example', '{"yen_per_part": "7.5"}')
		ON CONFLICT (tenant_id, channel, place) DO UPDATE SET active = true, settings = excluded.settings;
		INSERT INTO contact (citizen_id, channel, address, hash, state) SELECT c, 'sms', 'x', ('cost' || c)::bytea, 'active' FROM batch, unnest(citizens[1:3]) c WHERE id = ${a};
		DELETE FROM contact WHERE channel = 'email' AND citizen_id IN (SELECT unnest(citizens[1:3]) FROM batch WHERE id = ${a});
		SET session_replication_role = replica; UPDATE message SET by_sms = true WHERE id = ${id}; SET session_replication_role = DEFAULT`);
	assert.match(said(await takahashi.get(`/desk/messages/${id}/resend`)), /今回送り直す人 3人 費用 SMSの3人に、あわせて23円の見込みです。/);
});

test('nobody is left to send to again', async () => {
	const id = await sending(1000), [a] = await batches(id);
	await carry(a, [['accepted']]);
	const page = await takahashi.get(`/desk/messages/${id}/resend`);
	assert.match(said(page), /送り直せる人はいません/);
	assert.doesNotMatch(page.text, /<button[^>]*>[^<]*送り直す/);
});

test('too late for the rest: held, and said', async () => {
	const id = await sending(50), [a, b] = await batches(id), total = Number(await row(id, 'recipients'));
	await carry(a, [['accepted']]);
	await inside(town, `UPDATE batch SET valid_until = now() - interval '1 second' WHERE message_id = ${id} AND state = 'queued';
		SET ROLE chromo_courier; SELECT batch_claim(32, 1, '1 minute', 1, '{}')`);
	const page = await status(takahashi, id);
	assert.deepEqual(numbers(page), { 対象: total, 届いた: 50, 届かなかった: total - 50 });
	assert.match(said(page), /日時までに送れませんでした/);
	assert.ok(b);
	assert.equal(await sound(id), '0');
});

test('stopped: what is left is not sent, and the second is told', async () => {
	const id = await sending(50), [a, b] = await batches(id), total = Number(await row(id, 'recipients'));
	await carry(a, [['accepted']]);
	// A courier holds one.
	await inside(town, `SET ROLE chromo_courier; UPDATE batch SET state = 'sending', fence = 1, lease_until = now() + interval '1 minute' WHERE id = ${b}`);
	const one = await sato.get(`/desk/messages/${id}/stop`), two = await takahashi.get(`/desk/messages/${id}/stop`);
	assert.match(said(one), /50人には、すでに届いています/);
	assert.match(said(one), new RegExp(`${total - 50}人が、まだ待っています`));
	assert.equal((await sato.submit(one, { comment: '内容に誤り' }, '/stop')).status, 303);
	const letters = (await town.sql(`SELECT kind FROM letter WHERE kind = 'message_stopped'`)).split('\n');
	assert.equal(letters.length, 1, 'who approved it is told, who stopped it knows');
	const second = await takahashi.submit(two, {}, '/stop');
	assert.equal(second.status, 409);
	assert.match(said(second), /もう停止できません/);
	assert.equal(last(await inside(town, `SET ROLE chromo_courier; SELECT count(*) FROM batch_start(${b}, 1, 0, 10, '1 minute')`)), '0', 'not even what was claimed');
	const page = await status(takahashi, id);
	assert.deepEqual(numbers(page), { 対象: total, 届いた: 50, 届かなかった: total - 50 });
	assert.match(said(page), /配信が停止されました/);
	assert.equal((await takahashi.get(`/desk/messages/${id}/resend`)).status, 303, 'no way back');
	assert.equal(await sound(id), '0');
	const reader = await town.get('minato.localhost', `/messages/${id}`);
	assert.equal(reader.status, 410);
});

test('between two steps it is sent, and is stopped all the same: nobody is written to by the next way', async () => {
	const id = await sending(1000), [a] = await batches(id), total = Number(await row(id, 'recipients'));
	await carry(a, [['accepted']]);
	assert.equal(await row(id, 'state'), 'sent');
	assert.equal((await sato.get(`/desk/messages/${id}/stop`)).status, 303, 'what is over is over');
	assert.doesNotMatch((await status(sato, id)).text, /\/stop"/);
	await inside(town, `SET session_replication_role = replica; UPDATE message SET next_step = now() + interval '10 minutes',
		ladder = '[{"channel": "email", "wait": 10}, {"channel": "sms", "wait": 10}]' WHERE id = ${id}`);
	assert.match((await status(sato, id)).text, /\/stop"/);
	const one = await sato.get(`/desk/messages/${id}/stop`), two = await takahashi.get(`/desk/messages/${id}/stop`);
	assert.match(said(one), new RegExp(`${total}人には、すでに届いています`));
	assert.match(said(one), /次の手段では送られなくなります/);
	assert.equal((await sato.submit(one, { comment: '避難所の名前に誤り' }, '/stop')).status, 303);
	assert.equal((await takahashi.submit(two, {}, '/stop')).status, 409);
	assert.equal(await row(id, 'state, next_step IS NULL'), 'stopped|t');
	assert.deepEqual(numbers(await status(takahashi, id)), { 対象: total, 届いた: total, 届かなかった: 0 });
	assert.equal(await town.sql(`SELECT count(*) FROM approval WHERE message_id = ${id} AND act = 'stop'`), '1');
	assert.equal(await sound(id), '0');
});

test('only on the site', async () => {
	const id = await sending(10, { by_email: 'false' });
	const page = await status(sato, id);
	assert.match(said(page), /住民サイトに掲載しました/);
	assert.equal(await row(id, 'state'), 'sent');
});

test('who wrote it is told how it ended, once', async () => {
	const id = await sending(1000), [a] = await batches(id);
	await carry(a, [['accepted']]);
	assert.equal(await row(id, 'state, told IS NULL'), 'sent|t');
	await town.again('courier');
	await eventually('it was told', async () => (await row(id, 'told >= finished')) === 't');
	const count = () => town.sql(`SELECT count(*), count(DISTINCT staff_id) FROM letter WHERE message_id = ${id} AND kind = 'send_result'`);
	await eventually('the letters to writer and approver', async () => (await count()) === '2|2');
	assert.equal(await sound(id), '0');
});

test('… with each person once: not for each step, nor for what came back and was sent again', async () => {
	town.kill('courier', 'SIGTERM');
	const subject = '避難してください（数）', id = await sending(1000, { subject: `'${subject}'` }), [a] = await batches(id), total = Number(await row(id, 'recipients'));
	await carry(a, [['accepted']]);
	const people = (await town.sql(`SELECT unnest(citizens) FROM batch WHERE id = ${a} LIMIT 3`)).split('\n');
	for (const who of people) await inside(town, `SELECT bounce_take(${id}, ${who}, 'full', '', true)`);
	await inside(town, `SELECT message_resend(${id}, 1000, now() + interval '1 day')`);
	await carry(await town.sql(`SELECT id FROM batch WHERE message_id = ${id} AND round = 2`), [['accepted'], ['accepted'], ['refused', 'mailbox_full']]);
	// The next step of a ladder, to all of them but the one who was not reached.
	await inside(town, `SELECT batch_cut(${id}, 1, 2, 1, 1000, now() + interval '1 day', 'line', 'ja', now(), array_remove(citizens, ${people[2]})) FROM batch WHERE id = ${a};
		UPDATE batch SET state = 'done', reached = size, accepted = size, verdict = 'accepted', finished = now() WHERE message_id = ${id} AND step = 2`);
	assert.deepEqual(numbers(await status(takahashi, id)), { 対象: total, 届いた: total - 1, 届かなかった: 1 });
	await town.again('courier');
	const mail = await eventually('it was told', () => town.outbox().map((m) => readMail(Buffer.from(m))).find((m) => m.text.includes(subject) && m.text.includes('届かなかった')));
	assert.match(mail.text, new RegExp(`対象\\s+${total}人\\s+届いた\\s+${total - 1}人\\s+届かなかった\\s+1人`));
});

test('steps: each person once, by the best that came of all ways; who saw it was reached', async () => {
	town.kill('courier', 'SIGTERM');
	const id = await sending(1000, { subject: `'避難してください（段）'` }), [a] = await batches(id), total = Number(await row(id, 'recipients'));
	await carry(a, [['accepted'], ...Array(4).fill(['refused', 'mailbox_full'])]);
	const refused = (await town.sql(`SELECT citizen_id FROM delivery WHERE message_id = ${id} AND state = 'refused' ORDER BY citizen_id`)).split('\n');
	const n = refused.length;
	assert.ok(n >= 8);
	assert.deepEqual(numbers(await status(takahashi, id)), { 対象: total, 届いた: total - n, 届かなかった: n });
	// The next step, for all of them: the first four of those refused are reached, not, in doubt, not yet.
	await inside(town, `UPDATE batch SET channel = 'sms' WHERE id = ${a}; UPDATE delivery SET channel = 'sms' WHERE message_id = ${id};
		SELECT batch_cut(${id}, 1, 2, 1, 1000, now() + interval '1 day', 'email', '', now(), citizens) FROM batch WHERE id = ${a};
		UPDATE message SET state = 'sending', step = 2 WHERE id = ${id}`);
	const b = await town.sql(`SELECT id FROM batch WHERE message_id = ${id} AND step = 2`);
	const word = { [refused[0]]: 'accepted', [refused[1]]: 'refused', [refused[2]]: 'unknown', [refused[3]]: 'later' };
	const members = (await town.sql(`SELECT unnest(citizens) FROM batch WHERE id = ${b}`)).split('\n');
	await carry(b, members.map((who) => word[who] ? [word[who], 'mailbox_unknown'] : refused.includes(who) ? ['refused', 'mailbox_unknown'] : ['accepted']));
	const page = await status(takahashi, id);
	assert.deepEqual(numbers(page), { 対象: total, 届いた: total - n + 1, 届かなかった: n - 3, 確認中: 1, 待っている: 1 });
	assert.match(said(page), new RegExp(`もう一度届いたかもしれない人：1人`));
	assert.match(said(page), new RegExp(`あて先のアドレスがありません ${n - 3}`));
	assert.doesNotMatch(said(page), /受信箱がいっぱいです/, 'the reason of the last way is told');
	assert.equal(last(await inside(town, `SELECT count(*) FROM message_unreached(${id})`)), String(n - 3), 'the list has the same');
	// One of them presses 「見ました」: on the site, or whoever showed it to them.
	await inside(town, `INSERT INTO seen (message_id, citizen_id, how) VALUES (${id}, ${refused[1]}, 'link')`);
	assert.deepEqual(numbers(await status(takahashi, id)), { 対象: total, 届いた: total - n + 2, 届かなかった: n - 4, 確認中: 1, 待っている: 1 });
	assert.equal(last(await inside(town, `SELECT count(*) FROM message_unreached(${id})`)), String(n - 4));
	assert.equal(await sound(id), '0');
});

test('who saw it before a second step or try was reached, though the gateway refused', async () => {
	const id = await sending(1000, { subject: `'避難してください（見た）'` }), [a] = await batches(id), total = Number(await row(id, 'recipients'));
	await carry(a, [['accepted'], ['refused', 'mailbox_full']]);
	const n = Number(await town.sql(`SELECT count(*) FROM delivery WHERE message_id = ${id} AND state = 'refused'`));
	await inside(town, `INSERT INTO seen (message_id, citizen_id, how)
		SELECT message_id, citizen_id, 'household' FROM delivery WHERE message_id = ${id} AND state = 'refused' ORDER BY citizen_id LIMIT 2`);
	const page = await status(takahashi, id);
	assert.deepEqual(numbers(page), { 対象: total, 届いた: total - n + 2, 届かなかった: n - 2 });
	assert.match(said(page), new RegExp(`受信箱がいっぱいです ${n - 2} `));
	assert.equal(last(await inside(town, `SELECT count(*) FROM message_unreached(${id})`)), String(n - 2));
});

test('again, while of somebody it is not known: they stay in doubt, and do not become failed', async () => {
	const id = await sending(1000, { subject: `'避難してください（回）'` }), [a] = await batches(id), total = Number(await row(id, 'recipients'));
	await town.sql(`UPDATE batch SET channel = 'line', language = 'ja' WHERE id = ${a}`);
	await inside(town, `UPDATE batch SET state = 'done', verdict = 'unknown', doubt = true, unknown = size, finished = now() WHERE id = ${a};
		SELECT message_settle(${id})`);
	assert.deepEqual(numbers(await status(takahashi, id)), { 対象: total, 届いた: 0, 届かなかった: 0, 届いたか分からない: total });
	await inside(town, `SELECT batch_cut(${id}, 2, 1, 1, 1000, now() + interval '1 day', 'email', '', now(), citizens[1:2]) FROM batch WHERE id = ${a}`);
	await carry(await town.sql(`SELECT id FROM batch WHERE message_id = ${id} AND round = 2`), [['accepted'], ['refused', 'mailbox_full']]);
	assert.deepEqual(numbers(await status(takahashi, id)), { 対象: total, 届いた: 1, 届かなかった: 0, 届いたか分からない: total - 1 });
});

test('by way and step it adds up, also where of one way it is not known and the next one reached them', async () => {
	const id = await sending(1000, { subject: `'避難してください（和）'` }), [a] = await batches(id), total = Number(await row(id, 'recipients'));
	await inside(town, `UPDATE batch SET channel = 'line', language = 'ja', state = 'done', verdict = 'unknown', doubt = true, unknown = size, finished = now() WHERE id = ${a};
		SELECT batch_cut(${id}, 1, 2, 1, 1000, now() + interval '1 day', 'email', '', now(), citizens) FROM batch WHERE id = ${a}`);
	await carry(await town.sql(`SELECT id FROM batch WHERE message_id = ${id} AND step = 2`), [['accepted']]);
	const page = await status(takahashi, id);
	assert.deepEqual(numbers(page), { 対象: total, 届いた: total, 届かなかった: 0 });
	const ways = [...page.text.matchAll(/<tr><th scope="row">.*<\/tr>/g)].map(([tr]) => [...tr.matchAll(/data-label="[^"]+">([\d,]+)/g)].map(([, n]) => Number(n.replace(/,/g, ''))));
	assert.deepEqual(ways, [[total, 0, 0, total, 0], [total, total, 0, 0, 0]], 'of all, reached, not, not known, open');
	assert.equal(await sound(id), '0');
});

test('chromo ledger check: silent when all add up, 1 when not', async () => {
	const good = await town.chromo('ledger', 'check').then((out) => out, (e) => e);
	assert.equal(good, '', String(good.stdout ?? good));
	await inside(town, `UPDATE batch SET accepted = accepted - 1 WHERE state = 'done' AND accepted > 0
		AND id = (SELECT max(id) FROM batch WHERE state = 'done' AND accepted > 0)`);
	const bad = await town.chromo('ledger', 'check').catch((e) => e);
	assert.equal(bad.code, 1);
	assert.match(bad.stdout, /fault=counts/);
});
