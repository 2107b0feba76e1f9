// SPDX-License-Identifier: Apache-2.0
//
// A door that is shut while a device is without network: its date called off or deleted, the
// time of its link over, the link withdrawn.  What the device tells then is written down, or
// it hears that it is not; nobody new is received.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { desk, inside } from '../harness/desk.mjs';
import { makeEvent, signUp } from '../harness/event.mjs';
import { MINATO } from '../harness/house.mjs';
import { isPage } from '../harness/invariants.mjs';
import { readQr } from '../harness/qr.mjs';
import { up } from '../harness/up.mjs';

let town, suzuki;

before(async () => {
	town = await up();
	suzuki = await desk(town, 'suzuki');
});
after(() => town?.stop());

const ticket = async (of, slot = of.slots[0]) => readQr((await signUp(town.client(MINATO), of, { slot })).text);
const entry = (text, more = {}) => ({ id: randomUUID(), text, people: 0, at: Date.now(), ...more });
const tell = async (at, slot, entries, client = suzuki) => client.send(`${at}/sync`, { method: 'POST', body: JSON.stringify({ slot, door: '北口', device: 'a', entries }),
	headers: { 'content-type': 'application/json', origin: `https://${MINATO}:${town.port}` } });
const outcomes = (answer) => answer.json().results.map((r) => r.outcome);
const entered = (event) => town.sql(`SELECT count(*) || ' ' || coalesce(sum(people), 0) || ' ' || coalesce(sum(seats + over), 0) FROM checkin WHERE event_id = ${event} AND undone IS NULL`);
const callOff = (slot) => inside(town, `SELECT seat_call_off(${slot})`);

async function linkOf(made) {
	const page = await suzuki.get(`/desk/events/${made.event}/door`);
	return new URL(readQr((await suzuki.follow(await suzuki.submit(page, { name: '西口', hours: '4', withdraw: null }, '/door'))).text)).pathname;
}

test('a date that was called off: who was let in is written down, without seats; nobody else comes in', async () => {
	const made = await makeEvent(town, { dates: 2, capacity: 5 }), [slot] = made.slots, at = `/desk/events/${made.event}/checkin`;
	const [a, b, late] = [await ticket(made), await ticket(made), await ticket(made)];
	await callOff(slot);
	const queue = [entry(a, { let_in: true }), entry(b, { let_in: true }), entry('', { people: 2, let_in: true })];
	const answer = await tell(at, slot, queue);
	assert.deepEqual(outcomes(answer), ['in', 'in', 'in']);
	assert.equal(answer.json().shut, 'off');
	assert.deepEqual(outcomes(await tell(at, slot, queue)), ['in', 'in', 'in'], 'told twice');
	assert.equal(await entered(made.event), '3 4 0');
	assert.equal(await town.sql(`SELECT taken FROM event_slot WHERE id = ${slot}`), '0');
	assert.deepEqual(outcomes(await tell(at, slot, [entry(late), entry('', { people: 1 })])), ['off', 'off']);
	assert.equal(await entered(made.event), '3 4 0');
	assert.deepEqual(outcomes(await tell(at, slot, [{ id: queue[2].id, undo: true }])), ['undone']);
	// A door for all dates knows too, and the other date goes on.
	assert.deepEqual(outcomes(await tell(at, 0, [entry(late, { let_in: true })])), ['in']);
	assert.deepEqual(outcomes(await tell(at, made.slots[1], [entry(await ticket(made, made.slots[1]))])), ['in']);
	const list = (await suzuki.get(`${at}/list`)).json();
	assert.deepEqual(list.off, [slot]);
	const page = isPage(await suzuki.get(`${at}?slot=${slot}`));
	assert.match(page.text, /data-why="off">この日は中止になりました/);
	assert.match(isPage(await suzuki.submit(await suzuki.get(`${at}?slot=${made.slots[1]}`), { slot, text: late }, '/checkin'), { status: 422 }).text, /data-outcome="off"/);
});

test('an event that was called off with all its dates', async () => {
	const made = await makeEvent(town, { capacity: 5 }), at = `/desk/events/${made.event}/checkin`, a = await ticket(made);
	await inside(town, `SELECT event_call_off(${made.event})`);
	const answer = await tell(at, 0, [entry(a, { let_in: true }), entry('', { people: 1, let_in: true }), entry('', { people: 1 })]);
	assert.deepEqual(outcomes(answer), ['in', 'in', 'off']);
	assert.equal(await entered(made.event), '2 2 0');
});

