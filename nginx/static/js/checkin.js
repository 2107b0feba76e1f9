/* SPDX-License-Identifier: Apache-2.0
 *
 * The page of a door: one field that stays and keeps the focus, one large result.  With
 * network the town decides (POST …/sync); without, door_rule.js does, and what it let in
 * waits in the browser and is told later, in order, each under its own id, so that telling
 * twice does no harm.  A door can be shut meanwhile (its date called off, its link withdrawn):
 * then it says so, and what the town does not take is shown (door_untaken.js).  All words are
 * in the page.
 */
import { openCamera } from './door_camera.js';
import { decideAlone } from './door_rule.js';
import { openStore } from './door_store.js';
import { clock, openUntaken } from './door_untaken.js';
import { ticketKey } from './ticket.js';

const box = document.getElementById('door');
const field = document.getElementById('text');
const place = document.getElementById('result');
const { list: listUrl, sync: syncUrl, event, slot, door, unit } = box.dataset;
const PATIENCE_MS = 4000;
let device = localStorage.getItem('chromo-device');

if (!device)
	localStorage.setItem('chromo-device', device = crypto.randomUUID());

const store = await openStore(event), untaken = openUntaken(store);
let key = null;

/* --- what is seen and heard --- */

/* A sound may be made where somebody has pressed something just before, and Safari takes that
 * back when the telephone was put away: so each press asks for it. */
let sounds = null;
function wake() {
	if (!('AudioContext' in window))
		return;
	sounds ??= new AudioContext();
	if (sounds.state !== 'running')
		sounds.resume().catch(() => {});
}
for (const press of ['click', 'touchend', 'keydown'])
	addEventListener(press, wake, { capture: true, passive: true });

function sound(look) {
	navigator.vibrate?.(look === 'good' ? 80 : [200, 100, 200]);
	if (sounds?.state !== 'running')
		return;
	const tone = sounds.createOscillator(), loud = sounds.createGain();
	const [pitch, length] = { good: [880, 0.12], warn: [440, 0.35], bad: [220, 0.6] }[look];

	tone.frequency.value = pitch;
	loud.gain.value = 0.2;
	tone.connect(loud).connect(sounds.destination);
	tone.start();
	tone.stop(sounds.currentTime + length);
}

function show(result) {
	const panel = document.querySelector(`#panels [data-outcome="${result.outcome}"]`).cloneNode(true);

	for (const part of panel.querySelectorAll('[data-part]'))
		part.textContent = result[part.dataset.part] ? result[part.dataset.part] + (part.dataset.part === 'people' ? unit : '') : '';
	for (const part of panel.querySelectorAll('[data-if]'))
		part.hidden = !result[part.dataset.if];
	place.replaceChildren(panel);
	document.getElementById('anyway').hidden = !['full', 'short'].includes(result.outcome);
	if (result.outcome === 'in')
		document.getElementById('walkin').reset();
	document.getElementById('found').replaceChildren(...(result.found ?? []).map(person => {
		const row = document.createElement('li'), button = document.createElement('button');

		row.className = 'c-list__row';
		button.className = 'c-button c-button--second';
		button.type = 'button';
		button.textContent = `${person.name} ${person.number} ${person.people}${unit}`;
		button.addEventListener('click', () => enter({ text: person.number }));
		row.append(button);
		return row;
	}));
	sound(/c-door--(\w+)/.exec(panel.className)[1]);
	field.value = '';
	field.focus();
}

/* Seats that were free when the town was last heard of; null: no limit, or a door for several dates. */
let left = null;
async function keepLeft(seats) {
	left = slot === '0' ? null : seats ?? null;
	await store.keepFact(`left ${slot}`, left);
}

async function counts(numbers) {
	for (const place of document.querySelectorAll('[data-count]'))
		place.textContent = numbers[place.dataset.count];
	for (const place of document.querySelectorAll('[data-when]'))
		place.hidden = !(place.dataset.when === 'limited' ? numbers.capacity !== null : numbers[place.dataset.when]);
	await keepLeft(numbers.left);
}

/* Why nobody is received here: "off" and "gone" of the date, "link"; "login" only keeps from telling. */
let shut = box.dataset.shut;
const forGood = () => shut === 'gone' || shut === 'link';

async function showQueue() {
	const queue = await store.queue(), waiting = queue.length;

	for (const place of document.querySelectorAll('[data-queued]'))
		place.textContent = waiting;
	document.getElementById('offline').hidden = forGood() || shut === 'login' || (waiting === 0 && navigator.onLine);
	await untaken.show(forGood() ? queue : []);
}

async function shutBy(why) {
	const closed = why !== '' && why !== 'login';

	if (closed && why !== shut)
		place.replaceChildren();
	shut = why;
	await store.keepFact(`shut ${slot}`, why);
	for (const text of document.querySelectorAll('[data-why]'))
		text.hidden = text.dataset.why !== why;
	for (const work of document.querySelectorAll('[data-work]'))
		work.hidden = closed;
	if (why === 'link')	/* names of people are no longer for this device */
		await store.keepList([]);
	await showQueue();
}

