// SPDX-License-Identifier: Apache-2.0
//
// Writing a message at the desk, page by page: what is saved, what is said to
// bad input, two clerks on one page, other towns, and the test to oneself.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { readMail } from '../gateways/mime.mjs';
import { eventually, up } from '../harness/up.mjs';

let town, sato, suzuki;

// Signed in with both factors; how one gets there is the business of login.test.mjs.
async function desk(login, host = 'minato.localhost') {
	const token = randomBytes(16).toString('base64url');
	const hash = createHash('sha256').update(token).digest('hex');
	await town.sql(`INSERT INTO staff_session (tenant_id, hash, staff_id, stage)
		SELECT s.tenant_id, '\\x${hash}', s.id, 'full' FROM staff s
		  JOIN tenant_host h ON h.tenant_id = s.tenant_id
		 WHERE h.host = '${host}' AND s.login = '${login}'`);
	const client = town.client(host);
	client.cookies.set('__Host-staff', token);
	return client;
}

before(async () => {
	town = await up();
	sato = await desk('sato');
	suzuki = await desk('suzuki');
});
after(() => town?.stop());

// As the owner would, inside this town; free: past the guard of the states.
const act = (sql, free = false) => town.sql(`DO $$ BEGIN
	PERFORM enter_tenant((SELECT tenant_id FROM tenant_host WHERE host = 'minato.localhost'), 'command'); END $$;
	SET LOCAL session_replication_role = ${free ? 'replica' : 'origin'}; ${sql}`);
const row = (id, columns) => town.sql(`SELECT ${columns} FROM message WHERE id = ${id}`);
const text = (page) => page.text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
const tasks = (page) => Object.fromEntries([...page.text.matchAll(/c-task c-task--(\w+)"[\s\S]*?(?:messages\/\d+\/(\w+)"|c-task__name)/g)]
	.map(([, state, name]) => [name ?? 'closed', state]));

// A new draft; with its parts, if wanted.
async function draft(client = sato) {
	const answer = await client.submit(await client.get('/desk/messages/new'), { start: 'blank' }, '/new');
	assert.equal(answer.status, 303);
	return Number(answer.headers.location.match(/^\/desk\/messages\/(\d+)$/)[1]);
}
async function save(client, id, part, values) {
	return client.submit(await client.get(`/desk/messages/${id}/${part}`), values, `/${id}/${part}`);
}
const written = { subject: '断水のお知らせ（12月1日）', body: '**午前9時から**断水します。\n\n- 北丘\n- 南台', contact: '水道課 000-000-0000' };
function date(name, at) {
	const d = new Date(at.getTime() + 9 * 3600e3);
	return {
		[`${name}_year`]: d.getUTCFullYear(), [`${name}_month`]: d.getUTCMonth() + 1, [`${name}_day`]: d.getUTCDate(),
		[`${name}_hour`]: d.getUTCHours(), [`${name}_minute`]: d.getUTCMinutes(),
	};
}
const days = (n) => new Date(Date.now() + n * 86400e3);

test('from a blank page to a message that lacks nothing', async () => {
	const id = await draft();
	let page = await sato.get(`/desk/messages/${id}`);
	assert.equal(page.status, 200);
	assert.match(page.text, /新しいお知らせ/);
	assert.equal(tasks(page).content, 'todo');
	assert.equal(tasks(page).submit, undefined, 'it cannot be submitted yet');

	let answer = await save(sato, id, 'content', written);
	assert.equal(answer.headers.location, `/desk/messages/${id}/audience`, 'on to the next open step');
	page = await sato.follow(answer);
	assert.match(page.text, /本文を保存しました/);
	answer = await sato.submit(page, { audience: 'everyone' }, '/audience');
	assert.equal(answer.headers.location, `/desk/messages/${id}/schedule`, 'channels have a preset');
	answer = await sato.submit(await sato.follow(answer), { when: 'now', ...date('publish_until', days(30)) }, '/schedule');
	assert.equal(answer.headers.location, `/desk/messages/${id}`);
	page = await sato.follow(answer);
	assert.deepEqual(tasks(page), { content: 'done', pictures: 'todo', audience: 'done', channels: 'done', schedule: 'done',
		preview: 'todo', test: 'todo', submit: 'todo' });
	assert.equal(await row(id, 'subject'), written.subject);
	assert.equal(await row(id, "send_at IS NULL AND valid_until BETWEEN now() + interval '23 hours' AND now() + interval '25 hours'"), 't',
		'a day later is too late, unless told otherwise');

	page = await sato.get(`/desk/messages/${id}/preview`);
	assert.match(page.text, /<strong>午前9時から<\/strong>断水します/);
	assert.match(page.text, /配信停止のリンクが入ります/);
	assert.doesNotMatch(page.text, /\uFDD0/);
});

