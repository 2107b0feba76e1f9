// SPDX-License-Identifier: Apache-2.0
//
// The promises of all channels under kill -9 and random misbehaviour (G01, G02): runs of so
// many recipients each, in one house with two towns, judged by the gateways' own ledgers.
//
//	const soak = await openSoak({ people: 10000 });
//	const verdict = await soak.run(seed);	faults: what broke a promise; [] if nothing did
//	await soak.close();
//
// Each message is posted on X, too, from both towns.  Of a hundred people 90 are on LINE, 5 on mail, 3 on push, 2 on SMS: one of them in the city, at
// a gateway whose tags can be looked up, one in the village, at one without any reference.
// The promises:
//
//	LINE		exactly once
//	Web Push	one card, one noise
//	SMS		once; where the gateway has no reference one more at most, and then staff see it
//	mail		one more at most for each cut, each of them counted
//	X		one post of each message, ever, and the town knows its number
//	all		nothing that was acknowledged is lost, everybody has it in the end
//
// The seed says what is rolled; how processes are scheduled it cannot say.  What a run left
// behind is taken away after it, so that the thousandth is as quick as the first.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { post as callIn } from '../gateways/call_back.mjs';
import { Twilio } from '../gateways/sms_twilio.mjs';
import { X } from '../gateways/x.mjs';
import { eventually, sleep } from '../harness/up.mjs';
import { openWays } from './ways.mjs';

const PARTS = { line: 0.9, email: 0.05, webpush: 0.03, sms: 0.02 };
const CITY = { email: 0.04, webpush: PARTS.webpush, sms: 0.01 }, VILLAGE = { line: 0.02, email: 0.01, sms: 0.01 };

