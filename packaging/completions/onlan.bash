# Completion of onlan(8) for bash.

# The LANs of the configuration that the command line names, or of the default one.
_onlan_lans() {
    local file=/etc/onlan/onlan.yaml i
    [ -e onlan.yaml ] && file=onlan.yaml
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in -f | --file) file=${COMP_WORDS[i + 1]} ;; esac
    done
    awk '/^lans:/ { inside = 1; next }
         /^[^ #]/ { inside = 0 }
         inside && match($0, /^ +[^ #:]+:/) {
             match($0, /^ +/)
             if (!depth) depth = RLENGTH
             if (RLENGTH == depth) { sub(/^ +/, ""); sub(/:.*/, ""); print }
         }' "$file" 2>/dev/null
}

_onlan() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' i words
    case $previous in
    -f | --file | -o | --output | --snapshot)
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
        ;;
    --state-dir | --rootfs)
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
        return
        ;;
    --color)
        mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$current")
        return
        ;;
    --docker-host | --confirm | --wait) return ;;
    esac
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -f | --file | --docker-host | --state-dir | --color) ((i++)) ;;
        up | down | plan | status | confirm | export | snapshot | lab)
            command=${COMP_WORDS[i]}
            break
            ;;
        esac
    done
    local global='-h --help -f --file --docker-host --state-dir --json --color -v --verbose --version'
    case $command in
    '') words="up down plan status confirm export snapshot lab $global" ;;
    up) words="--dry-run --commands -y --yes --before-docker --wait --confirm $(_onlan_lans) $global" ;;
    down) words="--dry-run --commands -y --yes --confirm $(_onlan_lans) $global" ;;
    plan) words="--commands --before-docker $(_onlan_lans) $global" ;;
    status) words="$(_onlan_lans) $global" ;;
    export) words="netplan networkd commands $global" ;;
    snapshot) words="-o --output --redact --snapshot $global" ;;
    lab) words="article down --keep --rootfs --no-docker $global" ;;
    *) words=$global ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _onlan onlan
