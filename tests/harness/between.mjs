// SPDX-License-Identifier: Apache-2.0
//
// The line between the programs and their database, which can be cut: a Unix socket of
// its own in front of PostgreSQL's.
//
//	const line = await between();
//	const town = await up({ at: line.at });
//	line.cut()	every connection breaks, and nobody gets through
//	line.hold()	what is asked arrives, what is answered does not
//	line.whole()	all is well; what was held flows on
//	await line.close()
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

class Between {
	constructor() {
		this.dir = mkdtempSync(join(tmpdir(), 'chromo-line-'));
		chmodSync(this.dir, 0o711);
		this.pairs = new Set();
		this.state = 'whole';
		// For up().
		this.at = (dir, database) => {
			this.target = join(dir, 'run/pg/.s.PGSQL.5432');
			return { database: `host=${this.dir} dbname=${database}` };
		};
	}

	join(near) {
		if (this.state === 'cut')
			return near.destroy();
		const far = net.connect(this.target), pair = [near, far];
		this.pairs.add(pair);
		for (const [one, other] of [[near, far], [far, near]]) {
			one.on('error', () => one.destroy());
			one.on('close', () => {
				other.destroy();
				this.pairs.delete(pair);
			});
		}
		near.on('data', (bytes) => far.write(bytes));
		far.on('data', (bytes) => near.write(bytes));
		if (this.state === 'hold')
			far.pause();
	}

	cut() {
		this.state = 'cut';
		for (const pair of this.pairs)
			for (const socket of pair) socket.destroy();
	}

	hold() {
		this.state = 'hold';
		for (const [, far] of this.pairs) far.pause();
	}

	whole() {
		this.state = 'whole';
		for (const [, far] of this.pairs) far.resume();
	}

	async start() {
		this.server = net.createServer((near) => this.join(near));
		await new Promise((done) => this.server.listen(join(this.dir, '.s.PGSQL.5432'), done));
		return this;
	}

	async close() {
		this.cut();
		await new Promise((done) => this.server.close(done));
		rmSync(this.dir, { recursive: true, force: true });
	}
}

export const between = () => new Between().start();
