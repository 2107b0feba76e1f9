// SPDX-License-Identifier: Apache-2.0
//
// A town with one of each thing that a route can name, and people in the middle of each
// thing that takes several pages: so that every page of the house can be opened.
//
//	const { who, worlds } = await furnish(town);
//	for (const world of worlds.filter((w) => opens(w, route)))
//		await who.both.client.get(fill(route.path, world));
//
// A world is what belongs together: { event, slot, application … }.  at: it is meant for
// paths that begin so.  The courier is off afterwards, so that nothing moves any more.
import { createHash, randomBytes } from 'node:crypto';
import { linkIn, answer as subscribeTo, mailWith, somebody } from '../http/citizen.mjs';
import { once_survey } from '../http/right.mjs';
import { every, few, survey as makeSurvey, walk } from '../http/survey.mjs';
import { number as phone } from '../http/texts.mjs';
import { sending } from './deliver.mjs';
import { inside } from './desk.mjs';
import { makeEvent, question, signUp, toCheck } from './event.mjs';
import { load } from './gateways.mjs';
import { MINATO, OPERATOR, people, tenant } from './house.mjs';
import { Keys } from './laws.mjs';

const hex = (bytes) => `'\\x${Buffer.from(bytes).toString('hex')}'`;
const hash = (token) => hex(createHash('sha256').update(token).digest());
const token = () => randomBytes(32).toString('base64url');
const last = (out) => out.trim().split('\n').at(-1);
const numbers = async (town, sql) => (await inside(town, sql)).split('\n').filter((l) => /^\d+$/.test(l)).map(Number);
const here = 'tenant_id = current_tenant()';

export const opens = (world, { path, names }) => (world.at === undefined || path.startsWith(world.at))
	&& names.every((name) => world[name] !== undefined);

// Somebody signed in so far, whatever their account is.
async function letIn(town, host, staff, stage, proved = `now() + interval '1 hour'`) {
	const client = town.client(host), t = token();
	await town.sql(`SET session_replication_role = replica; INSERT INTO staff_session (tenant_id, hash, staff_id, stage, proved)
		VALUES (${tenant(host)}, ${hash(t)}, ${staff}, '${stage}', ${proved})`);
	client.cookies.set('__Host-staff', t);
	return { host, client };
}

// A link that was sent to somebody, as it is stored.
async function link(town, host, purpose, column, value) {
	const t = token();
	await town.sql(`SET session_replication_role = replica; INSERT INTO link (tenant_id, hash, purpose, ends, ${column})
		VALUES (${tenant(host)}, ${hash(t)}, '${purpose}', now() + interval '1 hour', ${value})`);
	return t;
}

// Staff at each step of the door, and what the settings list.
async function house(town, who) {
	const add = async (host, id, state) => Number(last(await town.sql(`SET session_replication_role = replica;
		INSERT INTO staff OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(s, '{"id": ${id}, "login": "new${id}", "state": "${state}", "totp": null}')).* FROM staff s
		 WHERE tenant_id = ${tenant(host)} ORDER BY id LIMIT 1 RETURNING id`)));
	const invited = { [MINATO]: await add(MINATO, 7000001, 'invited'), [OPERATOR]: await add(OPERATOR, 7000002, 'invited') };
	who.fresh = await letIn(town, MINATO, await add(MINATO, 7000003, 'active'), 'enrol');
	who.operatorFresh = await letIn(town, OPERATOR, await add(OPERATOR, 7000004, 'active'), 'enrol');
	who.operatorStep = await letIn(town, OPERATOR, `(SELECT id FROM staff WHERE login = 'operator')`, 'password');
	// Who proved who they are too long ago.
	who.lapsed = await letIn(town, MINATO, `(SELECT id FROM staff WHERE login = 'admin' AND tenant_id = ${tenant(MINATO)})`, 'full', 'NULL');
	who.operatorLapsed = await letIn(town, OPERATOR, `(SELECT id FROM staff WHERE login = 'operator')`, 'full', 'NULL');
	const one = async (table) => (await numbers(town, `SELECT min(id) FROM ${table} WHERE ${here}`))[0];
	return [
		{ staff: await one('staff'), department: await one('department'), area: await one('district'), topic: await one('topic') },
		{ staff: invited[MINATO] }, ...['line', 'sms', 'x', 'webpush'].map((channel) => ({ channel })),
		{ at: '/desk/invite/', token: await link(town, MINATO, 'invite', 'staff_id', invited[MINATO]) },
		{ at: '/operator/invite/', token: await link(town, OPERATOR, 'invite', 'staff_id', invited[OPERATOR]) },
	];
}

