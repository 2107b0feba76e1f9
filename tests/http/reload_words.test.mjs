// SPDX-License-Identifier: Apache-2.0
//
// In development templates and words may be changed together while the site runs; what is
// wrong with them is on the screen, and is gone as soon as it is mended.
import assert from 'node:assert/strict';
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually, up } from '../harness/up.mjs';

let town, at, client;
before(async () => {
	town = await up();
	at = join(town.dir, 'templates');
	const conf = join(town.dir, 'chromo.conf'), is = readFileSync(conf, 'utf8');
	cpSync(is.match(/^templates\s*=\s*(.*)$/m)[1], at, { recursive: true });
	writeFileSync(conf, is.replace(/^templates\s*=.*$/m, `templates = ${at}`));
	process.kill(town.pid('web'), 'SIGHUP');
	client = town.client('minato.localhost');
	// Every worker reads from there now.
	const page = join(at, 'citizen/my/link.html');
	writeFileSync(page, readFileSync(page, 'utf8').replace('{{$main}}', '{{$main}}<p>here</p>'));
	await soon(/<p>here<\/p>/);
});
after(() => town?.stop());

// Every worker looks at the files again and again.
async function soon(text, status = 200) {
	let pages;
	const like = (page) => page.status === status && text.test(page.text);
	await eventually(`${status} with ${text}`, async () => {
		pages = await Promise.all([...Array(16).keys()].map(() => client.get('/my/link')));
		return pages.every(like);
	}).catch((e) => assert.fail(`${e.message}: ${pages.find((page) => !like(page))?.text}`));
	return pages;
}
const po = (lang) => join(at, `po/${lang}.po`);
const add = (key, text) => { for (const lang of ['ja', 'en']) appendFileSync(po(lang), `\nmsgid "${key}"\nmsgstr "${text} ${lang}"\n`); };
const use = (key) => {
	const page = join(at, 'citizen/my/link.html');
	writeFileSync(page, readFileSync(page, 'utf8').replace(/<p>here.*?<\/p>/, `<p>here {{t.${key}}}</p>`));
};

test('a new word and a page that uses it, without a restart', async () => {
	add('quite_new', 'A new word');
	use('quite_new');
	await soon(/<p>here A new word ja<\/p>/);
	assert.match((await client.get('/my/link?lang=en')).text, /A new word en/);
});

test('another text for a word, without touching a template', async () => {
	for (const lang of ['ja', 'en']) writeFileSync(po(lang), readFileSync(po(lang), 'utf8').replace('A new word', 'Said otherwise'));
	await soon(/Said otherwise ja/);
});

test('a word that is not there is named, with file and line, until it is', async () => {
	use('not_there_yet');
	for (const page of await soon(/citizen\/my\/link\.html:\d+: .*not_there_yet/, 500)) assert.match(page.text, /nothing has to be restarted/);
	add('not_there_yet', 'Now it is');
	await soon(/Now it is ja/);
});

test('a fault in the words is named, and what was there before is still shown', async () => {
	const good = readFileSync(po('ja'), 'utf8');
	appendFileSync(po('ja'), '\nmsgid "half"\n');
	use('half');
	await soon(/po\/ja\.po:\d+: msgstr is wanted here/, 500);
	use('quite_new');
	await soon(/here Said otherwise ja/);	// by the old words
	writeFileSync(po('ja'), good.replace('Said otherwise', 'Mended'));
	await soon(/here Mended ja/);
});
