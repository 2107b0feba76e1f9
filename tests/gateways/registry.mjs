// SPDX-License-Identifier: Apache-2.0
//
// The fakes that ./dev run --gateways fake starts, one a line of the list:
//
//	name		as in the ledger's file and the control's path
//	start(options)	options { name, tls, ledgerFile, port }: a started Gateway
//	accounts(gateway, town)	what this town has there: [{ channel, kind, place, url, settings,
//			secrets }], as `chromo gateway load` takes it.  town { host, name, number }
//	called(gateway, town, accounts)	optional: where it calls in, once the accounts have
//			numbers: [{ id, … }].  town has url and port too
import { startLine } from './line.mjs';
import { startMail } from './mail.mjs';
import { startPush } from './push.mjs';
import { Karaden } from './sms_karaden.mjs';
import { Twilio } from './sms_twilio.mjs';
import { X } from './x.mjs';

// The same at each start: the database remembers accounts.
const lineChannel = ({ name, number }) => ({ id: `165600000${number}`, secret: String(number).repeat(32), name,
	token: `fake-line-token-${number}`, quota: 30000 });

const placed = (gateway, place, own) => {
	const { channel, kind, url, settings, secrets } = gateway.account(own);
	return [{ channel, kind, place, url, settings, secrets }];
};

export const registry = [
	{ name: 'line', start: (options) => startLine(options), accounts(gateway, town) {
		const channel = gateway.channel(lineChannel(town));
		channel.town = town.host;
		return [{ channel: 'line', kind: 'line', url: gateway.url, settings: { channel_id: channel.id, destination: channel.bot,
			basic_id: `@fake-${town.number}`, rate: 20 }, secrets: { channel_secret: channel.secret } }];
	}, called(gateway, town, [account]) {
		const channel = gateway.channels.find((c) => c.town === town.host);
		channel.host = `${town.host}:${town.port}`;
		channel.webhook = `https://127.0.0.1:${town.port}/hooks/line/${account.id}`;
	} },
	{ name: 'sms_karaden', start: (options) => new Karaden(options).start(), accounts(gateway, town) {
		const [account] = placed(gateway, 1, { service_id: 100 + town.number, parts_per_month: 10000 });
		gateway.services.set(100 + town.number, `${town.url}/hooks/sms/karaden/${account.secrets.callback_secret}`);
		return [account];
	} },
	{ name: 'sms_twilio', start: (options) => Object.assign(new Twilio(options), { delivers: true }).start(),
		accounts: (gateway, town) => placed(gateway, 2, { callback_url: `${town.url}/hooks/sms/twilio`, parts_per_month: 10000 }) },
	// A town has its own keys; who is pushed to is a device (push_page.mjs).
	{ name: 'push', start: (options) => startPush(options), accounts(gateway, town) {
		(gateway.towns ??= []).push(town);
		return [];
	} },
	{ name: 'x', start: (options) => new X(options).start(),
		accounts: (gateway) => placed(gateway, 1, { yen_post: 3, yen_post_link: 31, posts_per_month: 1000 }) },
	// One of the installation, not of a town: it is named in chromo.conf.
	{ name: 'mail', start: startMail, accounts: () => [] },
];
