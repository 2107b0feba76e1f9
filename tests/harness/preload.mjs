// SPDX-License-Identifier: Apache-2.0
//
// Something happens at the n-th of a kind of calls in the processes of a private chromo:
// a small library for LD_PRELOAD, and the number that it counts down, which they share.
//
//	const sweep = preload(town.dir, 'tests/harness/kill_sweep.c');
//	town.env = { ...town.env, ...sweep.env };	for what is started from now on
//	sweep.set(7);	…	sweep.left	of the seven
//	sweep.close();
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { source } from './up.mjs';

export function preload(folder, program) {
	const shim = join(folder, 'preload.so'), shared = join(folder, 'preload');
	execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', shim, join(source, program)]);
	writeFileSync(shared, Buffer.alloc(8));
	const file = openSync(shared, 'r+'), bytes = Buffer.alloc(8);
	return {
		env: { LD_PRELOAD: shim, CHROMO_SWEEP: shared },
		set(n) {
			bytes.writeBigInt64LE(BigInt(n));
			writeSync(file, bytes, 0, 8, 0);
		},
		get left() {
			readSync(file, bytes, 0, 8, 0);
			return Number(bytes.readBigInt64LE());
		},
		close: () => closeSync(file),
	};
}
