// SPDX-License-Identifier: Apache-2.0
//
// What the public reads: the first page, the list, one message.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { isPage, words } from '../harness/invariants.mjs';
import { fresh, publish, stable } from '../harness/publish.mjs';
import { eventually, up } from '../harness/up.mjs';

const town = await up();
after(() => town.stop());
const minato = fresh(town, 'minato.localhost');
const yama = fresh(town, 'yama.localhost');
const anybody = town.client('minato.localhost');

const ids = (answer) => [...answer.text.matchAll(/<h3 class="c-list__title"><a href="\/messages\/(\d+)">/g)].map((m) => Number(m[1]));
const one = (query) => town.sql(query).then(Number);
const open = { public: true, script: false };

test('the first page', async () => {
	const page = isPage(await minato.get('/'), open);
	assert.match(page.text, /<h1[^>]*>みなと市からのお知らせ<\/h1>/);
	assert.equal(ids(page).length, 3);
	assert.match(page.text, /<a class="c-button c-button--primary" href="\/subscribe">お知らせを受け取る<\/a>/);
	assert.match(page.text, /href="\/messages\?topic=\d+"/);
	assert.match(page.text, /<link rel="alternate" type="application\/atom\+xml" href="\/feed.atom"/);
	isPage(await minato.get('/?lang=en'), { ...open, lang: 'en' });
	const operator = await town.get('operator.localhost', '/');
	assert.equal(operator.status, 303);
	assert.equal(operator.headers.location, '/operator');
});

test('the list, page by page, each message once', async () => {
	for (let i = 0; i < 45; i++) await publish(town, { subject: `過去のお知らせ${i}`, age: `${100 + Math.floor(i / 2)} days` });
	const all = (await town.sql(`SELECT id FROM message WHERE tenant_id = 1 AND on_site AND state = 'sent'
		ORDER BY published DESC, id DESC`)).split('\n').map(Number);
	const seen = [];
	for (let path = '/messages', n = 0; path; n++) {
		const page = isPage(await minato.get(path), open);
		seen.push(...ids(page));
		path = page.text.match(/href="(\/messages\?before=\d+)"/)?.[1];
		assert.equal(/最新のお知らせ/.test(page.text), n > 0);
		assert.ok(n < 10, 'it ends');
		if (path) assert.equal(ids(page).length, 20);
	}
	assert.deepEqual(seen, all);
	// Exactly twenty left: no empty page behind them.
	const before = all[all.length - 21];
	const last = await minato.get(`/messages?before=${before}`);
	assert.equal(ids(last).length, 20);
	assert.doesNotMatch(last.text, /rel="next"/);
	isPage(await minato.get('/messages?lang=en'), { ...open, lang: 'en' });
});

test('by topic and by district', async () => {
	const topic = await one("SELECT id FROM topic WHERE tenant_id = 1 AND name = '市政'");
	const [here, there] = (await town.sql('SELECT id FROM district WHERE tenant_id = 1 ORDER BY id LIMIT 2')).split('\n').map(Number);
	const mine = await publish(town, { subject: '市政の話', topics: [topic], districts: [here] });
	const others = await publish(town, { subject: 'となりの地区の話', topics: [topic], districts: [there] });
	const everybody = await publish(town, { subject: 'みんなの話', topics: [topic] });

	const byTopic = isPage(await minato.get(`/messages?topic=${topic}`), open);
	for (const id of [mine, others, everybody]) assert.ok(ids(byTopic).includes(id));
	assert.match(words(byTopic), /分野：市政/);
	const filter = isPage(await minato.get(`/messages/filter?topic=${topic}`), open);
	assert.match(filter.text, /<option value="\d+" lang="ja" selected>市政<\/option>/);
	assert.ok(byTopic.text.includes(`href="/messages/filter?topic=${topic}"`));
	isPage(await minato.get('/messages/filter?lang=en'), { ...open, lang: 'en' });
	const both = isPage(await minato.get(`/messages?topic=${topic}&district=${here}`), open);
	assert.ok(ids(both).includes(mine) && ids(both).includes(everybody) && !ids(both).includes(others));
	// As a form sends it.
	isPage(await minato.get(`/messages?topic=&district=${there}`), open);

	const none = await one("SET session_replication_role = replica; INSERT INTO topic (tenant_id, name) VALUES (1, 'だれも使わない') RETURNING id");
	const empty = isPage(await minato.get(`/messages?topic=${none}`), open);
	assert.match(empty.text, /あてはまるお知らせはありません/);
});

test('a filter that is none of this town', async () => {
	const foreign = await one('SELECT min(id) FROM topic WHERE tenant_id = 2');
	const a = isPage(await minato.get(`/messages?topic=${foreign}`), { status: 404 });
	const b = isPage(await minato.get('/messages?topic=987654'), { status: 404 });
	assert.deepEqual(stable(a), stable(b));
	for (const wrong of ['topic=x', 'topic=-1', 'topic=0', 'district=1.5', 'before=99999999999999999999', 'topic=1&topic=2', 'before=%00']) {
		isPage(await minato.get(`/messages?${wrong}`), { status: 400 });
	}
	// A place in the list that another town's message has says nothing either.
	const theirs = await one("SELECT min(id) FROM message WHERE tenant_id = 2 AND state = 'sent'");
	assert.deepEqual(ids(await minato.get(`/messages?before=${theirs}`)), ids(await minato.get('/messages?before=987654')));
});

