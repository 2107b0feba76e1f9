// SPDX-License-Identifier: Apache-2.0
//
// The frame of every fake gateway that speaks HTTPS: TLS on loopback, a ledger of what
// it really accepted, and a script of misbehaviour.  Node alone, no packages.
//
//	class Sms extends Gateway {
//		handle(call) {			call: { method, path, query, headers, body (Buffer), json() }
//			if (bad) return { status: 400, body: { message: 'no' } };
//			this.accept({ to, text });
//			return { status: 200, headers: { 'x-id': '7' }, body: { id: '7' } };
//		}
//	}
//	const gateway = await new Sms({ name: 'sms' }).start();
//	gateway.url		https://127.0.0.1:PORT
//	gateway.caFile		for gateway_ca_file
//	gateway.ledger		what was accepted, oldest first, each with time and number
//	gateway.connections	how many came as far as TCP
//	gateway.calls		how many requests came, whatever became of them
//	gateway.script([{ path: '/v2', nth: 1, accept: true, status: 500 }])
//	await gateway.close()
//
// A rule of the script is used for the first call that fits all that it names:
//
//	method, path		path: what it begins with
//	nth			the n-th call that has this method and path, from 1
//	times			so often at most
//	when			a function of the call (in-process tests)
// and does, in this order, what it names:
//	delay			waits so many milliseconds before the call is looked at
//	accept			true: it is carried out as if nothing were, and then goes wrong
//	hang			waits so many milliseconds before the answer
//	hold			true: waits before the answer until gateway.release()
//	close			true: the connection ends without an answer
//	status headers body	this answer; without accept nothing was carried out.  body may be
//				text that is not JSON
//	bytes			only so many bytes of the answer go out, then the connection ends
//				(what the whole answer is long: gateway.answerLength)
//
// What is in the ledger is there before a byte of the answer goes out.
//
// As programs the fakes run in one process (run.mjs), which adds for each, on
// http://127.0.0.1:CONTROL/NAME:
//
//	GET    /NAME/ledger	the ledger	DELETE /NAME/ledger	empties it, and the script
//	POST   /NAME/script	a new script (JSON)
//	       /NAME/…		what the fake itself shows (control(call))
// and writes each accepted thing as one line of JSON to LEDGERS/NAME.jsonl, which is the
// outbox of ./dev run.
import fs from 'node:fs';
import https from 'node:https';
import http from 'node:http';
import { certificate } from './tls.mjs';

const HOLD_MS = 3600e3;

// One HTTP answer: its head as node wants it, and as the bytes that it comes to, so
// that it can be cut at any of them.
function whole({ status = 200, headers = {}, body = '' }) {
	const content = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
	const head = { date: new Date().toUTCString(),
		'content-type': typeof body === 'string' ? 'text/plain' : 'application/json', ...headers,
		'content-length': content.length };
	const lines = Object.entries(head).map(([k, v]) => `${k}: ${v}\r\n`).join('');
	return { status, head, content, bytes: () => Buffer.concat([
		Buffer.from(`HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}\r\n${lines}\r\n`, 'latin1'), content]) };
}

export class Gateway {
	constructor({ name, tls, ledgerFile, port = 0, address = '127.0.0.1' } = {}) {
		Object.assign(this, { name, ledgerFile, wantedPort: port, address });
		this.certificate = certificate(tls);
		this.caFile = this.certificate.caFile;
		// As a program it remembers what it accepted before.
		this.ledger = ledgerFile && fs.existsSync(ledgerFile) ?
			fs.readFileSync(ledgerFile, 'utf8').trim().split('\n').filter(Boolean).map((l) => JSON.parse(l)) : [];
		this.rules = [];
		this.calls = this.answerLength = 0;
		this.seen = new Map();
		this.sockets = new Set();
		this.connections = 0;
		this.timers = new Set();
		this.offset = 0;
	}

	// Its clock, which tests may move: gateway.offset += 24 * 3600e3.
	now() {
		return Date.now() + this.offset;
	}

	accept(entry) {
		const whole = { number: this.ledger.length, time: new Date(this.now()).toISOString(), ...entry };
		this.ledger.push(whole);
		if (this.ledgerFile)
			fs.appendFileSync(this.ledgerFile, JSON.stringify(whole) + '\n');
		return whole;
	}

