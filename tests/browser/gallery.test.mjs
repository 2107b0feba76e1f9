// SPDX-License-Identifier: Apache-2.0
//
// Every layout and part in every state, without a database: gallery/NAME.html
// is a page, NAME.json what it shows, common.json and desk.json what every page
// has.  Our own renderer makes them, Chromium shows them at three widths under
// the Content-Security-Policy of the site; axe-core finds nothing, nothing but
// tables moves sideways, and what is pressed is large enough.
//
// CHROMO_PICTURES=folder keeps what was seen.
import { execFileSync } from 'node:child_process';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { launch } from './chromium.mjs';

const root = process.env.CHROMO_SOURCE ?? path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const render = `${process.env.CHROMO_BUILD ?? `${root}/.dev/build`}/tests/browser/render`;
const gallery = `${root}/tests/browser/gallery`;
const names = fs.readdirSync(gallery).filter(f => f.endsWith('.html')).map(f => f.slice(0, -5)).sort();
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const policy = "default-src 'none'; script-src 'nonce-abc'; style-src 'self'; img-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const types = { '.css': 'text/css', '.svg': 'image/svg+xml', '.js': 'text/javascript' };

const pages = new Map();
let folder, server, browser;

const read = name => JSON.parse(fs.readFileSync(`${gallery}/${name}.json`, 'utf8'));

function serve(request, response) {
	const { pathname } = new URL(request.url, 'http://gallery');
	const page = pages.get(pathname.slice(1));

	if (page !== undefined) {
		response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy });
		return response.end(page);
	}
	const file = path.join(root, 'nginx', path.normalize(pathname));
	if (!pathname.startsWith('/static/') || !fs.existsSync(file))
		return response.writeHead(404).end();
	response.writeHead(200, { 'Content-Type': types[path.extname(file)] ?? 'text/plain' });
	response.end(fs.readFileSync(file));
}

before(async () => {
	folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chromo-gallery-'));
	fs.cpSync(`${root}/templates`, folder, { recursive: true });
	fs.mkdirSync(`${folder}/gallery`);
	for (const name of names)
		fs.copyFileSync(`${gallery}/${name}.html`, `${folder}/gallery/${name}.html`);
	for (const name of names) {
		const own = read(name);
		const view = { ...read('common'), ...(own.frame === 'desk' ? read('desk') : {}), ...own };
		view.japanese = view.lang.startsWith('ja');
		pages.set(name, execFileSync(render, [folder, `gallery/${name}.html`, view.lang],
			{ input: JSON.stringify(view), encoding: 'utf8' }));
	}
	server = http.createServer(serve).listen(0, '127.0.0.1');
	await new Promise(done => server.on('listening', done));
	browser = await launch();
});

after(async () => {
	await browser?.close();
	server?.close();
	if (folder)
		fs.rmSync(folder, { recursive: true });
});

const contexts = new Map();

/* One context a way of looking: a new one for each page takes its time. */
async function open(name, width, options = {}) {
	const key = JSON.stringify([width, options]);
	if (!contexts.has(key))
		contexts.set(key, await browser.newContext({ viewport: { width, height: 800 }, ...options }));
	const page = await contexts.get(key).newPage();
	await page.goto(`http://127.0.0.1:${server.address().port}/${name}`);
	return page;
}

const fits = () => document.documentElement.scrollWidth <= innerWidth + 1;

/* Beside text a link may be as small as the text (WCAG 2.5.8). */
const small = least => [...document.querySelectorAll('a, button, input, select, textarea, summary')]
	.filter(e => e.type !== 'hidden' && !e.closest('p, dd, td, th, li, .c-text, .c-skip') && e.checkVisibility())
	.filter(e => e.getBoundingClientRect().height < least)
	.map(e => e.outerHTML.slice(0, 80));

for (const name of names) {
	for (const width of [320, 768, 1280]) {
		test(`${name} at ${width}`, async () => {
			const page = await open(name, width, { bypassCSP: true });

			assert.ok(await page.evaluate(fits), 'it moves sideways');
			assert.deepEqual(await page.evaluate(small, 24), [], 'too small to press');
			assert.equal(await page.locator('h1').count(), 1);
			if (process.env.CHROMO_PICTURES)
				await page.screenshot({ path: `${process.env.CHROMO_PICTURES}/${name}-${width}.png`, fullPage: true });
			await page.evaluate(axe);
			const found = await page.evaluate(() => axe.run({ runOnly:
				['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
			assert.deepEqual(found.violations.map(v => [v.id, v.nodes.map(n => n.target.join(' '))]), []);
			await page.close();
		});
	}
}

test('under the policy of the site nothing is refused', async () => {
	for (const name of names) {
		const page = await open(name, 320);
		const refused = [];
		page.on('console', m => { if (/Content Security Policy/.test(m.text())) refused.push(m.text()); });
		await page.reload();
		assert.deepEqual(refused, [], name);
		await page.close();
	}
});

test('the summary of what is wrong has the focus, and leads to the fields', async () => {
	const page = await open('subscribe_wrong', 320);

	await page.waitForFunction(() => document.activeElement.id === 'errors');	// when it is painted
	assert.match(await page.title(), /^エラー：/);
	for (const id of ['email', 'what', 'consent']) {
		await page.click(`#errors a[href="#${id}"]`);
		assert.equal(await page.evaluate(() => document.activeElement.id), id);
	}
	await page.close();
});

test('the first key leads past the frame', async () => {
	const page = await open('desk_list', 1280);

	await page.keyboard.press('Tab');
	assert.equal(await page.evaluate(() => document.activeElement.className), 'c-skip');
	await page.keyboard.press('Enter');
	assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
	await page.close();
});

test('the page still says all with larger text and forced colours', async () => {
	for (const name of names) {
		const page = await open(name, 320, { forcedColors: 'active', reducedMotion: 'reduce', bypassCSP: true });

		await page.addStyleTag({ content: 'html { font-size: 200% } * { letter-spacing: 0.12em !important; ' +
			'word-spacing: 0.16em !important; line-height: 1.5 !important } p { margin-bottom: 2em !important }' });
		assert.ok(await page.evaluate(fits), `${name} moves sideways`);
		await page.close();
	}
});
