// SPDX-License-Identifier: Apache-2.0
//
// What an event is to those who cannot find it by looking, who have no mail, and who were there: one that
// is not listed, an offer by SMS, the survey that follows.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Karaden } from '../gateways/sms_karaden.mjs';
import { inside } from '../harness/desk.mjs';
import { makeEvent, seats, signUp } from '../harness/event.mjs';
import { load } from '../harness/gateways.mjs';
import { isPage } from '../harness/invariants.mjs';
import { eventually, up } from '../harness/up.mjs';
import { mailsTo, mailWith, somebody, words } from './citizen.mjs';
import { e164, number } from './texts.mjs';

const host = 'minato.localhost';
let town, sms;
before(async () => {
	sms = await new Karaden().start();
	town = await up({ conf: { gateway_ca_file: sms.caFile, gateway_private: 'yes' } });
	const { channel, kind, place, url, settings, secrets } = sms.account();
	await load(town, [{ host, channel, kind, place, url, settings, secrets }]);
});
after(async () => {
	await town?.stop();
	await sms?.close();
});
const texts = (phone) => sms.ledger.filter((m) => m.to === `0${e164(phone).slice(3)}`).map((m) => m.body);

test('one that is not listed is open to whoever has its address, and in no list or feed', async () => {
	const made = await makeEvent(town, { title: '町内だけの集い', columns: { listed: 'false' } }), client = town.client(host);
	const shown = await makeEvent(town, { title: 'どなたもの集い' });
	const month = await town.sql(`SELECT to_char(begins AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM') FROM event_slot WHERE id = ${shown.slots[0]}`);
	for (const path of ['/events?words=集い', '/events/places?words=集い', `/events/month?month=${month}&words=集い`, '/events.ics?words=集い', '/events.atom?words=集い', '/events.csv?words=集い']) {
		const { text } = await client.get(encodeURI(path));
		assert.ok(text.includes('どなたもの集い') && !text.includes('町内だけの集い'), path);
	}
	assert.match(isPage(await client.get(`/events/${made.event}`)).text, /町内だけの集い/);
	await signUp(client, made);
	assert.equal(await seats(town, made.slots[0]), '1/10 confirmed');
});

test('whoever gave only the number of a phone gets an offer by SMS, and answers behind its link', async () => {
	// Soon, so that nothing waits for the hours in which an SMS may be sent.
	const made = await makeEvent(town, { capacity: 1, days: 0.03, columns: { offer_hours: 24 } }), phone = number(), client = town.client(host);
	const first = town.client(host), ticket = await signUp(first, made);
	await signUp(client, made, { email: '', phone });
	await eventually('told that they wait', () => texts(phone).length === 1);
	await first.submit(await first.get(`${ticket.path.split('?')[0]}/cancel`), {}, '/cancel');
	await eventually('the offer', () => texts(phone).length === 2);
	const link = new URL(/https:\/\/\S+/.exec(texts(phone)[1])[0]).pathname, telephone = town.client(host);
	const page = isPage(await telephone.get(link));
	assert.match(words(page), /席が空きました.*次の日時までにお返事ください.*お返事がないときは、席は次の方に回ります/);
	assert.match(words(await telephone.follow(await telephone.submit(page, {}, '/accept'))), /参加が決まりました/);
	assert.equal(await seats(town, made.slots[0]), '1/1 cancelled confirmed');
});

test('the survey that follows goes with the thanks, to those who were there', async () => {
	const survey = await town.sql(`SELECT min(id) FROM survey WHERE tenant_id = 1 AND state = 'open'`);
	const made = await makeEvent(town, { columns: { survey_id: survey, missed: `'お待ちしていました。'` } });
	const came = somebody(), absent = somebody();
	for (const email of [came, absent]) await signUp(town.client(host), made, { email });
	await mailWith(town, absent, '参加が決まりました');
	await inside(town, `INSERT INTO checkin (id, event_id, slot_id, application_id, people) SELECT gen_random_uuid(), event_id, slot_id, id, 1 FROM application WHERE event_id = ${made.event} ORDER BY id LIMIT 1;
		UPDATE application SET told = state, reminded = now() WHERE event_id = ${made.event};
		UPDATE event_slot SET begins = now() - interval '3 hours', ends = now() - interval '1 hour' WHERE event_id = ${made.event};
		UPDATE application SET due = NULL WHERE event_id = ${made.event}`);
	const mail = await mailWith(town, came, `/surveys/${survey}`);
	const path = new URL(/https:\/\/\S+\/surveys\/\d+/.exec(mail.text)[0]).pathname;
	isPage(await town.client(host).get(path));
	await mailWith(town, absent, 'お待ちしていました。');
	await eventually('both are done', async () => await town.sql(`SELECT count(*) FROM application WHERE event_id = ${made.event} AND thanked IS NOT NULL`) === '2');
	assert.ok((await mailsTo(town, absent)).every((m) => !m.text.includes('/surveys/')));
});
