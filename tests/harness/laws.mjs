// SPDX-License-Identifier: Apache-2.0
//
// The judge of L1 and L2 (docs: nothing acknowledged is lost, nothing is delivered
// twice beyond the promise): the ledger of the fake gateway against the database.
// It shares no code with the product: keys, Message-IDs and addresses are worked
// out here once more.
//
//	const verdict = await judge(town, relay.ledger);
//	assert.deepEqual(verdict.faults, []);
//	verdict.extras	mails that somebody got once too often, all of them allowed
//	verdict.unknown	possible extras as the ledger of the database counts them
import crypto from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const LABEL = 'tenant_key.wrapped';

function open(key, label, sealed) {
	const d = crypto.createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
	d.setAAD(Buffer.from(label));
	d.setAuthTag(sealed.subarray(-16));
	return Buffer.concat([d.update(sealed.subarray(12, -16)), d.final()]);
}

function seal(key, label, plain) {
	const nonce = crypto.randomBytes(12);
	const c = crypto.createCipheriv('aes-256-gcm', key, nonce);
	c.setAAD(Buffer.from(label));
	return Buffer.concat([nonce, c.update(plain), c.final(), c.getAuthTag()]);
}

const derive = (key, label) => Buffer.from(crypto.hkdfSync('sha256', key, Buffer.alloc(0), label, 32));
const hmac = (key, words) => crypto.createHmac('sha256', key).update(words).digest();

// The keys of one tenant, as app/domain/vault.c keeps them.
export class Keys {
	constructor(data) {
		this.data = data;
		this.lookUp = derive(data, 'look-up');
		this.mac = derive(data, 'stop link');
	}

	static make() {
		return new Keys(crypto.randomBytes(32));
	}

	// Of a tenant that is there.
	static async of(town, tenant) {
		return Keys.unwrap(town, bytes(await town.sql(`SELECT wrapped FROM tenant_key WHERE tenant_id = ${tenant} ORDER BY id DESC LIMIT 1`)));
	}

	static unwrap(town, wrapped) {
		return new Keys(open(readFileSync(join(town.dir, 'master.key')), LABEL, wrapped));
	}

	wrapped(town) {
		return seal(readFileSync(join(town.dir, 'master.key')), LABEL, this.data);
	}

	seal(label, text) {
		return seal(this.data, label, Buffer.from(text));
	}

	open(label, sealed) {
		return open(this.data, label, sealed).toString();
	}

	hash(address) {
		return hmac(this.lookUp, `email:${address}`);
	}

	// The token of a link in a message, kind 'address', 'seen' … (app/domain/stop_link.c).
	link(kind, citizen, message) {
		const ids = Buffer.alloc(16);
		ids.writeBigInt64BE(BigInt(citizen), 0);
		ids.writeBigInt64BE(BigInt(message), 8);
		return Buffer.concat([ids, hmac(this.mac, `${kind}:${citizen}:${message}`).subarray(0, 16)]).toString('base64url');
	}

	messageId(batchKey, citizen) {
		return hmac(this.mac, `message-id:${batchKey}:${citizen}`).subarray(0, 16).toString('hex');
	}
}

const rows = (text) => (text === '' ? [] : text.split('\n').map((line) => line.split('|')));
const bytes = (hex) => Buffer.from(hex.replace(/^\\x/, ''), 'hex');

export async function judge(town, ledger) {
	const faults = [];
	const keys = new Map();
	for (const [tenant, wrapped] of rows(await town.sql('SELECT DISTINCT ON (tenant_id) tenant_id, wrapped FROM tenant_key ORDER BY tenant_id, id DESC')))
		keys.set(tenant, Keys.unwrap(town, bytes(wrapped)));
	const address = new Map();
	for (const [tenant, citizen, sealed] of rows(await town.sql("SELECT tenant_id, citizen_id, address FROM contact WHERE channel = 'email'")))
		address.set(`${tenant}:${citizen}`, keys.get(tenant).open('contact.address', bytes(sealed)));

	// What the gateway took, by Message-ID.
	const taken = new Map();
	for (const mail of ledger) {
		const id = mail.messageId.split('@')[0];
		taken.set(id, [...taken.get(id) ?? [], mail]);
	}

	// One line for each member of each round, with all that is written of it.
	const members = rows(await town.sql(`
		SELECT b.tenant_id, b.message_id, b.round, b.key, u.c,
		       string_agg(DISTINCT b.state, ' '),
		       coalesce((SELECT string_agg(d.state, ' ' ORDER BY d.try, d.part) FROM delivery d
		                  WHERE d.tenant_id = b.tenant_id AND d.message_id = b.message_id
		                    AND d.citizen_id = u.c AND d.round = b.round AND d.channel = 'email'), '')
		  FROM batch b CROSS JOIN unnest(b.citizens) AS u (c)
		 WHERE b.channel = 'email'
		 GROUP BY b.tenant_id, b.message_id, b.round, b.key, u.c`));
	let extras = 0, unknown = 0;
	for (const [tenant, message, round, key, citizen, batches, words] of members) {
		const who = `tenant ${tenant} message ${message} round ${round} citizen ${citizen}`;
		const said = words === '' ? [] : words.split(' ');
		const mails = taken.get(keys.get(tenant).messageId(key, citizen)) ?? [];
		taken.delete(keys.get(tenant).messageId(key, citizen));
		const doubts = said.filter((s) => s === 'unknown').length;
		unknown += doubts;
		extras += Math.max(0, mails.length - 1);

		for (const mail of mails)
			if (mail.to.replace(/^"(.*)"@/, '$1@') !== address.get(`${tenant}:${citizen}`))
				faults.push(`L3 ${who}: went to somebody else`);
		if (said.includes('accepted') && mails.length === 0)
			faults.push(`L1 ${who}: accepted, and the gateway has none`);
		if (mails.length > 1 + doubts)
			faults.push(`L2 ${who}: ${mails.length} mails, ${doubts} of them doubtful`);
		if (mails.length > 0 && doubts === 0 && !said.includes('accepted') && !/sending/.test(batches))
			faults.push(`L1 ${who}: the gateway has it, the ledger says ${words || batches}`);
		if (batches === 'done' && !said.some((s) => ['accepted', 'refused', 'dropped'].includes(s)))
			faults.push(`L1 ${who}: nothing became of it (${words})`);
		if (said.filter((s) => s === 'accepted').length > 1)
			faults.push(`L2 ${who}: accepted twice`);
	}

	// Letters: their key is the Message-ID.
	for (const [id, tenant, key, state] of rows(await town.sql('SELECT id, tenant_id, key, state FROM letter WHERE channel = \'email\''))) {
		const mails = taken.get(key) ?? [];
		taken.delete(key);
		if (state === 'accepted' && mails.length === 0)
			faults.push(`L1 tenant ${tenant} letter ${id}: accepted, and the gateway has none`);
	}
	for (const [id, mails] of taken)
		faults.push(`L3 ${mails.length} mail(s) ${id} that nobody asked for`);

	for (const [tenant] of rows(await town.sql('SELECT id FROM tenant')))
		for (const line of rows(await town.sql(`BEGIN; SET LOCAL ROLE chromo_owner;
			SELECT FROM enter_tenant(${tenant}, 'command'); SELECT * FROM ledger_faults(); COMMIT`)))
			if (line.length > 1) faults.push(`L5 tenant ${tenant}: ${line.join(' ')}`);
	return { faults, members: members.length, extras, unknown };
}
