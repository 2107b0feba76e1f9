// SPDX-License-Identifier: Apache-2.0
//
// Signing up for an event: the whole way, its wrong turnings, the page of the link, the
// waiting list, offers, changes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { makeEvent, question, seats, signUp, toCheck } from '../harness/event.mjs';
import { desk, inside } from '../harness/desk.mjs';
import { eventually, sleep, up } from '../harness/up.mjs';
import { signed_in } from './right.mjs';
import { linkIn, mailWith, mailsTo, problems, somebody, subscribe, summary, title, words } from './citizen.mjs';

let town;
before(async () => { town = await up(); });
after(() => town?.stop());
const browser = (host = 'minato.localhost') => town.client(host);
const link = (page) => page.path.split('?')[0];

test('from the date to the number, and the mail', async () => {
	const made = await makeEvent(town, { capacity: 3, quotas: { 市内: 2 } });
	const client = browser(), email = somebody();
	const check = await toCheck(client, made, { names: ['山田 花子', '山田 一郎'], email, also: [{ kana: 'やまだ はなこ', [`quota_${made.quotas[0]}`]: 1 }] });
	assert.match(title(check), /^申込内容の確認/);
	for (const told of ['山田 花子', 'やまだ はなこ', '山田 一郎', '市内', email]) assert.ok(words(check).includes(told), told);
	assert.equal(await seats(town, made.slots[0]), '0/3', 'nothing is taken before the button');

	const ticket = await client.follow(await client.submit(check));
	assert.match(link(ticket), /^\/tickets\/\d{3}-\d{3}-\d{4}\.[\w-]{22}$/);
	assert.match(title(ticket), /^参加が決まりました/);
	assert.match(words(ticket), /受付番号 \d{3}-\d{3}-\d{4}/);
	assert.ok(ticket.text.includes('aria-label="受付で見せるQRコード"'));
	assert.equal(await seats(town, made.slots[0]), '2/3 confirmed');
	assert.equal(await town.sql(`SELECT taken FROM event_quota WHERE id = ${made.quotas[0]}`), '1');
	assert.equal(await town.sql(`SELECT count(*) FROM application WHERE person::text LIKE '%花子%' OR contact::text LIKE '%example%'`), '0', 'sealed');

	const [mail] = await mailsTo(town, email);
	assert.match(mail.header('subject'), /参加決定.*親子で星を見る会/);
	assert.equal(linkIn(mail, '/tickets/'), link(ticket));
	// The link is the whole key: another device.
	const phone = browser();
	assert.equal((await phone.get(link(ticket))).status, 200);
	const calendar = await phone.get(`${link(ticket)}/calendar`);
	assert.match(calendar.headers['content-type'], /^text\/calendar/);
	assert.match(calendar.text, /BEGIN:VEVENT[\s\S]*SUMMARY:親子で星を見る会[\s\S]*END:VEVENT/);
	const paper = await phone.get(`${link(ticket)}/paper`);
	assert.equal(paper.headers['content-type'], 'application/pdf');
	assert.equal(paper.bytes.subarray(0, 5).toString(), '%PDF-');
	// The draft is gone: the way begins anew.
	assert.ok(!words(await client.get(`/events/${made.event}/apply/person/1`)).includes('花子'));
	assert.equal(await town.sql('SELECT count(*) FROM application_draft'), '0');
});

test('days and hours that were answered are shown in words, and are dates in a table', async () => {
	const made = await makeEvent(town, { languages: ['ja', 'en'], each: ['q1'], questions: [question('q1', 'date', '生年月日', { settings: { past: true } }), question('q2', 'time', '着く時刻'), question('q3', 'date', '返す日')] });
	const client = browser(), how = { also: [{ q1_year: 1988, q1_month: 7, q1_day: 3 }], answers: { q2: '9:05', q3_year: 2031, q3_month: 12, q3_day: 9 } };
	const check = await toCheck(client, made, how);
	assert.match(words(check), /生年月日 1988年7月3日（日）.*着く時刻 9時05分.*返す日 令和13年12月9日（火）/);
	assert.doesNotMatch(words(check), /1988-07|2031-12/);
	const ticket = await client.follow(await client.submit(check));
	assert.match(words(ticket), /1988年7月3日（日）/);
	assert.match(words(await client.get(`${link(ticket)}?lang=en`)), /Sunday, 3 July 1988.*09:05.*Tuesday, 9 December 2031/);
	const clerk = await desk(town, 'sato');
	assert.match((await clerk.get(`/desk/events/${made.event}/applicants/csv`)).text, /1988-07-03,09:05,2031-12-09/);
});

