// SPDX-License-Identifier: Apache-2.0
//
// Rights to answer once: drawn once a person, hidden by the browser's own script or by the
// program, shown, kept; and none that is forged, of another survey or another town.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { inside } from '../harness/desk.mjs';
import { script } from '../harness/script.mjs';
import { up } from '../harness/up.mjs';
import { once_survey, right_of, signed_in, tenant_sql } from './right.mjs';

const { bare, bytes, hide, text } = await script('blind.js');
const host = 'minato.localhost';
let town, survey;
before(async () => {
	town = await up();
	survey = await once_survey(town, host);
	const { client } = await signed_in(town, host);
	await client.submit(await client.get(`/surveys/${survey}/right`), {}); // makes the key, as publishing does
});
after(() => town?.stop());

const drawn = async (id) => Number(await town.sql(`SELECT count(*) FROM right_drawn WHERE survey_id = ${id}`));
const sign = async (client, path, hidden) => {
	const page = await client.get(path);
	const [, token] = page.text.match(/action="[^"]*\/(?:right|for\/[^"]*)"[^>]*>\s*<input type="hidden" name="token" value="([^"]+)"/);
	return client.post(path, { token, hidden });
};

test('the script hides and bares as RFC 9474 says', async () => {
	const lines = readFileSync(new URL('../data/blind/rfc9474.txt', import.meta.url), 'utf8').split('\n');
	const v = Object.fromEntries(lines.filter((l) => /^[a-z]/.test(l)).map((l) => l.split(' ')));
	const octets = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (h) => parseInt(h, 16));
	const modulus = octets((BigInt('0x' + v.p) * BigInt('0x' + v.q)).toString(16));
	for (const name of ['a1', 'a4']) {
		const made = await hide(modulus, octets(v[`${name}.input`]), octets(v[`${name}.salt`] ?? ''), BigInt('0x' + v[`${name}.inv`]));
		assert.equal(Buffer.from(made.hidden).toString('hex'), v[`${name}.blinded`]);
		assert.equal(Buffer.from(bare(modulus, octets(v[`${name}.blind_sig`]), made)).toString('hex'), v[`${name}.sig`]);
		assert.equal(bare(modulus, octets(v[`${name}.sig`]), made), null, 'another number is found out');
	}
});

test('by the script: drawn, bared, kept; a second time the same number, never another', async () => {
	const { client } = await signed_in(town, host), path = `/surveys/${survey}/right`;
	const page = await client.get(path);
	assert.equal(page.status, 200);
	const key = bytes(page.text.match(/data-key="([^"]+)"/)[1]), token = crypto.getRandomValues(new Uint8Array(32));
	const secret = await hide(key, token), before_ = await drawn(survey);
	const answer = await sign(client, path, text(secret.hidden));
	assert.equal(answer.status, 200);
	assert.equal(await drawn(survey), before_ + 1);
	assert.match((await client.get(path)).text, /id="right-begun" hidden/, 'the page has no form any more but for who has begun');
	const lost = await sign(client, path, text(secret.hidden));
	assert.deepEqual([lost.status, lost.json()], [200, answer.json()], 'its answer was lost: the same once more');
	assert.equal((await sign(client, path, text((await hide(key, token)).hidden))).status, 409, 'another number of theirs is not signed');
	assert.equal(await drawn(survey), before_ + 1);
	const signature = bare(key, bytes(answer.json().signature), secret);
	assert.ok(signature, 'the program signed what it was shown');

	const right = `${text(token)}.${text(signature)}`, other = town.client(host);
	const kept = await right_of(other, survey, right);
	assert.equal(kept.status, 303, 'shown by a browser that nobody knows');
	assert.ok(other.cookies.get(`__Host-right-${survey}`).startsWith(text(token)));
	assert.equal((await right_of(town.client(host), survey, right.replace(/.$/, (c) => (c === 'A' ? 'E' : 'A')))).status, 404, 'forged');
	assert.equal((await right_of(town.client(host), survey, 'x.y')).status, 404, 'rubbish');
});

test('without script: one press, a cookie; not again', async () => {
	const { client, citizen } = await signed_in(town, host);
	const form = await client.get(`/surveys/${survey}/right`);
	const done = await client.submit(form, {});
	assert.equal(done.status, 303);
	assert.equal(done.headers.location, `/surveys/${survey}`);
	assert.match(client.cookies.get(`__Host-right-${survey}`), /^[\w-]{43}\.[\w-]{342}$/);
	assert.equal((await client.submit(form, {})).status, 303, 'a second press shows the same');
	assert.equal(await town.sql(`SELECT count(*) FROM right_drawn WHERE survey_id = ${survey} AND citizen_id = ${citizen}`), '1');
	assert.match((await client.get(`/surveys/${survey}/right`)).text, /すでにお渡し/);
});

