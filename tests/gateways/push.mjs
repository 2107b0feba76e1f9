// SPDX-License-Identifier: Apache-2.0
//
// A push service for tests, and the devices behind it (RFC 8030, integrations.md 12).
//
//	const push = await startPush();
//	const device = push.device();		someone pressed 「通知を受け取る」
//	device.address()			{"endpoint", "p256dh", "auth"} as text
//	device.cards				Map of tag → { title, body, url … }: what its screen shows
//	device.rang				how often it made a noise
//	push.ledger	[{ device, topic, ttl, urgency, tag, text, origin }]
//	push.tokens	Map of origin → Set of VAPID tokens that came there
//	push.faults	what chromo must never do: not for this device, another's card, no TTL
//	device.offline = true			what comes waits, one of a topic
//	device.online()				… and is shown
//	device.gone = true			the person took the permission back: 410
//	push.device({ key: true })		says yes to the first card only, as real ones do
import { Device, readVapid } from './push_keys.mjs';
import { Gateway } from './gateway.mjs';
import { page } from './push_page.mjs';

const problem = (status, errno, message, headers = {}) => ({ status, headers, body: { code: status, errno, error: message, message } });

class PushDevice extends Device {
	constructor(service, options = {}) {
		super(options.seed);
		Object.assign(this, { service, name: `d${service.devices.length}`, host: service.host, cards: new Map(),
			waiting: new Map(), rang: 0, gone: false, offline: false, key: null }, options);
	}
	get endpoint() {
		return `https://${this.host}:${this.service.port}/wpush/v2/${this.name}`;
	}
	address(changes = {}) {
		return JSON.stringify({ endpoint: this.endpoint, ...this.keys(), ...changes });
	}
	// What the service worker does with it: the same tag replaces silently.
	show(text) {
		const card = JSON.parse(text);
		if (!this.cards.has(card.tag) || card.renotify)
			this.rang++;
		this.cards.set(card.tag, card);
	}
	take(topic, text) {
		if (this.offline)
			this.waiting.set(topic, text);
		else
			this.show(text);
	}
	online() {
		this.offline = false;
		for (const text of this.waiting.values())
			this.show(text);
		this.waiting.clear();
	}
	// The person has looked: an empty screen.
	forget() {
		this.cards.clear();
		this.rang = 0;
	}
}

export class Push extends Gateway {
	constructor(options = {}) {
		super({ name: 'push', ...options });
		this.host = options.host ?? '127.0.0.1';
		this.most = options.most ?? 4096;
		this.devices = [];
		this.tokens = new Map();
		this.believed = new Map();
		this.faults = [];
		// As a program: the same few at each start, for the database remembers them.
		if (this.ledgerFile) {
			for (const n of [1, 2, 3, 4])
				this.device({ seed: `device ${n}` });
			for (const { device, text } of this.ledger)
				this.devices.find((d) => d.name === device)?.show(text);
		}
	}

	device(options) {
		this.devices.push(new PushDevice(this, options));
		return this.devices.at(-1);
	}

	reset() {
		super.reset();
		this.faults.length = 0;
		this.tokens.clear();
		this.believed.clear();
	}

	// For push_hosts.
	get hosts() {
		return `127.0.0.1:${this.port} localhost:${this.port} *.push.localhost:${this.port}`;
	}

	handle({ method, path, headers, body }) {
		const device = this.devices.find((d) => path === `/wpush/v2/${d.name}`);
		if (method !== 'POST' || !device)
			return problem(404, 102, 'Invalid URL endpoint');
		if (device.gone)
			return problem(410, 106, 'Invalid subscriber');
		const origin = `https://${device.host}:${this.port}`;
		let card;
		try {
			card = this.believed.get(headers.authorization + origin) ?? readVapid(headers.authorization, origin);
			this.believed.set(headers.authorization + origin, card);
		} catch (e) {
			return problem(403, 109, e.message);
		}
		if (device.key === true)
			device.key = card.key;
		if (device.key && device.key !== card.key)
			return problem(403, 109, 'VAPID public key mismatch');
		if (!this.tokens.has(origin))
			this.tokens.set(origin, new Set());
		this.tokens.get(origin).add(card.token);
		if (body.length > this.most)
			return problem(413, 104, 'Payload too large');
		if (headers['content-encoding'] !== 'aes128gcm')
			return problem(400, 110, 'Unknown encoding');
		if (!/^\d+$/.test(headers.ttl ?? '') || Number(headers.ttl) > 2592000)
			return problem(400, 111, 'Missing TTL');
		if (headers.topic !== undefined && !/^[\w-]{1,32}$/.test(headers.topic))
			return problem(400, 113, 'Invalid topic');
		let text;
		try {
			text = device.read(body);
		} catch (e) {
			this.faults.push({ device: device.name, fault: e.message });
			return { status: 201, headers: { location: `${origin}/m/0` }, body: '' };
		}
		const { number } = this.accept({ device: device.name, topic: headers.topic ?? null, ttl: Number(headers.ttl),
			urgency: headers.urgency ?? 'normal', tag: JSON.parse(text).tag, text, origin });
		device.take(headers.topic ?? number, text);
		return { status: 201, headers: { location: `${origin}/m/${number}`, ttl: headers.ttl }, body: '' };
	}

	// As a program: devices are looked at, and more are made, over the control port.
	async control(call) {
		if (call.path === '/devices' && call.method === 'POST')
			return { body: JSON.parse(this.device().address()) };
		if (call.path === '/devices')
			return { body: this.devices.map((d) => ({ name: d.name, rang: d.rang, cards: [...d.cards.values()] })) };
		return page(this, call) ?? super.control(call);
	}
}

export const startPush = (options) => new Push(options).start();
