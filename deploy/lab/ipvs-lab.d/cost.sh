# shellcheck shell=bash
# What one connection from a container to a service costs: direct to the task, by IPVS and by the agent, in turns.

ROUNDS=5
REQUESTS=300   # in a turn
declare -A TURNS=()

# The agent serves what asks for it, and the rest is IPVS's; so both are there at the same time.
scenario_vip_cost() {
  local place node path how round
  [[ -z $AGENT ]] || stop_agent
  OPTIONS=(--vip auto) TAKEN=has_cost_addresses
  docker1 network create --driver overlay cost >/dev/null
  for place in near:n1 far:n2; do
    node=${place#*:} place=${place%:*}
    create "$place-ipvs" --network cost --constraint "node.hostname==$node" tidegate-lab/http echo 7
    create "$place-tidegate" --network cost --constraint "node.hostname==$node" --label tidegate.vip=on tidegate-lab/http echo 7
  done
  create caller-cost --mode global --network cost tidegate-lab/http
  wait_for 300 "all tasks run" cost_runs
  enter_caller cost n1
  start_agent
  wait_taken
  for ((round = 0; round < ROUNDS; round++)); do
    idle_turn
    for how in new kept; do
      for place in near far; do
        for path in direct ipvs tidegate; do turn "$place" "$path" "$how"; done
      done
    done
  done
  for how in new kept; do
    for place in near far; do
      for path in direct ipvs tidegate; do
        result "$1 $how $place $path" '' $(medians "$place.$path.$how")
      done
    done
  done
}

cost_runs() { [[ -z $(docker1 service ls --format '{{.Replicas}}' | grep -Ev '^(1/1|2/2)') ]]; }
has_cost_addresses() { metrics | grep -Eq '^tidegate_vips\{network="cost"\} 2(\.0)?$'; }

# What the machine does by itself, in milliseconds of its processors in a second.
idle_turn() {
  local before begun
  before=$(busy_ms) begun=$(now)
  sleep 5
  IDLE=$(awk -v ms="$(($(busy_ms) - before))" -v s="$(since "$begun")" 'BEGIN { print ms / s }')
}

# In hundredths of a second for the whole machine, as the kernel counts: user, nice, system, both kinds of interrupts.
busy_ms() { awk '/^cpu / { print ($2 + $3 + $4 + $7 + $8) * 10 }' /proc/stat; }

# turn PLACE PATH HOW: adds "milliseconds of processors for 1,000, p50, p99" to the turns of its kind.
turn() {
  local address port=7 before begun said ms
  case $2 in
    direct) address=$(task_address "$1") ;;
    *) address=$(address_of "$1-$2") ;;
  esac
  before=$(busy_ms) begun=$(now)
  said=$("${CLIENT[@]}" cost "$address" "$port" "$REQUESTS" "$3")
  ms=$(awk -v ms="$(($(busy_ms) - before))" -v s="$(since "$begun")" -v idle="$IDLE" -v n="$REQUESTS" \
    'BEGIN { printf "%d", (ms - idle * s) * 1000 / n }')
  TURNS[$1.$2.$3]+="$ms $(field p50_us "$said") $(field p99_us "$said")"$'\n'
}

# Of a task, on the network.
task_address() {
  local node=n1
  [[ $1 == near ]] || node=n2
  swarm-lab docker "$node" inspect --format '{{(index .NetworkSettings.Networks "cost").IPAddress}}' \
    "$(swarm-lab docker "$node" ps --quiet --filter "label=com.docker.swarm.service.name=$1-tidegate")"
}

medians() {
  local column name
  for column in 1:cpu_ms_of_1000 2:p50_us 3:p99_us; do
    name=${column#*:}
    echo "$name=$(grep . <<<"${TURNS[$1]}" | cut -d' ' -f"${column%:*}" | sort -n | sed -n "$(((ROUNDS + 1) / 2))p")"
  done
}
