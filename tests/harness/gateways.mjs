// SPDX-License-Identifier: Apache-2.0
//
// Accounts of towns at fake gateways, by the administrator's command:
//
//	await gateways(town, line, { [MINATO]: line.channel({ … }) });
//
// Each channel of LINE knows afterwards its webhook, and the host to name there.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

// accounts: [{ host, channel, kind, url, settings, secrets }]; returns their numbers.
export async function load(town, accounts) {
	const file = join(town.dir, 'gateways.json');
	writeFileSync(file, JSON.stringify(accounts.map((a) => ({ active: true, ...a }))), { mode: 0o600 });
	const said = await town.chromo('gateway', 'load', '--file', file, '--json');
	return said.trim().split('\n').map((l) => JSON.parse(l).id);
}

export const lineAccount = (host, line, channel, more = {}) => ({ host, channel: 'line', kind: 'line', url: line.url,
	settings: { channel_id: channel.id, destination: channel.bot, basic_id: '@' + channel.id.padStart(8, '0') },
	secrets: { channel_secret: channel.secret }, ...more });

export async function gateways(town, line, channels) {
	const hosts = Object.entries(channels);
	const ids = await load(town, hosts.map(([host, channel]) => lineAccount(host, line, channel)));
	hosts.forEach(([host, channel], i) => {
		channel.host = `${host}:${town.port}`;
		channel.webhook = `https://127.0.0.1:${town.port}/hooks/line/${ids[i]}`;
	});
	return ids;
}
