// SPDX-License-Identifier: Apache-2.0
//
// Plays Twilio's messages over TLS on loopback.
//
//	const gateway = await new Twilio().start();
//	gateway.account()			what chromo is to know of it
//	gateway.ledger				[{ sid, to, body, parts, status, … }]
//	gateway.stopped				numbers that have answered STOP
//	await gateway.receipt(url, entry, 'delivered')	calls back, signed; the status of the answer
//	await gateway.reply(url, '+8190…', '停止')	somebody answers
import { createHmac, randomBytes } from 'node:crypto';
import { post } from './call_back.mjs';
import { Gateway } from './gateway.mjs';
import { parts } from './sms_parts.mjs';

const error = (status, code, message) => ({ status, body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status } });

// Base64(HMAC-SHA1(token, URL and each name and value, in order of the names)).
export function signature(token, url, fields) {
	const signed = Object.keys(fields).sort().reduce((s, name) => s + name + fields[name], url);
	return createHmac('sha1', token).update(signed).digest('base64');
}

export class Twilio extends Gateway {
	constructor(options = {}) {
		super({ name: 'sms_twilio', ...options });
		this.sid = 'AC0123456789abcdef0123456789abcdef';
		this.token = 'twilio-auth-token';
		this.from = '+815012345678';
		this.stopped = new Set();
		this.hidden = 0;	// so long a message is not in lists, ms
		this.delivers = false;	// calls back by itself, a little later
	}

	account(settings = {}) {
		return { id: 2, channel: 'sms', kind: 'twilio', place: 1, active: true, version: 1, url: this.url,
			settings: { account_sid: this.sid, from: this.from, yen_per_part: 12, parts_per_month: 1000000, ...settings },
			secrets: { auth_token: this.token } };
	}

	message(m) {
		return { sid: m.sid, account_sid: this.sid, to: m.to, from: m.from, body: m.body, status: m.status,
			direction: 'outbound-api', num_segments: String(m.parts), error_code: null, error_message: null,
			date_created: new Date(m.time).toUTCString(), date_sent: null };
	}

	handle(call) {
		const [, user, password] = /^([^:]*):(.*)$/.exec(Buffer.from((call.headers.authorization ?? '').replace(/^Basic /, ''),
			'base64').toString()) ?? [];
		if (user !== this.sid || password !== this.token)
			return error(401, 20003, 'Authenticate');
		if (call.path !== `/2010-04-01/Accounts/${this.sid}/Messages.json`)
			return error(404, 20404, 'The requested resource was not found');
		return call.method === 'GET' ? this.list(call.query) : this.create(new URLSearchParams(call.body.toString()));
	}

	create(form) {
		const to = form.get('To') ?? '', body = form.get('Body') ?? '', validity = form.get('ValidityPeriod');
		if (!/^\+[1-9][0-9]{7,14}$/.test(to))
			return error(400, 21211, `Invalid 'To' Phone Number: ${to}`);
		if (this.stopped.has(to))
			return error(400, 21610, 'Attempt to send to unsubscribed recipient');
		if (form.get('From') !== this.from)
			return error(400, 21606, 'The From phone number is not yours');
		if (body.length > 1600)
			return error(400, 21617, 'The message body exceeds the 1600 character limit.');
		if (validity !== null && !(validity >= 1 && validity <= 36000))
			return error(400, 21614, 'validity');
		const entry = this.accept({ sid: `SM${randomBytes(16).toString('hex')}`, to, from: this.from, body,
			parts: parts(body), status: 'queued', callback: form.get('StatusCallback'), validity });
		if (this.delivers && entry.callback)
			this.pause(1500).then(() => this.receipt(entry.callback, entry, 'delivered')).catch(() => {});
		return { status: 201, body: this.message(entry) };
	}

	list(query) {
		const until = this.now() - this.hidden;
		const found = this.ledger.filter((m) => m.to === query.get('To') && Date.parse(m.time) <= until).reverse();
		return { status: 200, body: { messages: found.slice(0, query.get('PageSize') ?? 50).map((m) => this.message(m)),
			page: 0, page_size: 50, next_page_uri: null } };
	}

	// signedUrl: the address that the signature is made over, where it is not the one called.
	call(url, fields, { token = this.token, signedUrl = url, header } = {}) {
		return post(url, new URLSearchParams(fields).toString(), { 'content-type': 'application/x-www-form-urlencoded',
			'x-twilio-signature': header ?? signature(token, signedUrl, fields) });
	}

	receipt(url, entry, status, options) {
		return this.call(url, { AccountSid: this.sid, MessageSid: entry.sid, SmsSid: entry.sid, MessageStatus: status,
			SmsStatus: status, To: entry.to, From: entry.from, ApiVersion: '2010-04-01',
			...(status === 'undelivered' ? { ErrorCode: '30003' } : {}) }, options);
	}

	reply(url, from, text, options) {
		return this.call(url, { AccountSid: this.sid, MessageSid: `SM${randomBytes(16).toString('hex')}`, From: from,
			To: this.from, Body: text, NumSegments: '1' }, options);
	}
}
