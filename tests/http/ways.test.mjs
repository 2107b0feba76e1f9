// SPDX-License-Identifier: Apache-2.0
//
// A message by every way: which may be chosen, what is too long for which, until when it is repeated, and
// that all of it is what the approver signs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, inside, said, written } from '../harness/desk.mjs';
import { problems } from '../harness/invariants.mjs';
import { up } from '../harness/up.mjs';

let town, sato, suzuki, vital;
const all = { by_line: '1', by_sms: '1', by_webpush: '1', by_email: '1', on_site: '1' };

before(async () => {
	town = await up();
	sato = await desk(town, 'sato');
	suzuki = await desk(town, 'suzuki');
	await inside(town, `UPDATE gateway SET active = false; INSERT INTO gateway (channel, kind, active, settings) VALUES ('line', 'line', true, '{}'),
		('sms', 'karaden', true, '{"yen_per_part": "3.3"}'), ('webpush', 'vapid', true, '{}')
		ON CONFLICT (tenant_id, channel, place) DO UPDATE SET active = true, kind = excluded.kind, settings = excluded.settings`);
	vital = (await inside(town, 'SELECT min(id) FROM topic WHERE vital AND tenant_id = current_tenant()')).split('\n').pop();
});
after(() => town?.stop());

const row = async (id, what) => (await inside(town, `SELECT ${what} FROM message WHERE id = ${id}`)).split('\n').pop();
const choose = async (id, values) => sato.submit(await sato.get(`/desk/messages/${id}/channels`), values, '/channels');

test('what is set up may be chosen, what is not may not', async () => {
	const id = await written(town, 'sato');
	const page = await sato.get(`/desk/messages/${id}/channels`);
	assert.match(said(page), /X 設定されていません/);
	assert.ok(!page.text.includes('name="by_x"'));
	let answer = await choose(id, { ...all, by_x: '1' });
	assert.equal(answer.status, 303);
	assert.equal(await row(id, `concat_ws(' ', by_email, by_line, by_sms, by_webpush, by_x, on_site)`), 't t t t f t');
	assert.match(said(await sato.get(`/desk/messages/${id}`)), /住民サイト、メール、LINE、プッシュ通知、SMS/);

	// One that stands still is said so, unless a second one sends.
	const channels = async () => said(await sato.get(`/desk/messages/${id}/channels`));
	await inside(town, `INSERT INTO gateway_health (gateway_id, breaker, reason) SELECT id, 'open', 'gateway_denied' FROM gateway WHERE channel = 'sms' AND place = 1`);
	assert.match(await channels(), /いま止まっています/);
	await inside(town, `INSERT INTO gateway (channel, kind, place, active) VALUES ('sms', 'twilio', 2, true) ON CONFLICT (tenant_id, channel, place) DO UPDATE SET active = true`);
	assert.doesNotMatch(await channels(), /いま止まっています/);
	await inside(town, `UPDATE gateway SET active = false WHERE place = 2; DELETE FROM gateway_health`);

	answer = await choose(id, { on_site: null, by_email: null, by_line: null, by_webpush: null });
	assert.equal(answer.status, 422);
	assert.match(said(answer), /件名とリンクだけを送ります/, 'a link wants a page');
	answer = await choose(id, { on_site: null, by_email: null, by_line: null, by_webpush: null, by_sms: null });
	assert.match(said(answer), /1つ以上選んで/);
});

