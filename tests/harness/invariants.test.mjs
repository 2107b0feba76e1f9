// SPDX-License-Identifier: Apache-2.0
//
// The judge of pages sees what it is there to see.
import assert from 'node:assert/strict';
import test from 'node:test';
import { problems } from './invariants.mjs';

const headers = {
	'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff',
	'referrer-policy': 'same-origin', 'permissions-policy': 'camera=()', 'strict-transport-security': 'max-age=1',
	'content-security-policy': "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
};
const page = (main, more = {}) => ({
	headers: { ...headers, ...more.headers },
	text: `<!DOCTYPE html>\n<html lang="ja"><head><title>${more.title ?? '題 | 町'}</title></head><body>${more.first ?? '<a href="#main">本文へ</a>'}`
		+ `<main id="main"><h1>題</h1>${main}</main>${more.last ?? ''}</body></html>`,
});

test('a page without fault', () => {
	assert.deepEqual(problems(page('<h2>節</h2><p>文</p><form method="post" action="/x" novalidate><input type="hidden" name="token" value="t">'
		+ '<label for="a">名</label><input id="a" name="a"><button type="submit">送る</button></form>')), []);
});

const faults = [
	['1', '<p>{{name}}</p>'], ['1', '<p><div>x</div></p>'], ['1', '</section>'],
	['2', '<h1>もう一つ</h1>'], ['2', '<h3>飛んだ</h3>'], ['2', '', { title: '別 | 町' }], ['2', '<h2></h2>'],
	['3', '', { first: '<a href="/">x</a>' }], ['3', '', { last: '<p>外</p>' }],
	['4', '<p id="main">x</p>'], ['4', '<label for="nix">x</label>'], ['4', '<p aria-describedby="nix">x</p>'], ['4', '<a href="#nix">x</a>'],
	['5', '<input name="a">'], ['5', '<a href="/x"></a>'], ['5', '<img src="/x.png">'], ['5', '<svg></svg>'],
	['5', '<table><tbody><tr><td>x</td></tr></tbody></table>'], ['5', '<ul><p>x</p></ul>'],
	['6', '<form method="post" action="/x" novalidate></form>'], ['6', '<form method="get" action="/x"></form>'],
	['6', '<label>x <input name="a" required></label>'], ['6', '<a class="c-button--primary" href="/a">x</a><a class="c-button--primary" href="/b">y</a>'],
	['7', '<p onclick="x()">x</p>'], ['7', '<p style="color:red">x</p>'], ['7', '<a href="javascript:x">x</a>'], ['7', '<script src="/x.js"></script>'],
	['7', '<p hx-get="/x">x</p>'], ['7', '<a href="/x" download>x</a>'],
	['8', '<img alt="" src="https://example.com/x.png">'], ['8', '<img alt="" src="//example.com/x.png">'],
	['9', '', { headers: { 'content-security-policy': "default-src 'none'" } }], ['9', '', { headers: { 'cache-control': 'max-age=3' } }],
	['9', '', { headers: { 'x-content-type-options': undefined } }], ['9', '', { headers: { 'cache-control': 'public', 'set-cookie': ['a=b'] } }],
	['10', '<time>きょう</time>'], ['10', '<time datetime="2026-11-25">きょう</time>'],
	['11', '<section class="c-mode" aria-label="x">訓練</section>'],
];
for (const [rule, main, more] of faults) {
	test(`${rule}: ${main || JSON.stringify(more)}`, () => {
		const found = problems(page(main, more));
		assert.ok(found.some((f) => f.startsWith(`${rule}:`)), JSON.stringify(found));
	});
}
