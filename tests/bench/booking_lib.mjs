// SPDX-License-Identifier: Apache-2.0
//
// What booking and last_seat share: people before the last button of a sign-up (press.mjs).
import { browser, keep, script, seal, sha256, tenant } from './press.mjs';

// So many of them, into drafts and a file for wrk: "event draft visit token".
export async function presses(town, { event, slot }, n, file = 'presses') {
	const rows = [], lines = [];
	for (let i = 0; i < n; i++) {
		const { draft, visit, token } = browser(town);
		const what = { answers: {}, email: `${visit}@example.jp`, people: 1, persons: [{ answers: {}, kana: 'みなと はなこ', name: '港 花子', quotas: [] }], phone: '', slot, unreachable: false };
		rows.push(`${tenant}\t\\\\x${sha256(`apply ${event} ${draft}`)}\t${event}\t\\\\x${seal(town.dataKey, 'application_draft.sealed', JSON.stringify(what)).toString('hex')}`);
		lines.push(`${event} ${draft} ${visit} ${token}`);
	}
	return keep(town, 'application_draft (tenant_id, hash, event_id, sealed)', rows, lines, file);
}

export const applyScript = (town) => script(town, { words: ['event', 'draft', 'visit', 'token'], path: '"/events/" .. event .. "/apply/check"',
	cookie: '"__Host-apply=" .. draft', body: '"token=" .. token' });
