// SPDX-License-Identifier: Apache-2.0
//
// Every way in which something is not shown has a clean page, in both languages,
// with the headers of all pages (R46), and sets no cookie.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { isPage, words } from '../harness/invariants.mjs';
import { fresh, stable } from '../harness/publish.mjs';
import { eventually, up } from '../harness/up.mjs';

const town = await up();
after(() => town.stop());
const minato = fresh(town, 'minato.localhost');

function isError(answer, status, options = {}) {
	isPage(answer, { status, public: false, script: false, ...options });
	assert.equal(answer.headers['set-cookie'], undefined);
	assert.doesNotMatch(answer.text, /PostgreSQL|SQLSTATE|errno|\.c:\d|\/tmp\/|libpq/);
	return answer;
}

test('no such page', async () => {
	const page = isError(await minato.get('/no/such/page'), 404);
	assert.match(words(page), /ページが見つかりません/);
	assert.match(page.text, /みなと市/);
	assert.match(page.text, /href="\/messages"/);
	assert.match(words(isError(await minato.get('/no/such/page?lang=en'), 404, { lang: 'en' })), /Page not found/);
	isError(await minato.get('/desk/no/such/page'), 404);
	isError(await town.get('operator.localhost', '/messages'), 404);
	isError(await town.get('nobody.localhost', '/'), 404);
	for (const path of ['/messages/', '/MESSAGES', '/messages/1/2', '/desk/messages/x/y/z']) isError(await minato.get(path), 404);
	assert.deepEqual(stable(await minato.get('/a')), stable(await minato.get('/b')));
});

test('what cannot be read', async () => {
	for (const path of ['/%ff', '/messages?a=%ff', '/messages?a=%00', '/messages?a=1&a=2', '/messages?a=%zz', '/messages%2f1', '/a%0d%0ab',
		'/%ed%a0%80', '/messages?a=%c0%af', '/messages//1']) {
		const answer = await minato.get(path);
		isError(answer, 400);
		assert.match(words(answer), /読み取れませんでした/);
	}
	assert.equal((await minato.get('/api/v1/%ff')).headers['content-type'], 'application/problem+json');
});

test('what a cached page refuses, and what has ended: the town says so, and marks nobody', async () => {
	for (const path of ['/messages?topic=abc', '/messages?before=x', '/messages/filter?district=-1']) {
		const answer = isError(await minato.get(path), 400);
		assert.match(answer.text, /<title>[^<]*みなと市/, path);
	}
	isError(await town.get('nobody.localhost', '/messages?topic=abc'), 404);
	for (const [path, status] of [['/my/open/x', 410], ['/subscribe/confirm/x', 410], ['/u/x', 404], ['/unsubscribe/x', 404], ['/desk/invite/x', 410]]) {
		const answer = await minato.get(path);
		assert.equal(answer.status, status, path);
		assert.equal(answer.headers['set-cookie'], undefined, path);
		assert.doesNotMatch(answer.text, /name="token"/, path);
	}
});

test('a method that this page does not have', async () => {
	const answer = isError(await minato.post('/messages', {}), 405);
	assert.equal(answer.headers.allow, 'GET, HEAD');
	isError(await minato.send('/messages', { method: 'PUT', headers: { 'content-length': '0' } }), 405);
});

test('too much', async () => {
	const long = await minato.get(`/messages?a=${'a'.repeat(5000)}`);
	isError(long, 414);
	assert.match(words(long), /大きすぎます/);
});

test('a form that is not ours', async () => {
	const answer = isError(await minato.post('/subscribe/email', { email: 'a@example.jp' }), 403);
	assert.match(words(answer), /この操作はできません/);
});

test('staff who are not signed in', async () => {
	const answer = await minato.get('/desk/messages');
	assert.equal(answer.status, 303);
	assert.equal(answer.headers.location, '/desk/login?next=%2Fdesk%2Fmessages');
	const post = isError(await minato.post('/desk/messages/new', {}), 401);
	assert.match(post.text, /href="\/desk\/login\?next=/);
});

test('F16 without the database there are words, and then it is back', async () => {
	town.kill('postgres', 'SIGINT');
	const busy = await eventually('the page for it', async () => {
		const answer = await minato.get('/messages');
		return answer.status === 503 && answer;
	});
	isError(busy, 503);
	assert.equal(busy.headers['retry-after'], '5');
	assert.match(words(busy), /ただいま混み合っています/);
	const api = await minato.get('/api/v1/messages');
	assert.equal(api.status, 503);
	assert.equal(api.json().status, 503);
	await town.again('postgres');
	await eventually('the page again', async () => (await minato.get('/messages')).status === 200);
});
