// SPDX-License-Identifier: Apache-2.0
//
// All fakes of registry.mjs as one program, for ./dev run --gateways fake.
//
//	node run.mjs --folder F --ledgers L --control PORT --site PORT HOST=NAME …
//
// In F: tls/ca.pem, which chromo is to trust; accounts.json, for `chromo gateway load`,
// written when all of them listen.  In L: NAME.jsonl, what each accepted.  On
// http://127.0.0.1:CONTROL:
//
//	GET  /			what there is
//	     /NAME/…		the fake's own: ledger, script, and what it shows (gateway.mjs)
//	POST /called		[{ host, channel, id }]: the numbers that the accounts got, so that
//				the fakes know where to call in
//
// Nobody but this machine reaches it, and no page of another site: a request that names
// another origin is refused.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { registry } from './registry.mjs';

const { values: given, positionals } = parseArgs({ allowPositionals: true, options: {
	folder: { type: 'string' }, ledgers: { type: 'string' }, control: { type: 'string' }, site: { type: 'string' } } });
const towns = positionals.map((p, i) => {
	const [host, name] = p.split('=');
	return { host, name, number: i + 1, port: Number(given.site), url: `https://${host}:${given.site}` };
});
const control = Number(given.control);

const running = new Map(), accounts = [];
for (const [i, { name, start, accounts: of }] of registry.entries()) {
	const gateway = await start({ name, tls: path.join(given.folder, 'tls'), port: control + 1 + i,
		ledgerFile: path.join(given.ledgers, `${name}.jsonl`) });
	running.set(name, gateway);
	for (const town of towns)
		accounts.push(...of(gateway, town).map((a) => ({ host: town.host, active: true, ...a, fake: name })));
}

function called(list) {
	for (const { name, called: tell } of registry)
		for (const town of tell ? towns : []) {
			const mine = list.filter((a, i) => a.host === town.host && accounts[i]?.fake === name);
			if (mine.length > 0)
				tell(running.get(name), town, mine);
		}
	return { body: {} };
}

// What a citizen has in hand; and the town's page that shows what each gateway took.
const pages = { line: '住民の LINE：友だちになり、数字を送り、届いたものを読む', push: '住民の端末：通知を登録し、出た通知を見る' };
const index = () => ({ headers: { 'content-type': 'text/html; charset=utf-8' },
	body: `<!DOCTYPE html><html lang="ja"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>にせの事業者</title>
<style>body{font:16px/1.7 sans-serif;max-width:40rem;margin:1rem auto;padding:0 1rem}</style>
<h1>にせの事業者</h1><p>本物のかわりに、この機械の中で受け取ります。外へは何も出ません。
<h2>住民の側</h2><ul>${Object.entries(pages).map(([name, text]) => `<li><a href="/${name}">${text}</a>`).join('')}</ul>
<h2>受け取ったもの</h2><ul>${towns.slice(0, 1).map((t) => `<li><a href="${t.url}/desk/outbox/others">SMS、LINE、通知、X をまとめて読む（送信箱）</a>`).join('')}
${[...running].map(([name, g]) => `<li>${name}：<a href="/${name}/ledger">${g.ledger.length}件（JSON）</a>`).join('')}</ul>` });

async function answer(method, url, body) {
	const [, name, ...rest] = url.pathname.split('/');
	if (name === '')
		return index();
	if (name === 'called' && method === 'POST')
		return called(JSON.parse(body.toString()));
	return running.get(name)?.control({ method, path: rest.length > 0 ? `/${rest.join('/')}` : '', query: url.searchParams, body }) ??
		{ status: 404, body: {} };
}

http.createServer((req, res) => {
	const chunks = [];
	req.on('data', (c) => chunks.push(c));
	req.on('end', async () => {
		const { origin, host } = req.headers;
		let out;
		try {
			out = origin !== undefined && origin !== `http://${host}` ? { status: 403, body: {} } :
				await answer(req.method, new URL(req.url, 'http://x'), Buffer.concat(chunks));
		} catch (e) {
			out = { status: 500, body: { message: String(e) } };
		}
		const text = typeof out.body === 'string' || Buffer.isBuffer(out.body) ? out.body : JSON.stringify(out.body, null, '\t');
		res.writeHead(out.status ?? 200, { 'content-type': 'application/json', 'cache-control': 'no-store', ...out.headers }).end(text);
	});
}).listen(control, '127.0.0.1', () => {
	const file = path.join(given.folder, 'accounts.json');
	fs.writeFileSync(`${file}.new`, JSON.stringify(accounts.map(({ fake, ...a }) => a), null, '\t'), { mode: 0o600 });
	fs.renameSync(`${file}.new`, file);
});
for (const signal of ['SIGTERM', 'SIGINT'])
	process.on(signal, () => process.exit(0));
