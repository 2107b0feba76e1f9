// SPDX-License-Identifier: Apache-2.0
//
// What booking and last_seat share: a town at full speed, and presses of the last button of
// a sign-up, each with what a browser has by then: the sealed draft, its cookie, the token of
// the form, made with the town's own keys.  Each is used once.
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { up } from '../harness/up.mjs';

export const host = 'minato.localhost', tenant = 1;
const derive = (key, label) => Buffer.from(hkdfSync('sha256', key, '', label, 32));
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

function seal(key, label, text) {
	const nonce = randomBytes(12), c = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(label));
	return Buffer.concat([nonce, c.update(text), c.final(), c.getAuthTag()]);
}
function unseal(key, label, bytes) {
	const c = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(label));
	c.setAuthTag(bytes.subarray(-16));
	return Buffer.concat([c.update(bytes.subarray(12, -16)), c.final()]);
}

// The courier rests: it would write to all of them.
export async function fastTown() {
	process.env.CHROMO_FSYNC = 'on';
	const town = await up({ conf: { strict: 'no', development: 'no', workers: '8', workers_write: '8' } });
	const master = readFileSync(join(town.dir, 'master.key'));
	const hex = await town.sql(`SELECT encode(wrapped, 'hex') FROM tenant_key WHERE tenant_id = ${tenant}`);
	town.kill('courier', 'SIGTERM');
	return Object.assign(town, { tokenKey: derive(master, 'web form token'),
		dataKey: unseal(master, 'tenant_key.wrapped', Buffer.from(hex, 'hex')) });
}

// So many people before the button, into drafts and a file for wrk: "event draft visit token".
export async function presses(town, { event, slot }, n, file = 'presses') {
	const rows = [], lines = [];
	for (let i = 0; i < n; i++) {
		const draft = randomBytes(32).toString('base64url'), visit = randomBytes(16).toString('base64url'), random = randomBytes(16);
		const mac = createHmac('sha256', town.tokenKey).update(random).update(`${host}\0${visit}`).digest().subarray(0, 16);
		const what = { answers: {}, email: `${visit}@example.jp`, people: 1, persons: [{ answers: {}, kana: 'みなと はなこ', name: '港 花子', quotas: [] }], phone: '', slot, unreachable: false };
		rows.push(`${tenant}\t\\\\x${sha256(`apply ${event} ${draft}`)}\t${event}\t\\\\x${seal(town.dataKey, 'application_draft.sealed', JSON.stringify(what)).toString('hex')}`);
		lines.push(`${event} ${draft} ${visit} ${Buffer.concat([random, mac]).toString('base64url')}`);
	}
	const path = join(town.dir, 'drafts');
	writeFileSync(path, `${rows.join('\n')}\n`);
	chmodSync(path, 0o644);
	await town.sql(`COPY application_draft (tenant_id, hash, event_id, sealed) FROM '${path}'`);
	writeFileSync(join(town.dir, file), `${lines.join('\n')}\n`);
	return lines;
}

// wrk's script: one line a request; when there is none left the thread stops.
export function script(town, file = 'presses') {
	const path = join(town.dir, 'wrk.lua');
	writeFileSync(path, `
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
function init()
	lines = {}
	local n = 0
	for line in io.lines("${town.dir}/${file}") do
		if n % 2 == number then lines[#lines + 1] = line end
		n = n + 1
	end
	at = 0
end
function request()
	at = at + 1
	if at > #lines then wrk.thread:stop(); at = #lines end
	local event, draft, visit, token = lines[at]:match("(%S+) (%S+) (%S+) (%S+)")
	return wrk.format("POST", "/events/" .. event .. "/apply/check", {
		Host = "${host}", ["Content-Type"] = "application/x-www-form-urlencoded",
		Cookie = "__Host-apply=" .. draft .. "; __Host-visit=" .. visit,
	}, "token=" .. token)
end
`);
	return path;
}