test('what is typed wrong is said beside the field and stays', async () => {
	const id = await draft();
	const long = '長'.repeat(101);
	let page = await save(sato, id, 'content', { ...written, subject: long });
	assert.equal(page.status, 422);
	assert.match(text(page), /件名は100文字までです（いま101文字）/);
	assert.ok(page.text.includes(`value="${long}"`) && page.text.includes('断水します'), 'what was typed stays');
	for (const [values, said] of [
		[{ subject: '' }, '件名を入力してください'], [{ subject: '字'.repeat(10000) }, '件名は100文字までです'],
		[{ body: '' }, '本文を入力してください'], [{ body: '字'.repeat(6667) }, '本文が長すぎます'],
		[{ subject: '👨‍👩‍👧‍👦'.repeat(20) }, 'いま140文字'], [{ contact: '☎️'.repeat(200) }, 'いまは400文字'],
		[{ contact: ' 　\n' }, '問い合わせ先を入力してください'], [{ department: '999999' }, '発信する課を、一覧から選び直してください'],
	]) {
		page = await save(sato, id, 'content', { ...written, ...values });
		assert.equal(page.status, 422, said);
		assert.match(page.text, new RegExp(said));
		assert.match(page.text, /<title>エラー：/);
	}
	page = await save(sato, id, 'content', { ...written, subject: 'a\u0007b' });
	assert.ok([400, 422].includes(page.status), 'a control character');
	assert.equal(await row(id, 'subject, revision'), '|1', 'nothing was saved');

	page = await save(sato, id, 'content', { ...written, subject: '<script>alert(1)</script>', body: '<script>x</script>' });
	assert.equal(page.status, 303);
	page = await sato.get(`/desk/messages/${id}/preview`);
	assert.doesNotMatch(page.text, /<script>(alert|x)/);
});

test('an audience of nobody, of another town, of nothing', async () => {
	const id = await draft();
	let page = await save(sato, id, 'audience', {});
	assert.equal(page.status, 422);
	assert.match(page.text, /届ける人を選んでください/);
	page = await save(sato, id, 'audience', { audience: 'chosen' });
	assert.match(page.text, /地区か分野を、1つ以上選んでください/);

	const far = await town.sql("SELECT id FROM district WHERE tenant_id = (SELECT tenant_id FROM tenant_host WHERE host = 'yama.localhost') LIMIT 1");
	page = await save(sato, id, 'audience', { audience: 'chosen', [`district_${far}`]: '1' });
	assert.equal(page.status, 422);
	assert.match(page.text, /地区を選び直してください/);

	const lonely = await act("INSERT INTO district (name) VALUES ('無人島') RETURNING id");
	page = await save(sato, id, 'audience', { audience: 'chosen', [`district_${lonely}`]: '1' });
	assert.equal(page.status, 422);
	assert.match(page.text, /あてはまる人はいません/);
	assert.equal(await row(id, 'audience IS NULL'), 't');

	page = await save(sato, id, 'audience', { audience: 'everyone', count: '1' });
	assert.equal(page.status, 200);
	assert.match(text(page), /\d+人 （ 令和\d+年.*現在）/);
	assert.equal(await row(id, 'audience IS NULL'), 't', 'counting saves nothing');

	// A town that has nobody yet: nobody else can be chosen, but the site alone.
	await act(`UPDATE message SET by_email = false, by_webpush = true, by_line = false, by_sms = false WHERE id = ${id}`);
	page = await save(sato, id, 'audience', { audience: 'everyone' });
	assert.equal(page.status, 422);
	assert.match(text(page), /まだ一人も登録していません。住民サイトに載せるだけなら/);
	assert.match(page.text, new RegExp(`<p><a href="/desk/messages/${id}/channels">`));
	await act(`UPDATE message SET by_webpush = false, on_site = true WHERE id = ${id}`);
	assert.equal((await save(sato, id, 'audience', { audience: 'everyone' })).status, 303);
});

