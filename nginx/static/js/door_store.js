/* SPDX-License-Identifier: Apache-2.0
 *
 * What a door keeps in the browser (IndexedDB), one database an event: "people", the list
 * it took along; "queue", entries that the town has not heard of yet, in order, and those
 * that it refused (with "refused": what it said), until somebody has copied them.  What is
 * written is there when the promise is kept, not before.
 */
const connect = event => new Promise((resolve, reject) => {
	const opening = indexedDB.open(`chromo-door-${event}`, 1);

	opening.onupgradeneeded = () => {
		opening.result.createObjectStore('people', { keyPath: 'number' });
		opening.result.createObjectStore('queue', { keyPath: 'id' });
		opening.result.createObjectStore('facts');
	};
	opening.onsuccess = () => resolve(opening.result);
	opening.onerror = () => reject(opening.error);
});

const ended = transaction => new Promise((resolve, reject) => {
	transaction.oncomplete = resolve;
	transaction.onabort = transaction.onerror = () => reject(transaction.error);
});

export async function openStore(event) {
	let db = await connect(event);

	/* One transaction, within which nothing is waited for.  Safari cuts the connection of a page
	 * that lay in the background: then once more over a new one. */
	async function shelf(name, mode, work, again = true) {
		try {
			db ??= await connect(event);
			const transaction = db.transaction(name, mode, { durability: 'strict' }), end = ended(transaction);
			const request = work(transaction.objectStore(name));

			await end;
			return request?.result;
		} catch (problem) {
			db = null;
			if (!again)
				throw problem;
			return shelf(name, mode, work, false);
		}
	}
	const read = (name, work) => shelf(name, 'readonly', work), write = (name, work) => shelf(name, 'readwrite', work);

	return {
		person: number => read('people', s => s.get(number)),
		everybody: () => read('people', s => s.getAll()),
		put: person => write('people', s => s.put(person)),
		fact: name => read('facts', s => s.get(name)),
		keepFact: (name, value) => write('facts', s => s.put(value, name)),
		keepList: people => write('people', s => {
			s.clear();
			for (const person of people)
				s.put(person);
		}),
		queue: async () => (await read('queue', s => s.getAll())).filter(entry => !entry.refused).sort((a, b) => a.at - b.at),
		refused: async () => (await read('queue', s => s.getAll())).filter(entry => entry.refused),
		enqueue: entry => write('queue', s => s.put(entry)),
		dequeue: id => write('queue', s => s.delete(id)),
	};
}
