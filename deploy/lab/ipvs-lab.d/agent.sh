# shellcheck shell=bash disable=SC2034
# The agents, above all that of n1, and what it leaves in the namespaces.

start_agent() {
  local begun=$SECONDS
  run_agent n1
  AGENT=$!
  wait_for 480 "the agent is ready" is_ready_or_gone n1 "$AGENT"
  kill -0 "$AGENT" 2>/dev/null || { say "the agent has ended"; return 1; }
  READY=$((SECONDS - begun))
}

OPTIONS=(--mode takeover)
run_agent() {
  swarm-lab exec "$1" tidegate agent "${OPTIONS[@]}" >>"$OUT/agent.$1.log" 2>&1 &
}

is_ready_or_gone() { ! kill -0 "$2" || in_node "$1" perl /lab/client.pl get 127.0.0.1 9180 /readyz; }

# One on n2: tasks there can only be shown clients' addresses by an agent of their node.
run_other() {
  snapshot n2 >"$OUT/before.n2"
  run_agent n2
  OTHER=$!
}

need_other() {
  [[ -n $OTHER ]] || run_other
  wait_for 480 "the agent of n2 is ready" is_ready_or_gone n2 "$OTHER"
}

stop_other() {
  kill -TERM "$OTHER"
  local status=0
  wait "$OTHER" || status=$?
  OTHER=''
  return "$status"
}

need_agent() {
  [[ -z $AGENT ]] || return 0
  [[ -f $OUT/before.n1 ]] || snapshot n1 >"$OUT/before.n1"
  start_agent
  wait_taken
}

stop_agent() {
  kill -TERM "$AGENT"
  local status=0
  wait "$AGENT" || status=$?
  AGENT=''
  return "$status"
}

wait_gone() {
  wait "$AGENT" 2>/dev/null || true
  AGENT=''
}

metrics() { in_node "${1:-n1}" perl /lab/client.pl get 127.0.0.1 9180 /metrics; }

# had [NODE]: how many clients the agent there has had so far.
had() { metrics "${1:-n1}" | awk '/^tidegate_connections_total/ { sum += $NF } END { printf "%d\n", sum }'; }

# Leaves in SHARE how many in a hundred of new connections and datagrams the agent has; no others may be on their way.
# They come from ports that no client had before, and the kernel likes for none: a datagram from a port that IPVS had two
# minutes ago is not new.
FRESH=10000
measure_share() {
  local before; before=$(had)
  brief tcp "$N1" 40 "$FRESH" >/dev/null &
  brief udp "$N1" 40 "$FRESH" >/dev/null
  wait $!
  FRESH=$((FRESH + 40))
  SHARE=$((($(had) - before) * 100 / 80))
}

# share_is PERCENT: a fault, unless it was that.
share_is() { ((SHARE == $1)) || printf ' %s %% of new connections reach the agent;' "$SHARE"; }

TAKEN=has_ports
wait_taken() { wait_for 120 "the agent says that it has all" "$TAKEN"; }
has_ports() { metrics | grep -Eq "^tidegate_takeover_ports ${1:-2}(\.0)?\$"; }

wait_used() { wait_for 120 "new connections reach the agent" is_used; }
is_used() {
  measure_share
  ((SHARE == 100))
}

# snapshot NODE: all that a takeover may touch, rules, routes, addresses and switches of its namespace and the sandbox.
snapshot() {
  local where
  for where in node sandbox; do
    "in_$where" "$1" bash -c "$(declare -f namespace); namespace $where" 2>/dev/null |
      sed -E '/^#/d; s/\[[0-9]+:[0-9]+\]//; s/ valid_lft.*//'
  done
}

# Runs inside of it.
namespace() {
  local command
  for command in "nft --stateless list ruleset" iptables-save ip6tables-save iptables-legacy-save ip6tables-legacy-save \
    "ip rule list" "ip -6 rule list" "ip route show table all" "ip -6 route show table all" "ip -oneline address" switches; do
    echo "== $1: $command"
    if [[ $command == switches ]]; then
      (cd /proc/sys/net/ipv4 && grep . ip_nonlocal_bind ip_forward conf/*/{rp_filter,route_localnet,accept_local,src_valid_mark}) || true
    else
      $command
    fi
  done
}

# Of a node whose agent runs.
without_agents_table() { sed '/^table inet tidegate {$/,/^}$/d'; }

# changes NODE: a fault, unless all of that is as it was before the first agent.
changes() {
  snapshot "$1" >"$OUT/after"
  busybox diff -U 0 "$OUT/before.$1" "$OUT/after" >"$OUT/differences" && return
  head -n 20 "$OUT/differences" >&2
  echo " $(sed 1,2d "$OUT/differences" | grep -c '^[-+]') lines of rules, routes, addresses and switches differ;"
}

# Where something failed: the end of what agent and engines said, and what there is.
evidence() {
  set +e
  echo "-- processes"; busybox top -b -n 1 | head -n 12
  echo "-- tasks"; docker1 service ps --no-trunc "$SERVICE"
  echo "-- the agents' logs"; tail -n 40 "$OUT"/agent.*.log 2>/dev/null
  echo "-- $SANDBOX"; in_sandbox n1 nft list ruleset | grep -A 60 tidegate; in_sandbox n1 ip rule list
  echo "-- the engine of n1"; grep -v 'level=info' /var/tmp/tidegate-lab/n1/docker.log | tail -n 10
}