test('until when it is on the site: proposed by what it is about, shown, and changeable', async () => {
	const id = await draft(), at = `/desk/messages/${id}/schedule`, vital = await town.sql("SELECT min(id) FROM topic WHERE vital");
	const end = async (n) => (await town.sql(`SELECT to_char((now() AT TIME ZONE 'Asia/Tokyo')::date + ${n}, 'FMYYYY FMMM FMDD') || ' 23 59'`)).split(' ');
	const typed = (page) => ['year', 'month', 'day', 'hour', 'minute'].map((part) => page.text.match(new RegExp(`name="publish_until_${part}" value="(\\d*)"`))[1]);
	for (const [topics, days] of [['{}', 30], [`{${vital}}`, 7]]) {
		await act(`UPDATE message SET audience = 'chosen', topics = '${topics}' WHERE id = ${id}`);
		const page = await sato.get(at);
		assert.deepEqual(typed(page).map(Number), (await end(days)).map(Number));
		assert.match(text(page), new RegExp(`${days}日後の終わりを入れてあります`));
	}
	assert.equal(await row(id, 'publish_until IS NULL'), 't', 'a proposal is not saved by being looked at');
	assert.equal((await sato.submit(await sato.get(at), { when: 'now' }, '/schedule')).status, 303, 'it is enough to agree');
	const page = await sato.get(at);
	assert.deepEqual(typed(page).map(Number), (await end(7)).map(Number));
	assert.ok(!text(page).includes('入れてあります'), 'now somebody has said it');
});

test('times', async () => {
	const id = await draft();
	for (const [values, said] of [
		[{}, 'いつ届けるかを選んでください'],
		[{ when: 'now', ...Object.fromEntries(['year', 'month', 'day', 'hour', 'minute'].map((part) => [`publish_until_${part}`, ''])) }, '掲載期限を入力してください'],
		[{ when: 'later', ...date('publish_until', days(30)) }, '配信する日時を入力してください'],
		[{ when: 'later', ...date('send_at', days(-1)), ...date('publish_until', days(30)) }, '配信する日時が過ぎています'],
		[{ when: 'now', ...date('publish_until', days(-1)) }, '掲載期限が過ぎています'],
		[{ when: 'later', ...date('send_at', days(3)), ...date('publish_until', days(2)) }, '掲載期限は、配信する日時より後に'],
		[{ when: 'later', ...date('send_at', days(3)), ...date('valid_until', days(2)), ...date('publish_until', days(9)) }, 'は、配信する日時より後にしてください'],
		[{ when: 'now', ...date('valid_until', days(9)), ...date('publish_until', days(2)) }, 'は、掲載期限より前にしてください'],
		[{ when: 'now', ...date('publish_until', days(2)), publish_until_month: '13' }, '掲載期限は、実際にある日時を'],
	]) {
		const page = await save(sato, id, 'schedule', values);
		assert.equal(page.status, 422, said);
		assert.match(page.text, new RegExp(said));
	}
	assert.equal(await row(id, 'scheduled'), 'f');

	// 元日の午前3時, which is to come in Japan: both, and the night is said first.
	const year = new Date(Date.now() + 9 * 3600e3).getUTCFullYear() + 1;
	const night = new Date(Date.UTC(year, 0, 1, -6));
	let page = await sato.follow(await save(sato, id, 'schedule',
		{ when: 'later', ...date('send_at', night), ...date('publish_until', new Date(night.getTime() + 30 * 86400e3)) }));
	assert.match(page.text, /夜間の配信なので/);
	assert.equal(await row(id, 'extract(epoch FROM send_at)::bigint'), String(night.getTime() / 1000));
	page = await sato.get(`/desk/messages/${id}/schedule`);
	assert.match(page.text, /土曜・日曜・祝日の配信です/);
	assert.match(page.text, new RegExp(`name="send_at_year" value="${year}"`));

	await act(`UPDATE message SET send_at = now() - interval '1 minute' WHERE id = ${id}`);
	page = await sato.get(`/desk/messages/${id}`);
	assert.equal(tasks(page).schedule, 'wrong', 'a time that has passed meanwhile is a problem');
});

