# What the programs of this directory share: finds a Java 25 (JAVA), and builds once where there is no build or an old
# one (LIB). Sourced with BENCH set to this directory.
#
# TIDEGATE_JAVA_HOME  the Java to use

NEEDED=25
ROOT=$(dirname -- "$BENCH")
LIB=$BENCH/target/lib

say() { printf 'bench/%s: %s\n' "$(basename -- "$0")" "$*" >&2; }
die() { say "$@"; exit 1; }

is_java() {
  [ -x "$1/bin/java" ] && grep -q "^JAVA_VERSION=\"${NEEDED}[.\"]" "$1/release" 2> /dev/null
}

find_java() {
  for home in "${TIDEGATE_JAVA_HOME-}" "${JAVA_HOME-}" /usr/lib/jvm/* /opt/java/* "${HOME-}"/.sdkman/candidates/java/*; do
    if is_java "$home"; then
      printf '%s\n' "$home"
      return
    fi
  done
  die "no Java $NEEDED in TIDEGATE_JAVA_HOME, JAVA_HOME, /usr/lib/jvm, /opt/java or ~/.sdkman"
}

is_stale() {
  set -- "$LIB"/bench-*.jar
  [ -f "$1" ] || return 0
  [ -n "$(find "$ROOT/pom.xml" "$BENCH/pom.xml" "$BENCH/src/main" "$ROOT/mesh-core/src/main" "$ROOT/mesh-agent/src/main" -newer "$1" | head -n 1)" ]
}

JAVA=$(find_java)
if is_stale; then
  say "building"
  rm -rf "$LIB"
  (cd "$ROOT" && JAVA_HOME=$JAVA ./mvnw -q -B -DskipTests -Dexec.skip -pl bench -am package) >&2
fi
