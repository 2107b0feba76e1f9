// SPDX-License-Identifier: Apache-2.0
//
// 無記名・1人1回 in a real browser: a right is drawn by script and without, then the survey
// is answered; and the pages at the desk around it.  At 320 and 1280 px.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { desk } from '../harness/desk.mjs';
import { once_survey, signed_in } from '../http/right.mjs';
import { named, watched, ways, widths } from './eye.mjs';

const host = 'minato.localhost';
let survey;
const { town, eyes } = await watched();
before(async () => {
	survey = await once_survey(town, host);
	const first = await signed_in(town, host);
	await first.client.submit(await first.client.get(`/surveys/${survey}/right`), {}); // makes the key, as publishing does
});

// The cookies of a client without a browser, in a browser.
const as = (person, client) => person.context.addCookies([...client.cookies].map(([name, value]) => ({ name, value, url: person.origin, secure: true, httpOnly: true, sameSite: 'Lax' })));

for (const way of ways) {
	test(`a right is drawn and spent: ${named(way)}`, async () => {
		const person = await eyes.person(host, way), { client, citizen } = await signed_in(town, host);
		await as(person, client);
		await person.go(`/surveys/${survey}/right`);
		await person.look('right');
		await person.press('button', '権利を受け取って回答する');
		assert.equal(person.path, `/surveys/${survey}`);
		await person.sees('権利を受け取りました');
		const right = (await person.context.cookies()).find((c) => c.name === `__Host-right-${survey}`);
		assert.match(right.value, /^[\w-]{43}\.[\w-]{342}$/);
		assert.equal(await town.sql(`SELECT count(*) FROM right_drawn WHERE survey_id = ${survey} AND citizen_id = ${citizen}`), '1');
		await person.go(`/surveys/${survey}/right`);
		await person.look('right_drawn');
		await person.sees('すでにお渡し');
		// Who answers is nobody that the page knows.
		await person.context.clearCookies({ name: '__Host-citizen' });
		await person.go(`/surveys/${survey}`);
		await person.press('button', '回答を始める');
		await person.fill({ q1: '1', q2: '3' });
		await person.press('button', '次へ進む');
		await person.press('button', '回答を送る');
		await person.look('right_spent');
		assert.equal(await town.sql(`SELECT count(*) FROM response WHERE right_hash = sha256(decode('${Buffer.from(right.value.split('.')[0], 'base64url').toString('hex')}', 'hex'))`), '1');
	});
}

for (const width of widths) {
	test(`a right whose answer was lost on the way is there again on this device: ${width} px`, async () => {
		const person = await eyes.person(host, { width, script: true }), { client } = await signed_in(town, host), path = `/surveys/${survey}/right`;
		await as(person, client);
		await person.go(path);
		// The town has signed; the line breaks before the browser hears of it.
		await person.page.evaluate(() => {
			const real = fetch;
			globalThis.fetch = (...asked) => real(...asked).then(() => Promise.reject(new TypeError('the line broke')));
		});
		await person.page.getByRole('button', { name: '権利を受け取って回答する' }).click();
		await person.page.getByText('うまくいきませんでした').waitFor();
		// Somebody else of the family comes to this browser: what waits in it is not theirs.
		const first = await person.context.cookies(), other = await signed_in(town, host);
		await as(person, other.client);
		await person.go(path);
		await person.press('button', '権利を受け取って回答する');
		assert.equal(person.path, `/surveys/${survey}`);
		assert.equal(await town.sql(`SELECT count(*) FROM right_drawn WHERE survey_id = ${survey} AND citizen_id = ${other.citizen}`), '1');
		await person.context.clearCookies();
		await person.context.addCookies(first);
		await person.go(path);
		await person.sees('すでにお渡し');
		await person.sees('受け取りかけた権利');
		await person.look('right_begun');
		await person.press('button', '権利を受け取って回答する');
		assert.equal(person.path, `/surveys/${survey}`);
		assert.match((await person.context.cookies()).find((c) => c.name === `__Host-right-${survey}`).value, /^[\w-]{43}\.[\w-]{342}$/);
		await person.go(path);
		assert.equal(await person.page.getByText('受け取りかけた権利').isVisible(), false);
	});

	test(`paper and messages at the desk: ${width} px`, async () => {
		const person = await eyes.person(host, { width, script: true });
		await as(person, await desk(town, 'sato'));
		for (const page of ['forms', 'entry', 'announce']) {
			await person.go(`/desk/surveys/${survey}/${page}`);
			await person.look(`desk_${page}`);
		}
		await person.go(`/desk/surveys/${survey}/entry`);
		await person.press('button', '登録して次へ');
		await person.look('desk_entry_wrong', { status: 422 });
	});
}
