// SPDX-License-Identifier: Apache-2.0
//
// Gateways that take a minute for each answer (F14): whoever is reached another way, and the
// town whose gateway is well, do not notice; when it is well again all that waited goes out,
// and what it had done in silence is not done again.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { Karaden } from '../gateways/sms_karaden.mjs';
import { X } from '../gateways/x.mjs';
import { eventually } from './post.mjs';
import { openWays } from './ways.mjs';

const SLOW = 60000, limit = { timeout: 300000 };
let ways, second, x, well;
before(async () => {
	ways = await openWays({ conf: { gateway_timeout_s: 2 } });
	second = await new Karaden().start();
	[x, well] = [await new X().start(), await new X().start()];
	ways.post.courier();
});
after(async () => {
	await ways?.close();
	for (const fake of [second, x, well]) await fake?.close();
});

const sql = (text) => ways.sql(text);
const health = (town, channel) => sql(`SELECT h.breaker FROM gateway_health h JOIN gateway g ON g.id = h.gateway_id
	WHERE g.tenant_id = ${town.tenant} AND g.channel = '${channel}'`);
const accepted = async (message) => Object.fromEntries((await sql(`SELECT channel, sum(accepted) FROM batch WHERE message_id = ${message}
	GROUP BY channel`)).split('\n').map((l) => l.split('|')));
// Sent, with what waits for another try brought forward.
const sent = (message) => eventually(`message ${message} is sent`, async () => {
	await ways.post.hurry();
	return await ways.post.state(message) === 'sent';
}, 120);

// Each of them does nothing, or all of it, and is silent.
for (const [what, rule] of [['does nothing', { status: 503 }], ['does it all the same', { accept: true }]])
	test(`F14 the SMS gateway is a minute slow, and ${what}: nobody else waits`, limit, async () => {
		const town = await ways.town({ line: 20, sms: 20, webpush: 10, email: 20 }), other = await ways.town({ sms: 10 });
		await ways.account(other, { ...second.account({ readback_s: 1 }), channel: 'sms', kind: 'karaden' });
		ways.sms.script([{ method: 'POST', ...rule, hang: SLOW }, { hang: SLOW }]);
		const calls = ways.sms.calls, message = await ways.message(town);
		await eventually('it is being waited for', () => ways.sms.calls > calls);
		const beside = await ways.message(other);
		await eventually('all others have theirs', async () => {
			const { line, webpush, email } = await accepted(message);
			return line === '20' && webpush === '10' && email === '20' && await ways.post.state(beside) === 'sent';
		});
		assert.equal((await accepted(message)).sms, '0', 'and the gateway has not said a word');
		await eventually('it is left alone', async () => await health(town, 'sms') !== 'closed');
		assert.equal(await health(other, 'sms'), 'closed');

		ways.sms.script([]);
		await sent(message);
		const verdict = await ways.lawful(message, town);
		assert.deepEqual([verdict.accepted, verdict.doubled], [50, 0]);
		assert.deepEqual((await ways.judge(beside, other, { sms: second })).faults, []);
		ways.sms.release();
	});

for (const [what, rule] of [['does nothing', { status: 503 }], ['does it all the same', { accept: true }]])
	test(`F14 X is a minute slow, and ${what}: another town's post goes out, and there is one of each`, limit, async () => {
		const [town, other] = [await ways.town({ email: 5 }), await ways.town({})];
		await ways.account(town, { ...x.account({ readback_s: 1 }), channel: 'x', kind: 'x' });
		await ways.account(other, { ...well.account({ readback_s: 1 }), channel: 'x', kind: 'x' });
		x.script([{ method: 'POST', path: '/2/tweets', ...rule, hang: SLOW }, { hang: SLOW }]);
		const mark = `X${Math.random().toString(36).slice(2, 10)}`, content = { text: `【みなと市】${mark}` };
		const state = (id) => sql(`SELECT state FROM post WHERE message_id = ${id}`), calls = x.calls;
		const message = await ways.post.message(town, { ways: { x: content } });
		await eventually('it is being waited for', () => x.calls > calls);
		const beside = await ways.post.message(other, { by: 'x', mail: false, content });
		await eventually('the other post is there', async () => await state(beside) === 'accepted');
		await eventually('so are the mails', async () => (await accepted(message)).email === '5');
		assert.notEqual(await state(message), 'accepted');

		x.script([]);
		await eventually('it is known what became of it', async () => {
			await sql("UPDATE post SET due = now() WHERE state NOT IN ('accepted', 'refused') AND due > now()");
			return await state(message) === 'accepted';
		}, 120);
		assert.equal(x.posts.filter((p) => p.text.includes(mark)).length, 1);
		assert.equal(well.posts.filter((p) => p.text.includes(mark)).length, 1);
		x.release();
	});
