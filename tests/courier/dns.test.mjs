// SPDX-License-Identifier: Apache-2.0
//
// The name of a gateway cannot be found, or leads into a private network (F15, R39): what
// is to be sent waits, nothing goes there, and it is sent when the name is right again.
import { names, PUBLIC } from '../harness/apart.mjs';
import assert from 'node:assert/strict';
import test from 'node:test';
import { eventually } from './post.mjs';
import { openWays } from './ways.mjs';

const NAME = 'api.gateway.example';

test('F15 DNS fails, is silent, or turns to a private address: the queue waits', { timeout: 300000 }, async () => {
	const ways = await openWays({ address: '0.0.0.0', conf: { gateway_private: 'no' } });
	try {
		const town = await ways.town({ line: 600 });
		// Saved again: tried at once, whatever its breaker says.
		const saved = () => ways.account(town, { channel: 'line', kind: 'line', url: `https://${NAME}:${ways.line.port}`,
			settings: { channel_id: town.channel.id, rate: 1000 }, secrets: { access_token: town.channel.token } });
		await saved();
		names.set(NAME, 'NXDOMAIN');
		const message = await ways.message(town, { mail: false });
		let courier = ways.post.courier();
		const health = () => ways.sql(`SELECT h.breaker, h.reason FROM gateway_health h JOIN gateway g ON g.id = h.gateway_id
			WHERE g.tenant_id = ${town.tenant} AND g.channel = 'line'`);
		const tries = async () => Number(await ways.sql(`SELECT sum(later) FROM batch WHERE message_id = ${message}`));
		for (const answer of ['NXDOMAIN', 'SERVFAIL', 'silent', ['127.0.0.1'], ['10.0.0.1'], ['::ffff:7f00:1']]) {
			names.set(NAME, answer);
			const before = await tries();
			await eventually(`it was tried with ${answer}`, async () => {
				await ways.post.hurry();
				await saved();
				return await tries() > before;
			});
			// What it found is remembered for a minute; not by one that is started anew.
			if (Array.isArray(answer)) {
				await courier.kill();
				courier = ways.post.courier();
			}
		}
		assert.equal(ways.line.connections, 0, 'nothing went anywhere');
		assert.equal(await ways.post.state(message), 'sending');
		assert.equal(await ways.sql(`SELECT count(*) FROM batch WHERE message_id = ${message} AND state NOT IN ('queued', 'sending')`), '0');
		await eventually('staff see why', async () => {
			await ways.post.hurry();
			return /\|gateway_unreachable$/.test(await health());
		});

		names.set(NAME, [PUBLIC]);
		await eventually('it is sent', async () => {
			await ways.post.hurry();
			await saved();
			return await ways.post.state(message) === 'sent';
		});
		assert.equal((await ways.lawful(message, town)).accepted, 600);
	} finally {
		await ways.close();
	}
});