test('no channel', async () => {
	const id = await draft();
	const page = await save(sato, id, 'channels', { by_email: null, on_site: null });
	assert.equal(page.status, 422);
	assert.match(page.text, /1つ以上選んでください/);
	assert.equal((await save(sato, id, 'channels', { by_email: null })).status, 303);
	assert.equal(await row(id, 'by_email, on_site'), 'f|t');
});

test('F26 two clerks on one page: the second is told, nothing is lost', async () => {
	const id = await draft();
	await save(sato, id, 'content', written);
	const open = await sato.get(`/desk/messages/${id}/content`);
	await save(suzuki, id, 'content', { ...written, body: '鈴木が直した本文' });
	// Another page of the same message does not matter.
	assert.equal((await save(suzuki, id, 'audience', { audience: 'everyone' })).status, 303);

	let page = await sato.submit(open, { body: '佐藤が書いた本文' }, '/content');
	assert.equal(page.status, 409);
	assert.match(page.text, /鈴木が直した本文/);
	assert.match(page.text, /佐藤が書いた本文/);
	assert.match(text(page), /鈴木 一郎さんが/);
	assert.match(page.text, /この内容で上書きする/);
	assert.equal(await row(id, 'body'), '鈴木が直した本文', 'nothing is saved before somebody decides');
	page = await sato.submit(page, {}, '/content');
	assert.equal(page.status, 303);
	assert.equal(await row(id, 'body'), '佐藤が書いた本文');

	// Both typed the same: nobody has to decide.
	const again = await sato.get(`/desk/messages/${id}/content`);
	await save(suzuki, id, 'content', { body: '同じ本文' });
	assert.equal((await sato.submit(again, { body: '同じ本文' }, '/content')).status, 303);

	// … unless one of them gave it to another department.
	await act(`INSERT INTO staff_department (staff_id, department_id) SELECT s.id, d.id FROM staff s JOIN department d USING (tenant_id) WHERE s.login = 'suzuki' AND tenant_id = current_tenant() ON CONFLICT DO NOTHING`);
	const unchanged = await sato.get(`/desk/messages/${id}/content`), was = await row(id, 'department_id');
	const [other, name] = (await act(`SELECT id, name FROM department WHERE tenant_id = current_tenant() AND id <> ${was} AND active LIMIT 1`)).split('|');
	assert.equal((await save(suzuki, id, 'content', { department: other })).status, 303);
	page = await sato.submit(unchanged, {}, '/content');
	assert.equal(page.status, 409);
	assert.ok(text(page).includes(name), 'theirs is shown');
	assert.equal(await row(id, 'department_id'), other);

	const small = await sato.get(`/desk/messages/${id}/channels`);
	await save(suzuki, id, 'channels', { on_site: null });
	page = await sato.submit(small, { by_email: null }, '/channels');
	assert.equal(page.status, 409);
	assert.match(page.text, /先に保存されました/);
});

