// SPDX-License-Identifier: Apache-2.0
//
// A delivery whose every verdict is the test's: what a courier would write, by
// the functions that it calls.  The real one must be off (town.kill('courier')).
import { approved, inside } from './desk.mjs';

const last = (out) => out.split('\n').pop();

// A message that was approved and planned, in batches of size; values: see written().
export async function sending(town, size = 10, values = {}) {
	const id = await approved(town, 'sato', 'takahashi', values);
	await inside(town, `SET ROLE chromo_courier; SELECT message_plan(${id}, ${size})`);
	return id;
}

export const batches = async (town, id) => last(await inside(town,
	`SELECT string_agg(id::text, ',' ORDER BY id) FROM batch WHERE message_id = ${id} AND round = 1 AND try = 1`)).split(',');

// One batch as a courier would do it: verdicts ([state, reason]) in turn for its members.
export async function carry(town, batch, verdicts, wait = '1 hour') {
	await inside(town, `SET ROLE chromo_courier;
		UPDATE batch SET state = 'sending', fence = fence + 1, lease_until = now() + interval '1 minute' WHERE id = ${batch};
		SELECT batch_start(${batch}, (SELECT fence FROM batch WHERE id = ${batch}), 0, 1000, '1 minute');
		SELECT batch_record(${batch}, b.fence, b.citizens,
		         ARRAY(SELECT (ARRAY[${verdicts.map(([s]) => `'${s}'`)}])[(i - 1) % ${verdicts.length} + 1] FROM generate_series(1, b.size) i),
		         ARRAY(SELECT 0 FROM generate_series(1, b.size)),
		         ARRAY(SELECT (ARRAY[${verdicts.map(([, r]) => `'${r ?? ''}'`)}])[(i - 1) % ${verdicts.length} + 1] FROM generate_series(1, b.size) i),
		         ARRAY(SELECT '' FROM generate_series(1, b.size)))
		  FROM batch b WHERE b.id = ${batch};
		SELECT batch_finish(${batch}, (SELECT fence FROM batch WHERE id = ${batch}), '${wait}')`);
}
