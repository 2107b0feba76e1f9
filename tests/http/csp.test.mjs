// SPDX-License-Identifier: Apache-2.0
//
// R26: what csp_evaluator, Google's judge of policies, says of the Content-Security-Policy
// of every answer: every route by everybody who may open it, every form sent empty, refused
// without its token, with maps from here and from elsewhere, files, and nginx on its own with
// the program there and dead.  Nothing that it calls high, of the middle or wrong.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { furnish, opens } from '../harness/furnish.mjs';
import { fill, MINATO, people, routes, token } from '../harness/house.mjs';
import { eventually, up } from '../harness/up.mjs';

const judge = createRequire(import.meta.url);
const { CspEvaluator } = judge('csp_evaluator');
const { CspParser } = judge('csp_evaluator/dist/parser.js');
const { Severity } = judge('csp_evaluator/dist/finding.js');

const towns = [], policies = new Map();		// policy without its nonce → where it was seen
let faults = [], html = 0;
after(() => Promise.all(towns.map((t) => t.stop())));

async function house(tiles) {
	const town = await up({ conf: { map_tiles: tiles, map_credit: 'map' } });
	towns.push(town);
	return town;
}

// What stands in every policy, whatever kind of answer has it.
const always = ["default-src 'none'", "frame-ancestors 'none'"], ofPages = ["base-uri 'none'", 'form-action '];

function take(answer, where) {
	const csp = answer.headers['content-security-policy'], page = /^text\/html/.test(answer.headers['content-type'] ?? '');
	if (csp === undefined && answer.text === '') return;	// leads elsewhere
	if (csp === undefined) {
		faults.push(`${where}: ${answer.status}, no policy`);
		return;
	}
	for (const part of [...always, ...page ? ofPages : []]) if (!csp.includes(part)) faults.push(`${where}: no ${part}: ${csp}`);
	html += page;
	const kind = csp.replace(/'nonce-[^']+'/, "'nonce-AAAAAAAAAAAAAAAAAAAAAA'");
	if (!policies.has(kind)) policies.set(kind, where);
}

const severities = Object.fromEntries(Object.entries(Severity).map(([name, n]) => [n, name]));
const findings = (csp) => new CspEvaluator(new CspParser(csp).csp).evaluate()
	.map((f) => ({ bad: f.severity <= Severity.MEDIUM, text: `${severities[f.severity]} ${f.directive} ${f.value ?? ''}: ${f.description}` }));

const of = (who, { path }) => path.startsWith('/operator') ? [who.operator, who.stranger] : path.startsWith('/desk')
	? [who.both, who.admin, who.anonymous] : [who.anonymous, who.citizen];

before(async () => {
	const town = await house('/tiles/{z}/{x}/{y}.png'), { who, worlds } = await furnish(town), all = await routes(town);
	for (const route of all.filter((r) => r.method === 'GET'))
		for (const one of of(who, route))
			for (const path of new Set(worlds.filter((w) => opens(w, route)).map((w) => fill(route.path, w))))
				take(await one.client.get(path), `GET ${path}`);
	for (const route of all.filter((r) => r.method === 'POST')) {
		const world = worlds.find((w) => opens(w, route)), path = fill(route.path, world ?? {});
		for (const one of of(who, route).slice(0, 2)) {
			take(await one.client.post(path, {}), `POST ${path} without a token`);
			const press = await token(one).catch(() => '');	// signed out by a press before
			take(await one.client.post(path, { token: press }), `POST ${path} empty`);
		}
	}
}, { timeout: 600000 });

test('the judge itself tells good from bad', () => {
	assert.ok(findings("script-src 'unsafe-inline'").some((f) => f.bad && /^HIGH/.test(f.text)));
	assert.ok(findings("default-src 'none'; script-src *").some((f) => f.bad));
	assert.ok(findings("default-scr 'none'").some((f) => f.bad && /^SYNTAX/.test(f.text)));
});

test('a map whose tiles are elsewhere', { timeout: 120000 }, async () => {
	const town = await house('https://tiles.example.jp/{z}/{x}/{y}.png'), who = await people(town), seen = policies.size;
	for (const page of ['/', '/events', '/surveys', '/messages']) take(await who.anonymous.client.get(page), page);
	for (const id of (await town.sql('SELECT id FROM event')).split('\n')) take(await who.anonymous.client.get(`/events/${id}`), `/events/${id}`);
	assert.ok(policies.size > seen, 'a page that has them');
});

// Bytes on the wire, as no library would send them; the head of the answer.
const raw = (town, text) => new Promise((done, fail) => {
	const socket = tls.connect({ host: '127.0.0.1', port: town.port, rejectUnauthorized: false, servername: MINATO }, () => socket.write(text));
	let got = '';
	socket.on('data', (d) => { got += d; });
	socket.on('error', fail);
	socket.on('close', () => done({ status: Number(got.split(' ')[1]), text: got.split('\r\n\r\n')[1], headers: Object.fromEntries(got.split('\r\n\r\n')[0].split('\r\n').slice(1)
		.map((l) => [l.split(':')[0].toLowerCase(), l.slice(l.indexOf(':') + 2)])) }));
});

test('nginx on its own, before the program and without it', { timeout: 120000 }, async () => {
	const town = towns[0], client = town.client(MINATO);
	const own = {
		400: await raw(town, 'GET / HTTP/1.1\r\n\r\n'),
		404: await client.get('/static/no-such-file.css'),
		405: await client.send('/', { method: 'TRACE' }),
		413: await client.post('/subscribe', 'a'.repeat(2 << 20)),
		414: await client.get(`/${'a'.repeat(9000)}`),
	};
	// What is left of it would let people wait.
	const web = town.pid('web'), all = [web, ...readFileSync(`/proc/${web}/task/${web}/children`, 'latin1').split(' ').filter(Boolean).map(Number)];
	town.kill('web');
	for (const pid of all) await eventually('the end of all', () => { try { process.kill(pid, 0); return false; } catch { return true; } });
	await eventually('it is seen', async () => (own[502] = await client.get('/desk/login')).status >= 500);
	for (const [status, answer] of Object.entries(own)) {
		assert.equal(answer.status, Number(status));
		take(answer, `nginx ${status}`);
	}
	for (const file of ['/static/css/chromo.css', '/sw.js', '/favicon.ico']) take(await client.get(file), file);
});

test('R26 no answer without a policy, and none that is high, of the middle or wrong', () => {
	const bad = [];
	for (const [csp, where] of policies) {
		for (const { bad: is, text } of findings(csp)) {
			if (is) bad.push(`${where}: ${text} in ${csp}`);
			else console.log(`# ${where}: ${text}`);
		}
	}
	assert.deepEqual([...faults, ...bad], []);
	assert.ok(html > 300, `${html} pages`);
	console.log(`# ${policies.size} policies on ${html} pages`);
});
