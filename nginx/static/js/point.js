/* SPDX-License-Identifier: Apache-2.0
 *
 * A place chosen on a map: it is moved until the cross in its middle is on the place, by
 * finger, mouse or arrow keys, and a button writes the middle into the fields of latitude and
 * longitude.  Without script, or without tiles, these fields and the one for words are enough.
 */
import './leaflet.min.js';

const L = globalThis.L;
const quiet = matchMedia('(prefers-reduced-motion: reduce)').matches;
const JAPAN = [36.5, 138], FAR = 5, NEAR = 16;

function start(box) {
	const { tiles, credit, lat, lon, zoom, taken } = box.dataset;
	const [latitude, longitude] = [box.dataset.latitude, box.dataset.longitude].map((id) => document.getElementById(id));
	const text = document.createElement('span'), status = box.querySelector('[role="status"]');
	const chosen = [latitude, longitude].map((field) => Number.parseFloat(field.value.normalize('NFKC')));
	const known = chosen.every(Number.isFinite);

	text.textContent = credit;
	box.hidden = false;
	const map = L.map(box.querySelector('.c-map'), { zoomControl: false, attributionControl: false, zoomAnimation: !quiet, fadeAnimation: !quiet, inertia: !quiet, scrollWheelZoom: false })
		.setView(known ? chosen : lat ? [Number(lat), Number(lon)] : JAPAN, known ? NEAR : lat ? Number(zoom) : FAR);
	const pin = L.circleMarker(known ? chosen : JAPAN, { radius: 10, weight: 4, interactive: false, className: 'c-point__pin' });

	L.control.zoom({ position: 'bottomleft', zoomInTitle: box.dataset.in, zoomOutTitle: box.dataset.out }).addTo(map);
	L.control.attribution({ prefix: false }).addAttribution(text.innerHTML).addTo(map);
	L.tileLayer(tiles, { maxZoom: 18, referrerPolicy: 'strict-origin' }).addTo(map);
	if (known) pin.addTo(map);
	map.on('click', ({ latlng }) => map.panTo(latlng, { animate: !quiet }));
	box.querySelector('button').addEventListener('click', () => {
		const at = map.getCenter().wrap();

		latitude.value = at.lat.toFixed(5);
		longitude.value = at.lng.toFixed(5);
		pin.setLatLng(at).addTo(map);
		status.textContent = `${taken} (${latitude.value}, ${longitude.value})`;
	});
	box.dataset.ready = 'yes';
}

for (const box of document.querySelectorAll('.c-point')) start(box);
