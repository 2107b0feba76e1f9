// SPDX-License-Identifier: Apache-2.0
//
// Ways out of the folders (F36, R24): in the path, behind static files, pictures and feeds,
// in the name of the host, with every spelling of ".." and "/".  Nothing of the machine, of
// the configuration or of another folder comes out, and no worker minds.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { up } from '../harness/up.mjs';

const HOST = 'minato.localhost';
let town;
before(async () => { town = await up(); });
after(() => town?.stop());

const ups = ['..', '%2e%2e', '%2E.', '.%2e', '%252e%252e', '..%00', '%c0%ae%c0%ae', '..;', '....', '%uff0e%uff0e', '．．'.split('').map(encodeURIComponent).join('')];
const slashes = ['/', '%2f', '%5c', '%252f', '//', '%c0%af'];
const folders = ['/', '/static/', '/static/css/', '/files/', '/exports/', '/messages/', '/events/', '/surveys/', '/desk/', '/error/'];
const wanted = ['etc/passwd', 'chromo.conf', 'master.key', 'accounts.json'];

function* paths() {
	let n = 0;
	for (const folder of folders)
		for (const up of ups)
			for (const slash of slashes)
				yield folder + Array(1 + (n % 9)).fill(up).join(slash) + slash + wanted[n++ % wanted.length];
}

test('F36 no way out of a folder, whatever it is spelled like', { timeout: 120000 }, async () => {
	const client = town.client(HOST), key = readFileSync(join(town.dir, 'master.key'));
	const workers = () => readFileSync(`/proc/${town.pid('web')}/task/${town.pid('web')}/children`, 'utf8'), first = workers();
	let asked = 0;
	for (const path of paths()) {
		const answer = await client.get(path);
		asked++;
		assert.ok([301, 302, 303, 400, 404].includes(answer.status), `${path}: ${answer.status}`);
		assert.doesNotMatch(answer.text, /root:.*:0:0:|master_key_file|totp_secret/, path);
		assert.ok(!answer.bytes.includes(key), path);
	}
	assert.ok(asked > 600, `${asked}`);
	assert.equal(workers(), first, 'the same processes');
});

test('F36 nor by the name of a town', { timeout: 60000 }, async () => {
	const client = town.client(HOST);
	for (const host of ['../minato.localhost', '..', 'minato.localhost/../yama.localhost', '%2e%2e', 'minato.localhost\\..\\', '....', '/etc/passwd', 'minato.localhost%00.yama.localhost']) {
		const answer = await client.get('/messages', { headers: { host } }).catch(() => ({ status: 400, text: '' }));
		assert.ok([400, 404].includes(answer.status), `${host}: ${answer.status}`);
		assert.doesNotMatch(answer.text, /みなと市|山の町/, host);
	}
});
