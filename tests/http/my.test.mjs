// SPDX-License-Identifier: Apache-2.0
//
// マイページ: the link that opens it, what can be changed there, and the end.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { up } from '../harness/up.mjs';
import { linkIn, mailsTo, mailWith, problems, somebody, subscribe, words } from './citizen.mjs';

let town, district, topic;
const ids = (sql) => town.sql(sql).then((s) => s.split('\n').map(Number));
before(async () => {
	town = await up();
	const mine = `tenant_id = (SELECT tenant_id FROM tenant_host WHERE host = 'minato.localhost')`;
	district = await ids(`SELECT id FROM district WHERE ${mine} ORDER BY place, id`);
	topic = await ids(`SELECT id FROM topic WHERE ${mine} AND NOT vital ORDER BY place, id`);
});
after(() => town?.stop());
const browser = () => town.client('minato.localhost');

// A person whose page is open in this browser.
async function person(choice) {
	const client = browser(), email = somebody();
	await subscribe(town, client, email, { district: [district[0]], topic: [topic[0]], ...choice });
	const id = Number(await town.sql('SELECT max(id) FROM citizen'));
	return { client, email, id, is: (columns) => town.sql(`SELECT ${columns} FROM citizen WHERE id = ${id}`) };
}

test('a link by mail opens it, once and for a quarter of an hour', async () => {
	const { email } = await person();
	const client = browser();
	assert.equal((await client.get('/my')).headers.location, '/my/link');
	const asked = await client.submit(await client.get('/my/link'), { email: `　${email}　` });
	assert.equal(asked.headers.location, '/my/sent');
	const mail = await mailWith(town, email, '/my/open/');
	const link = linkIn(mail, 'my/open');
	assert.equal((await client.get('/my')).status, 303, 'not before the button');
	assert.equal((await client.get(link)).status, 200);
	const opened = await client.submit(await client.get(link));
	assert.equal(opened.headers.location, '/my');
	assert.ok(opened.headers['set-cookie'].some((c) => /^__Host-citizen=.*Secure.*HttpOnly/i.test(c)));
	assert.ok(words(await client.get('/my')).includes(email));
	assert.equal((await browser().get(link)).status, 410);

	// Sixteen minutes later, another one.
	await client.submit(await client.get('/my/link'), { email });
	const late = linkIn((await mailsTo(town, email, 4)).filter((m) => m.text.includes('/my/open/')
		&& linkIn(m, 'my/open') !== link)[0], 'my/open');
	await town.sql(`UPDATE link SET ends = ends - interval '16 minutes' WHERE used IS NULL`);
	const ended = await client.get(late);
	assert.equal(ended.status, 410);
	assert.match(words(ended), /新しいリンク/);
});

test('an hour later it is closed, and so it is by its button', async () => {
	const one = await person();
	await town.sql(`UPDATE citizen_session SET created = created - interval '61 minutes' WHERE citizen_id = ${one.id}`);
	assert.equal((await one.client.get('/my')).headers.location, '/my/link');
	const other = await person();
	const token = other.client.cookies.get('__Host-citizen');
	await other.client.submit(await other.client.get('/my'), {}, 'sign-out');
	other.client.cookies.set('__Host-citizen', token);
	assert.equal((await other.client.get('/my')).headers.location, '/my/link', 'everywhere, not in the browser alone');
});

test('districts, topics and language', async () => {
	const { client, is } = await person();
	const page = await client.get('/my/change/districts');
	assert.match(page.text, new RegExp(`id="district_${district[0]}"[^>]* checked`));
	const none = await client.submit(page, { [`district_${district[0]}`]: null });
	assert.match(problems(none).district, /地区を1つ以上/);
	const code = await town.sql(`SELECT min(postcode) FROM district_postcode WHERE district_id = ${district[1]}
		AND postcode NOT IN (SELECT postcode FROM district_postcode GROUP BY postcode HAVING count(*) > 1)`);
	const found = await client.follow(await client.submit(page, { find: 1, postcode: code }));
	const saved = await client.submit(found);
	assert.equal(saved.headers.location, '/my');
	assert.match(words(await client.follow(saved)), /変更しました/);
	assert.equal(await is('districts'), `{${district[0]},${district[1]}}`);

	await client.submit(await client.get('/my/change/topics'), { [`topic_${topic[2]}`]: 1 }, 1);
	assert.equal(await is('topics, vital_only'), `{${topic[0]},${topic[2]}}|f`);
	await client.submit(await client.get('/my/change/topics'), { vital: 1 }, 0);
	assert.equal(await is('topics, vital_only'), '{}|t');
	assert.match(words(await client.get('/my')), /命を守る情報だけ/);

	await client.submit(await client.get('/my/change/language'), { language: 'en' });
	assert.equal(await is('language'), 'en');
});

test('a district and a topic that are no longer offered stay with whoever has them', async () => {
	const { client, is, id } = await person(), other = await person();
	const offer = (on) => town.sql(`SET session_replication_role = replica; UPDATE district SET active = ${on} WHERE id = ${district[0]};
		UPDATE topic SET active = ${on} WHERE id = ${topic[0]}`);
	await town.sql(`SET session_replication_role = replica; UPDATE citizen SET topics = '{${topic[0]}}', districts = '{${district[0]}}' WHERE id = ${id}`);
	await offer(false);
	try {
		assert.equal((await client.submit(await client.get('/my/change/districts'), { [`district_${district[1]}`]: 1 })).status, 303);
		assert.equal((await client.submit(await client.get('/my/change/topics'), { [`topic_${topic[2]}`]: 1 }, 1)).status, 303);
		assert.equal(await is('districts, topics'), `{${district[0]},${district[1]}}|{${topic[0]},${topic[2]}}`);
		await town.sql(`SET session_replication_role = replica; UPDATE citizen SET topics = '{${topic[2]}}', districts = '{${district[1]}}' WHERE id = ${other.id}`);
		assert.ok(!(await other.client.get('/my/change/districts')).text.includes(`id="district_${district[0]}"`), 'others are not offered it');
		assert.ok(!(await other.client.get('/my/change/topics')).text.includes(`id="topic_${topic[0]}"`));
	} finally {
		await offer(true);
	}
});