test('F24 a second press is the first one', async () => {
	const made = await makeEvent(town, { capacity: 3 });
	const client = browser();
	const check = await toCheck(client, made);
	const [one, two] = [await client.submit(check), await client.submit(check)];
	assert.equal(one.status, 303);
	assert.equal(two.headers.location, one.headers.location);
	assert.equal(await seats(town, made.slots[0]), '1/3 confirmed');
});

test('what is wrong is said beside it, and typed text stays', async () => {
	const made = await makeEvent(town, { group: 3, dates: 2 });
	const other = await makeEvent(town), far = await makeEvent(town, { host: 'yama.localhost' });
	const client = browser(), at = `/events/${made.event}/apply`;
	for (const [fields, wrong] of [
		[{ slot: made.slots[0], people: 4 }, { people: /3人まで/ }],
		[{ slot: made.slots[0], people: 0 }, { people: /1から/ }],
		[{ slot: made.slots[0], people: 'いっぱい' }, { people: /1から/ }],
		[{ slot: made.slots[0], people: '-1' }, { people: /./ }],
		[{ slot: other.slots[0], people: 1 }, { slot: /ほかの日/ }],
		[{ slot: far.slots[0], people: 1 }, { slot: /ほかの日/ }],
		[{ slot: 'x', people: 1 }, { slot: /./ }],
		[{ people: 1 }, { slot: /選んで/ }],
	]) {
		const answer = await client.submit(await client.get(at), fields);
		assert.equal(answer.status, 422, JSON.stringify(fields));
		assert.match(title(answer), /^エラー：/);
		for (const [name, text] of Object.entries(wrong)) assert.match(problems(answer)[name] ?? '', text, JSON.stringify(fields));
	}
	assert.equal((await client.get(`/events/${far.event}/apply`)).status, 404, 'of another town');
	await client.submit(await client.get(at), { slot: made.slots[1], people: '２' });
	assert.equal((await client.get(`${at}/check`)).headers.location, `${at}/person/1`, 'no page before its turn');
	assert.equal((await client.get(`${at}/person/3`)).status, 303, 'two come');
	let answer = await client.submit(await client.get(`${at}/person/1`), { name: '', kana: 'かな' });
	assert.equal(answer.status, 422);
	assert.ok(problems(answer).name);
	assert.ok(answer.text.includes('value="かな"'));
	answer = await client.submit(await client.get(`${at}/person/1`), { name: '花子', quota_999999: 1 });
	assert.ok(problems(answer).quota === undefined || answer.status === 422, 'a claim that is none');
	await client.submit(await client.get(`${at}/person/1`), { name: '花子' });
	await client.submit(await client.get(`${at}/person/2`), { name: '一郎' });
	answer = await client.submit(await client.get(`${at}/contact`), { email: '', phone: '' });
	assert.equal(answer.status, 422);
	assert.match(problems(answer).email, /どちらか/);
	answer = await client.submit(await client.get(`${at}/contact`), { email: 'nobody', phone: '' });
	assert.ok(problems(answer).email);
	answer = await client.submit(await client.get(`${at}/contact`), { email: '', phone: '090-1234-5678' });
	assert.equal(answer.headers.location, `${at}/check`);
	assert.match(words(await client.follow(answer)), /090-1234-5678/);
});

