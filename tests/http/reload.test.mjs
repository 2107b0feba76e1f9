// SPDX-License-Identifier: Apache-2.0
//
// SIGHUP: the configuration is read again while people read, and nobody is refused;
// with a fault in it everything stays as it is.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually, up } from '../harness/up.mjs';

let town, path;
before(async () => {
	town = await up();
	path = join(town.dir, 'chromo.conf');
});
after(() => town?.stop());

const hang_up = () => process.kill(town.pid('web'), 'SIGHUP');
const change = (from, to) => writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
// Every worker that answers, as seen through a page that no cache keeps.
async function ports(n = 12) {
	const client = town.client('minato.localhost'), found = new Set();
	client.cookies.set('__Host-fresh', '1');
	for (let i = 0; i < n; i++) {
		const page = await client.get('/feed.atom');
		assert.equal(page.status, 200);
		found.add(page.text.match(/rel="self"[^>]*href="https:\/\/[^:"/]+(:\d+)?/)[1]);
	}
	return [...found];
}

test('what was changed is in force, and no request was refused', async () => {
	const client = town.client('minato.localhost');
	let going = true;
	const answers = [];
	const reader = (async () => { while (going) answers.push((await client.get('/my/link')).status); })();
	change(/^public_port.*$/m, 'public_port = :9999');
	hang_up();
	await eventually('the new port', async () => (await ports()).join() === ':9999');
	going = false;
	await reader;
	assert.deepEqual([...new Set(answers)], [200]);
});

test('a configuration with a fault changes nothing', async () => {
	change(/^public_port.*$/m, 'public_port = :7777\nnosuch = 1');
	hang_up();
	await eventually('the refusal in the log', async () =>
		readFileSync(join(town.dir, 'log/web.log'), 'utf8').includes('event=reload.refused'));
	assert.deepEqual(await ports(), [':9999']);
	assert.match(readFileSync(join(town.dir, 'log/web.log'), 'utf8'), /chromo\.conf:\d+: unknown key "nosuch"/);
});
