// SPDX-License-Identifier: Apache-2.0
//
// Somebody before a screen: a real browser on a real chromo, and what a careful
// eye sees on every page, whoever looks and however wide the screen is: nothing is asked of
// another host (R58), and axe-core finds nothing (R65).
//
//	const { town, eyes } = await watched();		// for a whole file; as up() has it: { conf: … }
//	const hanako = await eyes.person('minato.localhost', { width: 320, script: false });
//	await hanako.go('/subscribe');
//	await hanako.look('subscribe');			// fails with all that is wrong with the page
//	await hanako.press('link', 'メールで受け取る');
//	const sato = await eyes.staff('sato', { width: 1280 });	// behind the door
//
// CHROMO_PICTURES=folder keeps what was seen.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { after } from 'node:test';
import { desk } from '../harness/desk.mjs';
import { problems } from '../harness/invariants.mjs';
import { up } from '../harness/up.mjs';
import { launch } from './chromium.mjs';

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const judge = `axe.run(document, { resultTypes: ['violations'], elementRef: false, iframes: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
	.then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ') + ' ' + n.any.map((a) => a.message).join(' ')).join(', ')))`;

// The two screens that all is looked at on.
export const widths = [320, 1280];
// A narrow and a wide one, with and without script.
export const ways = widths.flatMap((width) => [true, false].map((script) => ({ width, script })));
export const named = ({ width, script }) => `${width} px, ${script ? 'with' : 'without'} script`;

/* Runs in the page. Beside text a link may be as small as the text (WCAG 2.5.8). */
const look = `(() => {
	const found = [];
	const wide = document.documentElement.scrollWidth;
	if (wide > innerWidth) {
		const e = [...document.querySelectorAll('body *')].filter((x) => !x.closest('.c-hidden, .c-scroll') && x.getBoundingClientRect().right > innerWidth + 1).pop();
		found.push('it moves sideways (' + wide + '): ' + (e ? e.outerHTML.slice(0, 120) : '?'));
	}
	for (const e of document.querySelectorAll('a, button, input, select, textarea, summary')) {
		if (e.type === 'hidden' || e.closest('p, dd, td, th, li, dt, .c-text, .c-skip, .c-hidden') || !e.checkVisibility()) continue;
		if (e.getBoundingClientRect().height < 24) found.push('too small to press: ' + e.outerHTML.slice(0, 120));
	}
	// Citizens have thumbs: what stands by itself has 44 pixels, a box with its label.
	if (!document.querySelector('.c-page--desk')) {
		for (const e of document.querySelectorAll('a, button, input, select, textarea, summary')) {
			if (e.type === 'hidden' || e.closest('p, dd, td, th, dt, .c-text, .c-skip, .c-hidden') || !e.checkVisibility()) continue;
			if (e.matches('li > a') && [...e.parentNode.childNodes].some((n) => n !== e && n.textContent.trim() !== '')) continue;
			const whole = /^(checkbox|radio)$/.test(e.type) ? e.closest('label') ?? e.labels[0] ?? e : e;
			if (Math.round(whole.getBoundingClientRect().height) < 44) found.push('too small for a thumb: ' + e.outerHTML.slice(0, 120));
		}
	}
	for (const e of document.querySelectorAll('time, .c-when')) {
		const walk = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
		while (walk.nextNode()) for (const m of walk.currentNode.data.matchAll(/\\d+時\\d+分|\\d+:\\d\\d/g)) {
			const part = document.createRange();
			part.setStart(walk.currentNode, m.index);
			part.setEnd(walk.currentNode, m.index + m[0].length);
			if (new Set([...part.getClientRects()].map((r) => Math.round(r.top))).size > 1) found.push('a time is broken: ' + walk.currentNode.data.trim());
		}
	}
	for (const e of document.querySelectorAll('h1, h2, h3, p, li, dt, dd, td, th, .c-button')) {
		if (e.checkVisibility() && e.textContent.trim() === '' && !e.querySelector('svg, img, input, select, textarea')
			&& e.getBoundingClientRect().height > 0 && !/^T[DH]$/.test(e.tagName)) found.push('empty, but takes room: ' + e.outerHTML.slice(0, 120));
		if (/undefined|\\bnull\\b|NaN|\\[object/.test(e.textContent)) found.push('not meant for people: ' + e.textContent.trim().slice(0, 80));
	}
	return found;
})()`;

