# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A complete private chromo in one folder: what ./dev and tests/harness/up.sh
# have in common.  Whoever sources this has set
#
#	ROOT	the source tree
#	DIR	the folder, absolute (CHROMO_DIR)
#	PORT	where nginx listens (CHROMO_PORT)
#	BUILD	the build folder
#
# In DIR: build/ pg/ run/ (sockets, NAME.pid) log/ nginx/ outbox/ chromo.conf
# master.key accounts.json.  Nothing is found by name and killed: each process
# is ended by the pid and start time that were written down when it started.

PGBIN=/usr/lib/postgresql/15/bin
# Debian's psql is a script that looks for the one here, five times as long as a query takes.
export PATH=$PGBIN:$PATH

step() { printf '==> %s\n' "$*" >&2; }
die() { printf 'dev: %s\n' "$*" >&2; exit 1; }

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; return; fi
	command -v sudo >/dev/null || die "neither root nor sudo: please install: $MISSING"
	sudo "$@"
}

# Somebody else who listens there would be taken for us.
port_need() {
	! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null ||
	    die "port $1 is taken by another program; another one: CHROMO_PORT=$(($1 + 1)) ./dev run"
}

# PostgreSQL refuses to run as root.
as_postgres() (
	cd /
	if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
)

# --- packages ---------------------------------------------------------------

# Those of the groups that are not installed.  A node of another origin will do.
packages_missing() {
	local want have p
	want=$(awk -v groups=" $* " '!/^#/ && index(groups, " " $1 " ") { print $2 }' \
	    "$ROOT/tests/harness/packages.txt")
	# shellcheck disable=SC2086
	have=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' $want 2>/dev/null |
	    awk '$2 == "installed" { print $1 }') || true
	for p in $want; do
		case $p in
		nodejs) ! command -v node >/dev/null || continue ;;
		npm) ! command -v npm >/dev/null || continue ;;
		esac
		grep -qxF "$p" <<<"$have" || echo "$p"
	done
}

packages_need() {
	command -v dpkg-query >/dev/null || return 0
	MISSING=$(packages_missing "$@" | tr '\n' ' ')
	[ -n "$MISSING" ] || return 0
	step "installing (some minutes) $MISSING"
	# shellcheck disable=SC2086
	as_root bash "$ROOT/tests/harness/install.sh" $MISSING ||
	    die "not installed: please do it by hand: apt-get install $MISSING"
}

# --- build ------------------------------------------------------------------

# build FOLDER [switch …]: make decides what there is to do, of all or of BUILD_WHAT.  The
# scripts of others that nginx serves belong to it.  (set -e sleeps in front of "||".)
build() {
	local folder=$1
	shift
	mkdir -p "$folder"
	(
		flock 8
		if [ ! -x "$ROOT/configure" ]; then
			step "autoreconf"
			cd "$ROOT" && autoreconf -i >"$folder/autoreconf.log" 2>&1 ||
			    { cat "$folder/autoreconf.log" >&2; exit 1; }
		fi
		if [ ! -f "$folder/Makefile" ]; then
			step "configure $*"
			cd "$folder" && "$ROOT/configure" -q "$@" || exit 1
		fi
		step "make in ${folder#"$PWD"/}"
		make -C "$folder" -s -j"$(nproc)" ${BUILD_WHAT:+"$BUILD_WHAT"} 8>&- || exit 1
		"$ROOT/nginx/vendor/vendor.sh" 8>&-
	) 8>"$ROOT/.build.lock" || die "the build failed"
}

# What tests and bench are judged by; nothing of it is shipped.
node_modules() {
	local tests=$ROOT/tests
	cmp -s "$tests/package-lock.json" "$tests/node_modules/.chromo-lock" && return
	step "npm ci"
	(cd "$tests" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 \
	    npm ci --no-audit --no-fund --loglevel=error >&2) || die "npm ci failed"
	cp "$tests/package-lock.json" "$tests/node_modules/.chromo-lock"
}