test('pausing and going on', async () => {
	const { client, is } = await person();
	assert.match(words(await client.get('/my/pause')), /命を守る情報も届きません/);
	await client.submit(await client.get('/my/pause'));
	assert.equal(await is('state'), 'paused');
	const page = await client.get('/my');
	assert.match(words(page), /いま、お知らせを休んでいます/);
	await client.submit(page, {}, 'resume');
	assert.equal(await is('state, reach'), 'active|{email}');
});

test('what was stopped stays stopped over a pause', async () => {
	const { client, id, is } = await person();
	const ways = () => town.sql(`SELECT string_agg(channel || ' ' || state, ', ' ORDER BY channel) FROM contact WHERE citizen_id = ${id}`);
	await town.sql(`BEGIN; SELECT FROM enter_tenant((SELECT tenant_id FROM citizen WHERE id = ${id}), 'command');
		INSERT INTO contact (citizen_id, channel, address, hash, state, reason) VALUES (${id}, 'line', 'x', 'line of ${id}', 'active', NULL),
		  (${id}, 'sms', 'x', 'phone of ${id}', 'left', 'stop');
		SELECT citizen_stop(${id}, 0, 'email'); COMMIT`);
	await client.submit(await client.get('/my/pause'));
	await client.submit(await client.get('/my'), {}, 'resume');
	assert.equal(await is('state, reach'), 'active|{line}', 'neither the mail, nor the SMS that somebody answered with 停止');
	// The mail again, which their page offers; a number needs to be proved.
	const page = await client.get('/my');
	assert.match(words(page), /いま、このアドレスにはメールを送っていません。 また受け取る/, 'what saves lives comes by LINE');
	const block = (state) => town.sql(`SET session_replication_role = replica; UPDATE contact SET state = '${state}' WHERE citizen_id = ${id} AND channel = 'line';
		UPDATE citizen SET reach = '{${state === 'active' ? 'line' : ''}}' WHERE id = ${id}`);
	await block('failed');
	assert.match(words(await client.get('/my')), /メールを送っていません。 命を守る情報も届きません。 また受け取る/);
	await block('active');
	await client.submit(page, {}, 'resume');
	assert.equal(await ways(), 'email active, line active, sms left');
});

test('leaving erases the address, and says so once more', async () => {
	const { client, email, id, is } = await person();
	const leaving = await client.get('/my/leave');
	assert.doesNotMatch(words(leaving), /申し込んだイベント/);
	const left = await client.submit(leaving);
	assert.equal(left.headers.location, '/my/left');
	assert.match(words(await client.follow(left)), /退会しました/);
	assert.equal(await is('state, reach, language, districts, topics, vital_only'), 'left|{}|ja|{}|{}|f');
	assert.equal(await town.sql(`SELECT count(*) FROM contact WHERE citizen_id = ${id}`), '0');
	assert.equal(await town.sql(`SELECT withdrawn IS NOT NULL FROM consent WHERE citizen_id = ${id}`), 't');
	assert.equal((await client.get('/my')).headers.location, '/my/link');
	assert.match((await mailWith(town, email, '最後のメール')).text, /消してあります/);
	// Who comes back begins anew.
	await subscribe(town, browser(), email, { district: [district[0]] });
	assert.ok(Number(await town.sql('SELECT max(id) FROM citizen')) > id);
});

test('what was sent, and what became of it', async () => {
	const { client, id } = await person();
	const minato = `(SELECT tenant_id FROM tenant_host WHERE host = 'minato.localhost')`;
	const messages = await ids(`SELECT id FROM message WHERE tenant_id = ${minato} AND published > now() - interval '100 days'
		ORDER BY published DESC LIMIT 2`);
	for (const [i, state] of ['accepted', 'refused'].entries()) {
		await town.sql(`INSERT INTO batch (tenant_id, message_id, channel, round, key, citizens, first, last, size, state, due, valid_until)
			VALUES (${minato}, ${messages[i]}, 'email', 9, gen_random_uuid(), '{${id}}', ${id}, ${id}, 1, 'done', now(), now());
			INSERT INTO delivery (tenant_id, message_id, citizen_id, channel, round, try, part, state)
			VALUES (${minato}, ${messages[i]}, ${id}, 'email', 9, 1, 1, '${state}')`);
	}
	const page = await client.get('/my');
	assert.match(words(page), /届けました.*届きませんでした/);
	const subject = await town.sql(`SELECT subject FROM message WHERE id = ${messages[0]}`);
	assert.ok(words(page).includes(subject));
});

test('nobody else\'s page', async () => {
	const { client } = await person();
	const yama = town.client('yama.localhost');
	yama.cookies.set('__Host-citizen', client.cookies.get('__Host-citizen'));
	assert.equal((await yama.get('/my')).headers.location, '/my/link');
	const answered = await yama.post('/my/leave', {});
	assert.ok([401, 403].includes(answered.status), String(answered.status));
});

test('a person\'s pages are kept by nobody', async () => {
	const { client } = await person();
	for (const path of ['/my', '/my/change/districts', '/subscribe/done', '/subscribe/email'])
		assert.match((await client.get(path)).headers['cache-control'], /no-store/, path);
});
