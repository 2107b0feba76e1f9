// SPDX-License-Identifier: Apache-2.0
//
// The devices of the fake push service, for ./dev run --gateways fake: what the screen of
// each shows, and a link for each town that registers it there without a real browser's
// push service.  http://127.0.0.1:CONTROL/push
const escape = (s) => String(s).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }[c]));

// Where the page /push of a town offers this device (in development only).
export const registering = (device, origin) => `${origin}/push?${new URLSearchParams(JSON.parse(device.address()))}`;

const screen = (d, towns) => `<section><h2>端末${escape(d.name.slice(1))}</h2>
<p>${towns.map((t) => `<a href="${escape(registering(d, t.url))}">${escape(t.name)}に登録する</a>`).join(' ')}
${[...d.cards.values()].map((c) => `<p class="m"><b>${escape(c.title)}</b><br>${escape(c.body ?? '')}<br><a href="${escape(c.url)}">開く</a>`).join('')}</section>`;

// undefined: not ours.
export function page(push, { method, path }) {
	if (method !== 'GET' || (path !== '/' && path !== ''))
		return undefined;
	return { headers: { 'content-type': 'text/html; charset=utf-8' }, body: `<!DOCTYPE html><html lang="ja"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>プッシュ通知（にせもの）</title>
<style>body{font:16px/1.5 sans-serif;max-width:32rem;margin:1rem auto;padding:0 1rem;background:#ddd}
p.m{background:#fff;border-radius:1rem;padding:.5rem 1rem;overflow-wrap:anywhere}</style>
<h1>プッシュ通知</h1><p>スマートフォンのかわりです。
${push.devices.map((d) => screen(d, push.towns ?? [])).join('')}` };
}