# --- folder -----------------------------------------------------------------

# Where PostgreSQL and the sockets live.  That is DIR itself, unless the user
# postgres cannot get there (a clone under /root) or a socket's path would not
# fit into the 104 bytes that it may have; then a folder in /var/tmp, linked.
folder_open() {
	local part
	umask 022
	mkdir -p "$DIR" "$DIR/log" "$DIR/outbox" "$DIR/nginx" "$DIR/files" "$DIR/exports" ||
	    die "$DIR is not yours: set CHROMO_DIR to a folder that is"
	chmod 700 "$DIR/log" "$DIR/outbox" "$DIR/nginx" "$DIR/files" "$DIR/exports" ||
	    die "$DIR is somebody else's: set CHROMO_DIR to a folder of your own"
	HOLD=$DIR
	if [ "${#DIR}" -gt 70 ] ||
	    { [ "$(id -u)" = 0 ] && ! as_postgres test -x "$DIR" 2>/dev/null; }; then
		HOLD=/var/tmp/chromo-$(id -u)-$(printf '%s' "$DIR" | cksum | cut -d' ' -f1)
		[ -d "$HOLD" ] || mkdir -m 711 "$HOLD"
		if [ ! -O "$HOLD" ] || [ -L "$HOLD" ]; then
			die "$HOLD belongs to somebody else"
		fi
		for part in pg run; do
			ln -sfn "$HOLD/$part" "$DIR/$part"
		done
	fi
	PGDATA=$HOLD/pg
	RUN=$HOLD/run
	# In memory, as where chromo is installed: a full disk cuts no page off.
	CACHE=$DIR/nginx/cache
	[ ! -w /dev/shm ] || CACHE=/dev/shm/chromo-$(id -u)-$(printf '%s' "$DIR" | cksum | cut -d' ' -f1)
	mkdir -p "$RUN"
	chmod 711 "$RUN"
}

# --- processes --------------------------------------------------------------

# Field 22 of proc(5)'s stat; empty when there is no such process, or only its
# zombie.
start_time() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" { print $20 }'; }

# launch NAME COMMAND …: in the background, in a session of its own.
launch() {
	local name=$1
	shift
	setsid "$@" >>"$DIR/log/$name.log" 2>&1 </dev/null 9>&- &
	printf '%s %s\n' $! "$(start_time $!)" >"$RUN/$name.pid"
}

pid_of() { cut -d' ' -f1 "$RUN/$1.pid"; }

alive() {
	local pid started
	[ -f "$RUN/$1.pid" ] && read -r pid started <"$RUN/$1.pid" &&
	    [ -n "$started" ] && [ "$(start_time "$pid")" = "$started" ]
}

# Ends it kindly, and after 25 s, or when it has gone and left children, by force.
finish() {
	local name=$1 pid i
	[ -f "$RUN/$name.pid" ] || return 0
	pid=$(pid_of "$name")
	if alive "$name"; then
		kill -TERM "$pid" 2>/dev/null || true
		for ((i = 0; i < 500; i++)); do
			alive "$name" || break
			sleep 0.05
		done
	fi
	# The number of a process group is not given to anybody else while the group
	# lasts: without its leader it is still ours.
	if alive "$name" || [ -z "$(start_time "$pid")" ]; then
		kill -KILL -- "-$pid" 2>/dev/null || true
	fi
	rm -f "$RUN/$name.pid"
}

# --- PostgreSQL -------------------------------------------------------------

