/* SPDX-License-Identifier: Apache-2.0
 *
 * The page /push: asks the browser for a subscription when its button is pressed, and
 * sends it as a form.  Which of the page's sections is seen says how far one is:
 *
 *	noscript	as the page comes
 *	unsupported	this browser cannot
 *	install		on an iPhone or iPad: first onto the home screen
 *	ready		the button
 *	on		this device has said yes before
 *	denied		the browser may not ask (again)
 *	failed		it did not work
 */
{
	const box = document.getElementById('push');
	const form = box.querySelector('form');
	const apple = /iP(hone|ad|od)/.test(navigator.userAgent) ||
		(navigator.platform === 'MacIntel' && navigator.maxTouchPoints > 1);
	let worker = null;

	/* The form is part of two of them. */
	const show = state => {
		for (const part of box.querySelectorAll('[data-state]'))
			part.hidden = !part.dataset.state.split(' ').includes(state);
		box.dataset.now = state;
	};

	const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
	const key = bytes(box.dataset.key);
	const is_ours = subscription => {
		const theirs = subscription.options?.applicationServerKey;

		return theirs && key.every((byte, i) => byte === new Uint8Array(theirs)[i]);
	};

	const fill = subscription => {
		const { endpoint, keys } = subscription.toJSON();

		for (const [name, value] of Object.entries({ endpoint, p256dh: keys.p256dh, auth: keys.auth, agent: navigator.userAgent }))
			form.elements[name].value = value;
	};

	const begin = async () => {
		if (!('serviceWorker' in navigator))
			return show(apple ? 'install' : 'unsupported');
		await navigator.serviceWorker.register('/sw.js', { scope: '/' });
		worker = await navigator.serviceWorker.ready;
		if (!('pushManager' in worker) || !('Notification' in window))
			return show(apple ? 'install' : 'unsupported');
		const subscription = await worker.pushManager.getSubscription();

		if (subscription && is_ours(subscription)) {
			fill(subscription);
			return show('on');
		}
		/* Of a key that the town has no more. */
		await subscription?.unsubscribe();
		return show(Notification.permission === 'denied' ? 'denied' : 'ready');
	};

	/* The browser asks the person only while it serves their press: nothing is waited
	 * for before subscribe(). */
	form.addEventListener('submit', event => {
		if (form.elements.endpoint.value !== '')
			return;
		event.preventDefault();
		worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }).then(subscription => {
			fill(subscription);
			form.submit();
		}, () => show(Notification.permission === 'denied' ? 'denied' : 'failed'));
	});

	begin().catch(() => show('failed'));
}
