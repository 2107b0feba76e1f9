// SPDX-License-Identifier: Apache-2.0
//
// Plays a Japanese gateway of SMS (after 空電プッシュ) over TLS on loopback.
//
//	const gateway = await new Karaden().start();
//	gateway.account()			what chromo is to know of it
//	gateway.ledger				[{ id, to, body, tags, parts, status, … }]
//	await gateway.receipt(url, entry, 'received')	calls back; gives the status of the answer
//
// A tag is no key: the same twice is two messages, as with the real one.
import { randomUUID } from 'node:crypto';
import { Gateway } from './gateway.mjs';
import { post } from './call_back.mjs';
import { parts } from './sms_parts.mjs';

const message = (m) => ({ object: 'message', id: m.id, project_id: 1, service_id: m.service_id, billing_address_id: 1,
	to: m.to, body: m.body, tags: m.tags, is_shorten: false, status: m.status, result: m.result,
	sent_result: m.sent_result, carrier: 'docomo', charged_count_per_sent: m.parts, limited_at: m.limited_at ?? null,
	scheduled_at: m.time, sent_at: m.time, received_at: null, created_at: m.time, updated_at: m.time });
const error = (status, code, errors) => ({ status, body: { object: 'error', code, message: 'error', errors } });

export class Karaden extends Gateway {
	constructor(options = {}) {
		super({ name: 'sms_karaden', ...options });
		this.tenant = '3f2a';
		this.service = 7;
		this.services = new Map();	// other services, and where they are called back
		this.token = 'karaden-token';
		this.hidden = 0;	// so long a message is not in lists, ms
	}

	account(settings = {}) {
		return { id: 1, channel: 'sms', kind: 'karaden', place: 1, active: true, version: 1, url: `${this.url}/api`,
			settings: { tenant: this.tenant, service_id: this.service, yen_per_part: 10, parts_per_month: 1000000, ...settings },
			secrets: { token: this.token, callback_secret: 'call-back-secret-of-karaden' } };
	}

	handle(call) {
		if (call.headers.authorization !== `Bearer ${this.token}`)
			return error(401, 'unauthorized');
		if (call.headers['karaden-version'] !== '2023-01-01')
			return error(400, 'bad_request', { version: ['unknown'] });
		const [, api, tenant, messages, id, verb] = call.path.split('/');
		if (api !== 'api' || tenant !== this.tenant || messages !== 'messages')
			return error(404, 'not_found');
		if (call.method === 'GET')
			return this.list(call.query);
		return verb === 'cancel' ? this.cancel(id) : this.create(new URLSearchParams(call.body.toString()));
	}

	create(form) {
		const to = form.get('to') ?? '', body = form.get('body') ?? '';
		const errors = {};
		const service = Number(form.get('service_id'));
		if (service !== this.service && !this.services.has(service))
			errors.service_id = ['unknown'];
		if (!/^0[6789]0[1-9][0-9]{7}$/.test(to))
			errors.to = ['format'];
		if (body.length < 1 || body.length > 660)
			errors.body = ['length'];
		if (Object.keys(errors).length > 0)
			return error(422, 'unprocessable_entity', errors);
		const entry = this.accept({ id: randomUUID(), to, body, tags: form.getAll('tags[]'), service_id: service,
			limited_at: form.get('limited_at'), parts: parts(body), status: 'done', result: 'processing',
			sent_result: 'none' });
		if (this.services.get(service))
			this.pause(1500).then(() => this.receipt(this.services.get(service), entry, 'received')).catch(() => {});
		return { status: 200, body: message(entry) };
	}

	list(query) {
		const until = this.now() - this.hidden;
		const data = this.ledger.filter((m) => (!query.get('tag') || m.tags.includes(query.get('tag'))) &&
			(!query.get('to') || m.to === query.get('to')) && Date.parse(m.time) <= until);
		return { status: 200, body: { object: 'list', has_more: false, data: data.map(message) } };
	}

	cancel(id) {
		const entry = this.ledger.find((m) => m.id === id);
		if (!entry)
			return error(404, 'not_found');
		entry.status = 'canceled';
		return { status: 200, body: message(entry) };
	}

	// Calls back to url (with the secret in it) what became of a message.
	receipt(url, entry, sent_result, { status = 'done', headers = {} } = {}) {
		return post(url, JSON.stringify(message({ ...entry, sent_result, status, result: 'done' })),
			{ 'content-type': 'application/json', 'karaden-version': '2023-01-01', ...headers });
	}
}
