// SPDX-License-Identifier: Apache-2.0
//
// A throw-away certificate authority for the fakes, and a certificate of it for
// loopback.  Made by openssl when first asked for; nothing of it is kept in the tree.
//
//	const { caFile, key, cert } = certificate();		in a folder of this process
//	const { caFile, key, cert } = certificate(folder);	kept in that folder
//
// chromo trusts it with gateway_ca_file = caFile; another's certificate(folder) is the
// one that it must not trust.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const own = new Set();
process.on('exit', () => own.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function make(folder) {
	const file = (name) => path.join(folder, name);
	openssl('req', '-x509', ...curve, '-days', '30', '-subj', '/CN=chromo fake authority',
		'-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign',
		'-keyout', file('ca.key'), '-out', file('ca.pem'));
	openssl('req', '-new', ...curve, '-subj', '/CN=localhost', '-keyout', file('key.pem'), '-out', file('request.pem'));
	fs.writeFileSync(file('extensions'), 'subjectAltName=DNS:localhost,DNS:*.localhost,DNS:*.push.localhost,DNS:*.gateway.example,IP:127.0.0.1\n' +
		'basicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\n');
	openssl('x509', '-req', '-in', file('request.pem'), '-CA', file('ca.pem'), '-CAkey', file('ca.key'),
		'-CAcreateserial', '-days', '30', '-extfile', file('extensions'), '-out', file('cert.pem'));
}

let usual;

export function certificate(folder) {
	if (folder === undefined) {
		if (!usual) {
			usual = fs.mkdtempSync(path.join(os.tmpdir(), 'chromo-ca-'));
			own.add(usual);
		}
		folder = usual;
	}
	fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
	if (!fs.existsSync(path.join(folder, 'cert.pem')))
		make(folder);
	const read = (name) => fs.readFileSync(path.join(folder, name));
	return { caFile: path.join(folder, 'ca.pem'), ca: read('ca.pem'), key: read('key.pem'), cert: read('cert.pem') };
}
