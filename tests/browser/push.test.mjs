// SPDX-License-Identifier: Apache-2.0
//
// Web Push in a real browser.  Its push service is somebody else's and far away, so
// what comes from there is simulated: a subscription by a stand-in of pushManager, a
// push by the browser's own tools (ServiceWorker.deliverPushMessage).  The service
// worker, the notice that it shows and the page without a network are real.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Device } from '../gateways/push_keys.mjs';
import { eventually } from '../harness/up.mjs';
import { named, openEyes, watched, ways, widths } from './eye.mjs';

const host = 'minato.localhost';
const { town, eyes } = await watched();

let devices = 0;
// The browser as far as push.js sees it.  saying: what the person answers.
function stand(person, { saying = 'granted', agent, no = false } = {}) {
	const keys = new Device().keys(), endpoint = `https://fcm.googleapis.com/fcm/send/b${process.pid}-${++devices}`;
	return person.page.addInitScript(({ keys, endpoint, saying, agent, no }) => {
		if (agent) Object.defineProperty(navigator, 'userAgent', { value: agent });
		const proto = ServiceWorkerRegistration.prototype;
		if (no) {
			delete proto.pushManager;
			return;
		}
		const held = () => sessionStorage.getItem('push');
		const subscription = (key) => ({ options: { applicationServerKey: key }, toJSON: () => ({ endpoint, keys }), unsubscribe: async () => sessionStorage.clear() });
		Object.defineProperty(Notification, 'permission', { get: () => (held() ? 'granted' : saying === 'denied' && window.asked ? 'denied' : 'default') });
		Object.defineProperty(proto, 'pushManager', { value: {
			getSubscription: async () => (held() ? subscription(Uint8Array.from(held().split(','), Number).buffer) : null),
			subscribe: ({ applicationServerKey, userVisibleOnly }) => {
				if (!navigator.userActivation.isActive) throw new Error('not in the press');
				window.asked = true;
				if (saying !== 'granted' || !userVisibleOnly) return Promise.reject(new DOMException('no', 'NotAllowedError'));
				sessionStorage.setItem('push', [...applicationServerKey].join());
				return Promise.resolve(subscription(applicationServerKey.buffer));
			},
		} });
	}, { keys, endpoint, saying, agent, no });
}
const state = (person, wanted) => person.page.waitForSelector(`#push[data-now="${wanted}"]`);

for (const way of ways)
	test(`the page and its steps: ${named(way)}`, async () => {
		const hanako = await eyes.person(host, way);
		if (way.script) await stand(hanako);
		await hanako.go('/push');
		if (way.script) await state(hanako, 'ready');
		await hanako.look('push');
		if (way.script) await hanako.sees('通知を受け取る', 'ホーム画面に追加');
		else await hanako.sees('JavaScriptが必要です', 'メールなどで受け取る', 'ホーム画面に追加');
		await hanako.press('link', 'メールなどで受け取る');
		assert.equal(hanako.path, '/subscribe');
		await hanako.press('link', /スマートフォンやパソコンの通知/);
		assert.equal(hanako.path, '/push');
		await hanako.go('/offline');
		await hanako.look('offline');
		await hanako.go('/lang/en?next=/push');
		hanako.lang = 'en';
		if (way.script) await state(hanako, 'ready');
		await hanako.look('push_en');
	});

for (const width of widths)
	test(`registered by this device alone, and back again: ${width} px`, async () => {
		const hanako = await eyes.person(host, { width });
		await stand(hanako);
		await hanako.go('/push');
		await state(hanako, 'ready');
		await hanako.press('button', '通知を受け取る');
		assert.equal(hanako.path, '/subscribe/district');
		await hanako.tick(/中央/);
		await hanako.press('button', '次へ進む');
		await hanako.tick(/ごみ・環境/);
		await hanako.press('button', '次へ進む');
		await hanako.fill({ language: 'ja' });
		await hanako.press('button', '次へ進む');
		await hanako.look('push_check');
		await hanako.sees('この端末への通知');
		await hanako.page.getByRole('checkbox').first().check();
		await hanako.press('button', '登録する');
		assert.equal(hanako.path, '/subscribe/done');
		await hanako.go('/my');
		await hanako.look('push_my');
		await hanako.press('link', '見る・変える');
		await hanako.look('push_devices');
		await hanako.press('button', /試しに送る/);
		await hanako.look('push_devices_tried');
		await hanako.sees('試しの通知を送りました');

		await hanako.context.clearCookies();
		await hanako.go('/push');
		await state(hanako, 'on');
		await hanako.look('push_on');
		await hanako.press('button', 'この端末の登録を続ける・確かめる');
		assert.equal(hanako.path, '/my');
		await hanako.go('/my/devices');
		await hanako.press('link', /外す/);
		await hanako.look('push_remove');
		await hanako.press('button', '端末を外して退会する');
		assert.equal(hanako.path, '/my/left');
	});

