// SPDX-License-Identifier: Apache-2.0
//
// A door without network whose date is called off or deleted, whose link is withdrawn, whose
// staff are signed out, or whose guest cancels: it says so in plain words, and what it let in
// reaches the town or is shown until somebody has copied it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { desk, inside } from '../harness/desk.mjs';
import { makeEvent, signUp } from '../harness/event.mjs';
import { readQr } from '../harness/qr.mjs';
import { eventually } from '../harness/up.mjs';
import { watched, widths } from './eye.mjs';

const host = 'minato.localhost';

const { town, eyes } = await watched();

const at = (made) => `/desk/events/${made.event}/checkin?slot=${made.slots[0]}&door=${encodeURIComponent('北口')}`;
const ticket = async (made) => readQr((await signUp(town.client(host), made)).text);
const entered = (made) => town.sql(`SELECT count(*) FROM checkin WHERE event_id = ${made.event} AND undone IS NULL`).then(Number);
const queued = (who) => who.page.evaluate(() => document.getElementById('queued').textContent);
const untaken = (who) => who.page.locator('#untaken-list li').allInnerTexts();
const isReady = () => document.getElementById('door')?.dataset.ready === 'yes';

async function clerk(width) {
	const client = await desk(town, 'suzuki', host);
	return eyes.person(host, { width, cookies: Object.fromEntries(client.cookies) });
}
async function open(who, path) {
	await who.go(path);
	await who.page.waitForFunction(isReady);
	return who;
}
async function away(who, value) {
	await who.context.setOffline(value);
	who.noise.length = 0;
}
// Comes to the front, as a telephone does: it tells what waits and looks what has changed.
async function back(who) {
	await away(who, false);
	await who.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
}
async function scan(who, text) {
	await who.page.evaluate(() => document.getElementById('result').replaceChildren());
	await who.page.locator('#text').fill(text);
	await who.page.keyboard.press('Enter');
	return who.page.locator('#result .c-door').getAttribute('data-outcome');
}
async function walkIn(who, people) {
	await who.page.evaluate(() => document.getElementById('result').replaceChildren());
	await who.page.locator('#people').fill(people);
	await who.page.getByRole('button', { name: '当日参加を受け付ける' }).click();
	return who.page.locator('#result .c-door').getAttribute('data-outcome');
}
const isShut = (who, why) => who.page.locator(`[data-why="${why}"]`).waitFor({ state: 'visible' });
// Nothing to type into any more.
async function isStill(who) {
	for (const name of ['#text', '#people']) assert.equal(await who.page.locator(name).isVisible(), false, name);
}

for (const width of widths) {
	test(`its date is called off meanwhile: all of it reaches the town, ${width} px`, async () => {
		const made = await makeEvent(town, { title: '防災訓練', days: 0.02, dates: 2 }), codes = [await ticket(made), await ticket(made)];
		const door = await open(await clerk(width), at(made));
		await away(door, true);
		for (const code of codes) assert.equal(await scan(door, code), 'in');
		assert.equal(await walkIn(door, '3'), 'in');
		await inside(town, `SELECT seat_call_off(${made.slots[0]})`);
		// Within ten seconds it is the same hand, and later somebody who is in.
		assert.match(await scan(door, codes[0]), /^(in|already)$/, 'it cannot know');
		await back(door);
		await isShut(door, 'off');
		await eventually('all is told', async () => await queued(door) === '0');
		assert.equal(await entered(made), 3);
		await isStill(door);
		assert.deepEqual(await untaken(door), []);
		await door.look('door_called_off');
		// Closed and opened again, with network and without.
		await door.page.reload();
		await door.page.waitForFunction(isReady);
		await isShut(door, 'off');
		await door.page.waitForFunction(() => document.getElementById('door').dataset.kept === 'yes');
		await away(door, true);
		await door.page.reload();
		await door.page.waitForFunction(isReady);
		await isStill(door);
		await away(door, false);
	});

	test(`its date is deleted meanwhile: what it let in is shown, copied, and then goes, ${width} px`, async () => {
		const made = await makeEvent(town, { title: '夏祭り', days: 0.02, dates: 2 }), door = await open(await clerk(width), at(made));
		await door.context.grantPermissions(['clipboard-read', 'clipboard-write']);
		await away(door, true);
		assert.equal(await walkIn(door, '3'), 'in');
		assert.equal(await walkIn(door, '2'), 'in');
		await inside(town, `SELECT event_date_remove(${made.event}, ${made.slots[0]})`);
		await back(door);
		await isShut(door, 'gone');
		await eventually('both are shown', async () => (await untaken(door)).length === 2);
		for (const [i, people] of [3, 2].entries()) assert.match((await untaken(door))[i], new RegExp(`^\\d\\d:\\d\\d 北口 当日参加 ${people}人 受付しました$`));
		await isStill(door);
		door.noise.length = 0;	// a 404 was its answer
		await open(door, at(made));
		await eventually('they are still there', async () => (await untaken(door)).length === 2);
		await door.look('door_date_gone');
		assert.equal(await door.page.locator('#untaken-drop').isVisible(), false, 'first they are copied');
		await door.page.getByRole('button', { name: '一覧を写す（コピー）' }).click();
		await door.page.locator('#untaken-drop').waitFor({ state: 'visible' });
		await door.sees('写しました');
		assert.equal((await door.page.evaluate(() => navigator.clipboard.readText())).split('\n').length, 2);
		await door.look('door_untaken_copied');
		await door.page.getByRole('button', { name: 'この端末から消す' }).click();
		await door.page.locator('#untaken').waitFor({ state: 'hidden' });
	});

	test(`its link is withdrawn meanwhile: names go, what it let in stays to be copied, ${width} px`, async () => {
		const made = await makeEvent(town, { title: '健康教室', days: 0.02 }), code = await ticket(made), suzuki = await clerk(width);
		await suzuki.go(`/desk/events/${made.event}/door`);
		await suzuki.fill({ name: '西口', hours: '4' });
		await suzuki.press('button', 'リンクを作る');
		const link = new URL(await suzuki.page.locator('a[href*="/door/"]').getAttribute('href')).pathname;
		const helper = await open(await eyes.person(host, { width }), link);
		await away(helper, true);
		assert.equal(await scan(helper, code), 'in');
		await suzuki.look('door_links');
		await suzuki.press('button', /^止める/);
		await suzuki.sees('リンクを止めました', 'ありません');
		await back(helper);
		await isShut(helper, 'link');
		await eventually('it is shown', async () => (await untaken(helper)).length === 1);
		assert.match((await untaken(helper))[0], /西口 \d{3}-\d{3}-\d{4} 山田 花子 1人 受付しました/);
		await isStill(helper);
		assert.equal(await entered(made), 0);
		await open(helper, link);
		await eventually('still', async () => (await untaken(helper)).length === 1);
		assert.equal(await helper.page.evaluate((event) => new Promise((resolve) => {
			indexedDB.open(`chromo-door-${event}`).onsuccess = ({ target }) => {
				target.result.transaction('people').objectStore('people').count().onsuccess = (got) => resolve(got.target.result);
			};
		}), made.event), 0, 'no list of people');
		// It has asked for the last time.
		await eventually('it was refused', () => helper.noise.some((line) => line.startsWith('410') && line.endsWith('/sync')));
		helper.noise.length = 0;
		await helper.look('door_link_withdrawn');
	});
}

