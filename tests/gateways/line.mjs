// SPDX-License-Identifier: Apache-2.0
//
// LINE's Messaging API for tests (integrations.md 8): what it accepted is in the ledger,
// a retry key is remembered for 24 hours.
//
//	const line = await startLine();
//	const channel = line.channel({ id: '1656', secret: 's', quota: 200 });
//	… channel.token is a long-lived token; /oauth2/v3/token issues others …
//	line.ledger	[{ kind: 'multicast', channel, to: [userId …], messages, key, requestId }]
//	line.faults	what chromo must never do: the same key with another body
//	line.copies()	Map of userId → how many messages it got
//	await channel.event({ type: 'follow', … }, url)		a signed webhook to url
//
// A channel: id, secret, token, bot (its user id), name, publicKeys { kid: PEM }, quota
// (null: none), used, rate (multicasts a second; 0: any number), friends (Set; null:
// everybody), tokenSeconds (how long issued tokens live).
import crypto from 'node:crypto';
import https from 'node:https';
import { Gateway } from './gateway.mjs';
import { page } from './line_page.mjs';

export const userId = (n) => 'U' + crypto.createHash('md5').update(String(n)).digest('hex');

const day = 24 * 3600e3;
const sends = /^\/v2\/bot\/message\/(push|multicast|broadcast|reply)$/;
const isUser = (id) => typeof id === 'string' && /^U[0-9a-f]{32}$/.test(id);

const no = (status, message, details) => ({ status, body: details ? { message, details } : { message } });
const problems = (list) => no(400, `The request body has ${list.length} error(s)`,
	list.map(([message, property]) => ({ message, property })));

// ImageMessage of LINE's description: two addresses over TLS of at most 2,000 characters, and
// nothing that it does not know.
const imageFaults = (m, i) => ['originalContentUrl', 'previewImageUrl'].flatMap((key) =>
	typeof m[key] !== 'string' || m[key] === '' ? [['May not be empty', `messages[${i}].${key}`]] :
		!/^https:\/\/[\x21-\x7e]{1,1992}$/.test(m[key]) ? [['Must be a valid HTTPS URL', `messages[${i}].${key}`]] : [])
	.concat(Object.keys(m).filter((key) => !['type', 'originalContentUrl', 'previewImageUrl', 'quickReply', 'sender'].includes(key))
		.map((key) => ['unknown field', `messages[${i}].${key}`]));

// What is wrong with messages, as LINE says it; [] if nothing.
function faultsOf(messages) {
	if (!Array.isArray(messages) || messages.length < 1 || messages.length > 5)
		return [['Size must be between 1 and 5', 'messages']];
	return messages.flatMap((m, i) => {
		if (m.type === 'text')
			return typeof m.text !== 'string' || m.text === '' ? [['May not be empty', `messages[${i}].text`]] :
				m.text.length > 5000 ? [['Length must be between 0 and 5000', `messages[${i}].text`]] : [];
		if (m.type === 'flex')
			return !m.altText || m.altText.length > 1500 ? [['Length must be between 1 and 1500', `messages[${i}].altText`]] :
				!['bubble', 'carousel'].includes(m.contents?.type) ? [['invalid property', `messages[${i}].contents/type`]] : [];
		if (m.type === 'image')
			return imageFaults(m, i);
		return ['template', 'sticker', 'video', 'location'].includes(m.type) ? [] :
			[['The property, type, is invalid', `messages[${i}].type`]];
	});
}

class Channel {
	constructor(line, options) {
		Object.assign(this, { line, id: '1656000000', secret: 'channel-secret', name: 'みなと市', quota: null, used: 0, rate: 0,
			publicKeys: {}, friends: null, tokenSeconds: 900, menus: new Map(), defaultMenu: null, blocked: new Set() }, options);
		this.bot ??= userId('bot ' + this.id);
		this.token ??= 'long-lived-' + crypto.randomBytes(24).toString('base64');
		this.keys = new Map();
		this.replyTokens = new Map();
		this.seconds = [];
		line.tokens.set(this.token, { channel: this, until: Infinity });
	}