cluster_init() {
	[ ! -f "$PGDATA/PG_VERSION" ] || return 0
	step "a PostgreSQL cluster in $PGDATA"
	rm -rf "$PGDATA"
	mkdir -m 700 "$PGDATA"
	[ "$(id -u)" != 0 ] || chown postgres: "$PGDATA"
	# The socket's folder is 0700, so whoever reaches the socket is us.
	as_postgres "$PGBIN/initdb" -D "$PGDATA" -U postgres -A trust -E UTF8 \
	    --locale=C.UTF-8 --data-checksums >"$DIR/log/initdb.log" 2>&1 ||
	    { cat "$DIR/log/initdb.log" >&2; die "initdb failed"; }
	as_postgres tee -a "$PGDATA/postgresql.conf" >/dev/null <<-'END'
		listen_addresses = ''
		unix_socket_permissions = 0700
		max_connections = 200
		max_wal_size = 4GB
		jit = off
		timezone = 'UTC'
		log_timezone = 'UTC'
	END
	as_postgres tee "$PGDATA/pg_hba.conf" >/dev/null <<<'local all all trust'
}

# What chromo(1) asks of a server: a process of PostgreSQL keeps the memory that it had, and does not give it
# back and take it anew, page by page, with each large statement; and it takes pages of 2 MB.
POSTGRES_HEAP='MALLOC_TRIM_THRESHOLD_=33554432 MALLOC_MMAP_THRESHOLD_=16777216 MALLOC_TOP_PAD_=1048576 GLIBC_TUNABLES=glibc.malloc.hugetlb=1'

cluster_alive() { as_postgres "$PGBIN/pg_ctl" -D "$PGDATA" status >/dev/null 2>&1; }

cluster_start() {
	cluster_alive && return
	mkdir -p "$RUN/pg"
	chmod 700 "$RUN/pg"
	[ "$(id -u)" != 0 ] || chown postgres: "$RUN/pg"
	# shellcheck disable=SC2086 # four words
	as_postgres env $POSTGRES_HEAP "$PGBIN/pg_ctl" -D "$PGDATA" -l "$PGDATA/server.log" -w -t 180 -s \
	    -o "-k $RUN/pg -c fsync=${CHROMO_FSYNC:-on} -c shared_buffers=${CHROMO_SHARED_BUFFERS:-256MB} -c wal_recycle=${CHROMO_WAL_RECYCLE:-on}" start 9>&- ||
	    { tail -n 20 "$PGDATA/server.log" >&2; die "PostgreSQL does not start"; }
	head -1 "$PGDATA/postmaster.pid" >"$RUN/postgres.pid"
	printf '%s %s\n' "$(cat "$RUN/postgres.pid")" \
	    "$(start_time "$(cat "$RUN/postgres.pid")")" >"$RUN/postgres.pid"
}

cluster_stop() {
	if [ -f "$PGDATA/postmaster.pid" ] && cluster_alive; then
		as_postgres "$PGBIN/pg_ctl" -D "$PGDATA" -m "${1:-fast}" -w -s stop || true
	fi
	rm -f "$RUN/postgres.pid"
}

# psql as the superuser.
sql() { as_postgres psql -X -q -v ON_ERROR_STOP=1 -h "$RUN/pg" -U postgres "$@"; }

database_make() {
	[ -z "$(sql -At -d postgres -c "SELECT 1 FROM pg_database WHERE datname = 'chromo'")" ] || return 0
	sql -d postgres -f - <"$ROOT/sql/roles.sql"
	sql -d postgres -c "CREATE DATABASE chromo OWNER chromo_owner"
}

# --- configuration ----------------------------------------------------------