class Person {
	constructor(context, page, cdp, origin, { width, script }) {
		Object.assign(this, { context, page, cdp, origin, width, script, answer: null, lang: 'ja', noise: [] });
		// The browser says of every answer 4xx that it is one; look() judges that by its status.
		// htmx says so too of what it was fetching when one left the page; requestfailed knows why.
		page.on('console', (m) => {
			if (m.type() === 'error' && !/^(Failed to load resource: .* status of 4\d\d|htmx: htmx:error: Failed to fetch)/.test(m.text())) this.noise.push(`console: ${m.text()}`);
		});
		page.on('pageerror', (e) => this.noise.push(`script: ${e.message}`));
		page.on('requestfailed', (r) => {
			if (!/ERR_ABORTED/.test(r.failure()?.errorText)) this.noise.push(`failed: ${r.url()} ${r.failure()?.errorText}`);
		});
		page.on('request', (r) => {
			if (new URL(r.url()).origin !== origin) this.noise.push(`asks another host: ${r.url()}`);
		});
		page.on('response', (r) => {
			if (r.status() >= 400 && !r.request().isNavigationRequest()) this.noise.push(`${r.status()} for ${r.url()}`);
		});
	}

	async arrive(going) {
		const [answer] = await Promise.all([this.page.waitForNavigation({ waitUntil: 'load' }), going()]);
		this.answer = answer ?? this.answer;
		return this;
	}

	go(path) {
		return this.arrive(() => this.page.goto(this.origin + path));
	}

	// press('button', '次へ進む') or press('link', /変更/): to the next page.
	async press(role, name) {
		const from = this.path;
		try {
			return await this.arrive(() => this.page.getByRole(role, { name, exact: typeof name === 'string' }).first().click());
		} catch (e) {
			throw new Error(`${from}: the ${role} ${name} leads nowhere: ${e.message}`);
		}
	}

	// fill({ subject: 'text', 'send_at-year': '2026' }): by the names of the fields.
	async fill(values) {
		for (const [name, value] of Object.entries(values)) {
			const field = this.page.locator(`[name="${name}"]:not([type="hidden"])`);
			if (value === true || value === false) await field.first().setChecked(value);
			else if (await field.first().getAttribute('type') === 'radio') await this.page.locator(`[name="${name}"][value="${value}"]`).check();
			else if (await field.first().evaluate((e) => e.tagName) === 'SELECT') await field.first().selectOption(value);
			else if (await field.first().getAttribute('type') === 'file') await field.first().setInputFiles(value);
			else await field.first().fill(value);
		}
		return this;
	}

	tick(label) {
		return this.page.getByRole('checkbox', { name: label }).first().check();
	}

	get path() {
		return new URL(this.page.url()).pathname;
	}

	// What the page says, to be matched.
	async said() {
		return (await this.page.locator('body').innerText()).replace(/\s+/g, ' ');
	}

	async sees(...texts) {
		const said = await this.said();
		for (const t of texts) assert.ok(t instanceof RegExp ? t.test(said) : said.includes(t), `${this.path}: no ${t} in: ${said}`);
		return this;
	}

