# packages.sh
#    Installs Debian packages that are missing.  Sourced, not run.
#
# need WHAT PACKAGE...  remembers the packages if WHAT is not there: a
#                       command (cmd:gcc), a file (file:/usr/include/zlib.h)
#                       or a Perl module (perl:IPC::Run)
# install_needed        installs what was remembered, with sudo when not
#                       root; a clear message and status 1 if that fails

missing_packages=()

need() {
	local what=$1
	shift
	case $what in
		cmd:*) command -v "${what#cmd:}" > /dev/null 2>&1 && return ;;
		file:*) [ -e "${what#file:}" ] && return ;;
		perl:*) perl -M"${what#perl:}" -e 1 > /dev/null 2>&1 && return ;;
		*) echo "need: do not know how to look for $what" >&2; return 1 ;;
	esac
	missing_packages+=("$@")
}

install_needed() {
	local as_root=() log own_conf=

	[ ${#missing_packages[@]} -gt 0 ] || return 0
	if ! command -v apt-get > /dev/null; then
		echo "These Debian packages, or what your system has in their place, are missing: ${missing_packages[*]}" >&2
		return 1
	fi
	if [ "$(id -u)" != 0 ]; then
		if ! command -v sudo > /dev/null; then
			echo "Missing packages, and neither root nor sudo to install them. As root: apt-get install ${missing_packages[*]}" >&2
			return 1
		fi
		as_root=(sudo)
	fi

	echo "Installing: ${missing_packages[*]}"
	log=$(mktemp)
	# Postgres' package would make and start a cluster of its own, which nobody
	# asked for.
	local conf=/etc/postgresql-common/createcluster.conf
	if [ ! -e $conf ]; then
		own_conf=yes
		"${as_root[@]}" mkdir -p "$(dirname $conf)"
		echo 'create_main_cluster = false' | "${as_root[@]}" tee $conf > /dev/null
	fi
	local status=0
	{
		"${as_root[@]}" apt-get update &&
			"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 \
				apt-get install -y --no-install-recommends "${missing_packages[@]}"
	} > "$log" 2>&1 || status=$?
	if [ -n "$own_conf" ]; then
		# What the package would have put there.
		"${as_root[@]}" rm -f $conf
		[ ! -e /usr/share/postgresql-common/createcluster.conf ] ||
			"${as_root[@]}" cp /usr/share/postgresql-common/createcluster.conf $conf
	fi
	if [ $status != 0 ]; then
		tail -n 15 "$log" >&2
		echo "Could not install: ${missing_packages[*]} (all of apt's output: $log)" >&2
		return 1
	fi
	rm -f "$log"
	missing_packages=()
}

# What the extension and the bridge are built from.
need_for_build() {
	need cmd:gcc gcc
	need cmd:make make
	need cmd:flex flex
	need cmd:bison bison
	need file:/usr/include/event2/event.h libevent-dev
	need file:/usr/include/openssl/ssl.h libssl-dev
	need file:/usr/include/zlib.h zlib1g-dev
	need file:/usr/include/postgresql/libpq-fe.h libpq-dev
	# Debian's postgresql-15 has the makefiles, its -server-dev- the headers.
	if ! { [ -n "${PG_CONFIG:-}" ] && [ -e "$("$PG_CONFIG" --includedir-server)/postgres.h" ]; }; then
		need file:"$(pg_config --pgxs 2> /dev/null || echo /nowhere)" \
			postgresql-15 postgresql-server-dev-15
		need file:"$(pg_config --includedir-server 2> /dev/null || echo /nowhere)/postgres.h" \
			postgresql-server-dev-15
		need file:"$(pg_config --bindir 2> /dev/null || echo /nowhere)/initdb" postgresql-15
	fi
}