test('each way is drawn as it arrives, with what it costs', async () => {
	const id = await written(town, 'sato', { by_line: 'true', by_sms: 'true', by_webpush: 'true' });
	const page = said(await sato.get(`/desk/messages/${id}/preview`));
	assert.match(page, new RegExp(`【みなと市】断水のお知らせ https://minato\\.localhost[:\\d]*/m/${id}`), 'SMS');
	assert.match(page, /文字数 \d+（上限 660）/);
	assert.match(page, /文字数 \d+（上限 5,000）/);
	assert.match(page, /1人に1通分/);
	await inside(town, `INSERT INTO gateway_health (gateway_id, quota, used) SELECT id, 30000, 29877 FROM gateway WHERE channel = 'line'
		ON CONFLICT (tenant_id, gateway_id) DO UPDATE SET quota = 30000, used = 29877`);
	assert.match(said(await sato.get(`/desk/messages/${id}/preview`)), /文字数 \d+（上限 5,000） ・ 今月あと123通送れます/);
	await inside(town, 'UPDATE gateway_health SET quota = NULL, used = NULL');
	assert.match(page, /みなと市：午前9時から断水します。/, 'push');
	assert.ok(!/置き換えて送ります/.test(page));
	const odd = await written(town, 'sato', { by_sms: 'true', subject: "'①髙橋㈱の断水'" });
	const replaced = said(await sato.get(`/desk/messages/${odd}/preview`));
	assert.match(replaced, /【みなと市】\(1\)高橋\(株\)の断水 https/, 'SMS, with the letters that go out');
	assert.match(replaced, /置き換えて送ります。 「①」→「\(1\)」 「髙」→「高」 「㈱」→「\(株\)」/);
	const link = await sato.get(`/m/${id}`);
	assert.deepEqual([link.status, link.headers.location], [303, `/messages/${id}`]);
});

test('what is too long for a way is told, and not submitted', async () => {
	const id = await written(town, 'sato', { by_line: 'true', body: `repeat('あ', 5100)` });
	const preview = said(await sato.get(`/desk/messages/${id}/preview`));
	assert.match(preview, /LINE 問題あり/);
	assert.match(preview, /文章が長すぎて送れません（5,1\d\d／上限5,000）/);
	let page = await sato.get(`/desk/messages/${id}/submit`);
	assert.match(said(page), /送れない文章があります/);
	assert.ok(!page.text.includes('name="revision"'), 'there is no button');

	// Whoever has the form of before all the same is refused.
	await inside(town, `UPDATE message SET body = 'kurz' WHERE id = ${id}`);
	page = await sato.get(`/desk/messages/${id}/submit`);
	await inside(town, `UPDATE gateway SET active = false WHERE channel = 'line'`);
	const answer = await sato.submit(page, {}, '/submit');
	assert.equal(answer.status, 422);
	assert.match(said(answer), /設定されていません/, 'nor where the account has gone');
	assert.equal(await row(id, 'state'), 'draft');
	await inside(town, `UPDATE gateway SET active = true WHERE channel = 'line' AND kind = 'line'`);
});

