// SPDX-License-Identifier: Apache-2.0
//
// Every page of the house, by everybody who may open it: as HTML it holds what holds for all
// pages, and a careful eye finds nothing wrong with it at 320 and at 1280 px; the citizens'
// again in English and without script.  A route that is added here is looked at without a
// word; one that no true name opens fails.
//
// What stands between the pages (errors beside fields, what a press leads to) is the business
// of the tests of each room.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { forms as formsOf } from '../harness/client.mjs';
import { furnish, opens } from '../harness/furnish.mjs';
import { fill, routes } from '../harness/house.mjs';
import { problems } from '../harness/invariants.mjs';
import { watched } from './eye.mjs';

let who, worlds;
const pages = [], faults = [], forms = new Map();

const { town, eyes } = await watched();
before(async () => {
	({ who, worlds } = await furnish(town));
});

// Routes that answer with no page, and what they are there for.
const elsewhere = {
	'/lang/{tag}': 'keeps the language', '/m/{message}': 'a short link', '/u/{token}': 'leads to /unsubscribe',
	'/my/line/link': 'LINE leads there', '/desk/settings/channels/{channel}/callback': 'X leads there', '/desk/surveys/{survey}/results/cross.csv': 'a file of one table', '/desk/files/{attachment}': 'a file', '/events/{event}/lottery/record': 'JSON of one date',
	'/desk/events/{event}/applicants/{application}/certificate': 'a file, for who came',
	// Shown once, by the step before (tests of login and account).
	'/desk/login/enrol': 'after the password', '/operator/login/enrol': 'after the password', '/events/{event}/picture/{attachment}': 'a picture', '/messages/{message}/pictures/{attachment}': 'a picture',
	'/desk/login/codes': 'after enrolment', '/desk/settings/account/app': 'after the factor', '/desk/settings/account/codes': 'after the factor',
	'/desk/events/{event}/applicants/new/on': 'after a login that lapsed on the way',
	'/desk/login/unsent': 'after a form that came too late', '/operator/login/unsent': 'after a form that came too late',
	'/operator/login/codes': 'after enrolment', '/operator/account/app': 'after the factor', '/operator/account/codes': 'after the factor',
};

// Who may be in the middle of something there; of the others one is like the other.
const rights = { writer: ['write'], approver: ['approve'], both: ['write', 'approve'], admin: ['admin'] };
function visitors({ path, asks }) {
	if (path.startsWith('/operator')) return /invite|login/.test(path) ? ['stranger', 'operatorFresh', 'operatorStep', 'operator', 'operatorLapsed'] : ['operator'];
	if (asks.has('development')) return ['admin'];
	if (/^\/desk\/(login|invite)/.test(path)) return ['anonymous', 'step', 'fresh', 'lapsed'];
	if (path.startsWith('/desk')) {
		const wanted = ['write', 'approve', 'admin'].filter((r) => asks.has(r));
		return ['both', 'writer', 'approver', 'admin'].filter((name) => wanted.length === 0 || wanted.some((r) => rights[name].includes(r)));
	}
	return asks.has('cached') ? ['anonymous'] : ['visitor', 'citizen', 'family', 'asked', 'texted', 'twice', 'late'];
}

