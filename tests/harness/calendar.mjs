// SPDX-License-Identifier: Apache-2.0
//
// What tests read files with, so that ours are not compared by our own reader.
//
//	rows('"a\nb",c\r\n')		[['a\nb', 'c']], without the mark in front and empty lines
//	parse(ics)			[{ SUMMARY: '…', DTSTART: '2030-12-01T10:00', CATEGORIES: ['…'] }], a VEVENT each
export function rows(text) {
	const all = [];
	let row = [], cell = '', quoted = false;
	const end = () => { row.push(cell); cell = ''; };
	const line = () => { end(); if (row.length > 1 || row[0] !== '') all.push(row); row = []; };

	text = text.replace(/^\ufeff/, '');
	for (let i = 0; i < text.length; i++) {
		const c = text[i];
		if (quoted) {
			if (c !== '"') cell += c;
			else if (text[i + 1] === '"') { cell += c; i++; } else quoted = false;
		} else if (c === '"') quoted = true;
		else if (c === ',') end();
		else if (c === '\n') line();
		else if (c !== '\r') cell += c;
	}
	if (cell !== '' || row.length) line();
	return all;
}

const unescaped = (value) => value.replace(/\\([nN,;\\])/g, (_, c) => (c.toLowerCase() === 'n' ? '\n' : c)).trim();

export function parse(text) {
	const events = [];
	let event = null;
	for (const line of text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)) {
		const [, name, value] = /^([A-Z-]+)(?:;[^:]*)?:(.*)$/.exec(line) ?? [];
		if (line === 'BEGIN:VEVENT') event = { CATEGORIES: [] };
		else if (line === 'END:VEVENT') { events.push(event); event = null; } else if (event && name === 'CATEGORIES') event.CATEGORIES.push(...value.split(/(?<!\\),/).map(unescaped).filter(Boolean));
		else if (event && /^DT(START|END)$/.test(name)) event[name] = value;
		else if (event && name && unescaped(value) !== '') event[name] = unescaped(value);
	}
	return events;
}
