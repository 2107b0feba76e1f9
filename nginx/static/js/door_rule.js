/* SPDX-License-Identifier: Apache-2.0
 *
 * What a door says without network: the same words as app/domain/checkin.c, from the list
 * that it took along and the entries that it let in since.
 */
import { plain, readTicket } from './ticket.js';

const AGAIN_MS = 10000;
const squeezed = text => text.normalize('NFKC').replace(/\s/g, '');

function decide(person, door, at) {
	const { number, name, people } = person;
	const about = { number, name, people };

	if (door.slot !== '0' && person.slot !== door.slot)
		return { outcome: 'other', ...about };
	if (person.state === 'cancelled')
		return { outcome: 'cancelled', ...about };
	if (person.state !== 'confirmed')
		return { outcome: 'lost', ...about };
	if (person.entry) {
		const again = person.own && at - person.at < AGAIN_MS;

		return { outcome: again ? 'in' : 'already', ...about, time: person.time, door: person.door, known: true };
	}
	return { outcome: 'in', ...about };
}

export async function decideAlone(store, key, door, text, at) {
	const ticket = await readTicket(key, text);

	if (ticket.kind === 'forged')
		return { outcome: 'forged' };
	if (ticket.kind === 'ticket') {
		if (ticket.event !== door.event || (door.slot !== '0' && ticket.slot !== door.slot))
			return { outcome: 'other', number: ticket.number };
		/* Signed, but made after the list was taken along: it is good. */
		const person = await store.person(ticket.number) ??
			{ number: ticket.number, slot: ticket.slot, people: ticket.people, state: 'confirmed', name: '', kana: '' };

		return decide(person, door, at);
	}
	const person = await store.person(plain(text));

	if (person)
		return decide(person, door, at);
	const wanted = squeezed(text);
	const found = (await store.everybody()).filter(p => squeezed(p.name).includes(wanted) || squeezed(p.kana).includes(wanted));

	if (found.length === 1)
		return decide(found[0], door, at);
	return found.length ? { outcome: 'many', found: found.slice(0, 8) } : { outcome: 'none' };
}
