// SPDX-License-Identifier: Apache-2.0
//
// A channel as a process, for tests against its fake (channel_send.c):
//
//	const channel = new Channel('line', gateway.caFile);
//	const { verdict, reason, id } = await channel.send({ account, content, many, key });
//	await channel.close();		ends well, with the verdicts that are due
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';

const build = process.env.CHROMO_BUILD_SAN ?? process.env.CHROMO_BUILD;

export class Channel {
	constructor(kind, caFile, ...more) {
		this.child = spawn(path.join(build, 'tests/courier/channel_send'), [kind, caFile, ...more], { stdio: ['pipe', 'pipe', 'pipe'] });
		this.waiting = new Map();
		this.number = 0;
		this.log = '';
		this.child.stdin.on('error', () => {});
		this.child.stderr.on('data', (d) => { this.log += d; });
		this.status = new Promise((resolve) => this.child.on('close', resolve));
		readline.createInterface({ input: this.child.stdout }).on('line', (line) => {
			const { n, ...said } = JSON.parse(line);
			this.waiting.get(n)(said);
			this.waiting.delete(n);
		});
		this.status.then(() => this.waiting.forEach((done) => done({ verdict: 'DIED', log: this.log })));
	}

	send(letter) {
		return new Promise((resolve) => {
			const n = ++this.number;
			this.waiting.set(n, resolve);
			this.child.stdin.write(JSON.stringify({ n, ...letter }) + '\n');
		});
	}

	async close() {
		this.child.stdin.end();
		assert.equal(await this.status, 0, this.log);
	}

	kill() {
		this.child.kill('SIGKILL');
	}
}
