// SPDX-License-Identifier: Apache-2.0
//
// The door of an event: one field, one large result; with and without script, without
// network and back again, two doors at once, and by a link without the portal.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { inside } from '../harness/desk.mjs';
import { makeEvent, signUp } from '../harness/event.mjs';
import { eventually } from '../harness/up.mjs';
import { watched, widths } from './eye.mjs';

const host = 'minato.localhost';
let event, left;

const state = (what) => `SELECT ${what} FROM application a WHERE a.event_id = ${event} AND a.state = 'confirmed'
	AND NOT EXISTS (SELECT FROM checkin c WHERE c.application_id = a.id AND c.undone IS NULL) ORDER BY a.number`;
const entered = () => town.sql(`SELECT count(*) FROM checkin WHERE event_id = ${event} AND undone IS NULL AND NOT again`).then(Number);
const next = () => left.shift();

const { town, eyes } = await watched();
before(async () => {
	event = Number(await town.sql(`SELECT min(id) FROM event WHERE texts -> 'ja' ->> 'title' LIKE '認知症%'`));
	left = (await town.sql(state('a.number'))).split('\n');
	assert.ok(left.length >= 10, `${left.length} are still to come`);
});

const clerk = (way) => eyes.staff('sato', way);
const at = (door = '') => `/desk/events/${event}/checkin?slot=0&door=${encodeURIComponent(door)}`;
const panel = (who) => who.page.locator('#result .c-door').getAttribute('data-outcome');
const queued = (who) => who.page.locator('#queued').innerText().catch(() => '0');
// The page counts anew a moment after it has said how somebody fares.
const waiting = (who, n) => eventually(`${n} wait`, async () => await queued(who) === String(n));

// Types and waits for what is said about it.
async function scan(who, text) {
	await who.page.evaluate(() => document.getElementById('result').replaceChildren());
	await who.page.locator('#text').fill(text);
	await who.page.keyboard.press('Enter');
	return panel(who);
}
async function open(who, path) {
	await who.go(path);
	await who.page.waitForFunction(() => document.getElementById('door').dataset.ready === 'yes');
	return who;
}

for (const width of widths) {
	test(`without script each entry is a page, ${width} px`, async () => {
		const sato = await clerk({ width, script: false });
		const number = next();
		await sato.go(at('北口'));
		await sato.look('door_plain');
		await sato.fill({ text: number.toLowerCase() });
		await sato.press('button', '受け付ける');
		await sato.sees('受付しました', number);
		await sato.look('door_in');
		await town.sql(`UPDATE checkin SET at = at - interval '1 minute' WHERE undone IS NULL`);
		await sato.fill({ text: number });
		await sato.press('button', '受け付ける');
		await sato.sees('受付済みです', '北口');
		await sato.look('door_already');
		await sato.fill({ text: 'いない人' });
		await sato.press('button', '受け付ける');
		await sato.sees('見つかりません');
		await sato.press('button', /取り消す/);
		await sato.sees('受付を取り消しました');
		const before = Number(await town.sql(`SELECT count(*) FROM checkin WHERE application_id IS NULL`));
		await sato.fill({ people: '３' });
		await sato.press('button', '当日参加を受け付ける');
		// The event may be full by now.
		if (await sato.page.getByRole('button', { name: 'それでも受け付ける' }).isVisible()) await sato.press('button', 'それでも受け付ける');
		await sato.sees('受付しました');
		assert.equal(Number(await town.sql(`SELECT count(*) FROM checkin WHERE application_id IS NULL AND people = 3`)), before + 1);
	});

	test(`with script the field stays, ${width} px`, async () => {
		const sato = await open(await clerk({ width }), at('北口'));
		await sato.look('door');
		const number = next();
		assert.equal(await scan(sato, number), 'in');
		assert.equal(await sato.focused(), 'text');
		assert.equal(await scan(sato, number), 'in', 'the same device within ten seconds');
		assert.equal(await scan(sato, 'いない人'), 'none');
		assert.equal(await scan(sato, `CT1.${event}.1.${number}.1.${'A'.repeat(103)}`), 'forged');
		await sato.look('door_forged');
		const other = await open(await clerk({ width }), at('南口'));
		assert.equal(await scan(other, number), 'already');
		assert.match(await other.said(), /受付済みです.*北口/);
		await other.look('door_elsewhere');
	});
}

