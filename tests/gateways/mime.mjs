// SPDX-License-Identifier: Apache-2.0
//
// Reads a mail as a mail program would, strictly: what it cannot read it throws.
// Written apart from app/channel/email.c, so that the two judge each other.
//
//	const mail = readMail(bytes);
//	mail.header('subject')		decoded, or undefined; throws if there are two
//	mail.headers			[[name, value]] in order, unfolded, not decoded
//	mail.text, mail.html		the bodies, or null
const utf8 = new TextDecoder('utf-8', { fatal: true });

function decodeBase64(text) {
	if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
		throw new Error('not base64');
	return Buffer.from(text, 'base64');
}

// RFC 2047: each word must be whole characters, at most 75 of its own.
function decodeWords(value) {
	return value.replace(/(=\?[^?]+\?[bqBQ]\?[^? ]*\?=)\s+(?==\?)/g, '$1')
		.replace(/=\?([^?]+)\?([bqBQ])\?([^? ]*)\?=/g, (word, charset, how, text) => {
			if (word.length > 75 || !/^utf-8$/i.test(charset) || !/b/i.test(how))
				throw new Error(`encoded word: ${word}`);
			return utf8.decode(decodeBase64(text));
		});
}

function readHeaders(block) {
	const headers = [];
	for (const line of block.split('\r\n')) {
		if (line.length > 998 || /[^\x20-\x7e\t]/.test(line))
			throw new Error(`header line: ${JSON.stringify(line)}`);
		if (/^[ \t]/.test(line)) {
			if (!headers.length || !line.trim())
				throw new Error('a continuation of nothing, or of white space only');
			headers.at(-1)[1] += line;
		} else {
			const [, name, value] = /^([!-9;-~]+):(.*)$/.exec(line) ?? [];
			if (name === undefined)
				throw new Error(`no header field: ${JSON.stringify(line)}`);
			headers.push([name, value]);
		}
	}
	return headers.map(([name, value]) => [name, value.trim()]);
}

function readEntity(text) {
	const at = text.indexOf('\r\n\r\n');
	if (at < 0)
		throw new Error('no end of the header');
	const headers = readHeaders(text.slice(0, at));
	const body = text.slice(at + 4);
	const raw = (name) => {
		const all = headers.filter(([n]) => n.toLowerCase() === name.toLowerCase());
		if (all.length > 1)
			throw new Error(`${all.length} fields ${name}`);
		return all[0]?.[1];
	};
	const entity = { headers, header: (name) => raw(name) && decodeWords(raw(name)), parts: [] };
	const type = raw('content-type') ?? 'text/plain';
	entity.type = type.split(';')[0].trim().toLowerCase();
	if (entity.type.startsWith('multipart/')) {
		const boundary = /boundary="([^"]+)"/.exec(type)?.[1];
		const pieces = ('\r\n' + body).split(`\r\n--${boundary}`);
		if (!boundary || boundary.length > 70 || pieces.at(-1).trim() !== '--')
			throw new Error('boundary');
		entity.parts = pieces.slice(1, -1).map((p) => readEntity(p.replace(/^[ \t]*\r\n/, '')));
	} else {
		if (!/charset="?utf-8/i.test(type) || raw('content-transfer-encoding') !== 'base64')
			throw new Error('charset or encoding of a part');
		entity.content = utf8.decode(decodeBase64(body.replaceAll('\r\n', '')));
	}
	return entity;
}

export function readMail(bytes) {
	const text = Buffer.from(bytes).toString('latin1');
	if (/[^\x00-\x7f]|\0|(?<!\r)\n|\r(?!\n)/.test(text))
		throw new Error('a byte over 127, a NUL, or a line break that is not CRLF');
	const mail = readEntity(text);
	const all = mail.parts.length ? mail.parts : [mail];
	mail.longestLine = Math.max(...text.split('\r\n').map((l) => l.length));
	mail.text = all.find((p) => p.type === 'text/plain')?.content ?? null;
	mail.html = all.find((p) => p.type === 'text/html')?.content ?? null;
	return mail;
}
