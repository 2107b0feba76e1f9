// SPDX-License-Identifier: Apache-2.0
//
// The HTTP floor behind a real socket, without nginx in front and without the
// product behind it: right requests in all the forms that FastCGI allows, and wrong
// ones (F21, R47).  The one worker is never started again, so it must live through
// all of it; its pid says that it did.
//
// Not here: FCGI_GET_VALUES that asks for one name four times.  libfcgi 2.4.2 writes
// the answer beyond its 64 bytes, the stack protector ends the worker, and the
// supervisor starts another.  nginx never asks; the socket is for its group alone.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build, eventually } from '../harness/up.mjs';
import { AUTHORIZER, ABORT, BEGIN, DATA, FILTER, GET_VALUES, KEEP, PARAMS, STDIN, STDOUT,
	ask, begin, length, pairs, record, send, stream, usual } from '../harness/fcgi_client.mjs';

const dir = mkdtempSync(join(tmpdir(), 'chromo-echo-'));
const socket = join(dir, 'echo.sock');
let worker, stderr = '';

before(async () => {
	// libfcgi forgets a list at each management record; what we forget is told.
	writeFileSync(join(dir, 'leaks'), 'leak:libfcgi.so\n');
	worker = spawn(join(build, 'tests/unit/http_echo'), [socket], { stdio: ['ignore', 'ignore', 'pipe'],
		env: { ...process.env, LSAN_OPTIONS: `suppressions=${join(dir, 'leaks')}:print_suppressions=0` } });
	worker.stderr.on('data', (d) => { stderr += d; });
	await eventually('the socket', () => existsSync(socket));
});

after(() => {
	worker.kill('SIGKILL');
	rmSync(dir, { recursive: true });
});

// The same process still answers, and at once.
async function alive(what) {
	const start = Date.now();
	const answer = await ask(socket);
	assert.equal(answer.status, 200, `${what}: answers afterwards; ${stderr}`);
	assert.match(answer.body, new RegExp(`^pid: ${worker.pid}\n`), `${what}: the same process`);
	assert.ok(Date.now() - start < 5000, `${what}: is not held up`);
}

const letters = (n) => Buffer.alloc(n).map((_, i) => 97 + i % 26).toString();

test('the socket is for the group, not for everybody', () => {
	assert.equal(statSync(socket).mode & 0o777, 0o660);
});

test('a request and its answer', async () => {
	const a = await ask(socket, { REQUEST_URI: '/events/%E7%A5%AD?page=2', HTTP_COOKIE: 'a=1' });
	assert.equal(a.status, 200);
	assert.match(a.body, /^path: \/events\/祭$/m);
	assert.match(a.body, /^query\.page: 2$/m);
	assert.match(a.body, /^cookie\.a: 1$/m);
	assert.equal(a.headers['content-length'], String(Buffer.byteLength(a.body)));
	assert.equal(a.headers['cache-control'], 'no-store');
	assert.ok(a.complete && a.how === 'end');
});

test('a form, in one record and byte by byte', async () => {
	for (const options of [{}, { piece: 1 }, { piece: 3, padding: 255 }, { piece: 7, padding: 1, long: true }]) {
		const a = await ask(socket, { CONTENT_TYPE: 'application/x-www-form-urlencoded' }, 'a=1&b=%E7%A5%AD', options);
		assert.equal(a.status, 200, JSON.stringify(options));
		assert.match(a.body, /^form\.b: 祭$/m, JSON.stringify(options));
	}
});

test('a file', async () => {
	const body = '--x\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\n\0\r\n--\r\n--x--\r\n';
	const a = await ask(socket, { CONTENT_TYPE: 'multipart/form-data; boundary=x' }, body);
	assert.match(a.body, /^file\.f: a\.txt 5$/m);
});

test('answers of all sizes come whole', async () => {
	for (const size of [0, 1, 7000, 7999, 8000, 8001, 8192, 65527, 65528, 65529, 131056, 1000000, 15000000]) {
		const a = await ask(socket, { REQUEST_URI: `/big?size=${size}` });
		assert.equal(a.headers['content-length'], String(size));
		assert.ok(a.body === letters(size) && a.complete, `${size} bytes`);
	}
});

test('HEAD has the head of GET and no body', async () => {
	for (const size of [10, 100000]) {
		const a = await ask(socket, { REQUEST_METHOD: 'HEAD', REQUEST_URI: `/big?size=${size}` });
		assert.equal(a.status, 200);
		assert.equal(a.headers['content-length'], String(size));
		assert.equal(a.body, '');
	}
});

