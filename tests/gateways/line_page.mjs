// SPDX-License-Identifier: Apache-2.0
//
// What a citizen has on the telephone, for ./dev run --gateways fake: become a friend of
// the town, block it, write to it, and see what came.  http://127.0.0.1:CONTROL/line
import { userId } from './line.mjs';

const escape = (s) => String(s).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }[c]));
const links = (s) => escape(s).replace(/https:\/\/[^\s<]+/g, (u) => `<a href="${u}">${u}</a>`);

// What answers by itself when it is pressed, as 「見ました」 does.
const button = (action) => `<form method="post"><input type="hidden" name="type" value="postback"><input type="hidden" name="data" value="${escape(action.data)}"><button>${escape(action.label)}</button></form>`;

// All texts and links in a message, a Flex card included.
function words(m) {
	if (m.type === 'text')
		return links(m.text);
	if (m.type === 'image')
		return `<a href="${escape(m.originalContentUrl)}"><img src="${escape(m.previewImageUrl)}" alt="" style="max-width:100%"></a>`;
	const found = [];
	const walk = (o) => {
		if (o === null || typeof o !== 'object')
			return;
		if (o.type === 'text')
			found.push(links(o.text));
		if (o.type === 'postback')
			found.push(button(o));
		if (o.uri)
			found.push(`<a href="${escape(o.uri)}">${escape(o.label ?? o.uri)}</a>`);
		Object.values(o).forEach(walk);
	};
	walk(m.contents ?? m.template ?? {});
	return found.join('<br>');
}

function show(line, c, who) {
	const me = userId(who);
	const got = line.ledger.filter((e) => e.channel === c.id && (e.to.includes(me) || e.user === me));
	return `<!DOCTYPE html><html lang="ja"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>LINE（にせもの）</title>
<style>body{font:16px/1.5 sans-serif;max-width:32rem;margin:1rem auto;padding:0 1rem;background:#8cabd8}
div.m{margin:1rem 0;background:#fff;border-radius:1rem;padding:.5rem 1rem;overflow-wrap:anywhere}form{display:inline}
input,button,select{font:inherit}</style>
<h1>${escape(c.name)}</h1>
<p>LINE のかわりです。${escape(me)}
<form method="get"><select name="channel">${line.channels.map((x) => `<option value="${escape(x.id)}"${x === c ? ' selected' : ''}>${escape(x.name)}</option>`).join('')}</select>
<input name="who" value="${escape(who)}" size="6"> <button>この人になる</button></form>
<p>${['follow 友だち追加', 'unfollow ブロック'].map((b) => b.split(' ')).map(([type, label]) =>
		`<form method="post" action="?channel=${escape(c.id)}&who=${encodeURIComponent(who)}"><input type="hidden" name="type" value="${type}"><button>${label}</button></form>`).join(' ')}
${got.map((e) => e.messages.map((m) => `<div class="m">${words(m)}${(m.quickReply?.items ?? []).map((i) => button(i.action)).join('')}</div>`).join('')).join('')}
<form method="post" action="?channel=${escape(c.id)}&who=${encodeURIComponent(who)}"><input type="hidden" name="type" value="message"><input name="text" autofocus> <button>送る</button></form>`;
}

async function act(c, who, form) {
	const type = form.get('type'), user = userId(who), source = { type: 'user', userId: user };
	if (type === 'follow')
		c.blocked.delete(user);
	if (type === 'unfollow')
		c.blocked.add(user);
	if (type === 'message')
		return c.event({ type, source, message: { id: String(Date.now()), type: 'text', text: form.get('text') ?? '' } });
	if (type === 'postback')
		return c.event({ type, source, postback: { data: form.get('data') ?? '' } });
	return c.event(type === 'follow' ? { type, source, follow: { isUnblocked: false } } : { type, source, replyToken: undefined });
}

// undefined: not ours.
export function page(line, { method, path, query, body }) {
	if (path !== '/' && path !== '')
		return undefined;
	const c = line.channels.find((x) => x.id === query.get('channel')) ?? line.channels[0], who = query.get('who') ?? '1';
	return (async () => {
		if (method === 'POST') {
			await act(c, who, new URLSearchParams(body.toString()));
			return { status: 303, headers: { location: `?channel=${c.id}&who=${encodeURIComponent(who)}` }, body: '' };
		}
		return { headers: { 'content-type': 'text/html; charset=utf-8' }, body: show(line, c, who) };
	})();
}
