// SPDX-License-Identifier: Apache-2.0
//
// Faults around seats (safety.md F01, F02): workers die while many press for the last seats,
// the courier while it passes offers on, and between a seat that came free and the letter
// about it.  Nobody is promised a seat that is not there, and nobody's offer is lost.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { readMail } from '../gateways/mime.mjs';
import { forms } from '../harness/client.mjs';
import { inside } from '../harness/desk.mjs';
import { makeEvent, seats, signUp, toCheck } from '../harness/event.mjs';
import { MINATO } from '../harness/house.mjs';
import { eventually, sleep, up } from '../harness/up.mjs';
import { mailWith, somebody } from './citizen.mjs';

let town;
before(async () => { town = await up({ conf: { smtp_timeout_s: 3, courier_lease_s: 4 } }); });
after(() => town?.stop());

const children = (name) => {
	const pid = town.pid(name);
	return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
};
const murder = (pid) => {
	try { process.kill(pid, 'SIGKILL'); return true; } catch { return false; }
};
// The supervisor first, or it would start others.
async function killCourier() {
	const all = children('courier');
	town.kill('courier');
	all.forEach(murder);
	await eventually('the courier is gone', async () => await town.sql(`SELECT count(*) FROM pg_stat_activity WHERE usename = 'chromo_courier'`) === '0');
}

// The last button until it is answered.
async function insist(client, check) {
	const form = forms(check.text).find((f) => f.action.endsWith('/check')), fields = Object.fromEntries(form.fields);
	for (let failures = 0; failures < 200; failures++) {
		let answer;
		try { answer = await client.post(form.action, fields); } catch { answer = { status: 0 }; }
		if (![0, 502, 503, 504].includes(answer.status)) return { answer, failures };
		await sleep(20);
	}
	throw new Error('never answered');
}

test('F01 the last seats, and workers killed in the middle: as many as there are, each acknowledged one is there', async () => {
	const made = await makeEvent(town, { capacity: 3 }), slot = made.slots[0], people = [];
	for (let i = 0; i < 12; i++) {
		const client = town.client(MINATO);
		people.push({ client, check: await toCheck(client, made) });
	}
	// They wait at the commit, with the date in their hands: there they are killed.
	await town.sql(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END';
		CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON application DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()`);
	let kills = 0, going = true;
	const killer = (async () => {
		while (going && kills < 16)
			if (await town.sql(`SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`) !== '0') {
				// All of them first, for whoever stands there is one of them; then one by chance.
				const alive = children('web'), doomed = kills === 0 ? alive : [alive[Math.floor(Math.random() * alive.length)]];
				for (const pid of doomed) kills += murder(pid);
				await sleep(150);
			}
	})();
	const done = await Promise.all(people.map(({ client, check }) => insist(client, check)));
	going = false;
	await killer;
	await town.sql('DROP TRIGGER slow ON application');
	const places = done.map((d) => d.answer.headers.location);
	assert.ok(done.every((d) => d.answer.status === 303), done.map((d) => d.answer.status).join(' '));
	assert.equal(new Set(places).size, 12, 'everybody has a number of their own');
	const numbers = places.map((p) => `'${/(\d{3}-\d{3}-\d{4})/.exec(p)[1]}'`);
	assert.equal(await town.sql(`SELECT count(*) FROM application WHERE slot_id = ${slot} AND number IN (${numbers})`), '12', 'which is there');
	assert.equal(await town.sql(`SELECT count(*) FROM application WHERE slot_id = ${slot}`), '12', 'and no other');
	assert.equal(await town.sql(`SELECT taken || ' ' || (SELECT count(*) FROM application WHERE slot_id = ${slot} AND state = 'confirmed') FROM event_slot WHERE id = ${slot}`), '3 3');
	assert.ok(kills > 0 && done.some((d) => d.failures > 0), `${kills} kills, and somebody was cut off`);
});

const letters = (number, text) => town.outbox().map((m) => readMail(Buffer.from(m))).filter((m) => m.text.includes(number) && m.text.includes(text));
const due = () => town.sql(`SELECT (SELECT count(*) FROM application WHERE due <= now()) + (SELECT count(*) FROM letter WHERE state IN ('queued', 'sending'))`);

test('F02 the courier dies between a seat that came free and the letter: the offer is told once, with time to answer', async () => {
	const made = await makeEvent(town, { capacity: 1, columns: { offer_hours: 24 } }), first = town.client(MINATO), email = somebody();
	const there = (await signUp(first, made)).path.split('?')[0];
	const ticket = (await signUp(town.client(MINATO), made, { email })).path, number = /(\d{3}-\d{3}-\d{4})/.exec(ticket)[1];
	await mailWith(town, email, 'キャンセル待ち');
	// The letter cannot be written: the planner stands in the middle of its transaction.
	await eventually('all is told', async () => await due() === '0');
	await town.sql(`CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END';
		CREATE TRIGGER hold AFTER INSERT ON letter FOR EACH ROW WHEN (NEW.application_id IS NOT NULL) EXECUTE FUNCTION hold()`);
	assert.equal((await first.submit(await first.get(`${there}/cancel`), {}, '/cancel')).status, 303);
	await eventually('it is about to write', async () => await town.sql(`SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND usename = 'chromo_courier'`) === '1');
	const all = children('courier');
	town.kill('courier');
	all.forEach(murder);
	await town.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'chromo_courier'`);
	await eventually('nobody holds it', async () => await town.sql(`SELECT count(*) FROM pg_stat_activity WHERE usename = 'chromo_courier'`) === '0');
	await town.sql('DROP TRIGGER hold ON letter');
	assert.equal(await town.sql(`SELECT state || ' ' || told FROM application WHERE number = '${number}'`), 'offered waiting', 'the seat is theirs, and they do not know');
	await town.again('courier');
	await mailWith(town, email, '席が空きました');
	await eventually('all is told', async () => await due() === '0');
	assert.equal(letters(number, '席が空きました').length, 1);
	assert.equal(await town.sql(`SELECT offer_until > now() + interval '23 hours' FROM application WHERE number = '${number}'`), 't');
	assert.equal(await seats(town, made.slots[0]), '1/1 cancelled offered');
});

