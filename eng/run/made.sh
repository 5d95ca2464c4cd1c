# What run.sh made, one fact a line (KIND VALUE), so that --down removes that and nothing else.

# remember KIND VALUE
remember() {
  is_made "$1" "$2" && return
  mkdir -p "${made%/*}"
  echo "$1 $2" >>"$made"
}

# is_made KIND VALUE
is_made() { grep -qxF -- "$1 $2" "$made" 2>/dev/null; }

# all_made KIND: the values, one a line.
all_made() { [[ ! -e $made ]] || sed -n "s/^$1 //p" "$made"; }

# forget KIND VALUE
forget() {
  [[ -e $made ]] || return 0
  local rest
  rest=$(grep -vxF -- "$1 $2" "$made" || true)
  if [[ -n $rest ]]; then
    printf '%s\n' "$rest" >"$made.new" && mv "$made.new" "$made"
  else
    rm -f "$made"
    rmdir "${made%/*}" 2>/dev/null || true
  fi
}