# conf_write [key=value …]: later ones win.
conf_write() {
	local pair
	if [ ! -s "$DIR/master.key" ]; then
		(umask 077 && head -c 32 /dev/urandom >"$DIR/master.key")
	fi
	{
		echo "# Written anew at each start; see chromo.conf(5)."
		for pair in \
		    "database=host=$RUN/pg dbname=chromo" \
		    "listen=$RUN/web.sock" \
		    "listen_write=$RUN/write.sock" \
		    "templates=$ROOT/templates" \
		    "sql=$ROOT/sql" \
		    "master_key_file=$DIR/master.key" \
		    "outbox=$DIR/outbox" \
		    "files=$DIR/files" \
		    "exports=$DIR/exports" \
		    "public_port=:$PORT" \
		    "mail_domain=localhost" \
		    "development=yes" \
		    "strict=no" \
		    "workers=8" \
		    "workers_write=8" \
		    "$@"; do
			printf '%s\n' "$pair"
		done
	} | awk -F= '/^#/ { print; next }
		{ if (!($1 in at)) { at[$1] = ++n; name[n] = $1 }
		  value[$1] = substr($0, length($1) + 2) }
		END { for (i = 1; i <= n; i++) print name[i] " = " value[name[i]] }' >"$DIR/chromo.conf"
}

chromo() { CHROMO_CONF=$DIR/chromo.conf "$BUILD/chromo" "$@"; }

# --- nginx ------------------------------------------------------------------

certificate_make() {
	[ ! -s "$DIR/nginx/cert.pem" ] || return 0
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 820 \
	    -subj "/CN=localhost" -keyout "$DIR/nginx/key.pem" -out "$DIR/nginx/cert.pem" \
	    -addext "subjectAltName=DNS:localhost,DNS:*.localhost,DNS:minato.localhost,DNS:yama.localhost,DNS:operator.localhost,IP:127.0.0.1" \
	    -addext "basicConstraints=critical,CA:FALSE" \
	    -addext "extendedKeyUsage=serverAuth" 2>"$DIR/log/openssl.log" ||
	    { cat "$DIR/log/openssl.log" >&2; die "no certificate"; }
}

nginx_write() {
	local f listen user='' style
	listen="listen 127.0.0.1:$PORT ssl http2 backlog=1024;"
	if grep -qs '^0\{31\}1 ' /proc/net/if_inet6; then
		listen="$listen listen [::1]:$PORT ssl http2 backlog=1024;"
	fi
	[ "$(id -u)" != 0 ] || user="user root;"
	style=$("$ROOT/tests/harness/style-hash.sh" "$ROOT/nginx/error/50x.html")
	mkdir -p "$DIR/nginx/snippets"
	for f in private.conf.in chromo.conf.in snippets/chromo-tls.conf snippets/chromo-headers.conf \
	    snippets/chromo-static.conf snippets/chromo-program.conf snippets/chromo-fastcgi.conf; do
		sed -e "s|@dir@|$DIR/nginx|g" -e "s|@log_dir@|$DIR/log|g" -e "s|@user@|$user|" \
		    -e "s|@listen_tls@|$listen|" -e "s|@listen@|$RUN/web.sock|" \
		    -e "s|@listen_write@|$RUN/write.sock|" -e "s|@cache@|$CACHE|" \
		    -e "s|@snippets@|$DIR/nginx/snippets|g" -e "s|@certificate@|$DIR/nginx/cert.pem|" \
		    -e "s|@certificate_key@|$DIR/nginx/key.pem|" -e "s|@log@|$DIR/log/access.json|" \
		    -e "s|@nginx@|$ROOT/nginx|g" -e "s|@files@|$DIR/files|g" -e "s|@static_root@|$ROOT/nginx|g" \
		    -e "s|@exports@|$DIR/exports|g" \
		    -e "s|@error_style@|$style|g" \
		    "$ROOT/nginx/$f" >"$DIR/nginx/${f%.in}"
	done
}

# --- fake gateways ------------------------------------------------------------

# Above the ports of sites: several of them may run side by side.
gateways_port() { echo $((PORT + 10000)); }