// Somebody else proves the same mail address, and is asked what they want of the two entries.
async function registeredTwice(town, who, email) {
	const twice = who.twice.client, t = token();
	await inside(town, `INSERT INTO citizen_session (hash, citizen_id) SELECT ${hash(t)}, max(id) FROM citizen WHERE state = 'active' AND ${here}`);
	twice.cookies.set('__Host-citizen', t);
	await twice.submit(await twice.get('/my/email'), { email });
	const code = (await mailWith(town, email, '確認番号')).text.match(/\d{6}/)[0];
	await twice.submit(await twice.get('/my/email/code'), { code });
	await who.citizen.client.submit(await who.citizen.client.get('/my/email'), { email: somebody() });
}

// A citizen whose マイページ has been open for a while, at the code that proves that it is theirs.
async function longAgo(town, who) {
	const t = token();
	who.late = { host: MINATO, client: town.client(MINATO) };
	await inside(town, `INSERT INTO citizen_session (hash, citizen_id, created) SELECT ${hash(t)}, id, now() - interval '20 minutes'
		FROM citizen c WHERE state = 'active' AND ${here}
		  AND EXISTS (SELECT FROM contact k WHERE k.citizen_id = c.id AND k.channel = 'email' AND k.state = 'active') ORDER BY id DESC LIMIT 1`);
	who.late.client.cookies.set('__Host-citizen', t);
	await who.late.client.submit(await who.late.client.get('/my/again'), {}, 'again');
}

// A citizen with every way, and what was sent to them.
async function citizens(town, who) {
	const email = somebody(), keys = await Keys.of(town, tenant(MINATO)), { citizen } = who.citizen;
	for (const name of ['visitor', 'asked', 'family', 'texted', 'twice']) who[name] = { host: MINATO, client: town.client(MINATO) };
	await subscribeTo(who.visitor.client, somebody());
	await who.asked.client.submit(await subscribeTo(who.asked.client, email), { consent: 1 });
	const confirm = linkIn(await mailWith(town, email, '/confirm/'), 'confirm').split('/').pop();
	await who.texted.client.submit(await who.texted.client.get('/subscribe/phone'), { phone: phone() });
	for (const [page, one] of [['/my/sms', who.texted], ['/my/phone', who.citizen]]) await one.client.submit(await one.client.get(page), { phone: phone() });
	const contact = async (channel, address, label) => Number(last(await inside(town, `INSERT INTO contact (citizen_id, channel, address, hash, state, confirmed, label)
		VALUES (${citizen}, '${channel}', ${hex(keys.seal('contact.address', address))}, ${hash(token())}, 'active', now(), '${label}') RETURNING id`)));
	const device = await contact('webpush', JSON.stringify({ endpoint: 'https://push.invalid/1', p256dh: 'x', auth: 'x' }), 'とても長い名前の端末'.repeat(9));
	await contact('line', 'U0123456789abcdef0123456789abcdef', '');
	const number = await contact('sms', '+819012345678', '');
	await inside(town, `UPDATE contact SET confirmed = to_timestamp(0) WHERE id = ${number}`);
	await inside(town, `SELECT household_make(${citizen}, NULL)`);
	const [message] = await numbers(town, `SELECT min(id) FROM message WHERE state = 'sent' AND ${here}`);
	const [mail] = await numbers(town, `SELECT id FROM contact WHERE citizen_id = ${citizen} AND channel = 'email'`);
	const own = `(SELECT hash FROM contact WHERE citizen_id = ${citizen} AND channel = 'email' LIMIT 1)`;
	const sealed = (await inside(town, `SELECT encode(address, 'hex') FROM contact WHERE citizen_id = ${citizen} AND channel = 'email' AND ${here} LIMIT 1`)).split('\n').at(-1);
	const address = keys.open('contact.address', Buffer.from(sealed, 'hex'));
	const found = await who.both.client.submit(await who.both.client.get('/desk/people'), { address }, '/people');
	await registeredTwice(town, who, address);
	await longAgo(town, who);
	// An entry of theirs that ended when its telephone was proved here.
	const [other] = await numbers(town, `INSERT INTO citizen (state, districts, quiet_from, quiet_to, ended_in)
		SELECT 'left', ARRAY(SELECT id FROM district WHERE active AND ${here} LIMIT 2), '22:00', '06:00', ${citizen} RETURNING id`);
	return [
		{ at: '/my/merge/', other }, { device, person: found.headers.location.split('/').pop() }, { at: '/subscribe/confirm/', token: confirm },
		{ at: '/my/open/', token: await link(town, MINATO, 'my', 'contact_hash', own) },
		...['/unsubscribe/', '/u/'].map((at) => ({ at, token: keys.link('address', mail, message) })),
		{ at: '/seen/', token: keys.link('seen', citizen, message) }, { at: '/keep/', token: keys.link('keep', number, 0) },
	];
}

