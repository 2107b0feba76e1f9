// SPDX-License-Identifier: Apache-2.0
//
// The courier is killed in front of the n-th system call of one batch by which bytes come or
// go (F02): to and from the relay, the database and the log.  Nobody is left out, nobody gets
// more than one extra, and whoever may have one is counted.  Each run tries every fourth n,
// another fourth each time; CHROMO_SWEEP_EVERY=1 tries all.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { preload } from '../harness/preload.mjs';
import { eventually, openPost } from './post.mjs';

const CITIZENS = 3, ENOUGH = 1e9, STEP = process.env.CHROMO_SWEEP_EVERY ? 1 : 4;
let post, town, sweep;
before(async () => {
	post = await openPost({ conf: { smtp_connections: 1, courier_lease_s: 300, smtp_timeout_s: 100 } });
	town = await post.town({ citizens: CITIZENS });
	sweep = preload(post.up.dir, 'tests/harness/kill_sweep.c');
});
after(async () => {
	sweep?.close();
	await post?.close();
});

// One batch by a courier of its own, of which what counts n calls is killed: how it ended.
async function play(n) {
	sweep.set(n);
	const mails = post.relay.ledger.length;
	const courier = post.courier({ env: { ...sweep.env, CHROMO_SWEEP_PORT: new URL(post.relay.url).port } });
	const message = await post.message(town);
	await eventually(`${n}: the message is sent`, async () => {
		await post.hurry();
		return await post.state(message) === 'sent';
	});
	assert.equal(await courier.stop(), 0, `${n}: and ends well`);
	return { message, calls: n - sweep.left, extras: post.relay.ledger.length - mails - CITIZENS, died: /signal=9/.test(courier.text) };
}

test('F02 kill -9 at each system call of a batch', { timeout: 600000 }, async () => {
	const { calls: all, extras: none } = await play(ENOUGH);
	assert.equal(none, 0);
	assert.ok(all > 30, `${all} calls`);
	let deaths = 0, doubled = 0;
	const first = 1 + Math.floor(Math.random() * STEP);
	for (let n = first; n <= all; n += STEP) {
		const { message, extras, died } = await play(n);
		assert.equal((await post.counts(message)).accepted, CITIZENS, `${n}: everybody`);
		assert.ok(extras <= 1, `${n}: ${extras} extras`);
		deaths += died;
		doubled += extras;
	}
	const verdict = await post.lawful();
	assert.ok(verdict.unknown >= verdict.extras, 'each extra is counted');
	assert.ok(deaths > all / STEP / 2, `${deaths} deaths`);
	console.log(`# ${all} calls, every ${STEP} from ${first}: ${deaths} deaths, ${doubled} extras, ${verdict.unknown} counted as possible`);
});