test('a kept connection serves one request after the other', async () => {
	const one = (uri) => [begin({ flags: KEEP }), ...stream(PARAMS, pairs({ ...usual, REQUEST_URI: uri })), record(STDIN)];
	const a = await send(socket, one('/a'), { timeout: 500 });
	assert.equal(a.status, 200);
	assert.equal(a.how, 'timeout', 'stays open');
	await alive('kept connection');
});

test('lengths that do not agree are refused', async () => {
	const cases = [[{ CONTENT_LENGTH: 4 }, 'a=1'], [{ CONTENT_LENGTH: 2 }, 'a=1'], [{ CONTENT_LENGTH: '' }, 'a=1'],
		[{ CONTENT_LENGTH: '3, 3' }, 'a=1'], [{ CONTENT_LENGTH: -1 }, 'a=1'], [{ CONTENT_LENGTH: 5 }, '']];
	for (const [params, body] of cases) {
		const a = await ask(socket, { REQUEST_METHOD: 'POST', ...params }, body);
		assert.equal(a.status, 400, JSON.stringify(params));
	}
});

test('bodies have a limit, which a route may raise', async () => {
	const size = (1 << 20) + 1;
	const a = await ask(socket, { REQUEST_URI: '/a' }, Buffer.alloc(size - 1, 'a'));
	assert.equal(a.status, 200);
	const b = await ask(socket, { REQUEST_URI: '/a' }, Buffer.alloc(size, 'a'));
	assert.equal(b.status, 413);
	assert.match(b.body, /^host: town\.localhost$/m, 'the head is known for the error page');
	const c = await ask(socket, { REQUEST_URI: '/upload' }, Buffer.alloc(size, 'a'));
	assert.match(c.body, new RegExp(`^body: ${size}$`, 'm'));
	const d = await ask(socket, { REQUEST_URI: '/upload' }, Buffer.alloc((4 << 20) + 1, 'a'));
	assert.equal(d.status, 413);
	const e = await ask(socket, { REQUEST_URI: '/a', CONTENT_LENGTH: 1e11 }, 'a');
	assert.equal(e.status, 413, 'announced alone');
});

test('heads have limits', async () => {
	assert.equal((await ask(socket, { REQUEST_URI: `/${'a'.repeat(4096)}` })).status, 414);
	assert.equal((await ask(socket, { HTTP_X: 'a'.repeat(65536) })).status, 400);
	assert.equal((await ask(socket, { HTTP_X: 'a'.repeat(1 << 20) })).status, 400);
	const many = Array.from({ length: 300 }, (_, i) => [`HTTP_X_${i}`, '1']);
	assert.equal((await ask(socket, [...Object.entries(usual), ...many])).status, 400);
	assert.equal((await ask(socket, [...Object.entries(usual), ['HTTP_HOST', 'b.localhost']])).status, 400);
	assert.equal((await ask(socket, [])).status, 400);
	await alive('large heads');
});

