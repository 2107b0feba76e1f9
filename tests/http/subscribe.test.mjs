// SPDX-License-Identifier: Apache-2.0
//
// お知らせを受け取る: the whole way, its wrong turnings, and the limits on mail.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { up } from '../harness/up.mjs';
import { answer, linkIn, mailsTo, mailWith, problems, somebody, subscribe, title, words } from './citizen.mjs';
import { signed_in } from './right.mjs';

let town, centre, waste, postcode, far;
const tenant = (host) => `(SELECT tenant_id FROM tenant_host WHERE host = '${host}.localhost')`;
before(async () => {
	town = await up();
	const one = (sql) => town.sql(sql).then(Number);
	centre = await one(`SELECT id FROM district WHERE name = '中央' AND tenant_id = ${tenant('minato')}`);
	waste = await one(`SELECT id FROM topic WHERE name = 'ごみ・環境' AND tenant_id = ${tenant('minato')}`);
	far = await one(`SELECT min(id) FROM district WHERE tenant_id = ${tenant('yama')}`);
	postcode = await town.sql(`SELECT min(postcode) FROM district_postcode WHERE district_id = ${centre}`);
});
after(() => town?.stop());
const browser = () => town.client('minato.localhost');
const letters = () => town.sql('SELECT count(*) FROM letter');

test('from the first page to the confirmation', async () => {
	const client = browser(), email = somebody();
	assert.equal((await client.get('/subscribe')).status, 200);
	const check = await answer(client, email, { district: [centre], topic: [waste] });
	for (const answered of [email, '中央', 'ごみ・環境', '命を守る情報', '日本語']) assert.ok(words(check).includes(answered), answered);
	const citizens = await town.sql('SELECT count(*) FROM citizen');

	const sent = await client.submit(check, { consent: 1 });
	assert.equal(sent.headers.location, '/subscribe/verify');
	const verify = await client.follow(sent);
	assert.ok(!words(verify).includes(email), 'the address is partly hidden');
	assert.ok(words(verify).includes('@example.jp'));
	assert.equal(await town.sql('SELECT count(*) FROM citizen'), citizens, 'nobody is registered yet');

	const [mail] = await mailsTo(town, email);
	const link = linkIn(mail, 'confirm');
	assert.match(link, /^\/subscribe\/confirm\/[\w-]{43}$/, '256 bits');
	// A mail scanner follows links, and any number of times.
	const scanner = browser();
	for (let i = 0; i < 3; i++) assert.equal((await scanner.get(link)).status, 200);
	assert.equal(await town.sql('SELECT count(*) FROM citizen'), citizens, 'a GET registers nobody');

	// On another device than the one it was asked from.
	const phone = browser();
	const done = await phone.follow(await phone.submit(await phone.get(link)));
	assert.equal(done.path, '/subscribe/done');
	assert.match(title(done), /^登録しました/);
	assert.match(words(done), /中央.*ごみ・環境/);
	assert.ok(phone.cookies.has('__Host-citizen'));
	assert.match((await mailWith(town, email, '/unsubscribe/')).text, /- 中央\r?\n[\s\S]*- ごみ・環境/);
	assert.equal(await town.sql(`SELECT c.state, c.language, c.vital_only, c.districts, c.topics, o.version, o.language
		FROM citizen c JOIN consent o ON o.citizen_id = c.id ORDER BY c.id DESC LIMIT 1`),
	`active|ja|f|{${centre}}|{${waste}}|2026-11|ja`);

	// Once.
	for (const again of [await phone.get(link), await scanner.get(link)]) {
		assert.equal(again.status, 410);
		assert.match(words(again), /もう使われています.*マイページへ/);
	}
});

test('命を守る情報だけ, in English, by one press', async () => {
	const client = browser(), email = somebody();
	await client.get('/lang/en?next=/subscribe');
	const check = await answer(client, email, { district: [centre], vital: true, language: 'en' });
	assert.match(words(check), /Life-saving information only/);
	await client.submit(check, { consent: 1 });
	const [mail] = await mailsTo(town, email);
	assert.match(mail.text, /^We have received your registration for messages from Minato City/);
	await client.submit(await client.get(linkIn(mail, 'confirm')));
	assert.equal(await town.sql(`SELECT c.vital_only, c.topics, c.language, o.language
		FROM citizen c JOIN consent o ON o.citizen_id = c.id ORDER BY c.id DESC LIMIT 1`), 't|{}|en|en');
});

test('a town that offers no topics yet: nobody has to take 命を守る情報 alone for it', async () => {
	const client = browser(), offered = (yes) => town.sql(`SET session_replication_role = replica; UPDATE topic SET active = ${yes} WHERE NOT vital`);
	await offered(false);
	try {
		assert.match(words(await subscribe(town, client, somebody(), { district: [centre], topic: [] })), /命を守る情報/);
		const mine = `FROM citizen c JOIN citizen_session s ON s.citizen_id = c.id WHERE s.hash = sha256('${client.cookies.get('__Host-citizen')}')`;
		assert.equal(await town.sql(`SELECT c.vital_only || ' ' || c.topics::text ${mine}`), 'false {}');
		assert.equal((await client.submit(await client.get('/my/change/topics'), {}, 1)).status, 303, 'nor later');
	} finally {
		await offered(true);
	}
	assert.equal((await client.submit(await client.get('/my/change/topics'), {}, 1)).status, 422);
});

