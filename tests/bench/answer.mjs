// SPDX-License-Identifier: Apache-2.0
//
// answer: a complete answer to a survey (/surveys/{survey}/check: token claimed, draft
// opened, every question judged, the response written and the draft gone, a durable commit,
// 303) through nginx with TLS, against pgbench inserting the same row with 32 clients.
//
// What a browser has when it presses the button is made beforehand, as in write.mjs: the
// sealed draft, its cookie, and the form's token.  Each is used once.
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { every, survey, walk } from '../http/survey.mjs';
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
const { survey: id, questionnaire } = await survey(town, every());
const typed = { q1: { q1: '1' }, q2: { q2_1: '1', q2_other: '1', q2_words: '写真をとる' }, q3: { q3: '4' }, q4: { q4_1: '2', q4_3: '1' },
	q5: { q5_r1: '1', q5_r2: '3' }, q6: { q6: '12' }, q7: { q7_year: '令和8', q7_month: '2', q7_day: '28' }, q8: { q8: '9時30分' },
	q9: { q9_district: await town.sql(`SELECT min(id) FROM district WHERE tenant_id = ${tenant}`) }, q10: { q10_text: '駅前の公園' }, q11: { q11: 'やまだ' },
	q12: { q12: '木が多くて気持ちがいいです。夜は少し暗いです。' }, q14: { q14: '1' } };
const stored = async () => Number(await town.sql(`SELECT count(*) FROM response WHERE questionnaire_id = ${questionnaire}`));

// One browser goes the whole way: all the others have copies of its draft, which is complete for
// the questions as they are asked today, or the bench ends here and says at which one.
async function walked() {
	const page = await walk(town.client(host), id, typed);
	if (page.path !== `/surveys/${id}/check`) {
		const problems = [...page.text.matchAll(/<li><a href="#([\w-]+)">([^<]+)/g)].map(([, name, words]) => `${name} ${words}`);
		throw new Error(`not all is answered: ${page.status} at ${page.path} ${problems.join(', ')}`);
	}
	const sealed = await town.sql(`SELECT encode(sealed, 'hex') FROM response_draft WHERE questionnaire_id = ${questionnaire}`);
	return JSON.parse(unseal(dataKey, 'response_draft.sealed', Buffer.from(sealed, 'hex')));
}

const whole = await walked();

async function prepare(n) {
	const rows = [], presses = [];
	const what = (seed) => JSON.stringify({ ...whole, begun: Date.now() - 60000, seed });
	for (let i = 0; i < n; i++) {
		const draft = randomBytes(32).toString('base64url'), visit = randomBytes(16).toString('base64url'), random = randomBytes(16);
		const mac = createHmac('sha256', tokenKey).update(random).update(`${host}\0${visit}`).digest().subarray(0, 16);
		rows.push(`${tenant}\t\\\\x${sha256(`draft ${id} ${draft}`).toString('hex')}\t${questionnaire}\t1\t\\\\x${seal(dataKey, 'response_draft.sealed', what(visit)).toString('hex')}\tcheck`);
		presses.push(`${draft} ${visit} ${Buffer.concat([random, mac]).toString('base64url')}`);
	}
	const path = join(town.dir, 'drafts');
	writeFileSync(path, `${rows.join('\n')}\n`);
	chmodSync(path, 0o644);
	await town.sql(`COPY response_draft (tenant_id, hash, questionnaire_id, edition, sealed, reached) FROM '${path}'`);
	await town.sql('CHECKPOINT');
	writeFileSync(join(town.dir, 'presses'), `${presses.join('\n')}\n`);
	return presses;
}

// One line a request; when there is none left the thread stops.
const script = `
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
	local draft, visit, token = lines[at]:match("(%S+) (%S+) (%S+)")
	return wrk.format("POST", "/surveys/${id}/check", {
		Host = "${host}", ["Content-Type"] = "application/x-www-form-urlencoded",
		Cookie = "__Host-answer-${id}=" .. draft .. "; __Host-visit=" .. visit,
	}, "token=" .. token)
end
`;

// What pgbench writes: the row of one answer.
const inserts = `INSERT INTO response (tenant_id, questionnaire_id, edition, number, answers, seconds, receipt_hash)
VALUES (${tenant}, ${questionnaire}, 1, gen_random_uuid()::text, '${JSON.stringify(whole.answers)}', 60, sha256(uuid_send(gen_random_uuid())));
`;

try {
	town.kill('courier', 'SIGTERM');
	const web = await nginxBeside(town, 'answer', await freePort(), (text) => text);
	held.push(web);

	const [draft, visit, token] = (await prepare(1))[0].split(' ');
	const client = town.client(host);
	client.cookies.set(`__Host-answer-${id}`, draft).set('__Host-visit', visit);
	const first = await client.post(`/surveys/${id}/check`, { token });
	if (first.headers.location !== `/surveys/${id}/done`) throw new Error(`the first answer: ${first.status} ${first.headers.location}`);
	writeFileSync(join(town.dir, 'wrk.lua'), script);
	writeFileSync(join(town.dir, 'pgbench.sql'), inserts.replaceAll('\n', ' '));

	const ours = [], theirs = [], late = [];
	// The first round makes plans and caches and is not counted.
	for (let i = -1; i < rounds; i++) {
		await prepare(most * seconds);
		const before = await stored();
		const r = await load(`https://127.0.0.1:${web.port}/surveys/${id}/check`, {
			pids: [web.pid, town.pid('web'), town.pid('postgres')], script: join(town.dir, 'wrk.lua') });
		const wrote = await stored() - before;
		if (r.failed || wrote < r.requests) throw new Error(`${r.requests} answers, ${r.failed} failed, ${wrote} kept`);
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
	report('answer', { value: median(ours), unit: 'answers/s', limit: median(theirs), goal: 'ratio >= 0.5' });
	say(`  answer: p99 ${median(late).toFixed(1)} ms`);
} finally {
	for (const h of held) await h.stop();
	await town.stop();
}