// One message of each state, one on its way, one with a post on X, one whose post could not be made.
async function messages(town) {
	const ids = await numbers(town, `SELECT min(id) FROM message m WHERE ${here}
		GROUP BY state, EXISTS (SELECT FROM topic t WHERE t.id = ANY (m.topics) AND t.vital) ORDER BY 1`);
	const [posted, refused] = await numbers(town, `SELECT id FROM message WHERE state = 'sent' AND corrects IS NULL AND (publish_until > now()) IS NOT FALSE AND ${here} ORDER BY id DESC LIMIT 2`);
	town.kill('courier', 'SIGTERM');
	const going = await sending(town, 100, { subject: `'${'とても長い件名'.repeat(14)}'` });
	await inside(town, `SET LOCAL session_replication_role = replica; INSERT INTO post (message_id, gateway_id, state, due, valid_until, provider_id, posted)
		SELECT ${posted}, id, 'accepted', now(), now() + interval '1 day', '1', now() FROM gateway WHERE channel = 'x' AND ${here};
		INSERT INTO post (message_id, gateway_id, state, reason, due, valid_until) SELECT ${refused}, id, 'held', 'gateway_missing', now(), now() FROM gateway WHERE channel = 'x' AND ${here}`);
	return [...ids, posted, refused, going].map((message) => ({ message }));
}

// A family with a ticket, another before its last page, a lottery, a draft, a door.
async function events(town, who) {
	const born = { q1_year: '1988', q1_month: '4', q1_day: '2' };
	const questions = [question('q1', 'date', '生年月日', { settings: { past: true } }),
		question('q2', 'single', '来る方法', { choices: ['歩き', '自転車'].map((ja, i) => ({ code: String(i + 1), texts: { ja } })) })];
	const made = await makeEvent(town, { capacity: 3, dates: 2, group: 4, quotas: { 車いす: 1 }, each: ['q1'], questions });
	const how = { names: ['髙橋 花子', '髙'.repeat(60)], also: [{ kana: 'たかはし はなこ', ...born }, born], answers: { q2: '1' } };
	const ticket = await signUp(who.family.client, made, how);
	await toCheck(who.visitor.client, made, how);
	const proved = await makeEvent(town, { columns: { once: 'true' } });
	await toCheck(who.visitor.client, proved);
	const draft = await makeEvent(town, { title: '長'.repeat(80), state: 'draft', questions });
	await inside(town, `UPDATE questionnaire SET edition = 0 WHERE id = (SELECT questionnaire_id FROM event WHERE id = ${draft.event})`);
	const application = Number(last(await inside(town, `SELECT max(id) FROM application WHERE event_id = ${made.event}`)));
	const drawn = await inside(town, `SELECT DISTINCT ON (l.record IS NULL) s.event_id || '|' || s.id FROM lottery l JOIN event_slot s ON s.id = l.slot_id
		WHERE l.${here} ORDER BY l.record IS NULL`);
	// A file that waits to be looked at, and one that was taken.
	const bytes = hex(Buffer.from('名称,開始日,緯度\r\n餅つき,2030-12-05,x\r\n,未定,\r\n'));
	const imports = await numbers(town, `INSERT INTO event_import (staff_id, name, bytes, taken, counts)
		SELECT s.id, '${'長い名前'.repeat(20)}.csv', ${bytes}, x.taken, x.counts FROM (SELECT min(id) AS id FROM staff WHERE ${here}) s,
		       (VALUES (NULL::timestamptz, NULL::jsonb), (now(), '{"new": 1, "changed": 2, "same": 3, "edited": 4, "cancelled": 5}')) AS x (taken, counts) RETURNING id`);
	const t = token();
	await inside(town, `INSERT INTO door (hash, event_id, name, staff_id, ends)
		SELECT ${hash(t)}, ${made.event}, '北口', author_id, now() + interval '1 day' FROM event WHERE id = ${made.event}`);
	return [
		{ event: made.event, slot: made.slots[0], question: 'q1', application, number: 1, language: 'ja-easy' },
		{ event: draft.event, slot: draft.slots[0], question: 'q2', language: 'en' }, { event: proved.event, number: 1 },
		...drawn.split('\n').filter(Boolean).map((l) => ({ event: Number(l.split('|')[0]), slot: Number(l.split('|')[1]) })),
		...imports.map((id) => ({ import: id })),
		{ at: '/tickets/', token: ticket.path.split('/').pop() }, { at: '/door/', token: t },
	];
}