test('who says no is told how to say yes; who cannot, what else there is', async () => {
	const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Mobile/15E148 Safari/604.1';
	for (const width of widths) {
		const no = await eyes.person(host, { width });
		await stand(no, { saying: 'denied' });
		await no.go('/push');
		await state(no, 'ready');
		await no.page.getByRole('button', { name: '通知を受け取る' }).click();
		await state(no, 'denied');
		await no.look('push_denied');
		const old = await eyes.person(host, { width });
		await stand(old, { no: true });
		await old.go('/push');
		await state(old, 'unsupported');
		await old.look('push_unsupported');
		const apple = await eyes.person(host, { width });
		await stand(apple, { no: true, agent: iphone });
		await apple.go('/push');
		await state(apple, 'install');
		await apple.look('push_install');
		await apple.sees('先にこのサイトを「ホーム画面に追加」');
	}
});

// A browser whose service worker is at work, and the browser's own tools for it.
async function withWorker(where = eyes) {
	const person = await where.person(host, { width: 320 });
	await person.context.grantPermissions(['notifications'], { origin: person.origin });
	await person.go('/push');
	await person.evaluate('navigator.serviceWorker.ready.then(() => true)');
	const versions = [], registrations = [];
	person.cdp.on('ServiceWorker.workerVersionUpdated', (e) => versions.push(...e.versions));
	person.cdp.on('ServiceWorker.workerRegistrationUpdated', (e) => registrations.push(...e.registrations));
	await person.cdp.send('ServiceWorker.enable');
	const { registrationId } = await eventually('its registration', () => registrations.find((r) => r.scopeURL === `${person.origin}/`));
	await eventually('it is at work', () => versions.some((v) => v.status === 'activated'));
	const push = (data) => person.cdp.send('ServiceWorker.deliverPushMessage', { origin: `${person.origin}/`, registrationId, data });
	const shown = () => person.evaluate(`navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((all) => all.map((n) =>
		({ title: n.title, body: n.body, tag: n.tag, renotify: n.renotify, lang: n.lang, url: n.data && n.data.url })))`);
	// The browser's tool may lose one while the worker wakes; the same card again is one card.
	const arrives = async (what, data, seen) => {
		for (let i = 0; i < 5; i++) {
			await push(data);
			const found = await eventually(what, async () => seen(await shown()), 6).catch(() => null);
			if (found) return found;
		}
		throw new Error(`pushed five times in vain: ${what}`);
	};
	return { person, arrives, shown, push };
}

test('a push shows one notice; the same again replaces it', async (t) => {
	const whole = await openEyes(town, { notices: true });
	t.after(() => whole.close());
	const { person, arrives, shown, push } = await withWorker(whole);
	const card = { title: '断水のお知らせ', body: '港一丁目で水が出ません。', tag: 't'.repeat(24), url: '/messages/3' };
	const [first] = await arrives('a notice', JSON.stringify(card), (all) => all.length > 0 && all);
	assert.deepEqual(first, { ...card, renotify: false, lang: 'ja' });
	await push(JSON.stringify(card));
	await arrives('the correction', JSON.stringify({ ...card, title: '【訂正】断水', renotify: true }),
		(all) => all.some((n) => n.title === '【訂正】断水'));
	assert.equal((await shown()).length, 1, 'one card');
	await arrives('another card', JSON.stringify({ ...card, tag: 'u'.repeat(24) }), (all) => all.length === 2);
	for (const odd of ['null', '', 'not json', '[]', '{"url": 5}']) {
		await arrives(`a card for ${odd}`, odd, (all) => all.some((n) => n.title === host));
		await person.evaluate(`navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((all) => all.forEach((n) => n.tag === 'chromo' && n.close()))`);
		await eventually('it is closed', async () => !(await shown()).some((n) => n.title === host));
	}
});

test('without a network there is a page that says so, and what it needs', async () => {
	const { person } = await withWorker();
	await person.context.setOffline(true);
	await person.cdp.send('Network.emulateNetworkConditions', { offline: true, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
	person.noise.splice(0);
	await person.page.goto(`${person.origin}/messages`);
	assert.match(await person.said(), /いまはつながりません.*119/);
	assert.equal(await person.evaluate(`getComputedStyle(document.querySelector('.c-button--primary')).backgroundColor`), 'rgb(0, 23, 193)', 'with its looks');
	if (process.env.CHROMO_PICTURES) await person.page.screenshot({ path: `${process.env.CHROMO_PICTURES}/offline_really-320.png`, fullPage: true });
	await person.context.setOffline(false);
	await person.cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
	await person.press('link', 'もう一度開く');
	assert.equal(person.path, '/');
});
