// SPDX-License-Identifier: Apache-2.0
//
// The door of an event, without a browser: tickets that are good, copied, forged, of another
// day, of last year, of another town; entries of a device that was without network; and a
// link for one door.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { desk, inside, said } from '../harness/desk.mjs';
import { makeEvent, signUp } from '../harness/event.mjs';
import { MINATO, YAMA } from '../harness/house.mjs';
import { isPage } from '../harness/invariants.mjs';
import { readQr } from '../harness/qr.mjs';
import { up } from '../harness/up.mjs';

let town, sato, made, path;

before(async () => {
	town = await up();
	sato = await desk(town, 'sato');
	made = await makeEvent(town, { capacity: 500, dates: 2, group: 5 });
	path = `/desk/events/${made.event}/checkin`;
});
after(() => town?.stop());

// Somebody with a ticket: what its QR code says, and its number.
async function ticket({ of = made, slot = of.slots[0], names = ['山田 花子'], also = [], host = MINATO } = {}) {
	const page = await signUp(town.client(host), of, { names, slot, also });
	const code = readQr(page.text);
	assert.match(code ?? '', /^CT1\./, 'the code can be read');
	return { code, number: code.split('.')[3], page };
}

// Entries as a device sends them.
async function send(entries, { client = sato, at = path, slot = 0, door = '北口', device = 'a', headers = {} } = {}) {
	return client.send(`${at}/sync`, { method: 'POST', body: JSON.stringify({ slot, door, device, entries }),
		headers: { 'content-type': 'application/json', origin: `https://${MINATO}:${town.port}`, ...headers } });
}
const entry = (text, more = {}) => ({ id: randomUUID(), text, people: 0, at: Date.now(), ...more });
async function scan(text, more = {}, where = {}) {
	const answer = await send([entry(text, more)], where);
	assert.equal(answer.status, 200, answer.text);
	return answer.json().results[0];
}
const entered = async (where = 'true') => Number(await town.sql(`SELECT count(*) FROM checkin WHERE event_id = ${made.event} AND undone IS NULL AND ${where}`));

test('a ticket is good once, by its code, as a scanner types it, or by its number', async () => {
	const { code, number } = await ticket({ names: ['一郎', '二郎'] });
	const first = await scan(code);
	assert.deepEqual([first.outcome, first.number, first.people, first.name], ['in', number, 2, '一郎']);
	const copied = await scan(code.toLowerCase(), {}, { door: '南口', device: 'b' });
	assert.deepEqual([copied.outcome, copied.door], ['already', '北口'], 'a copy of it, at the other door');
	assert.match(copied.time, /^\d\d:\d\d$/);
	assert.equal((await scan(number, {}, { device: 'b' })).outcome, 'already');
	assert.equal((await scan(code)).outcome, 'in', 'the same device within ten seconds means the same person');
	assert.equal(await entered(), 1);
});

test('forged, bent, of another town, of last year, of another day, cancelled, waiting', async () => {
	const { code, number, page } = await ticket();
	const parts = code.split('.');
	const bend = (i, value) => parts.map((p, k) => (k === i ? value : p)).join('.');
	for (const [what, text] of [['more people', bend(4, '5')], ['another date', bend(2, made.slots[1])], ['another signature', bend(5, 'A'.repeat(103))], ['cut', code.slice(0, -1)], ['only its beginning', 'CT1.']])
		assert.equal((await scan(text)).outcome, 'forged', what);
	const far = await makeEvent(town, { host: YAMA });
	assert.equal((await scan((await ticket({ of: far, host: YAMA })).code)).outcome, 'forged', 'signed by another town');
	const last = await makeEvent(town, { title: '去年の会' });
	const old = await ticket({ of: last });
	await inside(town, `UPDATE event_slot SET begins = begins - interval '1 year', ends = ends - interval '1 year' WHERE event_id = ${last.event}`);
	assert.equal((await scan(old.code)).outcome, 'other', "a QR of last year's event");
	assert.equal((await scan(code, {}, { slot: made.slots[1] })).outcome, 'other', 'the door takes another date');
	assert.equal((await scan('いない人')).outcome, 'none');
	await inside(town, `UPDATE application SET state = 'waiting', waiting = 1 WHERE number = '${number}'`);
	assert.equal((await scan(code)).outcome, 'lost', 'who only waits');
	await inside(town, `UPDATE application SET state = 'confirmed', waiting = NULL WHERE number = '${number}'`);
	const client = town.client(MINATO);
	assert.equal((await client.submit(await client.get(`${page.path}/cancel`), {}, '/cancel')).status, 303);
	assert.equal((await scan(code)).outcome, 'cancelled');
	assert.equal(await town.sql(`SELECT count(*) FROM checkin c JOIN application a ON a.id = c.application_id WHERE a.number IN ('${number}', '${old.number}')`), '0');
});

