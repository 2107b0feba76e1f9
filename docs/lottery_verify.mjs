// SPDX-License-Identifier: Apache-2.0
// Draws a lottery of chromo again from its published record, and says whether the
// result, the commitment and the list are the ones that were published.  It shares
// nothing with the program.  node lottery_verify.mjs RECORD.json; lottery.md explains.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const sha = (text) => createHash('sha256').update(text, 'utf8').digest('hex')
const canonical = (v) => Array.isArray(v) ? `[${v.map(canonical).join(',')}]`
	: v && typeof v === 'object' ? `{${Object.keys(v).sort().map((k) => `${JSON.stringify(k)}:${canonical(v[k])}`).join(',')}}`
	: JSON.stringify(v)
const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0)

export function draw({ form, seats, rule, entries, day }, seed, value) {
	const key = sha(`${seed}:${value}`), left = [...seats]
	const lots = (e) => (rule.history === 'weight' ? Math.max(1, rule.lots - e.wins) : 1)
	const lot = (e) => Array.from({ length: lots(e) }, (_, i) => sha(`${key}:${e.number}:${i + 1}`)).sort()[0]
	const wins = (e) => (rule.history === 'order' ? e.wins : 0)
	const drawn = entries.map((e) => ({ ...e, lot: lot(e) })).sort((a, b) =>
		a.priority - b.priority || wins(a) - wins(b) || order(a.lot, b.lot) || order(a.number, b.number))
	let waiting = 0, over = false
	const result = drawn.map((e, i) => {
		const won = !over && e.needs.every((n, k) => n <= left[k])
		if (won) e.needs.forEach((n, k) => { left[k] -= n })
		else over ||= rule.strict
		return { number: e.number, place: i + 1, won, waiting: won ? 0 : ++waiting }
	})
	return { form, seats, rule, entries, seed, value, ...(day && { day }), result, commitment: sha(seed), list: sha(canonical({ form, seats, rule, entries })) }
}
export const verify = (record) => canonical(draw(record, record.seed, record.value)) === canonical(record)

if (process.argv[2]) {
	const good = verify(JSON.parse(readFileSync(process.argv[2], 'utf8')))
	console.log(good ? 'the record is right' : 'THE RECORD IS NOT WHAT THE RULE GIVES')
	process.exitCode = good ? 0 : 1
}
