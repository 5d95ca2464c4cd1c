# Root's CLI finds the daemon of another user by `[client] socket` in the machine's settings. The file may hold more, which is the
# administrator's: only lines that end in our mark are ever removed.

machine_settings=/etc/aetherscale/config.toml
our_mark='# by run.sh'

# client_socket: what the file says now.
client_socket() {
  [[ -e $machine_settings ]] || return 0
  awk '/^[ \t]*\[/ { inside = /^[ \t]*\[client\]/ }
    inside && /^[ \t]*socket[ \t]*=/ { sub(/^[^=]*=[ \t]*"/, ""); sub(/".*/, ""); print; exit }' "$machine_settings"
}

write_client_settings() {
  ((EUID == 0)) || return 0
  local socket=/run/user/$uid/aetherscale/api.sock now
  now=$(client_socket)
  [[ $now != "$socket" ]] || return 0
  remove_client_settings
  now=$(client_socket)
  [[ -z $now ]] || fail "$machine_settings says [client] socket = \"$now\", and not by run.sh: change it to \"$socket\", or remove it"
  step "telling root's CLI where the socket is, in $machine_settings"
  if grep -q '^[ \t]*\[client\]' "$machine_settings" 2>/dev/null; then
    awk -v line="socket = \"$socket\" $our_mark" '{ print } /^[ \t]*\[client\]/ { print line }' "$machine_settings"
  else
    cat "$machine_settings" 2>/dev/null || true
    printf '[client] %s\nsocket = "%s" %s\n' "$our_mark" "$socket" "$our_mark"
  fi >"$work/config.toml"
  put "$machine_settings" 0644 <"$work/config.toml"
  remember settings "$machine_settings"
}

# A table that we began goes only when nothing else stands in it.
remove_client_settings() {
  [[ -e $machine_settings ]] || return 0
  awk -v mark="$our_mark" '
    function ours(line) { return length(line) >= length(mark) && substr(line, length(line) - length(mark) + 1) == mark }
    function give_up_header() { held = "" }
    ours($0) && /^\[client\]/ { held = "[client]"; next }
    ours($0) { next }
    /^[ \t]*\[/ { give_up_header() }
    held != "" && /[^ \t]/ { print held; held = "" }
    { print }' "$machine_settings" >"$work/config.toml"
  if grep -q '[^[:space:]]' "$work/config.toml"; then
    cmp -s "$work/config.toml" "$machine_settings" || put "$machine_settings" 0644 <"$work/config.toml"
  else
    rm -f "$machine_settings"
    rmdir "${machine_settings%/*}" 2>/dev/null || true
  fi
  forget settings "$machine_settings"
}
