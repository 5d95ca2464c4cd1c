# Whether this machine is one that install.sh can work on, and what it finds there.

made=$state/made-by-install.sh
home='' # all that is installed here is root's

check_machine() {
  ((EUID == 0)) || fail "only root installs for the whole machine; for yourself alone there is ./run.sh"
  booted_by_systemd || fail "systemd does not run this machine, and VMs are services of it"
  ! package_is_installed || fail "the Debian package is installed: upgrade that, or remove it first with: apt remove aetherscale"
  [[ ! -e $state/made-by-run.sh ]] || fail "run.sh has set this machine up for root: take that away first with: ./run.sh --down"
}

package_is_installed() { have dpkg-query && [[ $(dpkg-query -W -f '${db:Status-Status}' aetherscale 2>/dev/null) == installed ]]; }

is_installed() { [[ -n $(all_made file) ]]; }

# choose_prefix: where it is, or was, installed; else where it was asked for.
choose_prefix() {
  local before
  before=$(all_made prefix)
  prefix=${prefix:-${before:-/usr/local}}
  [[ $prefix == /* && $prefix != *[[:space:]%\"\'\\\$]* ]] || fail "--prefix takes an absolute path without blanks and quotes, not: $prefix"
  prefix=$(realpath --canonicalize-missing "$prefix")
  [[ $prefix != /usr ]] || fail "/usr belongs to packages: packaging/build-deb.sh makes one"
  [[ -z $before || $before == "$prefix" ]] || fail "it is installed in $before: to move it, call ./install.sh --uninstall first"
  helper=$prefix/libexec/aetherscale/aetherscale-stop
}

# check_tools: what VMs need and cannot be fetched by apt here.
check_tools() {
  local tool missing=()
  for tool in /usr/bin/{qemu-system-x86_64,qemu-img,vde_switch,vdens,vde_plug,slirp4netns,socat,nsenter,xz} /usr/sbin/{dnsmasq,nft,ip}; do
    [[ -x $tool ]] || missing+=("$tool")
  done
  ((${#missing[@]} == 0)) || fail "VMs need these programs, which are not here: ${missing[*]}"
}

# get_programs: those that were published before, where there is no SDK to publish them with.
get_programs() {
  if have dotnet; then
    ! have apt-get || "$repository/eng/install-packages.sh" build
    "$repository/eng/publish.sh"
  elif [[ ! -x $repository/artifacts/programs/aetherscale-stop ]]; then
    fail "there are no programs in $repository/artifacts/programs: publish them with eng/publish.sh, here or on a machine that has the .NET 10 SDK"
  fi
}