test('what was submitted meanwhile is not saved, and the typed text is still there', async () => {
	const id = await draft();
	await save(sato, id, 'content', written);
	const open = await sato.get(`/desk/messages/${id}/content`);
	await act(`UPDATE message SET state = 'pending' WHERE id = ${id}`, true);
	const page = await sato.submit(open, { body: '間に合わなかった本文' }, '/content');
	assert.equal(page.status, 409);
	assert.match(page.text, /もう編集できません/);
	assert.match(page.text, /間に合わなかった本文/);
	assert.doesNotMatch(page.text, /保存して次へ/);
	const moved = await sato.get(`/desk/messages/${id}/content`);
	assert.equal(moved.headers.location, `/desk/messages/${id}`);
});

test('F24 a second press is the first one', async () => {
	const page = await sato.get('/desk/messages/new');
	const before = await town.sql('SELECT count(*) FROM message');
	const both = [await sato.submit(page, { start: 'blank' }, '/new'), await sato.submit(page, { start: 'blank' }, '/new')];
	assert.equal(both[0].headers.location, both[1].headers.location);
	assert.equal(await town.sql('SELECT count(*) FROM message'), String(Number(before) + 1));
	// Each worker that answered such a press is fit for the next request.
	for (let i = 0; i < 6; i++) {
		assert.equal((await sato.submit(page, { start: 'blank' }, '/new')).status, 303);
		await draft();
	}
});

test('after another message', async () => {
	const from = await town.sql("SELECT m.id FROM message m JOIN tenant_host h USING (tenant_id) WHERE h.host = 'minato.localhost' AND state = 'sent' ORDER BY m.id LIMIT 1");
	const answer = await sato.submit(await sato.get(`/desk/messages/${from}`), {}, '/new');
	const id = answer.headers.location.match(/\d+$/)[0];
	assert.equal(await row(id, 'subject, body, audience, scheduled, send_at, state'),
		await row(from, "subject, body, audience, false, NULL::timestamptz, 'draft'"));
});

test('after another message that was for fewer than is left of its audience: to whom is asked again', async () => {
	const [gone, here] = (await act(`INSERT INTO district (name, active) VALUES ('旧町', false), ('新町', true) RETURNING id`)).split('\n');
	const topic = await act(`INSERT INTO topic (name, active) VALUES ('旧分野', false) RETURNING id`);
	const sent = async (columns) => {
		const id = await draft();
		await act(`UPDATE message SET subject = '前のお知らせ', body = 'x', ${columns}, state = 'sent', published = now() WHERE id = ${id}`, true);
		const made = await sato.submit(await sato.get('/desk/messages/new'), { start: String(id) }, '/new');
		return [id, Number(made.headers.location.match(/\d+$/)[0])];
	};
	for (const [columns, left] of [
		[`audience = 'chosen', districts = '{${gone}}'`, '|{}|{}'],
		[`audience = 'chosen', districts = '{${gone},${here}}'`, `|{${here}}|{}`],
		[`audience = 'chosen', districts = '{${here}}', topics = '{${topic}}'`, `|{${here}}|{}`],
		[`audience = 'chosen', districts = '{${here}}'`, `chosen|{${here}}|{}`],
		[`audience = 'everyone', topics = '{${topic}}'`, 'everyone|{}|{}'],
	]) {
		const [, copy] = await sent(columns);
		assert.equal(await row(copy, 'audience, districts, topics'), left, columns);
		assert.equal(tasks(await sato.get(`/desk/messages/${copy}`)).audience, left[0] === '|' ? 'todo' : 'done', columns);
	}
	const [first] = await sent("audience = 'everyone'");
	const [, corrected] = await sent(`audience = 'everyone', corrects = ${first}`);
	assert.equal(await row(corrected, 'audience, corrects'), '|', 'a correction was for those who got the first');
	const survey = await act('SELECT min(id) FROM survey');
	for (const [people, audience] of [['rest', ''], ['all', 'everyone']]) {
		const id = await draft();
		await act(`UPDATE message SET subject = 'アンケート', body = 'x', audience = 'everyone', state = 'sent', published = now() WHERE id = ${id};
			INSERT INTO survey_message (tenant_id, message_id, survey_id, people, personal) SELECT tenant_id, id, ${survey}, '${people}', false FROM message WHERE id = ${id}`, true);
		const made = await sato.submit(await sato.get('/desk/messages/new'), { start: String(id) }, '/new');
		assert.equal(await row(made.headers.location.match(/\d+$/)[0], 'audience'), audience, people);
	}
});

