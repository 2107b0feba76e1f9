// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the courier stand on: a private chromo with a fake mail relay,
// towns of any size, messages on the spot, and couriers that can be started, stopped
// and killed one by one.
//
//	const post = await openPost({ conf: { smtp_connections: 4 } });
//	const town = await post.town({ citizens: 100 });
//	const message = await post.message(town, { subject: 'あ' });
//	await post.courier();
//	await post.sent(message);
//	await post.lawful();
//	await post.close();
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { spawn } from 'node:child_process';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSmtp } from '../gateways/smtp.mjs';
import { build, eventually, up } from '../harness/up.mjs';
import { judge, Keys } from '../harness/laws.mjs';

export { eventually };
const quote = (text) => `'${String(text).replaceAll("'", "''")}'`;
const hex = (buffer) => `'\\x${buffer.toString('hex')}'`;

class Courier {
	constructor(post, conf = {}) {
		this.log = join(post.up.dir, 'log', `courier-${post.couriers.size}.log`);
		const fd = openSync(this.log, 'a');
		// What is preloaded and a sanitizer do not go together.
		this.child = spawn(join(conf.env ? build : process.env.CHROMO_BUILD_SAN ?? build, 'chromo-courier'),
			[conf.file ?? join(post.up.dir, 'chromo.conf')], { stdio: ['ignore', fd, fd], env: { ...process.env, ...conf.env } });
		closeSync(fd);
		this.ended = new Promise((done) => this.child.on('exit', (code, signal) => done(code ?? signal)));
	}

	get text() {
		return readFileSync(this.log, 'utf8');
	}

	// The processes below the supervisor: the courier itself and the planner.
	get workers() {
		const { pid } = this.child;
		if (this.child.exitCode !== null || this.child.signalCode !== null) return [];
		return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
	}

	signal(name) {
		for (const pid of this.workers)
			try { process.kill(pid, name); } catch { /* it is gone */ }
	}

	// Everything of it, at once; the supervisor first, or it would start others.
	async kill() {
		const { workers } = this;
		this.child.kill('SIGKILL');
		for (const pid of workers)
			try { process.kill(pid, 'SIGKILL'); } catch { /* it is gone */ }
		await this.ended;
	}

	// In good order, as one who works; one that was started a moment ago may not listen yet.
	async stop() {
		await eventually('it has forked, or ended', () => this.workers.length > 0 || this.child.exitCode !== null || this.child.signalCode !== null);
		this.child.kill('SIGTERM');
		return this.ended;
	}
}

class Post {
	async open({ relay = {}, second = null, conf = {}, outbox = false, at } = {}) {
		this.relay = await startSmtp(relay);
		this.second = second && await startSmtp(second);
		this.couriers = new Set();
		this.up = await up({ data: 'empty', at, ...(outbox ? {} : { smtp: this.relay.url }), conf: {
			smtp_connections: 4, smtp_timeout_s: 3, courier_lease_s: 4,
			courier_retry_base_s: 1, courier_retry_max_s: 2, mail_domain: 'mail.example.jp',
			...(this.second ? { smtp2_url: this.second.url } : {}),
			...(this.relay.caFile ? { smtp_ca_file: this.relay.caFile } : {}), ...conf } });
		// Couriers are this file's own.
		process.kill(this.up.pid('courier'), 'SIGTERM');
		await eventually('the end of the harness\' own courier', async () => {
			try { process.kill(this.up.pid('courier'), 0); return false; } catch { return true; }
		});
		return this;
	}

	sql(text) {
		return this.up.sql(text);
	}

