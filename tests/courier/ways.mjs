// SPDX-License-Identifier: Apache-2.0
//
// Every channel at once: a private chromo, a mail relay and the fakes of LINE, SMS and
// Web Push with their ledgers, towns whose citizens are reached in different ways, and a
// judge that compares what the gateways have with what the database says.
//
//	const ways = await openWays();
//	const town = await ways.town({ line: 500, sms: 20, webpush: 20, email: 20 });
//	const message = await ways.message(town);
//	ways.post.courier();
//	await ways.post.sent(message);
//	const { faults, doubled } = await ways.judge(message, town);
//	await ways.close();
import assert from 'node:assert/strict';
import { createECDH } from 'node:crypto';
import { startLine, userId } from '../gateways/line.mjs';
import { startPush } from '../gateways/push.mjs';
import { Karaden } from '../gateways/sms_karaden.mjs';
import { openPost } from './post.mjs';

const hex = (buffer) => `'\\x${Buffer.from(buffer).toString('hex')}'`;
const quote = (text) => `'${String(text).replaceAll("'", "''")}'`;
const rows = (text) => (text === '' ? [] : text.split('\n').map((line) => line.split('|')));

class Ways {
	async open({ conf = {}, address, ...more } = {}) {
		this.line = await startLine({ address });
		this.push = await startPush();
		this.sms = await new Karaden().start();
		this.people = 0;
		this.post = await openPost({ ...more, conf: { gateway_ca_file: this.line.caFile, gateway_private: 'yes',
			push_hosts: this.push.hosts, outbox: '', ...conf } });
		return this;
	}

	sql(text) {
		return this.post.sql(text);
	}

	// As somebody of the town would.
	async inside(town, text) {
		const out = await this.sql(`BEGIN; SELECT FROM enter_tenant(${town.tenant}, 'command'); ${text}; COMMIT`);
		return out.trim();
	}

	// An account of the town: settings in the clear, secrets sealed.
	async account(town, { channel, kind, place = 1, url = '', settings, secrets }) {
		await this.post.feed(`SELECT FROM enter_tenant(${town.tenant}, 'command');
			INSERT INTO gateway (channel, kind, place, active, url, settings, secrets)
			VALUES ('${channel}', '${kind}', ${place}, true, ${quote(url)}, ${quote(JSON.stringify(settings))},
			        ${hex(town.keys.seal('gateway.secrets', JSON.stringify(secrets)))})
			ON CONFLICT (tenant_id, channel, place) DO UPDATE SET kind = excluded.kind, url = excluded.url, settings = excluded.settings,
			        secrets = excluded.secrets, version = gateway.version + 1;`);
	}

	// So many citizens by each way; they have no other.  members: [{ way, address, id }].
	async town({ rate = 0, quota = null, accounts = true, ...counts } = {}) {
		const town = await this.post.town({ citizens: counts.email ?? 0 });
		town.channel = this.line.channel({ id: String(1656000000 + this.line.channels.length), quota });
		if (accounts) {
			const pair = createECDH('prime256v1');
			pair.generateKeys();
			await this.account(town, { channel: 'line', kind: 'line', url: this.line.url,
				settings: { channel_id: town.channel.id, rate: rate || 1000 }, secrets: { access_token: town.channel.token } });
			const { settings, secrets, url } = this.sms.account({ readback_s: 1 });
			await this.account(town, { channel: 'sms', kind: 'karaden', url, settings, secrets });
			await this.account(town, { channel: 'webpush', kind: 'vapid',
				settings: { subject: 'mailto:a@minato.example', public_key: pair.getPublicKey('base64url') },
				secrets: { private_key: pair.getPrivateKey().toString('base64url').padStart(43, 'A') } });
		}
		town.members = [];
		for (const way of ['line', 'sms', 'webpush'])
			for (let i = 0; i < (counts[way] ?? 0); i++) {
				const n = ++this.people;
				const device = way === 'webpush' ? this.push.device() : undefined;
				town.members.push({ way, n, device, address: way === 'line' ? userId(n) : way === 'sms' ?
					`+8190${10000000 + n}` : device.address() });
			}
		const lines = town.members.map(({ way, n, address }) =>
			`${n}\t${way}\t\\\\x${town.keys.seal('contact.address', address).toString('hex')}\t\\\\x${town.keys.hash(`${way} ${n}`).toString('hex')}`);
		const ids = await this.post.feed(`SELECT FROM enter_tenant(${town.tenant}, 'command');
			CREATE TEMP TABLE fresh (n int, way text, address bytea, hash bytea);
			COPY fresh FROM STDIN;\n${lines.join('\n')}${lines.length ? '\n' : ''}\\.
			CREATE TEMP TABLE made ON COMMIT DROP AS SELECT nextval('citizen_id_seq') AS id, f.* FROM (SELECT * FROM fresh ORDER BY n) f;
			INSERT INTO citizen (id, state, language, topics, confirmed) OVERRIDING SYSTEM VALUE
			SELECT id, 'active', CASE WHEN n % 10 = 0 THEN 'en' ELSE 'ja' END, ARRAY(SELECT t.id FROM topic t WHERE NOT vital), now() FROM made;
			INSERT INTO contact (citizen_id, channel, address, hash, state, confirmed)
			SELECT id, way, address, hash, 'active', now() FROM made;
			SELECT n || ' ' || id FROM made ORDER BY n; DROP TABLE fresh;`);
		const byNumber = new Map(ids.filter((l) => /^\d+ \d+$/.test(l)).map((l) => l.split(' ').map(Number)));
		for (const m of town.members) m.id = byNumber.get(m.n);
		return town;
	}