test('until when it may be sent follows the time of sending where nobody typed it', async () => {
	const id = await draft();
	const at = (n) => ({ when: 'later', ...date('send_at', days(n)), ...date('publish_until', days(20)) });
	const gap = `valid_until = send_at + interval '1 day' AND valid_preset`;
	assert.equal((await save(sato, id, 'schedule', at(2))).status, 303);
	assert.equal(await row(id, gap), 't');
	assert.match((await sato.get(`/desk/messages/${id}/schedule`)).text, /name="valid_until_year"[^>]*value=""/, 'not as if somebody had typed it');
	assert.equal((await save(sato, id, 'schedule', at(5))).status, 303, 'later, and nothing is said of a field that nobody typed in');
	assert.equal(await row(id, gap), 't');
	assert.equal((await save(sato, id, 'schedule', { ...at(5), ...date('valid_until', days(6)) })).status, 303);
	assert.equal((await save(sato, id, 'schedule', at(7))).status, 422, 'what was typed is not thrown away');
	// As soon as it is approved: it was saved days ago, and is submitted now.
	await save(sato, id, 'content', written);
	await save(sato, id, 'audience', { audience: 'everyone' });
	const none = Object.fromEntries(['year', 'month', 'day', 'hour', 'minute'].map((u) => [`valid_until_${u}`, '']));
	assert.equal((await save(sato, id, 'schedule', { ...none, when: 'now', ...date('publish_until', days(20)) })).status, 303);
	await act(`UPDATE message SET valid_until = now() - interval '1 day' WHERE id = ${id}`, true);
	assert.equal(tasks(await sato.get(`/desk/messages/${id}`)).schedule, 'done');
	assert.equal((await save(sato, id, 'submit', {})).status, 303);
	assert.equal(await row(id, `state, valid_until BETWEEN now() + interval '23 hours' AND now() + interval '25 hours'`), 'pending|t');
});

test('a district that is no longer offered stays in a message that has it', async () => {
	const district = (await act("INSERT INTO district (name) VALUES ('廃止町') RETURNING id")).split('\n').pop();
	const topic = await act('SELECT min(id) FROM topic WHERE active AND NOT vital AND tenant_id = current_tenant()');
	await act(`UPDATE citizen SET districts = districts || ${district}::bigint WHERE id IN (SELECT id FROM citizen
		WHERE tenant_id = current_tenant() AND state = 'active' AND NOT vital_only AND 'email' = ANY (reach) AND ${topic} = ANY (topics) ORDER BY id LIMIT 6)`, true);
	const id = await draft(), had = `chosen|{${district}}|{${topic}}`;
	assert.equal((await save(sato, id, 'audience', { audience: 'chosen', [`district_${district}`]: '1', [`topic_${topic}`]: '1' })).status, 303);
	await act(`UPDATE district SET active = false WHERE id = ${district}`);
	const counted = await save(sato, id, 'audience', { count: '1' });
	assert.equal(counted.status, 200);
	assert.match(text(counted), /届く人数 6人/);
	assert.equal((await save(sato, id, 'audience', {})).status, 303);
	assert.equal(await row(id, 'audience, districts, topics'), had, 'and not all in town who follow the topic');
	const other = await sato.get(`/desk/messages/${await draft()}/audience`);
	assert.ok(!other.text.includes('廃止町'), 'others are not offered it');
});

