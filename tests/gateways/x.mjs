// SPDX-License-Identifier: Apache-2.0
//
// Plays X over TLS on loopback: posts, their deletion, the timeline, renewal of tokens.
//
//	const gateway = await new X().start();
//	gateway.account()		what chromo is to know of it: four secrets (OAuth 1.0a)
//	gateway.account2()		… or a token that is renewed (OAuth 2.0)
//	gateway.app2()			… or an app that nobody has signed in to yet
//	gateway.consent(url, yes)	what its page does, which a browser may open too: where it leads
//	gateway.ledger			[{ id, text, link, pictures?, reply? }]; of a deletion { id, deleted: true };
//					pictures: [{ kind, bytes, alt, sha256 }] of PNG and JPEG, four at most
//	gateway.posts			what is there at present, the oldest first
//	gateway.hidden = 600		so many ms a new post is not in the timeline yet
//	gateway.remaining		how many more it takes until resetAt (seconds since 1970)
//
// Equal text within twelve hours is refused.  Addresses become https://t.co/…, as there.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Gateway } from './gateway.mjs';

const HOURS = 3600e3;
const problem = (status, type, title, detail, headers) => ({ status, headers,
	body: { type: `https://api.twitter.com/2/problems/${type}`, title, detail, status } });
const percent = (s) => encodeURIComponent(s).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const escaped = (s) => s.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

export class X extends Gateway {
	constructor(options = {}) {
		super({ name: 'x', ...options });
		Object.assign(this, { user: '4711', consumer: ['x-consumer-key', 'x-consumer-secret'], token: ['4711-token', 'x-token-secret'],
			client: ['x-client', 'x-client-secret'], hidden: 0, remaining: Infinity, resetAt: 0, renewals: 0 });
		this.posts = [];
		this.media = new Map();
		this.codes = new Map();
		for (const entry of this.ledger)	// what it remembers
			this.apply(entry);
		this.access = 'access-0';
		this.refresh = 'refresh-0';
	}

	apply(entry) {
		if (entry.deleted)
			this.posts = this.posts.filter((p) => p.id !== entry.id);
		else
			this.posts.push(entry);
	}

	reset() {
		super.reset();
		this.posts = [];
		Object.assign(this, { hidden: 0, remaining: Infinity, resetAt: 0 });
	}

	account(settings = {}) {
		return { channel: 'x', kind: 'x', url: this.url, settings: { user_id: this.user, link: true, ...settings },
			secrets: { api_key: this.consumer[0], api_secret: this.consumer[1], access_token: this.token[0], access_secret: this.token[1] } };
	}

	account2(settings = {}, expires = Date.now() + 2 * HOURS) {
		return { ...this.account(settings), secrets: { client_id: this.client[0], client_secret: this.client[1],
			access_token: this.access, refresh_token: this.refresh, expires } };
	}

	app2(settings = {}) {
		return { channel: 'x', kind: 'x2', url: this.url, settings, secrets: { client_id: this.client[0], client_secret: this.client[1] } };
	}

	// The page on which a person says yes, or no.
	consent(url, yes = true) {
		const q = new URL(url).searchParams, back = new URL(q.get('redirect_uri'));
		if (q.get('response_type') !== 'code' || q.get('client_id') !== this.client[0] || q.get('code_challenge_method') !== 'S256')
			return null;
		back.searchParams.set('state', q.get('state'));
		if (yes) {
			const code = randomBytes(24).toString('base64url');
			this.codes.set(code, { challenge: q.get('code_challenge'), redirect: q.get('redirect_uri'), scope: q.get('scope'), made: this.now() });
			back.searchParams.set('code', code);
		} else {
			back.searchParams.set('error', 'access_denied');
		}
		return back.href;
	}

	authorize({ path, query }) {
		const url = `${this.url}${path}?${query}`, yes = this.consent(url), no = this.consent(url, false), to = (href) => href.replace(/&/g, '&amp;');
		const page = (text) => ({ status: yes ? 200 : 400, headers: { 'content-type': 'text/html; charset=utf-8' },
			body: `<!DOCTYPE html><html lang="ja"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>X</title>${text}` });
		return yes ? page(`<h1>アプリがアカウントへのアクセスを求めています</h1><p>@minato_city</p><p><a href="${to(yes)}">アプリにアクセスを許可</a></p><p><a href="${to(no)}">キャンセル</a></p>`)
			: page('<h1>問題が発生しました</h1>');
	}

