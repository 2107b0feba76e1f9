/* SPDX-License-Identifier: Apache-2.0
 *
 * What a door let in and the town has not written down: what it refused, and, of a door that
 * was shut for good, all that waits.  It stays in the browser, readable, until somebody has
 * copied it and says that it may go.
 *
 *	const untaken = openUntaken(store);
 *	await untaken.show(also);	also: entries that wait and will not be told any more
 */
export const clock = at => new Date(at).toLocaleTimeString('ja-JP', { hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Tokyo' });

export function openUntaken(store) {
	const box = document.getElementById('untaken'), list = document.getElementById('untaken-list');
	const drop = document.getElementById('untaken-drop'), copied = document.getElementById('untaken-copied');
	const word = name => document.getElementById('untaken-words').content.querySelector(`[data-word="${name}"]`).textContent;
	const answer = outcome => document.querySelector(`#panels [data-outcome="${outcome}"] .c-door__word`).textContent;
	const { door, unit } = document.getElementById('door').dataset;
	let shown = [];

	const lineOf = ({ at, number, name, people, of, undo, refused }) => [clock(at), door, number || (undo ? '' : word('walk_in')), name,
		people || of ? (people || of) + unit : '', undo ? word('undone') : word('in'), refused ? `（${answer(refused)}）` : ''].filter(Boolean).join(' ');

	document.getElementById('untaken-copy').addEventListener('click', async () => {
		const text = [...list.children].map(line => line.textContent).join('\n');
		const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);

		if (!done)
			getSelection().selectAllChildren(list);
		copied.textContent = done ? copied.dataset.done : copied.dataset.selected;
		drop.hidden = false;
	});
	drop.addEventListener('click', async () => {
		for (const { id } of shown)
			await store.dequeue(id);
		copied.textContent = '';
		drop.hidden = true;
		await show();
	});

	async function show(also = []) {
		shown = [...await store.refused(), ...also].sort((a, b) => a.at - b.at);
		const lines = shown.map(lineOf);

		box.hidden = shown.length === 0;
		if (lines.join('\n') === [...list.children].map(line => line.textContent).join('\n'))
			return;		/* somebody may be about to copy it */
		list.replaceChildren(...lines.map(text => Object.assign(document.createElement('li'), { textContent: text })));
		copied.textContent = '';
		drop.hidden = true;
	}
	return { show };
}
