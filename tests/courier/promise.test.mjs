// SPDX-License-Identifier: Apache-2.0
//
// The promises of all channels under random misbehaviour and kill -9 (F02, F12, F13, F14;
// G01, G02), judged by the gateways' own ledgers: two runs of soak.mjs, which says what is
// promised.  ./dev soak makes as many as one likes; CHROMO_SOAK_SEED begins with that seed.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { openSoak } from './soak.mjs';

const first = Number(process.env.CHROMO_SOAK_SEED ?? Date.now() % 1e6);
const PEOPLE = 2000;
let soak;
before(async () => { soak = await openSoak({ people: PEOPLE }); });
after(() => soak?.close());

for (const seed of [first, first + 1])
	test(`F02 F12 F13 F14 killed, and misled by every gateway: seed ${seed}`, { timeout: 300000 }, async () => {
		const { faults, ...verdict } = await soak.run(seed);
		console.log(`# ${JSON.stringify(verdict)}`);
		assert.deepEqual(faults.slice(0, 10), []);
		assert.equal(verdict.people, PEOPLE);
		assert.ok(verdict.kills >= 2);
	});
