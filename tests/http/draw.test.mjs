// SPDX-License-Identifier: Apache-2.0
//
// A lottery from the desk to the record: decided before it is published, closed, drawn from a
// public value, verified by a program that shares nothing with ours; seats of quotas, the
// order of those who wait, and what everybody is told.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { verify } from '../../docs/lottery_verify.mjs';
import { desk, inside, said } from '../harness/desk.mjs';
import { makeEvent, seats, signUp } from '../harness/event.mjs';
import { MINATO } from '../harness/house.mjs';
import { isPage } from '../harness/invariants.mjs';
import { eventually, up } from '../harness/up.mjs';
import { mailWith, problems, somebody } from './citizen.mjs';

let town, suzuki;
before(async () => {
	town = await up();
	suzuki = await desk(town, 'suzuki');
});
after(() => town?.stop());

// The day in Japan of a moment.
const japan = (moment) => town.sql(`SELECT to_char((${moment}) AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD')`);

test('decided, published, applied for, drawn, verified', async () => {
	const made = await makeEvent(town, { state: 'draft', rule: 'lottery', capacity: 4, group: 3, quotas: { 車いす: 1 }, columns: { closes: `now() + interval '1 day'` } });
	const path = `/desk/events/${made.event}`, slot = made.slots[0], chair = made.quotas[0];
	assert.match(said(isPage(await suzuki.get(`${path}/publish`))), /抽選の方法を決めて公開してください/);
	let page = isPage(await suzuki.get(`${path}/lottery`));
	const source = '日経平均株価の終値', closes = await japan(`(SELECT closes FROM event WHERE id = ${made.event})`);
	const after = await japan(`(SELECT closes + interval '1 day' FROM event WHERE id = ${made.event})`);
	assert.equal((await suzuki.submit(page, { source: '', day: after, history: 'none' }, 'lottery')).status, 422);
	const early = await suzuki.submit(page, { source, day: closes, history: 'none' }, 'lottery');
	assert.equal(early.status, 422, 'a value that may be known while people can sign up');
	assert.match(said(early), /申込の締切より後の日を選んでください/);
	assert.equal((await suzuki.submit(page, { source, day: after, history: 'none' }, 'lottery')).status, 303);
	const rules = isPage(await suzuki.get(`${path}/rules`));
	const [, y, m, d] = /^(\d+)-(\d+)-(\d+)$/.exec(after);
	const late = await suzuki.submit(rules, { closes_year: y, closes_month: m, closes_day: d, closes_hour: '9', closes_minute: '0' }, 'rules');
	assert.equal(late.status, 422, 'nor is sign-up made longer than that');
	assert.match(said(late), /抽選に使う公開の値の日より前にしてください/);
	assert.equal((await suzuki.submit(isPage(await suzuki.get(`${path}/publish`)), { sure: 1 }, 'publish')).status, 303);
	const emails = [somebody(), somebody(), somebody(), somebody()], wants = [['一', '二', '三'], ['四'], ['五'], ['六', '七']];
	const tickets = [], clients = [];
	for (const [i, email] of emails.entries()) {
		const client = town.client(MINATO);
		tickets.push(await signUp(client, made, { names: wants[i], email, also: i < 2 ? [{ [`quota_${chair}`]: 1 }] : [] }));
		clients.push(client);
	}
	assert.match(said(tickets[0]), /受付期間が終わったあとに抽選し/);
	assert.equal(await seats(town, slot), '0/4 applied applied applied applied', 'nothing is taken before the draw');
	await inside(town, `UPDATE event SET opens = now() - interval '9 days', closes = now() - interval '1 day' WHERE id = ${made.event}`);
	page = isPage(await suzuki.get(`${path}/lottery`));
	assert.equal((await suzuki.submit(page, {}, 'lottery')).status, 303, 'the list is closed');
	// Whom staff enter behind the list stands behind all of it.
	await inside(town, `SELECT application_add(${made.event}, ${slot}, 1, '{}', '{}', 'p', NULL, NULL, NULL, NULL, NULL, 'ja', 'phone', (SELECT min(id) FROM staff WHERE tenant_id = 1))`);
	page = isPage(await suzuki.get(`${path}/lottery`));
	assert.doesNotMatch(said(page), /抽選して公表する/, 'the day of the value has not come');
	await inside(town, `UPDATE lottery SET value_day = (now() AT TIME ZONE 'Asia/Tokyo')::date WHERE slot_id = ${slot}`);
	page = isPage(await suzuki.get(`${path}/lottery`));
	// Of the stated day nothing was published: the value is of the next day on which one was; never of one before, nor of one to come.
	await inside(town, `UPDATE event SET closes = now() - interval '5 days' WHERE id = ${made.event};
		UPDATE lottery SET value_day = (now() AT TIME ZONE 'Asia/Tokyo')::date - 2 WHERE slot_id = ${slot}`);
	const [before_it, taken, tomorrow] = await Promise.all([-3, -1, 1].map((n) => japan(`(now() + interval '${n} days')`)));
	page = isPage(await suzuki.get(`${path}/lottery`));
	assert.match(said(page), /その日に発表がないときは、次に発表された日の値を使います/);
	assert.doesNotMatch(said(page), /抽選して公表する/, 'no draw without a value');
	assert.equal((await suzuki.submit(page, { value: '' }, 'lottery')).status, 422);
	const past = await suzuki.submit(page, { value: '38,274.05', taken: before_it }, 'lottery');
	assert.equal(past.status, 422);
	assert.match(said(past), /決めてある日より前の値は使えません/);
	assert.match(said(await suzuki.submit(page, { value: '38,274.05', taken: tomorrow }, 'lottery')), /まだ来ていない日です/);
	// A slip is put right before anything is drawn; a page that shows the slip draws nothing.
	assert.equal((await suzuki.submit(page, { value: '38,274.50', taken }, 'lottery')).status, 303);
	const slip = isPage(await suzuki.get(`${path}/lottery`));
	assert.match(said(slip), /38,274\.50/);
	assert.equal((await suzuki.submit(slip, { step: 'enter', value: '38,274.05', taken }, 'lottery')).status, 303);
	assert.equal((await suzuki.submit(slip, {}, 'lottery')).status, 303);
	assert.equal(await town.sql(`SELECT drawn IS NULL FROM lottery WHERE slot_id = ${slot}`), 't', 'another value stood there');
	page = isPage(await suzuki.get(`${path}/lottery`));
	assert.match(page.text, /<s><span lang="ja">38,274\.50/);
	assert.equal(await town.sql(`SELECT count(*) FROM audit WHERE act = 'lottery.entered' AND object_id = ${slot}`), '2');
	assert.equal((await suzuki.submit(page, {}, 'lottery')).status, 303);
	page = isPage(await town.client(MINATO).get(`/events/${made.event}/lottery`));
	assert.match(said(page), /38,274\.05.*決めてあった日には発表がありませんでした.*訂正前 38,274\.50/);
	const record = (await town.client(MINATO).get(`/events/${made.event}/lottery/record?slot=${slot}`)).json();
	assert.ok(verify(record), 'an independent program draws the same');
	assert.deepEqual([record.value, record.day], ['38,274.05', taken]);
	assert.ok(!verify({ ...record, value: '38,274.50' }));
	assert.deepEqual(record.seats, [4, 1]);
	assert.deepEqual(record.entries.map((e) => e.needs).sort(), [[1, 0], [1, 1], [2, 0], [3, 1]]);
	const won = record.result.filter((r) => r.won).map((r) => r.number);
	const people = record.entries.filter((e) => won.includes(e.number));
	assert.equal(await town.sql(`SELECT taken FROM event_slot WHERE id = ${slot}`), String(people.reduce((n, e) => n + e.needs[0], 0)));
	assert.equal(await town.sql(`SELECT taken FROM event_quota WHERE id = ${chair}`), String(people.reduce((n, e) => n + e.needs[1], 0)));
	// All are told at once: who won, and who waits where.
	for (const [i, email] of emails.entries()) {
		const state = await town.sql(`SELECT state FROM application WHERE event_id = ${made.event} ORDER BY id LIMIT 1 OFFSET ${i}`);
		assert.ok(['confirmed', 'waiting'].includes(state), state);
		await mailWith(town, email, state === 'confirmed' ? '参加が決まりました' : 'キャンセル待ちになりました');
	}
	// All who won leave: seats of the date and its quota come back, and those behind move up in order.
	const before = await town.sql(`SELECT string_agg(number, ' ' ORDER BY waiting) FROM application WHERE event_id = ${made.event} AND state = 'waiting'`);
	const first = before.split(' ')[0];
	for (const [i, ticket] of tickets.entries()) {
		const number = /(\d{3}-\d{3}-\d{4})/.exec(ticket.path)[1];
		if (won.includes(number)) assert.equal((await clients[i].submit(await clients[i].get(`${ticket.path}/cancel`), {}, '/cancel')).status, 303);
	}
	await eventually('the first of those who waited', async () => await town.sql(`SELECT state FROM application WHERE number = '${first}'`) === 'confirmed');
	assert.equal(await town.sql(`SELECT s.taken = (SELECT sum(people) FROM application a WHERE a.slot_id = s.id AND a.state = 'confirmed') FROM event_slot s WHERE id = ${slot}`), 't');
});

