// SPDX-License-Identifier: Apache-2.0
//
// Every route × everybody: exactly what the table of routes says, no more and no
// less.  What it says is worked out here once more from its words.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fill, MINATO, OPERATOR, people, routes, surveyIn, token } from '../harness/house.mjs';
import { up } from '../harness/up.mjs';

let town, table, who;
before(async () => {
	town = await up();
	town.kill('courier', 'SIGTERM');
	table = await routes(town);
	who = await people(town);
	await town.sql(surveyIn(MINATO, 7000001, 'open'));
});
after(() => town?.stop());

const rights = { writer: ['write'], approver: ['approve'], both: ['write', 'approve'], admin: ['admin'], operator: ['admin'] };

// 'in', or why not.
function verdict({ asks }, name) {
	const { host, stage, citizen } = who[name];
	if (!asks.has('any-host') && (host === OPERATOR) !== (asks.has('operator') || asks.has('operator-door'))) return 'elsewhere';
	if (asks.has('citizen') && citizen === undefined) return 'signed out';
	if (asks.has('staff-step') && !stage) return 'signed out';
	if (!asks.has('staff') && !asks.has('operator')) return 'in';
	if (stage !== 'full') return 'signed out';
	const wanted = ['write', 'approve', 'admin'].filter((r) => asks.has(r));
	return wanted.length && !wanted.some((r) => rights[name]?.includes(r)) ? 'forbidden' : 'in';
}

// Where one is sent who is not signed in: to the door, with the way back.
const door = /^\/(my\/link$|(desk|operator)\/login(\?next=|\/code$))/;
function outcome({ method, asks }, answer) {
	// From one step of signing in to the other.
	if (asks.has('staff-step') && answer.headers.location?.endsWith('/login/code')) return 'in';
	if (answer.status === 404) return 'elsewhere';
	if (answer.status === 403) return 'forbidden';
	if (answer.status === 401 || (method === 'GET' && answer.status === 303 && door.test(answer.headers.location))) return 'signed out';
	return answer.status < 500 ? 'in' : `${answer.status}`;
}

// What everybody of that town may find, so that nobody is shut out for the thing itself.
const things = (path) => ({
	message: /^\/desk/.test(path) ? things.draft : things.sent, staff: things.staff, person: things.citizen,
	department: 1, area: 1, topic: 1, survey: 7000001, quota: 1, language: 'en', question: 'q1', event: things.event, import: 999999, gateway: 999999, device: 999999, attachment: 'x', channel: 'line', token: 'x'.repeat(43), tag: 'ja', mail: 'x',
});

test('the words of the table are those that are known here', () => {
	const known = ['anyone', 'citizen', 'staff', 'staff-step', 'operator', 'any-host', 'operator-door', 'write', 'approve',
		'admin', 'token', 'foreign', 'signed', 'cached', 'development', 'writes', 'draft', 'crowd', 'upload', 'table', 'unknown', 'fresh', 'file', 'unkept'];
	for (const { asks, a } of table) for (const word of asks) assert.ok(known.includes(word), `${a}: ${word}`);
	for (const { method, asks, a } of table) if (method === 'POST') assert.ok(asks.has('token') || asks.has('foreign') || asks.has('signed'), a);
});

