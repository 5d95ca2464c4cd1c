# What the scripts here need of the .NET SDK. Source it after lib.sh.

# No telemetry, and no build server that lives on when a script has ended.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false
# Where a machine has no home for us (a bare CI job), the SDK refuses to start.
export HOME=${HOME:-$(getent passwd "$EUID" | cut -d: -f6)}

# check_sdk REPOSITORY: the SDK is there, in a version that global.json accepts.
check_sdk() {
  local log
  have dotnet || fail "the .NET 10 SDK is missing: https://learn.microsoft.com/dotnet/core/install/linux-debian tells how to install it"
  log=$(mktemp)
  (cd "$1" && dotnet --version) >"$log" 2>&1 || fail_with_log "$log" "no .NET SDK that global.json accepts is installed"
  rm -f "$log"
}

# runtime_identifier: this machine's, in .NET's words.
runtime_identifier() {
  case $(uname -m) in
    x86_64) echo linux-x64 ;;
    aarch64) echo linux-arm64 ;;
    *) fail "there are no programs for $(uname -m): only x86_64 and aarch64" ;;
  esac
}
