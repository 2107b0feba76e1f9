// SPDX-License-Identifier: Apache-2.0
//
// One connection to the mail relay of the tests (smtp.mjs): the SMTP of it, and
// the places where the script may step in.
import tls from 'node:tls';

const REPLY = {
	mail: '250 2.1.0 Ok',
	rcpt: '250 2.1.5 Ok',
	data: '354 End data with <CR><LF>.<CR><LF>',
	dot: '250 2.0.0 Ok: queued',
};

// One connection.  Commands are worked off one after the other, also those
// that came together (PIPELINING).
export class Session {
	constructor(relay, socket) {
		this.relay = relay;
		this.number = ++relay.connectionCount;
		this.letters = this.begun = 0;	// accepted, tried
		this.open = true;
		this.secure = relay.options.tls === 'implicit';
		this.authenticated = !relay.options.auth;
		this.input = Buffer.alloc(0);
		this.inData = false;
		this.textSeen = false;
		this.busy = false;
		this.envelope = null;
		this.attach(socket);
		this.work(() => this.greet());
	}

	attach(socket) {
		this.socket = socket;
		socket.on('data', (bytes) => {
			this.input = this.input.length ? Buffer.concat([this.input, bytes]) : bytes;
			this.work();
		});
		socket.on('error', () => this.gone());
		socket.on('close', () => { if (this.socket === socket) this.gone(); });
	}

	gone() {
		this.open = false;
		this.socket.destroy();
	}

	// Says a last word, if any, and leaves.
	leave(words) {
		this.open = false;
		this.socket.end(words);
	}

	get idle() {
		return this.open && !this.busy && !this.envelope && this.input.length === 0;
	}

	async work(first) {
		if (this.busy)
			return;
		this.busy = true;
		if (first)
			await first();
		while (this.open && await this.step())
			;
		this.busy = false;
	}

	// Works off one command or the text; false: more must come.
	async step() {
		if (this.inData)
			return this.text();
		const at = this.input.indexOf('\n');
		if (at < 0)
			return false;
		const line = this.input.subarray(0, at).toString('latin1').replace(/\r$/, '');
		this.input = this.input.subarray(at + 1);
		await this.command(line);
		return true;
	}

	say(words) {
		if (this.open)
			this.socket.write(words.endsWith('\r\n') ? words : words + '\r\n');
	}

	// Lets the script have its way.  Returns the reply that was given, or null
	// if the connection is closed.
	async event(at, usual) {
		const rule = this.relay.find(at, this);
		if (!rule) {
			if (usual)
				this.say(usual);
			return usual;
		}
		const reply = rule.reply ?? usual;
		if (at === 'dot' && (rule.accept ?? (!rule.close && /^2/.test(reply))))
			this.accept(!rule.close && rule.bytes === undefined && !rule.hang);
		if (rule.hang)
			await this.relay.pause(rule.hang);
		if (rule.close) {
			this.gone();
			return null;
		}
		if (rule.bytes !== undefined) {
			const part = (reply + '\r\n').slice(0, rule.bytes);
			this.leave(part);
			return null;
		}
		if (reply)
			this.say(reply);
		if (/^421/.test(reply ?? ''))
			this.leave();
		return reply;
	}

	accept(answered) {
		const { raw, from, to, nth } = this.envelope;
		const id = /^Message-ID:\s*<([^>]*)>/mi.exec(raw.toString('latin1'));
		const entry = { messageId: id?.[1] ?? null, from, to,
			time: new Date().toISOString(), connection: this.number, nth, bytes: raw.length, answered };
		this.relay.ledger.push(entry);
		this.relay.letters.push(raw);
		this.relay.options.accepted?.(raw, entry);
		this.letters++;
	}

	greet() {
		return this.event('connect', '220 relay.test ESMTP');
	}

	async command(line) {
		const verb = line.split(' ', 1)[0].toUpperCase();
		if (verb === 'EHLO' || verb === 'HELO')
			return this.event('ehlo', this.offer(verb));
		if (verb === 'STARTTLS' && this.relay.options.tls === 'starttls' && !this.secure)
			return this.startTls();
		if (verb === 'AUTH')
			return this.auth(line);
		if (verb === 'QUIT')
			return this.leave('221 2.0.0 Bye\r\n');
		if (verb === 'RSET') {
			this.envelope = null;
			return this.say('250 2.0.0 Ok');
		}
		if (verb === 'NOOP')
			return this.say('250 2.0.0 Ok');
		if (verb === 'MAIL')
			return this.mail(line);
		if (verb === 'RCPT')
			return this.rcpt(line);
		if (verb === 'DATA')
			return this.data();
		return this.say('500 5.5.2 Error: command not recognized');
	}

