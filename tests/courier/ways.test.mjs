// SPDX-License-Identifier: Apache-2.0
//
// Each person once, by the channel that they like best; towns without an account;
// the pace, rests and failures of an account; SMS and push in doubt; what comes too late.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Karaden } from '../gateways/sms_karaden.mjs';
import { eventually } from './post.mjs';
import { openWays } from './ways.mjs';

let ways, courier;
before(async () => {
	ways = await openWays();
	courier = ways.post.courier();
});
after(() => ways?.close());

const sql = (text) => ways.sql(text);
const health = (town, channel) => sql(`SELECT h.breaker, h.reason FROM gateway_health h JOIN gateway g ON g.id = h.gateway_id
	WHERE g.tenant_id = ${town.tenant} AND g.channel = '${channel}'`);

test('four channels, each person once', { timeout: 300000 }, async () => {
	const town = await ways.town({ line: 30, sms: 10, webpush: 10, email: 10 });
	// One with all of them, who likes mail best; one who has two devices.
	const all = town.members[0].id;
	await ways.inside(town, `INSERT INTO contact (citizen_id, channel, address, hash, state)
		SELECT ${all}, channel, address, convert_to('copy ' || id, 'UTF8'), 'active' FROM (SELECT DISTINCT ON (channel) id, channel, address FROM contact
		 WHERE channel <> 'line' AND citizen_id <> ${all} ORDER BY channel, id) k`);
	assert.equal(await sql(`SELECT reach FROM citizen WHERE id = ${all}`), '{line,webpush,email,sms}');
	await ways.inside(town, `UPDATE citizen SET channels = '{email}' WHERE id = ${all}`);
	assert.equal(await sql(`SELECT reach FROM citizen WHERE id = ${all}`), '{email,line,webpush,sms}');
	const two = town.members.find((m) => m.way === 'webpush'), second = ways.push.device();
	await ways.inside(town, `INSERT INTO contact (citizen_id, channel, address, hash, state)
		VALUES (${two.id}, 'webpush', '\\x${town.keys.seal('contact.address', second.address()).toString('hex')}', 'second', 'active')`);

	const message = await ways.message(town);
	await ways.post.sent(message);
	assert.equal(await sql(`SELECT recipients FROM message WHERE id = ${message}`), '60', 'persons, not addresses');
	assert.equal(await sql(`SELECT string_agg(channel || ' ' || n, ', ' ORDER BY channel) FROM
		(SELECT channel, sum(accepted) AS n FROM batch WHERE message_id = ${message} GROUP BY channel) x`), 'email 11, line 29, sms 10, webpush 10');
	assert.equal(second.cards.size, 1, 'both devices');
	town.members.shift();
	await ways.lawful(message, town);
});

test('no account at the gateway: held, and staff see why', { timeout: 300000 }, async () => {
	const town = await ways.town({ line: 3, email: 2, accounts: false });
	const message = await ways.message(town);
	await ways.post.sent(message);
	assert.equal(await sql(`SELECT state, reason FROM batch WHERE message_id = ${message} AND channel = 'line' AND language = 'ja'`), 'held|gateway_missing');
	assert.match(await ways.inside(town, `SELECT reason, count(*) FROM message_unreached(${message}) GROUP BY 1`), /^gateway_missing\|3$/);
});

test('an address that is gone is not used again', { timeout: 300000 }, async () => {
	const town = await ways.town({ webpush: 2 });
	town.members[0].device.gone = true;
	const message = await ways.message(town);
	await ways.post.sent(message);
	assert.equal(await sql(`SELECT citizen_id, reason FROM contact WHERE tenant_id = ${town.tenant} AND state = 'failed'`), `${town.members[0].id}|address_gone`);
	assert.equal(await sql(`SELECT reach FROM citizen WHERE id = ${town.members[0].id}`), '{}');
});