test('by name: one, several, and with blanks as they come', async () => {
	await ticket({ names: ['中村 ひとり'] });
	await ticket({ names: ['同じ 名前'] });
	await ticket({ names: ['同じ 名前'] });
	assert.equal((await scan('中村　ひとり')).outcome, 'in');
	const many = await scan('同じ');
	assert.equal(many.outcome, 'many');
	assert.equal(many.found.length, 2);
	assert.equal((await scan(many.found[1].number)).outcome, 'in');
	// By the name of one who comes along, in either kana; by the digits of the number alone.
	await ticket({ names: ['先立 ツトム', '後藤 はるか'], also: [{ kana: 'サキダチ　ツトム' }] });
	assert.equal((await scan('後藤はるか')).outcome, 'in');
	assert.equal((await scan('さきだち')).outcome, 'in', 'the same device, the same entry');
	const digits = await ticket();
	assert.equal((await scan(digits.number.replaceAll('-', ''))).number, digits.number);
	assert.equal((await scan(digits.number.replaceAll('-', 'ー').replace(/\d/g, (d) => String.fromCharCode(d.charCodeAt(0) + 0xfee0)))).number, digits.number);
});

test('what a device let in without network: each once, doubles told, told twice does no harm', async () => {
	const [a, b] = [await ticket(), await ticket()], before = await entered();
	assert.equal((await scan(b.code, {}, { door: '南口', device: 'b' })).outcome, 'in');
	const queue = [entry(a.code, { let_in: true, at: Date.now() - 60000 }), entry(b.code, { let_in: true, at: Date.now() - 30000 }), entry('', { people: 3, let_in: true })];
	const told = (await send(queue)).json();
	assert.deepEqual(told.results.map((r) => r.outcome), ['in', 'already', 'in']);
	assert.equal(told.results[1].door, '南口');
	assert.equal(told.counts.doubles, 1, 'the double entry is reported');
	const again = (await send(queue)).json();
	assert.deepEqual(again.counts, told.counts, 'the answer was lost, and all is sent again');
	assert.equal(await entered('NOT again'), before + 3);
	assert.equal(await entered('again'), 1);
	// Undone on the device that let them in; a second time nothing happens.
	for (let i = 0; i < 2; i++) assert.equal((await send([{ id: queue[0].id, undo: true }])).json().results[0].outcome, 'undone');
	assert.equal((await scan(a.code, {}, { device: 'c' })).outcome, 'in', 'and may come in again');
	// A clock that goes wrong does not make an entry of tomorrow.
	const late = await ticket();
	assert.equal((await scan(late.code, { at: Date.now() + 9e8 })).outcome, 'in');
	assert.equal(await entered('at > now()'), 0);
});

test('two doors in the same moment: one of them', async () => {
	for (let i = 0; i < 10; i++) {
		const { code } = await ticket();
		const both = await Promise.all([scan(code, {}, { device: 'x' }), scan(code, {}, { device: 'y', door: '南口' })]);
		assert.deepEqual(both.map((r) => r.outcome).sort(), ['already', 'in']);
	}
});

test('what a device sends is checked', async () => {
	const other = await makeEvent(town);
	for (const [status, entries, where] of [[400, [entry('x', { id: 'no uuid' })]], [400, [entry('x'.repeat(301))]], [400, [entry('', { people: 51 })]], [400, [entry('')]],
		[400, Array.from({ length: 201 }, () => entry('x'))], [404, [entry('x')], { slot: other.slots[0] }], [403, [entry('x')], { headers: { origin: 'https://evil.example' } }],
		[403, [entry('x')], { headers: { 'content-type': 'text/plain' } }]])
		assert.equal((await send(entries, where)).status, status, JSON.stringify(entries[0]).slice(0, 90));
	assert.equal((await send([entry('x')], { client: town.client(MINATO) })).status, 401, 'nobody without the portal');
});

