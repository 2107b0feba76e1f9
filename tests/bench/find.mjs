// SPDX-License-Identifier: Apache-2.0
//
// find: 「この人に届いた？」 among 1,000,000 recipients: the exact address typed, the page
// with what became of their messages there, both through nginx, for fifty of them in turn.
import { approved, desk, inside } from '../harness/desk.mjs';
import { Keys } from '../harness/laws.mjs';
import { report, say } from './lib.mjs';
import { fastTown, tenant } from './press.mjs';

const people = Number(process.env.CHROMO_BENCH_CITIZENS ?? 1000000), asked = 50;
const town = await fastTown();
try {
	const keys = await Keys.of(town, tenant), hex = (bytes) => `'\\x${bytes.toString('hex')}'`;
	const some = Array.from({ length: asked }, (_, i) => `somebody.${i}@example.jp`);
	await inside(town, `SET session_replication_role = replica;
		WITH made AS (INSERT INTO citizen (state, reach, confirmed) SELECT 'active', '{email}', now() FROM generate_series(1, ${people}) RETURNING id)
		INSERT INTO contact (citizen_id, channel, address, hash, state)
		SELECT id, 'email', ${hex(keys.seal('contact.address', 'one@example.jp'))}, int8send(id) || 'email'::bytea, 'active' FROM made;
		${some.map((address, i) => `UPDATE contact SET address = ${hex(keys.seal('contact.address', address))}, hash = ${hex(keys.hash(address))}
		 WHERE citizen_id = (SELECT max(id) FROM citizen) - ${Math.floor((i * people) / asked)};`).join('\n')}`);
	await town.sql('VACUUM ANALYZE');
	const message = await approved(town, 'sato', 'takahashi');
	await town.sql(`BEGIN; SELECT FROM enter_tenant(${tenant}, 'courier'); SET LOCAL ROLE chromo_courier; SELECT message_plan(${message}, 500); COMMIT`);
	say(`  planned for ${await town.sql(`SELECT recipients FROM message WHERE id = ${message}`)}`);
	const clerk = await desk(town, 'sato'), took = [];
	for (const address of ['nobody@example.jp', ...some]) {
		const form = await clerk.get('/desk/people'), began = process.hrtime.bigint();
		const answer = await clerk.submit(form, { address }, '/people');
		if (answer.status === 303 && (await clerk.follow(answer)).status !== 200) throw new Error('no page');
		if ((answer.status === 303) !== (address !== 'nobody@example.jp')) throw new Error(`${address}: ${answer.status}`);
		took.push(Number(process.hrtime.bigint() - began) / 1e6);
	}
	report('find', { value: Math.max(...took.slice(1)), unit: 'ms at most', goal: 'value <= 100' });
} finally {
	await town.stop();
}