test('each of a family answers for themselves', async () => {
	const made = await makeEvent(town, { each: ['q1'], questions: [
		question('q1', 'date', '生年月日', { settings: { past: true } }),
		question('q2', 'single', '来る方法', { choices: [{ code: '1', texts: { ja: '歩き' } }, { code: '2', texts: { ja: '車' } }] }),
		question('q3', 'text', '車の番号', { show: { any: [{ all: [{ question: 'q2', is: 'chosen', value: '2' }] }] } }),
	] });
	const client = browser(), at = `/events/${made.event}/apply`;
	await client.submit(await client.get(at), { slot: made.slots[0], people: 2 });
	const child = { name: '山田 一郎', q1_year: 2031, q1_month: 4, q1_day: 1 };
	let answer = await client.submit(await client.get(`${at}/person/1`), child);
	assert.equal(answer.status, 422, 'born in the future');
	assert.ok(answer.text.includes('value="2031"'));
	assert.match(summary(answer), /生年月日: /, 'the summary names the question');
	answer = await client.submit(await client.get(`${at}/person/1`), { ...child, q1_year: 1980 });
	assert.equal(answer.headers.location, `${at}/person/2`);
	answer = await client.submit(await client.get(`${at}/person/2`), { name: '山田 はる', q1_year: 2019, q1_month: 12, q1_day: 31 });
	await client.submit(await client.follow(answer), { email: somebody() });
	answer = await client.submit(await client.get(`${at}/q`), { q2: '' });
	assert.match(summary(answer), /来る方法: /);
	answer = await client.submit(await client.get(`${at}/q`), { q2: '2' });
	assert.equal(answer.headers.location, `${at}/q`, 'the answer led to another question');
	answer = await client.submit(await client.get(`${at}/q`), { q2: '2', q3: '港 300 あ 12-34' });
	const check = await client.follow(answer);
	for (const told of ['令和元年12月31日（火）', '1980年', '車', '港 300 あ 12-34']) assert.ok(words(check).includes(told), told);
	await client.submit(check);
	assert.equal(await town.sql(`SELECT answers->>'q2' || ' ' || edition FROM application WHERE event_id = ${made.event}`), '2 1');
});

test('what need not be answered is asked, also where an answer leads to it', async () => {
	const chosen = (question) => ({ any: [{ all: [{ question, is: 'chosen', value: '2' }] }] });
	const way = { required: false, choices: [{ code: '1', texts: { ja: '歩き' } }, { code: '2', texts: { ja: '車' } }] };
	const made = await makeEvent(town, { each: ['q1', 'q2'], questions: [question('q1', 'single', '食事', way),
		question('q2', 'text', '食べられないもの', { required: false, show: chosen('q1') }), question('q3', 'single', '来る方法', way),
		question('q4', 'text', '車の番号', { required: false, show: chosen('q3') })] });
	const client = browser(), at = `/events/${made.event}/apply`, email = somebody();
	await client.submit(await client.get(at), { slot: made.slots[0], people: 1 });
	let answer = await client.submit(await client.get(`${at}/person/1`), { name: '山田 はる', q1: '2' });
	assert.equal(answer.headers.location, `${at}/person/1`, 'the answer leads to a question that was not shown');
	answer = await client.submit(await client.follow(answer), { q2: 'えび' });
	answer = await client.submit(await client.follow(answer), { email });
	assert.equal(answer.headers.location, `${at}/q`);
	assert.equal((await client.get(`${at}/check`)).headers.location, `${at}/q`, 'not past it');
	answer = await client.submit(await client.follow(answer), { q3: '2' });
	assert.equal(answer.headers.location, `${at}/q`);
	answer = await client.submit(await client.follow(answer));
	assert.equal(answer.headers.location, `${at}/check`, 'it may stay empty');
	const check = await client.follow(answer);
	assert.match(words(check), /食べられないもの えび .*来る方法 車 .*車の番号 回答なし/);
	const ticket = await client.follow(await client.submit(check));
	assert.match(title(ticket), /^参加が決まりました/);
	// Who changes something goes through what they have not seen, and nothing else.
	answer = await client.follow(await client.submit(ticket, {}, '/change'));
	answer = await client.submit(answer, { people: 2 });
	assert.equal(answer.headers.location, `${at}/person/2`);
	answer = await client.submit(await client.follow(answer), { name: '山田 夏' });
	assert.equal(answer.headers.location, `${at}/check`);
});

