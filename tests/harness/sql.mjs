// SPDX-License-Identifier: Apache-2.0
//
// PostgreSQL as psql -A -t -c shows it, over a connection that stays: a new process and a new
// session for each of some thousand statements are a fifth of what the tests cost.
import pg from 'pg';

const raw = { getTypeParser: () => (value) => value };

// Rows joined by "\n", columns by "|", of all statements of the text.
const shown = (results) => [results].flat().flatMap(({ rows }) => rows.map((row) => row.map((v) => v ?? '').join('|'))).join('\n');

export class Sql {
	#idle = null;

	constructor(socket, database) {
		Object.assign(this, { socket, database });
	}

	// As the superuser, in one transaction, in a session of its own.
	async query(text) {
		const client = await this.#take();
		try {
			const out = shown(await client.query({ text, rowMode: 'array' }));
			await this.#give(client);
			return out;
		} catch (problem) {
			await client.end().catch(() => {});
			for (const [word, more] of [['DETAIL', problem.detail], ['CONTEXT', problem.where]])
				if (more) problem.message += `\n${word}:  ${more}`;
			throw problem;
		}
	}

	async close() {
		await this.#wake()?.end().catch(() => {});
	}

	// Unreferenced while idle, so that nobody's end waits for it; but who waits for its own end must be waited for.
	#wake() {
		const client = this.#idle;
		this.#idle = null;
		client?.ref();
		return client;
	}

	async #take() {
		let client = this.#wake();
		if (client && client.database !== this.database) {		// another one is asked by now
			await client.end().catch(() => {});
			client = null;
		}
		if (!client) {
			client = new pg.Client({ host: this.socket, user: 'postgres', database: this.database, types: raw });
			// A server that ends tells its idle sessions so.
			client.on('error', () => { if (this.#idle === client) this.#idle = null; });
			client.on('end', () => { if (this.#idle === client) this.#idle = null; });
			await client.connect();
		}
		return client;
	}

	// As it was when it began; what is left inside of a transaction cannot be that, and ends.
	async #give(client) {
		const fresh = !this.#idle && await client.query('DISCARD ALL').then(() => true, () => false);
		if (!fresh || this.#idle) return client.end().catch(() => {});
		client.unref();
		this.#idle = client;
	}
}