	// What it says carries a mark of its own, so that the ledgers can tell messages apart.
	// x: it is posted, too (an account of the town is the caller's business).
	async message(town, { mark = `M${Math.random().toString(36).slice(2, 10)}`, x = false, ...options } = {}) {
		const message = await this.post.message(town, { ...options, subject: options.subject ?? `お知らせ ${mark}`, ways: {
			line: { messages: [{ type: 'text', text: `お知らせ ${mark}` }] }, sms: { text: `【みなと市】${mark}` },
			webpush: { title: 'みなと市', body: mark, url: 'https://minato.localhost/messages/1', tag: mark },
			...(x ? { x: { text: `【みなと市】${mark}\nhttps://${town.host}/messages/{id}` } } : {}) } });
		this.marks ??= new Map();
		this.marks.set(message, mark);
		return message;
	}

	// What each gateway has of the message: way → Map of address → how often.
	received(message, town, sms = this.sms) {
		const mark = this.marks.get(message), of = { line: new Map(), sms: new Map(), webpush: new Map() };
		const add = (way, who) => of[way].set(who, (of[way].get(who) ?? 0) + 1);
		for (const call of this.line.ledger)
			if (JSON.stringify(call.messages).includes(mark)) for (const who of call.to) add('line', who);
		for (const entry of sms.ledger)
			if (entry.body.includes(mark)) add('sms', entry.to.replace(/^0/, '+81'));
		// One card on the screen, however often it was handed over.
		for (const { device, address } of town.members)
			for (const card of device?.cards.values() ?? [])
				if (card.body === mark) add('webpush', address);
		return of;
	}

	// The laws for LINE, SMS and push; mail has its own judge (harness/laws.mjs).  sms: where
	// the town's go; spare: so many more than one are no fault there, if they are shown.
	async judge(message, town, { sms = this.sms, spare = 0 } = {}) {
		const received = this.received(message, town, sms), faults = this.line.faults.concat(this.push.faults).map((f) => JSON.stringify(f));
		const said = new Map(rows(await this.sql(`
			SELECT u.c, string_agg(coalesce(d.state, batch_word(b)), ' ' ORDER BY b.round, b.step, b.try, d.part)
			  FROM batch b CROSS JOIN unnest(b.citizens) AS u (c)
			  LEFT JOIN delivery d ON d.message_id = b.message_id AND d.citizen_id = u.c AND d.channel = b.channel
			                      AND d.round = b.round AND d.try = b.try
			 WHERE b.message_id = ${message} AND b.channel <> 'email' GROUP BY u.c`)).map(([c, words]) => [Number(c), words.split(' ')]));
		const totals = { accepted: 0, unknown: 0, doubled: 0 };
		for (const { way, address, id } of town.members) {
			const n = received[way].get(address) ?? 0, words = said.get(id) ?? [], last = words.at(-1);
			const who = `message ${message} ${way} citizen ${id} (${words.join(' ')})`;
			// Behind a yes comes at most a doubt of the same try: a slow courier had them taken away, and was heard after all.
			const has = words.includes('accepted');
			totals.accepted += has;
			totals.unknown += !has && last === 'unknown';
			totals.doubled += n > 1;
			if (n > 1 + (way === 'sms' && words.includes('unknown') ? spare : 0)) faults.push(`L2 ${who}: has it ${n} times`);
			if (has && n === 0) faults.push(`L1 ${who}: the gateway does not have it`);
			if (n > 0 && ['refused', 'dropped', 'held', 'cancelled', 'later', 'queued', undefined].includes(last))
				faults.push(`L1 ${who}: the gateway has it`);
		}
		for (const line of rows(await this.sql(`BEGIN; SET LOCAL ROLE chromo_owner;
			SELECT FROM enter_tenant(${town.tenant}, 'command'); SELECT * FROM ledger_faults(); COMMIT`)))
			if (line.length > 1) faults.push(`L5: ${line.join(' ')}`);
		return { faults, ...totals };
	}

	async lawful(message, town) {
		const verdict = await this.judge(message, town);
		assert.deepEqual(verdict.faults.slice(0, 10), []);
		return verdict;
	}

	async close() {
		await this.post.close();
		for (const fake of [this.line, this.push, this.sms]) await fake.close();
	}
}

export async function openWays(options) {
	const ways = new Ways();
	try {
		return await ways.open(options);
	} catch (problem) {
		for (const fake of [ways.line, ways.push, ways.sms]) await fake?.close();
		throw problem;
	}
}
