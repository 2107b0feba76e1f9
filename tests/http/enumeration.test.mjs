// SPDX-License-Identifier: Apache-2.0
//
// R14: nothing in an answer tells whether an address is registered: not its
// text, status, headers, length, nor the time it takes.  Medians of 500, asked in
// turn, within 5 %; of fewer, as soon as it is 99 % sure that they are.  tests/harness/prove.pl
// runs this file alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { account, password } from '../harness/staff.mjs';
import { up } from '../harness/up.mjs';
import { answer, somebody, subscribe, words } from './citizen.mjs';

const ROUNDS = 500, FEWEST = 100, NEAR = 1.05;
// Several of each: where a row came to lie in its page is the luck of one address.
const EACH = 6;
const people = (name) => Array.from({ length: EACH }, (_, i) => somebody(`${name}${i}`));
let town, district;
const who = { known: people('hanako'), unknown: people('yasuko') };
before(async () => {
	// A cheaper hash hides less of what else the answers may cost.
	town = await up({ conf: { password_memory_kib: 4096, password_passes: 1 } });
	district = Number(await town.sql(`SELECT min(d.id) FROM district d JOIN tenant_host h ON h.tenant_id = d.tenant_id
		WHERE h.host = 'minato.localhost'`));
	for (const email of who.known) await subscribe(town, town.client('minato.localhost'), email, { district: [district] });
	// Mails are not wanted here, and the courier would share the processor.  Beyond the
	// limits the work is another one, the same for both: here nobody gets that far.
	town.kill('courier', 'SIGTERM');
	await town.sql(`CREATE FUNCTION no_limit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.hits := 1; RETURN NEW; END';
		CREATE TRIGGER no_limit BEFORE INSERT OR UPDATE ON throttle FOR EACH ROW EXECUTE FUNCTION no_limit()`);
});
after(() => town?.stop());

const sorted = (list) => [...list].sort((a, b) => a - b);
const median = (list) => sorted(list)[list.length >> 1];
// Between which two of the list the true median lies (99 %, by the binomial distribution).
function bounds(list) {
	const all = sorted(list), off = Math.ceil(2.58 * Math.sqrt(all.length) / 2);
	return [all[(all.length >> 1) - off], all[(all.length >> 1) + off]];
}
function near({ known, unknown }) {
	const [[a, b], [c, d]] = [bounds(known), bounds(unknown)];
	return b / c <= NEAR && d / a <= NEAR;
}
// What an answer shows to whoever asked; tokens of ours are random.
const shown = (a) => ({
	status: a.status, location: a.headers.location, length: a.bytes.length,
	cookies: (a.headers['set-cookie'] ?? []).map((c) => c.replace(/=[^;]*/, '')),
	headers: Object.keys(a.headers).sort(), type: a.headers['content-type'],
});
const normal = (page) => words(page).replace(/\S+@example\.jp/g, '');

// A busy machine makes noise, of which more rounds make less; a leak they make plainer.
async function compare(name, ask, { known, unknown } = who) {
	const times = { known: [], unknown: [] }, said = [];
	let same;
	for (let i = 1; i <= 3 * ROUNDS; i++) {
		// Now this one first, now that one.
		for (const kind of i % 2 ? ['known', 'unknown'] : ['unknown', 'known']) {
			const { sent, ms } = await ask({ known, unknown }[kind][i % known.length]);
			const text = JSON.stringify(shown(sent));
			same ??= text;
			assert.equal(text, same, `${name}, ${kind}`);
			times[kind].push(ms);
		}
		if (i >= FEWEST && i % 25 === 0 && near(times)) return;
		if (i % ROUNDS !== 0) continue;
		const [a, b] = [median(times.known), median(times.unknown)];
		said.push(`${i} rounds: known ${a.toFixed(3)} ms, unknown ${b.toFixed(3)} ms`);
		if (Math.max(a / b, b / a) <= NEAR) return;
	}
	assert.fail(`${name}: ${said.join('; ')}`);
}

async function timed(send) {
	const start = process.hrtime.bigint();
	const sent = await send();
	return { sent, ms: Number(process.hrtime.bigint() - start) / 1e6 };
}

test('registering', async () => {
	const client = town.client('minato.localhost');
	await answer(client, who.known[0], { district: [district] });
	const pages = {};
	await compare('/subscribe/check', async (email) => {
		await client.submit(await client.get('/subscribe/email'), { email });
		const check = await client.get('/subscribe/check');
		const result = await timed(() => client.submit(check, { consent: 1 }));
		pages[who.known.includes(email)] ??= normal(await client.follow(result.sent));
		return result;
	});
	assert.equal(pages[true], pages[false], 'the page that follows');
});

test('asking for a link', async () => {
	const client = town.client('minato.localhost');
	await compare('/my/link', async (email) => {
		const page = await client.get('/my/link');
		return timed(() => client.submit(page, { email }));
	});
});

// The hash that is compared with costs the same for an ID that nobody has.
test('signing in as staff', async () => {
	const client = town.client('minato.localhost');
	const pages = {};
	const known = 'sato', unknown = 'soto';
	// Their hash is made anew at the price of now.
	assert.equal((await password(client, known, account(town, 'minato.localhost', known).password)).status, 303);
	assert.match(await town.sql(`SELECT string_agg(password, ' ') FROM staff WHERE login = '${known}'`), /m=4096,t=1,p=1\$/);
	await compare('/desk/login', async (login) => {
		const page = await client.get('/desk/login');
		const result = await timed(() => client.submit(page, { login, password: '違うことば、とても長い' }));
		pages[login] ??= normal(result.sent).replaceAll(login, '');
		return result;
	}, { known: [known], unknown: [unknown] });
	assert.equal(pages.sato, pages.soto, 'what the page says');
});
