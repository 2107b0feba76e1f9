// SPDX-License-Identifier: Apache-2.0
//
// A page as somebody hears it: Chromium's accessibility tree, which is all that a screen reader
// is given, read from top to bottom.  One line for each thing that is stopped at: what it is, its
// name, its state and value, and behind "—" what describes it.
//
//	await spoken(hanako)			// the whole page
//	await spoken(hanako, 'main')		// what is in this element
//
//	heading 1: 公園を使いますか
//	group: 公園を使いますか ※必須
//	  radio: よく使う (not checked)
//	textbox: 年齢 ※必須 = 40 (invalid) — 数字で入力してください
const containers = { group: 'group', radiogroup: 'group', list: 'list', table: 'table', alert: 'alert', status: 'status', navigation: 'navigation',
	form: 'form', region: 'region', figure: 'figure', row: 'row', dialog: 'dialog', DescriptionList: 'terms', Details: 'details', log: 'log' };
const leaves = { textbox: 'textbox', searchbox: 'textbox', spinbutton: 'number', combobox: 'choice', listbox: 'choice', radio: 'radio', checkbox: 'checkbox', button: 'button',
	link: 'link', img: 'image', image: 'image', heading: 'heading', progressbar: 'progress', option: 'option', DisclosureTriangle: 'summary', columnheader: 'column',
	rowheader: 'row head', cell: 'cell', gridcell: 'cell', Date: 'date', InputTime: 'time', meter: 'meter', term: 'term', definition: 'definition', DescriptionListTerm: 'term', DescriptionListDetail: 'definition' };
// What is in them is their name; else their children are read.
const whole = new Set(['heading', 'link', 'button', 'image', 'summary', 'column', 'row head', 'textbox', 'number', 'choice', 'radio', 'checkbox', 'progress', 'option', 'date', 'time', 'meter', 'term', 'cell']);

const clean = (text) => (text ?? '').replace(/\s+/g, ' ').trim();

function states(node) {
	const of = Object.fromEntries((node.properties ?? []).map(({ name, value }) => [name, value?.value]));
	const role = leaves[node.role?.value];
	return [
		['radio', 'checkbox'].includes(role) && (String(of.checked) === 'true' ? 'checked' : 'not checked'),
		of.required && 'required', of.invalid && of.invalid !== 'false' && 'invalid', of.disabled && 'disabled',
		of.expanded !== undefined && role !== 'choice' && (of.expanded ? 'open' : 'closed'), of.live && of.live !== 'off' && `live ${of.live}`,
	].filter(Boolean);
}

export async function spoken(person, within = 'body') {
	const { cdp } = person;
	const { nodes } = await cdp.send('Accessibility.getFullAXTree');
	const { root } = await cdp.send('DOM.getDocument');
	const { nodeId } = await cdp.send('DOM.querySelector', { nodeId: root.nodeId, selector: within });
	const { node: { backendNodeId } } = await cdp.send('DOM.describeNode', { nodeId });
	const by = new Map(nodes.map((n) => [n.nodeId, n]));
	const lines = [];
	let running = [];
	const flush = (depth) => {
		const text = clean(running.join(''));
		running = [];
		if (text) lines.push(`${'  '.repeat(depth)}${text}`);
	};
	function say(depth, what, node) {
		const name = clean(node.name?.value), value = clean(node.value?.value === undefined ? '' : String(node.value.value)), description = clean(node.description?.value);
		const level = what === 'heading' ? ` ${node.properties?.find((p) => p.name === 'level')?.value.value}` : '';
		const found = states(node);
		lines.push(`${'  '.repeat(depth)}${what}${level}:${name ? ` ${name}` : ''}${value && value !== name ? ` = ${value}` : ''}${found.length ? ` (${found.join(', ')})` : ''}${
			description && description !== name ? ` — ${description}` : ''}`);
	}
	// Text that runs on is one line; a block ends it.
	const blocks = new Set(['paragraph', 'listitem', 'LayoutTable', 'Legend', 'LabelText', 'caption', 'sectionheader', 'main', 'generic']);
	function read(node, depth) {
		const role = node.role?.value, children = (node.childIds ?? []).map((id) => by.get(id)).filter(Boolean);
		const inside = (deeper) => { for (const child of children) read(child, deeper); };
		if (node.ignored) return inside(depth);
		if (role === 'StaticText') return void running.push(`${clean(node.name?.value)} `);
		if (role === 'InlineTextBox' || role === 'ListMarker' || role === 'LineBreak') return undefined;
		const what = leaves[role] ?? containers[role];
		if (!what) {
			if (blocks.has(role)) flush(depth);
			inside(depth);
			if (blocks.has(role)) flush(depth);
			return undefined;
		}
		flush(depth);
		say(depth, what, node);
		if (!whole.has(what)) {
			inside(depth + 1);
			flush(depth + 1);
		}
		return undefined;
	}
	const top = nodes.find((n) => n.backendDOMNodeId === backendNodeId) ?? nodes[0];
	read(top, 0);
	flush(0);
	return lines.join('\n');
}