test('F02 the courier is killed again and again while it passes offers on: each is made once, in order, and told once', async () => {
	const made = await makeEvent(town, { capacity: 2, columns: { offer_hours: 24 } }), slot = made.slots[0], people = [];
	for (let i = 0; i < 8; i++) {
		const email = somebody();
		people.push({ email, number: /(\d{3}-\d{3}-\d{4})/.exec((await signUp(town.client(MINATO), made, { email })).path)[1] });
	}
	// The first two leave, and then nobody answers but the last two.
	await inside(town, `SELECT application_end(id, 'cancelled', 'person') FROM application WHERE slot_id = ${slot} AND state = 'confirmed'`);
	for (let round = 0; round < 2; round++) {
		await eventually('all is told', async () => await due() === '0');
		await inside(town, `UPDATE application SET offer_until = now() - interval '1 second' WHERE slot_id = ${slot} AND state = 'offered'`);
		await sleep(Math.random() * 300);
		await killCourier();
		await town.again('courier');
		await eventually('both passed on', async () => await town.sql(`SELECT count(*) FROM application WHERE slot_id = ${slot} AND state = 'expired'`) === `${2 * (round + 1)}`);
	}
	await eventually('all is told', async () => await due() === '0');
	assert.equal(await seats(town, slot), '2/2 cancelled cancelled expired expired expired expired offered offered');
	for (const { email, number } of people.slice(2)) {
		await mailWith(town, email, '席が空きました');
		assert.equal(letters(number, '席が空きました').length, 1, number);
	}
	for (const { number } of people.slice(2, 6)) assert.equal(letters(number, 'お返事がなかったため').length, 1, number);
});

test('F02 the courier is away until an offer’s time is over: it is not lost, and has its time from the letter on', async () => {
	const made = await makeEvent(town, { capacity: 1, columns: { offer_hours: 24 } }), slot = made.slots[0], email = somebody();
	await signUp(town.client(MINATO), made);
	const number = /(\d{3}-\d{3}-\d{4})/.exec((await signUp(town.client(MINATO), made, { email })).path)[1];
	await eventually('all is told', async () => await due() === '0');
	await killCourier();
	await inside(town, `SELECT application_end(id, 'cancelled', 'person') FROM application WHERE slot_id = ${slot} AND state = 'confirmed'`);
	await inside(town, `UPDATE application SET offer_until = now() - interval '1 hour' WHERE number = '${number}'`);
	await town.again('courier');
	await mailWith(town, email, '席が空きました');
	await eventually('all is told', async () => await due() === '0');
	assert.equal(await town.sql(`SELECT state || ' ' || (offer_until > now() + interval '23 hours') FROM application WHERE number = '${number}'`), 'offered true');
});
