// SPDX-License-Identifier: Apache-2.0
//
// A lottery before a screen: the clerk decides it, closes the list, types the public value
// wrongly, puts it right and draws; citizens see what is published before and after, what became
// of their application, where they stand, an offer and its end.  At 320 and 1280 px, with script
// and without.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inside } from '../harness/desk.mjs';
import { makeEvent, signUp } from '../harness/event.mjs';
import { named, watched, ways } from './eye.mjs';

const host = 'minato.localhost';
const { town, eyes } = await watched();
const japan = (moment) => town.sql(`SELECT to_char((${moment}) AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD')`);

for (const way of ways) {
	test(`decided, committed, closed, drawn: ${named(way)}`, async () => {
		const made = await makeEvent(town, { title: '初日の出を見る会', state: 'draft', rule: 'lottery', capacity: 2, dates: 2, group: 2,
			columns: { closes: `now() + interval '1 day'`, offer_hours: '24' } });
		const at = `/desk/events/${made.event}/lottery`, open = `/events/${made.event}/lottery`;
		const clerk = await eyes.staff('suzuki', way), citizen = await eyes.person(host, way);
		await clerk.go(at);
		await clerk.sees('令和');
		await clerk.look('draw_rule', { staff: true });
		await clerk.fill({ source: '日経平均株価の終値', day: await japan('now()'), history: 'weight' });
		await clerk.press('button', 'このしかたに決めて公開する');
		await clerk.sees('申込の締切より後の日を選んでください');
		await clerk.look('draw_rule_wrong', { status: 422, staff: true });
		await clerk.fill({ source: '日経平均株価の終値', day: await japan(`now() + interval '2 days'`) });
		await clerk.press('button', 'このしかたに決めて公開する');
		await clerk.look('draw_committed', { staff: true });
		await inside(town, `UPDATE event SET state = 'open', published = now() WHERE id = ${made.event}`);
		await citizen.go(`/events/${made.event}`);
		await citizen.press('link', /抽選/);
		await citizen.look('draw_public_committed');

		// Five apply for two seats of the first date, nobody for the second.
		const tickets = [];
		for (let i = 0; i < 5; i++) tickets.push((await signUp(town.client(host), made, { names: [`申込 ${i}`] })).path.split('?')[0]);
		await citizen.go(tickets[0]);
		await citizen.sees('抽選');
		await citizen.look('ticket_applied');
		await inside(town, `UPDATE event SET opens = now() - interval '9 days', closes = now() - interval '5 days' WHERE id = ${made.event};
			UPDATE lottery SET value_day = (now() AT TIME ZONE 'Asia/Tokyo')::date - 2 WHERE slot_id = ANY ('{${made.slots}}')`);
		await clerk.go(at);
		await clerk.look('draw_to_close', { staff: true });
		await clerk.press('button', '名簿を確定する');
		await clerk.look('draw_due', { staff: true });
		await citizen.go(open);
		await citizen.look('draw_public_closed');

		// A day to come, then a slip, put right in the open.
		await clerk.fill({ value: '38,274.50', taken: await japan(`now() + interval '1 day'`) });
		await clerk.press('button', '値を入力する');
		await clerk.look('draw_value_wrong', { status: 422, staff: true });
		await clerk.fill({ taken: await japan(`now() - interval '1 day'`) });
		await clerk.press('button', '値を入力する');
		await clerk.sees('38,274.50');
		await clerk.look('draw_entered', { staff: true });
		await clerk.page.locator('main details > summary').first().click();
		await clerk.look('draw_correcting', { staff: true });
		await clerk.fill({ value: '38,274.05', taken: await japan(`now() - interval '1 day'`) });
		await clerk.press('button', '値を入力する');
		await clerk.sees('38,274.05', '38,274.50');
		await clerk.look('draw_corrected', { staff: true });
		await clerk.press('button', '抽選して公表する');
		await clerk.look('draw_drawn', { staff: true });
		await citizen.go(open);
		await citizen.sees('38,274.05', '当選', '38,274.50');
		await citizen.look('draw_public_drawn');

		// What it says to each of them: in, or the place in the queue.
		const states = (await town.sql(`SELECT state FROM application WHERE event_id = ${made.event} ORDER BY id`)).split('\n');
		assert.deepEqual([...states].sort(), ['confirmed', 'confirmed', 'waiting', 'waiting', 'waiting']);
		await citizen.go(tickets[states.indexOf('confirmed')]);
		await citizen.sees('参加が決まりました');
		await citizen.look('ticket_won');
		const waiting = (await town.sql(`SELECT number FROM application WHERE event_id = ${made.event} AND state = 'waiting' ORDER BY waiting`)).split('\n');
		const [first, second] = waiting.map((number) => tickets.find((t) => t.includes(number)));
		await citizen.go(second);
		await citizen.sees('あなたは2番目です');
		await citizen.look('ticket_place');

		// A seat comes free: an offer with its end; unanswered it is over and the next one is asked.
		await citizen.go(tickets[states.indexOf('confirmed')]);
		await citizen.press('link', '申込を取り消す');
		await citizen.press('button', '申込を取り消す');
		await citizen.look('ticket_gave_back');
		await citizen.go(first);
		await citizen.sees('参加する', '次の日時までに');
		await citizen.look('ticket_offer');
		await inside(town, `UPDATE application SET told = 'offered', offer_until = now() - interval '1 second' WHERE number = '${waiting[0]}'`);
		await citizen.go(first);
		await citizen.look('ticket_offer_over');
		await inside(town, 'SELECT seat_expire(100)');
		await citizen.go(second);
		await citizen.press('button', '参加する');
		await citizen.sees('参加が決まりました');
		// The last one leaves with one press.
		await citizen.go(tickets.find((t) => t.includes(waiting[2])));
		await citizen.sees('あなたは1番目です');
		await citizen.press('button', 'キャンセル待ちをやめる');
		await citizen.look('ticket_left_queue');
	});
}
