// SPDX-License-Identifier: Apache-2.0
//
// A town of millions for the benches of delivery, and gateways that take everything
// (https_sink.c, smtp_sink.c).  Citizens are made by SQL: each has the address of their
// channel sealed once and shared, for a million seals are not what is measured.
import { createECDH } from 'node:crypto';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { userId } from '../gateways/line.mjs';
import { Device } from '../gateways/push_keys.mjs';
import { certificate } from '../gateways/tls.mjs';
import { build, eventually, sleep } from '../harness/up.mjs';
import { openPost } from '../courier/post.mjs';
import { ticks, tree } from './lib.mjs';

process.env.CHROMO_FSYNC = 'on';
// A city of millions has a server that keeps its people in memory.
process.env.CHROMO_SHARED_BUFFERS = '2GB';
const hex = (buffer) => `'\\x${Buffer.from(buffer).toString('hex')}'`;

export async function openSink(program, ...args) {
	const child = spawn(join(build, 'tests/bench', program), args.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
	// A gateway has a machine of its own: what is measured beside it may not hold it up.
	try { setPriority(child.pid, -20); } catch { /* only root may */ }
	const lines = [], reader = createInterface({ input: child.stdout });
	const first = new Promise((done) => reader.once('line', done));
	reader.on('line', (l) => lines.push(l));
	const ended = new Promise((done) => child.on('close', done));
	const port = Number((await first).split(' ')[1]);
	return { pid: child.pid, port, url: `https://127.0.0.1:${port}`, async end() {
		child.kill('SIGTERM');
		await ended;
		const words = (lines.at(-1) ?? '').split(' ');
		return Object.fromEntries(words.flatMap((w, i) => (i % 2 === 0 ? [[w, Number(words[i + 1])]] : [])));
	} };
}

class Many {
	async open({ rate, delay, conf = {}, ...more }) {
		const tls = certificate(), folder = tls.caFile.replace(/ca\.pem$/, '');
		this.sink = await openSink('https_sink', `${folder}cert.pem`, `${folder}key.pem`, delay, rate);
		this.post = await openPost({ ...more, conf: { gateway_ca_file: tls.caFile, gateway_private: 'yes',
			push_hosts: `127.0.0.1:${this.sink.port}`, outbox: '', ...conf } });
		return this;
	}

	async account(town, channel, kind, url, settings, secrets) {
		await this.post.feed(`SELECT FROM enter_tenant(${town.tenant}, 'command');
			INSERT INTO gateway (channel, kind, place, active, url, settings, secrets) VALUES ('${channel}', '${kind}', 1, true, '${url}',
			'${JSON.stringify(settings)}', ${hex(town.keys.seal('gateway.secrets', JSON.stringify(secrets)))})`);
	}

	async town(counts, { rate = 100000 } = {}) {
		const town = await this.post.town({ citizens: 1 }), pair = createECDH('prime256v1'), device = new Device();
		pair.generateKeys();
		await this.account(town, 'line', 'line', this.sink.url, { channel_id: '1', rate }, { access_token: 't' });
		await this.account(town, 'sms', 'karaden', this.sink.url, { tenant: 't', service_id: 7, yen_per_part: 10 }, { token: 't', callback_secret: 'x'.repeat(32) });
		await this.account(town, 'webpush', 'vapid', '', { subject: 'mailto:a@b.example', public_key: pair.getPublicKey('base64url') },
			{ private_key: pair.getPrivateKey().toString('base64url').padStart(43, 'A') });
		const addresses = { line: userId(1), sms: '+819012345678', email: 'one@example.jp',
			webpush: JSON.stringify({ endpoint: `${this.sink.url}/wpush/v2/d`, ...device.keys() }) };
		for (const [way, n] of Object.entries(counts))
			await this.post.feed(`SELECT FROM enter_tenant(${town.tenant}, 'command');
				SET LOCAL session_replication_role = replica;
				WITH made AS (INSERT INTO citizen (state, reach, topics, districts, confirmed)
					SELECT 'active', '{${way}}', ARRAY[g % 7, g % 5]::bigint[], ARRAY[g % 40]::bigint[], now() FROM generate_series(1, ${n}) g RETURNING id)
				INSERT INTO contact (citizen_id, channel, address, hash, state)
				SELECT id, '${way}', ${hex(town.keys.seal('contact.address', addresses[way]))}, int8send(id) || '${way}'::bytea, 'active' FROM made;`);
		await this.post.feed(`SELECT FROM enter_tenant(${town.tenant}, 'command'); UPDATE citizen SET state = 'paused' WHERE id = (SELECT min(id) FROM citizen);`);
		await this.post.sql('VACUUM ANALYZE');
		await this.post.sql('CHECKPOINT');
		return town;
	}

	// Seconds by the database's clock from the approval: until the first call, until the last
	// verdict, and until the message was sent; and those of each channel from first to last.
	async send(town, { mail = false, patience = 600 } = {}) {
		const text = '大雨のため、避難所を開設しました。'.repeat(12);
		const message = await this.post.message(town, { mail, ways: { line: { messages: [{ type: 'text', text }] },
			sms: { text: '【みなと市】避難所を開設 https://minato.example.jp/m/1' },
			webpush: { title: 'みなと市', body: text.slice(0, 100), url: 'https://minato.example.jp/messages/1', tag: 'm1' } } });
		// The times are the database's: who asks often takes the processor from those who are measured.
		await eventually('it is sent', async () => { await sleep(1000); return await this.post.state(message) === 'sent'; }, patience);
		const [planned, last, seconds] = (await this.post.sql(`WITH a AS (SELECT max(at) AS at FROM approval WHERE message_id = ${message})
			SELECT extract(epoch FROM (SELECT min(first_try) FROM batch WHERE message_id = ${message}) - a.at),
			extract(epoch FROM (SELECT max(finished) FROM batch WHERE message_id = ${message}) - a.at),
			extract(epoch FROM m.finished - a.at) FROM message m, a WHERE m.id = ${message}`)).split('|').map(Number);
		const channels = Object.fromEntries((await this.post.sql(`SELECT channel, sum(accepted), extract(epoch FROM max(finished) - min(first_try))
			FROM batch WHERE message_id = ${message} GROUP BY 1`)).split('\n').map((l) => l.split('|')).map(([c, n, s]) => [c, { people: Number(n), seconds: Number(s) }]));
		return { message, planned, last, seconds, channels };
	}

	// What the courier and all its processes hold, in MB.
	memory(courier) {
		const pss = (pid) => { try { return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]); } catch { return 0; } };
		return Math.round(tree(courier.child.pid).reduce((sum, pid) => sum + pss(pid), 0) / 1024);
	}

	// Seconds of CPU so far.  It moves least when something else runs beside.
	cpu(courier) {
		const postmaster = Number(readFileSync(join(this.post.up.dir, 'pg/postmaster.pid'), 'utf8').split('\n')[0]);
		return { courier: ticks([courier.child.pid]) / 100, postgres: ticks([postmaster]) / 100, sink: ticks([this.sink.pid]) / 100 };
	}

	async close() {
		await this.sink.end();
		await this.post.close();
	}
}

export async function openMany(options) {
	return new Many().open(options);
}