// What a page is made of: two with the same parts are one to the eye.
const parts = ({ text }) => [...new Set(text.replace(/<(svg|script)[\s\S]*?<\/\1>/g, '').match(/<(\w+[^>]*class="[^"]*"|h[1-6]|form[^>]*|table|fieldset|textarea|select)/g)
	?.map((tag) => tag.replace(/="[^"]*\d[^"]*"|value="[^"]*"/g, '')))].join();

test('every route opens, and is a page', async () => {
	for (const route of (await routes(town)).filter((r) => r.method === 'GET')) {
		const seen = new Set(), paths = [...new Set(worlds.filter((w) => opens(w, route)).map((w) => fill(route.path, w)))];
		let opened = route.path in elsewhere;
		for (const [turn, name] of visitors(route).entries()) {
			for (const path of paths) {
				const answer = await who[name].client.get(path);
				if (answer.status >= 500) faults.push(`${name} ${path}: ${answer.status}`);
				if (answer.status !== 200) continue;
				opened = true;
				// The first of the staff has all buttons; the others differ by what they lack.
				if (turn > 0 && path.startsWith('/desk') && seen.size > 0) paths.splice(0, paths.length, path);
				if (!/^text\/html/.test(answer.headers['content-type']) || !/<html/.test(answer.text)) continue;
				for (const form of formsOf(answer.text).filter((f) => f.method === 'post' && f.fields.length > 1)) {
					const key = `${route.path} ${form.action.replace(/\d+/g, '0')} ${form.fields.map(([n]) => n.replace(/\d+/g, '0'))}`;
					if (!forms.has(key)) forms.set(key, { name, path, action: form.action || path });
				}
				const found = problems(answer);
				if (found.length) faults.push(`${name} ${path}: ${found.join('; ')}`);
				if (seen.has(parts(answer)) || (turn > 0 && seen.size > 0 && path.startsWith('/desk'))) continue;
				seen.add(parts(answer));
				pages.push({ name, path, citizen: who[name].host === 'minato.localhost' && !path.startsWith('/desk') });
			}
		}
		if (!opened) faults.push(`${route.path}: nobody opens it`);
	}
	assert.deepEqual(faults, []);
	console.log(`# ${pages.length} pages`);
});

// One person at a time for each who; two at once, for two cores.
async function walk(kind, list, look) {
	const found = [], people = new Map();
	await Promise.all([0, 1].map(async (turn) => {
		for (const page of list.filter((_, i) => i % 2 === turn)) {
			const key = `${turn} ${page.name}`, { host, client } = who[page.name];
			if (!people.has(key)) people.set(key, await eyes.person(host, { width: 320, cookies: Object.fromEntries(client.cookies), ...kind }));
			await look(people.get(key), page).catch((e) => found.push(`${page.name} ${page.path}: ${e.message}`));
		}
	}));
	assert.deepEqual(found, []);
}

const named = (path) => path.replace(/^\//, '').replaceAll(/[^a-z0-9]+/gi, '_').slice(0, 80) || 'home';

test('each is looked at, narrow and wide', async () => {
	await walk({}, pages, async (person, { name, path }) => {
		await person.page.setViewportSize({ width: 320, height: 800 });
		person.width = 320;
		await person.go(path);
		await person.look(`${named(path)}-${name}`, { staff: true });
		await person.page.setViewportSize({ width: 1280, height: 800 });
		person.width = 1280;
		await person.look(`${named(path)}-${name}`, { staff: true, axe: false });
	});
});

test('the citizens\' in English, without script', async () => {
	await walk({ script: false }, pages.filter((p) => p.citizen), async (person, { path }) => {
		if (person.lang !== 'en') await person.go('/lang/en');
		person.lang = 'en';
		await person.go(path);
		await person.look(`en_${named(path)}`, { staff: true });
	});
});

// Last, for what is taken changes the house.  A field that is there is left empty, or is told too much.
test('what is wrong with a form is said on top with the name of its field, which it leads to, and beside it', async () => {
	const found = [], told = new Set();
	for (const { name, path, action } of forms.values()) {
		const { client } = who[name];
		let page;
		for (const [what, value] of [['nothing', ''], ['too much', '長'.repeat(20001)], ['nonsense', '-1']]) {
			page ??= await client.get(path);
			const form = formsOf(page.text).find((f) => f.method === 'post' && (f.action || path) === action);
			if (!form) break;
			const fields = form.fields.map(([n, v]) => [n, n === 'token' ? v : value]).filter(([, v]) => v !== '' || what !== 'nothing');
			const answer = await client.post(action, String(new URLSearchParams(fields)));
			page = answer.status === 422 ? answer : undefined;
			if (!page) continue;
			for (const fault of problems(page)) found.push(`${name} ${action}, ${what}: ${fault}`);
			told.add(action);
		}
	}
	assert.equal([...new Set(found)].join('\n'), '');
	console.log(`# ${told.size} of ${forms.size} forms said what was wrong`);
	assert.ok(told.size > 60, `${told.size} of ${forms.size}`);
});
