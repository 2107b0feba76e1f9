// SPDX-License-Identifier: Apache-2.0
//
// A mail address of an open マイページ, proved by a code (safety.md R14, R15): added, another
// in its place, and two entries of one person made one; without script.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeEvent, signUp } from '../harness/event.mjs';
import { eventually, up } from '../harness/up.mjs';
import { linkIn, mailWith, mailsTo, problems, somebody, subscribe, words } from './citizen.mjs';
import { once_survey } from './right.mjs';
import { walk } from './survey.mjs';
import { code as smsCode, number } from './texts.mjs';

let town, districts, topics;
const ids = (sql) => town.sql(sql).then((s) => s.split('\n').map(Number));
before(async () => {
	town = await up();
	const here = `tenant_id = (SELECT tenant_id FROM tenant_host WHERE host = 'minato.localhost')`;
	districts = await ids(`SELECT id FROM district WHERE ${here} ORDER BY id`);
	topics = await ids(`SELECT id FROM topic WHERE ${here} AND NOT vital ORDER BY id`);
});
after(() => town?.stop());
const browser = (host = 'minato.localhost') => town.client(host);
const other = (right) => String((Number(right) + 1) % 1000000).padStart(6, '0');

// Somebody with a mail address.
async function person(email = somebody(), choice = { district: [districts[0]] }) {
	const client = browser();
	await subscribe(town, client, email, choice);
	return { client, email, id: Number(await town.sql('SELECT max(id) FROM citizen')) };
}

// Somebody with a phone alone.
async function caller(choice = {}) {
	const client = browser(), phone = number();
	const step = async (page, values, form) => client.submit(await client.get(`/subscribe/${page}`), values, form);
	await step('phone', { phone });
	await step('district', { [`district_${choice.district ?? districts[1]}`]: 1 });
	if (choice.topic) await step('topics', { [`topic_${choice.topic}`]: 1 }, 1);
	else await step('topics', { vital: 1 }, 0);
	await step('language', { language: choice.language ?? 'ja' });
	await client.submit(await client.get('/subscribe/check'), { consent: 1 });
	await client.submit(await client.get('/subscribe/phone/code'), { code: await smsCode(town, phone) });
	return { client, phone, id: Number(await town.sql('SELECT max(id) FROM citizen')) };
}

const is = (id) => town.sql(`SELECT state || '|' || reach::text FROM citizen WHERE id = ${id}`);
const chose = (id) => town.sql(`SELECT districts::text || topics::text || vital_only || language FROM citizen WHERE id = ${id}`);
// The number in a mail to this address that was not read before; mails have no order.
const read = new Set();
const code = (email) => eventually(`a code to ${email}`, async () => {
	const mail = (await mailsTo(town, email)).find((m) => /(?:確認番号|number): \d{6}/.test(m.text) && !read.has(m.header('message-id')));
	if (!mail) return null;
	read.add(mail.header('message-id'));
	return mail.text.match(/: (\d{6})/)[1];
});
async function ask(client, email) {
	const asked = await client.submit(await client.get('/my/email'), { email });
	assert.equal(asked.headers.location, '/my/email/code');
	return client.follow(asked);
}
const prove = async (client, email) => client.submit(await ask(client, email), { code: await code(email) });

test('a phone-only person gets mail as well', async () => {
	const { client, id } = await caller(), email = somebody();
	assert.match(words(await client.get('/my')), /メールアドレス 登録していません/);
	const page = await ask(client, ` ${email} `);
	assert.match(words(page), /メールで届いた6桁/);
	assert.equal(page.text.includes(email), false, 'not the whole address');
	const right = await code(email);
	const wrong = await client.submit(page, { code: other(right) });
	assert.equal(wrong.status, 422);
	assert.match(problems(wrong).code, /メールを確かめて.*あと4回/);
	const done = await client.submit(await client.get('/my/email/code'), { code: right });
	assert.equal(done.headers.location, '/my');
	const my = words(await client.follow(done));
	assert.match(my, /メールアドレスを登録しました/);
	assert.ok(my.includes(email));
	assert.equal(await is(id), 'active|{email,sms}');
	assert.equal(await town.sql(`SELECT detail FROM audit WHERE act = 'email.add' AND object_id = ${id}`), '');
	const opened = browser();
	await opened.submit(await opened.get('/my/link'), { email });
	await mailWith(town, email, '/my/open/');
});

