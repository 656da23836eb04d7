# shellcheck shell=bash disable=SC2034,SC2046
# Scenarios of virtual addresses: a service on an overlay network, called from a container by the address that Docker's
# DNS gives for its name. Nothing is declared on the service, and no port is published.

# From here on it is such a service that is asked, in place of one with published ports.
go_inside() {
  [[ -z $AGENT ]] || stop_agent
  [[ -z $OTHER ]] || stop_other
  HOLDS=()
  docker1 service ls --quiet | xargs -r swarm-lab docker n1 service rm >/dev/null
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
  enter_caller "$1" "$2"
}

# enter_caller NETWORK NODE: from where.
enter_caller() {
  CALLER=$(docker_of "$2" ps --quiet --filter "label=com.docker.swarm.service.name=caller-$1")
  INSIDE=/proc/$(docker_of "$2" inspect --format '{{.State.Pid}}' "$CALLER")/ns/net
  CLIENT=(nsenter --net="$INSIDE" perl /lab/client.pl)
}

in_container() { nsenter --net="$INSIDE" "$@"; }

address_of() {
  local address
  address=$(docker1 service inspect --format '{{range .Endpoint.VirtualIPs}}{{.Addr}}{{end}}' "$1")
  echo "${address%/*}"
}

# named NODE: a fault, unless Docker's DNS gives that address to containers.
named() { docker_of "$1" exec "$CALLER" nslookup "$SERVICE" | grep -q "$N1" || echo " $SERVICE has another address;"; }

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

# On an encrypted network, from both nodes, each with an agent: the tasks of both nodes answer, and all that goes from
# one node to the other is encrypted. That it would be seen in the open is tried on the network that is not.
scenario_vip_encrypted() {
  local node before fault='' count open had=0 failed=0
  watch_wire inside
  brief tcp "$N1" 40 >/dev/null
  end_watch
  open=$(seen plain)
  ((open > 0)) || fault+=' what is not encrypted is not seen;'
  create_network secret --opt encrypted
  need_agent
  need_other
  wait_for 120 "the agents have the addresses" all_have secret
  watch_wire secret
  before=$(encrypted)
  for node in n1 n2; do
    enter secret "$node"
    fault+=$(named "$node")
    ask "$1" "$node"
  done
  count=$(($(encrypted) - before))
  end_watch
  ((count > 0 && $(seen esp) > 0)) || fault+=' nothing was encrypted;'
  for node in n1 n2; do
    (($(answered_by "$node") > 200)) || fault+=" the task of $node had $(answered_by "$node") of 800;"
  done
  result "$1" "$fault$(none "$failed" failed)$(none $((800 - had)) "were not the agents'")$(none "$(seen plain)" \
    "packets were not encrypted")" begun=800 "failed=$failed" "had_by_agents=$had" "encrypted_packets=$count" \
    "esp_on_the_wire=$(seen esp)" "plain_on_the_wire=$(seen plain)" "plain_of_the_other_network=$open"
}

# ask NAME NODE: 200 connections and 200 datagrams; adds to failed, and to had what the agent of that node had of them.
ask() {
  local kind before
  before=$(had "$2")
  for kind in tcp udp; do
    "${CLIENT[@]}" load "$kind" "$N1" "$ECHO" 200 "$PER_SECOND" "$FRESH" >"$OUT/$1.$kind"
    failed=$((failed + $(field failed "$(tail -n 1 "$OUT/$1.$kind")")))
  done
  FRESH=$((FRESH + 200))
  had=$((had + $(had "$2") - before))
}

all_have() {
  local node
  for node in n1 n2; do metrics "$node" | grep -q "^tidegate_vips{network=\"$1\"} 2" || return 1; done
}

# How many packets the nodes have encrypted or decrypted.
encrypted() {
  local node
  for node in n1 n2; do in_node "$node" ip -s xfrm state; done |
    awk '/lifetime current:/ { getline; sum += $2 + 0 } END { print sum + 0 }'
}

# watch_wire NETWORK: what goes from node to node, ESP, and what is of that network without.
watch_wire() {
  local network
  network=$(docker1 network inspect --format '{{index .Options "com.docker.network.driver.overlay.vxlanid_list"}}' "$1")
  tcpdump -Z root -nqli tgl-br esp >"$OUT/esp" 2>/dev/null &
  WATCHES=($!)
  tcpdump -Z root -nqli tgl-br "udp port 4789 and udp[12:4] & 0xffffff00 = $((network << 8))" >"$OUT/plain" 2>/dev/null &
  WATCHES+=($!)
  sleep 2
}

end_watch() {
  sleep 1
  kill -TERM "${WATCHES[@]}"
  wait "${WATCHES[@]}" || true
}

seen() { grep -c . "$OUT/$1" || true; }   # tcpdump ends with an empty line

# How many connections and datagrams the task of a node has had.
answered_by() {
  docker_of "$1" logs "$(docker_of "$1" ps --quiet --filter "label=com.docker.swarm.service.name=$SERVICE")" |
    grep -Ec '^(tcp|udp) '
}