test('what came of it is heard: high for in, low for what will not do', async () => {
	const sato = await clerk({ width: 320 });
	await sato.page.addInitScript(() => {
		window.heard = [];
		const start = OscillatorNode.prototype.start;
		OscillatorNode.prototype.start = function (...at) { window.heard.push(this.frequency.value); return start.apply(this, at); };
	});
	await open(sato, at('北口'));
	await sato.page.locator('#text').click();	// no page may sound before somebody pressed something
	assert.equal(await scan(sato, next()), 'in');
	assert.equal(await scan(sato, 'いない人'), 'none');
	const [good, bad, ...more] = await sato.page.evaluate(() => window.heard);
	assert.equal(good, 880);
	assert.ok(bad < good, `${good}, then ${bad}`);
	assert.deepEqual(more, []);
});

test('without network it goes on, and tells it later', async () => {
	const north = await open(await clerk({ width: 320 }), at('北口')), south = await open(await clerk({ width: 320 }), at('南口'));
	const [a, b, both] = [next(), next(), next()], count = await entered();
	await north.context.setOffline(true);
	assert.equal(await scan(north, a), 'in');
	assert.equal(await scan(north, a), 'in');
	assert.equal(await scan(north, b), 'in');
	assert.equal(await scan(north, both), 'in');
	assert.equal(await scan(north, `CT1.${event}.1.${a}.1.${'A'.repeat(103)}`), 'forged', 'the signature is looked at in the page');
	assert.equal(await scan(north, 'いない人'), 'none');
	await waiting(north, 3);
	assert.equal(await entered(), count, 'the town does not know yet');
	north.noise.length = 0;
	assert.equal(await scan(south, both), 'in', 'the other door lets the same person in');

	await north.context.setOffline(false);
	await eventually('all is told', async () => await queued(north) === '0');
	assert.equal(await entered(), count + 3, 'each is in once');
	assert.equal(await town.sql(`SELECT count(*) FROM checkin WHERE again AND event_id = ${event}`), '1', 'the double entry is kept');
	await north.sees('ほかの入口でも受け付けた方がいます', both);
});

test('a page that was loaded before opens without network', async () => {
	const sato = await open(await clerk({ width: 1280 }), at('北口'));
	await sato.page.waitForFunction(() => document.getElementById('door').dataset.kept === 'yes');
	const number = next(), count = await entered();
	await sato.context.setOffline(true);
	await sato.page.reload();
	await sato.page.waitForFunction(() => document.getElementById('door')?.dataset.ready === 'yes');
	assert.equal(await scan(sato, number), 'in');
	await sato.context.setOffline(false);
	await eventually('it is told', async () => await entered() === count + 1);
});

// A small event of today, with a door of its own; its name is put in event while it is used.
async function small(capacity) {
	const made = await makeEvent(town, { title: '小さな会', days: 0.02, capacity });
	return { slot: made.slots[0], door: `/desk/events/${made.event}/checkin?slot=${made.slots[0]}&door=${encodeURIComponent('北口')}`,
		seats: () => town.sql(`SELECT s.taken || ' ' || coalesce(string_agg(c.seats || '+' || c.over, ' ' ORDER BY c.received), '')
			FROM event_slot s LEFT JOIN checkin c ON c.slot_id = s.id AND c.undone IS NULL WHERE s.id = ${made.slots[0]} GROUP BY s.taken`) };
}
async function come(who, people) {
	await who.page.evaluate(() => document.getElementById('result').replaceChildren());
	await who.page.locator('#people').fill(people);
	await who.page.getByRole('button', { name: '当日参加を受け付ける' }).click();
	return panel(who);
}
const letIn = async (who) => {
	await who.page.evaluate(() => document.getElementById('result').replaceChildren());
	await who.page.getByRole('button', { name: 'それでも受け付ける' }).click();
	return panel(who);
};

for (const width of widths) {
	test(`somebody without application, and no seat, ${width} px`, async () => {
		const room = await small(2), sato = await open(await clerk({ width }), room.door);
		assert.equal(await come(sato, '１'), 'in');
		assert.equal(await come(sato, '99'), 'count');
		assert.equal(await come(sato, '2'), 'short');
		await sato.look('door_full');
		await sato.sees('席が足りません', '空席はあと 1人');
		assert.equal(await room.seats(), '1 1+0', 'nothing was done');
		assert.equal(await letIn(sato), 'in');
		await sato.look('door_over');
		await sato.sees('人数超過 1人', '3 / 2人');
		assert.equal(await sato.focused(), 'text', 'the field stays');
		assert.equal(await sato.page.getByRole('button', { name: 'それでも受け付ける' }).isVisible(), false);
		assert.equal(await room.seats(), '2 1+0 1+1');
		const plain = await clerk({ width, script: false });
		await plain.go(room.door);
		await plain.fill({ people: '1' });
		await plain.press('button', '当日参加を受け付ける');
		await plain.look('door_full_plain', { status: 422, errors: false });
		await plain.press('button', 'それでも受け付ける');
		await plain.sees('受付しました', '人数超過 1人');
		assert.equal(await room.seats(), '2 1+0 1+1 0+1');
		// The first one goes away again, with the keyboard alone: somebody else has the seat.
		const undo = plain.page.getByRole('button', { name: /取り消す/ }).last();
		await undo.focus();
		await plain.arrive(() => plain.page.keyboard.press('Enter'));
		await plain.sees('受付を取り消しました');
		assert.equal(await room.seats(), '2 2+0 0+1');
	});
}