test('another in its place: the old one is told, and opens nothing more', async () => {
	const { client, email, id } = await person(), next = somebody();
	const door = browser();
	await door.submit(await door.get('/my/link'), { email });
	const link = (await mailWith(town, email, '/my/open/')).text.match(/https:\S*(\/my\/open\/\S+)/)[1];
	assert.equal((await prove(client, next)).headers.location, '/my');
	const told = await mailWith(town, email, '別のアドレスに変更されました');
	assert.ok(!told.text.includes(next), 'it does not say what the new one is');
	assert.match(told.header('subject'), /変更されました/);
	assert.equal(await is(id), 'active|{email}');
	assert.equal(await town.sql(`SELECT count(*) FROM contact WHERE citizen_id = ${id}`), '1');
	assert.equal((await door.submit(await door.get(link))).status, 410, 'a link that lay in the old mailbox');
	await door.submit(await door.get('/my/link'), { email });
	await eventually('a mail that it is not registered', async () => (await mailsTo(town, email)).some((m) => /登録されていません/.test(m.text)));
});

test('bad addresses', async () => {
	const { client, email } = await person();
	for (const [typed, what] of [
		['', /入力/], ['hanako', /メールアドレス/], ['a@b', /メールアドレス/], ['@example.jp', /メールアドレス/],
		[`${'a'.repeat(400)}@example.jp`, /メールアドレス/], [`a@${'b'.repeat(388)}.example.jp`, /メールアドレス/],
		['a@example.jp\r\nBcc: b@example.jp', /メールアドレス/], ['<script>@example.jp', /メールアドレス/],
		[email, /もう登録/], [email.toUpperCase(), /もう登録/], [` ${email}　`, /もう登録/],
		[email.replace(/[a-z@.]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)), /もう登録/],
	]) {
		const page = await client.submit(await client.get('/my/email'), { email: typed });
		assert.equal(page.status, 422, typed);
		assert.match(problems(page).email, what, typed);
		assert.doesNotMatch(page.text, /<script>@/);
	}
	await mailWith(town, email, '/unsubscribe/');	// the last that registering sends
	const mine = (await mailsTo(town, email)).length;
	await client.submit(await client.get('/my/email'), { email: email.toUpperCase() });
	assert.equal((await mailsTo(town, email)).length, mine, 'nothing went out');
	const wide = somebody();
	await ask(client, wide.replace(/[a-z@.]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)));
	assert.ok(await code(wide), 'full-width letters are an address');
});

test('known by its address, in whatever case', async () => {
	const { email } = await person();
	const typed = email.toUpperCase().replace(/@.*/, '@example.jp');
	const door = browser();
	await door.submit(await door.get('/my/link'), { email: typed });
	await mailWith(town, typed, '/my/open/');
});

test('bad codes: used, late, another browser\'s, another person\'s, another town\'s, too many', async () => {
	const one = await person(), two = await person(), email = somebody();
	await ask(one.client, email);
	const right = await code(email);
	for (const [typed, what] of [['', /6桁|入力/], ['12', /6桁/], ['abcdef', /6桁/], ['1'.repeat(400), /6桁/]]) {
		const page = await one.client.submit(await one.client.get('/my/email/code'), { code: typed });
		assert.equal(page.status, 422);
		assert.match(problems(page).code, what);
	}
	await ask(two.client, somebody());
	assert.equal((await two.client.submit(await two.client.get('/my/email/code'), { code: right })).status, 422, 'another browser');
	assert.equal(await is(two.id), 'active|{email}');

	// The same browser, in which somebody else opens theirs.
	const page = await one.client.get('/my/email/code');
	const mine = one.client.cookies.get('__Host-citizen');
	one.client.cookies.set('__Host-citizen', two.client.cookies.get('__Host-citizen'));
	const stolen = await one.client.submit(await one.client.get('/my/email/code'), { code: right });
	assert.equal(stolen.status, 422);
	assert.match(problems(stolen).code, /もう使えません/);
	assert.equal((await one.client.get('/my/email/merge')).headers.location, '/my/email');
	one.client.cookies.set('__Host-citizen', mine);
	assert.equal((await one.client.submit(page, { code: right })).headers.location, '/my', 'it is still theirs');
	assert.match(problems(await one.client.submit(await one.client.get('/my/phone'), { phone: '1' })).phone, /携帯/);

	assert.equal((await one.client.get('/my/email/code')).headers.location, '/my/email', 'used up');
	const late = somebody();
	const waits = await ask(one.client, late), number6 = await code(late);
	await town.sql(`UPDATE address_code SET ends = ends - interval '601 seconds'`);
	assert.match(problems(await one.client.submit(waits, { code: number6 })).code, /もう使えません/);

	const tried = somebody();
	await ask(one.client, tried);
	const good = await code(tried);
	for (let i = 0; i < 5; i++) await one.client.submit(await one.client.get('/my/email/code'), { code: other(good) });
	assert.equal((await one.client.submit(await one.client.get('/my/email/code'), { code: good })).status, 422);

	const yama = browser('yama.localhost');
	for (const path of ['/my/email', '/my/email/code', '/my/email/merge'])
		assert.match((await yama.get(path)).headers.location, /^\/my\/link/, 'nobody is signed in there');
});

