# The sum of all that ran.

passed=0 failed=0 skipped=0 ran=()

# add_runner NAME LOG CODE: what the summary of a test program says; a program that ends without one has failed.
add_runner() {
  local name=$1 log=$2 code=$3 summary total errors bad skips rest
  ran+=("$name")
  summary=$(sed -n 's/.* Total: \([0-9]*\), Errors: \([0-9]*\), Failed: \([0-9]*\), Skipped: \([0-9]*\), Not Run: \([0-9]*\).*/\1 \2 \3 \4 \5/p' "$log" | tail -n 1)
  if [[ -z $summary ]]; then
    failed=$((failed + 1))
    note "$name ended with $code and without a summary"
    tail -n 30 "$log" | sed 's/^/  | /' >&2
    return
  fi
  read -r total errors bad skips rest <<<"$summary"
  ((code == 0 || errors + bad > 0)) || errors=1
  failed=$((failed + errors + bad))
  skipped=$((skipped + skips))
  passed=$((passed + total - bad - skips - rest))
}

# add_typed NAME LOG CODE: what a typing test says, one line for each thing it tried.
add_typed() {
  local name=$1 log=$2 code=$3 good bad skips
  ran+=("$name")
  good=$(grep -c '^ok   ' "$log") || true
  bad=$(grep -c '^FAIL ' "$log") || true
  skips=$(grep -c '^skip ' "$log") || true
  ((code == 0 || bad > 0)) || bad=1
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skips))
}

# print_totals: one plain line, alone, the last that is said.
print_totals() {
  local names
  names=$(IFS=+ && echo "${ran[*]}")
  echo "$names: $passed passed, $failed failed, $skipped skipped"
}
