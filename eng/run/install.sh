# Programs, units, bash completion: into the folders where Debian's tools look for them.

# put FILE MODE: standard input becomes the file, whole or not at all.
put() {
  mkdir -p "${1%/*}"
  cat >"$1.new"
  chmod "$2" "$1.new"
  mv -f "$1.new" "$1"
}

# install_file SOURCE FILE MODE [as_target]: true when the file was changed by it.
install_file() {
  local source=$1 file=$2 mode=$3
  remember file "$file"
  if cmp -s "$source" "$file" && [[ $(stat -c %a "$file") == "${mode#0}" ]]; then return 1; fi
  if [[ ${4:-} == as_target ]]; then
    as_target_function put "$file" "$mode" <"$source" || fail "cannot write $file"
  else
    put "$file" "$mode" <"$source" || fail "cannot write $file"
  fi
  note "$file"
}

install_programs() {
  local program
  step "installing to $programs"
  for program in aetherscale aetherscale-cli aetherscale-stop; do
    install_file "$repository/artifacts/programs/$program" "$programs/$program" 0755 || continue
    [[ $program != aetherscale ]] || daemon_changed=1
  done
  cli completion bash >"$work/completion" || fail "$programs/aetherscale-cli does not run here"
  install_file "$work/completion" "$completions/aetherscale-cli" 0644 || true
}

install_units() {
  local unit
  for unit in aetherscale.service aetherscale.socket; do
    sed "s|@PROGRAM@|$programs/aetherscale|" "$repository/packaging/systemd/$unit" >"$work/$unit"
    ! install_file "$work/$unit" "$(units)/$unit" 0644 as_target || units_changed=1
  done
}

remove_files() {
  local file
  while read -r file; do
    if [[ -n $home && $file == "$home"/* ]]; then
      as_target rm -f -- "$file"
    else
      rm -f -- "$file"
    fi
    forget file "$file"
  done < <(all_made file)
}
