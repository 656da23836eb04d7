# shellcheck shell=bash disable=SC2034,SC2046
# Scenarios of virtual addresses: a service on an overlay network, called from a container by the address that Docker's
# DNS gives for its name. Nothing is declared on the service, and no port is published.

# From here on it is such a service that is asked, in place of one with published ports.
go_inside() {
  [[ -z $AGENT ]] || stop_agent
  [[ -z $OTHER ]] || stop_other
  HOLDS=()
  if [[ -n $(docker1 service ls --quiet) ]]; then docker1 service rm echo >/dev/null; fi
  OPTIONS=(--vip on)
  TAKEN=has_addresses
  rm -f "$OUT"/before.*
  create_network inside
  enter inside n1
  wait_for 60 "IPVS answers at $N1" all_answer "$N1"
  say "IPVS answers at $N1"
}

# create_network NAME OPTION...: with a service that has a task on each node, and a caller on each.
create_network() {
  docker1 network create --driver overlay "${@:2}" "$1" >/dev/null
  create "echo-$1" --replicas 2 --network "$1" --env LOG_CLIENTS=1 tidegate-lab/http echo 7
  create "caller-$1" --mode global --network "$1" tidegate-lab/http
  wait_for 300 "all tasks of $1 run" all_run
}

# enter NETWORK NODE: who is asked, and from where.
enter() {
  local id
  id=$(docker1 network inspect --format '{{.Id}}' "$1")
  SERVICE=echo-$1
  SANDBOX=lb_${id:0:9}
  N1=$(address_of "$SERVICE") ECHO=7
  ASKED=("$N1")
  CALLER=$(swarm-lab docker "$2" ps --quiet --filter "label=com.docker.swarm.service.name=caller-$1")
  INSIDE=/proc/$(swarm-lab docker "$2" inspect --format '{{.State.Pid}}' "$CALLER")/ns/net
  CLIENT=(nsenter --net="$INSIDE" perl /lab/client.pl)
}

in_container() { nsenter --net="$INSIDE" "$@"; }

address_of() {
  local address
  address=$(docker1 service inspect --format '{{range .Endpoint.VirtualIPs}}{{.Addr}}{{end}}' "$1")
  echo "${address%/*}"
}

# named NODE: a fault, unless Docker's DNS gives that address to containers.
named() { swarm-lab docker "$1" exec "$CALLER" nslookup "$SERVICE" | grep -q "$N1" || echo " $SERVICE has another address;"; }

# Those of the echo service and of its callers.
has_addresses() { metrics | grep -Eq '^tidegate_vips\{network="inside"\} 2(\.0)?$'; }

scenario_vip_takeover() { scenario_takeover "$1"; }
scenario_vip_kill() { scenario_kill "$1"; }
scenario_vip_restart() { scenario_restart "$1"; }
scenario_vip_release() { scenario_release "$1"; }

# Clients come from ports that IPVS has just had, too: it takes what it knows, for two minutes more.
scenario_vip_undo() {
  need_agent
  on_n1 tidegate release >"$OUT/release.said" 2>&1 || true
  in_container sysctl -qw net.ipv4.tcp_tw_reuse=1
  from_ports_of_ipvs
  scenario_undo "$1"
  from_ports_of_ipvs
  result "$1-ports-of-ipvs" "$(none "$(field failed "$AGAIN")" failed)$(same early)" "tcp_begun=$(field begun "$AGAIN")" \
    "tcp_failed=$(field failed "$AGAIN")"
}

from_ports_of_ipvs() { AGAIN=$("${CLIENT[@]}" load tcp "$N1" "$ECHO" 300 "$PER_SECOND" 20000 | tail -n 1); }

# The agent's end: what was IPVS's before is IPVS's again, as it was, and the connection from before has noticed nothing.
scenario_vip_stop() {
  local status=0
  need_agent
  load "$1"
  stop_agent || status=$?
  end_load "$1"
  result "$1" "$(none "$status" "is the agent's status")$(faults "$1" 0)$(exact early)$(changes n1)$(mesh_answers)$(named n1)" \
    $(figures "$1")
  HOLDS=()
}