	script(rules) {
		this.rules = rules.map((r) => ({ ...r, used: 0 }));
		this.seen.clear();
	}

	reset() {
		this.ledger.length = 0;
		this.calls = 0;
		this.script([]);
		if (this.ledgerFile)
			fs.rmSync(this.ledgerFile, { force: true });
	}

	find(call) {
		for (const r of this.rules) {
			if ((r.method && r.method !== call.method) || (r.path && !call.path.startsWith(r.path)) ||
			    (r.when && !r.when(call)))
				continue;
			const nth = (this.seen.get(r) ?? 0) + 1;
			this.seen.set(r, nth);
			if ((r.nth && r.nth !== nth) || r.used >= (r.times ?? Infinity))
				continue;
			r.used++;
			return r;
		}
		return undefined;
	}

	// Ends early when the gateway is closed.
	pause(ms) {
		return new Promise((resolve) => {
			const entry = { resolve, timer: setTimeout(() => {
				this.timers.delete(entry);
				resolve();
			}, ms) };
			this.timers.add(entry);
		});
	}

	// Whatever waits goes on.
	release() {
		for (const { resolve, timer } of this.timers) {
			clearTimeout(timer);
			resolve();
		}
		this.timers.clear();
	}

	async answer(call, res) {
		const rule = this.find(call) ?? {};
		if (rule.delay)
			await this.pause(rule.delay);
		const own = rule.status !== undefined;
		let answer;
		if (!own || rule.accept)
			answer = await this.handle(call);
		if (own || rule.body !== undefined || rule.headers !== undefined)
			answer = { status: rule.status ?? answer.status, headers: { ...(own ? {} : answer.headers), ...rule.headers },
				body: rule.body ?? (own ? { message: 'The server misbehaves as told.' } : answer.body) };
		if (rule.hang || rule.hold)
			await this.pause(rule.hang ?? HOLD_MS);
		if (rule.close)
			return res.socket?.destroy();
		const { status, head, content, bytes } = whole(answer);
		if (rule.bytes === undefined)
			return res.writeHead(status, head).end(content);
		// On the socket, behind node's back.
		const all = bytes(), { socket } = res;
		this.answerLength = all.length;
		return socket?.end(all.subarray(0, rule.bytes), () => socket.destroy());
	}

	take(req, res) {
		const chunks = [];
		req.on('data', (c) => chunks.push(c));
		req.on('error', () => {});
		req.on('end', () => {
			const url = new URL(req.url, 'https://x');
			const body = Buffer.concat(chunks);
			const call = { method: req.method, path: url.pathname, query: url.searchParams, headers: req.headers, body,
				json: () => JSON.parse(body.toString()) };
			this.calls++;
			this.answer(call, res).catch((e) => {
				console.error(e);
				req.socket.destroy();
			});
		});
	}

	async start() {
		this.server = https.createServer({ key: this.certificate.key, cert: this.certificate.cert }, (req, res) => this.take(req, res));
		this.server.keepAliveTimeout = 0;
		this.server.on('connection', () => this.connections++);
		this.server.on('secureConnection', (s) => {
			this.sockets.add(s);
			s.on('close', () => this.sockets.delete(s));
			s.on('error', () => s.destroy());
		});
		await new Promise((done) => this.server.listen(this.wantedPort, this.address, done));
		this.port = this.server.address().port;
		this.url = `https://127.0.0.1:${this.port}`;
		return this;
	}

	async close() {
		this.release();
		for (const s of this.sockets)
			s.destroy();
		await new Promise((done) => this.server.close(done));
	}

	// Over the control port; a fake with more to show extends it.
	async control({ method, path, body }) {
		if (path === '/ledger' && method === 'DELETE') {
			this.reset();
			return { body: [] };
		}
		if (path === '/ledger')
			return { body: this.ledger };
		if (path === '/script' && method === 'POST') {
			this.script(JSON.parse(body.toString()));
			return { body: {} };
		}
		return { status: 404, body: { message: 'no such thing' } };
	}
}
