# Completion of onlan(8) for bash.

# The LANs of the configuration $1.
_onlan_lans() {
    awk '/^lans:/ { inside = 1; next }
         /^[^ #]/ { inside = 0 }
         inside && match($0, /^ +[^ #:]+:/) {
             match($0, /^ +/)
             if (!depth) depth = RLENGTH
             if (RLENGTH == depth) { sub(/^ +/, ""); sub(/:.*/, ""); gsub(/["\047]/, ""); print }
         }' "$1" 2>/dev/null
}

_onlan() {
    # readline breaks "--file=X" into three words; "--file X" says the same.
    local given=() i
    for ((i = 1; i <= COMP_CWORD; i++)); do
        [ "${COMP_WORDS[i]}" = '=' ] || given+=("${COMP_WORDS[i]}")
    done
    [ "${COMP_WORDS[COMP_CWORD]}" = '=' ] && given+=('')

    local last=$((${#given[@]} - 1))
    local current=${given[last]} previous=''
    ((last > 0)) && previous=${given[last - 1]}
    case $previous in
    -f | --file | -o | --output | --snapshot | --paste | --svg)
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
    --docker-host | --confirm | --wait | --from | --to) return ;;
    esac

    local command='' file=/etc/onlan/onlan.yaml words
    [ -e onlan.yaml ] && file=onlan.yaml
    for ((i = 0; i < last; i++)); do
        case ${given[i]} in
        -f | --file) file=${given[++i]} ;;
        --docker-host | --state-dir | -o | --output | --from | --to | --svg | --snapshot | --paste | --color | --rootfs | --confirm | --wait) ((++i)) ;;
        up | down | plan | status | confirm | explain | export | snapshot | lab) command=${command:-${given[i]}} ;;
        esac
    done
    local global='-h --help -f --file --docker-host --state-dir --json --color -v --verbose --version'
    case $command in
    '') words="up down plan status confirm explain export snapshot lab $global" ;;
    up) words="--dry-run --commands -y --yes --before-docker --wait --confirm $(_onlan_lans "$file") $global" ;;
    down) words="--dry-run --commands -y --yes --confirm $(_onlan_lans "$file") $global" ;;
    plan) words="--commands --before-docker $(_onlan_lans "$file") $global" ;;
    status) words="$(_onlan_lans "$file") $global" ;;
    export) words="netplan networkd commands $global" ;;
    explain) words="--from --to --source --source-port --mark --uid --size --snapshot --paste --minimal --summary --detailed --svg $global" ;;
    snapshot) words="-o --output --redact --snapshot --paste $global" ;;
    lab) words="article down --keep --rootfs --no-docker $global" ;;
    *) words=$global ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _onlan onlan