test('closed, not yet open, cancelled, without sign-up', async () => {
	for (const [columns, state, status, text] of [
		[{ opens: `now() - interval '2 days'`, closes: `now() - interval '1 day'` }, 'open', 410, /受付は終わりました/],
		[{ opens: `now() + interval '1 day'` }, 'open', 410, /まだ受け付けていません/],
		[{ cancelled: 'now()' }, 'cancelled', 410, /受付は終わりました/],
		[{}, 'draft', 404, /./],
	]) {
		const made = await makeEvent(town, { columns, state });
		const page = await browser().get(`/events/${made.event}/apply`);
		assert.equal(page.status, status, state);
		assert.match(words(page), text);
	}
	// Closed while somebody was typing: what they typed is kept.
	const made = await makeEvent(town), client = browser();
	const check = await toCheck(client, made);
	await inside(town, `UPDATE event SET opens = now() - interval '2 days', closes = now() WHERE id = ${made.event}`);
	assert.equal((await client.submit(check)).status, 410);
	assert.equal(await seats(town, made.slots[0]), '0/10');
});

test('the waiting list: place shown, moves up by itself, one tap to leave', async () => {
	const made = await makeEvent(town, { capacity: 2 });
	const [a, b, c] = [browser(), browser(), browser()], emails = [somebody(), somebody(), somebody()];
	const first = await signUp(a, made, { names: ['一', '二'], email: emails[0] });
	const check = await toCheck(b, made, { names: ['三', '四'], email: emails[1] });
	assert.match(words(check), /キャンセル待ちになります/);
	const second = await b.follow(await b.submit(check));
	assert.match(words(second), /あなたは1番目です/);
	const third = await signUp(c, made, { names: ['五'], email: emails[2] });
	assert.match(words(third), /あなたは2番目です/);
	assert.match((await c.get(`${link(third)}/calendar`)).text, /STATUS:TENTATIVE/, 'a calendar does not promise a seat');
	assert.match((await mailWith(town, emails[2], '2番目')).header('subject'), /キャンセル待ち/);

	// One of the first two stays: the pair goes on waiting, the one behind them moves up.
	const changing = await a.follow(await a.submit(first, {}, '/change'));
	assert.match(words(changing), /申込内容の変更/);
	assert.doesNotMatch(words(changing), /満員/, 'two of those seats are theirs');
	let page = await a.follow(await a.submit(changing, { people: 1 }, 0));
	assert.match(page.path, /check$/, 'all else is known');
	page = await a.follow(await a.submit(page));
	assert.match(words(page), /変更しました/);
	assert.equal(await seats(town, made.slots[0]), '2/2 confirmed waiting confirmed');
	assert.match((await mailWith(town, emails[2], '参加が決まりました')).header('subject'), /参加決定/);

	// More people than there are seats: refused, and all stays.
	page = await a.follow(await a.submit(await a.get(link(first)), {}, '/change'));
	page = await a.follow(await a.submit(page, { people: 2 }, 0));
	page = await a.follow(await a.submit(page, { name: '六' }));
	const refused = await a.submit(page);
	assert.equal(refused.status, 409);
	assert.match(words(refused), /いまの申込はそのまま/);
	assert.equal(await seats(town, made.slots[0]), '2/2 confirmed waiting confirmed');

	// One tap, from the page itself.
	page = await b.follow(await b.submit(await b.get(link(second)), {}, '/cancel'));
	assert.match(words(page), /申込を取り消しました/);
	// The link once more: it says so, and does nothing.
	page = await b.follow(await b.post(`${link(second)}/cancel`, { token: /name="token" value="([^"]+)"/.exec((await b.get(link(first))).text)[1] }));
	assert.match(words(page), /もう終わっています/);
	assert.equal(await seats(town, made.slots[0]), '2/2 confirmed cancelled confirmed');
});

test('an offer: taken in time, passes on, and too late is too late', async () => {
	const made = await makeEvent(town, { capacity: 1, columns: { offer_hours: 24 } });
	const [a, b, c] = [browser(), browser(), browser()], emails = [somebody(), somebody(), somebody()];
	const first = await signUp(a, made, { names: ['一'], email: emails[0] });
	const second = await signUp(b, made, { names: ['二'], email: emails[1] });
	const third = await signUp(c, made, { names: ['三'], email: emails[2] });
	await a.submit(await a.get(`${link(first)}/cancel`), {}, '/cancel');
	const mail = await mailWith(town, emails[1], '席が空きました');
	const offer = await b.get(linkIn(mail, '/tickets/'));
	assert.match(words(offer), /参加するかどうか/);
	await inside(town, `UPDATE application SET offer_until = now(), told = 'offered' WHERE slot_id = ${made.slots[0]} AND state = 'offered'`);
	const late = await b.follow(await b.submit(offer, {}, '/accept'));
	assert.match(words(late), /期限が過ぎているため/);
	await mailWith(town, emails[2], '席が空きました');
	assert.equal(await seats(town, made.slots[0]), '1/1 cancelled expired offered');
	const taken = await c.follow(await c.submit(await c.get(link(third)), {}, '/accept'));
	assert.match(words(taken), /参加が決まりました/);
	assert.equal(await seats(town, made.slots[0]), '1/1 cancelled expired confirmed');
	assert.match(words(await b.get(link(second))), /次の方に回りました/);
});

test('once a person: the address is proved by a code', async () => {
	const made = await makeEvent(town, { columns: { once: 'true' } });
	const client = browser(), email = somebody(), at = `/events/${made.event}/apply`;
	let page = await toCheck(client, made, { email });
	assert.equal(page.path, `${at}/code`);
	const code = (mail) => mail.text.match(/\b\d{6}\b/)[0];
	const [mail] = await mailsTo(town, email);
	page = await client.submit(page, { code: code(mail) === '000000' ? '000001' : '000000' });
	assert.equal(page.status, 422);
	assert.match(problems(page).code, /番号が違います/);
	assert.equal((await client.get(`${at}/check`)).headers.location, `${at}/code`);
	page = await client.follow(await client.submit(await client.get(`${at}/code`), { code: code(mail) }));
	page = await client.follow(await client.submit(page));
	assert.match(title(page), /^参加が決まりました/);

	// From another browser with the same address.
	const again = browser();
	page = await toCheck(again, made, { email });
	const second = await eventually('another code', async () => (await mailsTo(town, email)).find((m) => /確認番号/.test(m.header('subject')) && code(m) !== code(mail)));
	page = await again.follow(await again.submit(page, { code: code(second) }));
	assert.match(page.path, /check$/, words(page));
	const refused = await again.submit(page);
	assert.equal(refused.status, 409);
	assert.match(words(refused), /もう申し込まれています/);
	assert.equal(await seats(town, made.slots[0]), '1/10 confirmed');

	// Five wrong ones, and the code is spent.
	const guesser = browser(), victim = somebody();
	page = await toCheck(guesser, made, { email: victim });
	const right = code((await mailsTo(town, victim))[0]);
	for (let i = 0; i < 5; i++) page = await guesser.submit(await guesser.get(`${at}/code`), { code: String((Number(right) + i + 1) % 1000000).padStart(6, '0') });
	page = await guesser.submit(await guesser.get(`${at}/code`), { code: right });
	assert.equal(page.status, 422);
	assert.match(problems(page).code, /使えなくなりました/);
});

test('whoever has マイページ open needs no code, and finds their ticket there', async () => {
	const made = await makeEvent(town, { columns: { once: 'true' } }), client = browser(), email = somebody();
	await subscribe(town, client, email);
	const ticket = await signUp(client, made, { email });
	assert.match(title(ticket), /^参加が決まりました/);
	const my = await client.get('/my');
	assert.match(words(my), /申し込んだ行事.*親子で星を見る会.*参加が決まりました/);
	assert.ok(my.text.includes(`href="${link(ticket)}"`));
	assert.match(words(await client.get('/my/leave')), /申し込んだイベントは取り消されません/, 'nobody believes that leaving cancels it');

	const full = await makeEvent(town, { capacity: 1, columns: { offer_hours: 24 } }), other = browser();
	const first = await signUp(other, full), second = await signUp(client, full, { email });
	const stamp = (text) => /DTSTAMP:(\S+)/.exec(text)[1], waiting = (await client.get(`${link(second)}/calendar`)).text;
	town.kill('courier', 'SIGTERM');
	await sleep(1000);	// a calendar counts in seconds
	await other.submit(await other.get(`${link(first)}/cancel`), {}, '/cancel');
	await inside(town, `UPDATE application SET offer_until = now(), told = 'offered' WHERE slot_id = ${full.slots[0]} AND state = 'offered'`);
	assert.match(title(await client.get(link(second))), /期限が過ぎました/);
	assert.match(words(await client.get('/my')), /期限が過ぎました/, 'an offer that is late is none there either');
	const pdf = spawnSync('pdftotext', ['-', '-'], { input: (await client.get(`${link(second)}/paper`)).bytes }).stdout.toString();
	assert.match(pdf, /期限が過ぎました/, 'nor on paper');
	assert.doesNotMatch(pdf, /席が空きました/);
	const late = (await client.get(`${link(second)}/calendar`)).text;
	assert.match(late, /STATUS:CANCELLED/, 'nor in a calendar');
	assert.ok(stamp(late) > stamp(waiting), 'which knows that it is newer than the one it had');
	town.again('courier');
});

test('one after the other at the same browser: nobody sees what the other typed', async () => {
	const made = await makeEvent(town), client = browser(), [first, second] = [somebody(), somebody()], at = `/events/${made.event}/apply`;
	await subscribe(town, client, first);
	await toCheck(client, made, { names: ['港 一郎'], email: first });
	await client.submit(await client.get('/my'), {}, '/sign-out');
	assert.equal((await client.get(`${at}/check`)).headers.location, at, 'closed: it is gone');
	await subscribe(town, client, second);
	await toCheck(client, made, { names: ['浜 二郎'], email: second });
	// The other opens theirs by a link, while this one is open.
	await client.submit(await client.get('/my/link'), { email: first });
	const link = linkIn(await mailWith(town, first, '/my/open/'), '/my/open/');
	assert.equal((await client.submit(await client.get(link))).headers.location, '/my');
	assert.equal((await client.get(`${at}/check`)).headers.location, at);
	for (const page of ['', '/person/1', '/contact']) assert.doesNotMatch((await client.follow(await client.get(at + page))).text, /二郎/);
	assert.match((await signUp(client, made, { names: ['港 一郎'], email: first })).text, /港 一郎/);
});

test('what is typed on the way is taken though マイページ was opened meanwhile, or its hour was over', async () => {
	const made = await makeEvent(town, { dates: 2, questions: [question('q1', 'long', '伝えたいこと')] }), client = browser(), at = `/events/${made.event}/apply`;
	const own = (await signed_in(town, 'minato.localhost')).client.cookies.get('__Host-citizen');
	const opened = () => client.cookies.set('__Host-citizen', own), over = () => client.cookies.delete('__Host-citizen');
	let page = await client.get(at);
	for (const [path, fields, now] of [['person/1', { slot: made.slots[1], people: 1 }, opened], ['contact', { name: '港 花子' }, over],
		['q', { email: 'between@example.jp' }, opened], ['check', { q1: 'とても長い話' }, over]]) {
		now();
		page = await client.follow(await client.submit(page, fields));
		assert.equal(page.path, `${at}/${path}`, words(page));
	}
	for (const told of ['港 花子', 'between@example.jp', 'とても長い話']) assert.ok(words(page).includes(told), told);
	opened();
	assert.equal((await browser().submit(page)).status, 403, 'a form of another browser is none');
	const ticket = await client.follow(await client.submit(page));
	assert.match(link(ticket), /^\/tickets\//, words(ticket));
	assert.ok((await client.get('/my')).text.includes(link(ticket)), 'theirs whose マイページ is open when it is sent');
	const leave = await client.get(`${link(ticket)}/cancel`);
	over();
	assert.equal((await client.submit(leave, {}, '/cancel')).status, 303);
});

test('whoever gave a mail address and a telephone sees both', async () => {
	const made = await makeEvent(town), email = somebody(), client = browser();
	const check = await toCheck(client, made, { email, phone: '090-1234-5678' });
	const ticket = await client.follow(await client.submit(check));
	for (const page of [check, ticket]) for (const told of [email, '090-1234-5678']) assert.ok(words(page).includes(told), told);
});

test('links that lead nowhere', async () => {
	const made = await makeEvent(town), client = browser();
	const ticket = await signUp(client, made);
	for (const path of ['/tickets/x', `/tickets/${'A'.repeat(43)}`, `/tickets/${'A'.repeat(3000)}`]) {
		assert.equal((await client.get(path)).status, 404, path);
	}
	assert.equal((await browser('yama.localhost').get(link(ticket))).status, 404, 'of another town');
	// A GET of the page to leave does nothing.
	await client.get(`${link(ticket)}/cancel`);
	assert.equal(await seats(town, made.slots[0]), '1/10 confirmed');
});

test('in English', async () => {
	const made = await makeEvent(town), client = browser(), email = somebody();
	await client.get(`/lang/en?next=/events/${made.event}/apply`);
	const ticket = await signUp(client, made, { email });
	assert.match(title(ticket), /^Your place is confirmed/);
	assert.match((await mailsTo(town, email))[0].header('subject'), /Your place is confirmed/);
});

test('a group under one name says how many of them make a claim', async () => {
	const made = await makeEvent(town, { capacity: 10, quotas: { 車いす: 3 }, columns: { names: "'one'" } });
	const client = browser(), at = `/events/${made.event}/apply`, chair = `quota_${made.quotas[0]}`, email = somebody();
	await client.submit(await client.get(at), { slot: made.slots[0], people: 4 });
	let page = await client.submit(await client.get(`${at}/person/1`), { name: '団体 代表', [chair]: 5 });
	assert.equal(page.status, 422, 'more than come');
	assert.match(problems(page)[chair], /4/);
	page = await client.submit(await client.get(`${at}/person/1`), { name: '団体 代表', [chair]: 4 });
	assert.match(problems(page)[chair], /全部で3席/, 'more than there are: they would wait for ever');
	page = await client.follow(await client.submit(page, { name: '団体 代表', [chair]: '３' }));
	await client.submit(page, { email });
	assert.match(words(await client.get(`${at}/check`)), /車いす 3人/);
	// Fewer come: the claim is looked at again.
	assert.equal((await client.submit(await client.get(at), { slot: made.slots[0], people: 2 })).headers.location, `${at}/person/1`);
	page = await client.get(`${at}/person/1`);
	assert.match(page.text, /value="3"/);
	await client.submit(page, { name: '団体 代表', [chair]: 2 });
	const ticket = await client.follow(await client.submit(await client.get(`${at}/check`)));
	assert.match(title(ticket), /^参加が決まりました/);
	assert.equal(await town.sql(`SELECT s.taken || ' ' || q.taken FROM event_slot s JOIN event_quota q ON q.slot_id = s.id WHERE s.id = ${made.slots[0]}`), '2 2');
	const full = await signUp(browser(), made, { names: ['一', '二'], also: [{ [chair]: 2 }] });
	assert.match(title(full), /キャンセル待ち/, 'no place for one more');
	assert.match(title(await signUp(browser(), made, { names: ['一', '二'] })), /^参加が決まりました/);
});

test('a group larger than the whole date is told so, and does not wait for ever', async () => {
	for (const rule of ['first', 'lottery', 'approval']) {
		const made = await makeEvent(town, { rule, capacity: 3, quotas: { 車いす: 1 } });
		const client = browser(), at = `/events/${made.event}/apply`, chair = { [`quota_${made.quotas[0]}`]: 1 };
		const page = await client.submit(await client.get(at), { slot: made.slots[0], people: 4 });
		assert.equal(page.status, 422, rule);
		assert.match(problems(page).people, /定員は3人/);
		assert.match(page.text, /value="4"/, 'what was typed stays');
		// Two wheelchairs where there is room for one.
		await client.submit(await client.get(at), { slot: made.slots[0], people: 3 });
		await client.submit(await client.get(`${at}/person/1`), { name: '山田 花子', ...chair });
		const second = await client.submit(await client.get(`${at}/person/2`), { name: '山田 一郎', ...chair });
		assert.equal(second.status, 422);
		assert.match(problems(second).quota, /全部で1席/);
		// Staff lower the capacity while somebody stands before the button.
		const check = await toCheck(browser(), made, { names: ['一', '二', '三'] }), last = browser();
		const late = await toCheck(last, made, { names: ['一', '二', '三'] });
		assert.match(check.path, /check$/);
		await town.sql(`SET session_replication_role = replica; UPDATE event_slot SET capacity = 2 WHERE id = ${made.slots[0]}`);
		assert.equal((await last.submit(late)).status, 409);
		assert.equal(await seats(town, made.slots[0]), '0/2');
	}
});

test('who waits does not become a group that can never come in', async () => {
	const made = await makeEvent(town, { capacity: 3 }), client = browser();
	await signUp(browser(), made, { names: ['一', '二'] });
	const ticket = await signUp(client, made, { names: ['三', '四'] });
	assert.equal(await seats(town, made.slots[0]), '2/3 confirmed waiting');
	let page = await client.follow(await client.submit(await client.get(link(ticket)), {}, '/change'));
	page = await client.follow(await client.submit(page, { people: 5 }, 0));
	for (const name of ['五', '六', '七']) page = await client.follow(await client.submit(page, { name }));
	page = await client.submit(page);
	assert.equal(page.status, 409);
	assert.match(words(page), /この人数の席がありません。いまの申込はそのまま残っています/);
	assert.equal(await town.sql(`SELECT string_agg(people::text, ' ' ORDER BY id) FROM application WHERE event_id = ${made.event}`), '2 2');
});

test('a date that is moved while somebody fills in the form is said before it is sent', async () => {
	const made = await makeEvent(town, { dates: 2 }), client = browser(), move = () => town.sql(`SET session_replication_role = replica;
		UPDATE event_slot SET begins = begins + interval '3 hours', ends = ends + interval '3 hours' WHERE id = ${made.slots[0]}`);
	const before = await toCheck(client, made), told = /日時が変わりました/, when = (page) => /<time datetime="([^"]+)"|(\d+時\d*分?)/.exec(words(page))?.[0];
	assert.doesNotMatch(words(before), told);
	await move();
	// The button was pressed below the old time.
	let page = await client.submit(before);
	assert.equal(page.status, 409);
	assert.match(words(page), told);
	assert.notEqual(when(page), when(before));
	assert.equal(await town.sql(`SELECT count(*) FROM application WHERE event_id = ${made.event}`), '0', 'nothing is sent');
	assert.match(words(await client.get(page.path)), told, 'after a reload too');
	// Once more, while that page is open.
	await move();
	page = await client.submit(page);
	assert.equal(page.status, 409);
	const ticket = await client.follow(await client.submit(page));
	assert.match(title(ticket), /^参加が決まりました/);
	// Whoever chooses the date anew knows of it, and of another date's move there is nothing to say.
	const other = browser();
	await toCheck(other, made, { slot: made.slots[1] });
	await move();
	assert.doesNotMatch(words(await other.get(`/events/${made.event}/apply/check`)), told);
});