test('F14 429 rests the account, 401 opens its breaker; other towns do not notice', { timeout: 300000 }, async () => {
	const town = await ways.town({ line: 5 }), other = await ways.town({ line: 5 });
	ways.line.script([{ path: '/v2/bot/message/multicast', when: (c) => c.headers.authorization.includes(town.channel.token),
		status: 429, body: { message: 'The API rate limit has been exceeded. Try again later.' }, headers: { 'retry-after': '600' }, times: 1 }]);
	const message = await ways.message(town);
	await eventually('the account rests', async () => (await health(town, 'line')).startsWith('open'));
	const beside = await ways.message(other);
	await ways.post.sent(beside);
	assert.notEqual(await ways.post.state(message), 'sent');
	const account = (token) => ways.account(town, { channel: 'line', kind: 'line', url: ways.line.url,
		settings: { channel_id: town.channel.id, rate: 1000 }, secrets: { access_token: token } });
	// An account that was saved again is tried at once; then a rest of a second ends by itself.
	await account(town.channel.token);
	ways.line.script([{ path: '/v2/bot/message/multicast', when: (c) => c.headers.authorization.includes(town.channel.token),
		status: 429, body: { message: 'The API rate limit has been exceeded. Try again later.' }, headers: { 'retry-after': '1' }, times: 1 }]);
	await ways.post.hurry();
	await ways.post.sent(message);
	await ways.lawful(message, town);

	// The month is spent: that is told, not that LINE is busy; whoever bought more has it go on at once.
	ways.line.script([{ path: '/v2/bot/message/multicast', when: (c) => c.headers.authorization.includes(town.channel.token),
		status: 429, body: { message: 'You have reached your monthly limit.' }, times: 1 }]);
	const spent = await ways.message(town);
	await eventually('the account rests', async () => await health(town, 'line') === 'open|quota_spent');
	await account(town.channel.token);
	await ways.post.hurry();
	await ways.post.sent(spent);
	await ways.lawful(spent, town);

	town.channel.revoke();
	const denied = await ways.message(town);
	await eventually('the breaker is open', async () => await health(town, 'line') === 'open|gateway_denied');
	assert.equal(await sql(`SELECT DISTINCT state FROM batch WHERE message_id = ${denied} AND state = 'done'`), '', 'nothing is given up');
	// New credentials are tried at once.
	await account(town.channel.issue().access_token);
	await ways.post.hurry();
	await ways.post.sent(denied);
	await ways.lawful(denied, town);
	ways.line.script([]);
});

test('no more calls in a second than the account permits, whatever may be caught up with', { timeout: 300000 }, async () => {
	const town = await ways.town({ sms: 45 }), own = ways.sms.account({ readback_s: 1 }), before = ways.sms.ledger.length;
	await ways.account(town, { ...own, settings: { ...own.settings, rate: 10 }, channel: 'sms', kind: 'karaden', place: 1 });
	const message = await ways.message(town);
	await ways.post.sent(message);
	assert.equal((await ways.lawful(message, town)).accepted, 45);
	const times = ways.sms.ledger.slice(before).map((m) => Date.parse(m.time));
	assert.equal(times.length, 45);
	// Ten, and ten in each second after them; none before it was planned, however slow the way of the first may be.
	const planned = Number(await sql(`SELECT floor(extract(epoch FROM min(due)) * 1000) FROM batch WHERE message_id = ${message}`)), took = times.at(-1) - planned;
	assert.ok(took >= 3400, `in ${took} ms`);
});

test('F14 the second SMS gateway takes over, and the first is drifted back to', { timeout: 300000 }, async () => {
	const town = await ways.town({ sms: 60 });
	const { settings, secrets, url } = ways.sms.account({ readback_s: 1 });
	await ways.account(town, { channel: 'sms', kind: 'karaden', place: 2, url, settings: { ...settings, service_id: 7 }, secrets });
	await ways.account(town, { channel: 'sms', kind: 'karaden', place: 1, url: 'https://127.0.0.1:9', settings, secrets });
	const message = await ways.message(town);
	await ways.post.sent(message);
	assert.equal((await ways.lawful(message, town)).accepted, 60);
});

test('F14 the first SMS gateway was away for long, and is back: it has all of it again', { timeout: 600000 }, async () => {
	const first = await new Karaden().start(), second = await new Karaden().start();
	try {
		const town = await ways.town({ sms: 60 });
		for (const [i, own] of [first, second].entries())
			await ways.account(town, { ...own.account({ readback_s: 1 }), channel: 'sms', kind: 'karaden', place: i + 1 });
		first.script([{ method: 'POST', status: 503 }]);
		await ways.post.sent(await ways.message(town));
		assert.deepEqual([first.ledger.length, second.ledger.length], [0, 60], 'at once, though who waits for another try waits a second');
		first.script([]);
		await eventually('nothing goes by the second any more', async () => {
			const had = [first, second].map((g) => g.ledger.length);
			await ways.post.sent(await ways.message(town));
			return first.ledger.length === had[0] + 60 && second.ledger.length === had[1];
		}, 240);
		assert.match(await sql(`SELECT string_agg(h.breaker, ' ') FROM gateway_health h JOIN gateway g ON g.id = h.gateway_id WHERE g.tenant_id = ${town.tenant} AND g.channel = 'sms'`), /^closed( closed)?$/);
	} finally {
		await first.close();
		await second.close();
	}
});