test('three an hour to one address, and nobody is told', async () => {
	const { client } = await person(), email = somebody();
	for (let i = 0; i < 5; i++) assert.equal((await ask(client, email)).status, 200);
	for (let i = 0; i < 3; i++) await code(email);
	assert.equal((await mailsTo(town, email)).length, 3);
});

test('the same pages and the same mail for an address that somebody has', async () => {
	const { client } = await caller(), known = await person(), unknown = somebody();
	const pages = [];
	for (const email of [known.email, unknown]) {
		const asked = await client.submit(await client.get('/my/email'), { email });
		const page = await client.follow(asked);
		pages.push([asked.status, asked.headers.location, words(page).replace(/\S+@example\.jp/g, '')]);
	}
	assert.deepEqual(pages[0], pages[1]);
	const text = async (email) => (await mailWith(town, email, '確認番号')).text.replace(/\d{6}/, '');
	assert.equal(await text(known.email), await text(unknown));
});

test('two entries of one person become one', async () => {
	const mail = await person(somebody(), { district: [districts[0]], topic: [topics[0]] });
	const phone = await caller({ district: districts[1], topic: topics[1], language: 'en' });
	const proved = await prove(phone.client, mail.email);
	assert.equal(proved.headers.location, '/my/email/merge');
	const page = await phone.client.follow(proved);
	const said = words(page);
	assert.match(said, /2つの登録を1つにまとめます.*いま開いているマイページ.*English.*別の登録.*日本語/);
	assert.ok(said.includes(mail.email));
	assert.match(page.text, /value="both" checked/);
	assert.equal(await is(mail.id), 'active|{email}', 'nothing happens before it is said');
	assert.equal((await phone.client.get('/my/email/code')).status, 200);
	for (const keep of ['', 'everything', 'all']) {
		const no = await phone.client.submit(await phone.client.get('/my/email/merge'), { keep });
		assert.equal(no.status, 422);
		assert.ok(problems(no).keep);
	}
	const done = await phone.client.submit(await phone.client.get('/my/email/merge'), { keep: 'both' });
	assert.equal(done.headers.location, '/my');
	assert.match(words(await phone.client.follow(done)), /1つにまとめました/);
	assert.equal(await is(phone.id), 'active|{email,sms}');
	assert.equal(await chose(phone.id), `{${districts[0]},${districts[1]}}{${topics[0]},${topics[1]}}falseen`);
	assert.equal(await is(mail.id), 'left|{}');
	assert.match((await mail.client.get('/my')).headers.location, /^\/my\/link/, 'its page is closed');
	assert.equal(await town.sql(`SELECT detail FROM audit WHERE act = 'email.add' AND object_id = ${phone.id}`),
		`{"keep": "both", "merged": ${mail.id}}`);
	assert.equal((await phone.client.get('/my/email/merge')).headers.location, '/my/email', 'once');
});