function tellDouble(result) {
	const line = document.createElement('li');

	line.textContent = `${result.number} ${result.name} ${result.time} ${result.door}`;
	document.getElementById('double').append(line);
	document.getElementById('doubles').hidden = false;
}

function tellOver(result, at) {
	const line = document.createElement('li');

	line.textContent = `${clock(at)} ${result.people}${unit} (${result.over}${unit})`;
	document.getElementById('over').append(line);
	document.getElementById('overs').hidden = false;
}

/* --- with the town --- */

/* AbortSignal.timeout() came late to telephones. */
function patience() {
	const clock = new AbortController();

	setTimeout(() => clock.abort(), PATIENCE_MS);
	return clock.signal;
}

async function tell(entries) {
	const answer = await fetch(syncUrl, { method: 'POST', headers: { 'Content-Type': 'application/json' },
		signal: patience(), body: JSON.stringify({ slot: Number(slot), door, device,
			entries: entries.map(entry => entry.undo ? { id: entry.undo, undo: true } : entry) }) });

	const told = await readAnswer(answer);

	if (told.shut !== shut)
		await shutBy(told.shut);
	return told;
}

/* An answer that is none, and what it means for the door; without network there is no status. */
async function readAnswer(answer) {
	if (answer.ok && !answer.redirected)
		return answer.json();
	const { status } = answer;

	if (status === 401 || answer.redirected)
		await shutBy('login');
	else if (status === 404)
		await shutBy('gone');
	else if (status === 403 || status === 410)
		await shutBy('link');
	throw Object.assign(new Error(status), { status });
}

async function takeAlong() {
	const list = await readAnswer(await fetch(listUrl, { signal: patience() }));
	const live = slot === '0' ? list.slots.length > 0 || list.off.length === 0 : list.slots.some(({ id }) => String(id) === slot);

	await shutBy(live ? '' : slot === '0' || list.off.includes(Number(slot)) ? 'off' : 'gone');

	/* What waits here is not in the town's list yet. */
	const queue = await store.queue();
	const own = new Map();

	for (const { number } of queue.filter(entry => entry.number))
		own.set(number, await store.person(number));
	await store.keepList(list.people.map(person => own.get(person.number) ?? person));
	await store.keepFact('key', list.key);
	if (queue.length === 0)
		await keepLeft(list.slots.find(({ id }) => String(id) === slot)?.left);
}

let telling = false, together = 50, refused = false;
async function tellQueue() {
	const entries = (await store.queue()).slice(0, together);

	/* A date that was deleted and a link that is dead do not come back. */
	if (telling || entries.length === 0 || shut === 'gone' || refused)
		return;
	telling = true;
	try {
		const { results, counts: numbers } = await tell(entries);

		for (const [i, result] of results.entries()) {
			if (result.outcome === 'already')
				tellDouble(result);
			if (result.over)
				tellOver(result, entries[i].at);
			if (['in', 'already', 'undone'].includes(result.outcome))
				await store.dequeue(entries[i].id);
			else
				await store.enqueue({ ...entries[i], refused: result.outcome });
		}
		together = 50;
		await counts(numbers);
	} catch ({ status }) {
		/* Still away: they stay where they are.  Of several one may be what the town cannot read: then one by one. */
		if (status === 400 && together === 1)
			await store.enqueue({ ...entries[0], refused: 'lost' });
		together = status === 400 ? 1 : together;
		refused = status === 410;
	} finally {
		telling = false;
		await showQueue();
	}
}

/* --- one entry --- */

async function note(result, id, at) {
	const person = result.number && await store.person(result.number);

	if (person && result.outcome === 'in' && !person.entry)
		await store.put({ ...person, entry: id, time: clock(at), door, own: true, at });
}

/* People without application, as far as it is known here how many seats are left. */
async function walkInAlone({ people, anyway }) {
	if (left !== null && people > left && !anyway)
		return { outcome: left > 0 ? 'short' : 'full', people, room: left };
	const over = left === null ? 0 : Math.max(people - left, 0);

	if (left !== null)
		await keepLeft(left - people + over);
	return { outcome: 'in', people, over };
}

async function alone(entry) {
	const result = entry.text ? await decideAlone(store, key, { event, slot }, entry.text, entry.at) : await walkInAlone(entry);

	if (result.outcome === 'in' && !result.known) {
		await store.enqueue({ ...entry, number: result.number, name: result.name, of: result.people, let_in: true });
		if (result.number && !await store.person(result.number))
			await store.put({ number: result.number, slot, people: result.people, state: 'confirmed', name: '', kana: '' });
		await note(result, entry.id, entry.at);
	}
	return result;
}

/* It was a mistake.  It waits behind what waits already, so that it is told after its entry. */
async function undo(entry, number) {
	const person = number && await store.person(number);

	if (person?.entry === entry)
		await store.put({ ...person, entry: '', own: false });
	await store.enqueue({ id: crypto.randomUUID(), undo: entry, number, at: Date.now() });
	show({ outcome: 'undone', number });
	await showQueue();
	tellQueue();
}

