/* SPDX-License-Identifier: Apache-2.0
 *
 * The map over the list of places: one pin a place, which says what happens there in the words
 * of the list.  Without script, or without tiles, the list stays as it is and is enough.
 */
import './leaflet.min.js';

const L = globalThis.L;
const box = document.getElementById('map');
const { tiles, credit } = box.dataset;
const words = { in: box.dataset.in, out: box.dataset.out, close: box.dataset.close };

/* Rows of one point belong together. */
const points = new Map();
for (const row of document.querySelectorAll('[data-latitude]')) {
	const { latitude, longitude } = row.dataset, at = `${latitude} ${longitude}`;

	points.set(at, { at: [Number(latitude), Number(longitude)], rows: [...points.get(at)?.rows ?? [], row] });
}

function popup(rows) {
	const place = document.createElement('div'), list = document.createElement('ul'), name = document.createElement('strong');

	name.textContent = rows[0].querySelector('h3').textContent;
	list.className = 'c-map__list';
	for (const row of rows) {
		const item = document.createElement('li');

		item.append(row.querySelector('a').cloneNode(true), document.createElement('br'), row.querySelector('time').cloneNode(true));
		list.append(item);
	}
	place.append(name, list);
	return place;
}

function pin(rows) {
	const mark = document.createElement('span');

	mark.textContent = rows.length;
	mark.setAttribute('aria-hidden', 'true');
	return L.divIcon({ className: 'c-map__pin', html: mark, iconSize: null });
}

if (points.size > 0) {
	const quiet = matchMedia('(prefers-reduced-motion: reduce)').matches;
	const text = document.createElement('span');

	box.hidden = false;
	text.textContent = credit;
	const map = L.map(box, { zoomControl: false, attributionControl: false, zoomAnimation: !quiet, fadeAnimation: !quiet, markerZoomAnimation: !quiet, scrollWheelZoom: false });

	L.control.zoom({ position: 'bottomleft', zoomInTitle: words.in, zoomOutTitle: words.out }).addTo(map);
	L.control.attribution({ prefix: false }).addAttribution(text.innerHTML).addTo(map);
	L.tileLayer(tiles, { maxZoom: 18, referrerPolicy: 'strict-origin' }).addTo(map);
	/* A pin has its element once the map knows where it is. */
	map.fitBounds([...points.values()].map(({ at }) => at), { padding: [40, 40], maxZoom: 16 });
	for (const { at, rows } of points.values()) {
		const name = rows[0].querySelector('h3').textContent;
		const marker = L.marker(at, { icon: pin(rows), title: name, alt: name }).addTo(map).bindPopup(popup(rows), { minWidth: 200 });

		marker.on('popupopen', ({ popup: it }) => it.getElement().querySelector('.leaflet-popup-close-button')?.setAttribute('aria-label', words.close));
		marker.getElement().setAttribute('aria-label', `${name} ${rows.length}`);
	}
	box.dataset.ready = 'yes';
}