test('F21 records that break the rules do no harm', async () => {
	const params = stream(PARAMS, pairs(usual)), whole = [begin(), ...params, record(STDIN)];
	const big = Buffer.alloc(65535, 0xff);
	const cases = {
		nothing: [],
		'one byte': [Buffer.from([1])],
		'half a head': [begin().subarray(0, 5)],
		'half a begin': [begin().subarray(0, 12)],
		zeros: [Buffer.alloc(100)],
		'bytes 255': [big],
		'HTTP instead': [Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')],
		'version 0': [begin({ version: 0 }), ...params],
		'version 2': [begin({ version: 2 }), ...params],
		'version 2 later': [begin(), ...stream(PARAMS, pairs(usual), { version: 2 })],
		'begin alone': [begin()],
		'begin twice': [begin(), begin(), ...params, record(STDIN)],
		'begin too short': [record(BEGIN, [0, 1]), ...params],
		'begin too long': [record(BEGIN, Buffer.alloc(100)), ...params],
		'begin with id 0': [begin({ id: 0 }), ...params],
		'a role that is none': [begin({ role: 9 }), ...params],
		authorizer: [begin({ role: AUTHORIZER }), ...params],
		filter: [begin({ role: FILTER }), ...params, record(STDIN), record(DATA)],
		'params first': [...params, record(STDIN)],
		'stdin before params': [begin(), record(STDIN, 'a'), ...params],
		'another id in between': [begin(), ...stream(PARAMS, pairs(usual), { id: 2 }), record(STDIN)],
		'a second request in between': [begin(), begin({ id: 2 }), ...params, record(STDIN)],
		'params without end': [begin(), record(PARAMS, pairs(usual))],
		'no stdin': [begin(), ...params],
		'stdin without end': [begin(), ...stream(PARAMS, pairs({ ...usual, REQUEST_METHOD: 'POST', CONTENT_LENGTH: 10 })),
			record(STDIN, 'abc')],
		'stdin cut in a record': [begin(), ...stream(PARAMS, pairs({ ...usual, REQUEST_METHOD: 'POST', CONTENT_LENGTH: 10 })),
			record(STDIN, 'abc', { announced: 10 })],
		'a name longer than the stream': [begin(), ...stream(PARAMS, Buffer.concat([length(100), length(1), Buffer.from('A')]))],
		'a value longer than the stream': [begin(), ...stream(PARAMS, Buffer.concat([length(1), length(1000), Buffer.from('A')]))],
		'a length cut in the middle': [begin(), ...stream(PARAMS, Buffer.from([0x80, 0]))],
		'a length only': [begin(), ...stream(PARAMS, Buffer.from([5]))],
		'a value of a gigabyte': [begin(), ...stream(PARAMS, Buffer.concat([length(1), length(1 << 30, true), Buffer.from('A')]))],
		'bytes 255 as params': [begin(), ...stream(PARAMS, Buffer.alloc(40, 0x7f))],
		'params of zeros': [begin(), ...stream(PARAMS, Buffer.alloc(1000))],
		'an answer as a question': [begin(), ...params, record(STDOUT, 'a')],
		abort: [begin(), record(ABORT)],
		'abort after params': [begin(), ...params, record(ABORT)],
		'abort in the body': [begin(), ...stream(PARAMS, pairs({ ...usual, REQUEST_METHOD: 'POST', CONTENT_LENGTH: 10 })),
			record(STDIN, 'abc'), record(ABORT)],
		'a type that is none': [begin(), record(77, 'abc'), ...params, record(STDIN)],
		'management of a type that is none': [record(77, 'abc', { id: 0 }), ...whole],
		'values asked': [record(GET_VALUES, pairs({ FCGI_MAX_CONNS: '', X: '' }), { id: 0 }), ...whole],
		'values asked badly': [record(GET_VALUES, Buffer.from([0x7f, 0x7f, 1]), { id: 0 }), ...whole],
		'more behind the end': [...whole, record(STDIN, 'abc'), big],
		'two requests at once': [...whole, ...whole],
	};
	for (const [what, records] of Object.entries(cases)) {
		await send(socket, records, { end: true, timeout: 1000 });
		await alive(what);
		await send(socket, records, { destroy: true });
		await alive(`${what}, broken off`);
	}
});

test('F21 any cut of a good request does no harm', async () => {
	const bytes = Buffer.concat([begin(), ...stream(PARAMS, pairs({ ...usual, REQUEST_METHOD: 'POST', CONTENT_LENGTH: 3 })),
		...stream(STDIN, 'a=1')]);
	for (let n = 0; n < bytes.length; n += 3)
		await send(socket, [bytes.subarray(0, n)], { end: true, timeout: 2000 });
	await alive('cuts');
});

test('F21 any wrong byte in a good request does no harm', async () => {
	const bytes = Buffer.concat([begin(), ...stream(PARAMS, pairs({ ...usual, REQUEST_METHOD: 'POST', CONTENT_LENGTH: 3 })),
		...stream(STDIN, 'a=1')]);
	for (let n = 0; n < bytes.length; n++) {
		const wrong = Buffer.from(bytes);
		wrong[n] ^= [0xff, 1, 0x80][n % 3];
		await send(socket, [wrong], { end: true, timeout: 2000 });
	}
	await alive('wrong bytes');
});

test('F21 who goes away during the answer harms nobody', async () => {
	const whole = [begin(), ...stream(PARAMS, pairs({ ...usual, REQUEST_URI: '/big?size=10000000' })), record(STDIN)];
	await send(socket, whole, { read: false, timeout: 300 });
	await alive('left in the middle of an answer');
	await send(socket, whole, { destroy: true });
	await alive('left before it');
});

test('F20 F21 who falls silent holds the worker for seconds, not for ever', async () => {
	const silent = send(socket, [begin()], { timeout: 14000 });
	const answer = await ask(socket, {}, '', { timeout: 14000 });
	assert.equal(answer.status, 200);
	assert.notEqual((await silent).how, 'timeout', 'the silent one was dropped');
});

test('asked to end it ends, and takes its socket with it', async () => {
	const ended = new Promise((done) => worker.once('exit', (code) => done(code)));
	worker.kill('SIGTERM');
	assert.equal(await ended, 0, stderr);
	assert.ok(!existsSync(socket));
});
