# bash completion for aetherscale-cli. Written by `aetherscale-cli completion bash`.

_aetherscale_cli() {
    # Up to the cursor, without the program's own name: what stands after the cursor does not count.
    local line=${COMP_LINE:0:COMP_POINT}
    line=${line#"${line%%[![:space:]]*}"}
    line=${line#"${COMP_WORDS[0]}"}
    line=${line#[[:space:]]}

    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    if [[ $previous == @(--socket|--file|--ssh-key|--user-data|--network-config|--init-script)
        || ($previous == -f && $line == *create-vm\ *) ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
    fi

    local words
    words=$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null) || return
    # Options only for who has begun one.
    [[ $current == -* ]] || words=$(grep -v '^-' <<<"$words")
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _aetherscale_cli aetherscale-cli