test('a registered address is told by mail, and nowhere else', async () => {
	const email = somebody();
	await subscribe(town, browser(), email, { district: [centre] });
	const client = browser();
	const sent = await client.submit(await answer(client, email.replace('example.jp', 'ＥＸＡＭＰＬＥ.jp'), { district: [centre] }), { consent: 1 });
	assert.equal(sent.headers.location, '/subscribe/verify');
	const mail = await mailWith(town, email, '/my/open/');
	assert.match(mail.text, /すでに登録されています/);
	await client.submit(await client.get(linkIn(mail, 'my/open')));
	assert.equal((await client.get('/my')).status, 200);
});

test('R43 the pages come in their order', async () => {
	const client = browser();
	for (const page of ['district', 'topics', 'language', 'check', 'verify'])
		assert.equal((await client.get(`/subscribe/${page}`)).headers.location, '/subscribe/email', page);
	await client.submit(await client.get('/subscribe/email'), { email: somebody() });
	for (const page of ['topics', 'language', 'check', 'verify'])
		assert.equal((await client.get(`/subscribe/${page}`)).headers.location, '/subscribe/district', page);
});

test('変更 goes straight back to the check page, and keeps the rest', async () => {
	const client = browser(), email = somebody(), better = somebody();
	await answer(client, email, { district: [centre] });
	const changed = await client.submit(await client.get('/subscribe/email'), { email: better });
	assert.equal(changed.headers.location, '/subscribe/check');
	assert.match(words(await client.follow(changed)), new RegExp(better));
	// Nothing was agreed to, so nothing is to be verified.
	assert.equal((await client.get('/subscribe/verify')).headers.location, '/subscribe/check');
});

test('a link registers what was on the check page when it was asked for', async () => {
	const client = browser(), mine = somebody(), victim = somebody('victim');
	await client.submit(await answer(client, mine, { district: [centre] }), { consent: 1 });
	const [mail] = await mailsTo(town, mine);
	await client.submit(await client.get('/subscribe/email'), { email: victim });
	await client.submit(await client.get(linkIn(mail, 'confirm')));
	const my = await client.get('/my');
	assert.ok(words(my).includes(mine) && !words(my).includes(victim));
});

test('what is wrong is said beside the field, and what was typed stays', async () => {
	const client = browser();
	const post = async (page, values, form) => client.submit(await client.get(`/subscribe/${page}`), values, form);
	const wrong = async (page, values, field, text, form) => {
		const answered = await post(page, values, form);
		assert.equal(answered.status, 422, `${page} ${JSON.stringify(values)}`);
		assert.match(problems(answered)[field] ?? '', text);
		assert.match(title(answered), /^エラー：/);
		return answered;
	};
	await wrong('email', { email: '' }, 'email', /入力してください/);
	assert.match((await wrong('email', { email: 'hanako@' }, 'email', /name@example\.jp/)).text, /value="hanako@"/);
	await wrong('email', { email: 'a'.repeat(10000) + '@example.jp' }, 'email', /入力してください/);
	await wrong('email', { email: 'a@example.jp\r\nBcc: b@example.jp' }, 'email', /入力してください/);
	await post('email', { email: '　ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ　' });

	await wrong('district', {}, 'district', /地区を1つ以上/);
	await wrong('district', { [`district_${far}`]: 1 }, 'district', /見つかりません/);
	await wrong('district', { find: 1, postcode: '' }, 'postcode', /郵便番号/);
	await wrong('district', { find: 1, postcode: '123' }, 'postcode', /7桁/);
	await wrong('district', { find: 1, postcode: '999-9999' }, 'postcode', /下の一覧から/);
	const kept = await wrong('district', { postcode: '９９９９９９９', [`district_${centre}`]: 1 }, 'postcode', /一覧から/);
	assert.match(kept.text, new RegExp(`id="district_${centre}"[^>]* checked`));

	// Full-width and with its sign; what it led to is ticked.
	const typed = `〒${postcode.slice(0, 3)}ー${postcode.slice(3)}`.replace(/\d/g, (d) => String.fromCharCode(d.charCodeAt(0) + 0xfee0));
	const found = await client.follow(await post('district', { find: 1, postcode: typed }));
	assert.equal(found.status, 200);
	assert.match(found.text, new RegExp(`id="district_${centre}"[^>]* checked`));
	assert.match(words(found), /印を付けました/);
	const english = await client.follow(await client.get(found.text.match(/href="(\/lang\/en[^"]*)"/)[1]));
	assert.match(english.text, /<html lang="en"/);
	assert.match(english.text, new RegExp(`id="district_${centre}"[^>]* checked`), 'also in another language');
	await client.follow(await client.get(english.text.match(/href="(\/lang\/ja[^"]*)"/)[1]));
	assert.equal((await client.submit(found)).headers.location, '/subscribe/topics');
	// Whoever goes on without looking it up first gets there, too.
	assert.equal((await post('district', { postcode, [`district_${centre}`]: null })).headers.location, '/subscribe/topics');

	await wrong('topics', {}, 'topic', /分野を1つ以上/, 1);
	await wrong('topics', { topic_999999: 1 }, 'topic', /見つかりません/, 1);
	await post('topics', { vital: 1 }, 0);
	await wrong('language', { language: 'tlh' }, 'language', /1つ選んで/);
	await post('language', { language: 'ja' });
	const before = await letters();
	await wrong('check', {}, 'consent', /同意が必要/);
	await wrong('check', { consent: 1, version: '1999-01' }, 'consent', /新しくなりました/);
	assert.equal(await letters(), before, 'no letter');
});

test('bytes that are no text, and forms that are not ours', async () => {
	const client = browser();
	const page = await client.get('/subscribe/email');
	const token = page.text.match(/name="token" value="([^"]+)/)[1];
	for (const garbled of ['hanako%ff%fe', 'hanako%00']) {
		const told = await client.post('/subscribe/email', `token=${token}&email=${garbled}`);
		assert.equal(told.status, 422);
		assert.match(told.text, /value="hanako\ufffd+"/, 'what could be read is still there');
		assert.match(problems(told).email, /文字化け/);
	}
	assert.equal((await client.post('/subscribe/email', { email: somebody() })).status, 403, 'no token');
	assert.equal((await browser().post('/subscribe/email', { token, email: somebody() })).status, 403, 'another browser');
	assert.equal((await client.post('/subscribe/email', { token, email: somebody() },
		{ headers: { origin: 'https://evil.example' } })).status, 403, 'from another page');
	assert.equal((await client.get('/subscribe/confirm/%ff')).status, 400);
	for (const link of ['/subscribe/confirm/nonsense', '/my/open/nonsense']) {
		const dead = await client.get(link);
		assert.equal(dead.status, 410);
		assert.match(words(dead), /このリンクは使えません/);
	}
});

