// SPDX-License-Identifier: Apache-2.0
//
// A clamd that knows one virus: PING and INSTREAM over a Unix socket (clamd(8)).  mood:
// 'well', 'silent' (never answers), 'closing' (hangs up in the middle), 'full' (over its limit).
import { createServer } from 'node:net';
import { rmSync } from 'node:fs';

export class Clamd {
	constructor(path, virus) {
		Object.assign(this, { path, virus: Buffer.from(virus), mood: 'well', scans: 0, sockets: new Set() });
	}

	start() {
		rmSync(this.path, { force: true });
		this.server = createServer((socket) => this.serve(socket));
		return new Promise((done) => { this.server.listen(this.path, done); });
	}

	async stop() {
		for (const socket of this.sockets) socket.destroy();
		await new Promise((done) => { this.server.close(done); });
		rmSync(this.path, { force: true });
	}

	serve(socket) {
		let all = Buffer.alloc(0);
		this.sockets.add(socket);
		socket.on('error', () => {}).on('close', () => this.sockets.delete(socket)).on('data', (piece) => {
			all = Buffer.concat([all, piece]);
			if (this.mood === 'closing') return socket.destroy();
			if (this.mood === 'full') return socket.end('INSTREAM size limit exceeded. ERROR\0');
			const file = this.whole(all);
			if (file === null || this.mood === 'silent') return undefined;
			this.scans++;
			return socket.end(file.includes(this.virus) ? 'stream: Eicar-Test-Signature FOUND\0' : 'stream: OK\0');
		});
	}

	// The file, once its last piece is there.
	whole(all) {
		const parts = [];
		let at = 'zINSTREAM\0'.length;
		if (all.subarray(0, at).toString() !== 'zINSTREAM\0') return null;
		while (all.length >= at + 4) {
			const n = all.readUInt32BE(at);
			if (n === 0) return Buffer.concat(parts);
			parts.push(all.subarray(at + 4, at + 4 + n));
			at += 4 + n;
		}
		return null;
	}
}