test('a correction of a subject that is as long as it may be', async () => {
	const id = await draft();
	await act(`UPDATE message SET subject = '⚠️${'字'.repeat(97)}🇯', body = 'x', audience = 'everyone', state = 'sent', published = now() WHERE id = ${id}`, true);
	const made = await sato.submit(await sato.get(`/desk/messages/${id}/correct`), {}, '/correct');
	assert.equal(made.status, 303);
	assert.equal(await row(made.headers.location.match(/\d+$/)[0], 'subject'), `【訂正】⚠️${'字'.repeat(93)}…`);
});

test('other towns, other roles, no role', async () => {
	const far = await town.sql("SELECT m.id FROM message m JOIN tenant_host h USING (tenant_id) WHERE h.host = 'yama.localhost' LIMIT 1");
	for (const path of ['', '/content', '/audience', '/channels', '/schedule', '/preview', '/test'])
		assert.equal((await sato.get(`/desk/messages/${far}${path}`)).status, 404, path);
	const page = await sato.get('/desk/messages/new');
	assert.equal((await sato.submit(page, { start: far }, '/new')).status, 404, 'nor is it copied');

	const approver = await desk('takahashi'), admin = await desk('admin');
	const id = await draft();
	for (const reader of [approver, admin]) {
		assert.equal((await reader.get('/desk/messages')).status, 200);
		assert.equal((await reader.get(`/desk/messages/${id}`)).status, 200);
		assert.equal((await reader.get(`/desk/messages/${id}/content`)).status, 403);
		assert.equal((await reader.get('/desk/messages/new')).status, 403);
	}
	assert.equal((await town.client('minato.localhost').get('/desk/messages')).status, 303, 'to the door');
	assert.equal((await sato.post(`/desk/messages/${id}/content`, { ...written, seen: '' })).status, 403, 'no token');
});

