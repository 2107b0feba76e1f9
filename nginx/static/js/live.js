/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeps live blocks modest; htmx does the fetching (templates/part/live_block).
 * Nothing is fetched for a page that nobody sees, a slow server is asked less
 * often, and an answer that is not the block never takes its place.
 */
{
	let asked = 0, answered = -Infinity, took = 0;

	const gap = () => Math.max(250 * Math.sqrt(took) - 1000, 1000);

	document.addEventListener('htmx:config:request', event => {
		if (document.hidden || performance.now() - answered < gap())
			event.preventDefault();
	});
	document.addEventListener('htmx:before:request', () => {
		asked = performance.now();
	});
	document.addEventListener('htmx:before:response', event => {
		const response = event.detail.ctx.response.raw;

		answered = performance.now();
		took = answered - asked;
		if (response.redirected) {
			/* Signed out meanwhile: the whole page goes there. */
			event.preventDefault();
			location.reload();
		} else if (!response.ok) {
			event.preventDefault();
		}
	});
}