	// A code is good once, for half a minute, with what it was asked for with.
	exchange(form, own) {
		const said = this.codes.get(form.get('code'));
		this.codes.delete(form.get('code'));
		if (!own || !said || this.now() - said.made > 30e3 || said.redirect !== form.get('redirect_uri')
			|| createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url') !== said.challenge)
			return { status: 400, body: { error: 'invalid_request', error_description: 'Value passed for the authorization code was invalid.' } };
		return this.tokens(said.scope);
	}

	tokens(scope) {
		this.renewals++;
		this.access = `access-${this.renewals}`;
		this.refresh = `refresh-${this.renewals}`;
		return { status: 200, body: { token_type: 'bearer', expires_in: 7200, access_token: this.access, refresh_token: this.refresh, scope } };
	}

	// OAuth 1.0a (RFC 5849 3.4), or the token of OAuth 2.0.
	knows({ method, path, query, headers }) {
		const said = headers.authorization ?? '';
		if (said.startsWith('Bearer '))
			return said === `Bearer ${this.access}`;
		const own = Object.fromEntries([...said.matchAll(/(oauth_\w+)="([^"]*)"/g)].map(([, k, v]) => [k, decodeURIComponent(v)]));
		const { oauth_signature: signature, ...rest } = own;
		const pairs = [...Object.entries(rest), ...query].map(([k, v]) => [percent(k), percent(v)]).sort(([a, b], [c, d]) =>
			a < c || (a === c && b < d) ? -1 : 1).map((p) => p.join('=')).join('&');
		const wanted = createHmac('sha1', `${this.consumer[1]}&${this.token[1]}`)
			.update([method, percent(`${this.url}${path}`), percent(pairs)].join('&')).digest('base64');
		return rest.oauth_consumer_key === this.consumer[0] && rest.oauth_token === this.token[0] && signature === wanted &&
			Math.abs(Number(rest.oauth_timestamp) * 1000 - Date.now()) < 300e3;
	}

	handle(call) {
		if (call.path === '/2/oauth2/token' && call.method === 'POST')
			return this.renew(call);
		if (call.path === '/i/oauth2/authorize' && call.method === 'GET')
			return this.authorize(call);
		if (!this.knows(call))
			return problem(401, 'unauthorized', 'Unauthorized', 'Unauthorized');
		if (call.path === '/2/users/me' && call.method === 'GET')
			return { status: 200, body: { data: { id: this.user, name: 'みなと市', username: 'minato_city' } } };
		if (call.path === '/2/tweets' && call.method === 'POST')
			return this.post(call.json());
		if (call.path === '/2/media/upload' && call.method === 'POST')
			return this.upload(call.json());
		if (call.path === '/2/media/metadata' && call.method === 'POST')
			return this.describe(call.json());
		const [, deleted] = /^\/2\/tweets\/(\d+)$/.exec(call.path) ?? [];
		if (deleted && call.method === 'DELETE')
			return this.remove(deleted);
		if (call.path === `/2/users/${this.user}/tweets` && call.method === 'GET')
			return this.timeline(call.query);
		return problem(404, 'resource-not-found', 'Not Found Error', 'There is no such thing.');
	}

	// A refresh token is good for one use.
	renew({ headers, body }) {
		const form = new URLSearchParams(body.toString());
		const basic = `Basic ${Buffer.from(this.client.join(':')).toString('base64')}`;
		if (form.get('grant_type') === 'authorization_code')
			return this.exchange(form, headers.authorization === basic);
		if (headers.authorization !== basic || form.get('grant_type') !== 'refresh_token' || form.get('refresh_token') !== this.refresh)
			return { status: 400, body: { error: 'invalid_request', error_description: 'Value passed for the token was invalid.' } };
		return this.tokens('tweet.read tweet.write users.read offline.access');
	}

	upload({ media, media_category: category, media_type: type }) {
		const bytes = Buffer.from(media ?? '', 'base64');
		const is = bytes.toString('latin1', 1, 4) === 'PNG' ? 'image/png' : bytes.toString('hex', 0, 3) === 'ffd8ff' ? 'image/jpeg' : '';
		if (category !== 'tweet_image' || is === '' || type !== is || bytes.length > 5e6)
			return problem(400, 'invalid-request', 'Invalid Request', 'One or more parameters to your request was invalid.');
		const id = String(1870000000000000000n + BigInt(this.media.size) + 1n);
		this.media.set(id, { kind: type, bytes: bytes.length, alt: '', sha256: createHash('sha256').update(bytes).digest('hex'), content: bytes });
		return { status: 200, body: { data: { id, media_key: `3_${id}`, expires_after_secs: 86400, size: bytes.length } } };
	}

	describe({ id, metadata }) {
		const alt = metadata?.alt_text?.text;
		if (!this.media.has(id) || typeof alt !== 'string' || [...alt].length > 1000)
			return problem(400, 'invalid-request', 'Invalid Request', 'One or more parameters to your request was invalid.');
		this.media.get(id).alt = alt;
		return { status: 200, body: { data: { id, associated_metadata: metadata } } };
	}

	post({ text, media, reply }) {
		const headers = { 'x-rate-limit-limit': '100', 'x-rate-limit-remaining': String(Math.min(100, this.remaining)),
			'x-rate-limit-reset': String(this.resetAt || Math.floor(this.now() / 1000) + 900) };
		if (this.remaining <= 0)
			return problem(429, 'rate-limit', 'Too Many Requests', 'Too Many Requests', headers);
		if (typeof text !== 'string' || text === '')
			return problem(400, 'invalid-request', 'Invalid Request', 'One or more parameters to your request was invalid.', headers);
		const pictures = (media?.media_ids ?? []).map((id) => this.media.get(id));
		if (pictures.includes(undefined) || pictures.length > 4 || (media && pictures.length === 0))
			return problem(400, 'invalid-request', 'Invalid Request', 'Your media IDs are invalid.', headers);
		const first = reply?.in_reply_to_tweet_id;
		if (reply !== undefined && !this.posts.some((p) => p.id === first))
			return problem(403, 'not-authorized', 'Forbidden', 'You attempted to reply to a Tweet that is deleted or not visible to you.', headers);
		if (this.posts.some((p) => p.text === text && this.now() - Date.parse(p.time) < 12 * HOURS))
			return problem(403, 'not-authorized', 'Forbidden', 'You are not allowed to create a Tweet with duplicate content.', headers);
		this.remaining--;
		const id = String(1860000000000000000n + BigInt(this.ledger.length) + 1n);
		this.apply(this.accept({ id, text, link: /https:\/\/\S+/.exec(text)?.[0],
			...(first ? { reply: first } : {}), ...(pictures.length > 0 ? { pictures: pictures.map(({ content, ...p }) => p) } : {}) }));
		return { status: 201, headers, body: { data: { id, text, edit_history_tweet_ids: [id] } } };
	}

	remove(id) {
		if (!this.posts.some((p) => p.id === id))
			return problem(404, 'resource-not-found', 'Not Found Error', `Could not find tweet with id: [${id}].`);
		this.apply(this.accept({ id, deleted: true }));
		return { status: 200, body: { data: { deleted: true } } };
	}

	timeline(query) {
		const since = Date.parse(query.get('start_time') ?? '1970-01-01T00:00:00Z');
		const seen = this.posts.filter((p) => Date.parse(p.time) >= since && Date.parse(p.time) + this.hidden <= this.now());
		const list = seen.reverse().slice(0, Number(query.get('max_results') ?? 10));
		return { status: 200, body: { ...(list.length > 0 ? { data: list.map((p) => this.shown(p)) } : {}), meta: { result_count: list.length } } };
	}

	shown({ id, text, time }) {
		const urls = [];
		const short = text.replace(/https?:\/\/[\x21-\x7e]+|(?<![\w@.])(?:[a-z0-9-]+\.)+(?:jp|com)\b/g, (address) => {
			const url = `https://t.co/${id.slice(-6)}${urls.length}`;
			urls.push({ url, expanded_url: address.startsWith('http') ? address : `http://${address}`, display_url: address });
			return url;
		});
		return { id, text: escaped(short), created_at: time, ...(urls.length > 0 ? { entities: { urls } } : {}) };
	}
}