test('the list: states, words, pages', async () => {
	const tenant = "(SELECT tenant_id FROM tenant_host WHERE host = 'minato.localhost')";
	await act(`INSERT INTO message (tenant_id, department_id, author_id, subject, updated)
		SELECT s.tenant_id, (SELECT min(id) FROM department d WHERE d.tenant_id = s.tenant_id), s.id,
		       'ページ' || n, now() - n * interval '1 minute'
		  FROM staff s, generate_series(1, 45) n WHERE s.login = 'sato' AND s.tenant_id = ${tenant}`);
	const subjects = (page) => [...page.text.matchAll(/<th scope="row"><a href="[^"]*"><span lang="ja">([^<]*)</g)].map((m) => m[1]);
	const seen = [];
	const link = (page, rel) => page.text.match(new RegExp(`rel="${rel}" href="([^"]*)"`))?.[1].replaceAll('&amp;', '&');
	let page = await sato.get('/desk/messages?search=%E3%83%9A%E3%83%BC%E3%82%B8');
	for (let at = page; ; page = at) {
		seen.push(...subjects(at));
		const next = link(at, 'next');
		if (!next) break;
		at = await sato.get(next);
	}
	assert.deepEqual(seen, Array.from({ length: 45 }, (_, i) => `ページ${i + 1}`), 'each once, newest first');
	page = await sato.get(link(page, 'prev'));
	assert.deepEqual(subjects(page), Array.from({ length: 20 }, (_, i) => `ページ${i + 21}`), 'and back');

	page = await sato.get('/desk/messages?state=sent');
	assert.ok(subjects(page).length > 0 && !page.text.includes('c-tag--draft'));
	page = await sato.get(`/desk/messages?search=${encodeURIComponent('ﾍﾟｰｼﾞ４５')}`);
	assert.deepEqual(subjects(page), ['ページ45'], 'half and full width are the same to whoever searches');
	page = await sato.get(`/desk/messages?search=${encodeURIComponent('%_')}`);
	assert.match(page.text, /あてはまるお知らせはありません/);
	for (const odd of ['?older=x', '?older=1', '?older=9999999999999999999-1', '?state=nonsense'])
		assert.equal((await sato.get(`/desk/messages${odd}`)).status, 200, odd);
	// Where nothing is left on that side of the page, it is not said that there is nothing.
	for (const gone of ['older=1-1', 'newer=999999999999999999-1'])
		assert.equal((await sato.get(`/desk/messages?state=sent&search=%E3%83%9A&${gone}`)).headers.location, '/desk/messages?state=sent&search=%E3%83%9A', gone);
	assert.equal((await sato.get('/desk/messages?older=1-1')).headers.location, '/desk/messages');
});

test('a test goes to oneself, and what became of it is shown', async () => {
	const id = await draft();
	let page = await sato.get(`/desk/messages/${id}/test`);
	assert.match(page.text, /試し送りができます/, 'not before there is a text');
	await save(sato, id, 'content', written);
	const before = town.outbox().length;
	const answer = await sato.submit(await sato.get(`/desk/messages/${id}/test`), {}, '/test');
	assert.equal(answer.headers.location, `/desk/messages/${id}/test`);
	page = await sato.follow(answer);
	assert.match(page.text, /試し送りを受け付けました/);
	await eventually('the test in the outbox', () => town.outbox().length > before);
	assert.equal(town.outbox().length, before + 1, 'nobody else gets it');
	// The page of the message is there when it is out.
	const links = readMail(Buffer.from(town.outbox().at(-1))).text.match(/https:\/\/\S+/g).filter((l) => !/\/messages\/\d+$/.test(l));
	assert.ok(links.length > 0);
	for (const link of new Set(links))
		assert.notEqual((await town.client('minato.localhost').get(new URL(link).pathname)).status, 404, `${link} leads somewhere`);
	page = await eventually('delivered', async () => {
		const now = await sato.get(`/desk/messages/${id}/test`);
		return now.text.includes('届けました') && now;
	});
	const block = await sato.get(`/desk/messages/${id}/tests`);
	assert.equal(block.status, 200);
	assert.match(block.text, /届けました/);
	assert.doesNotMatch(block.text, /<html/);
	assert.doesNotMatch(block.text, /hx-trigger/, 'it stops asking when there is nothing to wait for');
	assert.doesNotMatch((await suzuki.get(`/desk/messages/${id}/tests`)).text, /届けました/, 'everybody sees their own');
	assert.equal(tasks(await sato.get(`/desk/messages/${id}`)).test, 'done');
	await save(sato, id, 'content', { body: '直した本文' });
	page = await sato.get(`/desk/messages/${id}/test`);
	assert.match(page.text, /その後、内容が変わりました/);
});

test('the first page of the desk', async () => {
	const page = await sato.get('/desk');
	assert.equal(page.status, 200);
	assert.match(text(page), /承認待ち \d+ 件/);
	assert.match(page.text, /href="\/desk\/messages\?state=pending"/);
	await act(`INSERT INTO message (tenant_id, department_id, author_id, subject, updated)
		SELECT tenant_id, department_id, author_id, 'あさっての分', now() FROM message WHERE state = 'pending' LIMIT 1`);
	await act(`UPDATE message SET state = 'approved', send_at = now() + interval '2 days'
		WHERE subject = 'あさっての分'`, true);
	assert.match(text(await sato.get('/desk')), /あと2日 あさっての分/);
});

test('in English', async () => {
	const id = await draft();
	sato.cookies.set('__Host-lang', 'en');
	for (const path of ['/desk', '/desk/messages', `/desk/messages/${id}`, `/desk/messages/${id}/content`, `/desk/messages/${id}/audience`,
		`/desk/messages/${id}/channels`, `/desk/messages/${id}/schedule`, `/desk/messages/${id}/preview`, `/desk/messages/${id}/test`]) {
		const page = await sato.get(path);
		assert.equal(page.status, 200, path);
		assert.match(page.text, /<html lang="en">/);
	}
	sato.cookies.delete('__Host-lang');
});
