# shellcheck shell=bash disable=SC2034
# The words of the scenarios: clients, what came of them, results.

say() { printf '%5ds  %s\n' "$SECONDS" "$*"; }
now() { date +%s.%3N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }'; }
# The lab's words are programs of their own, and a program's start takes a while here: what is called often goes without.
LAB=/var/tmp/tidegate-lab
docker_of() { DOCKER_HOST=unix://$LAB/$1/docker.sock docker "${@:2}"; }
docker1() { docker_of n1 "$@"; }
on_n1() { swarm-lab exec n1 "$@"; }
in_node() { nsenter --net="/run/netns/tgl-$1" "${@:2}"; }
CLIENT=(nsenter --net=/run/netns/tgl-client perl /lab/client.pl)   # words, not a function: behind & its process is the client itself
sandbox_of() { echo "$LAB/$1/exec/netns/$SANDBOX"; }
in_sandbox() { nsenter --net="$(sandbox_of "$1")" "${@:2}"; }

# wait_for SECONDS WHAT CMD...
wait_for() {
  local deadline=$((SECONDS + $1)) what=$2 asked took; shift 2
  while asked=${EPOCHREALTIME//[.,]/}; ! "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || { say "gave up waiting: $what"; return 1; }
    # Asking takes its share of a slow machine: a third of it.
    took=$((${EPOCHREALTIME//[.,]/} - asked))
    sleep "$((2 * took + 200000))e-6"
  done
}

# result NAME FAULT KEY=NUMBER...: a line of the screen and one of the results; FAULT is empty if all is well.
result() {
  local name=$1 fault=${2# } pair json='' text='' verdict=ok ok=true; shift 2
  for pair in "$@"; do
    json+=",\"${pair%%=*}\":${pair#*=}"
    text+=", ${pair#*=} ${pair%%=*}"
  done
  if [[ -n $fault ]]; then FAULTS=$((FAULTS + 1)) verdict=FAILED ok=false; fi
  text=${text#, }
  say "$verdict  $name: ${text//_/ }${fault:+; $fault}"
  fault=${fault//[\"\\]/}
  printf '{"scenario":"%s","ok":%s,"seconds":%d%s%s}\n' "$name" "$ok" $((SECONDS - BEGUN)) "$json" \
    "${fault:+,\"fault\":\"$fault\"}" >/dev/ttyS1
}

# none NUMBER OF-WHAT: a fault, unless there are none.
none() { (($1 == 0)) || printf ' %s %s;' "$1" "$2"; }

# field NAME LINE: the number behind a name.
field() { sed -n "s/.*\b$1 \([0-9]*\).*/\1/p" <<<"$2"; }

# ---- load: new connections and datagrams to n1, while something is done ----------------------------------------------------

declare -A LOADS=() HOLDS=()

load() {
  local kind
  for kind in tcp udp; do
    "${CLIENT[@]}" load "$kind" "$N1" "$ECHO" "$COUNT" "$PER_SECOND" on >"$OUT/$1.$kind" &
    LOADS[$kind]=$!
  done
  sleep 2
}

end_load() {
  kill -TERM "${LOADS[@]}"
  wait "${LOADS[@]}" || true
}

# figures NAME [GONE]: what came of the load, as KEY=NUMBER words.
figures() {
  local kind sum
  for kind in tcp udp; do
    sum=$(tail -n 1 "$OUT/$1.$kind")
    echo "${kind}_begun=$(field begun "$sum") ${kind}_failed=$(strangers "$1" "$kind" "${2:-0}")" \
      "${kind}_slowest_ms=$(field slowest_ms "$sum")"
    [[ -z ${2:-} ]] || echo "${kind}_failed_with_the_agent=$(($(field failed "$sum") - $(strangers "$1" "$kind" "$2")))"
  done
}

# Failures but those of connections that had begun before the agent was gone.
strangers() { awk -v gone="$3" '$1 == "failed" && $2 > gone' "$OUT/$1.$2" | wc -l; }

faults() {
  local kind
  for kind in tcp udp; do
    traces "$1" "$kind" "$2" >&2
    none "$(strangers "$1" "$kind" "$2")" "$kind failed ($(awk -v gone="$2" '$1 == "failed" && $2 > gone' "$OUT/$1.$kind" |
      cut -d' ' -f5- | sort | uniq -c | sort -rn | awk '{ $1 = $1 "x"; print }' | head -n 3 | paste -sd,))"
  done
}

# What the kernel of n1's sandbox knows of some that failed.
traces() {
  local port
  for port in $(awk -v gone="$3" '$1 == "failed" && $2 > gone { print $4 }' "$OUT/$1.$2" | head -n 3); do
    grep " $port " "$OUT/$1.$2"
    in_sandbox n1 conntrack -L -p "$2" --sport "$port" 2>/dev/null
  done
}

# How many of a load's clients the tasks saw by their own address.
true_addresses() {
  sed -n "s/^from /$2 /p" "$OUT/$1.$2" | sort >"$OUT/clients"
  task_logs | grep "^$2 " | sort | comm -12 - "$OUT/clients" | wc -l
}

# The tasks' logs as the engines keep them: {"log":"tcp 10.213.77.2:4711\n","stream":"stdout",...}
task_logs() {
  sleep 2   # tasks say it once a second
  sed -n 's/^{"log":"\([^\\]*\).*/\1/p' "$LAB"/n?/data/containers/*/*-json.log
}

mesh_answers() {
  local address
  for address in "${ASKED[@]}"; do all_answer "$address" || echo " Docker's mesh does not answer at $address;"; done
}

# ---- hold: a connection and a UDP port that live through it ----------------------------------------------------------------

hold() {
  local kind
  "${CLIENT[@]}" hold tcp "$N1" "$ECHO" >"$OUT/hold.$1.tcp" &
  HOLDS[$1.tcp]=$!
  "${CLIENT[@]}" hold udp "$N1" "$ECHO" >"$OUT/hold.$1.udp" &
  HOLDS[$1.udp]=$!
  for kind in tcp udp; do wait_for 20 "$1 is held, $kind" grep -q held "$OUT/hold.$1.$kind"; done
}

# same NAME: faults of what is held, which goes on. A client of TCP that has ended has said why.
same() {
  [[ -n ${HOLDS[$1.tcp]:-} ]] || return 0
  kill -0 "${HOLDS[$1.tcp]}" 2>/dev/null || echo " the connection $1 broke: $(tail -n 1 "$OUT/hold.$1.tcp");"
}

# exact NAME: ends what is held, and tells faults.
exact() {
  [[ -n ${HOLDS[$1.tcp]:-} ]] || return 0
  local said; said=$(let_go "$1")
  [[ $said == *'exact yes'* ]] || echo " the connection $1: $said;"
  [[ $said == *' lost 0' ]] || echo " the UDP port $1: ${said#*yes };"
}

let_go() {
  kill -TERM "${HOLDS[$1.tcp]}" "${HOLDS[$1.udp]}" 2>/dev/null || true
  while kill -0 "${HOLDS[$1.tcp]}" 2>/dev/null || kill -0 "${HOLDS[$1.udp]}" 2>/dev/null; do sleep 0.2; done
  tail -qn 1 "$OUT/hold.$1.tcp" "$OUT/hold.$1.udp" | paste -sd' '
}