test('F14 in doubt, it is looked for at the gateway that may have it, though another takes over', { timeout: 300000 }, async () => {
	const second = await new Karaden().start();
	try {
		const town = await ways.town({ sms: 8 });
		const own = ways.sms.account({ readback_s: 1 }), other = second.account({ readback_s: 1 });
		await ways.account(town, { ...own, channel: 'sms', kind: 'karaden', place: 1 });
		await ways.account(town, { ...other, channel: 'sms', kind: 'karaden', place: 2 });
		// The first takes all and says nothing, until its breaker is open.
		const posts = ways.sms.ledger.length;
		ways.sms.script([{ method: 'POST', accept: true, close: true }]);
		const message = await ways.message(town);
		await eventually('the second is the way out', async () => (await health(town, 'sms')).includes('open'));
		const unsure = ways.sms.ledger.length - posts;
		assert.ok(unsure >= 5, `${unsure}`);
		await ways.post.sent(message);
		ways.sms.script([]);
		assert.equal(ways.sms.ledger.length - posts + second.ledger.length, 8, 'nobody has it twice');
		assert.equal(await sql(`SELECT sum(accepted) FROM batch WHERE message_id = ${message}`), '8');

		// Their list cannot be read: an ordinary one waits, 命を守る情報 does not.
		await ways.account(town, { ...own, channel: 'sms', kind: 'karaden', place: 1 });
		ways.sms.script([{ method: 'POST', accept: true, close: true }, { method: 'GET', status: 503 }]);
		const before = ways.sms.ledger.length, plain = await ways.message(town);
		await eventually('all are in doubt', async () => await sql(`SELECT count(DISTINCT citizen_id) FROM delivery WHERE message_id = ${plain} AND state = 'unknown'`) === '8' ||
			ways.sms.ledger.length - before + second.ledger.length >= 8);
		await new Promise((done) => setTimeout(done, 3000));
		const doubted = ways.sms.ledger.slice(before).map((m) => m.to);
		assert.ok(!second.ledger.some((m) => m.body.includes(ways.marks.get(plain)) && doubted.includes(m.to)), 'what may be there is not sent elsewhere');
		ways.sms.script([]);
		await ways.post.sent(plain);
		assert.equal(new Set(doubted).size, doubted.length);
		await ways.lawful(message, { ...town, members: [] });
	} finally {
		await second.close();
	}
});

test('valid_until: what comes too late is held and listed, on each channel', { timeout: 300000 }, async () => {
	const town = await ways.town({ line: 4, sms: 3, webpush: 3, email: 3 });
	const before = [ways.line, ways.sms, ways.push].map((g) => g.ledger.length);
	const message = await ways.message(town, { validUntil: "now() + interval '1 second'", sendAt: "now() + interval '2 seconds'" });
	await ways.post.sent(message);
	assert.equal(await sql(`SELECT string_agg(DISTINCT state, ' ') FROM batch WHERE message_id = ${message}`), 'held');
	assert.equal(await ways.inside(town, `SELECT count(*), min(reason) FROM message_unreached(${message})`), '13|late');
	assert.deepEqual([ways.line, ways.sms, ways.push].map((g) => g.ledger.length), before);
});

test('quiet hours: an ordinary message waits for their end, one that is vital does not', { timeout: 300000 }, async () => {
	const town = await ways.town({ line: 4 });
	await ways.inside(town, `UPDATE citizen SET quiet_from = date_trunc('hour', (now() AT TIME ZONE 'Asia/Tokyo'))::time,
		quiet_to = (date_trunc('hour', (now() AT TIME ZONE 'Asia/Tokyo')) + interval '2 hours')::time WHERE id = ${town.members[0].id}`);
	const message = await ways.message(town);
	await eventually('the others have it', () => ways.received(message, town).line.size === 3);
	assert.equal(await sql(`SELECT state, due > now() AND due <= now() + interval '2 hours', size FROM batch
		WHERE message_id = ${message} AND state = 'queued'`), 'queued|t|1');
	const vital = await ways.message(town, { vital: true });
	await eventually('all have it', () => ways.received(vital, town).line.size === 4);
});

