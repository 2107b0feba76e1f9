// SPDX-License-Identifier: Apache-2.0
//
// write: the subscribe POST (/subscribe/check: token claimed, draft opened, link and
// letter written, a durable commit, 303) through nginx with TLS, against pgbench
// inserting the same rows with 32 clients.
//
// What a browser has when it presses the button is made beforehand: the draft, sealed
// under the town's key as domain/vault.c does it, its cookie, and the form's token as
// web/token.c makes it.  Each is used once.
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, up } from '../harness/up.mjs';
import { load, median, nginxBeside, report, rounds, run, say, seconds } from './lib.mjs';

const host = 'minato.localhost', tenant = 1, most = 6000;	// requests a second at the most
process.env.CHROMO_FSYNC = 'on';
const town = await up({ conf: { strict: 'no', development: 'no', workers: '8', workers_write: '8' } });
const held = [];

const derive = (key, label) => Buffer.from(hkdfSync('sha256', key, '', label, 32));
function seal(key, label, text) {
	const nonce = randomBytes(12), c = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(label));
	return Buffer.concat([nonce, c.update(text), c.final(), c.getAuthTag()]);
}
function unseal(key, label, bytes) {
	const c = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(label));
	c.setAuthTag(bytes.subarray(-16));
	return Buffer.concat([c.update(bytes.subarray(12, -16)), c.final()]);
}
const sha256 = (text) => createHash('sha256').update(text).digest();

const master = readFileSync(join(town.dir, 'master.key'));
const tokenKey = derive(master, 'web form token');
const hex = await town.sql(`SELECT encode(wrapped, 'hex') FROM tenant_key WHERE tenant_id = ${tenant}`);
const dataKey = unseal(master, 'tenant_key.wrapped', Buffer.from(hex, 'hex'));
const district = Number(await town.sql(`SELECT min(id) FROM district WHERE tenant_id = ${tenant}`));
const topic = Number(await town.sql(`SELECT min(id) FROM topic WHERE tenant_id = ${tenant}`));

let made = 0;
async function prepare(n) {
	const rows = [], presses = [];
	for (let i = 0; i < n; i++) {
		const draft = randomBytes(32).toString('base64url'), visit = randomBytes(16).toString('base64url'), random = randomBytes(16);
		const mac = createHmac('sha256', tokenKey).update(random).update(`${host}\0${visit}`).digest().subarray(0, 16);
		const choice = JSON.stringify({ districts: [district], email: `bench${made}@example.jp`, language: 'ja', topics: [topic], vital: false });
		rows.push(`${tenant}\t\\\\x${sha256(draft).toString('hex')}\t\\\\x${seal(dataKey, 'subscribe_draft.sealed', choice).toString('hex')}`);
		presses.push(`${draft} ${visit} ${Buffer.concat([random, mac]).toString('base64url')} 10.${made >> 16 & 255}.${made >> 8 & 255}.${made & 255}`);
		made++;
	}
	const path = join(town.dir, 'drafts');
	writeFileSync(path, `${rows.join('\n')}\n`);
	chmodSync(path, 0o644);
	await town.sql(`COPY subscribe_draft (tenant_id, hash, sealed) FROM '${path}'`);
	await town.sql('CHECKPOINT');
	writeFileSync(join(town.dir, 'presses'), `${presses.join('\n')}\n`);
	return presses;
}

// One line a request; when there is none left the thread stops.
const script = (version) => `
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
function init()
	lines = {}
	local n = 0
	for line in io.lines("${town.dir}/presses") do
		if n % 2 == number then lines[#lines + 1] = line end
		n = n + 1
	end
	at = 0
end
function request()
	at = at + 1
	if at > #lines then wrk.thread:stop(); at = #lines end
	local draft, visit, token, from = lines[at]:match("(%S+) (%S+) (%S+) (%S+)")
	return wrk.format("POST", "/subscribe/check", {
		Host = "${host}", ["Content-Type"] = "application/x-www-form-urlencoded", ["X-Bench-From"] = from,
		Cookie = "__Host-subscribe=" .. draft .. "; __Host-visit=" .. visit,
	}, "consent=1&version=${version}&token=" .. token)
end
`;

