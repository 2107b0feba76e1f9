// SPDX-License-Identifier: Apache-2.0
//
// What people type is never a program (F33, R25): texts that would be one in HTML, in an
// attribute, a link, a style, JSON or Markdown, in messages, events, sign-ups and names, looked
// at by citizens and by staff in a real browser.  Nothing runs, no part of a page comes of
// them, and what was typed is what is read.
import { before, test } from 'node:test';
import { approved, desk, inside } from '../harness/desk.mjs';
import { makeEvent, signUp } from '../harness/event.mjs';
import { eventually, up } from '../harness/up.mjs';
import { watched } from './eye.mjs';
import { harmless, payloads } from './hostile.mjs';

const HOST = 'minato.localhost';
let citizen, sato;
const { town, eyes } = await watched();
before(async () => {
	citizen = await eyes.person(HOST);
	sato = await eyes.staff('sato');
});

const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

test('F33 messages', { timeout: 300000 }, async () => {
	const made = [];
	for (const text of payloads)
		made.push({ text, id: await approved(town, 'sato', 'suzuki', { subject: quoted(text), contact: quoted(text),
			body: quoted(`${text}\n\n**${text}**\n\n- ${text}`) }) });
	for (const { id, text } of made) {
		await eventually(`message ${id} is there`, async () => (await town.get(HOST, `/messages/${id}?${Math.random()}`)).status === 200);
		await harmless(citizen, `/messages/${id}`, text);
		await harmless(sato, `/desk/messages/${id}${['', '/preview', '/status'][id % 3]}`);
	}
	for (const path of ['/', '/messages', '/messages?page=2']) await harmless(citizen, path);
	for (const path of ['/desk', '/desk/messages']) await harmless(sato, path);
});

test('F33 events and those who sign up', { timeout: 300000 }, async () => {
	for (const text of payloads) {
		const made = await makeEvent(town, { title: text, quotas: { [text.slice(0, 30)]: 2 } });
		await inside(town, `UPDATE event SET place = ${quoted(text)}, contact = ${quoted(text)}, access = ${quoted(text)} WHERE id = ${made.event}`);
		await harmless(citizen, `/events/${made.event}`, text);
		const client = town.client(HOST), ticket = await signUp(client, made, { names: [text] });
		await (made.event % 2 ? harmless(citizen, ticket.path) : harmless(sato, `/desk/events/${made.event}/applicants`));
	}
	await harmless(citizen, '/events');
	await harmless(sato, '/desk/events');
});

test('F33 names of the town itself', { timeout: 120000 }, async () => {
	for (const [i, text] of payloads.entries()) {
		const name = quoted(text.slice(0, 40));
		await inside(town, `UPDATE topic SET name = ${name} WHERE id = (SELECT max(id) FROM topic WHERE tenant_id = current_tenant());
			UPDATE district SET name = ${name} WHERE id = (SELECT max(id) FROM district WHERE tenant_id = current_tenant())`);
		await (i % 3 ? harmless(citizen, '/subscribe') : harmless(sato, '/desk/messages/new'));
	}
});
