// SPDX-License-Identifier: Apache-2.0
//
// Letters of events and the hours in which somebody wants none: an offer waits for their end
// and has its whole time from then on; what answers a step of their own does not wait, nor
// what is called off today; what staff write does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inside } from '../harness/desk.mjs';
import { makeEvent, seats, signUp } from '../harness/event.mjs';
import { MINATO } from '../harness/house.mjs';
import { eventually, up } from '../harness/up.mjs';
import { mailsTo, mailWith, somebody, subscribe, words } from './citizen.mjs';

let town;
before(async () => {
	town = await up();
});
after(() => town?.stop());
const link = (page) => page.path.split('?')[0];

// A citizen whose quiet hours began at the last half hour and last some more.
async function quiet() {
	const client = town.client(MINATO), email = somebody();
	await subscribe(town, client, email, { district: [await town.sql(`SELECT min(d.id) FROM district d JOIN tenant_host h ON h.tenant_id = d.tenant_id WHERE h.host = '${MINATO}'`)] });
	const id = await town.sql(`SELECT citizen_id FROM citizen_session WHERE hash = sha256('${client.cookies.get('__Host-citizen')}')`);
	await inside(town, `UPDATE citizen SET quiet_from = x.half, quiet_to = x.half + interval '2 hours' FROM (
		SELECT (date_trunc('hour', now()) + interval '30 minutes' * floor(extract(minute FROM now()) / 30))::timestamptz AT TIME ZONE 'Asia/Tokyo' AS at) y,
		LATERAL (SELECT y.at::time AS half) x WHERE id = ${id}`);
	return { client, email, loud: () => inside(town, `UPDATE citizen SET quiet_from = NULL, quiet_to = NULL WHERE id = ${id};
		UPDATE application SET due = now() WHERE citizen_id = ${id} AND due > now() AND told IS DISTINCT FROM state;
		UPDATE letter SET due = now() WHERE application_id IN (SELECT id FROM application WHERE citizen_id = ${id}) AND state = 'queued'`) };
}
const mails = (email, text) => town.outbox().filter((m) => m.includes(email) && m.includes(text)).length;
const idle = () => eventually('nothing is due', async () => await town.sql(`SELECT (SELECT count(*) FROM letter WHERE state IN ('queued', 'sending') AND due <= now())
	+ (SELECT count(*) FROM application WHERE due <= now())`) === '0');
const waits = (made) => town.sql(`SELECT state || ' ' || (told IS DISTINCT FROM state) || ' ' || (due > now()) || ' ' || coalesce((offer_until = due + interval '1 hour')::text, '-')
	FROM application WHERE event_id = ${made.event} ORDER BY id DESC LIMIT 1`);

// One has the only seat, and one with quiet hours waits for it.
async function queue() {
	const made = await makeEvent(town, { capacity: 1, columns: { offer_hours: 1 } }), other = town.client(MINATO), who = await quiet();
	const there = await signUp(other, made, { names: ['先'] }), ticket = await signUp(who.client, made, { names: ['待子 きみ'], email: who.email });
	await mailWith(town, who.email, 'キャンセル待ち');
	return { made, who, ticket, leave: async () => other.submit(await other.get(`${link(there)}/cancel`), {}, '/cancel') };
}

test('an offer waits for the end of quiet hours, and its time begins then', async () => {
	const { made, who, leave } = await queue();
	await leave();
	await eventually('it is held', async () => await waits(made) === 'offered true true true');
	await idle();
	assert.equal(mails(who.email, '席が空きました'), 0);
	// Meanwhile the time passes that it would have had.
	await inside(town, `UPDATE application SET offer_until = now() - interval '1 minute', due = now() WHERE event_id = ${made.event} AND state = 'offered'`);
	await eventually('it is held again, and not lost', async () => await waits(made) === 'offered true true true');
	await who.loud();
	await mailWith(town, who.email, '席が空きました');
	assert.equal(await town.sql(`SELECT offer_until > now() + interval '50 minutes' FROM application WHERE event_id = ${made.event} AND state = 'offered'`), 't');
});

test('whoever sees the offer before is told what they did, at once, and not of the offer any more', async () => {
	const { made, who, ticket, leave } = await queue();
	await leave();
	await eventually('it is held', async () => await waits(made) === 'offered true true true');
	assert.match(words(await who.client.follow(await who.client.submit(await who.client.get(link(ticket)), {}, '/accept'))), /参加が決まりました/);
	await mailWith(town, who.email, '参加が決まりました');
	await who.loud();
	await idle();
	assert.equal(mails(who.email, '席が空きました'), 0);
	assert.equal(await seats(town, made.slots[0]), '1/1 cancelled confirmed');
});

test('what staff write waits, what is called off today does not', async () => {
	const made = await makeEvent(town), who = await quiet();
	await signUp(who.client, made, { email: who.email });
	await mailWith(town, who.email, '参加が決まりました');
	await inside(town, `INSERT INTO event_notice (event_id, states, subject, body, staff_id)
		SELECT ${made.event}, '{confirmed}', '場所が変わります', '体育館です。', min(id) FROM staff WHERE tenant_id = current_tenant()`);
	await eventually('it is written', async () => await town.sql(`SELECT count(*) FROM letter l JOIN application a ON a.id = l.application_id WHERE a.event_id = ${made.event} AND l.notice_id IS NOT NULL AND l.due > now()`) === '1');
	await idle();
	assert.equal(mails(who.email, '体育館です'), 0);
	await inside(town, `UPDATE event_slot SET begins = date_trunc('day', now(), 'Asia/Tokyo') + interval '23 hours 59 minutes 59 seconds', ends = begins + interval '10 days' WHERE event_id = ${made.event}`);
	await inside(town, `SELECT event_call_off(${made.event})`);
	await mailWith(town, who.email, '中止');
	await who.loud();
	await mailWith(town, who.email, '体育館です');
});

test('what waits goes to the address that its person has by then', async () => {
	const made = await makeEvent(town), who = await quiet(), next = somebody();
	await signUp(who.client, made, { email: who.email });
	await mailWith(town, who.email, '参加が決まりました');
	await inside(town, `INSERT INTO event_notice (event_id, states, subject, body, staff_id)
		SELECT ${made.event}, '{confirmed}', '会場が変わります', '公民館です。', min(id) FROM staff WHERE tenant_id = current_tenant()`);
	await eventually('it is written', async () => await town.sql(`SELECT count(*) FROM letter l JOIN application a ON a.id = l.application_id WHERE a.event_id = ${made.event} AND l.notice_id IS NOT NULL AND l.due > now()`) === '1');
	const asked = await who.client.follow(await who.client.submit(await who.client.get('/my/email'), { email: next }));
	await who.client.submit(asked, { code: /: (\d{6})/.exec((await mailWith(town, next, '確認番号')).text)[1] });
	await who.loud();
	await mailWith(town, next, '公民館です。');
	await idle();
	assert.equal((await mailsTo(town, who.email)).filter((m) => m.text.includes('公民館です。')).length, 0);
});
