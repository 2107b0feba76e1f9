// SPDX-License-Identifier: Apache-2.0
//
// A mail relay for tests: speaks SMTP on loopback, keeps a ledger of what it
// really accepted, and misbehaves as told.  Node alone, no packages.
//
//	const relay = await startSmtp({ tls: 'starttls', auth: { user: 'u', password: 'p' } });
//	relay.script([{ at: 'rcpt', to: 'full@example.jp', reply: '552 5.2.2 Mailbox full' }]);
//	… send to relay.url …
//	relay.ledger	[{ messageId, from, to, time, connection, nth, bytes, answered }]
//			(answered: said 250 at once)
//	startSmtp({ accepted(raw, entry) { … } })	is told of each before it is answered
//	startSmtp({ certificate })	another than its own, as tls.mjs makes them
//	await relay.close();
//
// or as a program, for those that are not JavaScript:
//
//	node smtp.mjs [--port N] [--http N] [--tls starttls|implicit] [--user U --password P]
//		[--no-pipelining]
//
// which says one line of JSON with the ports, and answers over HTTP:
//
//	GET    /ledger		the ledger			DELETE /ledger	empties it, and the script
//	GET    /letters/N	the N-th letter as it came (from 0)
//	GET    /connections	[{ number, letters, open }]
//	POST   /script		a new script (JSON)		POST /close-idle	closes idle connections
//
// A rule of the script is used for the first event that fits all that it names:
//
//	at		connect ehlo auth mail rcpt data text dot (text: its first bytes came)
//	to		the recipient; from rcpt on
//	house		the domain of the recipient, or what it ends with
//	nth		the n-th MAIL since the start or reset, from 1
//	connection	the n-th connection, from 1
//	reused		true: not the first letter of its connection
//	times		so often at most
// and does, in this order, what it names:
//	accept		true: the letter counts as accepted (at dot; a 2xx reply does so by itself)
//	hang		waits so many milliseconds, and goes on if nothing else is named
//	reply		these words instead of the usual; with bytes: only so many of them, then
//			the connection is closed
//	close		true: closes without a word
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { freePort } from '../harness/port.mjs';
import { Session } from './smtp_session.mjs';

// Removed at the latest when the process ends, also when a test failed.
const folders = new Set();
const remove = (folder) => {
	fs.rmSync(folder, { recursive: true, force: true });
	folders.delete(folder);
};
process.on('exit', () => folders.forEach(remove));

function makeCertificate() {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chromo-smtp-'));
	folders.add(folder);
	const keyFile = path.join(folder, 'key.pem'), certFile = path.join(folder, 'cert.pem');
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
		'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
		'-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1',
		'-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
	return { folder, certFile, key: fs.readFileSync(keyFile), cert: fs.readFileSync(certFile) };
}

class Relay {
	constructor(options) {
		this.options = options;
		this.ledger = [];
		this.letters = [];
		this.rules = [];
		this.sessions = new Set();
		this.timers = new Set();
		this.connectionCount = this.mailCount = 0;
	}

	script(rules) {
		this.rules = rules.map((r) => ({ ...r, used: 0 }));
	}

	reset() {
		this.ledger.length = this.letters.length = this.mailCount = 0;
		this.rules = [];
		for (const s of this.sessions)
			if (!s.open)
				this.sessions.delete(s);
	}

	peek(at, session) {
		const e = session.envelope;
		return this.rules.find((r) => r.at === at && r.used < (r.times ?? Infinity) &&
			(r.connection === undefined || r.connection === session.number) &&
			(r.nth === undefined || r.nth === e?.nth) &&
			(r.to === undefined || r.to === e?.to) &&
			(r.house === undefined || (e?.to ?? '').endsWith(r.house)) &&
			(r.reused === undefined || r.reused === e?.reused));
	}

	find(at, session) {
		const rule = this.peek(at, session);
		if (rule)
			rule.used++;
		return rule;
	}

	// Ends early when the relay is closed.
	pause(ms) {
		return new Promise((resolve) => {
			const entry = { resolve, timer: setTimeout(() => {
				this.timers.delete(entry);
				resolve();
			}, ms) };
			this.timers.add(entry);
		});
	}

