// SPDX-License-Identifier: Apache-2.0
//
// 命を守る情報 as CAP 1.2, checked against the schema of OASIS where the samples are.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import test, { after } from 'node:test';
import { SaxesParser } from 'saxes';
import { approved, desk } from '../harness/desk.mjs';
import { png } from '../harness/picture.mjs';
import { fresh, pictured, publish } from '../harness/publish.mjs';
import { eventually, up } from '../harness/up.mjs';

const town = await up();
after(() => town.stop());
const minato = fresh(town, 'minato.localhost');
// The demonstration's towns are none of those that have a code.
await town.sql("SET session_replication_role = replica; UPDATE tenant SET code = '131032' WHERE id = 1");
const vital = await town.sql('SELECT id FROM topic WHERE tenant_id = 1 AND vital');
const schema = `${process.env.CHROMO_SAMPLES ?? ''}/cap/cap12.xsd`;

// Elements in order: [name, text]
function read(xml) {
	const seen = [];
	const parser = new SaxesParser({ xmlns: true });
	parser.on('error', (e) => { throw e; });
	parser.on('opentag', (tag) => seen.push([tag.local, '']));
	parser.on('text', (t) => { if (seen.length > 0) seen.at(-1)[1] += t.trim(); });
	parser.write(xml).close();
	return seen;
}
const value = (elements, name) => elements.find(([n]) => n === name)?.[1];

function valid(t, xml) {
	if (!existsSync(schema)) {
		t.diagnostic('no samples: the schema was not asked');
		return;
	}
	const lint = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, '-'], { input: xml });
	assert.equal(lint.status, 0, String(lint.stderr));
}

