// SPDX-License-Identifier: Apache-2.0
// Reads records of lotteries, one a line: see domain_lottery_verify_test.sh.
import { readFileSync } from 'node:fs'
import { verify } from '../../docs/lottery_verify.mjs'
const records = readFileSync(0, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line))
const wrong = records.filter((record) => !verify(record))
const say = (good, n, text) => console.log(`${good ? 'ok' : 'not ok'} ${n} - ${text}`)
const drawn = records.filter((record) => record.result.length > 1)
const bent = (change) => drawn.filter((record) => { const r = structuredClone(record); change(r); return verify(r) }).length
console.log('1..6')
say(records.length === 4000 && drawn.length > 3000, 1, `${records.length} lotteries, ${drawn.length} with more than one application`)
say(wrong.length === 0, 2, 'both draw the same')
if (wrong.length) console.log(`# ${JSON.stringify(wrong[0])}`)
say(bent((r) => r.result.reverse()) === 0, 3, 'another order is refused')
say(bent((r) => { r.seed = r.seed.replace(/^./, (c) => c === '0' ? '1' : '0') }) === 0, 4, 'another seed is refused')
// Where priority alone decides, the value does not matter.
const same = bent((r) => { r.value += '0' })
say(same < drawn.length / 5, 5, `another value gives another result (${same} of ${drawn.length} are the same)`)
say(bent((r) => { r.entries.pop() }) === 0, 6, 'a list with one application less is refused')
