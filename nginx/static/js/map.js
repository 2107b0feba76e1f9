/* SPDX-License-Identifier: Apache-2.0
 *
 * The map over the list of places: a pin for a place, or for several so near that they
 * would hide each other, which says what happens there in the words of the list.  On the page of
 * one event it has the place of that.  Without script, or without tiles, the words are enough.
 */
import './leaflet.min.js';

const L = globalThis.L;
const box = document.getElementById('map');
const { tiles, credit } = box.dataset;
const PIN = 48; /* a pin and a little room */
const words = { in: box.dataset.in, out: box.dataset.out, close: box.dataset.close };

/* Rows of one point belong together. */
const points = new Map();
for (const row of document.querySelectorAll('[data-latitude]')) {
	const { latitude, longitude } = row.dataset, key = `${latitude} ${longitude}`;

	if (!points.has(key)) points.set(key, { at: [Number(latitude), Number(longitude)], name: (row.querySelector('h3') ?? row).textContent, rows: [] });
	if (row.querySelector('a')) points.get(key).rows.push(row);
}

function popup(group) {
	const box = document.createElement('div');

	for (const { name, rows } of group) {
		const list = document.createElement('ul'), title = document.createElement('strong');

		title.textContent = name;
		list.className = 'c-map__list';
		for (const row of rows) {
			const item = document.createElement('li');

			item.append(row.querySelector('a').cloneNode(true), document.createElement('br'), row.querySelector('time').cloneNode(true));
			list.append(item);
		}
		box.append(title, ...(rows.length > 0 ? [list] : []));
	}
	return box;
}

/* No pin lies over another: what would is under one, at this zoom. */
function grouped(map) {
	const groups = [];

	for (const point of points.values()) {
		const p = map.project(point.at);
		const near = groups.find((g) => Math.abs(g.p.x - p.x) < PIN && Math.abs(g.p.y - p.y) < PIN);

		if (near) near.all.push(point);
		else groups.push({ p, all: [point] });
	}
	return groups.map((g) => g.all);
}

function pin(count) {
	const mark = document.createElement('span');

	mark.textContent = count || '';
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
	const pins = L.layerGroup().addTo(map);
	const show = () => {
		pins.clearLayers();
		for (const group of grouped(map)) {
			const name = group.map((point) => point.name).join('、'), count = group.reduce((sum, { rows }) => sum + rows.length, 0);
			const marker = L.marker(group[0].at, { icon: pin(count), title: name, alt: name }).addTo(pins).bindPopup(popup(group), { minWidth: 200, maxHeight: 240 });

			marker.on('popupopen', ({ popup: it }) => it.getElement().querySelector('.leaflet-popup-close-button')?.setAttribute('aria-label', words.close));
			marker.getElement().setAttribute('aria-label', count ? `${name} ${count}` : name);
		}
	};

	show();
	map.on('zoomend', show);
	box.dataset.ready = 'yes';
}