// By each channel's own limit: what fits is let through, one unit more is told on the page of the text, at the
// preview and at the submission, and nothing is cut on the way.
test('one too many is told on every page, and in each channel as it counts', async (t) => {
	const told = /文章が長すぎて送れません（([\d,]+)／上限([\d,]+)）/;
	const pages = async (id) => Object.fromEntries(await Promise.all(['content', 'preview', 'submit'].map(async (name) =>
		[name, said(await sato.get(`/desk/messages/${id}/${name}`))])));
	const fits = async (id) => {
		for (const [name, page] of Object.entries(await pages(id))) assert.doesNotMatch(page, told, name);
	};
	const refused = async (id, way, length, limit) => {
		for (const [name, page] of Object.entries(await pages(id))) {
			assert.deepEqual(told.exec(page)?.slice(1), [length, limit], `${way}, ${name}`);
			assert.ok(page.includes(way), `${name} says in which`);
		}
		assert.doesNotMatch((await sato.get(`/desk/messages/${id}/submit`)).text, /name="revision"/, 'there is no button');
	};
	const body = (id, sql) => inside(town, `UPDATE message SET body = ${sql} WHERE id = ${id}`);
	const length = async (id, limit) => Number(new RegExp(`文字数 ([\\d,]+)（上限 ${limit}）`).exec(said(await sato.get(`/desk/messages/${id}/preview`)))[1].replace(',', ''));

	// A long name of the town is the only way to some of these limits: a subject has no more than 100 letters.
	const name = await inside(town, 'SELECT name FROM tenant WHERE id = current_tenant()').then((out) => out.split('\n').pop());
	const called = (more) => inside(town, `UPDATE tenant SET name = '${more}${name}' WHERE id = current_tenant()`);

	t.after(() => called(''));

	for (const [what, values] of [['LINE', {}], ['LINE, 命を守る情報', { topics: `'{${vital}}'` }]])
		await t.test(`${what}: 5,000 units of UTF-16, so that an emoji is two`, async () => {
			const id = await written(town, 'sato', { by_line: 'true', body: `repeat('あ', 4000)`, ...values });
			const n = 9000 - await length(id, '5,000');
			await body(id, `repeat('あ', ${n})`);
			await fits(id);
			await body(id, `repeat('あ', ${n - 1}) || '😀'`);
			await refused(id, 'LINE', '5,001', '5,000');
			await body(id, `repeat('あ', ${n + 1})`);
			await refused(id, 'LINE', '5,001', '5,000');
			// Typed, not pasted into the database: saved, and said.
			await body(id, `'短い'`);
			const saved = await sato.submit(await sato.get(`/desk/messages/${id}/content`), { body: 'あ'.repeat(n + 1) }, '/content');
			assert.equal(saved.status, 303);
			assert.match(said(await sato.follow(saved)), /長すぎて送れない配信手段があります/);
			assert.equal(await row(id, 'length(body)'), String(n + 1), 'all of it');
		});

	await t.test('X: 280, a letter of Japanese is two', async () => {
		await inside(town, `INSERT INTO gateway (channel, kind, active, settings) VALUES ('x', 'x', true, '{}')
			ON CONFLICT (tenant_id, channel, place) DO UPDATE SET active = true, settings = '{}'`);
		const id = await written(town, 'sato', { by_x: 'true', subject: `repeat('あ', 100)` });
		const left = 280 - await length(id, '280');
		const full = 'あ'.repeat(left / 2) + 'a'.repeat(left % 2);
		await called(full);
		assert.equal(await length(id, '280'), 280);
		await fits(id);
		await called(`a${full}`);
		await refused(id, 'X', '281', '280');
		await called('');
		await inside(town, `UPDATE gateway SET active = false WHERE channel = 'x'`);
	});

	await t.test('SMS: a part more is told with its price', async () => {
		const id = await written(town, 'sato', { by_sms: 'true', subject: `'あ'` });
		const n = 71 - await length(id, '660');
		await inside(town, `UPDATE message SET subject = repeat('あ', ${n}) WHERE id = ${id}`);
		assert.match((await pages(id)).preview, /文字数 70（上限 660）[^]*1人に1通分/);
		await inside(town, `UPDATE message SET subject = repeat('あ', ${n + 1}) WHERE id = ${id}`);
		assert.match((await pages(id)).preview, /文字数 71（上限 660）[^]*1人に2通分/);
		await called('あ'.repeat(600));
		const more = 1260 - await length(id, '660');
		await called('あ'.repeat(more));
		await fits(id);
		await called('あ'.repeat(more + 1));
		await refused(id, 'SMS', '661', '660');
		await called('');
	});

	await t.test('a device: 2,500 bytes', async () => {
		const id = await written(town, 'sato', { by_webpush: 'true', body: `repeat('😀', 500)`, subject: `repeat('😀', 100)` });
		await fits(id);
		assert.match((await pages(id)).preview, /😀…/, 'of the text it has the beginning, and says so');
		await called('あ'.repeat(600));
		for (const [name, page] of Object.entries(await pages(id))) assert.match(page, told, name);
		await called('');
	});

	await t.test('mail: a subject of 100 letters; one more is not saved, and stays in the form', async () => {
		const id = await written(town, 'sato');
		const save = async (subject) => sato.submit(await sato.get(`/desk/messages/${id}/content`), { subject }, '/content');
		assert.equal((await save('あ'.repeat(100))).status, 303);
		const answer = await save('い'.repeat(101));
		assert.equal(answer.status, 422);
		assert.ok(answer.text.includes('い'.repeat(101)));
		assert.equal(await row(id, 'subject'), 'あ'.repeat(100));
	});
});

