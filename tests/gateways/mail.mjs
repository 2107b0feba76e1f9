// SPDX-License-Identifier: Apache-2.0
//
// The mail server of ./dev run --gateways fake: smtp.mjs behind STARTTLS, which puts what it
// really accepted where /desk/outbox looks, OUTBOX/email/KEY.eml; the same again, because an
// answer was cut, is KEY-2.eml.
//
//	const mail = await startMail({ tls: folder, ledgerFile: 'OUTBOX/mail.jsonl', port: 2525 });
//	mail.url, mail.caFile		for smtp_url and smtp_ca_file
//	mail.ledger, mail.script(…)	as in smtp.mjs
//	await mail.close()
import fs from 'node:fs';
import path from 'node:path';
import { startSmtp } from './smtp.mjs';
import { certificate } from './tls.mjs';

// Whole under its name or not at all, as chromo itself does it (channel/outbox_dir.c).
function put(folder, messageId, raw) {
	const key = (messageId ?? '').split('@')[0].replace(/[^\w.-]/g, '_').replace(/^\.*$/, 'none');
	let name = `${key}.eml`;
	for (let n = 2; fs.existsSync(path.join(folder, name)); n++)
		name = `${key}-${n}.eml`;
	const aside = path.join(folder, `.${name}`);
	fs.writeFileSync(aside, raw, { mode: 0o600 });
	fs.renameSync(aside, path.join(folder, name));
}

export async function startMail({ tls, ledgerFile, port }) {
	const folder = path.join(path.dirname(ledgerFile), 'email');
	fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
	const relay = await startSmtp({ tls: 'starttls', certificate: certificate(tls), port,
		accepted: (raw, { messageId }) => put(folder, messageId, raw) });
	return Object.assign(relay, {
		async control({ method, path: what, body }) {
			switch (`${method} ${what}`) {
			case 'GET /ledger': return { body: relay.ledger };
			case 'DELETE /ledger': relay.reset(); return { body: [] };
			case 'POST /script': relay.script(JSON.parse(body.toString())); return { body: {} };
			}
			return { status: 404, body: { message: 'no such thing' } };
		},
	});
}