test('当選歴: who won within a year has fewer lots; the claims that staff chose go first', async () => {
	const [lucky, fresh, moved] = [somebody(), somebody(), somebody()];
	const won = async (email, when, why) => {
		const before = await makeEvent(town, { rule: 'lottery', capacity: 1, columns: { closes: `now() + interval '1 day'` } });
		const number = /(\d{3}-\d{3}-\d{4})/.exec((await signUp(town.client(MINATO), before, { email })).path)[1];
		await inside(town, `INSERT INTO lottery (slot_id, rule, source, value_day, commitment, seed, list, list_hash, closed, record, drawn)
			VALUES (${before.slots[0]}, '{}', 's', current_date + 9, repeat('0', 64), 'x', '{}', 'x', now(), '{"result": [{"number": "${number}", "won": true}]}', now() - interval '${when}');
			UPDATE application SET state = 'cancelled', why = '${why}', cancelled = now() WHERE number = '${number}'`);
	};
	await won(lucky, '10 days', 'person');
	await won(lucky, '300 days', 'person');
	await won(fresh, '400 days', 'person');
	await won(moved, '10 days', 'event');
	const made = await makeEvent(town, { state: 'draft', rule: 'lottery', capacity: 9, group: 3, quotas: { 市内: 5, 車いす: 2 }, columns: { closes: `now() + interval '1 day'` } });
	const path = `/desk/events/${made.event}`, values = { source: '日経平均株価の終値', day: await japan(`now() + interval '3 days'`), history: 'weight' };
	let page = isPage(await suzuki.get(`${path}/lottery`));
	assert.match(said(page), /先に抽選する枠.*なし.*市内.*車いす/);
	assert.equal((await suzuki.submit(page, { ...values, first: '港区民' }, 'lottery')).status, 422);
	assert.equal((await suzuki.submit(page, { ...values, first: '市内' }, 'lottery')).status, 303);
	assert.equal((await suzuki.submit(await suzuki.get(`${path}/publish`), { sure: 1 }, 'publish')).status, 303);
	assert.match(said(isPage(await town.client(MINATO).get(`/events/${made.event}/lottery`))), /この1年に当選していない方ほど.*先に抽選する枠: 市内/);
	// What the published rule names stays, also while nobody has claimed it; all else about it may change.
	const date = `${path}/dates/${made.slots[0]}`, lines = (quotas) => suzuki.get(date).then((form) => suzuki.submit(form, { quotas }, date));
	for (const quotas of ['市内在住 5\n車いす 2', '車いす 2', '']) {
		page = isPage(await lines(quotas), { status: 422 });
		assert.match(problems(page).quotas, /抽選で先に選ぶと公表した枠/, quotas);
	}
	assert.equal((await lines('市内 5\n車いす 3')).status, 303);
	const city = { [`quota_${made.quotas[0]}`]: 1 }, number = {};
	for (const [email, names, also] of [[lucky, ['一', '二'], [{}, city]], [fresh, ['三'], []], [moved, ['四'], [{ [`quota_${made.quotas[1]}`]: 1 }]]])
		number[email] = /(\d{3}-\d{3}-\d{4})/.exec((await signUp(town.client(MINATO), made, { email, names, also })).path)[1];
	await inside(town, `UPDATE event SET opens = now() - interval '9 days', closes = now() - interval '5 days' WHERE id = ${made.event};
		UPDATE lottery SET value_day = (now() AT TIME ZONE 'Asia/Tokyo')::date - 2 WHERE slot_id = ${made.slots[0]}`);
	assert.equal((await suzuki.submit(await suzuki.get(`${path}/lottery`), {}, 'lottery')).status, 303);
	const taken = await japan(`now() - interval '1 day'`);
	assert.equal((await suzuki.submit(await suzuki.get(`${path}/lottery`), { value: '7', taken }, 'lottery')).status, 303);
	assert.equal((await suzuki.submit(await suzuki.get(`${path}/lottery`), {}, 'lottery')).status, 303);
	const record = (await town.client(MINATO).get(`/events/${made.event}/lottery/record?slot=${made.slots[0]}`)).json();
	assert.ok(verify(record), 'the verifier knows the rule');
	assert.equal(record.rule.first, '市内');
	const of = (email) => record.entries.find((e) => e.number === number[email]);
	assert.deepEqual([lucky, fresh, moved].map((email) => [of(email).priority, of(email).wins]), [[0, 2], [1, 0], [1, 0]]);
	assert.equal(record.result[0].number, number[lucky], 'first, in spite of fewer lots');
});

