// SPDX-License-Identifier: Apache-2.0
//
// What a browser does to a site, without one: HTTPS to 127.0.0.1 under any host
// name, cookies kept, forms read from a page and sent back with their tokens.
import https from 'node:https';

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" };
export const unescape = (s) => s.replace(/&(#?\w+);/g, (all, name) => entities[name] ?? all);

function attributes(tag) {
	const found = {};
	for (const [, name, value] of tag.matchAll(/([\w-]+)(?:="([^"]*)")?/g)) {
		if (!(name in found)) found[name] = unescape(value ?? '');
	}
	return found;
}

// The forms of a page: method, action, and the fields as they would be sent.
export function forms(html) {
	return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head, inside]) => {
		const form = { method: 'get', action: '', ...attributes(head), fields: [], buttons: [] };
		for (const [, tag, rest, text] of inside.matchAll(
			/<(input|textarea|select|button)\b([^>]*)>(?:([\s\S]*?)<\/\1>)?/g)) {
			const a = attributes(rest);
			if (tag === 'button') form.buttons.push(a);
			if (!a.name || 'disabled' in a || tag === 'button') continue;
			if (tag === 'textarea') {
				form.fields.push([a.name, unescape(text.replace(/^\n/, ''))]);
			} else if (tag === 'select') {
				const options = [...text.matchAll(/<option\b([^>]*)>([^<]*)/g)]
					.map(([, o, label]) => ({ value: unescape(label.trim()), ...attributes(o) }));
				const chosen = options.filter((o) => 'selected' in o);
				if (!chosen.length && options.length && !('multiple' in a)) chosen.push(options[0]);
				for (const o of chosen) form.fields.push([a.name, o.value]);
			} else if (!/^(checkbox|radio)$/.test(a.type) || 'checked' in a) {
				if (a.type !== 'submit') form.fields.push([a.name, a.value ?? '']);
			}
		}
		return form;
	});
}

export class Client {
	constructor(host, port) {
		this.host = host;
		this.port = port;
		this.cookies = new Map();
		this.agent = new https.Agent({ keepAlive: true, maxSockets: 8 });
	}

	close() {
		this.agent.destroy();
	}

	// One request; redirects are not followed.  options: headers, body, method.
	send(path, { method = 'GET', headers = {}, body } = {}) {
		const cookie = [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
		const authority = `${this.host}:${this.port}`;
		return new Promise((done, fail) => {
			const request = https.request({
				host: '127.0.0.1', port: this.port, servername: this.host, agent: this.agent,
				rejectUnauthorized: false, method, path,
				headers: {
					host: authority,
					...(cookie ? { cookie } : {}),
					...(body !== undefined ? { 'content-length': Buffer.byteLength(body) } : {}),
					...headers,
				},
			}, (answer) => {
				const parts = [];
				answer.on('data', (d) => parts.push(d));
				answer.on('error', fail);
				answer.on('end', () => {
					this.keep(answer.headers['set-cookie'] ?? []);
					const bytes = Buffer.concat(parts);
					done({
						status: answer.statusCode, headers: answer.headers, path, bytes,
						text: bytes.toString('utf8'),
						json() { return JSON.parse(this.text); },
					});
				});
			});
			request.on('error', fail);
			request.end(body);
		});
	}

	keep(lines) {
		for (const line of lines) {
			const [, name, value] = line.match(/^([^=]+)=([^;]*)/) ?? [];
			if (!name) continue;
			if (/;\s*max-age=(0|-\d+)\s*(;|$)/i.test(line) || value === '') this.cookies.delete(name);
			else this.cookies.set(name, value);
		}
	}

	get(path, options) {
		return this.send(path, options);
	}

	// form: an object (arrays for repeated names), pairs, or a string as it is.
	post(path, form, { headers = {}, ...options } = {}) {
		let body = form;
		if (typeof form !== 'string') {
			const pairs = Array.isArray(form) ? form : Object.entries(form)
				.flatMap(([k, v]) => (Array.isArray(v) ? v.map((x) => [k, x]) : [[k, v]]));
			body = new URLSearchParams(pairs).toString();
		}
		return this.send(path, {
			method: 'POST', body, ...options,
			headers: {
				'content-type': 'application/x-www-form-urlencoded',
				origin: `https://${this.host}:${this.port}`,
				...headers,
			},
		});
	}

	// Fills in a form of that page and sends it.  Names in values replace what the
	// form holds (null takes the name out); of several forms, the one whose action
	// contains, or whose number is, which.
	submit(page, values = {}, which = undefined) {
		const all = forms(page.text).filter((f) => f.method.toLowerCase() === 'post');
		const form = typeof which === 'string' ? all.find((f) => f.action.includes(which)) : all[which ?? 0];
		if (!form) throw new Error(`no such form in ${page.path}: ${page.text.slice(0, 300)}`);
		const pairs = form.fields.filter(([name]) => !(name in values));
		for (const [name, value] of Object.entries(values)) {
			if (value === null) continue;
			for (const v of Array.isArray(value) ? value : [value]) pairs.push([name, String(v)]);
		}
		return this.post(form.action || page.path, pairs);
	}

	// Goes on to where an answer points, until it is a page.
	async follow(answer) {
		for (let n = 0; n < 10 && answer.status >= 300 && answer.status < 400; n++) {
			const to = new URL(answer.headers.location, `https://${this.host}:${this.port}${answer.path}`);
			answer = await this.get(to.pathname + to.search);
		}
		return answer;
	}
}