for (const [keep, want] of [['mine', (a) => a], ['other', (_, b) => b]])
	test(`of two entries: ${keep}`, async () => {
		const mail = await person(somebody(), { district: [districts[0]], vital: true });
		const phone = await caller({ topic: topics[1], language: 'en' });
		const mine = await chose(phone.id), theirs = await chose(mail.id);
		await prove(phone.client, mail.email);
		await phone.client.submit(await phone.client.get('/my/email/merge'), { keep });
		assert.equal(await chose(phone.id), want(mine, theirs));
		assert.equal(await is(phone.id), 'active|{email,sms}');
	});

test('hours and the order of the ways go with what is kept, and with both they are not lost', async () => {
	const how = (id) => town.sql(`SELECT channels, quiet_from, quiet_to FROM citizen WHERE id = ${id}`);
	for (const [keep, want] of [['other', '{email}|22:00:00|07:00:00'], ['both', '{email}|22:00:00|07:00:00'], ['mine', '{}||']]) {
		const mail = await person(), phone = await caller();
		await mail.client.submit(await mail.client.get('/my/change/channels'), { first: 'email', quiet: 1, from: '22:00', to: '07:00' });
		await prove(phone.client, mail.email);
		assert.match(words(await phone.client.get('/my/email/merge')), /別の登録.*お休みの時間 .*22:00–07:00/);
		await phone.client.submit(await phone.client.get('/my/email/merge'), { keep });
		assert.equal(await how(phone.id), keep === 'mine' ? want : want.replace('{email}', await town.sql(`SELECT channels FROM citizen WHERE id = ${phone.id}`)));
	}
});

test('what they signed up for comes along, and where they had their voice they have no second one', async () => {
	const host = 'minato.localhost', mail = await person(), phone = await caller();
	const event = await makeEvent(town, { title: '星を見る会' }), [once, named] = [await once_survey(town, host), await once_survey(town, host, { mode: 'named' })];
	await signUp(mail.client, event, { email: mail.email });
	assert.equal((await mail.client.submit(await mail.client.get(`/surveys/${once}/right`))).status, 303);
	const begun = await mail.client.follow(await mail.client.submit(await mail.client.get(`/surveys/${named}/named`), {}, '/named'));
	const sent = await mail.client.submit(await walk(mail.client, named, { all: { q1: '1', q2: '', q3: '' } }, begun), {}, '/check');
	assert.equal(sent.headers.location, `/surveys/${named}/done`);
	assert.doesNotMatch(words(await phone.client.get('/my')), /星を見る会/);

	await prove(phone.client, mail.email);
	await phone.client.submit(await phone.client.get('/my/email/merge'), { keep: 'mine' });
	assert.equal(await is(mail.id), 'left|{}');
	assert.match(words(await phone.client.get('/my')), /星を見る会/);
	assert.match(words(await phone.client.get(`/surveys/${once}/right`)), /すでにお渡し/);
	assert.match(words(await phone.client.get(`/surveys/${named}/named`)), /回答済み/);
});

test('what the other entry has besides stays there, and that is said', async () => {
	const mail = await person(), phone = await caller(), third = await caller();
	await prove(third.client, mail.email);
	await third.client.submit(await third.client.get('/my/email/merge'), { keep: 'mine' });
	await prove(phone.client, mail.email);
	assert.match(words(await phone.client.get('/my/email/merge')), /ほかの受け取り方もあります。 SMS/);
	await phone.client.submit(await phone.client.get('/my/email/merge'), { keep: 'both' });
	assert.equal(await is(third.id), 'active|{sms}');
	assert.equal(await is(phone.id), 'active|{email,sms}');
});

test('not said in time, or of an entry that has it no more', async () => {
	const mail = await person(), a = await caller(), b = await caller();
	await prove(a.client, mail.email);
	const page = await a.client.get('/my/email/merge');
	await prove(b.client, mail.email);
	assert.equal((await b.client.submit(await b.client.get('/my/email/merge'), { keep: 'mine' })).headers.location, '/my');
	// What a's page showed has ended; now b has the address: that is shown first.
	const stale = await a.client.submit(page, { keep: 'other' });
	assert.equal(stale.headers.location, '/my/email/merge');
	assert.equal(await is(a.id), 'active|{sms}');
	assert.match(words(await a.client.follow(stale)), /ほかの受け取り方もあります。 SMS/);
	await town.sql(`UPDATE address_code SET ends = now()`);
	const late = await a.client.submit(await a.client.get('/my/email/merge').then(() => page), { keep: 'both' });
	assert.equal(late.headers.location, '/my/email/merge', 'a second press of the same form says the same');
	const gone = await a.client.get('/my/email/merge');
	assert.equal(gone.headers.location, '/my/email');
	assert.match(words(await a.client.follow(gone)), /時間が過ぎました/);
	assert.equal(await is(b.id), 'active|{email,sms}');
});

