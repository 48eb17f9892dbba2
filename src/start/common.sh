# common.sh
#    Where `make start` keeps things and how it runs them.  Sourced, not run.
#
# $state      .dynamo, with env, secrets, logs and the process id of the bridge
# $cluster    the data directory: in $state or, if the user Postgres runs as
#             cannot reach that (a clone below /root), in /var/lib/dynamo, with
#             a link in $state
# $server_user  runs Postgres and the bridge
# as_server   in front of a command: run it as that user

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
state=$top/.dynamo
cluster=$(readlink -f "$state/cluster" || echo "$state/cluster")

server_user=$(id -un)
as_server=()
if [ "$(id -u)" = 0 ]; then
	server_user=postgres
	as_server=(runuser -u "$server_user" -- env -C /)
fi

die() {
	echo "make $action: $*" >&2
	exit 1
}

# is_listening PORT: does somebody listen on 127.0.0.1?
is_listening() {
	(exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null
}

# bridge_pid: of our running bridge, or nothing.  A process id can be another's by
# now, so the name is compared.
bridge_pid() {
	local pid
	[ -e "$state/bridge.pid" ] || return 0
	pid=$(cat "$state/bridge.pid")
	[ "$(cat "/proc/$pid/comm" 2> /dev/null)" = dynamo-bridge ] && echo "$pid"
	return 0
}

postgres_runs() {
	[ -e "$cluster/PG_VERSION" ] &&
		"${as_server[@]}" "$bindir/pg_ctl" -D "$cluster" status > /dev/null 2>&1
}

stop_bridge() {
	local pid i
	pid=$(bridge_pid)
	[ -n "$pid" ] || return 0
	kill -TERM "$pid"
	# It finishes the requests under way first.
	for ((i = 0; i < 350; i++)); do
		[ -n "$(bridge_pid)" ] || break
		sleep 0.1
	done
	rm -f "$state/bridge.pid"
}

stop_postgres() {
	postgres_runs || return 0
	"${as_server[@]}" "$bindir/pg_ctl" -D "$cluster" -m fast -w stop > /dev/null
}