	offer(verb) {
		const { pipelining = true, tls: mode, auth } = this.relay.options;
		const lines = ['relay.test'];
		if (verb === 'EHLO') {
			if (pipelining)
				lines.push('PIPELINING');
			lines.push('SIZE 10240000');
			if (mode === 'starttls' && !this.secure)
				lines.push('STARTTLS');
			else if (auth)
				lines.push('AUTH ' + (auth.mechanisms ?? ['PLAIN', 'LOGIN']).join(' '));
			lines.push('ENHANCEDSTATUSCODES');
		}
		return lines.map((l, i) => `250${i < lines.length - 1 ? '-' : ' '}${l}`).join('\r\n');
	}

	startTls() {
		const plain = this.socket;
		this.say('220 2.0.0 Ready to start TLS');
		plain.removeAllListeners('data');
		plain.removeAllListeners('close');
		this.input = Buffer.alloc(0);	// nothing that came in the clear counts
		this.secure = true;
		this.attach(new tls.TLSSocket(plain, { isServer: true, ...this.relay.certificate }));
	}

	async nextLine() {
		for (;;) {
			const at = this.input.indexOf('\n');
			if (at >= 0) {
				const line = this.input.subarray(0, at).toString('latin1').trim();
				this.input = this.input.subarray(at + 1);
				return line;
			}
			if (!this.open)
				return '';
			await new Promise((resolve) => {
				this.socket.once('data', () => setImmediate(resolve));
				this.socket.once('close', resolve);
			});
		}
	}

	async ask(words) {
		this.say('334 ' + Buffer.from(words).toString('base64'));
		return Buffer.from(await this.nextLine(), 'base64').toString();
	}

	async auth(line) {
		const { auth } = this.relay.options;
		const [, mechanism, initial] = line.split(' ');
		let user, password;
		if (!auth || !(auth.mechanisms ?? ['PLAIN', 'LOGIN']).includes(mechanism.toUpperCase()))
			return this.say('504 5.5.4 Unrecognized authentication type');
		if (mechanism.toUpperCase() === 'PLAIN') {
			const answer = initial !== undefined ? Buffer.from(initial, 'base64').toString() :
				await this.ask('');
			[, user, password] = answer.split('\0');
		} else {
			user = initial !== undefined ? Buffer.from(initial, 'base64').toString() :
				await this.ask('Username:');
			password = await this.ask('Password:');
		}
		this.authenticated = user === auth.user && password === auth.password;
		return this.event('auth', this.authenticated ? '235 2.7.0 Authentication successful' :
			'535 5.7.8 Error: authentication failed');
	}

	async mail(line) {
		if (!this.authenticated)
			return this.say('530 5.7.0 Authentication required');
		if (this.envelope)
			return this.say('503 5.5.1 Error: nested MAIL command');
		this.envelope = { from: /<(.*)>/.exec(line)?.[1] ?? '', to: null, refused: false,
			nth: ++this.relay.mailCount, reused: this.begun > 0 };
		this.begun++;
		const reply = await this.event('mail', REPLY.mail);
		if (!/^2/.test(reply ?? ''))
			this.envelope = null;
	}

	async rcpt(line) {
		if (!this.envelope)
			return this.say('503 5.5.1 Error: need MAIL command');
		if (this.envelope.to !== null)
			return this.say('452 4.5.3 Error: too many recipients');
		this.envelope.to = /<(.*)>/.exec(line)?.[1] ?? '';
		const reply = await this.event('rcpt', REPLY.rcpt);
		if (!/^2/.test(reply ?? ''))
			this.envelope.to = null;
	}

	async data() {
		if (!this.envelope || this.envelope.to === null)
			return this.say('554 5.5.1 Error: no valid recipients');
		const reply = await this.event('data', REPLY.data);
		this.inData = /^354/.test(reply ?? '');
		this.textSeen = false;
	}

	async text() {
		if (this.input.length === 0)
			return false;
		if (!this.textSeen) {
			this.textSeen = true;
			await this.event('text', null);
			if (!this.open)
				return false;
		}
		const empty = this.input.subarray(0, 3).equals(Buffer.from('.\r\n'));
		const at = empty ? -2 : this.input.indexOf('\r\n.\r\n');
		if (at === -1)
			return false;
		const raw = this.input.subarray(0, at + 2);
		this.input = this.input.subarray(at + 5);
		this.inData = false;
		this.envelope.raw = Buffer.from(raw.toString('latin1').replace(/^\./gm, ''), 'latin1');
		// Into the ledger first: what is answered must be in it already.
		if (!this.relay.peek('dot', this))
			this.accept(true);
		await this.event('dot', REPLY.dot);
		this.envelope = null;
		return true;
	}
}
