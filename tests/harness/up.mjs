// SPDX-License-Identifier: Apache-2.0
//
// A complete private chromo for one test file: its own PostgreSQL, nginx, web
// and courier in a temporary folder, on a free port.
//
//	const town = await up();
//	after(() => town.stop());
//	const citizen = town.client('minato.localhost');
//	const page = await citizen.get('/messages');
//	const done = await citizen.submit(page, { email: 'a@example.jp' });
//
// Options: data 'demo' (default) or 'empty'; smtp: a URL, in place of the outbox;
// conf: further keys of chromo.conf; at: a function of the folder, for keys that name it.
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from './client.mjs';
import { freePort } from './port.mjs';
import { Sql } from './sql.mjs';

export { freePort };

const run = promisify(execFile);
const script = join(dirname(fileURLToPath(import.meta.url)), 'up.sh');
export const source = dirname(dirname(dirname(script)));
export const build = process.env.CHROMO_BUILD ?? join(source, '.dev/build');

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Asks until the answer is truthy; a test names what it waits for, and tell() says at the end what was there instead.
// Patience costs nothing where all is well, and machines are slow now and then.
export async function eventually(what, ask, seconds = 90, tell = () => '') {
	const end = Date.now() + seconds * 1000;
	for (;;) {
		const answer = await ask();
		if (answer) return answer;
		if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for: ${what} ${await tell()}`);
		await sleep(50);
	}
}

const running = new Set();
process.on('exit', () => {
	for (const u of running) u.removeNow();
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

class Up {
	constructor(dir, port, database) {
		this.dir = dir;
		this.port = port;
		this.server = new Sql(join(dir, 'run/pg'), database);
		this.env = { ...process.env, CHROMO_DIR: dir, CHROMO_PORT: String(port) };
		this.clients = [];
	}

	// Which one sql() asks.
	get database() {
		return this.server.database;
	}

	set database(name) {
		this.server.database = name;
	}

	async harness(...args) {
		// Into files: a started program would keep a pipe open.
		try {
			await run('bash', ['-c', 'exec "$@" >"$CHROMO_DIR/up.out" 2>&1', 'up', script, ...args], { env: this.env });
		} catch {
			throw new Error(`up.sh ${args[0]}: ${readFileSync(join(this.dir, 'up.out'), 'utf8')}`);
		}
	}

	// A browser without a browser: keeps cookies, knows one host.
	client(host) {
		const c = new Client(host, this.port);
		this.clients.push(c);
		return c;
	}

	get(host, path, options) {
		return this.client(host).get(path, options);
	}

	post(host, path, form, options) {
		return this.client(host).post(path, form, options);
	}

	// As the superuser, past the tenant wall: rows joined by "\n", columns by "|". One transaction, begun again
	// where PostgreSQL ended it for a ring of locks with the programs that work beside, as they do themselves.
	async sql(text, tries = 3) {
		try {
			return await this.server.query(text);
		} catch (problem) {
			if (tries > 1 && ['40P01', '40001'].includes(problem.code)) return this.sql(text, tries - 1);
			throw problem;
		}
	}

	// What waits for another try is due now. What somebody works on is left alone: it is not waiting.
	hurry() {
		return this.sql(['batch', 'letter', 'post'].map((table) => `UPDATE ${table} SET due = now() WHERE id IN (
			SELECT id FROM ${table} WHERE state = 'queued' AND due > now() ORDER BY id FOR UPDATE SKIP LOCKED)`).join(';'));
	}

	async chromo(...args) {
		const { stdout } = await run(join(build, 'chromo'), args,
			{ env: { ...this.env, CHROMO_CONF: join(this.dir, 'chromo.conf') }, maxBuffer: 1 << 26 });
		return stdout;
	}

	get accounts() {
		return JSON.parse(readFileSync(join(this.dir, 'accounts.json'), 'utf8'));
	}

	// The mails in the outbox, oldest first, as text.
	outbox() {
		const folder = join(this.dir, 'outbox/email');
		if (!existsSync(folder)) return [];
		return readdirSync(folder, { recursive: true }).map(String)
			.filter((f) => f.endsWith('.eml')).sort()
			.map((f) => readFileSync(join(folder, f), 'utf8'));
	}

	log(name) {
		return readFileSync(join(this.dir, 'log', name), 'utf8');
	}

	pid(name) {
		return Number(readFileSync(join(this.dir, 'run', `${name}.pid`), 'utf8').split(' ')[0]);
	}

	// kill('courier', 'SIGKILL') and again('courier').
	kill(name, signal = 'SIGKILL') {
		process.kill(this.pid(name), signal);
	}

	again(name) {
		return this.harness('again', name);
	}

	async stop() {
		if (!running.delete(this)) return;
		for (const c of this.clients) c.close();
		await this.server.close();
		await run(script, ['remove'], { env: this.env });
	}

	removeNow() {
		execFileSync(script, ['remove'], { env: this.env, stdio: 'ignore' });
	}
}

export async function up({ data = 'demo', smtp, conf = {}, at = () => ({}) } = {}) {
	const dir = mkdtempSync(join(tmpdir(), 'chromo-'));
	// PostgreSQL runs as another user when this is root.
	chmodSync(dir, 0o711);
	const database = data === 'demo' ? 'chromo_demo' : 'chromo';
	const pairs = Object.entries({
		database: `host=${join(dir, 'run/pg')} dbname=${database}`,
		...(smtp ? { smtp_url: smtp } : {}),
		...conf,
		...await at(dir, database),
	}).map(([key, value]) => `${key}=${value}`);
	const u = new Up(dir, await freePort(), database);
	running.add(u);
	await u.harness('start', ...pairs);
	return u;
}
