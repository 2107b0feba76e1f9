// SPDX-License-Identifier: Apache-2.0
//
// plan: a message to 1,000,000 is cut into batches (message_plan, in one transaction,
// committed to the disk), against COPY of 1,000,000 rows into a bare table.
import { median, paired, report, say } from './lib.mjs';
import { openPost } from '../courier/post.mjs';

process.env.CHROMO_FSYNC = 'on';
const citizens = Number(process.env.CHROMO_BENCH_CITIZENS ?? 1000000);
const rounds = Number(process.env.CHROMO_BENCH_ROUNDS ?? 3);
const post = await openPost();

const timed = async (work) => {
	const start = process.hrtime.bigint();
	await work();
	return Number(process.hrtime.bigint() - start) / 1e9;
};

try {
	const town = await post.town({ citizens: 1 });
	say(`  ${citizens} citizens`);
	await post.feed(`SELECT FROM enter_tenant(${town.tenant}, 'command');
		SET LOCAL session_replication_role = replica;
		INSERT INTO citizen (state, reach, topics, districts, confirmed)
		SELECT 'active', '{email}', ARRAY[g % 7, g % 5]::bigint[], ARRAY[g % 40]::bigint[], now() FROM generate_series(2, ${citizens}) g;
		CREATE UNLOGGED TABLE source AS SELECT id AS citizen, 1::bigint AS message, 'queued'::text AS state FROM citizen;
		CREATE TABLE bare (citizen bigint, message bigint, state text);`);
	await post.sql('VACUUM ANALYZE');
	const file = `${post.up.dir}/run/pg/rows`;
	await post.sql(`COPY source TO '${file}'`);
	const plan = [], copy = [];
	for (let i = 0; i < rounds; i++) {
		await post.sql('TRUNCATE bare');
		await post.sql('CHECKPOINT');
		copy.push(await timed(() => post.sql(`COPY bare FROM '${file}'`)));
		const message = await post.message(town);
		await post.sql('CHECKPOINT');
		plan.push(await timed(async () => {
			const n = await post.sql(`BEGIN; SELECT FROM enter_tenant(${town.tenant}, 'courier'); SET LOCAL ROLE chromo_courier;
				SELECT message_plan(${message}, 500); COMMIT`);
			if (!n.includes(String(citizens))) throw new Error(`planned ${n}`);
		}));
		say(`  copy ${copy.at(-1).toFixed(2)} s  plan ${plan.at(-1).toFixed(2)} s`);
	}
	report('plan', { value: median(plan), unit: 's', limit: median(copy), ratio: paired(plan, copy), goal: 'ratio <= 3' });
} finally {
	await post.close();
}