# All that tests/gateways/registry.mjs names, as one program, with accounts of the
# demonstration towns.
gateways_start() {
	local i
	mkdir -p "$DIR/gateways"
	chmod 700 "$DIR/gateways"
	rm -f "$DIR/gateways/accounts.json"
	launch gateways node "$ROOT/tests/gateways/run.mjs" --folder "$DIR/gateways" --ledgers "$DIR/outbox" \
	    --control "$(gateways_port)" --site "$PORT" minato.localhost=みなと市 yama.localhost=山の町
	for ((i = 0; i < 1200; i++)); do
		[ ! -s "$DIR/gateways/accounts.json" ] || break
		alive gateways || break
		sleep 0.05
	done
	[ -s "$DIR/gateways/accounts.json" ] ||
	    { tail -n 20 "$DIR/log/gateways.log" >&2; die "the fake gateways do not start"; }
	chromo gateway load --file "$DIR/gateways/accounts.json" --json | jq -s -c . |
	    curl -sS -o /dev/null -H 'Content-Type: application/json' --data-binary @- \
	    "http://127.0.0.1:$(gateways_port)/called" || die "the fake gateways do not answer"
}

# The push service is the fourth of the registry, the mail server the sixth.
gateways_conf() {
	printf '%s\n' "gateway_ca_file=$DIR/gateways/tls/ca.pem" gateway_private=yes \
	    "push_hosts=127.0.0.1:$(($(gateways_port) + 4))" \
	    "smtp_url=smtp://127.0.0.1:$(($(gateways_port) + 6))" "smtp_ca_file=$DIR/gateways/tls/ca.pem"
}

# Accounts of an earlier run, at fakes that are not there now.
gateways_off() {
	[ -s "$DIR/gateways/accounts.json" ] || return 0
	jq '[.[] | .active = false]' "$DIR/gateways/accounts.json" | chromo gateway load --file - >/dev/null
	rm -f "$DIR/gateways/accounts.json"
}

# --- all of it --------------------------------------------------------------

again_postgres() { cluster_start; }
# A page is some hundred small pieces of JSON: malloc keeps that many at hand.
# CHROMO_UNDER: a program that runs ours, with its options (./dev memcheck).
# shellcheck disable=SC2086
again_web() { launch web env CHROMO_CONF="$DIR/chromo.conf" GLIBC_TUNABLES=glibc.malloc.tcache_count=2000 ${CHROMO_UNDER:-} "$BUILD/chromo-web"; }
# shellcheck disable=SC2086
again_courier() { launch courier env CHROMO_CONF="$DIR/chromo.conf" ${CHROMO_UNDER:-} "$BUILD/chromo-courier"; }
again_nginx() {
	PATH=$PATH:/usr/sbin launch nginx nginx -e "$DIR/log/nginx.error" -c "$DIR/nginx/private.conf"
}

# From the folder to an answering site; the database is made and migrated
# before.  Arguments go to conf_write.
site_start() {
	local code name end=$((SECONDS + 90))
	conf_write "$@"
	certificate_make
	nginx_write
	rm -f "$RUN/web.sock" "$RUN/write.sock"
	rm -rf "$CACHE"
	again_web
	again_courier
	again_nginx
	while [ $SECONDS -lt $end ]; do
		for name in web nginx courier; do
			alive "$name" || { tail -n 20 "$DIR/log/$name.log" "$DIR/log/nginx.error" >&2; die "$name does not start"; }
		done
		code=$(curl -ks -o /dev/null -m 5 -w '%{http_code}' "https://127.0.0.1:$PORT/healthz") || true
		case $code in 000 | 5??) sleep 0.1 ;; *) return 0 ;; esac
	done
	tail -n 20 "$DIR/log/web.log" >&2
	die "the site does not answer on port $PORT"
}

# Whose folder is thrown away is not asked kindly.
site_drop() {
	local name
	for name in courier web nginx gateways; do
		if alive "$name"; then kill -KILL -- "-$(pid_of "$name")" 2>/dev/null || true; fi
		rm -f "$RUN/$name.pid"
	done
	cluster_stop immediate
	rm -rf "$CACHE"
}

site_stop() {
	finish courier
	finish web
	finish nginx
	finish gateways
	cluster_stop
	rm -rf "$CACHE"
}