test('until it is seen: an order, for what saves lives', async () => {
	const plain = await written(town, 'sato');
	assert.ok(!said(await sato.get(`/desk/messages/${plain}/channels`)).includes('見ました'), 'nothing else is pressed upon people');
	const id = await written(town, 'sato', { by_line: 'true', by_sms: 'true', topics: `'{${vital}}'` });
	for (const [values, words] of [
		[{ until_seen: '1' }, /2つ以上/],
		[{ until_seen: '1', step1: 'line', step2: 'line' }, /1回だけ/],
		[{ until_seen: '1', step1: 'line', step2: 'webpush' }, /上で選んでいない/],
		[{ until_seen: '1', step1: 'line', step2: 'sms', wait1: '0' }, /1から1440まで/],
		[{ until_seen: '1', step1: 'line', step2: 'sms', ladder_yen: 'x' }, /数字/],
	]) {
		const answer = await choose(id, values);
		assert.equal(answer.status, 422, JSON.stringify(values));
		assert.match(said(answer), words);
	}
	let answer = await choose(id, { until_seen: '1', step1: 'line', wait1: '１５', step2: 'sms', ladder_yen: '50000' });
	assert.equal(answer.status, 303, said(answer));
	assert.deepEqual(JSON.parse(await row(id, 'ladder')).map((r) => [r.channel, r.wait]), [['line', 15], ['sms', 10], ['email', 10]],
		'a way that was left out comes last: some have no other');
	assert.equal(await row(id, 'ladder_yen'), '50000');
	assert.match(said(await sato.get(`/desk/messages/${id}/submit`)), /LINE （15分待って）→ SMS （10分待って）→ メール 本人が見るまで SMSの費用は50000円まで/);
	// Each person, unless it is said that one of a household is enough; which is signed like the rest.
	assert.equal(await row(id, 'until_household'), 'f');
	assert.match(said(await sato.get(`/desk/messages/${id}/submit`)), /本人が見るまで/);
	assert.equal((await choose(id, { until_whom: 'everybody' })).status, 422);
	assert.equal((await choose(id, { until_whom: 'household' })).status, 303);
	assert.equal(await row(id, 'until_household'), 't');
	assert.match(said(await sato.get(`/desk/messages/${id}/submit`)), /世帯のだれかが見るまで/);
	answer = await choose(id, { until_seen: null, until_whom: 'everybody', step1: 'fax', wait1: '0', ladder_yen: 'x' });
	assert.equal(answer.status, 303, 'what stands in the fields of an order that is not asked for does not matter');
	assert.equal(await row(id, 'until_household'), 'f', 'without an order there is nothing to stop');
	assert.equal(await row(id, `coalesce(ladder::text, 'none') || coalesce(ladder_yen::text, ' none')`), 'none none');
});

test('until it is seen: not what is not to save lives, even where it was chosen before', async () => {
	const id = await written(town, 'sato', { by_line: 'true', by_sms: 'true', topics: `'{${vital}}'` });
	assert.equal((await choose(id, { until_seen: '1', step1: 'line', step2: 'sms' })).status, 303);
	assert.equal((await sato.submit(await sato.get(`/desk/messages/${id}/audience`), { [`topic_${vital}`]: null }, '/audience')).status, 303);
	assert.match(said(await sato.get(`/desk/messages/${id}`)), /配信手段 [^]*? 問題があります/);
	const submit = await sato.get(`/desk/messages/${id}/submit`);
	assert.ok(!submit.text.includes('name="revision"'), 'there is no button');
	assert.match(said(submit), /配信手段 問題があります/);
	const answer = await choose(id, {});
	assert.equal(answer.status, 422);
	assert.match(said(answer), /「命を守る情報」ではないお知らせには使えません/);
	assert.equal((await choose(id, { until_seen: null })).status, 303);
	assert.equal(await row(id, `coalesce(ladder::text, 'none')`), 'none');
	assert.match((await sato.get(`/desk/messages/${id}/submit`)).text, /name="revision"/);
	assert.equal((await choose(id, { until_seen: '1', step1: 'line', step2: 'sms' })).status, 422, 'nor by a form of one\'s own');
});

