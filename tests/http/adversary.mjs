// SPDX-License-Identifier: Apache-2.0
//
// Somebody who has the whole database and wants to say whose answer is whose.
//
//	const he = adversary(truth, mark);	// citizen → what only their answer says, and what an answer says
//	he.by_order(people, answers)		// [how many he gets right, by which columns]
//
// people and answers are rows as objects, with the places of rows (ctid) and the transactions
// that wrote them (xmin); citizen_id of people is what he looks for.

// A column as something to be ordered: numbers as numbers, places by page and line.
function rank(value) {
	if (typeof value === 'string' && /^\(\d+,\d+\)$/.test(value)) {
		const [page, line] = value.slice(1, -1).split(',').map(Number);
		return page * 10000 + line;
	}
	return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
}
const ordered = (list, column) => [...list].sort((a, b) => {
	const [x, y] = [rank(a[column]), rank(b[column])];
	return x < y ? -1 : x > y ? 1 : 0;
});

export function adversary(truth, mark) {
	return {
		// How many people he gets right with the best of all orders, and by which.
		by_order(people, answers) {
			let best = [0];
			for (const p of Object.keys(people[0])) for (const a of Object.keys(answers[0])) for (const turned of [false, true]) {
				const left = ordered(people, p), right = ordered(answers, a);
				// What is the same in all rows orders nothing: Array.sort would leave them as they came.
				if (new Set(left.map((r) => JSON.stringify(r[p]))).size < 2 || new Set(right.map((r) => JSON.stringify(r[a]))).size < 2) continue;
				if (turned) right.reverse();
				const n = left.filter((person, i) => right[i] && truth.get(String(person.citizen_id)) === mark(right[i])).length;
				if (n > best[0]) best = [n, `${p} against ${a}${turned ? ' turned' : ''}`];
			}
			return best;
		},

		// The same by equal values, of columns that tell rows apart.
		by_value(people, answers) {
			let best = [0];
			for (const p of Object.keys(people[0])) for (const a of Object.keys(answers[0])) {
				const at = answers.reduce((m, r) => m.set(JSON.stringify(r[a]), [...(m.get(JSON.stringify(r[a])) ?? []), r]), new Map());
				let n = 0;
				for (const person of people) {
					const found = person[p] === null ? [] : at.get(JSON.stringify(person[p])) ?? [];
					if (found.length === 1 && truth.get(String(person.citizen_id)) === mark(found[0])) n++;
				}
				if (n > best[0]) best = [n, `${p} = ${a}`];
			}
			return best;
		},
	};
}

// Rows of a table as he sees them.
export const rows_of = async (town, table, where = 'true') => JSON.parse(await town.sql(
	`SELECT coalesce(jsonb_agg(to_jsonb(t) || jsonb_build_object('ctid', t.ctid::text, 'xmin', t.xmin::text)), '[]') FROM ${table} t WHERE ${where}`));
