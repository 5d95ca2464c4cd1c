# The sum of all that ran.

passed=0 failed=0 skipped=0 ran=() failures=() flaky=()

# failed_methods LOG: the test methods of which a case has failed, one a line.
failed_methods() { sed -n 's/^ *\([A-Za-z0-9_.+]*\)\((.*)\)\{0,1\} \[FAIL\]$/\1/p' "$1" | sort -u; }

# summary LOG: total, errors, failed, skipped and not run, as a test program says them at its end; empty where it said nothing.
summary() {
  sed -n 's/.* Total: \([0-9]*\), Errors: \([0-9]*\), Failed: \([0-9]*\), Skipped: \([0-9]*\), Not Run: \([0-9]*\).*/\1 \2 \3 \4 \5/p' "$1" | tail -n 1
}

# add_runner NAME LOG CODE AGAIN: what the summary of a test program says; a program that ends without one has failed. AGAIN is the log of
# those that failed and ran once more, if there is one: one that passes then is not failed but flaky, and named.
add_runner() {
  local name=$1 log=$2 code=$3 again=$4 said total errors bad skips rest again_errors
  ran+=("$name")
  said=$(summary "$log")
  if [[ -z $said ]]; then
    failed=$((failed + 1))
    note "$name ended with $code and without a summary"
    tail -n 30 "$log" | sed 's/^/  | /' >&2
    return
  fi
  read -r total errors bad skips rest <<<"$said"
  ((code == 0 || errors + bad > 0)) || errors=1
  ((errors + bad == 0)) || failures+=("$log")
  if [[ -s $again && -n $(summary "$again") ]]; then
    mapfile -t -O ${#flaky[@]} flaky < <(comm -23 <(failed_methods "$log") <(failed_methods "$again"))
    read -r _ again_errors bad _ _ <<<"$(summary "$again")"
    errors=$((errors + again_errors))
  fi
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
  ((bad == 0)) || failures+=("$log")
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skips))
}

# print_totals: what failed, whole, because a long log is cut to its end; then one plain line, alone, the last that is said.
print_totals() {
  local names log method
  names=$(IFS=+ && echo "${ran[*]}")
  for log in "${failures[@]}"; do
    step "what failed"
    awk '/^    [^ ]/ { failing = /\[FAIL\]$/ } /^ ? ? ?[^ ]/ { failing = 0 } failing && lines++ < 200' "$log"
    sed -n '/^FAIL /p' "$log"
  done
  for method in "${flaky[@]}"; do note "flaky: $method failed beside the others and passed alone"; done
  echo "$names: $passed passed, $failed failed, $skipped skipped"
}