// What pgbench writes: the rows of one press, as long as ours were, in one pipeline.
const inserts = ({ draft, choice, letter, detail }) => `\\startpipeline
BEGIN;
INSERT INTO once (tenant_id, token, location) VALUES (${tenant}, uuid_send(gen_random_uuid()), '/subscribe/verify');
INSERT INTO subscribe_draft (tenant_id, hash, sealed) VALUES (${tenant}, sha256(uuid_send(gen_random_uuid())), convert_to(repeat('x', ${draft}), 'UTF8'));
INSERT INTO throttle (bucket, key, hits, since) VALUES ('mail_to', sha256(uuid_send(gen_random_uuid())), 1, now());
INSERT INTO throttle (bucket, key, hits, since) VALUES ('mail_from', sha256(uuid_send(gen_random_uuid())), 1, now());
INSERT INTO link (tenant_id, hash, purpose, contact_hash, choice, ends) VALUES (${tenant}, sha256(uuid_send(gen_random_uuid())), 'confirm', sha256('x'), convert_to(repeat('x', ${choice}), 'UTF8'), now());
INSERT INTO letter (tenant_id, kind, key, sealed, valid_until) VALUES (${tenant}, 'confirm_address', gen_random_uuid(), convert_to(repeat('x', ${letter}), 'UTF8'), now());
INSERT INTO audit (tenant_id, actor_kind, act, detail, remote, request) VALUES (${tenant}, 'nobody', 'citizen.ask', '${detail}', '10.0.0.1', md5('x'));
COMMIT;
\\endpipeline
`;

try {
	// Mail that leaves meanwhile is the courier's bench, and pgbench has none.
	town.kill('courier', 'SIGTERM');
	// One address may ask for sixty mails an hour, so each press comes from its own.
	const web = await nginxBeside(town, 'write', await freePort(), (text) => text
		.replace('fastcgi_param REMOTE_ADDR $remote_addr', 'fastcgi_param REMOTE_ADDR $http_x_bench_from'));
	held.push(web);

	// The first press by hand: the consent's version, and what a press writes.
	const [draft, visit, token] = (await prepare(1))[0].split(' ');
	const client = town.client(host);
	client.cookies.set('__Host-subscribe', draft).set('__Host-visit', visit);
	const page = await client.get('/subscribe/check');
	const version = /name="version" value="([^"]+)"/.exec(page.text)?.[1];
	if (!version) throw new Error(`/subscribe/check answers ${page.status}: ${page.headers.location}`);
	const first = await client.post('/subscribe/check', { consent: 1, version, token });
	if (first.headers.location !== '/subscribe/verify') throw new Error(`the first press: ${first.status} ${first.headers.location}`);
	const lengths = await town.sql(`SELECT json_build_object('draft', (SELECT max(length(sealed)) FROM subscribe_draft),
		'choice', (SELECT max(length(choice)) FROM link), 'letter', (SELECT max(length(sealed)) FROM letter WHERE kind = 'confirm_address'),
		'detail', (SELECT detail FROM audit WHERE act = 'citizen.ask'))`);
	const sizes = JSON.parse(lengths);
	writeFileSync(join(town.dir, 'wrk.lua'), script(encodeURIComponent(version)));
	writeFileSync(join(town.dir, 'pgbench.sql'), inserts({ ...sizes, detail: JSON.stringify(sizes.detail) }));

	const ours = [], theirs = [], late = [];
	// The first round makes plans and caches and is not counted.
	for (let i = -1; i < rounds; i++) {
		await prepare(most * seconds);
		const before = Number(await town.sql('SELECT count(*) FROM letter'));
		const r = await load(`https://127.0.0.1:${web.port}/subscribe/check`, {
			pids: [web.pid, town.pid('web'), town.pid('postgres')], script: join(town.dir, 'wrk.lua') });
		const wrote = Number(await town.sql('SELECT count(*) FROM letter')) - before;
		if (r.failed || wrote < r.requests) throw new Error(`${r.requests} presses, ${r.failed} failed, ${wrote} letters`);
		say(`  chromo     ${r.rate.toFixed(0).padStart(8)} /s  p99 ${r.p99.toFixed(1)} ms  cpu ${r.cpu.toFixed(0)} µs`);
		const { stdout } = await run('pgbench', ['-n', '-M', 'prepared', '-c', '32', '-j', '2', '-T', String(seconds),
			'-f', join(town.dir, 'pgbench.sql'), '-h', join(town.dir, 'run/pg'), '-U', 'postgres', town.database],
		{ timeout: (seconds + 30) * 1000, killSignal: 'SIGKILL' });
		const rate = Number(/tps = ([\d.]+)/.exec(stdout)[1]);
		say(`  pgbench    ${rate.toFixed(0).padStart(8)} /s`);
		if (i < 0) continue;
		ours.push(r.rate);
		late.push(r.p99);
		theirs.push(rate);
	}
	report('write', { value: median(ours), unit: 'requests/s', limit: median(theirs), goal: 'ratio >= 0.4' });
	say(`  write: p99 ${median(late).toFixed(1)} ms`);
} finally {
	for (const h of held) await h.stop();
	await town.stop();
}
