// SPDX-License-Identifier: Apache-2.0
//
// Pictures for tests, and forms that send one.
//
//	await sendPicture(client, await client.get('/desk/messages/3/pictures'), { text_new: '地図' }, png(1500, 900));
import { deflateSync } from 'node:zlib';
import { forms } from './client.mjs';

// A grey picture, with a text that says too much.
export function png(width, height) {
	const chunk = (name, data) => {
		const body = Buffer.concat([Buffer.from(name), data]), out = Buffer.alloc(body.length + 8);
		out.writeUInt32BE(data.length);
		body.copy(out, 4);
		out.writeUInt32BE(sum(body), body.length + 4);
		return out;
	};
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width);
	head.writeUInt32BE(height, 4);
	head.set([8, 0, 0, 0, 0], 8);
	const lines = Buffer.alloc((width + 1) * height, 128);
	for (let y = 0; y < height; y++) lines[y * (width + 1)] = 0;
	return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('tEXt', Buffer.from('Comment\0secret-place')),
		chunk('IDAT', deflateSync(lines)), chunk('IEND', Buffer.alloc(0))]);
}
function sum(bytes) {
	let crc = 0xffffffff;
	for (const byte of bytes) {
		crc ^= byte;
		for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
	}
	return ~crc >>> 0;
}


// A black square of 16 × 16, as JPEG.
export const square = Buffer.from(
	'/9j/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/2wBDAQkJCQwLDB' +
	'gNDRgyIRwhMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjL/wAARCAAQABADASIAAhEBAxEB/8QAHwAA' +
	'AQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2' +
	'JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKz' +
	'tLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtR' +
	'EAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElK' +
	'U1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5e' +
	'bn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwD5/ooooA//2Q==',
	'base64');

// The form of the page with these values and, as its field "file", this file.
export async function sendPicture(client, page, values, file, name = 'photo.png') {
	const edge = 'x1x1x1', form = forms(page.text).find((f) => f.enctype === 'multipart/form-data');
	const parts = Object.entries({ ...Object.fromEntries(form.fields.filter(([name]) => name !== 'file')), ...values })
		.map(([key, value]) => Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`));
	if (file) parts.push(Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: image/png\r\n\r\n`), file, Buffer.from('\r\n'));
	return client.send(form.action, { method: 'POST', body: Buffer.concat([...parts, Buffer.from(`--${edge}--\r\n`)]),
		headers: { 'content-type': `multipart/form-data; boundary=${edge}`, origin: `https://${client.host}:${client.port}` } });
}
// Width and height of a PNG.
export const size = (bytes) => [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
