// SPDX-License-Identifier: Apache-2.0
//
// A port for somebody who listens there a moment later, or goes away and comes back: below
// those that the kernel gives to whoever asks for any, and no other test's while this process
// lives, which the UDP port of the same number stands for.
import { randomInt } from 'node:crypto';
import dgram from 'node:dgram';
import net from 'node:net';

const mark = (port) => new Promise((done) => {
	const socket = dgram.createSocket('udp4');
	socket.on('error', () => done(null));
	socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => done(socket.unref()));
});

const isFree = (port) => new Promise((done) => {
	const server = net.createServer();
	server.on('error', () => done(false));
	server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
});

export async function freePort() {
	for (;;) {
		const port = randomInt(10240, 32768), ours = await mark(port);
		if (ours && await isFree(port)) return port;
		ours?.close();
	}
}
