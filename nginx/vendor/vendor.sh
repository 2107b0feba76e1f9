#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# vendor.sh: puts the scripts of others that we serve into nginx/static/js, from
# the package and checksum that the lock names.  Nothing of theirs is committed.
# Without npm, or without a network, it says so and all is well: the parts of
# pages that renew themselves are then renewed by their link.
set -eu
cd "$(dirname "$0")"
js=../static/js

if [ -e "$js/htmx.min.js" ] && cmp -s package-lock.json "$js/.vendor-lock"; then
	exit 0
fi
if ! command -v npm >/dev/null; then
	echo "vendor: no npm, live parts of pages do without htmx" >&2
	exit 0
fi
if ! npm ci --no-audit --no-fund --ignore-scripts --loglevel=error; then
	echo "vendor: npm ci failed, live parts of pages do without htmx" >&2
	exit 0
fi
mkdir -p "$js"
for file in htmx.min.js ext/hx-csp.min.js; do
	# The maps are not served, so the line that names one goes.
	sed '/^\/\/# sourceMappingURL=/d' "node_modules/htmx.org/dist/$file" >"$js/.new"
	chmod 644 "$js/.new"
	mv "$js/.new" "$js/$(basename "$file")"
done
cp package-lock.json "$js/.vendor-lock"
rm -rf node_modules