test('without network the door knows what was free, lets in all the same, and tells who was over', async () => {
	const room = await small(2), north = await open(await clerk({ width: 320 }), room.door), south = await open(await clerk({ width: 320 }), room.door);
	await north.context.setOffline(true);
	assert.equal(await come(north, '1'), 'in');
	assert.equal(await come(north, '2'), 'short');
	await north.sees('空席はあと 1人');
	assert.equal(await letIn(north), 'in');
	await waiting(north, 2);
	north.noise.length = 0;
	await north.look('door_over_without_network');
	assert.equal(await come(south, '1'), 'in', 'meanwhile the other door gives a seat away');
	await north.context.setOffline(false);
	await eventually('all is told', async () => await queued(north) === '0');
	assert.equal(await room.seats(), '2 1+0 1+0 0+2', 'all of them are there');
	await north.sees('席の数を超えました', '人数超過 2人');
});

test('what was a mistake is taken back in the page, with network and without', async () => {
	const room = await small(2), sato = await open(await clerk({ width: 320 }), room.door);
	const back = async () => {
		await sato.page.evaluate(() => document.getElementById('result').replaceChildren());
		await sato.page.getByRole('button', { name: /取り消す/ }).first().click();
		return panel(sato);
	};
	assert.equal(await come(sato, '2'), 'in');
	await sato.look('door_latest');
	assert.equal(await back(), 'undone');
	await eventually('the seats are free', async () => await room.seats() === '0 ');
	await sato.context.setOffline(true);
	assert.equal(await come(sato, '1'), 'in');
	assert.equal(await back(), 'undone');
	assert.equal(await come(sato, '1'), 'in');
	await waiting(sato, 3);
	sato.noise.length = 0;
	await sato.context.setOffline(false);
	await eventually('all is told', async () => await queued(sato) === '0');
	assert.equal(await room.seats(), '1 1+0', 'one of the two is in');
});

test('a link opens one door, and nothing else', async () => {
	const suzuki = await clerk({ width: 1280 });
	await suzuki.go(`/desk/events/${event}/door`);
	await suzuki.look('door_link');
	await suzuki.fill({ name: '西口', hours: '4' });
	await suzuki.press('button', 'リンクを作る');
	await suzuki.look('door_link_made');
	const url = new URL(await suzuki.page.locator('a[href*="/door/"]').getAttribute('href'));
	const helper = await open(await eyes.person(host, { width: 320 }), url.pathname);
	await helper.look('door_helper');
	const number = next();
	assert.equal(await scan(helper, number), 'in');
	assert.equal(await town.sql(`SELECT c.door FROM checkin c JOIN application a ON a.id = c.application_id WHERE a.number = '${number}'`), '西口');
	await inside(town, `UPDATE door SET ends = now()`);
	const client = town.client(host);
	assert.equal((await client.get(`${url.pathname}/list`)).status, 410, 'its time is over');
	assert.equal((await client.get(`/desk/events/${event}/checkin`)).status, 303, 'and the portal stays closed');
});

/* Runs before the page: what Safari on a telephone does not have, or not always.  A sound may
 * be let out only within a press; connections to IndexedDB can be cut; nobody tells that the
 * network is back. */
function asTelephone() {
	for (const [owner, name] of [[window, 'BarcodeDetector'], [window, 'SyncManager'], [Navigator.prototype, 'vibrate'], [Navigator.prototype, 'wakeLock'],
		[StorageManager.prototype, 'persist'], [AbortSignal, 'timeout'], [ServiceWorkerRegistration.prototype, 'sync']]) delete owner[name];

	let pressed = false;
	for (const press of ['click', 'touchend', 'keydown'])
		addEventListener(press, () => {
			pressed = true;
			setTimeout(() => { pressed = false; });
		}, { capture: true });
	window.tones = [];
	window.AudioContext = class {
		state = 'suspended';
		currentTime = 0;
		resume() {
			if (pressed) this.state = 'running';
			return pressed ? Promise.resolve() : Promise.reject(new Error('not within a press'));
		}
		createGain() { return { gain: {}, connect() {} }; }
		createOscillator() {
			const tone = { frequency: {}, connect: (next) => next, start: () => window.tones.push(tone.frequency.value), stop() {} };
			return tone;
		}
	};

	window.connections = [];
	const { open } = IDBFactory.prototype;
	IDBFactory.prototype.open = function (...how) {
		const opening = open.apply(this, how);
		opening.addEventListener('success', () => window.connections.push(opening.result));
		return opening;
	};
	const { addEventListener: listen } = EventTarget.prototype;
	window.addEventListener = function (what, ...how) {
		if (what !== 'online') listen.call(window, what, ...how);
	};
}