test('two devices prove one address at once: one has it, none is doubled', async () => {
	for (let round = 0; round < 5; round++) {
		const email = somebody(), people = [await caller(), await caller()];
		const pages = [];
		for (const p of people) pages.push(await ask(p.client, email));
		const codes = [await code(email), await code(email)];
		const tried = await Promise.all(people.map(async (p, i) => {
			const first = await p.client.submit(pages[i], { code: codes[i] });
			return first.status === 303 ? first : p.client.submit(await p.client.get('/my/email/code'), { code: codes[1 - i] });
		}));
		for (const t of tried) assert.match(t.headers.location, /^\/my(\/email\/merge)?$/);
		const hash = `(SELECT citizen_id FROM contact WHERE channel = 'email' AND citizen_id IN (${people.map((p) => p.id)}))`;
		assert.equal(await town.sql(`SELECT count(*) FROM ${hash} x`), '1');
		// Who came second is asked; then it is theirs, with what the first has besides left to the first.
		const second = people[tried.findIndex((t) => t.headers.location === '/my/email/merge')];
		if (second) {
			await second.client.submit(await second.client.get('/my/email/merge'), { keep: 'both' });
			assert.equal(await town.sql(`SELECT citizen_id FROM ${hash} x`), String(second.id));
		}
		for (const p of people) assert.match(await is(p.id), /^active\|\{.*sms\}$/);
	}
});

test('the same person on two devices', async () => {
	const { client, phone, id } = await caller(), email = somebody();
	const second = browser();
	await second.submit(await second.get('/my/sms'), { phone });
	await second.submit(await second.get('/my/sms/code'), { code: await smsCode(town, phone, 2) });
	await ask(client, email);
	const a = await code(email);
	await ask(second, email);
	const b = await code(email);
	const [one, two] = await Promise.all([
		client.submit(await client.get('/my/email/code'), { code: a }), second.submit(await second.get('/my/email/code'), { code: b })]);
	assert.deepEqual([one.headers.location, two.headers.location], ['/my', '/my']);
	assert.equal(await is(id), 'active|{email,sms}');
	assert.equal(await town.sql(`SELECT count(*) FROM contact WHERE citizen_id = ${id} AND channel = 'email'`), '1');
});

test('links in old mails stop what goes to that address, and nothing else', async () => {
	const click = (token) => browser().send(`/u/${token}`, { method: 'POST', body: 'List-Unsubscribe=One-Click',
		headers: { 'content-type': 'application/x-www-form-urlencoded' } });
	const old = async (email) => linkIn(await mailWith(town, email, '/unsubscribe/'), 'unsubscribe');

	// It went into another entry: there it stops mail, and the phone goes on.
	const mail = await person(), phone = await caller(), link = await old(mail.email);
	await prove(phone.client, mail.email);
	await phone.client.submit(await phone.client.get('/my/email/merge'), { keep: 'both' });
	const page = await browser().get(link);
	assert.equal(page.status, 200);
	assert.match(page.text, /value="email"/);
	assert.equal((await click(link.split('/').pop())).status, 200);
	assert.equal(await is(phone.id), 'active|{sms}');

	// Another took its place: whoever reads the old mailbox stops nothing, and ends nothing.
	const { client, email, id } = await person(), next = somebody(), before = await old(email);
	await prove(client, next);
	const stranger = browser();
	assert.match(words(await stranger.follow(await stranger.get(before))), /このアドレスには、もう何も届きません/);
	assert.equal((await click(before.split('/').pop())).status, 200, 'as RFC 8058 wants it');
	const sent = await stranger.send(before, { method: 'POST', body: 'what=all', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
	assert.notEqual(sent.status, 200);
	assert.equal(await is(id), 'active|{email}');
});
