#!/bin/bash
# build-deb.sh [--version VERSION] [FOLDER]: makes FOLDER/aetherscale_VERSION_ARCHITECTURE.deb of the published programs; FOLDER is
# artifacts as a rule, and VERSION that of the sources. No root is needed; eng/install-packages.sh deb has the tools.
set -Eeuo pipefail
repository=$(realpath "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/..")
source "$repository/eng/lib.sh"
source "$repository/packaging/stage.sh"
tell_where_it_failed

usage() {
  sed -n '2,/^set /{s/^# \{0,1\}//p}' "$repository/packaging/build-deb.sh"
  exit "$1"
}

# sources_version: as the programs say it.
sources_version() { sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' "$repository/Directory.Build.props"; }

# changed_at: seconds since 1970; the same sources make the same package.
changed_at() { echo "${SOURCE_DATE_EPOCH:-$(git -C "$repository" log -1 --format=%ct 2>/dev/null || stat -c %Y "$repository/Directory.Build.props")}"; }

write_changelog() {
  local maintainer
  maintainer=$(sed -n 's/^Maintainer: //p' "$repository/packaging/deb/debian/control")
  printf 'aetherscale (%s) unstable; urgency=medium\n\n  * %s\n\n -- %s  %s\n' "$version" \
    "A build of the sources as they were then." "$maintainer" "$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")"
}

# write_scripts: the maintainer scripts, each with the shared functions in its place.
write_scripts() {
  local script
  for script in preinst postinst prerm postrm; do
    sed -i -e "/^#MACHINE#$/{r $repository/packaging/machine.sh
      d}" "$work/aetherscale/debian/aetherscale.$script"
  done
}

lay_source() {
  mkdir "$work/aetherscale"
  cp -a "$repository/packaging/deb/debian" "$work/aetherscale/debian"
  write_changelog >"$work/aetherscale/debian/changelog"
  write_scripts
  stage_tree "$work/aetherscale/tree" /usr
  gather_notices >"$work/aetherscale/debian/dotnet-third-party-notices.txt"
  echo debian/dotnet-third-party-notices.txt >"$work/aetherscale/debian/aetherscale.docs"
}

# gather_notices: of the runtime that is compiled in.
gather_notices() {
  local dotnet
  dotnet=$(dirname "$(realpath "$(type -P dotnet)")")
  cat "$dotnet/ThirdPartyNotices.txt" || fail "the .NET SDK has no ThirdPartyNotices.txt"
}

build() {
  step "building aetherscale_${version}_$(dpkg --print-architecture).deb"
  (cd "$work/aetherscale" && dpkg-buildpackage --build=binary --no-sign --no-check-builddeps) >"$work/log" 2>&1 ||
    fail_with_log "$work/log" "dpkg-buildpackage failed"
  mkdir -p "$out"
  mv "$work"/*.deb "$out/"
  note "${out#"$PWD"/}/aetherscale_${version}_$(dpkg --print-architecture).deb"
}

main() {
  version=$(sources_version) out=$repository/artifacts
  while (($# > 0)); do
    case $1 in
      --version) (($# > 1)) || usage 2 >&2; version=$2; shift ;;
      -h | --help) usage 0 ;;
      -*) usage 2 >&2 ;;
      *) out=$1 ;;
    esac
    shift
  done
  "$repository/eng/publish.sh"
  SOURCE_DATE_EPOCH=$(changed_at)
  export SOURCE_DATE_EPOCH
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  lay_source
  build
}

main "$@"