test('the approver sees and signs every way', async () => {
	const id = await written(town, 'sato', { by_line: 'true', by_sms: 'true', by_webpush: 'true', topics: `'{${vital}}'`, subject: `'避難してください'` });
	assert.equal((await choose(id, { until_seen: '1', step1: 'line', step2: 'sms' })).status, 303);
	assert.equal((await sato.submit(await sato.get(`/desk/messages/${id}/submit`), {}, '/submit')).status, 303);
	assert.equal((await inside(town, `SELECT string_agg(DISTINCT channel, ' ' ORDER BY channel) FROM message_rendering WHERE message_id = ${id} AND channel <> 'terms'`)).split('\n').pop(),
		'email line site sms webpush');
	const page = await suzuki.get(`/desk/messages/${id}/approve`);
	for (const words of ['【みなと市】避難してください', 'みなと市：午前9時から断水します。', '命を守る情報', 'くわしく見る', '（10分待って）'])
		assert.ok(said(page).includes(words), words);

	// The picture of LINE and X, with its words.
	assert.match(page.text, new RegExp(`src="/desk/messages/${id}/card" width="1200" height="675" alt="命を守る情報 みなと市\n避難してください`));
	const card = await suzuki.get(`/desk/messages/${id}/card`);
	assert.deepEqual([card.status, card.headers['content-type'], card.text.slice(1, 4)], [200, 'image/png', 'PNG']);
	assert.equal((await suzuki.get(`/messages/${id}/card`)).status, 404, 'which nobody sees before it goes out');

	// One byte of one way is another thing.
	await inside(town, `SET session_replication_role = replica; UPDATE message_rendering SET content = jsonb_set(content, '{text}', '"別の文"')
		WHERE message_id = ${id} AND channel = 'sms' AND language = 'ja'`);
	const differs = await suzuki.get(`/desk/messages/${id}/approve`);
	assert.equal(differs.status, 409, 'what was submitted is not there any more');
	assert.match(said(differs), /提出されたときの内容と同じかどうかを確かめられません.*取り下げて/);
	assert.equal((await suzuki.submit(page, { act: 'approve', confirm: '1' }, '/approve')).status, 409, 'nor by the page of before');
	assert.equal(await row(id, 'state'), 'pending');
	assert.equal((await sato.submit(await sato.get(`/desk/messages/${id}/withdraw`), {}, '/withdraw')).status, 303);
	assert.equal((await sato.submit(await sato.get(`/desk/messages/${id}/submit`), {}, '/submit')).status, 303);
	assert.equal((await suzuki.get(`/desk/messages/${id}/approve`)).status, 200, 'submitted again it can be read');
});

