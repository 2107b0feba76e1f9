// SPDX-License-Identifier: Apache-2.0
//
// What a gateway charges for a text: 70 UTF-16 units are one SMS, more go in parts of
// 67 that never begin with the second half of a character.
export function parts(text) {
	if (text.length <= 70)
		return 1;
	let n = 1, filled = 0;
	for (const c of text) {
		if (filled + c.length > 67) {
			n++;
			filled = 0;
		}
		filled += c.length;
	}
	return n;
}
