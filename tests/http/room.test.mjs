// SPDX-License-Identifier: Apache-2.0
//
// The waiting room: when many come at once, each gets a number and is let in in order of
// arrival; without script, without losing what is typed, and without one error.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inside } from '../harness/desk.mjs';
import { makeEvent, toCheck } from '../harness/event.mjs';
import { MINATO } from '../harness/house.mjs';
import { isPage } from '../harness/invariants.mjs';
import { eventually, up } from '../harness/up.mjs';

let town, made, at;

// Two may come in a second without a queue; then two a second are let in.
before(async () => {
	town = await up({ conf: { crowd: 2, crowd_rate: 2 } });
	made = await makeEvent(town, { capacity: 1000 });
	at = `/events/${made.event}/apply`;
});
after(() => town?.stop());

const browser = () => town.client(MINATO);
// Where to ask again, as the header says it; null: this is the form.
const turn = (answer) => /^\d+; url=(.+)$/.exec(answer.headers.refresh ?? '')?.[1] ?? null;
const number = (answer) => Number(/<strong class="c-big">(\d+)</.exec(answer.text)?.[1]);

// Each in a browser of their own, which is answer.by.
async function crowd(n, path = at) {
	const all = [];
	for (let i = 0; i < n; i++) {
		const by = browser();
		all.push(Object.assign(await by.get(path), { by }));
	}
	return all;
}

test('a crowd waits in order of arrival, and everybody gets in', async () => {
	const answers = await crowd(24);
	assert.ok(answers.every((a) => a.status === 200), answers.map((a) => a.status).join(' '));
	const queue = answers.filter(turn);
	assert.ok(queue.length >= 8, `${queue.length} wait`);
	isPage(queue[0]);
	assert.doesNotMatch(queue[0].text, /<script/, 'no script is needed');
	assert.match(queue[0].text, new RegExp(`href="${turn(queue[0]).replaceAll(/[?.]/g, '\\$&').replaceAll('&', '&amp;')}"`), 'nor the header');
	const numbers = queue.map(number);
	assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b));
	assert.equal(new Set(numbers).size, numbers.length, 'each its own');
	// All ask again, the last ones first: that does not help them.
	const in_ = new Map();
	await eventually('all are in', async () => {
		let highest = 0;
		for (const answer of [...queue].reverse().filter((a) => !in_.has(number(a)))) {
			const now = await answer.by.get(turn(answer));
			assert.equal(now.status, 200);
			if (!turn(now)) {
				in_.set(number(answer), now);
				highest = Math.max(highest, number(answer));
			} else assert.ok(number(now) === number(answer), 'the place in the queue stays');
		}
		for (const answer of queue) if (number(answer) < highest - 8) assert.ok(in_.has(number(answer)), `${number(answer)} before ${highest}`);
		return in_.size === queue.length;
	}, 90);
	assert.match([...in_.values()][0].text, /name="slot"/, 'to the form');
});

test('another language keeps the place, and the language of the address goes along', async () => {
	await inside(town, `UPDATE questionnaire n SET languages = '{ja,ja-easy,en}' FROM event e WHERE e.id = ${made.event} AND n.id = e.questionnaire_id;
		UPDATE event SET texts = texts || '{"ja-easy": {"title": "ほしを みる 会"}, "en": {"title": "Star party"}}' WHERE id = ${made.event}`);
	const queue = (await crowd(16, `${at}?language=ja-easy`)).filter(turn), [stays, turns] = queue.slice(-2);
	assert.ok(queue.length >= 2);
	assert.match(turn(stays), /[?&]language=ja-easy(&|$)/);
	// By the link on top of the page, in the middle of the queue.
	const link = /href="(\/lang\/en\?next=[^"]+)"/.exec(turns.text)[1].replaceAll('&amp;', '&');
	const chosen = await turns.by.get(link);
	assert.match(chosen.headers.location, /^\/events\/\d+\/apply\?turn=[\w.-]+$/);
	const english = await turns.by.follow(chosen);
	if (turn(english)) {
		assert.match(english.text, /<html lang="en">/);
		assert.equal(number(english), number(turns), 'the same place');
	}
	let form, other;
	await eventually('both are in', async () => {
		form = await stays.by.get(form ? turn(form) ?? form.path : turn(stays));
		other = await turns.by.get(other ? turn(other) ?? other.path : turn(english) ?? english.path);
		return !turn(form) && !turn(other);
	}, 90);
	assert.match(form.text, /ほしを みる 会/);
	assert.match(other.text, /Star party/);
});

test('what is typed is never held up', async () => {
	const client = browser();
	let first;
	await eventually('in', async () => !turn(first = await client.get(first ? turn(first) ?? at : at)), 90);
	const check = await toCheck(client, made, { names: ['山田 花子'] }).catch(() => null);
	await crowd(12);
	if (check) {
		const page = isPage(await client.get(`${at}/check`));
		assert.match(page.text, /山田 花子/);
		assert.equal((await client.submit(page)).status, 303);
	} else {
		assert.equal((await client.submit(first, { slot: made.slots[0], people: 1 })).status, 303);
	}
});

test('a turn is not made by hand, nor for another door', async () => {
	const other = await makeEvent(town);
	let given;
	await eventually('a queue', async () => (given = (await crowd(12)).find(turn)));
	const value = new URL(turn(given), 'https://x').searchParams.get('turn');
	for (const forged of ['1', `0${value.slice(1)}`, value.slice(0, -2), value.replace(/\d(?=\D)/, '0'), 'x'.repeat(200), `${value}x`]) {
		if (forged === value) continue;
		const answer = await given.by.get(`${at}?turn=${encodeURIComponent(forged)}`);
		assert.ok(answer.status < 500);
		assert.ok(answer.status === 400 || turn(answer), `${forged} lets nobody in`);
	}
	await crowd(12, `/events/${other.event}/apply`);
	const there = await given.by.get(`/events/${other.event}/apply?turn=${encodeURIComponent(value)}`);
	assert.ok(turn(there) && number(there) !== number(given), 'at another door it is the end of the queue');
});

test('a turn is its browser’s: passed on, it lets nobody in', async () => {
	let given;
	await eventually('a queue', async () => (given = (await crowd(12)).find(turn)));
	let form = given;
	await eventually('its own browser is in', async () => !turn(form = await given.by.get(turn(given))), 90);
	for (const stranger of [browser, async () => (await crowd(1))[0].by])
		await eventually('a stranger with it waits', async () => {
			await crowd(12);
			return turn(await (await stranger()).get(turn(given)));
		});
	assert.equal(turn(await given.by.get(turn(given))), null, 'to whom it belongs it is open still');
	assert.equal((await given.by.submit(form, { slot: made.slots[0], people: 1 })).status, 303);
});

test('other pages go on', async () => {
	await crowd(20);
	for (const path of ['/events', `/events/${made.event}`, '/']) assert.equal(turn(await browser().get(path)), null, path);
});
