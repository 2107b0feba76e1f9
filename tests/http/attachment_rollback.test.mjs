// SPDX-License-Identifier: Apache-2.0
//
// A file whose transaction never came to its end: the courier takes it away, and nothing else.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk, written } from '../harness/desk.mjs';
import { png, sendPicture } from '../harness/picture.mjs';
import { eventually, up } from '../harness/up.mjs';

let town, sato;
before(async () => {
	town = await up();
	sato = await desk(town, 'sato');
});
after(() => town?.stop());

const folder = (...path) => join(town.dir, 'files', ...path);
const files = () => readdirSync(folder('1'), { recursive: true }).map(String).filter((name) => name.includes('/')).map((name) => name.split('/').pop());
const notes = () => (existsSync(folder('new')) ? readdirSync(folder('new')) : []);
const send = async (text) => {
	const id = await written(town, 'sato');
	return sendPicture(sato, await sato.get(`/desk/messages/${id}/pictures`), { text_new: text }, png(30, 20));
};
const aged = (name) => utimesSync(folder('new', name), new Date(), new Date(Date.now() - 2 * 3600e3));

test('what was rolled back goes after an hour; what was committed stays', async () => {
	const demo = new Set(notes());
	assert.equal((await send('残る写真')).status, 303);
	const kept = notes().filter((name) => !demo.has(name));
	assert.equal(kept.length, 2, 'a note for each file');
	await town.sql(`CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$;
		CREATE TRIGGER no BEFORE UPDATE ON message FOR EACH ROW EXECUTE FUNCTION no()`);
	const id = Number(await town.sql('SELECT max(id) FROM message'));
	const page = await sato.get(`/desk/messages/${id}/pictures`);
	assert.equal((await sendPicture(sato, page, { text_new: '消える写真' }, png(40, 20))).status, 500);
	await town.sql('DROP TRIGGER no ON message');
	const lost = notes().filter((name) => !demo.has(name) && !kept.includes(name)), ids = (list) => list.map((name) => name.split('.')[1]);
	assert.equal(lost.length, 2);
	for (const file of ids(lost)) {
		assert.ok(files().includes(file), 'it is left behind');
		assert.equal(await town.sql(`SELECT count(*) FROM attachment WHERE id = '${file}'`), '0');
	}
	// An hour later; one that a transaction may still hold is not touched, nor what is no note.
	writeFileSync(folder('new', '1.x'), '');
	[...kept, lost[0], '1.x'].forEach(aged);
	await eventually('the old notes go', () => !notes().some((name) => [...kept, lost[0]].includes(name)), 60);
	assert.ok(notes().includes('1.x') && notes().includes(lost[1]));
	assert.ok(!files().includes(ids(lost)[0]), 'the file goes');
	for (const file of [...ids(kept), ids(lost)[1]]) assert.ok(files().includes(file), 'the others stay');
});
