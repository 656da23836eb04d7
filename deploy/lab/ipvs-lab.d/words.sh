# shellcheck shell=bash disable=SC2034
# The words of the scenarios: clients, what came of them, results.

say() { printf '%5ds  %s\n' "$SECONDS" "$*"; }
docker1() { swarm-lab docker n1 "$@"; }
CLIENT=(swarm-lab exec client perl /lab/client.pl)   # words, not a function: behind & its process is the client itself

# wait_for SECONDS WHAT CMD...
wait_for() {
  local deadline=$((SECONDS + $1)) what=$2; shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || { say "gave up waiting: $what"; return 1; }
    sleep 0.3
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

# How many of a load's clients the tasks saw by their own address.
true_addresses() {
  sed -n "s/^from /$2 /p" "$OUT/$1.$2" | sort >"$OUT/clients"
  task_logs | grep "^$2 " | sort | comm -12 - "$OUT/clients" | wc -l
}

task_logs() {
  local node container
  for node in n1 n2; do
    for container in $(swarm-lab docker "$node" ps --quiet --filter label=com.docker.swarm.service.name=echo); do
      swarm-lab docker "$node" logs "$container" 2>/dev/null
    done
  done
}
