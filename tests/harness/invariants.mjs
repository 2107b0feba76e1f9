// SPDX-License-Identifier: Apache-2.0
//
// What holds for every page (HTML answer) of chromo, whatever it shows:
//
//	isPage(await citizen.get('/messages'));
//	isPage(answer, { status: 422, public: true, script: false, lang: 'en', drill: true });
//
// Options: status (200); public: may be cached (preset: no-store is asked for
// where the page has a form token or the path is not public); script: false for
// pages that must do without; lang ('ja'); drill.  problems() gives the list
// instead, for tests that want to see it fail.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'parse5';

const attribute = (e, name) => e.attrs?.find((a) => a.name === name)?.value;
const has = (e, name) => attribute(e, name) !== undefined;
const classes = (e) => (attribute(e, 'class') ?? '').split(/\s+/);

function* walk(node) {
	for (const child of node.childNodes ?? []) {
		yield child;
		yield* walk(child);
	}
	if (node.content) yield* walk(node.content);
}

function raw(node) {
	if (node.nodeName === '#text') return node.value;
	if (attribute(node, 'alt') !== undefined) return attribute(node, 'alt');
	return (node.childNodes ?? []).map(raw).join('');
}
const text = (node) => raw(node).replace(/\s+/g, ' ').trim();

function ancestor(node, test) {
	for (let n = node.parentNode; n; n = n.parentNode) if (test(n)) return n;
	return undefined;
}

// What a control is called by.
function isLabelled(e, page) {
	return has(e, 'aria-label') || has(e, 'aria-labelledby') || ancestor(e, (n) => n.tagName === 'label')
		|| page.elements.some((l) => l.tagName === 'label' && attribute(l, 'for') === attribute(e, 'id') && text(l) !== '');
}

