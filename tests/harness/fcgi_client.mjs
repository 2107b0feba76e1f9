// SPDX-License-Identifier: Apache-2.0
//
// A FastCGI client that can also misbehave: what nginx sends to a worker, or any
// bytes at all, straight to the socket.
//
//	const answer = await ask(socket, { REQUEST_URI: '/a', HTTP_HOST: 'a.jp' }, body);
//	answer.status, answer.headers, answer.body
//
//	const answer = await send(socket, [begin(), record(PARAMS, …)], { end: true });
//
// Records are made by record(); what is wrong with one is given as an option.
import { connect } from 'node:net';

export const BEGIN = 1, ABORT = 2, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6, STDERR = 7, DATA = 8, GET_VALUES = 9;
export const RESPONDER = 1, AUTHORIZER = 2, FILTER = 3, KEEP = 1;

// announced: a content length other than the true one.
export function record(type, content = '', { version = 1, id = 1, padding = 0, announced } = {}) {
	const body = Buffer.from(content);
	const head = Buffer.alloc(8);
	head[0] = version;
	head[1] = type;
	head.writeUInt16BE(id, 2);
	head.writeUInt16BE(announced ?? body.length, 4);
	head[6] = padding;
	return Buffer.concat([head, body, Buffer.alloc(padding)]);
}

export function begin({ role = RESPONDER, flags = 0, ...options } = {}) {
	return record(BEGIN, [role >> 8, role & 255, flags, 0, 0, 0, 0, 0], options);
}

// long: four bytes also for what one byte could say.
export function length(n, long = n > 127) {
	return long ? Buffer.from([n >>> 24 | 0x80, n >>> 16 & 255, n >>> 8 & 255, n & 255]) : Buffer.from([n]);
}

// Pairs as an object, or as a list where a name comes twice.
export function pairs(params, long) {
	const list = Array.isArray(params) ? params : Object.entries(params);
	return Buffer.concat(list.flatMap(([name, value]) => {
		const n = Buffer.from(String(name)), v = Buffer.from(String(value));
		return [length(n.length, long), length(v.length, long), n, v];
	}));
}

// A stream as records of at most so many bytes, and the empty one that ends it.
// Only records with content are padded: nginx does so, and libfcgi knows no other.
export function stream(type, content, { piece = 65535, ...options } = {}) {
	const bytes = Buffer.from(content), out = [];
	for (let i = 0; i < bytes.length; i += piece)
		out.push(record(type, bytes.subarray(i, i + piece), options));
	return [...out, record(type, '', { ...options, padding: 0 })];
}

export const usual = { REQUEST_METHOD: 'GET', REQUEST_URI: '/', HTTP_HOST: 'town.localhost', REMOTE_ADDR: '192.0.2.1' };

// What the records say; complete: the answer has its end.
export function parse(bytes) {
	const out = { records: [], stdout: [], complete: false };
	for (let at = 0; at + 8 <= bytes.length;) {
		const type = bytes[at + 1], n = bytes.readUInt16BE(at + 4);
		const content = bytes.subarray(at + 8, at + 8 + n);
		out.records.push({ type, n, id: bytes.readUInt16BE(at + 2), content });
		if (type === STDOUT) out.stdout.push(content);
		if (type === END) out.complete = true;
		at += 8 + n + bytes[at + 6];
	}
	const text = Buffer.concat(out.stdout), blank = text.indexOf('\r\n\r\n');
	const lines = blank < 0 ? [] : text.subarray(0, blank).toString('latin1').split('\r\n');
	out.headers = Object.fromEntries(lines.map((l) => [l.slice(0, l.indexOf(':')).toLowerCase(), l.slice(l.indexOf(':') + 2)]));
	out.status = Number.parseInt(out.headers.status ?? '0', 10);
	out.body = blank < 0 ? '' : text.subarray(blank + 4).toString();
	return out;
}

// Sends the bytes and gives what comes back until the other side closes.
// end: close our half when all is sent; destroy: break off then; read: false does
// not read, so that the other side's buffer fills up.
export function send(path, chunks, { end = false, destroy = false, read = true, timeout = 15000 } = {}) {
	return new Promise((done) => {
		const got = [], socket = connect({ path, allowHalfOpen: true });
		const finish = (how) => {
			clearTimeout(timer);
			socket.destroy();
			done({ ...parse(Buffer.concat(got)), how });
		};
		const timer = setTimeout(() => finish('timeout'), timeout);
		if (read) socket.on('data', (d) => got.push(d));
		socket.on('end', () => finish('end'));
		socket.on('error', (e) => finish(e.code));
		socket.write(Buffer.concat(chunks), () => {
			if (destroy) finish('destroyed');
			else if (end) socket.end();
		});
	});
}

export function ask(path, params = {}, body = '', options = {}) {
	const bytes = Buffer.from(body);
	const all = Array.isArray(params) ? params : { ...usual,
		...(bytes.length > 0 ? { REQUEST_METHOD: 'POST', CONTENT_LENGTH: bytes.length } : {}), ...params };
	return send(path, [begin({ ...options, padding: 0 }), ...stream(PARAMS, pairs(all, options.long), options),
		...stream(STDIN, bytes, options)], options);
}