async function telephone(door) {
	const who = await clerk({ width: 320 });
	await who.page.addInitScript(asTelephone);
	await open(who, at(door));
	await who.page.waitForFunction(() => document.getElementById('door').dataset.kept === 'yes');
	return who;
}
// The page comes to the front again.
const wakeUp = (who) => who.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));

test('two telephones without network, cut off and put away, tell it all later', async () => {
	const north = await telephone('北口'), south = await telephone('南口'), count = await entered();
	const [a, b, both, last] = [next(), next(), next(), next()], again = Number(await town.sql(`SELECT count(*) FROM checkin WHERE again AND event_id = ${event}`));
	for (const one of [north, south]) await one.context.setOffline(true);
	assert.equal(await scan(north, a), 'in');
	await north.page.evaluate(() => window.connections.forEach((c) => c.close()));
	assert.equal(await scan(north, both), 'in', 'over a connection that was cut');
	assert.equal(await scan(north, both), 'in', 'the same hand, a moment later');
	assert.equal(await scan(south, both), 'in', 'the other door cannot know');
	assert.equal(await scan(south, 'いない人'), 'none');
	south.noise.length = 0;
	await south.look('door_without_network');
	assert.deepEqual(await south.page.evaluate(() => window.tones), [880, 440], 'each outcome is heard');

	// Closed and opened again, still without network.
	await north.page.reload();
	await north.page.waitForFunction(() => document.getElementById('door')?.dataset.ready === 'yes');
	await waiting(north, 2);
	await scan(north, both);
	assert.equal(await queued(north), '2', 'who is in is in');
	assert.equal(await scan(north, b), 'in');
	assert.equal(await entered(), count, 'the town does not know yet');

	for (const one of [south, north]) {
		one.noise.length = 0;
		await one.context.setOffline(false);
		await wakeUp(one);
		await eventually('all is told', async () => await queued(one) === '0');
	}
	assert.equal(await entered(), count + 3, 'each is in once');
	assert.equal(Number(await town.sql(`SELECT count(*) FROM checkin WHERE again AND event_id = ${event}`)), again + 1, 'the double entry is kept');
	await north.sees('ほかの入口でも受け付けた方がいます', both, '南口');
	assert.equal(await scan(north, last), 'in');
	assert.equal(await entered(), count + 4, 'and with network it goes on as before');
});

test('a code before the camera of a telephone is read by jsQR', async () => {
	const made = await makeEvent(town, { days: 0.02 });
	const ticket = await signUp(town.client(host), made);
	event = made.event;
	const [, box, path] = /viewBox="([^"]+)"[^>]*><path d="([^"]+)"/.exec(ticket.text);
	const phone = await telephone('東口');
	// What it sees: the page of the ticket, held a little crooked.
	await phone.page.evaluate(([box, path]) => {
		const canvas = document.createElement('canvas'), paper = canvas.getContext('2d'), [x, , width] = box.split(' ').map(Number);
		const draw = () => {
			paper.resetTransform();
			paper.fillStyle = '#ffffff';
			paper.fillRect(0, 0, 640, 480);
			paper.fillStyle = '#202020';
			paper.translate(160, 60);
			paper.rotate(0.1);
			paper.scale(320 / width, 320 / width);
			paper.translate(-x, -x);
			paper.fill(new Path2D(path));
		};
		Object.assign(canvas, { width: 640, height: 480 });
		draw();
		setInterval(draw, 100);
		navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(10);
	}, [box, path]);
	const count = await entered();
	await phone.page.getByRole('button', { name: 'カメラで読み取る' }).click();
	await phone.page.waitForFunction(() => document.querySelector('#result .c-door')?.dataset.outcome === 'in');
	await phone.look('door_camera');
	assert.equal(await entered(), count + 1);
	assert.deepEqual(await phone.page.evaluate(() => window.tones.slice(0, 1)), [880], 'the press that opened the camera lets sounds out');
	await phone.page.getByRole('button', { name: 'カメラで読み取る' }).click();
	await phone.page.waitForFunction(() => document.getElementById('video').hidden);
});
