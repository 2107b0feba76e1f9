// SPDX-License-Identifier: Apache-2.0
// Reads tickets, after the key, one a line: see domain_ticket_page_test.sh.
import { readFileSync } from 'node:fs'
import { script } from '../harness/script.mjs'

const { ticketKey, readTicket } = await script('ticket.js')
const [point, ...tickets] = readFileSync(0, 'utf8').trimEnd().split('\n')
const key = await ticketKey(point)
let n = 0
const ok = (good, text) => console.log(`${good ? 'ok' : 'not ok'} ${++n} - ${text}`)
const kinds = async (change) => new Set(await Promise.all(tickets.map(async (t) => (await readTicket(key, change(t))).kind)))
const only = (set, kind) => set.size === 1 && set.has(kind)

ok(tickets.length === 40, 'forty tickets')
ok(only(await kinds((t) => t), 'ticket'), 'all are good')
const first = await readTicket(key, tickets[0])
ok(first.event === '12' && first.slot === '999999999999999999' && first.number === 'K7F2Q' && first.people === 1, 'and say what they were written for')
ok(only(await kinds((t) => ` ${t.toLowerCase()}\n`), 'ticket'), 'small letters, as a keyboard in the wrong state types them')
ok(only(await kinds((t) => t.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0))), 'ticket'), 'full-width letters')
ok(only(await kinds((t) => t.replace(/\.(\d+)\.([A-Z2-7]{103})$/, (_, people, s) => `.${Number(people) + 1}.${s}`)), 'forged'), 'one more person is forged')
ok(only(await kinds((t) => t.replace(/^CT1\.\d+/, 'CT1.9')), 'forged'), 'another event is forged')
ok(only(await kinds((t) => t.replace(/.{9}$/, 'AAAAAAAAA')), 'forged'), 'another signature is forged')
ok(only(await kinds((t) => t.slice(0, -1)), 'forged'), 'cut off is forged')
ok(only(await kinds((t) => t.replace(/^CT1/, 'CT2')), 'none'), 'another form is none')
ok((await readTicket(key, 'みなと 花子')).kind === 'none', 'a name is none')
console.log(`1..${n}`)