test('a second person at the same browser is told of the right of the first one before it is gone', async () => {
	const id = await once_survey(town, host), path = `/surveys/${id}/right`, [first, second] = [await signed_in(town, host), await signed_in(town, host)];
	assert.doesNotMatch((await first.client.get(path)).text, /ほかの方の権利/);
	await first.client.submit(await first.client.get(path), {}, '/right');
	assert.doesNotMatch((await first.client.get(path)).text, /ほかの方の権利/, 'their own');
	const sits = (who) => first.client.cookies.set('__Host-citizen', who);
	const [own, other] = [first.client.cookies.get('__Host-citizen'), second.client.cookies.get('__Host-citizen')];
	sits(other);
	assert.match((await first.client.get(path)).text, /ほかの方の権利/);
	sits(own);
	const page = await first.client.follow(await first.client.submit(await first.client.get(`/surveys/${id}`), {}, `/surveys/${id}`));
	const check = await first.client.follow(await first.client.submit(page, { q1: '1' }, '/q/'));
	assert.equal((await first.client.submit(check, {}, '/check')).headers.location, `/surveys/${id}/done`);
	sits(other);
	assert.doesNotMatch((await first.client.get(path)).text, /ほかの方の権利/, 'it was used');
	first.client.cookies.set(`__Host-right-${id}`, 'x.y');
	assert.doesNotMatch((await first.client.get(path)).text, /ほかの方の権利/, 'it is none');
});

test('without script: of two presses at once, or one whose answer was lost, each has the same right', async () => {
	const { client, citizen } = await signed_in(town, host), path = `/surveys/${survey}/right`, form = await client.get(path);
	const fields = Object.fromEntries([...form.text.match(/id="right"[\s\S]*?<\/form>/)[0].matchAll(/name="(\w+)" value="([^"]+)"/g)].map(([, name, value]) => [name, value]));
	assert.deepEqual(Object.keys(fields), ['token', 'made']);
	const taken = (answer) => [answer.headers['set-cookie'] ?? []].flat().map((c) => c.match(/^__Host-right-\d+=([^;]+)/)?.[1]).find(Boolean);
	const sent = await Promise.all([1, 2, 3].map(() => client.post(path, fields)));
	assert.deepEqual(sent.map((a) => [a.status, a.headers.location]), Array(3).fill([303, `/surveys/${survey}`]));
	sent.push(await client.post(path, fields));
	const rights = new Set(sent.map(taken));
	assert.equal(rights.size, 1);
	assert.match([...rights][0], /^[\w-]{43}\.[\w-]{342}$/);
	assert.equal(await town.sql(`SELECT count(*) FROM right_drawn WHERE survey_id = ${survey} AND citizen_id = ${citizen}`), '1');
	assert.equal((await right_of(town.client(host), survey, [...rights][0])).status, 303, 'it is good');
	// The database has the number that was signed, by its hash, and of the token nothing, in no table.
	const token = Buffer.from(fields.made, 'base64url').subarray(0, 32), hashed = createHash('sha256').update(token).digest('hex');
	const tables = (await town.sql("SELECT string_agg(quote_ident(relname), ' ') FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")).split(' ');
	for (const table of tables)
		assert.equal(await town.sql(`SELECT count(*) FROM ${table} t WHERE t::text ~ '${token.toString('hex')}|${hashed}|${fields.made.slice(0, 40)}'`), '0', table);
	assert.equal((await client.post(path, { ...fields, made: fields.made.slice(4) })).headers.location, path, 'rubbish is told that it was drawn');
	const other = await signed_in(town, host), token_ = (await other.client.get(path)).text.match(/name="token" value="([^"]+)"/)[1];
	assert.equal((await other.client.post(path, { token: token_, made: 'AAAA' })).status, 400);
});

