// SPDX-License-Identifier: Apache-2.0
//
// Letters to one person that come back: a confirmation, a link to マイページ, a code.  Each has an
// address of its own to come back to, as mails of messages have (courier/bounce).  A
// registration whose confirmation nobody got is ended, and what was typed in for it is gone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readMail } from '../gateways/mime.mjs';
import { startSmtp } from '../gateways/smtp.mjs';
import { MINATO, people, tenant } from '../harness/house.mjs';
import { eventually, up } from '../harness/up.mjs';
import { answer, linkIn, somebody, words } from '../http/citizen.mjs';
import { bounce, dsn } from './back.mjs';

let town, relay, minato;
before(async () => {
	relay = await startSmtp();
	// What the machine was too slow for comes again in seconds, not in a minute.
	town = await up({ smtp: relay.url, conf: { courier_retry_base_s: 3 } });
	minato = await town.sql(`SELECT ${tenant(MINATO)}`);
});
after(async () => { await town?.stop(); await relay?.close(); });

const browser = () => town.client(MINATO);
// The n-th mail to an address: what it comes back to, and its text.
const mailTo = (email, n = 1) => eventually(`${n} mails to ${email}`, () => {
	const at = relay.ledger.map((m, i) => [m, i]).filter(([m]) => m.to === email)[n - 1];
	return at && { from: at[0].from, mail: readMail(relay.letters[at[1]]) };
}, 90, () => rows(`SELECT id, kind, state, try, reason, due - now(), lease_until - now() FROM letter WHERE channel = 'email' ORDER BY id DESC LIMIT 3`));
const hard = (to) => bounce(town, dsn(to, '5.1.1', '550 5.1.1 User unknown'));
const letterOf = (from) => from.match(/^bounce\+(\d+)\.0\.(\d+)\.[0-9a-f]{10}@/).slice(1, 3);
const rows = (sql) => town.sql(sql);
async function asks(email) {
	const client = browser();
	const taken = await client.submit(await answer(client, email), { consent: 1 });
	assert.equal(taken.status, 303, words(taken));
	const { from, mail } = await mailTo(email);
	return { client, from, link: linkIn(mail, 'confirm') };
}
async function registered(email) {
	const { client, from, link } = await asks(email);
	assert.equal((await client.submit(await client.get(link))).headers.location, '/subscribe/done');
	return { client, from, id: await rows(`SELECT max(id) FROM citizen WHERE tenant_id = ${minato}`) };
}
const contact = (id) => rows(`SELECT state || ' ' || failures || ' ' || coalesce(reason, '-') FROM contact WHERE citizen_id = ${id}`);

test('a confirmation that nobody got: the link in it is dead, what was typed in is gone, nobody is registered', { timeout: 120000 }, async () => {
	const citizens = await rows('SELECT count(*) FROM citizen'), { from, link } = await asks(somebody());
	const [whose, letter] = letterOf(from);
	assert.equal(whose, minato);
	const pending = () => rows(`SELECT used IS NOT NULL, choice IS NULL FROM link WHERE hash = (SELECT link FROM letter WHERE id = ${letter})`);
	assert.equal(await pending(), 'f|f');
	assert.deepEqual(await hard(from), { code: 0, out: 'hard\t5.1.1\ttaken' });
	assert.equal(await pending(), 't|t');
	assert.equal((await browser().get(link)).status, 410);
	assert.equal(await rows('SELECT count(*) FROM citizen'), citizens);
	assert.deepEqual(await hard(from), { code: 0, out: 'hard\t5.1.1\tknown' }, 'once');
});

test('full, too late, policy, an automatic answer: it may still be confirmed', { timeout: 120000 }, async () => {
	for (const [status, said, out] of [['5.2.2', '552 over quota', 'full\t5.2.2\ttaken'], ['4.4.7', '421 expired', 'soft\t4.4.7\ttaken'],
		['5.7.26', '550 5.7.26 unauthenticated', 'policy\t5.7.26\ttaken']]) {
		const { client, from, link } = await asks(somebody());
		assert.deepEqual(await bounce(town, dsn(from, status, said)), { code: 0, out });
		assert.equal((await client.submit(await client.get(link))).headers.location, '/subscribe/done', status);
	}
});

test('to somebody who is registered: the rules of messages, whatever the letter was', { timeout: 120000 }, async () => {
	const email = somebody(), carrier = somebody().replace('example.jp', 'docomo.ne.jp'), wrong = somebody();
	for (const [address, first] of [[email, 'failed 1 mailbox_unknown'], [carrier, 'active 1 mailbox_unknown']]) {
		const { id } = await registered(address), client = browser();
		assert.equal(await contact(id), 'active 0 -');
		await mailTo(address, 2);	// 登録しました
		await client.submit(await client.get('/my/link'), { email: address });
		const { from, mail } = await mailTo(address, 3);
		assert.ok(linkIn(mail, '/my/'));
		assert.deepEqual(await hard(from), { code: 0, out: 'hard\t5.1.1\ttaken' });
		assert.equal(await contact(id), first, address);
	}
	const { id } = await registered(wrong), { from } = await mailTo(wrong, 2);
	assert.deepEqual(await hard(from), { code: 0, out: 'hard\t5.1.1\ttaken' });
	assert.equal(await contact(id), 'failed 1 mailbox_unknown', 'the welcome came back');
});

test('nobody can make such an address for another letter; of one that is forgotten nothing is known', { timeout: 120000 }, async () => {
	const { from, link } = await asks(somebody()), [, letter] = letterOf(from);
	const other = (n, code = from.match(/\.(\w+)@/)[1]) => from.replace(/\.0\.\d+\.\w+@/, `.0.${n}.${code}@`);
	for (const to of [other(Number(letter) - 1), other(letter, '0'.repeat(10)), from.replace('.0.', '.1.'), from.replace(`+${minato}.`, `+${Number(minato) + 1}.`)])
		assert.deepEqual(await hard(to), { code: 0, out: 'hard\t5.1.1\tnot_ours' }, to);
	assert.equal((await browser().get(link)).status, 200, 'the link stands');
	await rows(`DELETE FROM letter WHERE id = ${letter}`);
	assert.deepEqual(await hard(from), { code: 0, out: 'hard\t5.1.1\tnot_ours' });
});

test('every mail has such an address, and staff see how many came back', { timeout: 120000 }, async () => {
	const { admin } = await people(town);
	const page = await admin.client.get('/desk/settings/channels/email');
	await admin.client.submit(page, {}, '/desk/settings/channels/email/test');
	await eventually('the test mail', () => relay.letters.some((l) => readMail(l).header('subject')?.includes('差出人の確認')));
	for (const m of relay.ledger) assert.match(m.from, /^bounce\+\d+\.\d+\.\d+\.[0-9a-f]{10}@/, m.from);
	assert.match(words(await admin.client.get('/desk/settings/channels/email')), /一人あてのメール 7 /);
});
