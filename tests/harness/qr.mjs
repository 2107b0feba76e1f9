// SPDX-License-Identifier: Apache-2.0
//
// What a camera sees in a QR code of ours: the path of the page is painted, and read by jsQR,
// which doors use where the browser reads no codes (nginx/vendor).
//
//	readQr(page.text)	'CT1.12.34.…', or null
import { createRequire } from 'node:module';

const jsQR = createRequire(import.meta.url)('../../nginx/static/js/jsqr.min.js');
const PIXELS = 4;

export function readQr(html) {
	const [, quiet, n, path] = /viewBox="-(\d+) -\d+ (\d+) \d+"[^>]*><path d="([^"]+)"/.exec(html) ?? [];
	if (!path) return null;
	const width = Number(n) * PIXELS, pixels = new Uint8ClampedArray(width * width * 4).fill(255);
	for (const [, x, y, w] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
		for (let py = 0; py < PIXELS; py++)
			for (let px = 0; px < Number(w) * PIXELS; px++) {
				const at = (((Number(y) + Number(quiet)) * PIXELS + py) * width + (Number(x) + Number(quiet)) * PIXELS + px) * 4;
				pixels[at] = pixels[at + 1] = pixels[at + 2] = 0;
			}
	return jsQR(pixels, width, width)?.data ?? null;
}
