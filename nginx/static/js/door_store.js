/* SPDX-License-Identifier: Apache-2.0
 *
 * What a door keeps in the browser (IndexedDB), one database an event: "people", the list
 * it took along; "queue", entries that the town has not heard of yet, in order.
 */
const done = request => new Promise((resolve, reject) => {
	request.onsuccess = () => resolve(request.result);
	request.onerror = () => reject(request.error);
});

export async function openStore(event) {
	const opening = indexedDB.open(`chromo-door-${event}`, 1);

	opening.onupgradeneeded = () => {
		opening.result.createObjectStore('people', { keyPath: 'number' });
		opening.result.createObjectStore('queue', { keyPath: 'id' });
		opening.result.createObjectStore('facts');
	};
	const db = await done(opening);
	const shelf = (name, mode) => db.transaction(name, mode).objectStore(name);

	return {
		person: number => done(shelf('people').get(number)),
		everybody: () => done(shelf('people').getAll()),
		put: person => done(shelf('people', 'readwrite').put(person)),
		fact: name => done(shelf('facts').get(name)),
		keepFact: (name, value) => done(shelf('facts', 'readwrite').put(value, name)),
		async keepList(people) {
			const transaction = db.transaction('people', 'readwrite');
			const store = transaction.objectStore('people');

			store.clear();
			for (const person of people)
				store.put(person);
			await new Promise((resolve, reject) => {
				transaction.oncomplete = resolve;
				transaction.onerror = () => reject(transaction.error);
			});
		},
		queue: async () => (await done(shelf('queue').getAll())).sort((a, b) => a.at - b.at),
		enqueue: entry => done(shelf('queue', 'readwrite').put(entry)),
		dequeue: id => done(shelf('queue', 'readwrite').delete(id)),
	};
}