test('a second press does nothing twice', async () => {
	const client = browser(), email = somebody();
	const check = await answer(client, email, { district: [centre] });
	const both = await Promise.all([client.submit(check, { consent: 1 }), client.submit(check, { consent: 1 })]);
	for (const sent of both) assert.equal(sent.headers.location, '/subscribe/verify');
	const [mail] = await mailsTo(town, email);
	const page = await client.get(linkIn(mail, 'confirm'));
	const done = await Promise.all([client.submit(page), client.submit(page)]);
	for (const sent of done) assert.equal(sent.headers.location, '/subscribe/done');
	assert.equal((await mailsTo(town, email, 2)).length, 2, 'one to confirm, one that it is done');
});

test('what is typed is taken though マイページ was opened meanwhile, or its hour was over', async () => {
	const client = browser(), email = somebody(), own = (await signed_in(town, 'minato.localhost')).client.cookies.get('__Host-citizen');
	const sits = (session) => (session ? client.cookies.set('__Host-citizen', session) : client.cookies.delete('__Host-citizen'));
	const press = async (page, values, session) => {
		sits(session);
		const sent = await client.submit(page, values);
		assert.equal(sent.status, 303, words(sent));
		return sent;
	};
	await press(await client.get('/subscribe/email'), { email }, own);
	await press(await client.get('/subscribe/district'), { [`district_${centre}`]: 1 }, null);
	await answer(client, email, { district: [centre] });
	await press(await client.get('/subscribe/check'), { consent: 1 }, own);
	const [mail] = await mailsTo(town, email), confirm = await client.get(linkIn(mail, 'confirm'));
	assert.equal((await press(confirm, {}, null)).headers.location, '/subscribe/done');
	const stop = linkIn(await mailWith(town, email, '/unsubscribe/'), '/unsubscribe/'), page = await client.get(stop);
	sits(null);
	assert.notEqual((await client.submit(page, { what: 'all' })).status, 403);
});

test('three mails an hour to one address, and the answer does not tell', async () => {
	const client = browser(), email = somebody();
	const sent = [await client.submit(await answer(client, email, { district: [centre] }), { consent: 1 })];
	for (let i = 0; i < 4; i++) sent.push(await client.submit(await client.get('/subscribe/verify')));
	assert.deepEqual(sent.map((s) => [s.status, s.headers.location]), Array(5).fill([303, '/subscribe/verify']));
	await mailsTo(town, email, 3);
	// The next letter of another address is behind any that would still come.
	const other = somebody();
	await client.submit(await client.get('/my/link'), { email: other });
	await mailsTo(town, other);
	assert.equal((await mailsTo(town, email, 3)).length, 3);
});

test('a town does not know the links of another', async () => {
	const email = somebody();
	const client = browser();
	await client.submit(await answer(client, email, { district: [centre] }), { consent: 1 });
	const [mail] = await mailsTo(town, email);
	assert.equal((await town.client('yama.localhost').get(linkIn(mail, 'confirm'))).status, 410);
	assert.equal((await client.get(linkIn(mail, 'confirm'))).status, 200);
});