	issue() {
		const token = 'ey.' + crypto.randomBytes(60).toString('base64url');
		this.line.tokens.set(token, { channel: this, until: this.line.now() + this.tokenSeconds * 1000 });
		return { token_type: 'Bearer', access_token: token, expires_in: this.tokenSeconds };
	}

	// No token of before is good any more.
	revoke() {
		for (const [token, t] of this.line.tokens)
			if (t.channel === this)
				this.line.tokens.delete(token);
	}

	sign(body) {
		return crypto.createHmac('sha256', this.secret).update(body).digest('base64');
	}

	// An event as LINE would send it, with what is not given filled in.  Its reply token
	// is good for a minute, once.
	whole(event) {
		const e = this.filled(event);
		if (e.replyToken)
			this.replyTokens.set(e.replyToken, { user: e.source?.userId, until: this.line.now() + 60e3 });
		return e;
	}

	filled(event) {
		return { timestamp: this.line.now(), mode: 'active', source: { type: 'user', userId: userId(1) },
			webhookEventId: '01' + crypto.randomBytes(16).toString('hex').toUpperCase().slice(0, 24),
			deliveryContext: { isRedelivery: false }, replyToken: crypto.randomBytes(16).toString('hex'), ...event };
	}

	// Sends events to the webhook; resolves with the status that came back.
	event(events, url = this.webhook, host = this.host) {
		return this.raw(Buffer.from(JSON.stringify({ destination: this.bot, events: [events].flat().map((e) => this.whole(e)) })), url, { host });
	}

	raw(body, url = this.webhook, { host = this.host, signature = this.sign(body) } = {}) {
		return new Promise((resolve, reject) => {
			const r = https.request(url, { method: 'POST', rejectUnauthorized: false, headers: { 'content-type': 'application/json; charset=utf-8',
				'user-agent': 'LineBotWebhook/2.0', ...(signature === null ? {} : { 'x-line-signature': signature }),
				'content-length': body.length, ...(host ? { host } : {}) } }, (res) => {
				res.resume();
				res.on('end', () => resolve(res.statusCode));
			});
			r.on('error', reject);
			r.end(body);
		});
	}
}

export class Line extends Gateway {
	constructor(options) {
		super({ name: 'line', ...options });
		this.channels = [];
		this.tokens = new Map();
		this.faults = [];
		this.requests = 0;
		this.linkTokens = new Map();
	}

	channel(options = {}) {
		this.channels.push(new Channel(this, options));
		return this.channels.at(-1);
	}

	reset() {
		super.reset();
		this.faults.length = 0;
	}

	copies() {
		const of = new Map();
		for (const { to, messages } of this.ledger)
			for (const id of to)
				of.set(id, (of.get(id) ?? 0) + messages.length);
		return of;
	}

	async handle(call) {
		const requestId = crypto.randomUUID();
		const answer = await this.route(call, requestId);
		return { ...answer, headers: { 'x-line-request-id': requestId, server: 'legy', ...answer.headers } };
	}

	route(call, requestId) {
		if (call.path === '/oauth2/v3/token' || call.path === '/oauth2/v2.1/token')
			return this.issue(new URLSearchParams(call.body.toString()));
		if (call.path === '/dialog/bot/accountLink')
			return this.dialog(call);
		const t = this.tokens.get(/^Bearer (.+)$/.exec(call.headers.authorization ?? '')?.[1]);
		if (!t || t.until < this.now())
			return no(401, 'Authentication failed. Confirm that the access token in the authorization header is valid.');
		const c = t.channel, m = sends.exec(call.path);
		if (call.headers['x-line-retry-key'] !== undefined && (!m || m[1] === 'reply'))
			return no(400, 'Retry key is not supported');
		if (m && call.method === 'POST')
			return this.send(c, m[1], call, requestId);
		return this.other(c, call);
	}