test('who waits behind a draw: an offer with a deadline, passed on unanswered, told when it is late, left with one press', async () => {
	const made = await makeEvent(town, { rule: 'lottery', capacity: 1, columns: { offer_hours: 24 } }), slot = made.slots[0];
	const people = [];
	for (let i = 0; i < 4; i++) {
		const client = town.client(MINATO), email = somebody(), at = (await signUp(client, made, { names: [`人${i}`], email })).path.split('?')[0];
		people.push({ client, email, at, number: /(\d{3}-\d{3}-\d{4})/.exec(at)[1] });
	}
	const result = people.map(({ number }, i) => ({ number, won: i === 0, waiting: i }));
	await inside(town, `SELECT seat_draw(${slot}, '${JSON.stringify({ result })}')`);
	const [winner, late, taker, last] = people;
	const state = (p) => town.sql(`SELECT state FROM application WHERE number = '${p.number}'`);
	await mailWith(town, late.email, 'キャンセル待ち');
	assert.match(said(isPage(await late.client.get(late.at))), /1番目/);

	assert.equal((await winner.client.submit(await winner.client.get(`${winner.at}/cancel`), {}, '/cancel')).status, 303);
	await mailWith(town, late.email, '席が空きました');
	const page = isPage(await late.client.get(late.at));
	assert.match(said(page), /次の日時までにお返事ください/);
	assert.equal(await state(taker), 'waiting', 'one seat, one offer');
	// Nobody answers: it passes on by itself, and both are told.
	await inside(town, `UPDATE application SET offer_until = now() - interval '1 second' WHERE number = '${late.number}'`);
	await mailWith(town, late.email, 'お返事がなかったため');
	await mailWith(town, taker.email, '席が空きました');
	assert.deepEqual([await state(late), await state(taker), await state(last)], ['expired', 'offered', 'waiting']);
	// A page that lay open: too late, in clear words, and nothing happens.
	const answer = await late.client.submit(page, {}, '/accept');
	assert.ok([303, 409, 410].includes(answer.status), `${answer.status}`);
	assert.match(said(answer.status === 303 ? await late.client.follow(answer) : answer), /期限が過ぎました|席は次の方に回りました/);
	assert.equal(await state(late), 'expired');
	// The next one takes it, and the last one leaves with one press.
	assert.equal((await taker.client.submit(await taker.client.get(taker.at), {}, '/accept')).status, 303);
	assert.equal(await state(taker), 'confirmed');
	assert.equal((await last.client.submit(await last.client.get(last.at), {}, '/cancel')).status, 303);
	assert.equal(await state(last), 'cancelled');
	assert.equal(await seats(town, slot), '1/1 cancelled expired confirmed cancelled');
});
