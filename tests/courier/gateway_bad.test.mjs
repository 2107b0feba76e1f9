// SPDX-License-Identifier: Apache-2.0
//
// Gateways that answer badly, late or not at all (F14): who is refused is refused,
// who is put off is tried again, and nobody else notices.
import assert from 'node:assert/strict';
import net from 'node:net';
import test, { after, before } from 'node:test';
import { eventually, openPost } from './post.mjs';

let post;
before(async () => { post = await openPost({ conf: { smtp_connections: 8 } }); post.courier(); });
after(() => post?.close());

// What the relay says about one of thirty; what the ledger says of that one.
const answers = [
	{ name: '450 at RCPT', rule: { at: 'rcpt', reply: '450 4.2.1 Mailbox busy' }, said: ['later', 450, 'gateway_busy'], then: 'accepted' },
	{ name: '451 at RCPT (greylisting)', rule: { at: 'rcpt', reply: '451 4.7.1 Try again later' }, said: ['later', 451, 'gateway_busy'], then: 'accepted' },
	{ name: '452 at RCPT', rule: { at: 'rcpt', reply: '452 4.2.2 Mailbox full' }, said: ['later', 452, 'mailbox_full'], then: 'accepted' },
	{ name: '421 at RCPT', rule: { at: 'rcpt', reply: '421 4.3.2 Shutting down' }, said: ['later', 421, 'gateway_busy'], then: 'accepted' },
	{ name: '550 at RCPT', rule: { at: 'rcpt', reply: '550 5.1.1 User unknown' }, said: ['refused', 550, 'mailbox_unknown'], then: 'refused' },
	{ name: '552 at RCPT', rule: { at: 'rcpt', reply: '552 5.2.2 Mailbox full' }, said: ['refused', 552, 'mailbox_full'], then: 'refused' },
	{ name: '554 after DATA', rule: { at: 'dot', reply: '554 5.7.1 Spam' }, said: ['later', 554, 'refused_policy'], then: 'accepted' },
	{ name: '451 after DATA', rule: { at: 'dot', reply: '451 4.3.0 Later' }, said: ['later', 451, 'gateway_busy'], then: 'accepted' },
	{ name: 'silence after the final dot', rule: { at: 'dot', accept: false, hang: 60000 }, said: ['unknown', null, 'no_answer'], then: 'accepted' },
	{ name: 'silence at RCPT', rule: { at: 'rcpt', hang: 60000 }, said: ['later', null, 'gateway_slow'], then: 'accepted' },
];

for (const { name, rule, said: [state, code, reason], then } of answers) {
	test(`F14 ${name}`, { timeout: 300000 }, async () => {
		const town = await post.town({ citizens: 30 });
		post.relay.script([{ ...rule, to: town.address(7), times: 1 }]);
		const message = await post.message(town);
		const him = `citizen_id = (SELECT min(citizen_id) + 6 FROM delivery WHERE message_id = ${message}) AND message_id = ${message}`;
		await eventually('29 others have it, whatever became of him', async () => (await post.counts(message)).accepted >= 29);
		await eventually('it is through', async () => { await post.hurry(); return await post.state(message) === 'sent'; });
		const words = (await post.sql(`SELECT state, coalesce(code, 0), reason FROM delivery WHERE ${him} ORDER BY try`)).split('\n');
		assert.equal(words[0], `${state}|${code ?? 0}|${reason}`);
		assert.equal(words.at(-1).split('|')[0], then);
		assert.equal(post.relay.ledger.filter((m) => m.to === town.address(7)).length, then === 'accepted' ? 1 : 0);
	});
}

test('nothing of all this broke a law', () => post.lawful());

test('R62 an address that is unknown on two days is not written to again; a yes in between clears it', { timeout: 300000 }, async () => {
	const town = await post.town({ citizens: 3 });
	const contact = () => post.sql(`SELECT state, failures FROM contact WHERE tenant_id = ${town.tenant} ORDER BY id LIMIT 1`);
	const send = async (rules) => {
		post.relay.script(rules);
		await post.sent(await post.message(town));
	};
	const no = [{ at: 'rcpt', to: town.address(1), reply: '550 5.1.1 User unknown' }];
	const aDay = () => post.sql(`BEGIN; SELECT FROM enter_tenant(${town.tenant}, 'command');
		UPDATE contact SET failed = failed - interval '25 hours' WHERE failures > 0; COMMIT`);
	await send(no);
	assert.equal(await contact(), 'active|1');
	await send(no);
	assert.equal(await contact(), 'active|1', 'the same day again counts once');
	await aDay();
	await send([]);
	assert.equal(await contact(), 'active|0', 'a yes');
	await send(no);
	await aDay();
	await send(no);
	assert.equal(await contact(), 'failed|2');
	assert.equal(await post.sql(`SELECT count(*) FROM citizen WHERE tenant_id = ${town.tenant} AND reach = '{email}'`), '2', 'planning knows');
	post.relay.script([]);
});

test('F14 a gateway that is away: a few tries, then a pause, then all of it', { timeout: 300000 }, async () => {
	const town = await post.town({ citizens: 100 });
	post.relay.script([{ at: 'connect', reply: '421 4.3.2 Not now' }, { at: 'mail', reply: '421 4.3.2 Not now' }]);
	const message = await post.message(town);
	const courier = [...post.couriers][0];
	await eventually('the breaker opens', async () => /gateway\.away/.test(courier.text));
	const tries = (await post.counts(message)).later ?? 0;
	assert.ok(tries <= 20, `${tries} of 100 had a try taken`);
	await eventually('what was claimed is given back', async () => await post.sql("SELECT count(*) FROM batch WHERE state = 'sending' AND lease_until > now()") === '0');
	post.relay.script([]);
	await eventually('all of it', async () => { await post.hurry(); return await post.state(message) === 'sent'; });
	assert.equal((await post.counts(message)).accepted, 100);
	await post.lawful();
});

test('F14 what answers is no mail server', { timeout: 300000 }, async () => {
	const server = net.createServer((s) => { s.on('error', () => {}); s.end('HTTP/1.1 400 Bad Request\r\n\r\n'); });
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	const other = await openPost({ conf: { smtp_url: `smtp://127.0.0.1:${server.address().port}` } });
	try {
		const town = await other.town({ citizens: 20 });
		const message = await other.message(town);
		const courier = other.courier();
		await eventually('it is left alone', async () => /gateway\.away/.test(courier.text));
		assert.equal((await other.counts(message)).accepted, undefined);
		assert.equal(await other.state(message), 'sending', 'nothing is given up');
		assert.equal(await courier.stop(), 0);
	} finally {
		await other.close();
		server.close();
	}
});
