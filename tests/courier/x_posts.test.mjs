// SPDX-License-Identifier: Apache-2.0
//
// Posts on X: at most one of a message, ever, whatever X and the courier do; what became of
// it is known or said to be unknown; a stop takes it away.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { X } from '../gateways/x.mjs';
import { png } from '../harness/picture.mjs';
import { eventually, openPost } from './post.mjs';

const POST = { method: 'POST', path: '/2/tweets' };
const GET = { method: 'GET' };
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const hex = (buffer) => `'\\x${Buffer.from(buffer).toString('hex')}'`;
const json = (value) => `'${JSON.stringify(value)}'`;

let post, x, courier;
before(async () => {
	x = await new X().start();
	post = await openPost({ conf: { gateway_ca_file: x.caFile, gateway_private: 'yes', courier_lease_s: 4, gateway_timeout_s: 3 } });
	courier = post.courier();
});
after(async () => {
	await post?.close();
	await x?.close();
});

const sql = (text) => post.sql(text);
const inside = (town, text) => sql(`BEGIN; SELECT FROM enter_tenant(${town.tenant}, 'command'); ${text}; COMMIT`);

async function account(town, { url, settings, secrets } = x.account({ readback_s: 1 })) {
	await inside(town, `INSERT INTO gateway (channel, kind, active, url, settings, secrets)
		VALUES ('x', 'x', true, '${url}', ${json(settings)}, ${hex(town.keys.seal('gateway.secrets', JSON.stringify(secrets)))})
		ON CONFLICT (tenant_id, channel, place) DO UPDATE SET settings = excluded.settings, secrets = excluded.secrets,
		       version = gateway.version + 1, updated = now()`);
}

async function town(given) {
	const made = await post.town({ citizens: 0 });
	if (given !== null)
		await account(made, given);
	return made;
}

