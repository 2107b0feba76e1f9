// SPDX-License-Identifier: Apache-2.0
//
// What the tests of citizens share: their mailbox, the way through 登録, and a
// page's words.
import assert from 'node:assert/strict';
import { readMail } from '../gateways/mime.mjs';
import { letters } from '../harness/letters.mjs';
import { eventually } from '../harness/up.mjs';

export const words = (page) => page.text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
export const title = (page) => page.text.match(/<title>([^<]*)/)?.[1].trim();
// What the page says is wrong, by field.
export const problems = (page) => Object.fromEntries([...page.text.matchAll(
	/id="(\w+)-problem"><span[^>]*>[^<]*<\/span>([^<]*)/g)].map(([, name, text]) => [name, text]));
// What its summary says, a line each.
export const summary = (page) => (page.text.match(/id="errors"[^]*?<\/ul>/)?.[0] ?? '').replace(/<[^>]*>/g, '');

const PATIENCE = 90;		// seconds

let people = 0;
export const somebody = (name = 'hanako') => `${name}.${process.pid}.${++people}@example.jp`;

const now = (town, email) => town.outbox().filter((m) => m.includes(email)).map((m) => readMail(Buffer.from(m)));

// Mails to an address, oldest first; waits until there are so many.
export async function mailsTo(town, email, least = 1) {
	return eventually(`${least} mails to ${email}`, () => {
		const mails = now(town, email);
		return mails.length >= least && mails;
	}, PATIENCE, () => letters(town));
}
// The one whose text contains this.
export async function mailWith(town, email, text) {
	return eventually(`a mail to ${email} with ${text}`, () => now(town, email).find((m) => m.text.includes(text)), PATIENCE,
		async () => `${now(town, email).map((m) => m.text).join('\n--\n')}\n${await letters(town)}`);
}
// The path of a link in a mail.
export const linkIn = (mail, part) => new URL(mail.text.match(new RegExp(`https://\\S*${part}\\S*`))[0]).pathname;

// As far as the check page.  choice: district (ids), topic (ids) or vital, language.
export async function answer(client, email, choice = {}) {
	const { district = [1], topic = null, vital = topic === null, language = 'ja' } = choice;
	const on = (name, ids) => Object.fromEntries(ids.map((id) => [`${name}_${id}`, 1]));
	const step = async (page, values, form) => {
		const sent = await client.submit(await client.get(`/subscribe/${page}`), values, form);
		assert.equal(sent.status, 303, `${page}: ${words(sent)}`);
		return sent;
	};
	await step('email', { email });
	await step('district', on('district', district));
	await step('topics', vital ? { vital: 1 } : on('topic', topic), vital ? 0 : 1);
	const last = await step('language', { language });
	assert.equal(last.headers.location, '/subscribe/check');
	return client.get('/subscribe/check');
}

// All of it: the client has マイページ open afterwards.
export async function subscribe(town, client, email, choice) {
	const links = () => now(town, email).filter((m) => m.text.includes('/confirm/')).map((m) => linkIn(m, 'confirm'));
	const old = links();
	const sent = await client.submit(await answer(client, email, choice), { consent: 1 });
	assert.equal(sent.headers.location, '/subscribe/verify');
	const link = await eventually(`a link to confirm ${email}`, () => links().find((l) => !old.includes(l)));
	const done = await client.submit(await client.get(link));
	assert.equal(done.headers.location, '/subscribe/done');
	return client.follow(done);
}