test('without script: a form, a page, an undo', async () => {
	const { number } = await ticket();
	let page = isPage(await sato.get(`${path}?door=${encodeURIComponent('北口')}`));
	page = isPage(await sato.follow(await sato.submit(page, { text: number }, path)));
	assert.match(said(page), new RegExp(`受付しました.*${number}`));
	assert.match(said(isPage(await sato.get(page.path))), /受付済|申込/);
	const before = await entered();
	await sato.submit(page, { people: '２', text: null }, path);
	assert.equal((await sato.post(path, { token: /name="token" value="([^"]+)"/.exec((await sato.get(path)).text)[1], slot: 0, people: '99' })).status, 422);
	assert.ok(await entered() <= before + 1, 'at most fifty at once');
});

// Seats of the date, as "taken/capacity over".
const seatsOf = (slot) => town.sql(`SELECT s.taken || '/' || s.capacity || ' ' || (SELECT coalesce(sum(over), 0) FROM checkin c WHERE c.slot_id = s.id AND c.undone IS NULL) FROM event_slot s WHERE s.id = ${slot}`);
// What the panel says; the words of all others are in the page too.
const panel = (page) => said({ text: /<div id="result"[\s\S]*?(?=<div id="panels")/.exec(page.text)[0] });
const walkIn = (people, more = {}) => entry('', { people, ...more });

test('people without application take seats; where there are none the door is told, and may let them in', async () => {
	const small = await makeEvent(town, { capacity: 3 }), [slot] = small.slots, where = { at: `/desk/events/${small.event}/checkin`, slot };
	const one = async (what) => (await send([what], where)).json();
	let told = await one(walkIn(2));
	assert.deepEqual([told.results[0].outcome, told.counts.inside, told.counts.capacity, told.counts.left], ['in', 2, 3, 1]);
	const first = told.results[0].entry;
	told = await one(walkIn(2));
	assert.deepEqual([told.results[0].outcome, told.results[0].room, told.counts.inside], ['short', 1, 2], 'nothing was done');
	told = await one(walkIn(2, { anyway: true }));
	assert.deepEqual([told.results[0].outcome, told.results[0].over, told.counts.inside, told.counts.over], ['in', 1, 4, 1]);
	assert.equal(await seatsOf(slot), '3/3 1');
	// The web knows: who signs up now waits.
	await signUp(town.client(MINATO), small);
	assert.equal(await town.sql(`SELECT state FROM application WHERE slot_id = ${slot}`), 'waiting');
	assert.match((await sato.get(`/desk/events/${small.event}`)).text, /人数超過 1人/, 'the page of the event says so');
	assert.match((await sato.get(`${where.at}?slot=${slot}`)).text, /id="excess" data-when="over">人数超過/);
	// An undo gives the seats to who is in without, and then to who waits.
	assert.equal((await one({ id: first, undo: true })).counts.over, 0);
	assert.equal(await town.sql(`SELECT s.taken || ' ' || a.state FROM event_slot s JOIN application a ON a.slot_id = s.id WHERE s.id = ${slot}`), '3 confirmed');
});

test('a quota of the date is drawn on at the door too', async () => {
	const made = await makeEvent(town, { capacity: 9, quotas: { '車いす': 1 } }), [slot] = made.slots, name = `quota_${made.quotas[0]}`;
	const door = `/desk/events/${made.event}/checkin`, where = { at: door, slot };
	const one = async (what) => (await send([what], where)).json();
	assert.equal((await one(walkIn(2, { [name]: 1 }))).results[0].outcome, 'in');
	const told = await one(walkIn(1, { [name]: 1 }));
	assert.deepEqual([told.results[0].outcome, told.results[0].lacking], ['short', '車いす']);
	assert.equal((await send([walkIn(1, { [name]: 2 })], where)).status, 400, 'more of a quota than people');
	let page = isPage(await sato.get(`${door}?slot=${slot}`));
	page = isPage(await sato.submit(page, { people: '1', [name]: '１', text: null, anyway: null }, door), { status: 422 });
	assert.match(panel(page), /席が足りません.*空きのない枠： 車いす/);
	page = isPage(await sato.follow(await sato.submit(page, { anyway: '1' }, door)));
	assert.match(panel(page), /受付しました/);
	assert.match(page.text, /id="short" data-when="lacking">枠の人数超過： <span[^>]*>車いす 1</);
	assert.equal(await town.sql(`SELECT s.taken || ' ' || q.taken || ' ' || (SELECT string_agg(claims[1] || '-' || held[1], ' ' ORDER BY received) FROM checkin c WHERE c.slot_id = s.id)
		FROM event_slot s JOIN event_quota q ON q.slot_id = s.id WHERE s.id = ${slot}`), '3 1 1-1 1-0');
});

test('people whom a device let in without network are over where there was no seat, and never lost', async () => {
	const small = await makeEvent(town, { capacity: 2 }), [slot] = small.slots, where = { at: `/desk/events/${small.event}/checkin`, slot };
	await signUp(town.client(MINATO), small, { names: ['一郎'] });
	const queue = [walkIn(2, { let_in: true, at: Date.now() - 60000 }), walkIn(1, { let_in: true, at: Date.now() - 30000 })];
	const told = (await send(queue, where)).json();
	assert.deepEqual(told.results.map((r) => [r.outcome, r.over]), [['in', 1], ['in', 1]]);
	assert.deepEqual((await send(queue, where)).json(), told, 'told twice, there once');
	assert.equal(await seatsOf(slot), '2/2 2');
	assert.deepEqual([told.counts.inside, told.counts.capacity, told.counts.over], [3, 2, 2]);
});

test('without script a full date says so, with one press to let them in', async () => {
	const small = await makeEvent(town, { capacity: 1 }), [slot] = small.slots, door = `/desk/events/${small.event}/checkin`;
	let page = isPage(await sato.get(`${door}?slot=${slot}`));
	for (const [people, why] of [['0', 'nobody'], ['51', 'a crowd'], ['ひとり', 'a word']]) {
		const bad = isPage(await sato.submit(page, { people, text: null, anyway: null }, door), { status: 422 });
		assert.match(panel(bad), /人数を確かめてください/, why);
	}
	page = isPage(await sato.submit(page, { people: '2', text: null, anyway: null }, door), { status: 422 });
	assert.match(panel(page), /席が足りません.*空席はあと 1 人/);
	assert.equal(await seatsOf(slot), '0/1 0');
	page = isPage(await sato.follow(await sato.submit(page, { anyway: '1' }, door)));
	assert.match(panel(page), /受付しました.*2人.*人数超過 1 人/);
	assert.match(said(page), /受付済 ?／定員 2 ?\/ 1 人/);
	assert.equal(await seatsOf(slot), '1/1 1');
	assert.match(panel(await sato.submit(await sato.get(`${door}?slot=${slot}`), { people: '1', text: null, anyway: null }, door)), /満席です/);
	page = isPage(await sato.follow(await sato.submit(page, { undo: await town.sql(`SELECT id FROM checkin WHERE slot_id = ${slot}`) }, door)));
	assert.match(panel(page), /受付を取り消しました/);
	assert.equal(await seatsOf(slot), '0/1 0');
});

test('two doors and the web want the last seat: one of them', async () => {
	for (let i = 0; i < 5; i++) {
		const small = await makeEvent(town, { capacity: 1 }), where = { at: `/desk/events/${small.event}/checkin`, slot: small.slots[0] };
		const answers = await Promise.all([send([walkIn(1)], where), send([walkIn(1)], { ...where, device: 'b' }), signUp(town.client(MINATO), small)]);
		const doors = answers.slice(0, 2).map((r) => r.json().results[0].outcome).filter((o) => o === 'in').length;
		const web = Number(await town.sql(`SELECT count(*) FROM application WHERE slot_id = ${small.slots[0]} AND state = 'confirmed'`));
		assert.equal(doors + web, 1);
		assert.equal(await seatsOf(small.slots[0]), '1/1 0');
	}
});

test('a door that nobody set takes the date of today', async () => {
	const weekly = await makeEvent(town, { dates: 2 }), door = `/desk/events/${weekly.event}/checkin`;
	const later = await ticket({ of: weekly, slot: weekly.slots[1] });
	assert.match((await sato.get(door)).text, / data-slot="0"/, 'there is none');
	await inside(town, `UPDATE event_slot SET begins = now() - interval '1 minute', ends = now() + interval '1 minute' WHERE id = ${weekly.slots[0]}`);
	const page = await sato.get(door);
	assert.match(page.text, new RegExp(` data-slot="${weekly.slots[0]}"`));
	const said = await sato.follow(await sato.submit(page, { text: later.number }, '/checkin'));
	assert.match(said.text, /id="result"[^>]*><div class="c-door c-door--\w+" data-outcome="other"/);
});

test('a link for the door: that event, that door, until its time is over', async () => {
	const page = isPage(await sato.get(`/desk/events/${made.event}/door`));
	assert.equal((await sato.submit(page, { name: '', hours: '4' }, '/door')).status, 422);
	assert.equal((await sato.submit(page, { name: '西口', hours: '73' }, '/door')).status, 422);
	const shown = isPage(await sato.follow(await sato.submit(page, { name: '西口', hours: '4' }, '/door')));
	const link = readQr(shown.text), at = new URL(link).pathname, helper = town.client(MINATO);
	assert.match(at, /^\/door\//);
	assert.doesNotMatch(isPage(await helper.get(at)).text, /rel="manifest"/, 'on a home screen it opens itself');
	assert.match((await helper.get('/')).text, /rel="manifest"/);
	const { code } = await ticket();
	const where = { client: helper, at, door: '東口' };
	assert.equal((await scan(code, {}, where)).outcome, 'in');
	assert.equal(await entered(`door = '西口'`), 1, 'whatever it says, it is that door');
	assert.equal((await scan((await ticket({ of: await makeEvent(town) })).code, {}, where)).outcome, 'other', 'of no other event');
	assert.equal((await helper.get(path)).status, 303, 'the portal stays closed');
	await inside(town, `UPDATE door SET ends = now()`);
	assert.equal((await helper.get(`${at}/list`)).status, 410);
	assert.doesNotMatch(await town.sql(`SELECT encode(hash, 'hex') FROM door`), new RegExp(at.split('/').pop()), 'the link itself is nowhere');
});