test('one message', async () => {
	const topic = await one('SELECT id FROM topic WHERE tenant_id = 1 AND vital');
	const id = await publish(town, {
		subject: '断水 <3月> & "お願い"', topics: [topic],
		html: '<h2>いつ</h2><p><strong>3月1日</strong>の朝</p>', contact: '水道課\n電話 <000>',
	});
	const page = isPage(await minato.get(`/messages/${id}`), open);
	assert.match(page.text, /<h1[^>]*>断水 &lt;3月&gt; &amp; &quot;お願い&quot;<\/h1>/);
	assert.match(page.text, /<h2>いつ<\/h2><p><strong>3月1日<\/strong>の朝<\/p>/);
	assert.match(words(page), /問い合わせ先 水道課 電話 <000>/);
	assert.match(page.text, /c-chip--life/);
	const english = isPage(await minato.get(`/messages/${id}?lang=en`), { ...open, lang: 'en' });
	assert.match(words(english), /Contact/);
	const head = await minato.send(`/messages/${id}`, { method: 'HEAD' });
	assert.equal(head.status, 200);
	assert.equal(head.bytes.length, 0);
});

test('a list says that there is a correction while the correction can be read', async () => {
	const first = await publish(town, { subject: '訂正前' }), second = await publish(town, { subject: '訂正後' });
	const set = (id, to) => town.sql(`SET session_replication_role = replica; UPDATE message SET ${to} WHERE id = ${id}`);
	const topic = await one('SELECT id FROM topic WHERE tenant_id = 1 AND vital');
	await set(first, `corrected_by = ${second}, topics = '{${topic}}'`);
	const marked = async () => [...await Promise.all(['/', `/messages?topic=${topic}`].map(async (path) => /訂正があります/.test((await minato.get(path)).text)))];
	assert.deepEqual(await marked(), [true, true]);
	await set(second, 'publish_until = now()');
	assert.deepEqual(await marked(), [false, false]);
});

test('what is not public is not there: same answer for all', async () => {
	const nothing = isPage(await minato.get('/messages/987654'), { status: 404 });
	const hidden = [
		await publish(town, { state: 'draft' }), await publish(town, { state: 'pending' }), await publish(town, { state: 'returned' }),
		await publish(town, { onSite: false }), await publish(town, { tenant: 2, subject: '山の秘密' }),
		await publish(town, { state: 'rejected' }), await publish(town, { tenant: 2, ends: '-1 day' }),
	];
	for (const id of [...hidden, '0', '-1', 'x', '99999999999999999999', '1%27']) {
		assert.deepEqual(stable(await minato.get(`/messages/${id}`)), stable(nothing), String(id));
	}
	for (const path of ['/', '/messages', '/feed.atom', '/api/v1/messages?count=100']) {
		assert.doesNotMatch((await minato.get(path)).text, /山の秘密|山の町|新そばまつり/, path);
	}
	assert.match((await yama.get('/messages')).text, /山の秘密/);
});

test('what was published and is not any more', async () => {
	const over = await publish(town, { subject: '過ぎた行事', html: '<p>過ぎた本文</p>', ends: '-1 minute' });
	const stopped = await publish(town, { subject: '誤った案内', html: '<p>誤った本文</p>', state: 'stopped' });
	for (const id of [over, stopped]) {
		const page = isPage(await minato.get(`/messages/${id}`), { status: 410 });
		assert.match(page.text, /このお知らせは掲載を終わりました/);
		assert.doesNotMatch(page.text, /過ぎた|誤った/);
	}
	assert.doesNotMatch((await minato.get('/messages')).text, /過ぎた行事|誤った案内/);
});

test('one that is stopped is gone from the cache too', async () => {
	const id = await publish(town, { subject: 'まもなく取り消す' });
	assert.equal((await anybody.get(`/messages/${id}`)).status, 200);
	await town.sql(`SET session_replication_role = replica; UPDATE message SET state = 'stopped' WHERE id = ${id}`);
	await eventually('the cached page to go', async () => (await anybody.get(`/messages/${id}`)).status === 410, 15);
});

test('pages say which version they are', async () => {
	const first = await minato.get('/messages');
	assert.match(first.headers.etag, /^"[\w-]{16}"$/);
	assert.equal(first.headers['set-cookie'], undefined);
	const again = await minato.get('/messages', { headers: { 'if-none-match': first.headers.etag } });
	assert.equal(again.status, 304);
	assert.equal(again.bytes.length, 0);
	await publish(town, { subject: '新しい版' });
	const changed = await minato.get('/messages', { headers: { 'if-none-match': first.headers.etag } });
	assert.equal(changed.status, 200);
	assert.notEqual(changed.headers.etag, first.headers.etag);
	// Also what nginx gives out.
	const kept = await anybody.get('/messages?topic=&a=1');
	assert.equal((await anybody.get('/messages?topic=&a=1', { headers: { 'if-none-match': kept.headers.etag } })).status, 304);
});