	// As a host that is down: nothing listens, and what was connected is cut.
	async away() {
		const closed = new Promise((done) => this.server.close(done));
		for (const s of this.sessions)
			s.gone();
		await closed;
	}

	async back() {
		await listen(this.server, this.port);
	}

	closeIdle() {
		let n = 0;
		for (const s of this.sessions)
			if (s.idle) {
				s.gone();
				n++;
			}
		return n;
	}

	connections() {
		return [...this.sessions].map(({ number, letters, open }) => ({ number, letters, open }));
	}

	add(socket) {
		this.sessions.add(new Session(this, socket));
	}

	async close() {
		for (const { resolve, timer } of this.timers) {
			clearTimeout(timer);
			resolve();
		}
		for (const s of this.sessions)
			s.gone();
		await Promise.all([this.server, this.web].map((s) => new Promise((done) => s.close(done))));
		if (this.certificate?.folder)
			remove(this.certificate.folder);
	}
}

async function answerHttp(relay, request, response) {
	const chunks = [];
	for await (const chunk of request)
		chunks.push(chunk);
	const json = (value) => {
		response.setHeader('Content-Type', 'application/json');
		response.end(JSON.stringify(value));
	};
	const letter = /^\/letters\/(\d+)$/.exec(request.url);
	switch (`${request.method} ${request.url}`) {
	case 'GET /ledger':
		return json(relay.ledger);
	case 'DELETE /ledger':
		relay.reset();
		return json({});
	case 'GET /connections':
		return json(relay.connections());
	case 'POST /script':
		try {
			relay.script(JSON.parse(Buffer.concat(chunks).toString()));
		} catch {
			response.statusCode = 400;
		}
		return json({});
	case 'POST /close-idle':
		return json({ closed: relay.closeIdle() });
	}
	if (request.method === 'GET' && letter && relay.letters[letter[1]])
		return response.end(relay.letters[letter[1]]);
	response.statusCode = 404;
	return json({});
}

const listen = (server, port) => new Promise((resolve, reject) => {
	server.once('error', reject);
	server.listen(port, '127.0.0.1', () => resolve(server.address().port));
});

export async function startSmtp(options = {}) {
	const relay = new Relay({ tls: 'none', ...options });
	if (relay.options.tls !== 'none') {
		relay.certificate = options.certificate ?? makeCertificate();
		relay.caFile = relay.certificate.caFile ?? relay.certificate.certFile;
	}
	const welcome = (socket) => {
		socket.setNoDelay(true);
		relay.add(socket);
	};
	relay.server = relay.options.tls === 'implicit' ?
		tls.createServer(relay.certificate, welcome) : net.createServer(welcome);
	relay.web = http.createServer((q, a) => answerHttp(relay, q, a));
	// One to come back to when it was away.
	relay.port = await listen(relay.server, options.port ?? await freePort());
	relay.httpPort = await listen(relay.web, options.httpPort ?? 0);
	relay.url = `${relay.options.tls === 'implicit' ? 'smtps' : 'smtp'}://127.0.0.1:${relay.port}`;
	relay.httpUrl = `http://127.0.0.1:${relay.httpPort}`;
	return relay;
}

function readArguments(argv) {
	const options = {};
	for (let i = 0; i < argv.length; i++) {
		const value = () => argv[++i];
		switch (argv[i]) {
		case '--port': options.port = Number(value()); break;
		case '--http': options.httpPort = Number(value()); break;
		case '--tls': options.tls = value(); break;
		case '--user': options.auth = { ...options.auth, user: value() }; break;
		case '--password': options.auth = { ...options.auth, password: value() }; break;
		case '--no-pipelining': options.pipelining = false; break;
		default:
			console.error(`smtp.mjs: unknown argument ${argv[i]}`);
			process.exit(2);
		}
	}
	return options;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const relay = await startSmtp(readArguments(process.argv.slice(2)));
	const { port, httpPort: httpPortNumber, url, httpUrl, caFile } = relay;
	console.log(JSON.stringify({ port, http: httpPortNumber, url, httpUrl, caFile: caFile ?? null }));
	for (const signal of ['SIGTERM', 'SIGINT'])
		process.on(signal, () => relay.close().then(() => process.exit(0)));
}