test('F14 sms_reference: in doubt, it is looked up before it is sent again', { timeout: 300000 }, async () => {
	const town = await ways.town({ sms: 10 });
	ways.sms.script([{ method: 'POST', accept: true, status: 500, times: 3 }, { method: 'POST', accept: true, close: true, times: 2 }]);
	const message = await ways.message(town);
	await ways.post.sent(message);
	ways.sms.script([]);
	const { accepted, doubled } = await ways.lawful(message, town);
	assert.deepEqual([accepted, doubled], [10, 0]);
	assert.equal(await sql(`SELECT count(*) > 0, min(parts), bool_and(provider_id <> '') FROM delivery WHERE message_id = ${message} AND state = 'accepted'`), 't|1|t');
});

test('F14 push_topic: in doubt it is handed over again, and there is one card', { timeout: 300000 }, async () => {
	const town = await ways.town({ webpush: 10 });
	for (const { device } of town.members) device.offline = true;
	ways.push.script([{ accept: true, status: 500, times: 4 }]);
	const message = await ways.message(town);
	await ways.post.sent(message);
	ways.push.script([]);
	for (const { device } of town.members) device.online();
	const { accepted } = await ways.lawful(message, town);
	assert.equal(accepted, 10);
	for (const { device } of town.members) assert.equal(device.rang, 1);
});

for (const [what, rule] of [['asks for a rest of ten minutes', { status: 429, headers: { 'retry-after': '600' } }], ['does not answer', { status: 503 }]])
	test(`F14 a push service ${what}: devices of the others get this message and the next`, { timeout: 300000 }, async () => {
		const town = await ways.town({ webpush: 6 }), [away, here] = [town.members.slice(0, 3), town.members.slice(3)];
		for (const { id, device } of away) {
			device.host = 'away.push.localhost';
			await ways.inside(town, `UPDATE contact SET address = '\\x${town.keys.seal('contact.address', device.address()).toString('hex')}' WHERE citizen_id = ${id}`);
		}
		ways.push.script(away.map(({ device }) => ({ path: new URL(device.endpoint).pathname, ...rule })));
		for (let i = 1; i <= 3; i++) {
			await ways.message(town);
			await eventually(`message ${i} is on their screens`, () => here.every(({ device }) => device.cards.size === i));
			await sleep(2500);		// it is tried again meanwhile
		}
		assert.match(await health(town, 'webpush'), /^closed/);
		assert.ok(away.every(({ device }) => device.cards.size === 0));
		ways.push.script([]);
		await ways.inside(town, "SELECT message_stop(id) FROM message WHERE state = 'sending'");
	});

test('one device took it, another was asked to wait: that one gets it later, once', { timeout: 300000 }, async () => {
	const town = await ways.town({ webpush: 3 });
	const seconds = [];
	// A rest that a service asks for is its own: each of these has another one.
	for (const [i, { id }] of town.members.entries()) {
		const second = ways.push.device({ host: `s${i}.push.localhost` });
		seconds.push(second);
		await ways.inside(town, `INSERT INTO contact (citizen_id, channel, address, hash, state)
			VALUES (${id}, 'webpush', '\\x${town.keys.seal('contact.address', second.address()).toString('hex')}', 'second ${id}', 'active')`);
	}
	const path = (device) => new URL(JSON.parse(device.address()).endpoint).pathname;
	ways.push.script([{ path: path(seconds[0]), status: 429, headers: { 'retry-after': '1' }, times: 1 },
		{ path: path(seconds[1]), status: 503, times: 2 }]);
	const calls = () => ways.push.ledger.length, before = calls();
	const message = await ways.message(town);
	await ways.post.sent(message);
	const [first, other] = [town.members[0].device, seconds[0]];
	await eventually('all have it', () => [...town.members.map((m) => m.device), ...seconds].every((d) => d.cards.size === 1));
	assert.deepEqual([first.rang, other.rang], [1, 1]);
	assert.equal(calls() - before, 6, 'no device twice');
	// A card is on the screen before the ledger says so.
	await eventually('their letters have ended', async () =>
		await ways.inside(town, `SELECT string_agg(state, ' ') FROM letter WHERE message_id = ${message} AND kind = 'device_again'`) === 'accepted accepted');
	assert.equal((await ways.lawful(message, town)).accepted, 3);

	// Stopped meanwhile, or the device is the person's no more: it is left alone.
	ways.push.script([{ path: path(seconds[2]), status: 429, headers: { 'retry-after': '600' }, times: 1 }]);
	const last = await ways.message(town);
	await ways.post.sent(last);
	await ways.inside(town, `DELETE FROM contact WHERE hash = 'second ${town.members[2].id}'`);
	await eventually('its letter has ended', async () =>
		await ways.post.hurry() === '' && await ways.inside(town, `SELECT state FROM letter WHERE message_id = ${last} AND kind = 'device_again'`) === 'expired');
	assert.equal(seconds[2].cards.size, 1);
	ways.push.script([]);
});