test('the language of a cookie stays with its browser', async () => {
	const reader = town.client('minato.localhost');
	const back = await reader.get('/lang/en?next=/messages');
	assert.equal(back.status, 303);
	const page = isPage(await reader.get('/messages'), { lang: 'en', public: false });
	assert.match(words(page), /Latest messages|Older messages/);
	isPage(await anybody.get('/messages'), open);
});

test('a choice of language keeps what the page was narrowed to, but not the language of its address', async () => {
	const reader = town.client('minato.localhost');
	const other = async (path, lang = 'en') => (await reader.get(path)).text.match(new RegExp(`href="(/lang/${lang}[^"]*)"`))[1];
	const back = async (path) => (await reader.get(await other(path))).headers.location;
	assert.equal(await back('/messages'), '/messages');
	assert.match(await back('/messages?topic=2&lang=ja'), /^\/messages\?topic=2$/);
	assert.equal(await back('/events?keyword=%E6%9C%AC%26+x%3Dy%22%3E&language=ja'), '/events?keyword=%E6%9C%AC%26%20x%3Dy%22%3E');
	assert.equal(await back(`/events?keyword=${'x'.repeat(1500)}`), '/events');
	assert.equal(await back('/unsubscribe/none/done?what=all'), '/unsubscribe/none/done?what=all');
});

// Workers remember the names of a town (domain/tenant.h): each of them is asked often
// enough to have met it, and then often enough to give itself away.
const often = async (client, path) => {
	const pages = [];
	for (let i = 0; i < 12; i++) pages.push((await client.get(path)).text);
	return pages;
};
const renames = [
	['a topic', 'UPDATE topic SET name = %s WHERE tenant_id = 1 AND id = (SELECT topics[1] FROM message WHERE id = %m)'],
	['a department', 'UPDATE department SET name = %s WHERE tenant_id = 1 AND id = (SELECT department_id FROM message WHERE id = %m)'],
	['the town', 'UPDATE tenant SET name = %s WHERE id = 1'],
];
for (const [what, statement] of renames)
	test(`a new name of ${what} is on the next page`, async () => {
		const topic = await one('SELECT min(id) FROM topic WHERE tenant_id = 1');
		const id = await publish(town, { subject: '名前', topics: [topic] });
		for (const [n, name] of ['これまでの名前', '新しい名前', 'もっと新しい名前'].entries()) {
			await town.sql(`DO $$ BEGIN PERFORM enter_tenant(1, 'command'); END $$; ` + statement.replace('%s', `'${name}${what.length}'`).replace('%m', id));
			for (const page of await often(minato, '/messages')) {
				assert.ok(page.includes(`${name}${what.length}`), `${n}: the name is there`);
				assert.ok(!page.includes(`これまでの名前${what.length}`) || n === 0, `${n}: the old one is not`);
			}
		}
		assert.equal(await one("SELECT count(*) FROM audit WHERE act = 'tenant_host.update'"), 0, 'its version is no news');
	});

test('a new department and its first message', async () => {
	await often(minato, '/messages');
	await town.sql(`DO $$ BEGIN PERFORM enter_tenant(1, 'command'); END $$; INSERT INTO department (name) VALUES ('できたばかりの課')`);
	const id = await publish(town, { subject: 'はじめまして' });
	await town.sql(`SET session_replication_role = replica; UPDATE message SET department_id =
		(SELECT id FROM department WHERE name = 'できたばかりの課') WHERE id = ${id}`);
	for (const page of await often(minato, '/messages')) assert.ok(page.includes('できたばかりの課'));
});

test('a host that is given to another town, and taken away', async () => {
	const moving = fresh(town, 'moving.localhost');
	const is = async (tenant) => town.sql(`DO $$ BEGIN PERFORM enter_tenant(${tenant || 1}, 'command'); END $$;
		DELETE FROM tenant_host WHERE host = 'moving.localhost';
		INSERT INTO tenant_host (host, tenant_id) SELECT 'moving.localhost', ${tenant} WHERE ${tenant} > 0`);
	const names = (await town.sql('SELECT name FROM tenant WHERE id IN (1, 2) ORDER BY id')).split('\n');
	const own = await publish(town, { tenant: 2, subject: '山の話' });
	for (const [tenant, name, other] of [[1, ...names], [2, names[1], names[0]], [1, ...names]]) {
		await is(tenant);
		for (const path of ['/messages', '/help'])
			for (const page of await often(moving, path)) {
				assert.ok(page.includes(name), `${path} is ${name}'s`);
				assert.ok(!page.includes(other), `and nothing of ${other}`);
			}
		assert.equal((await moving.get(`/messages/${own}`)).status, tenant === 2 ? 200 : 404);
	}
	await is(0);
	for (const path of ['/messages', '/help', `/messages/${own}`])
		for (let i = 0; i < 12; i++) assert.equal((await moving.get(path)).status, 404);
});
