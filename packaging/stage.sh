# The tree of files that an installation consists of. Source it after eng/lib.sh; `repository` is the sources' folder.

# stage_tree TREE PREFIX: lays it under the folder TREE, for programs in PREFIX/bin, from artifacts/programs.
stage_tree() {
  local tree=$1 prefix=$2 found
  found=$(systemd_folder "$prefix")
  stage_programs "$tree$prefix"
  stage_words "$tree$prefix"
  stage_units "$tree" "$prefix" "$found/systemd"
  stage_file "$repository/packaging/sysusers.d/aetherscale.conf" "$tree$found/sysusers.d/aetherscale.conf"
  stage_file "$repository/packaging/tmpfiles.d/aetherscale.conf" "$tree$found/tmpfiles.d/aetherscale.conf"
  stage_file "$repository/packaging/config.toml" "$tree/etc/aetherscale/config.toml"
  stage_file "$repository/packaging/needrestart.conf" "$tree/etc/needrestart/conf.d/aetherscale.conf"
}

# systemd_folder PREFIX: where systemd's programs look for the files of a package there; for an unusual prefix only /etc is left.
systemd_folder() {
  case $1 in
    /usr | /usr/local) echo "$1/lib" ;;
    *) echo /etc ;;
  esac
}

stage_programs() {
  local programs=$repository/artifacts/programs
  stage_file "$programs/aetherscale" "$1/bin/aetherscale" 0755
  stage_file "$programs/aetherscale-cli" "$1/bin/aetherscale-cli" 0755
  stage_file "$programs/aetherscale-stop" "$1/libexec/aetherscale/aetherscale-stop" 0755
}

# Manual pages and completion: the CLI writes its own.
stage_words() {
  local cli=$1/bin/aetherscale-cli
  mkdir -p "$1/share/man/man1" "$1/share/bash-completion/completions"
  "$cli" manual-page >"$1/share/man/man1/aetherscale-cli.1" || fail "$cli does not run here"
  "$cli" completion bash >"$1/share/bash-completion/completions/aetherscale-cli" || fail "$cli does not run here"
  stage_file "$repository/packaging/man/aetherscale.8" "$1/share/man/man8/aetherscale.8"
}

# stage_units TREE PREFIX FOLDER: the machine's daemon, and the one that a user may start.
stage_units() {
  local manager source unit
  for manager in system user; do
    source=$repository/packaging/systemd
    [[ $manager == user ]] || source+=/system
    for unit in aetherscale.service aetherscale.socket; do
      mkdir -p "$1$3/$manager"
      sed "s|@PROGRAM@|$2/bin/aetherscale|" "$source/$unit" >"$1$3/$manager/$unit"
      chmod 0644 "$1$3/$manager/$unit"
    done
  done
}

# stage_file SOURCE FILE [MODE]
stage_file() {
  [[ -e $1 ]] || fail "$1 is missing"
  install -D -m "${3:-0644}" "$1" "$2"
}