test('what is in the air when the rest is held is not sent again', { timeout: 300000 }, async () => {
	const town = await ways.town({ sms: 12 });
	const { settings, secrets, url } = ways.sms.account({ readback_s: 1, parts_per_month: 5 });
	await ways.account(town, { channel: 'sms', kind: 'karaden', url, settings, secrets });
	ways.sms.script([{ method: 'POST', accept: true, hold: true, times: 5 }]);
	const message = await ways.message(town);
	await eventually('the rest is held', async () => await sql(`SELECT state FROM batch WHERE message_id = ${message}`) === 'held');
	assert.equal(await ways.post.state(message), 'sending', 'five are in the air');
	await assert.rejects(ways.inside(town, `SELECT message_resend(${message}, 500, now() + interval '1 day')`), /not sent/);
	ways.sms.release();
	await ways.post.sent(message);
	assert.equal(await ways.inside(town, `SELECT count(*) FROM message_unreached(${message})`), '7');
	await ways.account(town, { channel: 'sms', kind: 'karaden', url, settings: { ...settings, parts_per_month: 100 }, secrets });
	assert.equal(await ways.inside(town, `SELECT message_resend(${message}, 500, now() + interval '1 day')`), '7');
	await ways.post.sent(message);
	const { accepted, doubled } = await ways.lawful(message, town);
	assert.deepEqual([accepted, doubled], [12, 0]);
	ways.sms.script([]);
});

test('a number for which the gateway has no answer keeps nobody behind it waiting', { timeout: 300000 }, async () => {
	const town = await ways.town({ sms: 6 }), mute = town.members[0].address.slice(3);
	ways.sms.script([{ method: 'POST', status: 500, when: (call) => decodeURIComponent(call.body.toString()).includes(mute) }]);
	const others = (message) => async () => await sql(`SELECT count(*) FROM delivery WHERE message_id = ${message} AND state = 'accepted'`) === '5';
	const first = await ways.message(town);
	await eventually('the others have it', others(first));
	await eventually('the gateway is given a rest', async () => (await health(town, 'sms')).startsWith('open'));
	await eventually('the others have the next one, too', others(await ways.message(town)));
	ways.sms.script([]);
});