test('without script: a page that was opened before leads to what it says now', async () => {
	const { client } = await signed_in(town, host), path = `/surveys/${survey}/right`, early = await once_survey(town, host);
	const [one, other] = [await client.get(path), await client.get(path)], late = await client.get(`/surveys/${early}/right`);
	assert.equal((await client.submit(one, {})).status, 303);
	const right = client.cookies.get(`__Host-right-${survey}`), again = await client.submit(other, {});
	assert.equal(again.headers.location, path, 'it was drawn in another window');
	assert.match((await client.follow(again)).text, /すでにお渡し/);
	assert.equal(client.cookies.get(`__Host-right-${survey}`), right);
	await tenant_sql(town, host, `UPDATE survey SET state = 'closed', closed = now() WHERE id = ${early}`);
	assert.match((await client.follow(await client.submit(late, {}))).text, /いまは受け付けていません/);
});

test('whoever leaves and registers anew by the same address has no second right', async () => {
	const path = `/surveys/${survey}/right`, first = await signed_in(town, host, 'hanako'), n = await drawn(survey);
	assert.equal((await first.client.submit(await first.client.get(path), {})).status, 303);
	await inside(town, `SELECT citizen_leave(${first.citizen})`);
	const again = await signed_in(town, host, 'hanako'), other = await signed_in(town, host, 'yasuko');
	const page = await again.client.get(path), key = bytes((await other.client.get(path)).text.match(/data-key="([^"]+)"/)[1]);
	assert.match(page.text, /すでにお渡し/);
	const token = await other.client.get(path).then((p) => p.text.match(/name="token" value="([^"]+)"/)[1]);
	const hidden = text((await hide(key, crypto.getRandomValues(new Uint8Array(32)))).hidden);
	assert.equal((await other.client.post(path, { token, hidden })).status, 200, 'another address draws');
	assert.equal((await sign(again.client, path, hidden)).status, 409);
	assert.equal(await drawn(survey), n + 2);
	assert.equal(await inside(town, `SELECT count(*) FROM survey_took_part(${survey}) c WHERE c = ${again.citizen}`), '1', 'and is not reminded');
	await tenant_sql(town, host, `UPDATE survey SET state = 'closed', closed = now() - interval '31 days' WHERE id = ${survey}`);
	await inside(town, 'SELECT right_mix()');
	assert.equal(await town.sql(`SELECT count(*) FROM right_address WHERE survey_id = ${survey}`), '0', 'a month after the end nothing is kept');
	await tenant_sql(town, host, `UPDATE survey SET state = 'open', closed = NULL WHERE id = ${survey}`);
});

test('of many presses at once by one person one is signed', async () => {
	const { client } = await signed_in(town, host), path = `/surveys/${survey}/right`;
	const page = await client.get(path), key = bytes(page.text.match(/data-key="([^"]+)"/)[1]);
	const tokens = await Promise.all(Array.from({ length: 6 }, async () => (await client.get(path)).text.match(/name="token" value="([^"]+)"/)[1]));
	const answers = await Promise.all(tokens.map(async (token) =>
		client.post(path, { token, hidden: text((await hide(key, crypto.getRandomValues(new Uint8Array(32)))).hidden) })));
	assert.deepEqual(answers.map((a) => a.status).sort(), [200, 409, 409, 409, 409, 409]);
});

test('a number that is none is not signed, and nothing is noted', async () => {
	const { client } = await signed_in(town, host), path = `/surveys/${survey}/right`, n = await drawn(survey);
	const key = (await client.get(path)).text.match(/data-key="([^"]+)"/)[1];
	for (const hidden of [key, 'AAAA', '!', 'A'.repeat(5000)])
		assert.equal((await sign(client, path, hidden)).status, 400);
	assert.equal(await drawn(survey), n);
});

test('nobody draws without being known, nor by a made-up link, nor in another survey', async () => {
	const nobody = town.client(host);
	assert.equal((await nobody.get(`/surveys/${survey}/right`)).status, 303);
	assert.equal((await nobody.get(`/surveys/${survey}/for/${'A'.repeat(43)}`)).status, 404);
	const { client } = await signed_in(town, host);
	assert.equal((await client.get(`/surveys/${survey + 100000}/right`)).status, 404);
	const second = await once_survey(town, host);
	await client.submit(await client.get(`/surveys/${survey}/right`), {});
	const right = client.cookies.get(`__Host-right-${survey}`);
	await client.submit(await client.get(`/surveys/${second}/right`), {});
	assert.equal((await right_of(town.client(host), second, right)).status, 404, 'a right of another survey');
	await inside(town, `UPDATE survey SET state = 'closed' WHERE id = ${second}`);
	assert.match((await (await signed_in(town, host)).client.get(`/surveys/${second}/right`)).text, /いまは受け付けていません/);
});