// Surveys of every kind and state, one answered, one in the middle, one before its last page.
async function surveys(town, who) {
	const keys = await Keys.of(town, tenant(MINATO)), visitor = who.visitor.client, family = who.family.client;
	const all = await makeSurvey(town, every()), short = await makeSurvey(town, few(), { columns: { changeable: 'true' } });
	const begun = await visitor.follow(await visitor.submit(await visitor.get(`/surveys/${all.survey}`), {}, `/surveys/${all.survey}`));
	await visitor.submit(begun, { q1: '1' }, '/q/');
	const saved = (await visitor.get(`/surveys/${all.survey}/save`)).text.match(/id="link" value="([^"]+)"/)[1];
	await walk(visitor, short.survey, { q1: { q1: '1' } });
	await family.submit(await walk(family, short.survey, { q1: { q1: '2' } }), {}, '/check');
	const receipt = (await family.get(`/surveys/${short.survey}/done`)).text.match(/href="(https[^"]+\/receipt\/[^"]+)"/)[1];
	const once = await once_survey(town, MINATO), named = await once_survey(town, MINATO, { mode: 'named' });
	const over = await makeSurvey(town, few());
	await inside(town, `UPDATE survey SET state = 'closed', closed = now() WHERE id = ${over.survey}`);
	const demo = await numbers(town, `SELECT min(id) FROM survey WHERE ${here} GROUP BY state, mode ORDER BY 1`);
	const [published] = await numbers(town, `SELECT min(id) FROM survey WHERE state = 'published' AND ${here}`);
	const asked = await who.both.client.submit(await who.both.client.get(`/desk/surveys/${published}/export`), { kind: 'csv' }, '/export');
	await inside(town, `INSERT INTO paper_import (survey_id, staff_id, name, hash, state, faults)
		SELECT ${all.survey}, min(id), 'answers.csv', '', 'faulty', '[{"line": 2, "key": "paper_fault_number", "code": "x"}]' FROM staff WHERE ${here}`);
	return [
		...[...demo, over.survey, once, named].map((survey) => ({ survey, question: 'q1' })),
		...demo.map((survey) => ({ survey, quota: 1, language: 'en' })), { survey: all.survey, question: 'q12' },
		{ survey: published, export: asked.headers.location.split('/').pop() },
		...every().questions.map(({ code }) => ({ at: '/surveys/', survey: all.survey, code })), { survey: short.survey },
		{ at: '/desk/surveys/{survey}/results/answers', survey: short.survey,
			answer: await town.sql(`SELECT min(number) FROM response WHERE questionnaire_id = ${short.questionnaire}`) },
		...(await numbers(town, `SELECT max(id) FROM paper_import WHERE ${here}`)).map((id) => ({ at: '/desk/surveys/{survey}/forms/import', survey: all.survey, import: id })),
		{ at: '/surveys/{survey}/continue', survey: all.survey, token: saved.split('/').pop() },
		{ at: '/surveys/{survey}/receipt', survey: short.survey, token: receipt.split('/').pop() },
		{ at: '/surveys/{survey}/for', survey: once, token: keys.link('survey', who.citizen.citizen, once) },
	];
}

export async function furnish(town) {
	await load(town, [
		{ host: MINATO, channel: 'line', kind: 'line', url: 'https://127.0.0.1:1', settings: { channel_id: '1656000001', destination: 'U0', basic_id: '@00000000' }, secrets: { channel_secret: 'x' } },
		{ host: MINATO, channel: 'x', kind: 'x', url: 'https://127.0.0.1:1', settings: { user_id: '1' }, secrets: { api_key: 'x', api_secret: 'x', access_token: 'x', access_secret: 'x' } },
	]);
	const who = await people(town);
	const worlds = [{}];
	for (const room of [house, citizens, surveys, events, messages]) worlds.push(...await room(town, who));
	const mail = (await who.admin.client.get('/desk/outbox')).text.match(/href="\/desk\/outbox\/([^"/]+\d[^"/]*)"/)?.[1];
	return { who, worlds: [...worlds, { mail }, { tag: 'ja' }] };
}
