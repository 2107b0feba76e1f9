// SPDX-License-Identifier: Apache-2.0
//
// The database of a private chromo and a standby of it, to be lost and promoted.
//
//	const [old, second] = await pair(town);		sockets run/pg and run/pg2 of its folder
//	await old.die();
//	await second.promote();
import { execFile } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Sql } from './sql.mjs';
import { eventually } from './up.mjs';

const bin = '/usr/lib/postgresql/15/bin';
const run = promisify(execFile);

// PostgreSQL refuses to run as root.
export const postgres = (program, ...args) => run(...(process.getuid() === 0 ? ['runuser', ['-u', 'postgres', '--', join(bin, program), ...args]] :
	[join(bin, program), args]), { cwd: '/' });

// A cluster: where its files and its socket are.
class Cluster {
	constructor(data, socket, database) {
		Object.assign(this, { data, socket, database, server: new Sql(socket, database) });
	}

	start() {
		return postgres('pg_ctl', '-D', this.data, '-l', `${this.data}.log`, '-w', '-s', '-o', `-k ${this.socket} -c fsync=off ` +
			'-c wal_retrieve_retry_interval=200ms', 'start');
	}

	stop(mode) {
		return postgres('pg_ctl', '-D', this.data, '-m', mode, '-w', '-s', 'stop');
	}

	promote() {
		return postgres('pg_ctl', '-D', this.data, '-w', '-s', 'promote');
	}

	async sql(text) {
		return (await this.server.query(text)).trim();
	}

	// Nobody hears of it again: every process of it, at once.
	async die() {
		const pid = Number(readFileSync(join(this.data, 'postmaster.pid'), 'utf8').split('\n')[0]);
		const all = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
		for (const one of [pid, ...all])
			try { process.kill(one, 'SIGKILL'); } catch { /* it has ended */ }
		await eventually('its end', () => {
			try { process.kill(pid, 0); return readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z '); } catch { return true; }
		});
		// Whoever has not been waited for yet would be taken for a server that runs.
		for (const lock of [join(this.data, 'postmaster.pid'), join(this.socket, '.s.PGSQL.5432.lock')]) rmSync(lock, { force: true });
	}
}

// The town's own, and one that follows it under the name "second".
export async function pair(town) {
	const old = new Cluster(join(town.dir, 'pg'), join(town.dir, 'run/pg'), town.database);
	const second = new Cluster(join(town.dir, 'pg2'), join(town.dir, 'run/pg2'), town.database);
	const { uid, gid } = statSync(old.data);
	for (const folder of [second.data, second.socket]) {
		mkdirSync(folder, { mode: 0o700 });
		chownSync(folder, uid, gid);
	}
	for (const { data } of [old, second]) {
		writeFileSync(`${data}.log`, '');
		chownSync(`${data}.log`, uid, gid);
	}
	chmodSync(town.dir, 0o711);
	appendFileSync(join(old.data, 'pg_hba.conf'), 'local replication all trust\n');
	await old.sql("ALTER SYSTEM SET wal_keep_size = '256MB'");	// what pg_rewind reads
	await old.sql('SELECT pg_reload_conf()');
	await postgres('pg_basebackup', '-d', `host=${old.socket} user=postgres application_name=second`, '-D', second.data,
		'-R', '-X', 'stream', '-c', 'fast');
	await second.start();
	return [old, second];
}
