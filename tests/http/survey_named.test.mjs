// SPDX-License-Identifier: Apache-2.0
//
// Surveys that are answered by name: once, from マイページ, and seen again only while it is open.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { inside } from '../harness/desk.mjs';
import { up } from '../harness/up.mjs';
import { linkIn, mailWith, somebody, subscribe, words } from './citizen.mjs';
import { signed_in } from './right.mjs';
import { every, few, good, responses, send, survey, walk } from './survey.mjs';

let town, postcode;
before(async () => {
	town = await up();
	const tenant = "(SELECT tenant_id FROM tenant_host WHERE host = 'minato.localhost')";
	postcode = await town.sql(`SELECT postcode FROM district_postcode WHERE tenant_id = ${tenant} GROUP BY postcode HAVING count(*) = 1 LIMIT 1`);
});
after(() => town?.stop());
const browser = (host = 'minato.localhost') => town.client(host);

test('F25 by name: from マイページ, once', async () => {
	const { survey: id, questionnaire } = await survey(town, few(), { mode: 'named' });
	const citizen = await town.sql("SELECT min(id) FROM citizen WHERE state = 'active' AND tenant_id = (SELECT tenant_id FROM tenant_host WHERE host = 'minato.localhost')");
	const token = 'a-token-of-a-citizen-for-this-test';
	await inside(town, `INSERT INTO citizen_session (hash, citizen_id) VALUES ('\\x${createHash('sha256').update(token).digest('hex')}', ${citizen})`);
	const nobody = browser(), client = browser(), second = browser();
	assert.match((await nobody.submit(await nobody.get(`/surveys/${id}`), {}, `/surveys/${id}`)).headers.location, /\/named$/);
	assert.equal((await nobody.get(`/surveys/${id}/named`)).status, 303, 'to the door of マイページ');
	for (const c of [client, second]) c.cookies.set('__Host-citizen', token);
	const checks = [];
	for (const c of [client, second]) {
		const page = await c.follow(await c.submit(await c.get(`/surveys/${id}/named`), {}, '/named'));
		checks.push(await walk(c, id, { q1: { q1: '4' } }, page));
	}
	const sent = await Promise.all([send(client, checks[0]), send(second, checks[1])]);
	assert.deepEqual(sent.map((a) => a.status).sort(), [303, 409]);
	assert.deepEqual((await responses(town, questionnaire)).map((r) => r.citizen_id), [Number(citizen)]);
	assert.match(words(await second.get(`/surveys/${id}/named`)), /回答済み/);
});

