// SPDX-License-Identifier: Apache-2.0
//
// Hundreds of connections that are slow on purpose (F20), or that make HTTP/2 work for
// nothing (F23): while all of them are there, everybody else is served by the same
// processes as before.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { forms } from '../harness/client.mjs';
import { desk } from '../harness/desk.mjs';
import { eventually, up } from '../harness/up.mjs';

const MANY = 250, HOST = 'minato.localhost';
let town, sato, workers;
const children = (name) => readFileSync(`/proc/${town.pid(name)}/task/${town.pid(name)}/children`, 'utf8').trim();
before(async () => {
	town = await up();
	sato = await desk(town, 'sato');
	workers = children('web') + ' ' + children('nginx');
});
after(() => town?.stop());

const open = new Set();
// Each from an address of its own, as if from everywhere.
let last = 0;
const from = () => `127.${1 + (++last >> 8)}.${last & 255}.7`;
const line = (options = {}) => new Promise((done, fail) => {
	const socket = tls.connect({ host: '127.0.0.1', port: town.port, localAddress: from(), rejectUnauthorized: false,
		servername: HOST, ...options }, () => done(socket));
	socket.on('error', fail);
	open.add(socket);
});
const lines = (n, begin, options) => Promise.all(Array.from({ length: n }, async () => {
	const socket = await line(options);
	socket.removeAllListeners('error').on('error', () => {});
	begin(socket);
	return socket;
}));
const close = () => {
	for (const socket of open) socket.destroy();
	open.clear();
};

// Readers and writers who mean it.
async function honest() {
	for (let n = 0; n < 10; n++) {
		const answers = await Promise.all([sato.get('/desk'), town.get(HOST, '/messages'), town.get(HOST, '/subscribe')]);
		assert.deepEqual(answers.map((a) => a.status), [200, 200, 200]);
	}
	const form = forms((await sato.get('/desk/messages/new')).text).find((f) => f.action.endsWith('/new'));
	const token = form.fields.find(([name]) => name === 'token')[1];
	assert.equal((await sato.post('/desk/messages/new', { token, start: 'blank' })).status, 303);
	assert.equal(children('web') + ' ' + children('nginx'), workers, 'the same processes');
}

const head = `Host: ${HOST}\r\nContent-Type: application/x-www-form-urlencoded\r\n`;
const attacks = {
	'slow headers': (s) => s.write(`GET /messages HTTP/1.1\r\nHost: ${HOST}\r\nX-A: `),
	'slow bodies': (s) => s.write(`POST /subscribe HTTP/1.1\r\n${head}Content-Length: 1000\r\n\r\na=`),
	'slow readers': (s) => {
		s.pause();
		s.write(`GET /messages?q=${Math.random()} HTTP/1.1\r\nHost: ${HOST}\r\nCookie: __Host-visit=x\r\n\r\n`.repeat(6));
	},
};
for (const [what, begin] of Object.entries(attacks))
	test(`F20 ${what} on ${MANY} connections`, { timeout: 120000 }, async () => {
		try {
			const all = await lines(MANY, begin);
			await honest();
			assert.ok(all.filter((s) => !s.destroyed).length > MANY / 2, 'while they were there');
		} finally {
			close();
		}
	});

const session = (settings) => new Promise((done, fail) => {
	const s = http2.connect(`https://127.0.0.1:${town.port}`, { rejectUnauthorized: false, servername: HOST, localAddress: from(), settings });
	s.once('connect', () => done(s.removeAllListeners('error').on('error', () => {})));
	s.once('error', fail);
	open.add(s);
});
const ask = (s) => {
	const stream = s.request({ ':path': '/messages', ':authority': `${HOST}:${town.port}`, cookie: '__Host-visit=x' });
	stream.on('error', () => {});
	return stream;
};

test('F23 streams that are reset as soon as they are there', { timeout: 120000 }, async () => {
	try {
		const sessions = await Promise.all(Array.from({ length: 20 }, () => session()));
		for (let n = 0; n < 60; n++)
			for (const s of sessions)
				if (!s.closed && !s.destroyed) ask(s).close(http2.constants.NGHTTP2_CANCEL);
		await honest();
	} finally {
		close();
	}
});

test('F23 answers that nobody makes room for', { timeout: 120000 }, async () => {
	try {
		const sessions = await Promise.all(Array.from({ length: 10 }, () => session({ initialWindowSize: 0 })));
		const streams = sessions.flatMap((s) => Array.from({ length: 15 }, () => ask(s)));
		await eventually('they are answered, as far as there is room', () => streams.some((s) => s.sentHeaders));
		await honest();
	} finally {
		close();
	}
});

// 9 bytes of length, type, flags and stream before each.
function frame(type, flags, stream, payload = Buffer.alloc(0)) {
	const f = Buffer.alloc(9);
	f.writeUIntBE(payload.length, 0, 3);
	f[3] = type;
	f[4] = flags;
	f.writeUInt32BE(stream, 5);
	return Buffer.concat([f, payload]);
}

test('F23 headers that never end', { timeout: 120000 }, async () => {
	const HEADERS = 1, SETTINGS = 4, CONTINUATION = 9, some = Buffer.alloc(16000, Buffer.from([0x40, 1, 0x61, 1, 0x62]));
	try {
		const all = await lines(20, (s) => {
			s.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(SETTINGS, 0, 0),
				frame(HEADERS, 0, 1, Buffer.from([0x82]))]));
			s.resume();
			for (let n = 0; n < 100 && !s.destroyed; n++) s.write(frame(CONTINUATION, 0, 1, some));
		}, { ALPNProtocols: ['h2'] });
		await eventually('nginx ends them', () => all.every((s) => s.destroyed || s.readyState !== 'open'));
		await honest();
	} finally {
		close();
	}
});
