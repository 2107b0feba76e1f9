// SPDX-License-Identifier: Apache-2.0
//
// R34, R35: nonsense in every field of every form, and in every address: refused in
// words (400, or 422 with what was typed still there), never an error of ours.  What
// a field does not mind (a box ticked with another word) may pass.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { forms } from '../harness/client.mjs';
import { desk, written } from '../harness/desk.mjs';
import { fill, MINATO, people, routes, surveyIn, token } from '../harness/house.mjs';
import { problems } from '../harness/invariants.mjs';
import { up } from '../harness/up.mjs';

let town, table, who, pages;
before(async () => {
	town = await up();
	town.kill('courier', 'SIGTERM');
	table = await routes(town);
	const waiting = await written(town, 'sato'), sato = await desk(town, 'sato');
	const sent = await sato.submit(await sato.get(`/desk/messages/${waiting}/submit`), {}, '/submit');
	assert.equal(sent.status, 303);
	who = await people(town);
	await town.sql(surveyIn(MINATO, 7000001));
	pages = await everyForm(waiting);
	// Tries are limited, which is another test's business.
	await town.sql(`CREATE FUNCTION no_limit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.hits := 1; RETURN NEW; END';
		CREATE TRIGGER no_limit BEFORE INSERT OR UPDATE ON throttle FOR EACH ROW EXECUTE FUNCTION no_limit()`);
});
after(() => town?.stop());

// Each form of the house once, with somebody who has it before them.
async function everyForm(waiting) {
	const found = new Map();
	for (const [name, person] of Object.entries(who)) {
		for (const route of table.filter((r) => r.method === 'GET' && !r.names.includes('token') && !r.names.includes('tag'))) {
			const ids = { message: /approve|withdraw/.test(route.path) ? waiting : /status|resend|stop/.test(route.path) ? 11 : 1,
				staff: 4, department: 1, area: 1, topic: 1, person: 1, survey: 7000001, quota: 1, language: 'en', question: 'q1', mail: 'x' };
			const page = await person.client.get(fill(route.path, ids));
			for (const form of page.status === 200 ? forms(page.text) : []) {
				const path = form.action || page.path;
				if (form.method === 'post' && !found.has(path) && !/logout|sign-out|leave|sessions$/.test(path)) {
					found.set(path, { name, path, page: page.path, fields: form.fields.filter(([n]) => n !== 'token'), html: page.text });
				}
			}
		}
	}
	return [...found.values()];
}

const postForm = (page, path) => forms(page.text).find((f) => f.method === 'post' && (f.action || page.path) === path)
	?.fields.filter(([name]) => name !== 'token');

// What kind of field a name is, as the page has it.
const kindOf = (html, name) => (new RegExp(`<textarea[^>]* name="${name}"`).test(html) ? 'lines'
	: new RegExp(`<(select|button)[^>]* name="${name}"`).test(html) ? 'choice'
		: new RegExp(`<input[^>]* name="${name}"[^>]*`).exec(html)?.[0].match(/type="(\w+)"/)?.[1] ?? 'text');
// The fields of a form; of boxes that differ in their id, one.
function namesOf({ html, path, fields }) {
	const inside = [...html.matchAll(/<form\b[^>]* action="([^"]*)"[\s\S]*?<\/form>/g)].filter((m) => m[1] === path)
		.flatMap((m) => [...m[0].matchAll(/ name="(\w+)"/g)].map((n) => n[1]));
	const all = [...fields.map(([n]) => n), ...inside].filter((n) => n !== 'token');
	return new Set(all.filter((n, i) => all.findIndex((o) => o.replace(/_\d+$/, '_') === n.replace(/_\d+$/, '_')) === i || !/_\d+$/.test(n)));
}

const enc = encodeURIComponent;
// name=value as sent; must: what the answer has to be.
const broken = {
	'twice': (n) => `${n}=a&${n}=b`,
	'twice the same': (n) => `${n}=a&${n}=a`,
	'half an escape': (n) => `${n}=%4`,
	'an escape of nothing': (n) => `${n}=%zz`,
	'no name': (n) => `${n}=a&=b`,
};
// Garbled on the way: one look at the page tells what to type again.
const garbled = {
	'not UTF-8': (n) => `${n}=kept%ff%fe`,
	'UTF-8 too long': (n) => `${n}=kept%c0%af`,
	'half a character': (n) => `${n}=kept%e3%81`,
	'a surrogate': (n) => `${n}=kept%ed%a0%80`,
	'NUL': (n) => `${n}=kept%00b`,
};
const odd = {
	'an array': (n) => `${enc(`${n}[]`)}=a&${enc(`${n}[0]`)}=b`,
	'an object': (n) => `${enc(`${n}[a]`)}=b`,
	'10,000 characters': (n) => `${n}=${'a'.repeat(10000)}`,
	'10,000 kanji': (n) => `${n}=${enc('字'.repeat(10000))}`,
	'control characters': (n) => `${n}=${enc('a\x01\x08\x1b[31m\x7fb')}`,
	'noncharacters': (n) => `${n}=${enc('a\ufdd0b\uffffc')}`,
	'lines where there is one': (n) => `${n}=${enc('a\r\nBcc: x@example.jp\r\n\r\nb')}`,
	'a number beyond all numbers': (n) => `${n}=99999999999999999999999999`,
	'the smallest number': (n) => `${n}=-9223372036854775808`,
	'a number that is none': (n) => `${n}=NaN`,
	'turned around': (n) => `${n}=${enc('\u202eabc\u2066')}`,
	'words of other languages': (n) => `${n}=${enc('\'); DROP TABLE message; -- {{7*7}} ${1} %n %s <svg onload=x>')}`,
};