	issue(form) {
		const error = (status, e, d) => ({ status, body: { error: e, error_description: d } });
		if (form.get('grant_type') !== 'client_credentials')
			return error(400, 'unsupported_grant_type', 'grant_type is unsupported');
		if (form.get('client_assertion') === null) {
			const c = this.channels.find((x) => x.id === form.get('client_id') && x.secret === form.get('client_secret'));
			return c ? { body: c.issue() } : error(400, 'invalid_client', 'invalid client_secret');
		}
		if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
			return error(400, 'invalid_request', 'unsupported client_assertion_type');
		return this.issueByAssertion(form.get('client_assertion'), error);
	}

	issueByAssertion(assertion, error) {
		const [head, claims, signature] = assertion.split('.');
		const read = (part) => JSON.parse(Buffer.from(part, 'base64url').toString());
		const { alg, kid } = read(head), { iss, sub, aud, exp } = read(claims);
		const c = this.channels.find((x) => x.id === iss && x.id === sub);
		if (!c || alg !== 'RS256' || aud !== 'https://api.line.me/' || !c.publicKeys[kid] ||
		    exp * 1000 < this.now() || exp * 1000 > this.now() + 1800e3)
			return error(400, 'invalid_client', 'Invalid client assertion');
		if (!crypto.verify('sha256', Buffer.from(`${head}.${claims}`), c.publicKeys[kid], Buffer.from(signature, 'base64url')))
			return error(400, 'invalid_client', 'Invalid signature');
		return { body: { ...c.issue(), key_id: kid } };
	}

	tooFast(c) {
		if (!c.rate)
			return false;
		const now = this.now();
		while (c.seconds.length && c.seconds[0] <= now - 1000)
			c.seconds.shift();
		if (c.seconds.length >= c.rate) {
			this.limited = (this.limited ?? 0) + 1;
			return true;
		}
		c.seconds.push(now);
		return false;
	}

	send(c, kind, call, requestId) {
		let body;
		if (this.tooFast(c))
			return no(429, 'The API rate limit has been exceeded. Try again later.');
		try {
			body = call.json();
		} catch {
			return no(400, 'The request body could not be parsed as JSON.');
		}
		const key = call.headers['x-line-retry-key'];
		if (key !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(key))
			return no(400, 'Invalid retry key');
		const hash = crypto.createHash('sha256').update(call.body).digest('hex'), had = c.keys.get(key);
		if (key !== undefined && had && had.at > this.now() - day) {
			if (had.hash !== hash)
				this.faults.push({ key, fault: 'the same key with another body' });
			return { status: 409, headers: { 'x-line-accepted-request-id': had.requestId },
				body: { message: 'The retry key is already accepted', ...(kind === 'push' ? { sentMessages: had.sentMessages } : {}) } };
		}
		const to = kind === 'multicast' ? body.to : kind === 'push' ? [body.to] : [];
		if (!Array.isArray(to) || (kind === 'multicast' && (to.length < 1 || to.length > 500)))
			return problems([['Size must be between 1 and 500', 'to']]);
		if (!to.every(isUser))
			return no(400, "The property, 'to', in the request body is invalid (line: -, column: -)");
		const wrong = faultsOf(body.messages);
		if (wrong.length)
			return problems(wrong);
		if (kind === 'reply') {
			const token = c.replyTokens.get(body.replyToken);
			c.replyTokens.delete(body.replyToken);
			if (!token || token.until < this.now())
				return no(400, 'Invalid reply token');
			to.push(token.user);
		}
		const reached = to.filter((id) => !c.blocked.has(id) && (!c.friends || c.friends.has(id)));
		if (kind !== 'reply' && c.quota !== null && c.used + reached.length > c.quota)
			return no(429, 'You have reached your monthly limit.');
		if (kind !== 'reply')
			c.used += reached.length;
		const sentMessages = body.messages.map(() => ({ id: String(crypto.randomInt(1e12, 9e12)), quoteToken: 'q' }));
		if (key !== undefined)
			c.keys.set(key, { at: this.now(), hash, requestId, sentMessages });
		this.accept({ kind, channel: c.id, to: reached, messages: body.messages, key: key ?? null, requestId,
			silent: body.notificationDisabled ?? false, ...(kind === 'reply' ? { replyToken: body.replyToken } : {}) });
		return { body: kind === 'push' || kind === 'reply' ? { sentMessages } : {} };
	}