test('a date that was deleted: the door hears it, and nothing is taken', async () => {
	const made = await makeEvent(town, { dates: 2 }), at = `/desk/events/${made.event}/checkin`;
	await inside(town, `SELECT event_date_remove(${made.event}, ${made.slots[0]})`);
	assert.equal((await tell(at, made.slots[0], [entry('', { people: 2, let_in: true })])).status, 404);
	assert.match(isPage(await suzuki.get(`${at}?slot=${made.slots[0]}`)).text, /data-why="gone">この日は、日程から削除されました/);
	assert.equal(await entered(made.event), '0 0 0');
});

test('somebody cancelled while the door was without network: it hears what of', async () => {
	const made = await makeEvent(town), client = town.client(MINATO), page = await signUp(client, made), code = readQr(page.text);
	await client.submit(await client.get(`${page.path}/cancel`), {}, '/cancel');
	assert.deepEqual(outcomes(await tell(`/desk/events/${made.event}/checkin`, 0, [entry(code, { let_in: true })])), ['cancelled']);
});

test('a link whose time is over takes for a day what its device had noted, and tells nothing of anybody', async () => {
	const made = await makeEvent(town), link = await linkOf(made), helper = town.client(MINATO), [a, b] = [await ticket(made), await ticket(made)];
	isPage(await helper.get(link));
	await inside(town, `UPDATE door SET ends = now() - interval '1 minute' WHERE event_id = ${made.event}`);
	const answer = await tell(link, 0, [entry(a, { let_in: true }), entry(b)], helper);
	assert.deepEqual(answer.json().results.map((r) => [r.outcome, r.name ?? '']), [['in', ''], ['off', '']]);
	assert.equal(await entered(made.event), '1 1 0');
	assert.equal((await helper.get(`${link}/list`)).status, 410, 'no names');
	const page = isPage(await helper.get(link));
	assert.match(page.text, /data-why="link">このリンクでの受付は終わりました/);
	assert.doesNotMatch(page.text, /id="latest"/);
	await inside(town, `UPDATE door SET ends = now() - interval '25 hours' WHERE event_id = ${made.event}`);
	assert.equal((await tell(link, 0, [entry(b, { let_in: true })], helper)).status, 410);
	assert.equal(await entered(made.event), '1 1 0');
});

test('a link that was withdrawn opens nothing and takes nothing; who did it is on record', async () => {
	const made = await makeEvent(town), link = await linkOf(made), other = await linkOf(made), helper = town.client(MINATO), code = await ticket(made);
	const page = isPage(await suzuki.get(`/desk/events/${made.event}/door`));
	assert.equal(page.text.match(/name="withdraw"/g).length, 2);
	const door = await town.sql(`SELECT min(id) FROM door WHERE event_id = ${made.event}`);
	const after = isPage(await suzuki.follow(await suzuki.submit(page, { withdraw: door }, '/door')));
	assert.match(after.text, /リンクを止めました/);
	assert.equal(after.text.match(/name="withdraw"/g).length, 1);
	await suzuki.follow(await suzuki.submit(page, { withdraw: door }, '/door'));	// a second press: so it is
	assert.match(isPage(await helper.get(link)).text, /data-why="link">/);
	assert.equal((await helper.get(`${link}/list`)).status, 410);
	assert.equal((await tell(link, 0, [entry(code, { let_in: true })], helper)).status, 410);
	assert.equal(await entered(made.event), '0 0 0');
	assert.equal((await helper.get(`${other}/list`)).status, 200, 'the other door goes on');
	assert.equal((await helper.get(`/door/${'x'.repeat(22)}`)).status, 404, 'there was never such a link');
	assert.equal(await town.sql(`SELECT string_agg(act, ' ' ORDER BY id) FROM audit WHERE object_id = ${made.event} AND act LIKE 'door.%'`), 'door.insert door.insert door.update');
	// Not by the page of another event.
	const far = await makeEvent(town), left = await town.sql(`SELECT max(id) FROM door WHERE event_id = ${made.event}`);
	await suzuki.submit(await suzuki.get(`/desk/events/${far.event}/door`), { withdraw: left, name: null, hours: null }, '/door');
	assert.equal((await helper.get(`${other}/list`)).status, 200);
});
