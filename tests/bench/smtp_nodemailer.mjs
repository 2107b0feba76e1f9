// SPDX-License-Identifier: Apache-2.0
//
// For bench smtp: the same number of mails by nodemailer's pool.
//
//	node smtp_nodemailer.mjs URL N CONNECTIONS
import net from 'node:net';
import nodemailer from 'nodemailer';

const [url, letters, connections] = process.argv.slice(2);
const { hostname, port } = new URL(url);
// Without Nagle's algorithm, which would have each mail wait 40 ms for an acknowledgement.
const getSocket = (options, done) => {
	const connection = net.connect({ host: hostname, port: Number(port), noDelay: true }, () => done(null, { connection }));
};
const pool = nodemailer.createTransport({ host: hostname, port: Number(port), pool: true, secure: false, ignoreTLS: true, getSocket,
	maxConnections: Number(connections), maxMessages: Infinity });
const text = 'あ'.repeat(600), html = `<p>${text}</p>`;
const start = process.hrtime.bigint();
await Promise.all(Array.from({ length: Number(letters) }, (_, i) => pool.sendMail({
	from: '"みなと市" <oshirase@city.example.jp>', to: `citizen${i}@example.jp`, subject: '【お知らせ】避難所の開設について', text, html })));
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
pool.close();
console.log(JSON.stringify({ letters: Number(letters), seconds, per_second: Math.round(letters / seconds) }));