	other(c, { method, path, body, json }) {
		let m;
		if (method === 'POST' && /^\/v2\/bot\/message\/validate\//.test(path)) {
			const wrong = faultsOf(json().messages);
			return wrong.length ? problems(wrong) : { body: {} };
		}
		if (path === '/v2/bot/message/quota')
			return { body: c.quota === null ? { type: 'none' } : { type: 'limited', value: c.quota } };
		if (path === '/v2/bot/message/quota/consumption')
			return { body: { totalUsage: c.used } };
		if (path === '/v2/bot/info')
			return { body: { userId: c.bot, basicId: '@' + c.id.slice(-8), displayName: c.name, chatMode: 'bot', markAsReadMode: 'auto' } };
		if ((m = /^\/v2\/bot\/profile\/(.+)$/.exec(path)))
			return isUser(m[1]) && !c.blocked.has(m[1]) && (!c.friends || c.friends.has(m[1])) ?
				{ body: { userId: m[1], displayName: 'はなこ', language: 'ja' } } : no(404, 'Not found');
		if (method === 'POST' && (m = /^\/v2\/bot\/user\/(U[0-9a-f]{32})\/linkToken$/.exec(path))) {
			const linkToken = crypto.randomBytes(16).toString('base64url');
			this.linkTokens.set(linkToken, { channel: c, user: m[1], until: this.now() + 600e3 });
			return { body: { linkToken } };
		}
		return this.menu(c, method, path, body, json);
	}

	menu(c, method, path, body, json) {
		let m;
		if (method === 'POST' && path === '/v2/bot/richmenu') {
			const richMenuId = 'richmenu-' + crypto.randomBytes(16).toString('hex');
			c.menus.set(richMenuId, { ...json(), richMenuId, image: null });
			return { body: { richMenuId } };
		}
		if (method === 'GET' && path === '/v2/bot/richmenu/list')
			return { body: { richmenus: [...c.menus.values()].map(({ image, ...menu }) => menu) } };
		if (method === 'POST' && (m = /^\/v2\/bot\/richmenu\/([^/]+)\/content$/.exec(path)) && c.menus.has(m[1])) {
			if (body.length > 1 << 20 || !(body.subarray(1, 4).equals(Buffer.from('PNG')) || body[0] === 0xff))
				return no(400, 'The image is invalid');
			c.menus.get(m[1]).image = body;
			return { body: {} };
		}
		if (method === 'POST' && (m = /^\/v2\/bot\/user\/all\/richmenu\/([^/]+)$/.exec(path))) {
			if (!c.menus.get(m[1])?.image)
				return no(400, 'must upload richmenu image before applying it to user');
			c.defaultMenu = m[1];
			return { body: {} };
		}
		if (method === 'DELETE' && (m = /^\/v2\/bot\/richmenu\/([^/]+)$/.exec(path)) && c.menus.delete(m[1]))
			return { body: {} };
		return no(404, 'Not found');
	}

	// The citizen's browser comes here with the nonce, and LINE tells the webhook.
	async dialog({ query }) {
		const t = this.linkTokens.get(query.get('linkToken')), nonce = query.get('nonce') ?? '';
		const good = t && t.until > this.now() && nonce.length >= 10 && nonce.length <= 255;
		this.linkTokens.delete(query.get('linkToken'));
		if (!t)
			return no(400, 'Invalid link token');
		const status = t.channel.webhook ? await t.channel.event({ type: 'accountLink', source: { type: 'user', userId: t.user },
			link: { result: good ? 'ok' : 'failed', nonce } }) : 0;
		return { headers: { 'content-type': 'text/html; charset=utf-8' },
			body: Buffer.from(`<!DOCTYPE html><meta charset="utf-8"><title>LINE</title><p>連携しました（webhook: ${status}）`) };
	}

	control(call) {
		return page(this, call) ?? super.control(call);
	}
}

export const startLine = (options) => new Line(options).start();