test('reach until seen: step by step, until it was seen', { timeout: 300000 }, async () => {
	const town = await ways.town({ line: 6, sms: 1 }), [seen, unseen] = town.members;
	for (const m of [seen, unseen]) await ways.inside(town, `INSERT INTO contact (citizen_id, channel, address, hash, state)
		SELECT ${m.id}, 'sms', '\\x${town.keys.seal('contact.address', `+8190${20000000 + m.n}`).toString('hex')}', 'phone ${m.id}', 'active'`);
	const message = await ways.message(town, { vital: true, mail: false, ladder: [{ channel: 'line', wait: 10 }, { channel: 'sms', wait: 10 }] });
	await ways.post.sent(message);
	assert.equal(ways.received(message, town).line.size, 6);
	assert.equal(await ways.inside(town, `SELECT message_saw(${message}, ${seen.id}, 'line')`), 't');
	await sql(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE message SET next_step = now() WHERE id = ${message}; COMMIT`);
	await eventually('the second step', async () => await sql(`SELECT step, state, next_step IS NULL FROM message WHERE id = ${message}`) === '2|sent|t');
	assert.equal(await sql(`SELECT citizens, channel FROM batch WHERE message_id = ${message} AND step = 2`), `{${unseen.id}}|sms`);
	assert.equal(await ways.inside(town, `SELECT count(*) FROM message_unreached(${message})`), '0');
	assert.equal(await ways.inside(town, 'SELECT count(*) FROM ledger_faults()'), '0');
});

test('reach until somebody of the household has seen it', { timeout: 300000 }, async () => {
	const town = await ways.town({ line: 5 }), [mother, son, alone, left] = town.members;
	for (const m of [mother, son, alone, left]) await ways.inside(town, `INSERT INTO contact (citizen_id, channel, address, hash, state)
		SELECT ${m.id}, 'sms', '\\x${town.keys.seal('contact.address', `+8190${40000000 + m.n}`).toString('hex')}', 'handset ${m.id}', 'active'`);
	await ways.inside(town, `SELECT household_make(${mother.id}, NULL);
		INSERT INTO household_member (household_id, citizen_id) SELECT max(id), c FROM household CROSS JOIN unnest('{${son.id},${left.id}}'::bigint[]) c GROUP BY c`);
	const message = await ways.message(town, { vital: true, mail: false, ladder: [{ channel: 'line', wait: 10 }, { channel: 'sms', wait: 10 }] });
	await sql(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE message SET until_household = true WHERE id = ${message}; COMMIT`);
	await ways.post.sent(message);
	assert.equal(ways.received(message, town).line.size, 5, 'the first step goes to everybody');
	assert.equal(await ways.inside(town, `SELECT message_saw(${message}, ${mother.id}, 'line')`), 't');
	assert.equal(await ways.inside(town, `SELECT household_leave(${left.id})`), 't');
	await sql(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE message SET next_step = now() WHERE id = ${message}; COMMIT`);
	await eventually('the second step', async () => await sql(`SELECT step, state, next_step IS NULL FROM message WHERE id = ${message}`) === '2|sent|t');
	assert.equal(await sql(`SELECT channel || citizens::text FROM batch WHERE message_id = ${message} AND step = 2`), `sms{${alone.id},${left.id}}`);
	assert.equal(ways.received(message, town).sms.size, 2, 'and the gateway has no more');
	assert.equal(await ways.inside(town, `SELECT string_agg(how, ' ' ORDER BY citizen_id) FROM seen WHERE message_id = ${message}`), 'line household');
	assert.equal(await ways.inside(town, 'SELECT count(*) FROM ledger_faults()'), '0');
});

test('an entry ends in another one while a message waits for the morning: the person has it once', { timeout: 300000 }, async () => {
	const town = await ways.town({ line: 5, sms: 2 }), [line, other, both] = town.members, phone = town.members.at(-1);
	await ways.inside(town, `UPDATE citizen SET quiet_from = t, quiet_to = t + interval '2 hours'
		  FROM (SELECT date_trunc('hour', now(), 'Asia/Tokyo') AT TIME ZONE 'Asia/Tokyo' AS t) x WHERE tenant_id = ${town.tenant};
		UPDATE citizen SET state = 'paused' WHERE id = ${phone.id}`);
	const message = await ways.message(town, { mail: false });
	await eventually('it is planned', async () => await sql(`SELECT recipients, planned_to IS NULL FROM message WHERE id = ${message}`) === '6|t');
	// One ends in an entry that does not get it, one in an entry that does, which had LINE of its own.
	const take = (to, was) => `SELECT contact_take(${to.id}, 'line', hash, address) FROM (SELECT hash, address FROM contact WHERE citizen_id = ${was.id}) k`;
	await ways.inside(town, `UPDATE citizen SET state = 'active' WHERE id = ${phone.id}; ${take(phone, line)}; ${take(both, other)}`);
	await sql(`UPDATE batch SET due = now() WHERE message_id = ${message}; SELECT pg_notify('batch_due', '')`);
	await ways.post.sent(message);
	const { line: got, sms } = ways.received(message, town);
	assert.equal(got.get(line.address), 1, 'in the place of the entry that ended');
	assert.equal(got.get(other.address), 1, 'at the address that the other one has by now');
	assert.deepEqual([got.size, sms.size], [4, 1]);
	assert.equal(await sql(`SELECT citizen_id, reason FROM delivery WHERE message_id = ${message} AND state = 'dropped'`), `${other.id}|left`);
	assert.equal(await ways.inside(town, `SELECT channel, state FROM ledger_person(${message}, ledger_place(${message}, ${phone.id}))`), 'line|accepted');
	assert.equal(await ways.inside(town, 'SELECT count(*) FROM ledger_faults()'), '0');
});

test('a step by SMS costs no more than was allowed, at a price as staff type it', { timeout: 300000 }, async () => {
	const town = await ways.town({ line: 4, sms: 1 }), people = town.members.slice(0, 4);
	await ways.inside(town, `UPDATE gateway SET settings = settings || '{"yen_per_part": "3.3"}', version = version + 1 WHERE channel = 'sms'`);
	for (const m of people) await ways.inside(town, `INSERT INTO contact (citizen_id, channel, address, hash, state)
		SELECT ${m.id}, 'sms', '\\x${town.keys.seal('contact.address', `+8190${30000000 + m.n}`).toString('hex')}', 'mobile ${m.id}', 'active'`);
	const message = await ways.message(town, { vital: true, mail: false, ladder: [{ channel: 'line', wait: 10 }, { channel: 'sms', wait: 10 }] });
	await ways.post.sent(message);
	const allowed = Math.floor(3.3 * Number(await ways.inside(town, `SELECT sms_parts_of(${message})`)) * 3.5);	// one had it by SMS at first
	await sql(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE message SET next_step = now(), ladder_yen = ${allowed} WHERE id = ${message}; COMMIT`);
	await eventually('the second step', async () => await sql(`SELECT step, state FROM message WHERE id = ${message}`) === '2|sent');
	assert.equal(await sql(`SELECT sum(size) FROM batch WHERE message_id = ${message} AND step = 2`), '2', 'two of four');
});

