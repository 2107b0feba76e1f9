// SPDX-License-Identifier: Apache-2.0
//
// The Atom feed (RFC 4287), read by a strict XML parser, and the JSON Feed beside it.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { SaxesParser } from 'saxes';
import { fresh, publish } from '../harness/publish.mjs';
import { up } from '../harness/up.mjs';

const town = await up();
after(() => town.stop());
const minato = fresh(town, 'minato.localhost');

// {name, attributes, children, text}
function read(xml) {
	const parser = new SaxesParser({ xmlns: true });
	const root = { children: [] };
	const stack = [root];
	parser.on('error', (e) => { throw e; });
	parser.on('opentag', (tag) => {
		assert.equal(tag.uri, 'http://www.w3.org/2005/Atom', tag.name);
		const e = { name: tag.local, attributes: Object.fromEntries(Object.entries(tag.attributes).map(([k, v]) => [k, v.value])), children: [], text: '' };
		stack.at(-1).children.push(e);
		stack.push(e);
	});
	parser.on('text', (t) => { stack.at(-1).text += t; });
	parser.on('closetag', () => stack.pop());
	parser.write(xml).close();
	return root.children[0];
}
const all = (e, name) => e.children.filter((c) => c.name === name);
const only = (e, name) => {
	assert.equal(all(e, name).length, 1, `${e.name} has one ${name}`);
	return all(e, name)[0];
};
// RFC 4287, 4.2.7.2: without a rel it is "alternate", the entry's own page.
const page = (e) => only({ name: e.name, children: all(e, 'link').filter((l) => (l.attributes.rel ?? 'alternate') === 'alternate') }, 'link');
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00$/;

test('the feed is one, and says what the site says', async () => {
	const html = '<p>線を<strong>引く</strong> &amp; <a href="https://example.jp/?a=1&amp;b=2">見る</a> ]]&gt;</p>';
	const id = await publish(town, { subject: '記号 <&"\'> の件', html, topics: [await town.sql('SELECT min(id) FROM topic WHERE tenant_id = 1')] });
	for (let i = 0; i < 25; i++) await publish(town, { subject: `古い${i}`, age: `${200 + i} days` });
	const answer = await minato.get('/feed.atom');
	assert.equal(answer.status, 200);
	assert.equal(answer.headers['content-type'], 'application/atom+xml; charset=utf-8');
	assert.match(answer.headers['cache-control'], /public/);
	assert.equal(answer.headers['set-cookie'], undefined);
	assert.ok(answer.text.startsWith('<?xml version="1.0" encoding="UTF-8"?>'));

	const feed = read(answer.text);
	assert.equal(feed.name, 'feed');
	assert.equal(only(feed, 'title').text, 'みなと市からのお知らせ');
	assert.match(only(feed, 'id').text, /^tag:minato\.localhost,2026:/);
	assert.match(only(feed, 'updated').text, moment);
	const self = all(feed, 'link').find((l) => l.attributes.rel === 'self');
	assert.equal(self.attributes.href, `https://minato.localhost:${town.port}/feed.atom`);

	const entries = all(feed, 'entry');
	assert.equal(entries.length, 20);
	assert.equal(new Set(entries.map((e) => only(e, 'id').text)).size, 20);
	for (const e of entries) {
		assert.match(only(e, 'id').text, /^tag:minato\.localhost,\d{4}-\d\d-\d\d:\/messages\/\d+$/);
		assert.match(only(e, 'updated').text, moment);
		assert.match(only(e, 'published').text, moment);
		assert.notEqual(only(only(e, 'author'), 'name').text, '');
		for (const { attributes } of all(e, 'link')) assert.equal((await minato.get(new URL(attributes.href).pathname)).status, 200, attributes.href);
		page(e);
	}
	assert.equal(only(feed, 'updated').text, only(entries[0], 'updated').text);
	assert.ok(page(entries[0]).attributes.href.endsWith(`/messages/${id}`));
	assert.equal(only(entries[0], 'title').text, '記号 <&"\'> の件');
	assert.equal(only(entries[0], 'content').attributes.type, 'html');
	assert.equal(only(entries[0], 'content').text, html);
	assert.equal(all(entries[0], 'category').length, 1);
	assert.doesNotMatch(answer.text, /山の町|クマ/);
});

