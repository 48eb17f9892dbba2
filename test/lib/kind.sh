# kind.sh
#    What the kinds of test have in common.  Sourced by test/lib/kinds/*.
#
# Tests run in $DY_WORK/src, a copy of the sources, as a user who is not
# root.  The private copy of Postgres is in $DY_WORK/pg; PG_CONFIG and PATH
# point to it.
#
# check NAME command...   one test: ok if the command succeeds; its output
#                         becomes the diagnosis if it fails
# relay NAME command...   the tests of a program that prints TAP
# skip_kind REASON        ends: there is nothing to test in this tree

set -euo pipefail
. src/start/healthy.sh

: "${DY_WORK:?run the tests with make test or test/run}"
kind=$(basename "$0")
log=$DY_WORK/log/$kind
rm -rf "$log"
mkdir -p "$log"

# Where "make install" puts things is kept in one file by the build.
if [ -e "$DY_WORK/pg_config_path" ]; then
	PG_CONFIG=$(cat "$DY_WORK/pg_config_path")
	PATH=$(dirname "$PG_CONFIG"):$PATH
	export PG_CONFIG PATH
fi

check() {
	local name=$1 out=$log/check.out
	shift
	if "$@" > "$out" 2>&1; then
		echo "ok - $name"
	else
		echo "not ok - $name"
		tail -n 60 "$out" | sed 's/^/# /'
	fi
}

relay() {
	test/lib/relay "$@"
}

skip_kind() {
	echo "1..0 # SKIP $1"
	exit 0
}

# copy_postgres PG_CONFIG DIRECTORY
#
# Copies an installation of Postgres so that it can be installed into without
# touching the original, and prints the path of the copy's pg_config.  The
# programs find their files relative to themselves, so it is enough to keep
# the paths between the directories as they were.  An installed dynamo stays
# behind: the tests are about the one built here.
copy_postgres() {
	local from=$1 to=$2 dir
	local bin
	bin=$("$from" --bindir)
	rm -rf "$to"
	for dir in "$bin" "$("$from" --pkglibdir)" "$("$from" --sharedir)"; do
		mkdir -p "$to$dir"
		tar -cf - -C "$dir" --exclude=./bitcode --exclude=./man \
			--exclude='./extension/dynamo*' --exclude=./dynamo.so --exclude=./dynamo-bridge . | tar -xf - -C "$to$dir"
	done
	for dir in "$("$from" --includedir)" "$("$from" --includedir-server)" \
		"$("$from" --pkgincludedir)" "$("$from" --libdir)"; do
		[ -e "$to$dir" ] && continue
		mkdir -p "$(dirname "$to$dir")"
		ln -s "$dir" "$to$dir"
	done
	echo "$to$bin/pg_config"
}

# pg_regress_program: where this Postgres has it
pg_regress_program() {
	echo "$(dirname "$("$PG_CONFIG" --pgxs)")/../test/regress/pg_regress"
}

# pg_isolation_regress_program: the same for isolation tests
pg_isolation_regress_program() {
	echo "$(dirname "$("$PG_CONFIG" --pgxs)")/../test/isolation/pg_isolation_regress"
}

# run_regress PROGRAM INPUT_DIRECTORY TEST...
#
# Runs tests with pg_regress or pg_isolation_regress in a temporary cluster
# that has the library preloaded, and prints one test each.  PG 15 and 16+
# print different forms.
run_regress() {
	local program=$1 input=$2 out=$log/out status=0
	shift 2
	# Tests may write into results/ of the directory they run in.
	mkdir -p "$out" results
	"$program" --temp-instance="$log/instance" --temp-config=test/lib/postgresql.conf \
		--bindir="$("$PG_CONFIG" --bindir)" --dlpath="$("$PG_CONFIG" --pkglibdir)" \
		--inputdir="$input" --outputdir="$out" --encoding=UTF8 --no-locale \
		--load-extension=dynamo "$@" > "$log/pg_regress.out" 2>&1 || status=$?
	sed -nE -e 's/^test ([^ ]+) +\.\.\. ok.*/ok - \1/p' \
		-e 's/^test ([^ ]+) +\.\.\. FAILED.*/not ok - \1/p' \
		-e 's/^(ok|not ok) +[0-9]+ +[-+] ([^ ]+).*/\1 - \2/p' "$log/pg_regress.out" |
		tee "$log/tests"
	[ $status = 0 ] && return
	grep -q '^not ok' "$log/tests" || echo "not ok - pg_regress ended with status $status"
	if [ -s "$out/regression.diffs" ]; then
		head -n 200 "$out/regression.diffs" | sed 's/^/# /'
	else
		tail -n 30 "$log/pg_regress.out" | sed 's/^/# /'
	fi
	if [ -e "$out/log/postmaster.log" ]; then
		grep -aE 'PANIC|FATAL|terminated by signal|Sanitizer|runtime error' "$out/log/postmaster.log" |
			head -n 20 | sed 's/^/# /'
	fi
}

