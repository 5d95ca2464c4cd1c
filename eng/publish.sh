#!/bin/bash
# publish.sh: makes artifacts/programs/{aetherscale,aetherscale-cli,aetherscale-stop}, native programs without dependencies on .NET.
#
# While the sources are the same, by content, as those of the programs that are there, it does nothing.
set -Eeuo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
source "$here/lib.sh"
source "$here/dotnet.sh"
repository=$(dirname "$here")
programs=$repository/artifacts/programs
tell_where_it_failed

# project_of PROGRAM
project_of() {
  case $1 in
    aetherscale) echo Aetherscale ;;
    aetherscale-cli) echo Aetherscale.Cli ;;
    aetherscale-stop) echo Aetherscale.Stop ;;
  esac
}

# fingerprint: of all that the programs are made of.
fingerprint() {
  cd "$repository"
  echo "$runtime"
  find src Directory.* BannedSymbols.txt global.json -type f ! -name '.*' ! -name '*.swp' -print0 | sort -z | xargs -0 sha256sum | sha256sum
}

up_to_date() {
  local program
  for program in aetherscale aetherscale-cli aetherscale-stop; do
    [[ -x $programs/$program ]] || return 1
  done
  [[ $(cat "$programs/made-from" 2>/dev/null) == "$1" ]]
}

publish() {
  local program=$1 project began=$SECONDS
  project=$(project_of "$program")
  dotnet publish "$repository/src/$project" -c Release -r "$runtime" -v quiet >"$log" 2>&1 ||
    fail_with_log "$log" "dotnet publish of src/$project failed"
  cp "$repository/artifacts/publish/$project/release_$runtime/$program" "$programs/.$program"
  mv "$programs/.$program" "$programs/$program"
  note "$program: $(stat -c %s "$programs/$program") bytes, $((SECONDS - began)) s"
}

main() {
  local program now
  runtime=$(runtime_identifier)
  now=$(fingerprint)
  if up_to_date "$now"; then
    note "the programs in artifacts/programs are up to date"
    return
  fi
  check_sdk "$repository"
  step "publishing the programs, native for $runtime (some minutes the first time)"
  mkdir -p "$programs"
  rm -f "$programs/made-from"
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  for program in aetherscale aetherscale-cli aetherscale-stop; do publish "$program"; done
  echo "$now" >"$programs/made-from"
}

main