let number = 0;
// What it says carries a mark of its own, so that the ledger can tell messages apart.
async function message(of, { mark = `M${++number}X`, link = true, card, pictures, ...more } = {}) {
	const id = await post.message(of, { mail: false, by: 'x', ...more,
		content: { text: `【みなと市】${mark}${link ? `\nhttps://${of.host}/messages/{id}` : ''}`, ...(card ? { card } : {}), ...(pictures ? { pictures } : {}) } });
	return { id, mark, town: of };
}
const ever = ({ mark }) => x.ledger.filter((p) => p.text?.includes(mark));
const there = ({ mark }) => x.posts.filter((p) => p.text.includes(mark));
const state = ({ id }) => sql(`SELECT state FROM post WHERE message_id = ${id}`);
const row = ({ id }, what) => sql(`SELECT ${what} FROM post WHERE message_id = ${id}`);
const is = (m, wanted, seconds = 90) => eventually(`post of ${m.mark} is ${wanted}`, async () => await state(m) === wanted, seconds);
const health = (of) => sql(`SELECT h.breaker, h.reason FROM gateway_health h WHERE h.tenant_id = ${of.tenant}`);
const faults = (of) => inside(of, 'SELECT * FROM ledger_faults()').then((out) => assert.equal(out.trim(), ''));
// A rule for the call that carries this text.
const of = (m, rule) => ({ ...POST, times: 1, when: (c) => c.body.toString().includes(m.mark), ...rule });

// Written to nobody until let go: rules are there before the first call.
const later = { sendAt: "now() + interval '1 hour'" };
const go = (m) => sql(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE message SET send_at = NULL WHERE id = ${m.id}; COMMIT`);

test('one post, with its id; the message waits for it, and the month counts it', { timeout: 300000 }, async () => {
	const city = await town(x.account({ readback_s: 1, posts_per_month: 3 })), m = await message(city);
	await post.sent(m.id);
	assert.equal(there(m).length, 1);
	assert.equal(await row(m, "state, provider_id, reason"), `accepted|${there(m)[0].id}|sent`);
	assert.match(there(m)[0].text, new RegExp(`/messages/${m.id}$`));
	assert.equal(await sql(`SELECT quota, used, accepted, breaker FROM gateway_health WHERE tenant_id = ${city.tenant}`), '3|1|1|closed');
	await faults(city);
});

test('an emergency has a picture; without it the text goes all the same, and staff see that', { timeout: 300000 }, async () => {
	const card = { head: '命を守る情報', town: 'みなと市', subject: '避難', text: '高台へ。' };
	const seen = await message(await town(), { vital: true, card });
	await is(seen, 'accepted');
	assert.match(there(seen)[0].pictures[0].alt, /高台へ。$/);
	const plain = await message(await town(), { vital: true, card, ...later });
	x.script([{ path: '/2/media/upload', status: 403 }]);
	await go(plain);
	await is(plain, 'accepted');
	assert.equal(await row(plain, 'reason'), 'sent_plain');
	assert.equal(there(plain)[0].pictures, undefined);
	x.script([]);
});

// A file that was taken in for a message of this town.
function picture(of, bytes, text, digest = createHash('sha256').update(bytes).digest('hex')) {
	const id = randomUUID(), folder = join(post.up.dir, 'files', of.tenant, id.slice(0, 2));
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, id), bytes);
	return { id, kind: 'image/png', digest, text };
}
test('pictures go with the post, behind the card of an emergency; other bytes than were approved do not', { timeout: 300000 }, async () => {
	const city = await town(), card = { head: '命を守る情報', town: 'みなと市', subject: '避難', text: '高台へ。' };
	const pictures = [picture(city, png(10, 1), '避難所の地図'), picture(city, png(10, 2), '通れない橋')];
	const alts = (m) => there(m)[0].pictures.map((p) => p.alt);
	const plain = await message(city, { pictures }), vital = await message(city, { vital: true, card, pictures });
	await is(plain, 'accepted');
	await is(vital, 'accepted');
	assert.deepEqual([alts(plain), alts(vital).slice(1), await row(plain, 'reason')], [['避難所の地図', '通れない橋'], ['避難所の地図', '通れない橋'], 'sent']);
	assert.deepEqual(there(plain)[0].pictures.map((p) => p.sha256), pictures.map((p) => p.digest));
	const other = await message(city, { pictures: [picture(city, png(10, 3), 'すりかえた写真', pictures[0].digest), pictures[1]] });
	await is(other, 'accepted');
	assert.deepEqual([alts(other), await row(other, 'reason')], [['通れない橋'], 'sent_plain']);
	// In doubt it is found, and nothing is uploaded twice.
	const lost = await message(city, { pictures, ...later });
	x.script([of(lost, { accept: true, close: true })]);
	await go(lost);
	await is(lost, 'accepted');
	assert.deepEqual([ever(lost).length, alts(lost)], [1, ['避難所の地図', '通れない橋']]);
	x.script([]);
	await faults(city);
});

// what X does, what becomes of the post, how many there ever were
const scenarios = [
	['500 after accepting', { accept: true, status: 500 }, 'accepted', 1],
	['time-out after accepting', { accept: true, hang: 60000 }, 'accepted', 1],
	['closed after accepting', { accept: true, close: true }, 'accepted', 1],
	['cut in the answer', { accept: true, bytes: 60 }, 'accepted', 1],
	['not JSON after accepting', { accept: true, body: 'OK' }, 'accepted', 1],
	['503 before accepting', { status: 503 }, 'accepted', 1],
	['closed before accepting', { close: true }, 'accepted', 1],
	['429', { status: 429, headers: { 'x-rate-limit-reset': String(Math.floor(Date.now() / 1000) + 2) } }, 'accepted', 1],
	['400', { status: 400, body: { detail: 'no' } }, 'refused', 0],
	['a duplicate', { status: 403, body: { detail: 'You are not allowed to create a Tweet with duplicate content.' } }, 'refused', 0],
];
// Each of them happens to a message of its own, all at once; then each is looked at.
async function whateverAnswers(make, look) {
	const all = [];
	for (const [what, rule, wanted, posts] of scenarios)
		all.push({ what, rule, wanted, posts, m: await make() });
	x.script(all.map(({ m, rule }) => of(m, rule)));
	await Promise.all(all.map(({ m }) => go(m)));
	for (const { what, wanted, posts, m } of all) {
		await is(m, wanted);
		assert.equal(ever(m).length, posts, what);
		await look(m, posts, what);
	}
	x.script([]);
}
test('x_adopt: whatever X answers, there is at most one post', { timeout: 300000 }, () =>
	whateverAnswers(async () => message(await town(), later), async (m, posts, what) => {
		assert.equal(await post.state(m.id), 'sent', what);
		if (posts > 0) assert.equal(await row(m, 'provider_id'), there(m)[0].id, what);
		await faults(m.town);
	}));

test('401: nothing is given up, staff are told, and new credentials are tried at once', { timeout: 300000 }, async () => {
	const city = await town(), m = await message(city, later);
	const good = x.token[1];
	x.token[1] = 'another';
	await go(m);
	await eventually('the breaker is open', async () => await health(city) === 'open|gateway_denied');
	assert.equal(await state(m), 'queued');
	assert.equal(await post.state(m.id), 'sending');
	x.token[1] = good;
	await sleep(1000);
	assert.equal(ever(m).length, 0, 'it rests');
	await account(city);
	await is(m, 'accepted');
	assert.equal(await health(city), 'closed|gateway_denied');
	assert.equal(ever(m).length, 1);
});

test('a look that fails leaves the doubt; in the end somebody is asked to look', { timeout: 300000 }, async () => {
	const m = await message(await town(), later);
	x.script([of(m, { accept: true, close: true }), { ...GET, status: 500 }]);
	await go(m);
	await eventually('it is in doubt', async () => await row(m, 'doubt AND looks > 1') === 't');
	assert.equal(await state(m), 'queued');
	await sql(`UPDATE post SET looks = 20, due = now() WHERE message_id = ${m.id}`);
	await is(m, 'unknown');
	assert.equal(await post.state(m.id), 'sent');
	assert.equal(ever(m).length, 1);
	x.script([]);
	// Taken back: it is looked for, and then it is gone.
	await inside(m.town, `SELECT post_withdraw(${m.id})`);
	await is(m, 'deleted');
	assert.equal(there(m).length, 0);
	await faults(m.town);
});

// So many times: somewhere on the way of three posts the courier is killed, and another one
// starts.
async function killed(times, make, look = () => {}) {
	for (let i = 0; i < times; i++) {
		const all = [await make(), await make(), await make()];
		x.script(all.map((m, j) => of(m, (i + j) % 2 ? { accept: true, hang: 300 } : { delay: 150 })));
		await Promise.all(all.map(go));
		await eventually('they are begun', async () => (await Promise.all(all.map(state))).every((s) => ['sending', 'accepted'].includes(s)));
		await sleep(Math.random() * 300);
		await courier.kill();
		courier = post.courier();
		x.script([]);
		for (const m of all) {
			await is(m, 'accepted');
			assert.equal(ever(m).length, 1, m.mark);
			await look(m);
		}
	}
}
test('kill -9: at any moment, at most one post', { timeout: 300000 }, async () => {
	const city = await town();
	await killed(4, () => message(city, later));
	await faults(city);
});

test('two couriers, one post', { timeout: 300000 }, async () => {
	const second = post.courier(), city = await town(), all = [];
	for (let i = 0; i < 10; i++) all.push(await message(city));
	for (const m of all) await is(m, 'accepted');
	for (const m of all) assert.equal(ever(m).length, 1);
	assert.equal(await second.stop(), 0);
});

test('a stop: what was not begun is not posted, what is there is taken away', { timeout: 300000 }, async () => {
	const stop = (m) => inside(m.town, `SELECT message_stop(${m.id})`);
	const waits = await message(await town(), later), flies = await message(await town(), later), lost = await message(await town(), later);
	x.script([of(waits, { status: 429, headers: { 'x-rate-limit-reset': String(Math.floor(Date.now() / 1000) + 600) } }),
		of(flies, { accept: true, hang: 8000 }), of(lost, { accept: true, close: true }), { ...GET, status: 500 }]);
	for (const m of [waits, flies, lost]) await go(m);
	await eventually('it waits', async () => await row(waits, "state = 'queued' AND try = 1") === 't');
	await eventually('it flies', () => ever(flies).length === 1);
	await eventually('it is in doubt', async () => await row(lost, "doubt") === 't');
	for (const m of [waits, flies, lost]) await stop(m);
	x.script([]);
	assert.equal(await state(waits), 'cancelled');
	await is(flies, 'deleted');
	await is(lost, 'deleted');
	for (const m of [waits, flies, lost]) {
		assert.equal(there(m).length, 0);
		assert.equal(await post.state(m.id), 'stopped');
		await faults(m.town);
	}
	assert.equal(ever(waits).length, 0);
	x.script([]);

	// And one that went out well.
	const m = await message(await town());
	await post.sent(m.id);
	x.script([{ method: 'DELETE', status: 503, times: 1 }]);
	await inside(m.town, `SELECT post_withdraw(${m.id})`);
	await is(m, 'deleted');
	assert.equal(there(m).length, 0);
	x.script([]);
});

// A message that corrects another, as the desk makes it; text is what a rendering of it says.
async function correction(of, first_post, more) {
	const m = await message(of.town, { ...more, ...later });
	await sql(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE message SET corrects = ${of.id}, first_post = '${first_post}' WHERE id = ${m.id}; COMMIT`);
	return m;
}
const reply = (m) => there(m).map((p) => p.reply);

test('a correction is a reply to the first post, at most one, whatever X answers', { timeout: 300000 }, async () => {
	const first = await message(await town());
	await is(first, 'accepted');
	const id = await row(first, 'provider_id');
	await whateverAnswers(() => correction(first, 'reply'), (m, posts, what) => assert.deepEqual(reply(m), posts ? [id] : [], what));
	assert.equal(there(first).length, 1, 'the first one stays');
	await faults(first.town);
});

test('a correction waits until it is known whether there is a first post', { timeout: 300000 }, async () => {
	const first = await message(await town(), later);
	x.script([of(first, { accept: true, close: true }), { ...GET, status: 500 }]);
	await go(first);
	await eventually('it is in doubt', async () => await row(first, 'doubt') === 't');
	const m = await correction(first, 'reply');
	await go(m);
	await eventually('it is planned', async () => await state(m) === 'queued');
	await eventually('it was put off', async () => await row(m, "due > created AND try = 0") === 't');
	assert.equal(ever(m).length, 0);
	x.script([]);
	await sql("UPDATE post SET due = now() WHERE state = 'queued' AND due > now()");
	await is(m, 'accepted');
	assert.deepEqual(reply(m), [await row(first, 'provider_id')]);

	// None, and one that somebody took away.
	const gone = await message(first.town);
	await is(gone, 'accepted');
	await inside(gone.town, `SELECT post_withdraw(${gone.id})`);
	await is(gone, 'deleted');
	const alone = await correction(gone, 'reply');
	await go(alone);
	await is(alone, 'accepted');
	assert.deepEqual([reply(alone), await row(alone, 'reason')], [[undefined], 'sent']);
	const hand = await message(first.town);
	await is(hand, 'accepted');
	x.posts = x.posts.filter((p) => !p.text.includes(hand.mark));
	const left = await correction(hand, 'reply');
	await go(left);
	await is(left, 'accepted');
	assert.deepEqual([reply(left), await row(left, 'reason')], [[undefined], 'sent_alone']);
	await faults(first.town);
});

test('a correction that takes the first post away stands alone', { timeout: 300000 }, async () => {
	const first = await message(await town());
	await is(first, 'accepted');
	const m = await correction(first, 'delete');
	assert.equal(there(first).length, 1, 'not before it is sent');
	await go(m);
	await is(m, 'accepted');
	await is(first, 'deleted');
	assert.deepEqual([there(first).length, reply(m)], [0, [undefined]]);
	await faults(first.town);
});

test('kill -9: of a correction too there is at most one, and it is a reply', { timeout: 300000 }, async () => {
	const first = await message(await town());
	await is(first, 'accepted');
	await killed(2, () => correction(first, 'reply'), async (m) => assert.deepEqual(reply(m), [await row(first, 'provider_id')]));
	await faults(first.town);
});

test('the month is full: held, but for an emergency; no account; too late', { timeout: 300000 }, async () => {
	const city = await town(x.account({ readback_s: 1, posts_per_month: 1 }));
	const [first, second] = [await message(city), await message(city)];
	await post.sent(first.id);
	await post.sent(second.id);
	assert.deepEqual((await Promise.all([first, second].map((m) => row(m, "state || ' ' || reason")))).sort(), ['accepted sent', 'held quota_spent']);
	const vital = await message(city, { vital: true });
	await is(vital, 'accepted');
	assert.equal(await sql(`SELECT quota, used FROM gateway_health WHERE tenant_id = ${city.tenant}`), '1|2');

	const nobody = await message(await town(null));
	await post.sent(nobody.id);
	assert.equal(await row(nobody, 'state, reason'), 'held|gateway_missing');
	await faults(nobody.town);
	const late = await message(await town(), { validUntil: "now() + interval '1 second'", sendAt: "now() + interval '2 seconds'" });
	await post.sent(late.id);
	assert.equal(await row(late, 'state, reason'), 'held|late');
	assert.equal(ever(late).length, 0);
});

test('without a link: the text is compared, and of two with the same text one is refused', { timeout: 300000 }, async () => {
	const city = await town(), mark = 'SAME';
	const first = await message(city, { mark, link: false });
	await is(first, 'accepted');
	const second = await message(city, { mark, link: false, ...later });
	x.script([of(second, { close: true })]);
	await go(second);
	await is(second, 'refused');
	assert.equal(await row(second, 'reason'), 'post_duplicate');
	assert.equal(ever(first).length, 1);
	x.script([]);
});

test('a token that ends is renewed once, also by two couriers', { timeout: 300000 }, async () => {
	const second = post.courier(), before = x.renewals;
	x.script([{ path: '/2/oauth2/token', accept: true, hang: 500 }]);
	const city = await town(x.account2({ readback_s: 1 }, Date.now() - 1000)), m = await message(city);
	await is(m, 'accepted');
	assert.equal(x.renewals - before, 1);
	x.script([]);
	assert.equal(await sql(`SELECT version FROM gateway WHERE tenant_id = ${city.tenant}`), '2');
	assert.equal(await sql(`SELECT count(*) FROM gateway_renewal WHERE tenant_id = ${city.tenant}`), '0');
	assert.equal(await second.stop(), 0);
	// One that X does not know any more, before its end.
	x.access = 'revoked';
	const next = await message(city);
	await eventually('it was denied', async () => await row(next, "state = 'queued' AND try = 1") === 't' && /^open/.test(await health(city)));
	await sql(`UPDATE gateway_health SET until = now() WHERE tenant_id = ${city.tenant}; UPDATE post SET due = now() WHERE message_id = ${next.id}`);
	await is(next, 'accepted');
	assert.equal(x.renewals - before, 2);
	assert.equal(ever(next).length, 1);
});

test('a crash while the token is renewed is told, not hidden', { timeout: 300000 }, async () => {
	x.script([{ path: '/2/oauth2/token', accept: true, hang: 8000, times: 1 }]);
	const before = x.renewals;
	const city = await town(x.account2({ readback_s: 1 }, Date.now() - 1000)), m = await message(city);
	await eventually('it is being renewed', () => x.renewals === before + 1);
	await courier.kill();
	x.script([]);
	courier = post.courier();
	await sleep(1500);
	assert.equal(await state(m), 'queued');
	await sql(`UPDATE gateway_renewal SET asked = now() - interval '2 minutes' WHERE tenant_id = ${city.tenant}`);
	await eventually('it is told', async () => await health(city) === 'open|sign_in_again');
	assert.equal(x.renewals, before + 1, 'what may be used up is not used again');
	assert.equal(ever(m).length, 0);
	// Somebody signs in.
	await account(city, x.account2({ readback_s: 1 }));
	await is(m, 'accepted');
	assert.match(await health(city), /^closed/);
	assert.equal(ever(m).length, 1);
});

test('it ends in good order', async () => {
	assert.equal(await courier.stop(), 0);
});
