#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# vendor.sh: puts the scripts of others that we serve into nginx/static/js, from
# the package and checksum that the lock names.  Nothing of theirs is committed.
# Without npm, or without a network, it says so and all is well: the parts of pages that
# renew themselves (htmx) are then renewed by their link, places are a list without map
# (Leaflet, BSD-2-Clause), and a door's camera works where the browser reads codes itself
# (jsQR, Apache-2.0).
set -eu
cd "$(dirname "$0")"
js=../static/js css=../static/css

if [ -e "$js/htmx.min.js" ] && cmp -s package-lock.json "$js/.vendor-lock"; then
	exit 0
fi
if ! command -v npm >/dev/null; then
	echo "vendor: no npm, pages do without the scripts of others" >&2
	exit 0
fi
if ! npm ci --no-audit --no-fund --ignore-scripts --loglevel=error; then
	echo "vendor: npm ci failed, pages do without the scripts of others" >&2
	exit 0
fi
mkdir -p "$js"

# put NAME FILE: the maps of sources are not served, so the line that names one goes.
put() {
	sed -e '/^\/\/# sourceMappingURL=/d' "node_modules/$2" >"$1.new"
	chmod 644 "$1.new"
	mv "$1.new" "$1"
}
put "$js/htmx.min.js" htmx.org/dist/htmx.min.js
put "$js/hx-csp.min.js" htmx.org/dist/ext/hx-csp.min.js
put "$js/leaflet.min.js" leaflet/dist/leaflet.js
put "$js/jsqr.min.js" jsqr/dist/jsQR.js
# Its pictures are for controls that we have not.
tr -d '\r' <node_modules/leaflet/dist/leaflet.css | sed -e '/url(images\//d' >"$css/leaflet.css"
cp package-lock.json "$js/.vendor-lock"
rm -rf node_modules
