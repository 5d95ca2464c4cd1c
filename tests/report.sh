# What the tests in shell say: a line for each thing that they tried, which test.sh counts. Source it.

checks_failed=0
checked=$(mktemp) # what the last check printed

# check WHAT COMMAND…
check() {
  local what=$1
  shift
  if "$@" >"$checked" 2>&1; then
    echo "ok   $what"
  else
    echo "FAIL $what"
    tail -n 30 "$checked" | sed 's/^/  | /'
    checks_failed=1
  fi
}