test('a message that is to save lives is an alert', async (t) => {
	const district = await town.sql('SELECT min(id) FROM district WHERE tenant_id = 1');
	const id = await publish(town, { subject: '避難 <指示> & "警戒"', topics: [vital], districts: [district] });
	const answer = await minato.get(`/cap/${id}`);
	assert.equal(answer.status, 200);
	assert.equal(answer.headers['content-type'], 'application/cap+xml; charset=utf-8');
	assert.equal(answer.headers['set-cookie'], undefined);
	valid(t, answer.text);
	const alert = read(answer.text);
	assert.equal(value(alert, 'identifier'), `minato.localhost.${id}.1`);
	assert.equal(value(alert, 'msgType'), 'Alert');
	assert.equal(value(alert, 'status'), 'Actual');
	assert.equal(value(alert, 'headline'), '避難 <指示> & "警戒"');
	assert.match(value(alert, 'sent'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00$/);
	assert.match(value(alert, 'areaDesc'), /^みなと市 ./);
	assert.equal(value(alert, 'value'), '131032');

	const index = await minato.get('/cap.atom');
	assert.equal(index.status, 200);
	assert.ok(index.text.includes(`https://minato.localhost:${town.port}/cap/${id}"`));
});

test('its pictures are resources, each with its words, size and SHA-1', async (t) => {
	const id = await publish(town, { subject: '避難所', topics: [vital] });
	await pictured(town, id, [[png(1200, 600), 'image/png', '避難所の<地図>'], [png(30, 20), 'image/png', '通れない橋']]);
	const xml = (await minato.get(`/cap/${id}`)).text;
	valid(t, xml);
	const alert = read(xml), all = (name) => alert.filter(([n]) => n === name).map(([, text]) => text);
	assert.deepEqual(all('resourceDesc'), ['避難所の<地図>', '通れない橋']);
	assert.deepEqual(all('mimeType'), ['image/png', 'image/png']);
	const order = alert.map(([name]) => name).filter((name) => ['contact', 'resource', 'area'].includes(name));
	assert.deepEqual(order, ['contact', 'resource', 'resource', 'area']);
	for (const [i, uri] of all('uri').entries()) {
		const file = await minato.get(new URL(uri).pathname);
		assert.ok(uri.startsWith(`https://minato.localhost:${town.port}/messages/${id}/pictures/`), uri);
		assert.deepEqual([file.status, all('size')[i], all('digest')[i]],
			[200, String(file.bytes.length), createHash('sha1').update(file.bytes).digest('hex')]);
	}
	// Other bytes than were approved are told to nobody.
	await town.sql(`SET session_replication_role = replica; UPDATE attachment SET digest = sha256('x') WHERE id = (SELECT (pictures->0->>'id')::uuid FROM message WHERE id = ${id})`);
	const less = (await minato.get(`/cap/${id}`)).text;
	valid(t, less);
	assert.deepEqual(read(less).filter(([n]) => n === 'resourceDesc').map(([, text]) => text), ['通れない橋']);
	await town.sql(`SET session_replication_role = replica; UPDATE message SET state = 'stopped', finished = now() WHERE id = ${id}`);
	assert.doesNotMatch((await minato.get(`/cap/${id}`)).text, /<resource>/, 'they are not to be had any more');
});

test('a withdrawn one is a cancel that refers to it', async (t) => {
	const id = await publish(town, { subject: '断水', topics: [vital] });
	const before = read((await minato.get(`/cap/${id}`)).text);
	await town.sql(`SET session_replication_role = replica; UPDATE message SET state = 'stopped', finished = now() WHERE id = ${id}`);
	const answer = await minato.get(`/cap/${id}`);
	assert.equal(answer.status, 200);
	valid(t, answer.text);
	const cancel = read(answer.text);
	assert.equal(value(cancel, 'msgType'), 'Cancel');
	assert.notEqual(value(cancel, 'identifier'), value(before, 'identifier'));
	assert.equal(value(cancel, 'references'), ['sender', 'identifier', 'sent'].map((n) => value(before, n)).join(','));
	assert.ok((await minato.get('/cap.atom')).text.includes(`/cap/${id}/cancel`));
});

test('a correction is an update of the first, for the same districts, whatever was saved on its page', async (t) => {
	const district = await town.sql('SELECT min(id) FROM district WHERE tenant_id = 1');
	const other = await town.sql('SELECT max(id) FROM district WHERE tenant_id = 1');
	const id = await approved(town, 'sato', 'suzuki', { subject: `'避難指示'`, audience: `'chosen'`, districts: `'{${district}}'`, topics: `'{${vital}}'` });
	await eventually('out', () => town.sql(`SELECT published FROM message WHERE id = ${id}`));
	const first = read((await minato.get(`/cap/${id}`)).text);
	const sato = await desk(town, 'sato'), suzuki = await desk(town, 'suzuki');
	const made = await sato.submit(await sato.get(`/desk/messages/${id}/correct`), {}, '/correct');
	const correction = Number(/(\d+)$/.exec(made.headers.location)[1]), page = (step) => `/desk/messages/${correction}/${step}`;
	const audience = await sato.get(page('audience'));
	assert.doesNotMatch(audience.text, /name="district_\d+"[^>]*checked/, 'all of them: none is chosen');
	assert.equal((await sato.submit(audience, {}, '/audience')).status, 303);
	assert.equal(await town.sql(`SELECT audience, districts FROM message WHERE id = ${correction}`), `everyone|{${district}}`);
	for (const [who, step, fields] of [[sato, 'schedule', { when: 'now' }], [sato, 'submit', {}], [suzuki, 'approve', { act: 'approve', confirm: '1' }]])
		assert.equal((await who.submit(await who.get(page(step)), fields, `/${step}`)).status, 303, step);
	await eventually('the correction is out', () => town.sql(`SELECT published FROM message WHERE id = ${correction}`));
	const answer = await minato.get(`/cap/${correction}`), update = read(answer.text);
	valid(t, answer.text);
	assert.equal(value(update, 'msgType'), 'Update');
	assert.equal(value(update, 'references'), ['sender', 'identifier', 'sent'].map((n) => value(first, n)).join(','));
	assert.equal(value(update, 'areaDesc'), value(first, 'areaDesc'));
	const listed = async (d) => (await minato.get(`/messages?district=${d}&x=${Math.random()}`)).text.includes(`href="/messages/${correction}"`);
	assert.deepEqual([await listed(district), await listed(other)], [true, false]);
	await town.sql(`SET session_replication_role = replica; UPDATE message SET state = 'stopped', finished = now() WHERE id = ${correction}`);
	const cancel = (await minato.get(`/cap/${correction}`)).text;
	valid(t, cancel);
	assert.deepEqual([value(read(cancel), 'msgType'), value(read(cancel), 'references')], ['Cancel', ['sender', 'identifier', 'sent'].map((n) => value(update, n)).join(',')]);
});

test('what is no emergency, has ended or is another town\'s is none', async () => {
	const plain = await publish(town, { subject: '図書館' });
	const ended = await publish(town, { subject: '昔の警報', topics: [vital], age: '3 days', ends: '-1 hours' });
	const foreign = await publish(town, { tenant: 2, subject: '山の町', topics: [await town.sql('SELECT id FROM topic WHERE tenant_id = 2 AND vital')] });
	assert.equal((await minato.get(`/cap/${plain}`)).status, 404);
	assert.equal((await minato.get(`/cap/${ended}`)).status, 410);
	assert.equal((await minato.get(`/cap/${foreign}`)).status, 404);
	assert.equal((await minato.get('/cap/0')).status, 404);
	const index = (await minato.get('/cap.atom')).text;
	for (const words of ['図書館', '昔の警報', '山の町']) assert.ok(!index.includes(words), words);
});

test('with nothing to tell the index is empty, and well-formed', async () => {
	const yama = fresh(town, 'yama.localhost');
	await town.sql("SET session_replication_role = replica; UPDATE message SET on_site = false WHERE tenant_id = 2");
	const index = await yama.get('/cap.atom');
	assert.equal(index.status, 200);
	assert.ok(!read(index.text).some(([name]) => name === 'entry'));
});