// A small generator of our own, so that a seed says everything.
function dice(seed) {
	let s = seed >>> 0;
	return () => {
		s = (s + 0x6d2b79f5) >>> 0;
		let t = Math.imul(s ^ (s >>> 15), 1 | s);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

const tooMany = { status: 429, body: { message: 'Too many requests' } };
// What gateways over HTTP do wrong.  Those that hold an answer back do so while somebody is
// going to be killed: then nobody has to wait until the call is given up.
const wrongs = [
	{ accept: true, status: 500 }, { status: 500 }, { accept: true, status: 503, headers: { 'retry-after': '1' } },
	{ accept: true, close: true }, { close: true, status: 200 }, { accept: true, cut: true }, { accept: true, cut: true },
	{ accept: true, body: '<html>not JSON' }, { accept: true, body: '' }, { accept: true, hang: 300 }, tooMany,
	{ ...tooMany, headers: { 'retry-after': '1' } }, { accept: true, hold: true, holds: true }, { status: 500, hold: true, holds: true },
];

class Soak {
	async open({ people, conf = {} }) {
		this.people = people;
		this.twilio = await new Twilio().start();
		this.x = await new X().start();
		this.ways = await openWays({ conf: { smtp_connections: 8, smtp_timeout_s: 2, courier_lease_s: 30, courier_retry_base_s: 1,
			courier_retry_max_s: 2, ...conf } });
		const counts = (parts) => Object.fromEntries(Object.entries(parts).map(([way, part]) => [way, Math.round(people * part)]));
		const sum = (c) => Object.values(c).reduce((a, b) => a + b, 0);
		const village = counts(VILLAGE), city = counts(CITY);
		this.towns = [await this.ways.town({ ...city, line: people - sum(city) - sum(village) }), await this.ways.town(village)];
		await this.accounts();
		return this;
	}

	// As ways.town() made them, with what calls in; and the village's SMS at the other gateway.
	async accounts() {
		for (const town of this.towns)
			await this.lineAccount(town, town.channel.token);
		const [city, village] = this.towns, { ways } = this;
		const { url, settings, secrets } = this.twilio.account({ readback_s: 1, callback_url: this.hook(village, 'sms/twilio') });
		await ways.account(village, { channel: 'sms', kind: 'twilio', url, settings, secrets });
		for (const town of this.towns)
			await ways.account(town, this.x.account({ readback_s: 1 }));
		for (const town of this.towns)
			town.lineId = await ways.sql(`SELECT id FROM gateway WHERE tenant_id = ${town.tenant} AND channel = 'line'`);
		this.receipts = [
			{ gateway: ways.sms, url: this.hook(city, `sms/karaden/${ways.sms.account().secrets.callback_secret}`),
				words: ['none', 'unconnected', 'received', 'received', 'error'] },
			{ gateway: this.twilio, url: this.hook(village, 'sms/twilio'),
				words: ['queued', 'sent', 'undelivered', 'delivered', 'delivered', 'failed'] },
		];
	}

	lineAccount(town, token) {
		return this.ways.account(town, { channel: 'line', kind: 'line', url: this.ways.line.url,
			settings: { channel_id: town.channel.id, destination: town.channel.bot, rate: 1000 },
			secrets: { access_token: token, channel_secret: town.channel.secret } });
	}

	hook(town, path) {
		return `https://${town.host}:${this.ways.post.up.port}/hooks/${path}`;
	}

	// How many of the people of a way have it by now.
	reached(way) {
		const { line, push, sms, post } = this.ways;
		return way === 'line' ? line.ledger.reduce((n, c) => n + c.to.length, 0) : way === 'email' ? post.relay.ledger.length :
			way === 'webpush' ? push.ledger.length : sms.ledger.length + this.twilio.ledger.length;
	}

	misbehave(roll) {
		const rules = (part, sends) => wrongs.map((w) => ({ ...w, when: (call) => {
			if (!sends(call) || (w.holds && !this.holding) || roll() >= part) return false;
			this.wrong++;
			return true;
		}, ...(w.cut ? { get bytes() { return Math.floor(roll() * 400); } } : {}) }));
		const { line, sms, push, post } = this.ways;
		// LINE has few calls, of many people each.
		line.script(rules(0.025, (c) => c.path.endsWith('/multicast')));
		sms.script(rules(0.01, (c) => c.method === 'POST'));
		this.twilio.script(rules(0.01, (c) => c.method === 'POST'));
		push.script(rules(0.006, () => true));
		// And X a handful: posts, and looks whether one is there.  A look takes two calls, and after nine that
		// failed a person is asked (posts.c): no more goes wrong than leaves that out.
		this.x.script(rules(0.02, (c) => c.method === 'GET' || c.path === '/2/tweets'));
		const dots = [{ accept: true, close: true }, { close: true }, { accept: true, reply: '250 2.0.0 Ok', bytes: Math.floor(roll() * 12) },
			{ accept: true, hang: 2500, close: true }, { reply: '451 4.3.0 Later' }, { accept: true, reply: 'hello' }];
		post.relay.script([...dots.map((d) => ({ at: 'dot', ...d, nth: 1 + Math.floor(roll() * this.people * PARTS.email), times: 1 })),
			{ at: 'rcpt', reply: '421 4.3.2 Shutting down', nth: 1 + Math.floor(roll() * this.people * PARTS.email), times: 1 },
			{ at: 'dot', hang: 4, times: 200 }]);
	}

	// kill -9, of everything or of one process, when so many of a way have it.
	async killAt(way, part, whole, roll, through) {
		const goal = Math.max(this.reached(way) + 1, part * PARTS[way] * this.people);
		let n = 0;
		while (this.reached(way) < goal && !await (++n % 40 ? false : through()))
			await sleep(5);
		// One that was started a moment ago may not have forked yet.
		const working = () => [...this.ways.post.couriers].filter((c) => c.workers.length > 0);
		await eventually('a courier works', () => working().length > 0);
		const couriers = working(), courier = couriers[Math.floor(roll() * couriers.length)];
		if (whole) {
			await courier.kill();
			this.ways.post.courier();
			return;
		}
		const { workers } = courier;
		try { process.kill(workers[Math.floor(roll() * workers.length)], 'SIGKILL'); } catch { /* it has ended of itself */ }
	}

	// The keys of the city are taken away while its message goes out; somebody pastes new ones in.
	async revoke() {
		const [city] = this.towns;
		city.channel.revoke();
		await sleep(200);
		city.channel.tokenSeconds = 1e9;
		await this.lineAccount(city, city.channel.issue().access_token);
	}

	// What strangers call in: that people have blocked the account.
	async forge(roll) {
		for (const { channel, lineId, members, host } of this.towns) {
			const source = { type: 'user', userId: members[Math.floor(roll() * 10)].address };
			const body = Buffer.from(JSON.stringify({ destination: channel.bot, events: [channel.whole({ type: 'unfollow', source })] }));
			const url = `https://127.0.0.1:${this.ways.post.up.port}/hooks/line/${lineId}`;
			const status = await channel.raw(body, url, { host: `${host}:${this.ways.post.up.port}`, signature: channel.sign('x') });
			assert.equal(status, 401, 'a forged call of LINE');
		}
	}

	// Receipts of some SMS, doubled and out of order, and forged ones of others.
	async receive(roll, faults) {
		for (const { gateway, url, words } of this.receipts) {
			const some = gateway.ledger.slice(0, 4), ids = some.map((m) => m.sid ?? m.id), answers = [];
			for (const entry of some)
				for (const word of words.map((w) => [roll(), w]).sort(([a], [b]) => a - b))
					answers.push(await gateway.receipt(url, entry, word[1]));
			const other = gateway.ledger.at(-1);
			if (other && !ids.includes(other.sid ?? other.id))
				await callIn(`${url}x`, 'MessageStatus=delivered', { 'content-type': 'application/x-www-form-urlencoded' });
			const became = await this.ways.sql(`SELECT count(*) FROM delivery WHERE receipt = 'delivered' AND provider_id IN (${
				ids.map((i) => `'${i}'`).join() || "''"})`);
			if (Number(became) !== ids.length)
				faults.push(`receipts: ${became} of ${ids.length}, answered ${answers}: ${
					this.ways.post.up.log('web.log').split('\n').filter((l) => l.includes('level=error')).slice(-4).join('\n')}`);
		}
	}

	async run(seed) {
		const begun = Date.now();
		try {
			return { seed, ...await this.attempt(dice(seed)), seconds: (Date.now() - begun) / 1000 };
		} finally {
			await this.forget();
		}
	}

	async attempt(roll) {
		const { ways } = this;
		this.wrong = 0;
		this.holding = true;
		this.misbehave(roll);
		const messages = [];
		for (const town of this.towns)
			messages.push(await ways.message(town, { vital: roll() < 0.2, x: true }));
		const through = async () => {
			await ways.post.hurry();
			return await ways.sql("SELECT count(*) FROM message WHERE state <> 'sent'") === '0';
		};
		for (let n = roll() < 0.3 ? 2 : 1; n > 0; n--) ways.post.courier();
		const kills = 2 + Math.floor(roll() * 3), revoked = roll() < 0.2 ? this.revoke() : null;
		for (let n = 0; n < kills; n++)
			await this.killAt(Object.keys(PARTS)[Math.floor(roll() * 4)], roll() * 0.9, roll() < 0.6, roll, through);
		await Promise.all([revoked, this.forge(roll)]);
		// Now and then a call is held until it is given up (20 s).
		if (roll() > 0.03) this.letGo();
		const patience = Date.now() + 120e3;
		while (!await through() && Date.now() < patience)
			await sleep(100);
		return { kills, ...await this.verdict(messages, roll) };
	}

	letGo() {
		this.holding = false;
		for (const fake of this.fakes) fake.release();
	}

	get fakes() {
		return [this.ways.line, this.ways.push, this.ways.sms, this.twilio, this.x];
	}

	async verdict(messages, roll) {
		const { ways } = this, faults = [];
		this.letGo();
		await this.receive(roll, faults);
		const mail = await ways.post.judge();
		faults.push(...mail.faults);
		if (mail.extras > mail.unknown) faults.push(`mail: ${mail.extras} extra, ${mail.unknown} counted`);
		const sums = { accepted: 0, unknown: 0, doubled: 0 };
		for (const [i, town] of this.towns.entries()) {
			const verdict = await ways.judge(messages[i], town, i === 1 ? { sms: this.twilio, spare: 1 } : {});
			faults.push(...verdict.faults, ...await this.posted(messages[i]));
			for (const key of Object.keys(sums)) sums[key] += verdict[key];
			if (verdict.accepted !== town.members.length)
				faults.push(`town ${town.tenant}: ${verdict.accepted} of ${town.members.length} have it, ${verdict.unknown} unknown`);
		}
		const calls = this.fakes.reduce((n, f) => n + f.calls, 0), mails = ways.post.relay.ledger.length;
		const delivered = Number(await ways.sql(`SELECT sum(accepted) FROM batch WHERE channel = 'email'`));
		return { people: sums.accepted + delivered, calls: calls + mails, wrong: this.wrong, sms_extra: sums.doubled,
			mail_extra: mail.extras, mail_counted: mail.unknown, faults };
	}

	// Every post that X ever took of this message, against what the town knows.
	async posted(message) {
		const mark = this.ways.marks.get(message), ids = this.x.ledger.filter((p) => p.text?.includes(mark)).map((p) => p.id);
		const known = await this.ways.sql(`SELECT state || ' ' || coalesce(provider_id, '') FROM post WHERE message_id = ${message}`);
		return ids.length === 1 && known === `accepted ${ids[0]}` ? [] : [`X: message ${message} is there ${ids.length} times (${ids}), known as ${known}`];
	}

	// As before the run.
	async forget() {
		const { post } = this.ways;
		for (const c of post.couriers) {
			await c.kill();
			rmSync(c.log, { force: true });
		}
		post.couriers.clear();
		await this.ways.sql('TRUNCATE message, letter, audit, once CASCADE; DELETE FROM sms_early; DELETE FROM gateway_event');
		for (const fake of this.fakes) fake.reset();
		for (const { channel, members } of this.towns) {
			channel.keys.clear();
			for (const { device } of members) device?.forget();
		}
		post.relay.reset();
		this.ways.marks.clear();
	}

	async close() {
		await this.ways?.close();
		await this.twilio?.close();
		await this.x?.close();
	}
}

export async function openSoak(options) {
	const soak = new Soak();
	try {
		return await soak.open(options);
	} catch (problem) {
		await soak.close();
		throw problem;
	}
}