test('what is kept of the month at LINE is for emergencies, under two couriers', { timeout: 300000 }, async () => {
	const town = await ways.town({ line: 45 });
	const told = (quota, used, at = 'now()') => ways.inside(town, `INSERT INTO gateway_health AS h (gateway_id, quota, used, quota_at)
		SELECT id, ${quota}, ${used}, ${at} FROM gateway WHERE channel = 'line' AND tenant_id = ${town.tenant}
		ON CONFLICT (tenant_id, gateway_id) DO UPDATE SET quota = excluded.quota, used = excluded.used, quota_at = excluded.quota_at`);
	const keep = (n) => ways.inside(town, `UPDATE gateway SET settings = settings || '{"reserve": ${n}}', version = version + 1
		WHERE channel = 'line' AND tenant_id = ${town.tenant}`);
	const sends = async (options) => {
		const message = await ways.message(town, { mail: false, ...options });
		await ways.post.sent(message);
		return ways.received(message, town).line.size;
	};
	await told(100, 24);
	await keep(30);
	await sleep(1200);		// couriers read accounts once a second
	assert.equal(await sends(), 45, 'there is room for 46');
	const held = await ways.message(town, { mail: false });
	await ways.post.sent(held);
	assert.equal(ways.received(held, town).line.size, 0, 'what was sent since LINE told counts');
	assert.equal(await sql(`SELECT DISTINCT state || ' ' || reason FROM batch WHERE message_id = ${held}`), 'held quota_kept');
	assert.match(await ways.inside(town, `SELECT reason, count(*) FROM message_unreached(${held}) GROUP BY 1`), /^quota_kept\|45$/);
	assert.equal(await sends({ vital: true }), 45, 'an emergency goes on');
	await told(100, 100, "now() - interval '40 days'");
	assert.equal(await sends(), 0, 'of another month; 90 are gone in this one');
	await told('NULL', 100);
	ways.line.script([{ path: '/v2/bot/message/multicast', times: 8, status: 429 }]);
	const late = await ways.message(town, { mail: false });
	await eventually('it waits', async () => await sql(`SELECT count(*) FROM batch WHERE message_id = ${late} AND verdict = 'later'`) > 0);
	await told(100, 90);
	await ways.post.sent(late);
	assert.equal(await ways.inside(town, `SELECT reasons::text FROM message_numbers(${late})`), '{"quota_kept": 45}', 'the reason is the last');
	ways.line.script([]);
	await told('NULL', 100);
	assert.equal(await sends(), 45, 'LINE sets no end');

	const second = ways.post.courier();
	await told(1000, 880);
	const several = await Promise.all([1, 2, 3, 4, 5].map(() => ways.message(town, { mail: false })));
	for (const message of several) await ways.post.sent(message);
	const n = several.reduce((sum, message) => sum + ways.received(message, town).line.size, 0);
	assert.ok(n > 45 && n <= 90, `${n} of 90`);
	await keep(0);
	await sleep(1200);
	assert.equal(await sends(), 45, 'nothing is kept');
	assert.equal(await second.stop(), 0);
});

test('it ends in good order', async () => {
	assert.equal(await courier.stop(), 0);
});