async function tryAll(kinds, judge) {
	const wrong = [];
	let asked = 0;
	await Promise.all(Object.keys(who).map(async (name) => {
		for (const form of pages.filter((p) => p.name === name)) {
			const { client } = who[name];
			let { fields } = form, proof = await token(who[name]);
			for (const field of namesOf(form)) {
				for (const [what, make] of Object.entries(kinds(field, form))) {
					const rest = fields.filter(([n]) => n !== field);
					const answer = await client.post(form.path, `${new URLSearchParams([...rest, ['token', proof]])}&${make(field)}`);
					asked++;
					if (answer.status === 303 || answer.status === 409) {
						// It was taken: the token is spent (R41), and the page another one.
						proof = await token(who[name]);
						if (form.path.startsWith('/my/household')) {	// offered to who is in none
							await client.post('/my/household/leave', { token: proof });
							proof = await token(who[name]);
						}
						fields = postForm(await client.get(form.page), form.path) ?? fields;
					}
					const bad = judge(answer, what, kindOf(form.html, field), field)
						?? (answer.text.startsWith('<!DOCTYPE') && asked % 7 === 0 ? problems(answer).filter((p) => !/^1: (a tag of the template|not UTF-8)$/.test(p)).join('; ') : '');
					if (bad) wrong.push(`${name} POST ${form.path} ${field}: ${what}: ${bad}`);
				}
			}
		}
	}));
	assert.deepEqual(wrong, []);
	return asked;
}

test('what cannot be read is refused, in every field of every form', async () => {
	assert.ok(pages.length > 30, `${pages.length} forms`);
	// All of it in one field of each form, and some in all: the whole body is read by one function.
	const { twice, 'half an escape': half } = broken;
	const kinds = (field, form) => (field === [...namesOf(form)].at(-1) ? broken : { twice, half });
	const asked = await tryAll(kinds, (answer) => (answer.status !== 400 ? `${answer.status}`
		: /読み取れませんでした/.test(answer.text) ? undefined : 'no words'));
	assert.ok(asked > 250, `${asked} requests`);
});

test('what was garbled on the way is told beside the field, and the rest is kept', async () => {
	let told = 0;
	const asked = await tryAll((field, form) => (field === [...namesOf(form)].at(-1) ? garbled : { NUL: garbled.NUL }), (answer, what, kind, field) => {
		if (answer.status >= 500 || answer.status === 400 && /text|lines|email/.test(kind)) return `${answer.status}`;
		if (!/^(text|lines|email)$/.test(kind) || answer.status !== 422 || /^send_at_/.test(field)) return undefined;
		if (!answer.text.includes('文字化け')) return 'no words';
		told++;
		return new RegExp(`kept.*\ufffd`).test(answer.text) ? undefined : 'what was typed is gone';
	});
	assert.ok(asked > 150 && told > 40, `${asked} requests, ${told} told`);
});

test('what can be read but makes no sense is told, or does no harm', async () => {
	// Where such a thing cannot be right, it must be said.
	const must = { '10,000 characters': /text|password|email/, '10,000 kanji': /text|lines|email/, 'control characters': /text|lines|email/,
		'noncharacters': /text|lines|email/ };
	const asked = await tryAll((field, form) => {
		const { 'an array': list, 'an object': object, 'turned around': turned, ...each } = odd;
		return field === [...namesOf(form)].at(-1) ? odd : each;
	}, (answer, what, kind, field) => {
		if (answer.status >= 500 || ![200, 303, 400, 403, 404, 409, 410, 422, 429].includes(answer.status)) return `${answer.status}`;
		if (must[what]?.test(kind) && ![400, 409, 422].includes(answer.status) && !/^send_at_/.test(field)) return `${answer.status} for ${kind}`;
		return undefined;
	});
	assert.ok(asked > 800, `${asked} requests`);
});

test('in addresses, too', async () => {
	// Those that some page reads, and some that none does.
	const names = ['page', 'state', 'topic', 'district', 'next', 'lang', 'person', 'q', 'department', 'after', 'before', 'limit', 'since', 'from', 'to', 'step'];
	const { client } = who.both;
	const paths = table.filter((r) => r.method === 'GET' && !r.names.length && !/logout/.test(r.path)).map((r) => r.path);
	const wrong = [];
	await Promise.all(paths.map(async (path) => {
		for (const what of ['twice', 'not UTF-8', 'NUL']) {
			const answer = await client.get(`${path}?${{ ...broken, ...garbled }[what]('page')}`);
			if (answer.status !== 400) wrong.push(`${path} ${what}: ${answer.status}`);
		}
		for (const [what, make] of Object.entries(odd)) {
			if (what.startsWith('10,000')) continue;
			const answer = await client.get(`${path}?${names.map(make).join('&')}`);
			if (answer.status >= 500) wrong.push(`${path} ${what}: ${answer.status}`);
		}
	}));
	assert.deepEqual(wrong, []);
	for (const route of table.filter((r) => r.method === 'GET' && r.names.length)) {
		for (const id of ['0', '-1', '01', '+1', '1e3', '9223372036854775807', '9223372036854775808', '99999999999999999999', 'NaN', 'null', '%E5%AD%97',
			'1%20', '1;2', '1,2', '[1]', '*', 'x'.repeat(2000), '%2e%2e', '1%00']) {
			const answer = await client.get(fill(route.path, { [route.names[0]]: id }));
			assert.ok(answer.status < 500 && answer.status !== 200 || /token|tag/.test(route.names[0]), `${route.a} ${id}: ${answer.status}`);
		}
	}
});

test('the log says nothing of ours broke', () => {
	assert.doesNotMatch(town.log('web.log'), /worker\.died|page\.failed|db\.error|level=error/);
});