test('by name: in a browser that others use, too, it is seen while that person has マイページ open, and no longer', async () => {
	const { survey: id, questionnaire } = await survey(town, every(), { mode: 'named', columns: { changeable: 'true' } });
	const [own, other] = (await Promise.all([signed_in(town, 'minato.localhost'), signed_in(town, 'minato.localhost')])).map(({ client }) => client.cookies.get('__Host-citizen'));
	const library = browser(), sits = (session) => (session ? library.cookies.set('__Host-citizen', session) : library.cookies.delete('__Host-citizen'));
	const at = (page) => library.get(`/surveys/${id}${page}`);
	const hidden = async (secret, who) => {
		for (const page of ['/q/q1', '/q/q6', '/check', '/save', '/done']) {
			const answer = await at(page);
			assert.equal(answer.status, 303, `${page} to ${who}`);
			assert.doesNotMatch((await library.follow(answer)).text, secret, `${page} to ${who}`);
		}
		assert.doesNotMatch((await at('')).text, secret, who);
		assert.doesNotMatch((await at('')).text, /続きから答える|受付番号/, who);
	};
	sits(own);
	const first = await library.follow(await library.submit(await at('/named'), {}, '/named'));
	const page = await library.follow(await library.submit(first, { q1: 'other', q1_words: 'ひみつのこと' }, '/q/'));
	assert.equal(page.path, `/surveys/${id}/q/q2`);
	const link = /\/surveys\/\d+\/continue\/[\w-]+/.exec((await at('/save')).text)[0];
	sits(null);
	await hidden(/ひみつ/, 'nobody');
	assert.match(words(await library.follow(await at('/q/q1'))), /ご本人のマイページを開いているときだけ/);
	// Their hour was over while they typed: right or wrong, it waits for them.
	const kept = await library.submit(page, { q2_3: '1', q2_other: '1' }, '/q/');
	assert.equal(kept.headers.location, `/surveys/${id}/named`);
	sits(other);
	await hidden(/ひみつ/, 'somebody else');
	assert.doesNotMatch((await at('/named')).text, /続きから答える/);
	assert.equal((await library.submit(page, {}, '/q/')).headers.location, `/surveys/${id}/named`);
	const elsewhere = browser();
	const on = await elsewhere.follow(await elsewhere.submit(await elsewhere.get(link), {}, link));
	assert.equal(on.path, '/my/link', 'the link alone shows nothing either');
	sits(own);
	assert.match((await at('/named')).text, new RegExp(`href="/surveys/${id}/q/q2"`));
	assert.match((await at('')).text, /続きから答える/);
	assert.match((await at('/q/q1')).text, /ひみつ/);
	assert.match((await at('/q/q2')).text, /name="q2_3"[^>]* checked/, 'what was typed is there, wrong as it is');
	const check = await walk(library, id, good(postcode), await at('/q/q1'));
	assert.equal(check.path, `/surveys/${id}/check`);
	sits(other);
	assert.equal((await send(library, check)).headers.location, `/surveys/${id}/named`, 'nor is it sent by somebody else');
	assert.equal((await responses(town, questionnaire)).length, 0);
	sits(own);
	const done = await library.follow(await send(library, check));
	const receipt = /\/surveys\/\d+\/receipt\/[\w-]+/.exec(done.text)[0], [{ number }] = await responses(town, questionnaire);
	assert.ok(words(done).includes(number));
	sits(null);
	await hidden(new RegExp(number), 'nobody, afterwards');
	// By its link it is seen as before; changed it is by its person: a draft of nobody's would be written by the next one.
	const change = await library.get(receipt), drafts = () => town.sql('SELECT count(*) FROM response_draft');
	const some = await drafts();
	assert.match(words(change), /マイページを開いてから、もう一度このページのリンク/);
	sits(own);
	const open = await library.get(receipt);
	for (const session of [null, other]) {
		sits(session);
		assert.doesNotMatch((await library.get(receipt)).text, /<form[^>]*receipt/);
		assert.equal((await library.submit(open, {}, receipt)).headers.location, receipt, 'nor by a page left open');
	}
	assert.equal(await drafts(), some);
	sits(own);
	const changing = await library.follow(await library.submit(await library.get(receipt), {}, receipt));
	assert.equal(changing.status, 200);
	sits(other);
	await hidden(new RegExp(number), 'somebody else, while it is changed');
});

test('by name: from the survey through the door of マイページ, and back', async () => {
	const [named, once] = [await survey(town, few(), { mode: 'named' }), await survey(town, few(), { mode: 'once' })];
	const enter = async (client) => {
		const email = somebody();
		await subscribe(town, browser(), email);
		await client.submit(await client.get('/my/link'), { email });
		return (await client.submit(await client.get(linkIn(await mailWith(town, email, '/my/open/'), '/my/open/')))).headers.location;
	};
	for (const path of [`/surveys/${named.survey}/named`, `/surveys/${named.survey}/named?number=A-12`, `/surveys/${once.survey}/right`]) {
		const client = browser();
		assert.equal((await client.get(path)).headers.location, '/my/link');
		assert.equal(await enter(client), path);
		assert.equal((await client.get(path)).status, 200);
		assert.ok(!client.cookies.has('__Host-back'), 'once');
	}
	for (const bad of ['//evil.example', '1.named/../../x', `${named.survey}.evil.x`, `${named.survey}..`, '.named.', '-1.named.', `${named.survey}.named.//e`]) {
		const client = browser();
		client.cookies.set('__Host-back', bad);
		assert.match(await enter(client), new RegExp(`^(/my|/surveys/${named.survey}/named)$`), bad);
	}
});
