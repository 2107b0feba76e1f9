// SPDX-License-Identifier: Apache-2.0
//
// How a fake calls chromo: the status of the answer.  The certificate is not looked at,
// and *.localhost is loopback whatever the resolver says.
import https from 'node:https';

export function post(url, body, headers) {
	return new Promise((resolve, reject) => {
		const req = https.request(url, { method: 'POST', rejectUnauthorized: false, headers: { ...headers,
			'content-length': Buffer.byteLength(body) }, lookup: (_host, options, done) => (options.all ?
			done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)) }, (res) => {
			res.resume();
			res.on('end', () => resolve(res.statusCode));
		});
		req.on('error', reject);
		req.end(body);
	});
}