test('X: chosen where there is an account, drawn as it is posted, and shown where the message stands', async () => {
	await inside(town, `INSERT INTO gateway (channel, kind, active, settings) VALUES ('x', 'x', true, '{"yen_post": "3", "yen_post_link": "31"}')
		ON CONFLICT (tenant_id, channel, place) DO UPDATE SET active = true, url = '', settings = excluded.settings`);
	town.kill('courier', 'SIGTERM');
	const id = await written(town, 'sato');
	assert.match((await sato.get(`/desk/messages/${id}/channels`)).text, /name="by_x"/);
	assert.equal((await choose(id, { by_x: '1', on_site: '1', by_line: null, by_sms: null, by_webpush: null })).status, 303);
	const preview = said(await sato.get(`/desk/messages/${id}/preview`));
	const text = new RegExp(`【みなと市】断水のお知らせ https://minato\\.localhost[:\\d]*/messages/${id}`);
	assert.match(preview, text);
	// 13 letters of 2, a line's end, and an address that X does not know for one.
	const length = new RegExp(`文字数 ${27 + text.exec(preview)[0].split(' ')[1].length}（上限 280）`);
	assert.match(preview, length);
	assert.match(preview, /費用の見込み 31円/);
	assert.equal((await sato.submit(await sato.get(`/desk/messages/${id}/submit`), {}, '/submit')).status, 303);
	const page = await suzuki.get(`/desk/messages/${id}/approve`);
	assert.match(said(page), text);
	assert.equal((await suzuki.submit(page, { act: 'approve', confirm: '1' }, '/approve')).status, 303);

	// Without a courier: as the planner and the courier leave it.
	await inside(town, `SELECT message_plan(${id}, 500)`);
	const status = async () => said(await suzuki.get(`/desk/messages/${id}/status`));
	assert.equal((await suzuki.get(`/messages/${id}/card`)).status, 404, 'what saves no life has no picture');
	assert.match(await status(), /X への投稿 投稿を待っています/);
	assert.match(await status(), text);
	assert.match(await status(), length);
	await inside(town, `UPDATE post SET doubt = true, try = 1, reason = 'no_answer', due = now() + interval '1 minute' WHERE message_id = ${id}`);
	assert.match(await status(), /投稿できたか確認中 理由：送ったあとの返事がありませんでした .* 次に試す時刻：/);
	await inside(town, `UPDATE post SET state = 'unknown', finished = now() WHERE message_id = ${id}`);
	assert.match(await status(), /投稿されたか分かりません .*公式アカウントを開いて/);
	await inside(town, `UPDATE post SET state = 'accepted', doubt = false, provider_id = '186000', reason = 'sent', posted = now() WHERE message_id = ${id}`);
	assert.match((await suzuki.get(`/desk/messages/${id}/status`)).text, /href="https:\/\/x.com\/i\/status\/186000"/);

	// Taken back, once.
	const question = await suzuki.get(`/desk/messages/${id}/post`);
	assert.match(said(question), text);
	assert.equal((await suzuki.submit(question, {}, '/post')).status, 303);
	assert.match(await status(), /投稿を消すよう X に頼みました。.*投稿を消しています/);
	assert.match((await inside(town, `SELECT withdraw FROM post WHERE message_id = ${id}`)), /t$/);
	assert.match((await inside(town, `SELECT count(*) FROM audit WHERE act = 'post.withdrawn' AND object_id = ${id}`)), /1$/);
	assert.equal((await suzuki.submit(question, {}, '/post')).status, 303, 'the same press');
	assert.equal((await suzuki.get(`/desk/messages/${id}/post`)).status, 303, 'there is nothing to take back any more');
	await inside(town, `UPDATE post SET state = 'deleted', withdraw = false WHERE message_id = ${id}`);
	assert.match(await status(), /投稿を消しました/);
});

test('X: what was not posted is posted after all by who mended the cause, once', async () => {
	const id = await written(town, 'sato', { by_x: 'true', by_line: 'false', by_sms: 'false', by_webpush: 'false' }), at = `/desk/messages/${id}/post/again`;
	assert.equal((await sato.submit(await sato.get(`/desk/messages/${id}/submit`), {}, '/submit')).status, 303);
	assert.equal((await suzuki.submit(await suzuki.get(`/desk/messages/${id}/approve`), { act: 'approve', confirm: '1' }, '/approve')).status, 303);
	await inside(town, `UPDATE gateway SET active = false WHERE channel = 'x'; SELECT message_plan(${id}, 500)`);
	// Without a courier: all others are through, as it leaves them.
	await inside(town, `UPDATE batch SET state = 'done' WHERE message_id = ${id} AND state = 'queued'; SELECT message_settle(${id})`);
	const status = async () => said(await suzuki.get(`/desk/messages/${id}/status`));
	assert.match(await status(), /X への投稿 投稿しませんでした 理由：/);
	assert.doesNotMatch(await status(), /もう一度投稿する/, 'there is no account yet');
	assert.equal((await suzuki.get(at)).status, 303);
	await inside(town, "UPDATE gateway SET active = true WHERE channel = 'x'");
	assert.match(await status(), /もう一度投稿する/);
	assert.doesNotMatch(said(await sato.get(`/desk/messages/${id}/status`)), /もう一度投稿する/);
	assert.equal((await sato.get(at)).status, 403, 'whoever may approve');
	const question = await suzuki.get(at);
	assert.deepEqual(problems(question), []);
	assert.match(said(question), /もう一度投稿しますか .*理由：/);
	assert.equal((await suzuki.submit(question, {}, '/post/again')).status, 303);
	assert.match(await status(), /X への投稿を、もう一度行います。.*投稿を待っています/);
	assert.match(await inside(town, `SELECT m.state, p.state, p.gateway_id IS NOT NULL, p.valid_until > now(), p.reason IS NULL FROM post p JOIN message m ON m.id = p.message_id WHERE m.id = ${id}`), /sending\|queued\|t\|t\|t$/);
	assert.match(await inside(town, `SELECT count(*) FROM audit WHERE act = 'post.again' AND object_id = ${id}`), /1$/);
	assert.equal((await suzuki.submit(await suzuki.get(`/desk/messages/${id}/stop`), { comment: '' }, '/stop')).status, 303, 'and stopped like any other');
	assert.match(await status(), /投稿を取りやめました/);
});