/* Among the last entries, with a button to take it back. */
function remember({ number, people }, entry, at) {
	const row = document.getElementById('entry').content.firstElementChild.cloneNode(true), list = document.getElementById('latest');
	const parts = { time: clock(at), people, which: ` ${clock(at)} ${number || ''}`, ...number && { who: number } };

	for (const [part, text] of Object.entries(parts))
		row.querySelector(`[data-part="${part}"]`).textContent = text;
	row.querySelector('button').addEventListener('click', () => {
		row.remove();
		undo(entry, number);
	});
	document.getElementById('nobody')?.remove();
	list.prepend(row);
	while (list.children.length > 10)
		list.lastElementChild.remove();
}

async function enter(what) {
	const entry = { id: crypto.randomUUID(), text: '', people: 0, ...what, at: Date.now() };
	let result;

	try {
		if ((await store.queue()).length > 0)
			throw new Error('others first');
		const answer = await tell([entry]);

		[result] = answer.results;
		await counts(answer.counts);
		await note(result, entry.id, entry.at);
	} catch {
		result = ['', 'login'].includes(shut) ? await alone(entry) : { outcome: 'off' };
	}
	show(result);
	if (result.outcome === 'in' && (result.entry ?? entry.id) === entry.id && !result.known)
		remember(result, entry.id, entry.at);
	await showQueue();
	tellQueue();
}

document.getElementById('checkin').addEventListener('submit', submit => {
	submit.preventDefault();
	if (field.value.trim())
		enter({ text: field.value.trim() });
});
/* How many come without application, and of them so many who claim a seat of a quota. */
let walkIn = null;
document.getElementById('walkin').addEventListener('submit', submit => {
	const numbers = [...submit.target.querySelectorAll('[inputmode="numeric"]')]
		.map(({ name, value }) => [name, Number(value.normalize('NFKC').trim())]);
	const { people, ...claims } = walkIn = Object.fromEntries(numbers);

	submit.preventDefault();
	if (Number.isInteger(people) && people >= 1 && people <= 50 && Object.values(claims).every(n => Number.isInteger(n) && n >= 0 && n <= people))
		enter(walkIn);
	else
		show({ outcome: 'count' });
});
document.getElementById('anyway').addEventListener('submit', submit => {
	submit.preventDefault();
	enter({ ...walkIn, anyway: true });
});

/* --- the camera --- */

async function offerCamera() {
	const camera = await openCamera();
	const button = document.getElementById('camera'), video = document.getElementById('video'), denied = document.getElementById('denied');

	if (!camera)
		return;
	button.hidden = false;
	button.addEventListener('click', async () => {
		if (camera.on)
			camera.stop();
		else {
			denied.hidden = video.hidden = true;
			camera.start(video, text => enter({ text })).catch(() => {
				camera.stop();
				denied.hidden = false;
			}).finally(() => {
				video.hidden = true;
				button.setAttribute('aria-pressed', 'false');
			});
			video.hidden = false;
		}
		button.setAttribute('aria-pressed', String(!video.hidden));
	});
	addEventListener('pagehide', () => camera.stop());
}

/* --- from the beginning --- */

/* The worker keeps what passes through it (sw.js).  On the first visit nothing did, because it
 * was not there yet: all is asked for once more, so that one visit is enough. */
async function keepPage() {
	const workers = navigator.serviceWorker, before = workers?.controller;

	/* What waits to be told is not to go when the room gets short. */
	navigator.storage?.persist?.().catch(() => {});
	if (!workers)
		return;
	const taken = new Promise(resolve => workers.addEventListener('controllerchange', resolve, { once: true }));

	await workers.register('/sw.js');
	if (!before) {
		if (!workers.controller)
			await taken;
		const scripts = performance.getEntriesByType('resource').map(({ name }) => name).filter(name => name.startsWith(`${location.origin}/static/`));

		await Promise.all([location.href, ...scripts].map(url => fetch(url)));
	}
	box.dataset.kept = 'yes';
}

try {
	await takeAlong();
} catch ({ status }) {
	/* Without network: with what was taken along last time. */
	await keepLeft(await store.fact(`left ${slot}`));
	if (!status)
		await shutBy(await store.fact(`shut ${slot}`) ?? shut);
}
const point = await store.fact('key');
if (point)
	key = await ticketKey(point);
keepPage().catch(() => {});
/* There is no word from a telephone that the network is back while the page slept. */
const catchUp = () => tellQueue().then(() => refused || takeAlong()).catch(() => {});

addEventListener('online', tellQueue);
addEventListener('offline', showQueue);
addEventListener('pageshow', catchUp);
document.addEventListener('visibilitychange', () => document.hidden || catchUp());
setInterval(catchUp, 20000);
await showQueue();
tellQueue();
offerCamera();
box.dataset.ready = 'yes';