test('a town that has said nothing has a feed too', async () => {
	await town.sql("SET session_replication_role = replica; UPDATE message SET on_site = false WHERE tenant_id = 2");
	const answer = await fresh(town, 'yama.localhost').get('/feed.atom');
	assert.equal(answer.status, 200);
	const feed = read(answer.text);
	assert.equal(all(feed, 'entry').length, 0);
	assert.match(only(feed, 'updated').text, moment);
});

test('the JSON Feed says the same', async () => {
	const answer = await minato.get('/feed.json');
	assert.equal(answer.status, 200);
	assert.equal(answer.headers['content-type'], 'application/feed+json; charset=utf-8');
	assert.match(answer.headers['cache-control'], /public/);
	const feed = JSON.parse(answer.text);
	assert.equal(feed.version, 'https://jsonfeed.org/version/1.1');
	assert.equal(feed.title, 'みなと市からのお知らせ');
	assert.equal(feed.feed_url, `https://minato.localhost:${town.port}/feed.json`);
	const entries = all(read((await minato.get('/feed.atom')).text), 'entry');
	assert.deepEqual(feed.items.map((i) => i.title), entries.map((e) => only(e, 'title').text));
	for (const item of feed.items) {
		assert.equal(item.id, item.url);
		assert.match(item.url, /^https:\/\/minato\.localhost:\d+\/messages\/\d+$/);
		assert.match(item.date_published, moment);
		assert.ok(item.content_html.length > 0 && item.authors[0].name.length > 0);
	}
});

test('an entry leads to what it corrects, and to what corrects it, while that may be read', async () => {
	const first = await publish(town, { subject: '訂正の前' }), second = await publish(town, { subject: '訂正の後' });
	const set = (id, to) => town.sql(`SET session_replication_role = replica; UPDATE message SET ${to} WHERE id = ${id}`);
	await set(first, `corrected_by = ${second}`);
	await set(second, `corrects = ${first}`);
	const related = async () => Object.fromEntries(all(read((await minato.get('/feed.atom')).text), 'entry').map((e) => [only(e, 'title').text,
		all(e, 'link').filter((l) => l.attributes.rel === 'related').map((l) => Number(l.attributes.href.split('/').pop()))]).filter(([title]) => title.startsWith('訂正')));
	assert.deepEqual(await related(), { 訂正の後: [first], 訂正の前: [second] });
	await set(first, `state = 'stopped', finished = now()`);
	assert.deepEqual(await related(), { 訂正の後: [] }, 'that was withdrawn');
	await set(first, `state = 'sent'`);
	await set(second, `publish_until = now()`);
	assert.deepEqual(await related(), { 訂正の前: [] }, 'that has ended');
});

test('to a reader of another language the town has its name in that', async () => {
	const reader = town.client('minato.localhost');
	await reader.get('/lang/en');
	const feed = JSON.parse((await reader.get('/feed.json')).text);
	assert.deepEqual([feed.title, feed.language, feed.authors[0].name], ['Minato City: messages from the municipality', 'en', 'Minato City']);
	assert.equal(only(read((await reader.get('/events.atom')).text), 'title').text, 'Minato City: events');
	const alerts = read((await reader.get('/cap.atom')).text);
	assert.deepEqual([alerts.attributes['xml:lang'], only(alerts, 'title').text], ['en', 'Minato City CAP']);
	assert.match((await reader.get('/events.ics')).text, /^X-WR-CALNAME:Minato City: events\r$/m);
	assert.match((await minato.get('/events.ics')).text, /^X-WR-CALNAME:みなと市イベント\r$/m);
});