// Where the thing itself refuses, by what it is: a token that is none, and the list of
// those not reached, which is for the departments concerned.
const itself = {
	elsewhere: new Set(['GET /u/{token}', 'POST /u/{token}', 'GET /unsubscribe/{token}', 'POST /unsubscribe/{token}',
		'GET /unsubscribe/{token}/done', 'GET /seen/{token}', 'POST /seen/{token}', 'GET /keep/{token}', 'POST /keep/{token}', 'GET /keep/{token}/done', 'GET /desk/people/{person}', 'GET /desk/outbox/{mail}', 'GET /cap/{message}', 'POST /hooks/{channel}/{gateway}',
		'POST /hooks/{channel}/{gateway}/{secret}',
		// Only 命を守る情報 has a picture.
		'GET /messages/{message}/card', 'GET /desk/messages/{message}/card',
		// The demonstration towns have no LINE.
		'POST /subscribe/line', 'POST /my/line/code', 'POST /my/line/link', 'GET /desk/settings/channels/{channel}/switch',
		'POST /desk/settings/channels/{channel}/switch', 'POST /desk/settings/channels/{channel}/check',
		'POST /desk/settings/channels/{channel}/sign-in', 'GET /desk/settings/channels/{channel}/callback',
		// Nor has the event that is there a date, a question or an applicant of this number.
		'GET /desk/events/{event}/dates/{slot}', 'POST /desk/events/{event}/dates/{slot}',
		'POST /desk/events/{event}/dates/{slot}/remove', 'GET /desk/events/{event}/dates/{slot}/off',
		'POST /desk/events/{event}/dates/{slot}/off', 'GET /desk/events/{event}/questions/{question}',
		'POST /desk/events/{event}/questions/{question}', 'GET /desk/events/{event}/questions/{question}/remove',
		'GET /desk/events/{event}/questions/{question}/ways', 'POST /desk/events/{event}/questions/{question}/ways',
		'GET /desk/events/{event}/applicants/{application}', 'POST /desk/events/{event}/applicants/{application}',
		'GET /desk/events/{event}/applicants/{application}/certificate', 'GET /desk/events/{event}/applicants/{application}/cancel',
		'POST /desk/events/{event}/applicants/{application}/cancel',
		// Nor was a file imported.
		'GET /desk/events/import/{import}', 'POST /desk/events/import/{import}', 'GET /desk/events/import/{import}/file',
		// Nobody signs up for the event that is there.
		'GET /tickets/{token}', 'GET /tickets/{token}/calendar', 'GET /tickets/{token}/paper', 'GET /tickets/{token}/cancel',
		'POST /tickets/{token}/cancel', 'POST /tickets/{token}/accept', 'POST /tickets/{token}/change',
		'GET /events/{event}/apply', 'POST /events/{event}/apply', 'GET /events/{event}/apply/person/{number}',
		'POST /events/{event}/apply/person/{number}', 'GET /events/{event}/apply/contact', 'POST /events/{event}/apply/contact',
		'GET /events/{event}/apply/code', 'POST /events/{event}/apply/code', 'GET /events/{event}/apply/q',
		'POST /events/{event}/apply/q', 'GET /events/{event}/apply/check', 'POST /events/{event}/apply/check',
		// Nor has anybody there a device.
		'GET /my/devices/{device}/remove', 'POST /my/devices/{device}/remove', 'POST /my/devices/{device}/try',
		// Nor is there a survey of this number, nor a file.
		'GET /desk/files/{attachment}', 'GET /events/{event}/picture/{attachment}', 'GET /messages/{message}/pictures/{attachment}',
		// Nor a record without the date that is asked for.
		'GET /events/{event}/lottery/record',
		'GET /desk/surveys/{survey}/results/cross.csv', 'GET /desk/surveys/{survey}/results/answers/{answer}', 'GET /desk/surveys/{survey}/results/texts/{question}', 'GET /desk/surveys/{survey}/results/words/{question}', 'POST /desk/surveys/{survey}/results/texts/{question}',
		'GET /desk/surveys/{survey}/forms/import/{import}', 'GET /desk/surveys/{survey}/forms/import/{import}/live',
		'GET /desk/surveys/{survey}/export/{export}', 'GET /desk/surveys/{survey}/export/{export}/live',
		'GET /desk/surveys/{survey}/export/{export}/file', 'GET /surveys/{survey}/result', 'GET /surveys/{survey}/result.csv',
		'GET /surveys/{survey}/result.json', 'GET /api/v1/surveys/{survey}/result',
		// Nor a door with this link.
		'GET /door/{token}', 'POST /door/{token}', 'GET /door/{token}/list',
		'GET /surveys/{survey}/right', 'POST /surveys/{survey}/right', 'POST /surveys/{survey}/right/keep',
		'GET /surveys/{survey}/for/{token}', 'POST /surveys/{survey}/for/{token}',
		'GET /surveys/{survey}/continue/{token}', 'POST /surveys/{survey}/continue/{token}',
		'GET /surveys/{survey}/receipt/{token}', 'POST /surveys/{survey}/receipt/{token}']),
	// What a door sends is JSON of its own page.
	forbidden: new Set(['GET /desk/messages/{message}/unreached', 'POST /door/{token}/sync', 'POST /desk/events/{event}/checkin/sync']),
};

for (const method of ['GET', 'POST']) {
	test(`${method}: who may, and who may not`, async () => {
		[things.draft, things.sent, things.staff, things.citizen, things.event] = (await town.sql(`SELECT
			(SELECT min(id) FROM message WHERE state = 'draft' AND tenant_id = 1), (SELECT min(id) FROM message WHERE state = 'sent' AND on_site AND tenant_id = 1),
			(SELECT min(id) FROM staff WHERE tenant_id = 1), (SELECT min(id) FROM citizen WHERE tenant_id = 1),
			(SELECT min(id) FROM event WHERE tenant_id = 1 AND state = 'open')`)).split('|');
		let asked = 0;
		const wrong = [];
		for (const [name, person] of Object.entries(who)) {
			let proof = await token(person);
			for (const route of table.filter((r) => r.method === method)) {
				const path = fill(route.path, things(route.path));
				const says = verdict(route, name);
				// Whoever is let in sends the form of nothing: it is refused by its fields, or done.
				const answer = await (method === 'GET' ? person.client.get(path) : person.client.post(path, { token: proof }));
				const is = outcome(route, answer);
				asked++;
				if (is !== says && !(says === 'in' && itself[is]?.has(route.a))) {
					wrong.push(`${name} ${route.a}: ${answer.status} ${answer.headers.location ?? ''}, not "${says}"`);
				}
				if (method === 'GET' || says !== 'in' || answer.status !== 303) continue;
				// It was done, and may have shut the person out.
				await town.sql(`SET session_replication_role = replica; UPDATE citizen SET state = 'active'; ${person.sql}`);
				person.client.cookies.delete('__Host-told');
				if (person.login) person.client.cookies.set('__Host-staff', person.token);
				else if (person.citizen !== undefined) person.client.cookies.set('__Host-citizen', person.token);
				proof = await token(person);
			}
		}
		assert.deepEqual(wrong, []);
		assert.ok(asked > 500, `${asked} requests`);
	});
}

test('HEAD is GET, and no other method is anything', async () => {
	for (const route of table.filter((r) => r.method === 'GET')) {
		const path = fill(route.path, things(route.path)), post = table.some((r) => r.method === 'POST' &&
			new RegExp(`^${r.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path));
		const [get, head] = [await who.anonymous.client.get(path), await who.anonymous.client.send(path, { method: 'HEAD' })];
		assert.equal(head.status, get.status, route.a);
		assert.equal(head.bytes.length, 0);
		const put = await who.admin.client.send(path, { method: 'PUT', body: '' });
		assert.equal(put.status, 405, route.a);
		assert.equal(put.headers.allow, post ? 'GET, HEAD, POST' : 'GET, HEAD', route.a);
	}
});