	async feed(text) {
		const child = spawn('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-1', '-h', join(this.up.dir, 'run/pg'),
			'-U', 'postgres', '-d', this.up.database, '-f', '-'], { cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] });
		let out = '', problem = '';
		child.stdout.on('data', (d) => { out += d; });
		child.stderr.on('data', (d) => { problem += d; });
		child.stdin.end(text);
		const code = await new Promise((done) => child.on('close', done));
		assert.equal(code, 0, problem);
		return out.trim().split('\n').filter(Boolean);
	}

	courier(conf) {
		const c = new Courier(this, conf);
		this.couriers.add(c);
		return c;
	}

	// A municipality with so many citizens; address(n) from 1.
	async town({ citizens = 10, name = 'みなと市', host = `town${crypto.randomInt(1e9)}.localhost`,
		address = (n) => `citizen${n}@${host}.example.jp` } = {}) {
		const keys = Keys.make();
		const lines = [`SELECT tenant_create('city', NULL, ${quote(name)}, 'Minato', ${quote(host)}, 'oshirase@city.example.jp', '');`,
			`INSERT INTO tenant_key (wrapped) VALUES (${hex(keys.wrapped(this.up))});`,
			`INSERT INTO department (name) VALUES ('防災課');`,
			`INSERT INTO topic (name, vital) VALUES ('命を守る情報', true), ('くらし', false);`,
			`INSERT INTO staff (login, name, email, email_hash, state) VALUES ('writer', '書', '\\x00', '\\x00', 'active'), ('approver', '決', '\\x00', '\\x01', 'active');`,
			'CREATE TEMP TABLE fresh (n int, address bytea, hash bytea); COPY fresh FROM STDIN;'];
		for (let n = 1; n <= citizens; n++)
			lines.push(`${n}\t\\\\x${keys.seal('contact.address', address(n)).toString('hex')}\t\\\\x${keys.hash(address(n)).toString('hex')}`);
		lines.push('\\.', `WITH made AS (INSERT INTO citizen (state, language, reach, topics, confirmed)
			SELECT 'active', CASE WHEN n % 10 = 0 THEN 'en' ELSE 'ja' END, '{email}', ARRAY(SELECT id FROM topic WHERE NOT vital), now()
			  FROM fresh ORDER BY n RETURNING id),
			numbered AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM made)
			INSERT INTO contact (citizen_id, channel, address, hash, state, confirmed)
			SELECT id, 'email', address, hash, 'active', now() FROM numbered JOIN fresh USING (n);`);
		const [tenant] = await this.feed(lines.join('\n'));
		return { tenant, host, address, keys, citizens };
	}

	// An approved message; due at once, unless sendAt (SQL) says otherwise.  ways:
	// renderings of channels beside mail, with {id} where its number goes; or by and content: of one instead of it.
	async message(town, { subject = '避難所の開設', vital = false, sendAt = 'NULL', validUntil = "now() + interval '1 day'",
		text = 'こんにちは。\n{stop}\n', onSite = true, by = 'email', content: given,
		ways = by === 'email' ? {} : { [by]: given }, mail = by === 'email', ladder = null } = {}) {
		const stop = '\ufdd0';
		const content = JSON.stringify({ subject, text: text.replace('{stop}', stop), html: `<p>こんにちは。<a href="${stop}">停止</a></p>` });
		const hash = hex(crypto.createHash('sha256').update(content).digest());
		const contents = { ...(mail ? { email: content } : {}), ...Object.fromEntries(Object.entries(ways).map(([w, c]) => [w, JSON.stringify(c)])) };
		const values = Object.entries(contents).map(([w, c]) => `('${w}', ${quote(c)}::jsonb)`).join();
		const out = await this.feed(`SELECT FROM enter_tenant(${town.tenant}, 'command');
			INSERT INTO message (department_id, author_id, subject, body, audience, topics, by_email, by_line, by_sms, by_webpush, by_x, ladder, on_site, scheduled, send_at, valid_until, publish_until)
			SELECT d.id, s.id, ${quote(subject.slice(0, 100))}, 'x', '${vital ? 'chosen' : 'everyone'}',
			       ${vital ? 'ARRAY(SELECT id FROM topic WHERE vital)' : "'{}'"}, ${mail}, ${'line' in ways}, ${'sms' in ways}, ${'webpush' in ways}, ${'x' in ways},
			       ${ladder ? `${quote(JSON.stringify(ladder))}::jsonb` : 'NULL'}, ${onSite}, true, ${sendAt}, ${validUntil}, now() + interval '60 days'
			  FROM department d, staff s WHERE s.login = 'writer' AND d.tenant_id = ${town.tenant} AND s.tenant_id = ${town.tenant} RETURNING id \\gset
			SELECT id AS writer FROM staff WHERE tenant_id = ${town.tenant} AND login = 'writer' \\gset
			SELECT id AS approver FROM staff WHERE tenant_id = ${town.tenant} AND login = 'approver' \\gset
			INSERT INTO message_rendering (message_id, revision, channel, language, content)
			SELECT m.id, m.revision, w.channel, l, replace(w.content::text, '{id}', m.id::text)::jsonb FROM message m, unnest('{ja,en}'::text[]) l, (VALUES ${values}) w (channel, content) WHERE m.id = :id;
			UPDATE message SET state = 'pending', submitter_id = :writer, hash = ${hash} WHERE id = :id;
			INSERT INTO approval (message_id, revision, act, staff_id, hash)
			SELECT id, revision, 'approve', :approver, hash FROM message WHERE id = :id;
			UPDATE message SET state = 'approved' WHERE id = :id;
			SELECT :id;`);
		return Number(out.at(-1));
	}

	async letter(town, { to = 'one@example.jp', subject = '確認', validS = 3600 } = {}) {
		const key = crypto.randomUUID();
		const doc = JSON.stringify({ to, subject, text: 'リンク', language: 'ja' });
		await this.feed(`SELECT FROM enter_tenant(${town.tenant}, 'command');
			INSERT INTO letter (kind, key, sealed, valid_until)
			VALUES ('confirm_address', '${key}', ${hex(town.keys.seal('letter.sealed', doc))}, now() + interval '${validS} seconds');`);
		return key;
	}

	state(message) {
		return this.sql(`SELECT state FROM message WHERE id = ${message}`);
	}

	sent(message, seconds = 120) {
		return eventually(`message ${message} is sent`, async () => await this.state(message) === 'sent', seconds);
	}

	// {accepted: 3, later: 1 …}
	async counts(message) {
		const lines = await this.sql(`SELECT state, count(*) FROM delivery WHERE message_id = ${message} GROUP BY 1 ORDER BY 1`);
		return Object.fromEntries(lines.split('\n').filter(Boolean).map((l) => l.split('|')).map(([s, n]) => [s, Number(n)]));
	}

	// Brings what waits for another try forward.
	hurry() {
		return this.up.hurry();
	}

	judge() {
		return judge(this.up, [...this.relay.ledger, ...this.second?.ledger ?? []]);
	}

	async lawful() {
		const verdict = await this.judge();
		assert.deepEqual(verdict.faults.slice(0, 10), []);
		return verdict;
	}

	async close() {
		for (const c of this.couriers) {
			if (process.env.CHROMO_LOUD) console.log(c.text.split('\n').slice(-12).join('\n'));
			const loud = c.text.split('\n').filter((l) => /level=(warn|error|panic)/.test(l));
			for (const line of loud.slice(0, 5)) console.log(`# ${line}`);
			c.signal('SIGCONT');
			await c.kill();
		}
		await this.relay.close();
		await this.second?.close();
		await this.up.stop();
	}
}

export async function openPost(options) {
	const post = new Post();
	try {
		return await post.open(options);
	} catch (problem) {
		await post.relay?.close();
		await post.second?.close();
		throw problem;
	}
}
