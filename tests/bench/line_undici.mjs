// SPDX-License-Identifier: Apache-2.0
//
// What a program in Node would do: undici's Pool, the same calls.
//
//	node line_undici.mjs URL CA_FILE N C
//
// Each body is made for its 500 people, as the channel makes it.  Says one line of JSON.
import fs from 'node:fs';
import { Pool } from 'undici';

const [url, caFile, n, connections] = process.argv.slice(2).map((v, i) => (i > 1 ? Number(v) : v));
const pool = new Pool(url, { connections, connect: { ca: fs.readFileSync(caFile) } });
const messages = [{ type: 'text', text: 'あ'.repeat(499) }];
const hex = (x) => x.toString(16).padStart(16, '0');
const ids = Array.from({ length: 20000 }, (_, i) => `U${hex(i * 65537)}${hex(i * 40503)}`);
let started = 0, failed = 0;

async function work() {
	while (started < n) {
		const i = started++;
		const from = i * 37 % 19500, to = ids.slice(from, from + 500);
		const { statusCode, headers, body } = await pool.request({ method: 'POST', path: '/v2/bot/message/multicast',
			headers: { authorization: 'Bearer 0123456789abcdef0123456789abcdef', 'content-type': 'application/json',
				'x-line-retry-key': `123e4567-e89b-12d3-a456-${i.toString(16).padStart(12, '0')}` },
			body: JSON.stringify({ messages, to }) });
		const said = await body.json();
		failed += statusCode !== 200 || typeof said !== 'object' || headers['x-line-request-id'] === undefined;
	}
}

const t0 = process.hrtime.bigint();
await Promise.all(Array.from({ length: connections }, work));
const seconds = Number(process.hrtime.bigint() - t0) / 1e9;
console.log(JSON.stringify({ calls: n, seconds, per_second: Math.round(n / seconds), failed }));
await pool.close();
process.exit(failed > 0 ? 1 : 0);
