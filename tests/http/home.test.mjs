// SPDX-License-Identifier: Apache-2.0
//
// The first pages: of the town, what asks for an answer and what comes next beside the
// messages; of the desk, what is open and what somebody has to decide.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, inside } from '../harness/desk.mjs';
import { makeEvent, signUp } from '../harness/event.mjs';
import { MINATO, YAMA } from '../harness/house.mjs';
import { isPage } from '../harness/invariants.mjs';
import { up } from '../harness/up.mjs';

let town, reader;

before(async () => {
	town = await up();
	reader = town.client(MINATO);
	await inside(town, 'UPDATE event SET listed = false');
});
after(() => town?.stop());

const times = (text, what) => text.split(what).length - 1;
// Past nginx's second: a cookie of ours.
const home = () => {
	reader.cookies.set('__Host-fresh', '1');
	return reader.get('/');
};

test('of the town: each event once, those that come first; nothing that is hidden, cancelled or over', async () => {
	assert.doesNotMatch((await home()).text, /これからのイベント/, 'nothing comes: no heading over nothing');
	await makeEvent(town, { title: '毎週の体操', rule: 'none', dates: 3, days: 1 });
	await makeEvent(town, { title: '二番目の会', days: 2 });
	await makeEvent(town, { title: '中止の会', state: 'cancelled', days: 1, columns: { cancelled: 'now()' } });
	await makeEvent(town, { title: '遠い会', days: 80 });
	await makeEvent(town, { title: '三番目の会', days: 20 });
	await makeEvent(town, { title: '四番目の会', days: 21 });
	const page = await home();
	isPage(page);
	assert.deepEqual(['毎週の体操', '二番目の会', '三番目の会', '四番目の会', '中止の会', '遠い会'].map((t) => times(page.text, t)), [1, 1, 1, 0, 0, 0]);
	assert.match(page.text, /href="\/events"/);
});

test('of the town: surveys that are open and listed', async () => {
	const open = await town.sql(`SELECT texts->'ja'->>'title' FROM survey WHERE tenant_id = 1 AND state = 'open' AND listed ORDER BY id LIMIT 1`);
	const page = await home();
	assert.ok(page.text.includes(open) && page.text.includes('href="/surveys"'), open);
	await inside(town, 'UPDATE survey SET listed = false');
	assert.doesNotMatch((await home()).text, /回答受付中/, 'none: no heading over nothing');
});

test('of the desk: where there is nothing yet, whoever may make something is told how, the others who may', async () => {
	const yama = (role) => town.accounts.find((a) => a.host === YAMA && [a.roles].flat().includes(role)).login;
	await town.sql(`SET session_replication_role = replica; UPDATE event SET tenant_id = -1 WHERE tenant_id = (SELECT tenant_id FROM tenant_host WHERE host = '${YAMA}');
		DELETE FROM event WHERE tenant_id = -1`);
	assert.match(isPage(await (await desk(town, yama('writer'), YAMA)).get('/desk/events')).text, /「イベントを作る」から始めます/);
	const admin = isPage(await (await desk(town, yama('admin'), YAMA)).get('/desk/events'));
	assert.match(admin.text, /作るのは、起案者です/);
	assert.doesNotMatch(admin.text, /から始めます/);
});

test('of the desk: what is open with how full it is, and applications that wait for a word', async () => {
	const clerk = await desk(town, 'sato');
	const made = await makeEvent(town, { title: '個別の相談', rule: 'approval', capacity: 4 });
	const page = await clerk.get('/desk');
	isPage(page);
	assert.match(page.text, /個別の相談[\s\S]*?0 \/ 4/);
	assert.doesNotMatch(page.text, /決める申込/);
	await signUp(town.client(MINATO), made);
	const asked = await clerk.get('/desk');
	assert.match(asked.text, new RegExp(`href="/desk/events/${made.event}/applicants\\?state=applied"[^>]*>決める申込`));
	const other = await makeEvent(town, { title: '別の相談', rule: 'approval', capacity: 4 });
	await signUp(town.client(MINATO), other);
	assert.match((await clerk.get('/desk')).text, /href="\/desk\/events\?state=open"[^>]*>決める申込/, 'of two events: to their list');
});