test('a correction: for those who got the first, its post begins 【訂正】 and is a reply or takes the place of the first', async () => {
	const id = await written(town, 'sato', { by_x: 'true', by_line: 'false', by_sms: 'false', by_webpush: 'false' });
	assert.equal((await sato.get(`/desk/messages/${id}/correct`)).headers.location, `/desk/messages/${id}`, 'what did not go out is changed');
	assert.equal((await sato.submit(await sato.get(`/desk/messages/${id}/submit`), {}, '/submit')).status, 303);
	assert.equal((await suzuki.submit(await suzuki.get(`/desk/messages/${id}/approve`), { act: 'approve', confirm: '1' }, '/approve')).status, 303);
	await inside(town, `SELECT message_plan(${id}, 500)`);
	const people = (await inside(town, `SELECT array_agg(u.c ORDER BY u.c) FROM batch b, unnest(b.citizens) u(c) WHERE b.message_id = ${id}`)).split('\n').pop();
	// One of them it did not reach, and somebody has come since.
	const [lost] = people.slice(1, -1).split(',');
	await inside(town, `SET session_replication_role = replica; UPDATE batch SET state = 'done', finished = now() WHERE message_id = ${id};
		UPDATE message SET state = 'sent', finished = now() WHERE id = ${id};
		INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, reason) SELECT ${id}, ${lost}, channel, 1, 1, 1, 'refused', 'refused' FROM batch WHERE message_id = ${id} AND ${lost} = ANY (citizens) LIMIT 1;
		INSERT INTO citizen (state, language, reach, topics, confirmed) VALUES ('active', 'ja', '{email}', '{}', now())`);
	await inside(town, `UPDATE post SET state = 'accepted', provider_id = '186001', reason = 'sent', posted = now() WHERE message_id = ${id}`);

	// It was of two topics, of which one is not offered any more since.
	const topics = (await inside(town, `SELECT array_agg(id) FROM (SELECT id FROM topic WHERE NOT vital ORDER BY id LIMIT 2) t`)).split('\n').pop();
	await inside(town, `SET session_replication_role = replica; UPDATE message SET topics = '${topics}', ladder = '[{"channel": "email", "wait": 10}]', ladder_yen = 5 WHERE id = ${id}; UPDATE topic SET active = false WHERE id = ('${topics}'::bigint[])[1]`);

	const question = await sato.get(`/desk/messages/${id}/correct`);
	assert.match(said(question), /最初のお知らせが届いた方にだけ/);
	assert.equal((await sato.submit(question, { first_post: 'x' }, '/correct')).status, 422);
	const another = await suzuki.get(`/desk/messages/${id}/correct`);
	const made = await sato.submit(question, { first_post: 'reply' }, '/correct');
	assert.equal(made.status, 303);
	const draft = Number(/(\d+)$/.exec(made.headers.location)[1]);
	assert.equal((await sato.submit(question, { first_post: 'reply' }, '/correct')).headers.location, made.headers.location, 'the same press');
	// Somebody else who noticed the mistake, too, is shown that it is being corrected, and may go on.
	const shown = await suzuki.submit(another, { first_post: 'reply' }, '/correct');
	assert.equal(shown.status, 409);
	assert.match(said(shown), /もう訂正があります。 【訂正】断水のお知らせ 下書き/);
	assert.match(said(shown), /返信する.*消して/);
	const second = await suzuki.submit(shown, { first_post: 'reply' }, '/correct');
	assert.equal(second.status, 303);
	await inside(town, `SET session_replication_role = replica; DELETE FROM message WHERE id = ${/(\d+)$/.exec(second.headers.location)[1]}`);
	assert.match(said(await sato.get(`/desk/messages/${draft}`)), /次のお知らせの訂正です。 断水のお知らせ X では、最初の投稿への返信として/);
	assert.equal(await row(draft, 'subject'), '【訂正】断水のお知らせ');
	assert.equal(await row(draft, `ladder -> 0 ->> 'wait' || ' ' || ladder_yen`), '10 5', 'in the same order of ways');
	await inside(town, `UPDATE message SET ladder = NULL, ladder_yen = NULL WHERE id = ${draft}`);
	assert.equal(await row(draft, 'topics'), topics.replace(/\d+,/, ''), 'as in a copy');
	await inside(town, `UPDATE topic SET active = true`);
	await assert.rejects(inside(town, `UPDATE message SET first_post = 'delete' WHERE id = ${draft}`), /not to be changed/);
	const reach = JSON.parse((await inside(town, `SELECT audience_split('everyone', '{}', topics, message_ways(m), 'ja', m.id) FROM message m WHERE id = ${draft}`)).split('\n').pop());
	assert.equal(reach.count, people.split(',').length - 1, 'those who got it');
	await inside(town, `UPDATE message SET scheduled = true, valid_until = now() + interval '1 day', publish_until = now() + interval '2 days' WHERE id = ${draft}`);

	// The mark is first, and once, whether it stands in the subject or not; and its length counts.
	const text = new RegExp(`【訂正】【みなと市】断水のお知らせ https://minato\\.localhost[:\\d]*/messages/${draft}`);
	const preview = said(await sato.get(`/desk/messages/${draft}/preview`));
	assert.match(preview, text);
	assert.match(preview, new RegExp(`文字数 ${35 + text.exec(preview)[0].split(' ')[1].length}（上限 280）`));
	await inside(town, `UPDATE message SET subject = '断水のお知らせ' WHERE id = ${draft}`);
	assert.match(said(await sato.get(`/desk/messages/${draft}/preview`)), text);
	assert.equal((await sato.submit(await sato.get(`/desk/messages/${draft}/submit`), {}, '/submit')).status, 303);
	const page = await suzuki.get(`/desk/messages/${draft}/approve`);
	assert.match(said(page), /最初のお知らせが届いた方のうち、.*最初の投稿への返信として|最初の投稿への返信として.*最初のお知らせが届いた方のうち、/);
	assert.equal((await suzuki.submit(page, { act: 'approve', confirm: '1' }, '/approve')).status, 303);
	await inside(town, `SELECT message_plan(${draft}, 500)`);
	assert.equal((await inside(town, `SELECT array_agg(u.c ORDER BY u.c) FROM batch b, unnest(b.citizens) u(c) WHERE b.message_id = ${draft}`)).split('\n').pop(),
		people.replace(`${lost},`, ''), 'exactly those');
	assert.match(said(await suzuki.get(`/desk/messages/${draft}/status`)), /最初の投稿への返信です/);
	assert.match(said(await suzuki.get(`/desk/messages/${id}/status`)), /このお知らせの訂正 断水のお知らせ/);
	assert.equal((await inside(town, `SELECT first_id = (SELECT id FROM post WHERE message_id = ${id}) FROM post WHERE message_id = ${draft}`)).split('\n').pop(), 't');
});