	evaluate(expression) {
		return this.cdp.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }).then(({ result, exceptionDetails }) => {
			if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
			return result.value;
		});
	}

	// The id of what has the focus.  autofocus is obeyed when the page is painted, which is
	// after it was loaded: nothing yet is asked again.
	async focused() {
		let id = '';
		for (let i = 0; i < 60 && id === ''; i++) {
			if (i > 0) await new Promise((done) => setTimeout(done, 50));
			id = await this.evaluate('document.activeElement.id');
		}
		return id;
	}

	// All that is wrong with the page where one is.
	// staff: pages full of what Japanese staff wrote, also where the page is not Japanese.
	async look(name, { status = 200, errors = status === 422, staff = false, axe: judged = this.script } = {}) {
		// That there was no network is the test's own doing, and may be told late.
		const found = this.noise.splice(0).filter((n) => !n.includes('ERR_INTERNET_DISCONNECTED'));
		const answer = {
			path: this.path, status: this.answer.status(), text: await this.answer.text(), headers: await this.answer.allHeaders(),
		};
		if (answer.headers['set-cookie']) answer.headers['set-cookie'] = answer.headers['set-cookie'].split('\n');
		if (answer.status !== status) found.push(`status ${answer.status}, not ${status}`);
		found.push(...problems(answer, { status, lang: this.lang }).filter((f) => !staff || !f.startsWith('10: "')), ...await this.evaluate(look));
		if (errors) {
			if (await this.focused() !== 'errors') found.push(`the focus is on "${await this.focused()}", not on what is wrong`);
			if (!/^(エラー：|Error: )/.test(await this.page.title())) found.push('the title does not say that something is wrong');
		}
		// The same HTML with script off: once is enough, and a page that may not
		// run scripts would never answer.
		if (judged) found.push(...await this.evaluate(`${axe};${judge}`));
		if (process.env.CHROMO_PICTURES && this.script)
			await this.page.screenshot({ path: `${process.env.CHROMO_PICTURES}/${name}-${this.width}.png`, fullPage: true });
		assert.deepEqual(found, [], `${name} at ${this.width} px (${answer.path})`);
		return this;
	}

	// By keyboard alone: Tab until the control of this name has the focus, and shows it.
	async tabTo(name) {
		for (let i = 0; i < 120; i++) {
			await this.page.keyboard.press('Tab');
			const on = await this.evaluate(`(() => {
				const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
				return { name: (e.labels && e.labels.length ? [...e.labels].map((l) => l.textContent).join(' ') : e.getAttribute('aria-label') || e.textContent).replace(/\\s+/g, ' ').trim(),
					id: e.id, seen: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2, inside: r.bottom > 0 && r.top < innerHeight };
			})()`);
			assert.ok(on.seen, `the focus on "${on.name}" is not to be seen`);
			assert.ok(on.inside, `"${on.name}" has the focus outside of the screen`);
			if (name instanceof RegExp ? name.test(on.name) : on.name === name) return this;
		}
		throw new Error(`no way by keyboard to ${name} on ${this.path}`);
	}

	type(text) {
		return this.page.keyboard.type(text);
	}

	key(key) {
		return this.page.keyboard.press(key);
	}

	enter() {
		return this.arrive(() => this.page.keyboard.press('Enter'));
	}
}

export async function openEyes(town, { notices = false } = {}) {
	// Said here for service workers, too, which ignoreHTTPSErrors is not.
	const browser = await launch({ notices, args: ['--ignore-certificate-errors'] });
	const eyes = {
		// Each person has cookies of their own.
		async person(host, { width = 1280, script = true, cookies = {} } = {}) {
			const origin = `https://${host}:${town.port}`;
			const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: script,
				viewport: { width, height: 800 }, locale: 'ja-JP' });
			context.setDefaultTimeout(60000);
			await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: origin, secure: true, httpOnly: true })));
			const page = await context.newPage();
			return new Person(context, page, await context.newCDPSession(page), origin, { width, script });
		},
		// Staff behind the door, without the way through it.
		async staff(login, way, host = 'minato.localhost') {
			const { cookies } = await desk(town, login, host);
			return eyes.person(host, { ...way, cookies: Object.fromEntries(cookies) });
		},
		close: () => browser.close(),
	};
	return eyes;
}

// A town with eyes in it, and the end of both when the tests of the file are over.
export async function watched(options) {
	const town = await up(options);
	let eyes;
	after(async () => {
		await eyes?.close();
		await town.stop();
	});
	eyes = await openEyes(town);
	return { town, eyes };
}
