#compdef onlan
# Completion of onlan(8) for zsh.

_onlan_lans() {
    local file=${opt_args[-f]:-${opt_args[--file]:-$file_before_command}}
    [[ -z $file && -e onlan.yaml ]] && file=onlan.yaml
    local -a lans
    lans=(${(f)"$(awk '/^lans:/ { inside = 1; next }
        /^[^ #]/ { inside = 0 }
        inside && match($0, /^ +[^ #:]+:/) {
            match($0, /^ +/)
            if (!depth) depth = RLENGTH
            if (RLENGTH == depth) { sub(/^ +/, ""); sub(/:.*/, ""); gsub(/["\047]/, ""); print }
        }' ${file:-/etc/onlan/onlan.yaml} 2>/dev/null)"})
    compadd -a lans
}

_onlan() {
    local curcontext=$curcontext state line file_before_command
    typeset -A opt_args
    local -a global commands changing
    global=(
        '(- *)'{-h,--help}'[print help]'
        '(-f --file)'{-f,--file=}'[read this configuration]:file:_files'
        '--docker-host=[ask Docker at this socket]:URL:'
        '--state-dir=[keep the journal there]:folder:_files -/'
        '--json[print one JSON document on stdout]'
        '--color=[use colours]:when:(auto always never)'
        '(-v --verbose)'{-v,--verbose}'[report progress on stderr]'
        '(- *)--version[print the version]'
    )
    changing=(
        '--dry-run[show what would change]'
        '--commands[show the plan as commands]'
        '(-y --yes)'{-y,--yes}'[do not ask before changing]'
        '--confirm=[undo unless confirmed in time]:seconds:'
    )
    commands=(
        'up:make the host match the configuration'
        'down:remove what onlan made'
        'plan:show what up would change'
        'status:show each LAN and what drifted'
        'confirm:keep the waiting changes'
        'explain:explain what happens to a flow, packet by packet'
        'export:print the set-up for another tool'
        'snapshot:print the whole network state of the host'
        'lab:build a host and a LAN of network namespaces'
    )
    _arguments -C $global '1:command:->command' '*::argument:->argument' && return
    file_before_command=${opt_args[-f]:-${opt_args[--file]}}
    case $state in
    command) _describe command commands ;;
    argument)
        case $words[1] in
        up)
            _arguments $global $changing '--before-docker[leave out the Docker network]' \
                '--wait=[wait for the uplink and Docker]:seconds:' '*:LAN:_onlan_lans'
            ;;
        down) _arguments $global $changing '*:LAN:_onlan_lans' ;;
        plan)
            _arguments $global '--commands[show the plan as commands]' '--before-docker[leave out the Docker network]' \
                '*:LAN:_onlan_lans'
            ;;
        status) _arguments $global '1:LAN:_onlan_lans' ;;
        export) _arguments $global '1:format:(netplan networkd commands)' ;;
        explain)
            _arguments $global '--from=[send it from WHO]:who:' '--to=[send it to TARGET]:target:' \
                '--source=[let the client send from this address]:address:' \
                '--source-port=[let it send from this port]:port:' '--mark=[let it mark what it sends]:mark:' \
                '--uid=[let it belong to this user]:uid:' '--size=[let both sides send so many bytes]:bytes:(full)' \
                '--minimal[show only the outcome and its cause]' '--summary[also show each stage that did something]' \
                '--detailed[show every stage]' '--svg=[also draw the path]:file:_files' \
                '--paste=[read what somebody pasted]:file:_files' \
                '--snapshot=[read this instead of the host]:path:_files'
            ;;
        snapshot)
            _arguments $global '(-o --output)'{-o,--output=}'[write to this file]:file:_files' \
                '--redact[replace addresses and names]' \
                '--paste=[read what somebody pasted]:file:_files' \
                '--snapshot=[read this instead of the host]:path:_files'
            ;;
        lab)
            _arguments $global '--keep[leave it in place]' '--no-docker[use no Docker engine]' \
                '--rootfs=[run Docker from this root file system]:folder:_files -/' '1:lab:(article down)'
            ;;
        *) _arguments $global ;;
        esac
        ;;
    esac
}

_onlan "$@"