# copy_tree DIRECTORY
#
# The sources once more, for a build of another kind.  Times are kept, so
# that make compiles only what has changed since the last run.
copy_tree() {
	mkdir -p "$1"
	(cd "$1" && find . -type f -not -name '*.[od]') | sed 's|^\./||' | LC_ALL=C sort |
		LC_ALL=C comm -13 "$DY_WORK/files.before" - | (cd "$1" && xargs -r -d '\n' rm -f --)
	tar -cf - -T "$DY_WORK/files.before" | tar -xf - -C "$1"
}

# build_with_assertions
#
# Makes $own, a work directory like $DY_WORK, with a Postgres that has
# assertions and the extension built for it, and goes to its copy of the
# sources.  pg_cron and pgTAP come from the system's Postgres: what asserts
# there is in the server only.
build_with_assertions() {
	local major fetched=$DY_WORK/postgres-cassert file system
	own=$DY_WORK/cassert
	major=$("$DY_SYSTEM_PG_CONFIG" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/')
	check "build Postgres $major with assertions" test/lib/fetch_cassert "$fetched" "$major"
	[ -e "$fetched/done" ] || exit 1
	mkdir -p "$own/log"
	copy_postgres "$fetched/pg/bin/pg_config" "$own/pg" > "$own/pg_config_path"
	PG_CONFIG=$(cat "$own/pg_config_path")
	PATH=$(dirname "$PG_CONFIG"):$PATH
	export PG_CONFIG PATH
	for file in pg_cron pgtap; do
		system=$("$DY_SYSTEM_PG_CONFIG" --sharedir)/extension
		cp "$system/$file".control "$system/$file"--*.sql "$("$PG_CONFIG" --sharedir)/extension"
	done
	cp "$("$DY_SYSTEM_PG_CONFIG" --pkglibdir)/pg_cron.so" "$("$PG_CONFIG" --pkglibdir)"

	copy_tree "$own/src"
	# gcc sees less of what is initialized with -O1 and warns without reason.
	set -- -s -C "$own/src" CC=gcc COPT=-Wno-error=maybe-uninitialized PG_CONFIG="$PG_CONFIG"
	check "make with assertions" make -j2 "$@"
	check "make install" make install "$@"
	cd "$own/src"
}

# build_with_sanitizers
#
# Makes $own, a work directory like $DY_WORK, with the library and the bridge
# under AddressSanitizer and UndefinedBehaviorSanitizer, and goes to its copy
# of the sources.  The server itself is not instrumented but loads the
# sanitizer's runtime, so memory of palloc is watched by the block only
# (test/fuzz has the finer look).
build_with_sanitizers() {
	local sanitize='-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1'
	local bin soname
	own=$DY_WORK/asan
	rm -rf "$own/log"
	mkdir -p "$own/log"
	copy_postgres "$DY_SYSTEM_PG_CONFIG" "$own/pg" > "$own/pg_config_path"
	PG_CONFIG=$(cat "$own/pg_config_path")
	bin=$(dirname "$PG_CONFIG")
	PATH=$bin:$PATH
	export PG_CONFIG PATH
	gcc -Wall -Wextra -Werror -shared -fPIC -Wl,-z,initfirst -o "$own/asan_first.so" test/lib/asan_first.c
	soname=$(patchelf --print-soname "$(gcc -print-file-name=libasan.so)")
	patchelf --add-needed "$own/asan_first.so" --add-needed "$soname" "$bin/postgres"
	# No order: asan_first.so comes before the runtime.
	export ASAN_OPTIONS="verify_asan_link_order=0:abort_on_error=1:log_path=$log/report"
	export UBSAN_OPTIONS='print_stacktrace=1'

	copy_tree "$own/src"
	export BRIDGE_EXTRA_CFLAGS=$sanitize BRIDGE_EXTRA_LDFLAGS=$sanitize
	set -- -s -C "$own/src" CC=gcc COPT="$sanitize" PG_CONFIG="$PG_CONFIG"
	check "make with sanitizers" make -j2 "$@"
	check "make install" make install "$@"
	cd "$own/src"
}

# run_parts KIND...: other kinds in the work directory $own, as parts of this one
run_parts() {
	local part
	for part in "$@"; do
		DY_WORK=$own "test/lib/kinds/$part" | sed -u -E "s/^(not ok|ok) - /\1 - $part: /" ||
			echo "not ok - $part: runs to its end"
	done
}

# no_report_of_sanitizers
#
# Beside AddressSanitizer the other takes no path for its reports, so they are
# where the server and the bridge log.
no_report_of_sanitizers() {
	grep -rhaE -A 3 'runtime error:' "$own/log" > "$log/report.undefined" || true
	no_report_of "a sanitizer"
}

# no_report_of TOOL: one test, ok if no file $log/report* says anything
no_report_of() {
	find "$log" -maxdepth 1 -name 'report*' -size +0 > "$log/reports"
	if [ -s "$log/reports" ]; then
		echo "not ok - no report of $1"
		xargs cat < "$log/reports" | head -n 100 | sed 's/^/# /'
	else
		echo "ok - no report of $1"
	fi
}

# start_cluster
#
# A cluster for this kind, with the library preloaded; psql finds it.  It
# is stopped when the kind ends.
start_cluster() {
	PGHOST=$(mktemp -d /tmp/dynamo-test-XXXXXX)    # the path of a socket must be short
	PGPORT=5432
	PGUSER=dynamo
	PGDATABASE=postgres
	export PGHOST PGPORT PGUSER PGDATABASE
	trap stop_all EXIT
	initdb -D "$log/data" -U dynamo --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync > "$log/initdb.out"
	{
		cat test/lib/postgresql.conf
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$PGHOST'"
	} >> "$log/data/postgresql.conf"
	pg_ctl -D "$log/data" -l "$log/postgres.log" -w start > "$log/pg_ctl.out"
}

# start_bridge
#
# The extension, an access key and a bridge, with the AWS variables that
# clients need.
start_bridge() {
	local i=0 port
	psql -X -q -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION dynamo'
	export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY < <(psql -X -q -A -t -F ' ' \
		-c "SELECT * FROM dynamo.create_access_key('tester')")
	PGUSER=dynamo_bridge dynamo-bridge --port=0 > "$log/bridge.log" 2>&1 < /dev/null &
	bridge=$!
	until grep -qs 'listens on' "$log/bridge.log"; do
		i=$((i + 1))
		[ $i -lt 1200 ] || { echo "Bail out! the bridge did not start"; exit 1; }
		sleep 0.05
	done
	port=$(sed -n 's/.*listens on [^ ]* port \([0-9]*\).*/\1/p' "$log/bridge.log")
	wait_until_healthy "$port" 60 || { echo "Bail out! the bridge does not become healthy"; exit 1; }
	export AWS_ENDPOINT_URL=http://127.0.0.1:$port
}

bridge=
stop_all() {
	[ -z "$bridge" ] || { kill "$bridge" && wait "$bridge" || true; } 2> /dev/null
	[ ! -e "$log/data/postmaster.pid" ] || pg_ctl -D "$log/data" -m immediate stop > /dev/null
	rm -rf "$PGHOST"
}
