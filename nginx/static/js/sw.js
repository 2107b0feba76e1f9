/* SPDX-License-Identifier: Apache-2.0
 *
 * The service worker of a town's site, served as /sw.js: shows what is pushed
 * (channel/webpush.c), and a page of ours where there is no network.  It keeps
 * nothing else but the page of a door, and no answer of the site passes through it changed.
 */
const SHELF = 'chromo-1';
const OFFLINE = '/offline';
const KEPT = [OFFLINE, '/static/css/tokens.css', '/static/css/base.css', '/static/css/frame.css',
	'/static/css/form.css', '/static/css/part.css', '/static/favicon.svg'];

self.addEventListener('install', event => {
	event.waitUntil((async () => {
		const shelf = await caches.open(SHELF);

		await shelf.addAll(KEPT.map(path => new Request(path, { cache: 'reload' })));
		await self.skipWaiting();
	})());
});

self.addEventListener('activate', event => {
	event.waitUntil((async () => {
		for (const name of await caches.keys())
			if (name !== SHELF && name !== DOORS)
				await caches.delete(name);
		await self.clients.claim();
	})());
});

/* A door goes on without network (static/js/checkin.js): its page and what the page needs
 * are kept as they came last; what it knows of people is in its own store. */
const DOOR = /^\/(desk\/events\/\d+\/checkin|door\/[\w-]+)$|^\/static\/(js\/(checkin|door_\w+|ticket|jsqr\.min)\.js|css\/desk\.css|icons\.svg)$/;
const DOORS = 'chromo-doors';

async function door(request) {
	const shelf = await caches.open(DOORS);
	const { pathname } = new URL(request.url);

	try {
		const answer = await fetch(request);

		if (answer.ok && !answer.redirected)
			await shelf.put(pathname, answer.clone());
		return answer;
	} catch (problem) {
		const kept = await shelf.match(pathname, { ignoreVary: true });

		if (!kept)
			throw problem;
		return kept;
	}
}

/* Pages come from the network, or not at all; so does what the offline page needs. */
self.addEventListener('fetch', event => {
	const { request } = event;
	const { origin, pathname } = new URL(request.url);

	if (request.method !== 'GET' || origin !== location.origin)
		return;
	if (DOOR.test(pathname))
		event.respondWith(door(request));
	else if (request.mode === 'navigate')
		event.respondWith(fetch(request).catch(async problem => {
			const page = await caches.match(OFFLINE);

			if (!page)
				throw problem;
			return page;
		}));
	else if (KEPT.includes(pathname))
		event.respondWith(fetch(request).catch(async problem => {
			const kept = await caches.match(pathname);

			if (!kept)
				throw problem;
			return kept;
		}));
});

/* What came, whatever it is, is shown: a push without a card costs the permission. */
self.addEventListener('push', event => {
	let card = {};

	try {
		card = event.data.json() ?? {};
	} catch {
		/* Not ours, or nothing: its site is named, and a press leads there. */
	}
	event.waitUntil(self.registration.showNotification(card.title || location.hostname, {
		body: card.body || '',
		tag: card.tag || 'chromo',
		renotify: card.renotify === true,
		lang: card.lang || 'ja',
		icon: '/static/icon-192.png',
		badge: '/static/badge-96.png',
		...(card.image ? { image: card.image } : {}),
		data: { url: card.url || '/' },
	}));
});

/* Only pages of this site; a tab that is there already comes to the front. */
self.addEventListener('notificationclick', event => {
	event.notification.close();
	event.waitUntil((async () => {
		let url = new URL(event.notification.data?.url ?? '/', location.origin);

		if (url.origin !== location.origin)
			url = new URL('/', location.origin);
		for (const tab of await self.clients.matchAll({ type: 'window', includeUncontrolled: true }))
			if (tab.url === url.href)
				return tab.focus();
		return self.clients.openWindow(url.href);
	})());
});

/* The push service wants another address: the old one proves whose it was. */
self.addEventListener('pushsubscriptionchange', event => {
	event.waitUntil((async () => {
		const old = event.oldSubscription;
		const key = (event.newSubscription ?? old)?.options?.applicationServerKey;
		const fresh = event.newSubscription ?? (key && await self.registration.pushManager.subscribe({
			userVisibleOnly: true, applicationServerKey: key }));

		if (!old || !fresh)
			return;		/* the next visit to /push mends it */
		const { endpoint, keys } = fresh.toJSON();

		await fetch('/push/renew', { method: 'POST', credentials: 'omit',
			body: new URLSearchParams({ old: old.endpoint, endpoint, p256dh: keys.p256dh, auth: keys.auth }) });
	})());
});
