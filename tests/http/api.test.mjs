// SPDX-License-Identifier: Apache-2.0
//
// The API: what it answers is what its description says, and what the pages show.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { fresh, publish, stable } from '../harness/publish.mjs';
import { up } from '../harness/up.mjs';

const town = await up();
after(() => town.stop());
const minato = fresh(town, 'minato.localhost');

const description = (await minato.get('/api/openapi.json')).json();
const ajv = formats(new Ajv({ strict: false }));
ajv.addSchema(description, 'api');

// Holds an answer against the description of that path.
function fits(answer, path) {
	const said = description.paths[path].get.responses[answer.status];
	assert.ok(said, `${path} does not say that it answers ${answer.status}`);
	const response = said.$ref ? description.components.responses[said.$ref.split('/').pop()] : said;
	const type = answer.headers['content-type'].split(';')[0];
	assert.ok(response.content[type], `${path}: ${type}`);
	const pointer = said.$ref ? said.$ref : `#/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1').replace('{', '%7B').replace('}', '%7D')}/get/responses/${answer.status}`;
	const check = ajv.compile({ $ref: `api${pointer}/content/${type.replace('/', '~1')}/schema` });
	assert.ok(check(answer.json()), `${path}: ${ajv.errorsText(check.errors)}`);
	assert.equal(answer.headers['x-content-type-options'], 'nosniff');
	assert.equal(answer.headers['access-control-allow-origin'], undefined);
	assert.match(answer.headers['content-security-policy'], /default-src 'none'/);
	return answer.json();
}

test('routes and description are the same', async () => {
	assert.match(description.openapi, /^3\.1\./);
	const routes = (await town.chromo('routes')).split('\n').map((l) => l.split(/\s+/))
		.filter(([, path]) => path?.startsWith('/api/')).map(([method, path]) => `${method} ${path}`).sort();
	const described = Object.entries(description.paths)
		.flatMap(([path, methods]) => Object.keys(methods).map((m) => `${m.toUpperCase()} ${path}`)).sort();
	assert.ok(routes.length > 0);
	assert.deepEqual(described, routes);
});

test('the list, followed to its end', async () => {
	for (let i = 0; i < 30; i++) await publish(town, { subject: `古い${i}`, age: `${200 + i} days` });
	const seen = [];
	let path = '/api/v1/messages?count=7';
	for (let n = 0; path !== null; n++) {
		const page = fits(await minato.get(path), '/api/v1/messages');
		seen.push(...page.messages.map((m) => m.id));
		assert.ok(page.messages.length <= 7 && n < 20);
		if (page.next !== null) {
			assert.ok(page.next.startsWith(`https://minato.localhost:${town.port}/api/v1/messages?`), page.next);
			assert.equal(page.messages.length, 7);
		}
		path = page.next === null ? null : page.next.replace(/^https:\/\/[^/]*/, '');
	}
	assert.deepEqual(seen, (await town.sql(`SELECT id FROM message WHERE tenant_id = 1 AND on_site AND state = 'sent'
		ORDER BY published DESC, id DESC`)).split('\n').map(Number));
	assert.equal(fits(await minato.get('/api/v1/messages'), '/api/v1/messages').messages.length, 20);
});

test('one message, as its page shows it', async () => {
	const district = Number(await town.sql('SELECT min(id) FROM district WHERE tenant_id = 1'));
	const id = await publish(town, { subject: '<一件>', html: '<p>本文 &amp; 全部</p>', districts: [district] });
	const message = fits(await minato.get(`/api/v1/messages/${id}`), '/api/v1/messages/{message}');
	assert.equal(message.subject, '<一件>');
	assert.equal(message.body_html, '<p>本文 &amp; 全部</p>');
	assert.deepEqual(message.districts.map((d) => d.id), [district]);
	const page = await minato.get(message.url.replace(/^https:\/\/[^/]*/, ''));
	assert.equal(page.status, 200);
	assert.ok(page.text.includes(message.body_html) && page.text.includes(message.published));
	const english = fits(await minato.get(`/api/v1/messages/${id}?lang=en`), '/api/v1/messages/{message}');
	assert.match(english.published_text, /\d{4}, \d\d:\d\d$/);
	assert.equal(english.language, 'ja');
});

test('problems are told as problems', async () => {
	for (const wrong of ['count=0', 'count=101', 'count=', 'topic=x', 'before=-1', 'count=5&count=6']) {
		const answer = await minato.get(`/api/v1/messages?${wrong}`);
		assert.equal(answer.status, 400, wrong);
		assert.equal(fits(answer, '/api/v1/messages').status, 400);
	}
	const gone = await publish(town, { ends: '-1 day' });
	assert.equal(fits(await minato.get(`/api/v1/messages/${gone}`), '/api/v1/messages/{message}').status, 410);
	const foreign = await publish(town, { tenant: 2, subject: '山の秘密' });
	const a = await minato.get(`/api/v1/messages/${foreign}`);
	const b = await minato.get('/api/v1/messages/987654');
	assert.equal(fits(a, '/api/v1/messages/{message}').status, 404);
	assert.deepEqual(stable(a), stable(b));
	for (const path of ['/api', '/api/', '/api/v2/messages', '/api/v1/message']) {
		const answer = await minato.get(path);
		assert.equal(answer.status, 404, path);
		if (path.length > 5) assert.equal(answer.headers['content-type'], 'application/problem+json', path);
	}
	const post = await minato.post('/api/v1/messages', {});
	assert.equal(post.status, 405);
	assert.equal(post.headers.allow, 'GET, HEAD');
	assert.equal(post.json().status, 405);
});

test('versions', async () => {
	for (const path of ['/api/v1/messages', '/api/openapi.json']) {
		const first = await minato.get(path);
		assert.match(first.headers['cache-control'], /public/);
		assert.equal((await minato.get(path, { headers: { 'if-none-match': first.headers.etag } })).status, 304, path);
	}
});