test('the time of its link is over meanwhile: what it let in before reaches the town', async () => {
	const made = await makeEvent(town, { days: 0.02 }), code = await ticket(made), suzuki = await desk(town, 'suzuki');
	const page = await suzuki.follow(await suzuki.submit(await suzuki.get(`/desk/events/${made.event}/door`), { name: '西口', hours: '4', withdraw: null }, '/door'));
	const helper = await open(await eyes.person(host, { width: 320 }), new URL(readQr(page.text)).pathname);
	await away(helper, true);
	assert.equal(await scan(helper, code), 'in');
	await inside(town, `UPDATE door SET ends = now() - interval '1 minute' WHERE event_id = ${made.event}`);
	await back(helper);
	await isShut(helper, 'link');
	await eventually('it is told', async () => await entered(made) === 1);
	await eventually('and shown no more', async () => (await untaken(helper)).length === 0);
	await isStill(helper);
	helper.noise.length = 0;
});

test('somebody cancelled meanwhile: the door is told who, in words', async () => {
	const made = await makeEvent(town, { days: 2 }), client = town.client(host), page = await signUp(client, made), other = await ticket(made);
	const door = await open(await clerk(320), at(made));
	await away(door, true);
	assert.equal(await scan(door, readQr(page.text)), 'in');
	assert.equal(await scan(door, other), 'in');
	await client.submit(await client.get(`${page.path}/cancel`), {}, '/cancel');
	await back(door);
	await eventually('one is told', async () => await entered(made) === 1);
	await eventually('one is shown', async () => (await untaken(door)).length === 1);
	assert.match((await untaken(door))[0], /山田 花子 1人 受付しました （キャンセル済みです）$/);
	assert.equal(await queued(door), '0');
	assert.equal(await scan(door, other), 'in', 'and the door goes on');
	await door.look('door_untaken');
});

test('its staff are signed out meanwhile: it goes on, and tells once they have signed in again', async () => {
	const made = await makeEvent(town, { days: 0.02 }), [a, b] = [await ticket(made), await ticket(made)];
	const door = await open(await clerk(320), at(made)), cookies = await door.context.cookies();
	await door.context.clearCookies();
	assert.equal(await scan(door, a), 'in', 'noted here');
	await isShut(door, 'login');
	assert.equal(await scan(door, b), 'in');
	await eventually('both wait', async () => (await door.page.locator('[data-why="login"] [data-queued]').innerText()) === '2');
	door.noise.length = 0;
	await door.look('door_signed_out');
	assert.equal(await entered(made), 0);
	await door.context.addCookies(cookies);
	await back(door);
	await eventually('it is told', async () => await entered(made) === 2);
	await door.page.locator('[data-why="login"]').waitFor({ state: 'hidden' });
	door.noise.length = 0;
});