// Elements that have no end.
const empty = new Set(['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'source', 'track', 'wbr']);

// --- the rules, by their numbers in the description of the pages (6.1) ---

function written(page, say) {
	for (const e of page.errors) say(`1: ${e.code} in line ${e.startLine}`);
	for (const e of page.elements) {
		const at = e.sourceCodeLocation;
		if (at && !at.endTag && !empty.has(e.tagName) && !page.source.slice(at.startOffset, at.endOffset).endsWith('/>')) say(`1: <${e.tagName}> in line ${at.startLine} is not closed`);
	}
	const ends = (name) => [...page.source.matchAll(new RegExp(`</${name}\\s*>`, 'gi'))].length;
	for (const name of new Set([...page.source.matchAll(/<\/([a-z][a-z0-9]*)\s*>/gi)].map((m) => m[1].toLowerCase()))) {
		const closed = page.elements.filter((e) => e.tagName.toLowerCase() === name && e.sourceCodeLocation?.endTag).length;
		if (closed !== ends(name)) say(`1: ${ends(name)} </${name}> for ${closed} elements`);
	}
	// Data for search engines is full of braces of its own.
	const source = page.source.replace(/<script type="application\/ld\+json">[^<]*<\/script>/g, '');
	if (source.includes('{{') || source.includes('}}')) say('1: a tag of the template');
	if (!/^<!doctype html>/i.test(page.source)) say('1: begins with something else than the doctype');
	if (page.source.includes('\ufffd')) say('1: not UTF-8');
	if (attribute(page.html, 'lang') !== page.options.lang) say(`1: lang is ${attribute(page.html, 'lang')}`);
}

function headings(page, say) {
	const h1 = page.elements.filter((e) => e.tagName === 'h1');
	const title = page.elements.find((e) => e.tagName === 'title' && e.parentNode.tagName === 'head');
	if (h1.length !== 1) say(`2: ${h1.length} h1`);
	if (page.elements.filter((e) => e.tagName === 'main').length !== 1) say('2: not one main');
	if (!title) say('2: no title');
	else if (h1.length === 1) {
		const rest = text(title).replace(/^【訓練】/, '').replace(/^(エラー：|Error: ?)/, '');
		if (!rest.startsWith(`${text(h1[0])} | `)) say(`2: title "${text(title)}", h1 "${text(h1[0])}"`);
	}
	let last = 0;
	for (const e of page.elements.filter((x) => /^h[1-6]$/.test(x.tagName))) {
		const level = Number(e.tagName[1]);
		// What stands over the h1 (a banner, a summary of errors) may begin with h2.
		if (last !== 0 && level > last + 1) say(`2: ${e.tagName} "${text(e)}" after h${last}`);
		if (text(e) === '') say(`2: an empty ${e.tagName}`);
		last = level;
	}
}

function landmarks(page, say) {
	const first = page.elements.find((e) => e.tagName === 'a');
	if (!first || !(attribute(first, 'href') ?? '').startsWith('#')) say('3: the first link is not the skip link');
	const isLandmark = (e) => ['header', 'nav', 'main', 'aside', 'footer'].includes(e.tagName)
		|| (e.tagName === 'section' && (has(e, 'aria-label') || has(e, 'aria-labelledby')));
	for (const node of page.nodes) {
		if (node.nodeName !== '#text' || node.value.trim() === '' || !ancestor(node, (n) => n.tagName === 'body')) continue;
		if (ancestor(node, isLandmark) || ancestor(node, (n) => n === first || n.tagName === 'script')) continue;
		say(`3: "${node.value.trim()}" is in no landmark`);
	}
}

function references(page, say) {
	const ids = new Map();
	for (const e of page.elements) {
		const id = attribute(e, 'id');
		if (id === undefined) continue;
		if (ids.has(id)) say(`4: id ${id} twice`);
		if (id === '' || /\s/.test(id)) say(`4: the id "${id}"`);
		ids.set(id, e);
	}
	for (const e of page.elements) {
		for (const name of ['for', 'aria-describedby', 'aria-labelledby', 'aria-controls', 'headers', 'list']) {
			for (const id of (attribute(e, name) ?? '').split(/\s+/).filter(Boolean)) {
				if (!ids.has(id)) say(`4: ${name}="${id}" finds nothing`);
			}
		}
		const href = attribute(e, 'href') ?? '';
		if (e.tagName === 'a' && href.startsWith('#') && !ids.has(href.slice(1))) say(`4: href="${href}" finds nothing`);
	}
}

function names(page, say) {
	for (const e of page.elements) {
		const what = `<${e.tagName}${attribute(e, 'name') ? ` name=${attribute(e, 'name')}` : ''}>`;
		if (['input', 'select', 'textarea'].includes(e.tagName) && attribute(e, 'type') !== 'hidden' && !isLabelled(e, page)) say(`5: ${what} without label`);
		if ((e.tagName === 'button' || e.tagName === 'summary' || (e.tagName === 'a' && has(e, 'href')))
			&& text(e) === '' && !has(e, 'aria-label')) say(`5: ${what} without text (${attribute(e, 'href') ?? ''})`);
		if (e.tagName === 'img' && !has(e, 'alt')) say('5: an image without alt');
		if (e.tagName === 'svg' && attribute(e, 'aria-hidden') !== 'true' && !(e.childNodes ?? []).some((c) => c.tagName === 'title')
			&& !has(e, 'aria-label') && !has(e, 'aria-labelledby')) say('5: a picture without title');
		if (e.tagName === 'table' && !(e.childNodes ?? []).some((c) => c.tagName === 'caption' && text(c) !== '')) say('5: a table without caption');
		if (e.tagName === 'th' && !has(e, 'scope')) say(`5: th "${text(e)}" without scope`);
		if (e.tagName === 'fieldset' && !(e.childNodes ?? []).some((c) => c.tagName === 'legend' && text(c) !== '')) say('5: a fieldset without legend');
		if (['ul', 'ol'].includes(e.tagName) && (e.childNodes ?? []).some((c) => c.tagName && !['li', 'script', 'template'].includes(c.tagName))) say('5: a list with something else in it');
	}
}

function forms(page, say) {
	for (const form of page.elements.filter((e) => e.tagName === 'form')) {
		const inside = [...walk(form)];
		const where = attribute(form, 'action') ?? '(no action)';
		for (const name of ['action', 'method', 'novalidate']) if (!has(form, name)) say(`6: the form ${where} has no ${name}`);
		if (/^post$/i.test(attribute(form, 'method') ?? '')) {
			const token = inside.filter((e) => e.tagName === 'input' && attribute(e, 'name') === 'token');
			if (token.length !== 1 || attribute(token[0], 'type') !== 'hidden' || attribute(token[0], 'value') === '') say(`6: the form ${where} has no token`);
		}
		for (const e of inside) if (e.tagName === 'button' && !has(e, 'type')) say(`6: a button without type in ${where}`);
	}
	for (const e of page.elements) {
		if (has(e, 'required') || attribute(e, 'aria-disabled') === 'true') say(`6: <${e.tagName} required>`);
		if (['button', 'input', 'select', 'textarea'].includes(e.tagName) && has(e, 'disabled')) say(`6: <${e.tagName} disabled>`);
	}
	const primary = page.elements.filter((e) => classes(e).includes('c-button--primary'));
	if (primary.length > 1) say(`6: ${primary.length} primary buttons`);
}

// A page that is the same for all has no nonce: its policy names the folder of our scripts.
const byPlace = (page) => /script-src https:\/\/[\w.:-]+\/static\/js\/;/.exec(page.headers['content-security-policy'] ?? '')?.[0];
const isByPlace = (e, page) => byPlace(page) !== undefined && /^\/static\/js\//.test(attribute(e, 'src') ?? '');

function scripts(page, say) {
	for (const e of page.elements) {
		for (const a of e.attrs ?? []) {
			if (/^on/.test(a.name) || /^hx-on/.test(a.name)) say(`7: ${a.name} on <${e.tagName}>`);
			if (a.name === 'style') say(`7: style on <${e.tagName}>`);
			if (a.name === 'download') say('7: download');
			if (/^\s*(javascript|vbscript|data):/i.test(a.value) && ['href', 'src', 'action', 'formaction'].includes(a.name)) say(`7: ${a.name}="${a.value}"`);
		}
		if (e.tagName === 'style') say('7: <style>');
		if (e.tagName === 'base') say('7: <base>');
		// Data runs nothing.
		if (e.tagName === 'script' && attribute(e, 'type') === 'application/ld+json') continue;
		if (e.tagName === 'script' && ((!attribute(e, 'nonce') && !isByPlace(e, page)) || (text(e) !== '' && attribute(e, 'type') !== 'application/json'))) say('7: a script without nonce, or inline');
		if ((e.attrs ?? []).some((a) => /^hx-(?!nonce)/.test(a.name)) && !attribute(e, 'hx-nonce')) say(`7: hx- without hx-nonce on <${e.tagName}>`);
		if (e.tagName === 'script' && page.options.script === false) say('7: a script on a page that does without');
	}
}

function origins(page, say) {
	for (const e of page.elements) {
		for (const name of ['src', 'srcset', 'poster', 'action', 'formaction', 'data']) {
			if (/^\s*([a-z]+:)?\/\//i.test(attribute(e, name) ?? '')) say(`8: ${name}="${attribute(e, name)}"`);
		}
		if (e.tagName === 'link' && /^\s*([a-z]+:)?\/\//i.test(attribute(e, 'href') ?? '')) say(`8: link to ${attribute(e, 'href')}`);
	}
}

function headers(page, say) {
	const h = page.headers;
	const csp = h['content-security-policy'] ?? '';
	for (const part of ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"]) {
		if (!csp.includes(part)) say(`9: no ${part} in the CSP`);
	}
	if (/unsafe|https?:|\*/.test(csp.replace(byPlace(page) ?? '', ''))) say(`9: the CSP is ${csp}`);
	if (!/^text\/html; charset=utf-8$/i.test(h['content-type'] ?? '')) say(`9: Content-Type ${h['content-type']}`);
	if (h['x-content-type-options'] !== 'nosniff') say('9: no nosniff');
	if (h['referrer-policy'] !== 'same-origin') say('9: no Referrer-Policy');
	if (!h['permissions-policy']) say('9: no Permissions-Policy');
	if (!h['strict-transport-security']) say('9: no HSTS');
	if (h['access-control-allow-origin']) say('9: CORS');
	const nonce = /'nonce-([^']+)'/.exec(csp)?.[1];
	for (const e of page.elements) if (e.tagName === 'script' && attribute(e, 'nonce') !== nonce && !isByPlace(e, page) && attribute(e, 'type') !== 'application/ld+json') say('9: another nonce than in the CSP');
	const open = /public/.test(h['cache-control'] ?? '');
	const personal = page.elements.some((e) => e.tagName === 'input' && attribute(e, 'name') === 'token') || h['set-cookie'];
	if (!open && !/no-store/.test(h['cache-control'] ?? '')) say(`9: Cache-Control ${h['cache-control']}`);
	if (open && (personal || nonce)) say('9: a page with token, cookie or nonce may be cached');
	if (page.options.public !== undefined && page.options.public !== open) say(`9: ${open ? 'may' : 'may not'} be cached`);
}

function times(page, say) {
	for (const e of page.elements.filter((x) => x.tagName === 'time')) {
		if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?[+-]\d\d:\d\d$/.test(attribute(e, 'datetime') ?? '')) say(`10: <time datetime="${attribute(e, 'datetime')}">`);
		if (text(e) === '') say('10: an empty <time>');
	}
	// On a page in another language, Japanese says that it is Japanese, and Chinese that it is Chinese.
	if (page.options.lang === 'ja') return;
	for (const node of page.nodes) {
		if (node.nodeName !== '#text' || !/[ぁ-んァ-ヶ一-龠]/.test(node.value)) continue;
		if (ancestor(node, (n) => ['title', 'script'].includes(n.tagName))) continue;
		const lang = attribute(ancestor(node, (n) => has(n, 'lang')), 'lang');
		if (lang !== 'ja' && lang !== 'zh') say(`10: "${node.value.trim()}" has lang="${lang}"`);
	}
}

function drill(page, say) {
	const band = page.elements.some((e) => classes(e).includes('c-mode') && !classes(e).includes('c-mode--development'));
	if (band !== (page.options.drill ?? false)) say(`11: ${band ? 'a' : 'no'} drill band`);
}

// Words that fit every field: in the summary of errors they need the field's name before them.
const unnamed = ['ja', 'en'].flatMap((lang) => {
	const po = readFileSync(new URL(`../../templates/po/${lang}.po`, import.meta.url), 'utf8');
	return ['required', 'too_long', 'unreadable', 'control_characters', 'code', 'number', 'choice', 'choose_some', 'date', 'datetime']
		.map((key) => new RegExp(`^${new RegExp(`msgid "form_${key}"\nmsgstr "(.*)"`).exec(po)[1]
			.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\{\w+\}\}/g, '-?[\\d,]+')}$`));
});

// What a field, or a group of fields, is called on the page.
function label(e, page) {
	const found = e.tagName === 'fieldset' ? (e.childNodes ?? []).find((c) => c.tagName === 'legend')
		: page.elements.find((l) => l.tagName === 'label' && attribute(l, 'for') === attribute(e, 'id'));
	return found ? text(found) : attribute(e, 'aria-label') ?? '';
}

// The summary leads to each field that something is wrong with, and says of it what stands beside it.
function mistakes(page, say) {
	const summary = page.elements.find((e) => attribute(e, 'id') === 'errors');
	const beside = page.elements.filter((e) => /-problem$/.test(attribute(e, 'id') ?? ''));
	if (!summary) {
		if (beside.length) say(`12: ${attribute(beside[0], 'id')} without a summary`);
		return;
	}
	const lines = [...walk(summary)].filter((e) => e.tagName === 'a');
	if (lines.length === 0) say('12: a summary of nothing');
	for (const line of lines) {
		const id = attribute(line, 'href').slice(1), words = text(line), field = page.elements.find((e) => attribute(e, 'id') === id);
		if (!field) continue;	// rule 4
		const control = ['input', 'select', 'textarea'].includes(field.tagName);
		if (!control && !has(field, 'tabindex')) say(`12: #${id} takes no focus`);
		const note = (attribute(field, 'aria-describedby') ?? '').split(/\s+/).map((name) => beside.find((e) => attribute(e, 'id') === name)).find(Boolean);
		if (!note) say(`12: #${id} is not described by what is wrong with it`);
		else if (!words.endsWith(text(note).replace(/^(エラー：|Error: ?)/, ''))) say(`12: "${words}" is "${text(note)}" at the field`);
		if (control && attribute(field, 'type') !== 'radio' && attribute(field, 'aria-invalid') !== 'true') say(`12: #${id} is not aria-invalid`);
		if (unnamed.some((all) => all.test(words))) say(`12: "${words}" does not say that it is about ${id} (${label(field, page)})`);
		const [, name, rest] = /^(.+?): (.+)$/.exec(words) ?? [];
		if (rest && unnamed.some((all) => all.test(rest)) && !label(field, page).includes(name)) say(`12: "${name}" is called "${label(field, page)}" at the field`);
	}
}

export function problems(answer, options = {}) {
	const errors = [];
	const tree = parse(answer.text, { sourceCodeLocationInfo: true, onParseError: (e) => errors.push(e) });
	const nodes = [...walk(tree)];
	const page = {
		source: answer.text, headers: answer.headers, errors, nodes,
		elements: nodes.filter((n) => n.tagName),
		html: nodes.find((n) => n.tagName === 'html'),
		options: { lang: 'ja', ...options },
	};
	const found = [];
	const say = (what) => found.push(what);
	for (const rule of [written, headings, landmarks, references, names, forms, scripts, origins, headers, times, drill, mistakes]) rule(page, say);
	return found;
}

export function isPage(answer, options = {}) {
	assert.equal(answer.status, options.status ?? 200, `${answer.path}: ${answer.text.slice(0, 300)}`);
	assert.deepEqual(problems(answer, options), [], answer.path);
	return answer;
}

// The text of a page as it is read, for looking into it.
export function words(answer) {
	return text([...walk(parse(answer.text))].find((n) => n.tagName === 'body'));
}
