// SPDX-License-Identifier: Apache-2.0
//
// What somebody types who would like it to be a program, and whether a page made one of it.
//
//	await harmless(citizen, '/messages/3', payloads[0]);	// opens the page, too
//	await untouched(citizen, payloads[0]);			// where one is
import assert from 'node:assert/strict';

export const payloads = [
	'<script>ran=1</script>', '<ScRiPt src=//x.example></sCrIpT>', '<img src=x onerror=ran=1>', '<svg onload=ran=1>', '"><img src=x onerror=ran=1>',
	"'><svg/onload=ran=1>", '</title><script>ran=1</script>', '</textarea><script>ran=1</script>', '</script><script>ran=1</script>',
	'" autofocus onfocus=ran=1 x="', "' onmouseover=ran=1 '", '<iframe srcdoc="<script>parent.ran=1</script>">', '<math><a xlink:href=javascript:ran=1>x',
	'<a href="javascript:ran=1">x</a>', '<form action=//x.example><button>x', '<base href=//x.example>', '<meta http-equiv=refresh content=0;url=//x.example>',
	'<style>*{background:url(//x.example)}</style>', '<object data=//x.example></object>', '<details open ontoggle=ran=1>', '{{{ran}}}{{>desk}}', '${ran=1}`ran`',
	'&lt;script&gt;ran=1&lt;/script&gt;', '&#60;script&#62;ran=1', '\\u003cscript\\u003eran=1', '<!--<script>ran=1//-->', ']]><script>ran=1</script>',
];
// What a page may not have, whoever wrote on it.
const scan = `(() => {
	const found = typeof ran === 'undefined' ? [] : ['it ran'];
	for (const e of document.querySelectorAll('*')) {
		for (const { name, value } of e.attributes) {
			if (/^on/i.test(name)) found.push(name);
			if (/^(href|src|action|formaction|xlink:href|data)$/i.test(name) && (/^\\s*(javascript|data|vbscript):/i.test(value) || value.includes('//x.example') && !e.matches('a')))
				found.push(name + '=' + value);
		}
		if (/^(iframe|object|embed|base|math|details-x)$/i.test(e.localName)) found.push(e.localName);
		if (e.localName === 'script' && /ran=1/.test(e.textContent) && !/json/.test(e.type)) found.push('script');
		if (e.localName === 'style' || e.localName === 'meta' && /refresh/i.test(e.httpEquiv)) found.push(e.localName);
	}
	return found;
})()`;
export async function untouched(who, text, path = who.path) {
	assert.deepEqual([...await who.evaluate(scan), ...who.noise.splice(0)], [], `${path}: ${text}`);
	if (text) assert.ok((await who.page.locator('body').textContent()).includes(text), `${path}: what was typed is read: ${text}`);
}
export async function harmless(who, path, text) {
	await who.go(path);
	assert.equal(who.answer.status(), 200, path);
	await untouched(who, text, path);
}
