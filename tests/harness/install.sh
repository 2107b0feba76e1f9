#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs Debian packages, as root, and leaves no service behind: Debian's own
# nginx and PostgreSQL neither start now nor at the next boot, and no default
# cluster is made.  What is changed for that is put back at the end.  What apt says is told if
# it fails: on a good way it warns of much that is as it should be.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

said=$(mktemp)
policy=/usr/sbin/policy-rc.d
cluster=/etc/postgresql-common/createcluster.conf
made_policy=''
made_cluster=''

restore() {
	rm -f "$said"
	[ -z "$made_policy" ] || rm -f "$policy"
	[ -z "$made_cluster" ] || mv -f "$cluster.chromo" "$cluster"
}
trap restore EXIT

fresh() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" != installed ]; }

get() {
	apt-get -qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" >"$said" 2>&1 ||
	    { tail -n 30 "$said" >&2; return 1; }
}

if [ ! -e "$policy" ]; then
	made_policy=1
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
fi

fresh_services=()
for s in nginx postgresql-15; do
	case " $* " in *" $s "*) ! fresh "$s" || fresh_services+=("${s%-15}") ;; esac
done

get update || echo "apt-get update failed; going on with what is known" >&2
if [ -e "$cluster" ] || fresh postgresql-common; then
	[ -e "$cluster" ] || get install --no-install-recommends postgresql-common
	made_cluster=1
	cp -p "$cluster" "$cluster.chromo"
	echo 'create_main_cluster = false' >>"$cluster"
fi
get install --no-install-recommends "$@"

for s in "${fresh_services[@]}"; do
	systemctl disable --quiet "$s" >/dev/null 2>&1 || update-rc.d "$s" disable >/dev/null 2>&1 || true
done
