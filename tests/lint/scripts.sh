#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Our shell scripts say nothing under shellcheck.
set -u
cd "${CHROMO_SOURCE:-$(dirname "$0")/../..}" || exit 1
n=0
bad=0
while read -r script; do
	n=$((n + 1))
	if said=$(shellcheck -x "$script" 2>&1); then
		echo "ok $n - $script"
	else
		bad=1
		echo "not ok $n - $script"
		printf '# %s\n' "${said//$'\n'/$'\n# '}"
	fi
done < <({ echo dev; echo .ci/run; find tests -path '*/node_modules' -prune -o -name '*.sh' -print -o \
    -name run -type f -print; } | sort)
echo "1..$n"
exit $bad
