# healthy.sh
#    Waits for a bridge.  Sourced, not run.
#
# wait_until_healthy PORT [SECONDS]
#
# A bridge listens before it has connections to Postgres, and answers 503
# until then; GET / answers 200 once it can serve.

wait_until_healthy() {
	local port=$1 deadline=$((SECONDS + ${2:-20})) status
	while [ $SECONDS -lt $deadline ]; do
		status=$( {
			exec 3<> "/dev/tcp/127.0.0.1/$port" &&
				printf 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' >&3 &&
				head -n 1 <&3
		} 2> /dev/null || true)
		[[ $status == *" 200 "* ]] && return 0
		sleep 0.1
	done
	return 1
}
