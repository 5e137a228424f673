# Completion of onlan(8) for fish.

function __onlan_lans
    set -l file /etc/onlan/onlan.yaml
    test -e onlan.yaml; and set file onlan.yaml
    argparse --ignore-unknown f/file= -- (commandline --tokenize --cut-at-cursor --current-process) 2>/dev/null
    set -q _flag_file; and set file $_flag_file
    awk '/^lans:/ { inside = 1; next }
         /^[^ #]/ { inside = 0 }
         inside && match($0, /^ +[^ #:]+:/) {
             match($0, /^ +/)
             if (!depth) depth = RLENGTH
             if (RLENGTH == depth) { sub(/^ +/, ""); sub(/:.*/, ""); gsub(/["\047]/, ""); print }
         }' $file 2>/dev/null
end

set -l commands up down plan status confirm explain export snapshot lab
complete -c onlan -f
complete -c onlan -s h -l help -d 'Print help'
complete -c onlan -s f -l file -r -F -d 'Read this configuration'
complete -c onlan -l docker-host -x -d 'Ask Docker at this socket'
complete -c onlan -l state-dir -x -a '(__fish_complete_directories)' -d 'Keep the journal there'
complete -c onlan -l json -d 'Print one JSON document'
complete -c onlan -l color -x -a 'auto always never' -d 'Use colours'
complete -c onlan -s v -l verbose -d 'Report progress on stderr'
complete -c onlan -l version -d 'Print the version'

complete -c onlan -n "not __fish_seen_subcommand_from $commands" -a up -d 'Make the host match the configuration'
complete -c onlan -n "not __fish_seen_subcommand_from $commands" -a down -d 'Remove what onlan made'
complete -c onlan -n "not __fish_seen_subcommand_from $commands" -a plan -d 'Show what up would change'
complete -c onlan -n "not __fish_seen_subcommand_from $commands" -a status -d 'Show each LAN and what drifted'
complete -c onlan -n "not __fish_seen_subcommand_from $commands" -a confirm -d 'Keep the waiting changes'
complete -c onlan -n "not __fish_seen_subcommand_from $commands" -a explain -d 'Explain what happens to a flow'
complete -c onlan -n "not __fish_seen_subcommand_from $commands" -a export -d 'Print the set-up for another tool'
complete -c onlan -n "not __fish_seen_subcommand_from $commands" -a snapshot -d "Print the host's whole network state"
complete -c onlan -n "not __fish_seen_subcommand_from $commands" -a lab -d 'Build a LAN of network namespaces'

complete -c onlan -n '__fish_seen_subcommand_from up down plan status' -a '(__onlan_lans)' -d LAN
complete -c onlan -n '__fish_seen_subcommand_from up down' -l dry-run -d 'Show what would change'
complete -c onlan -n '__fish_seen_subcommand_from up down plan' -l commands -d 'Show the plan as commands'
complete -c onlan -n '__fish_seen_subcommand_from up down' -s y -l yes -d 'Do not ask before changing'
complete -c onlan -n '__fish_seen_subcommand_from up down' -l confirm -x -d 'Undo unless confirmed in SECONDS'
complete -c onlan -n '__fish_seen_subcommand_from up plan' -l before-docker -d 'Leave out the Docker network'
complete -c onlan -n '__fish_seen_subcommand_from up' -l wait -x -d 'Wait SECONDS for the uplink and Docker'
complete -c onlan -n '__fish_seen_subcommand_from export' -a 'netplan networkd commands'
complete -c onlan -n '__fish_seen_subcommand_from explain' -l from -x -d 'Send it from WHO'
complete -c onlan -n '__fish_seen_subcommand_from explain' -l to -x -d 'Send it to IP:PORT/PROTO'
complete -c onlan -n '__fish_seen_subcommand_from explain' -l source -x -d 'Let the client send from this address'
complete -c onlan -n '__fish_seen_subcommand_from explain' -l source-port -x -d 'Let it send from this port'
complete -c onlan -n '__fish_seen_subcommand_from explain' -l mark -x -d 'Let it mark what it sends'
complete -c onlan -n '__fish_seen_subcommand_from explain' -l uid -x -d 'Let it belong to this user'
complete -c onlan -n '__fish_seen_subcommand_from explain' -l size -x -a full -d 'Let both sides send so many bytes'
complete -c onlan -n '__fish_seen_subcommand_from explain' -l minimal -d 'Show only the outcome and its cause'
complete -c onlan -n '__fish_seen_subcommand_from explain' -l summary -d 'Also show each stage that did something'
complete -c onlan -n '__fish_seen_subcommand_from explain' -l detailed -d 'Show every stage'
complete -c onlan -n '__fish_seen_subcommand_from explain' -l svg -r -F -d 'Also draw the path'
complete -c onlan -n '__fish_seen_subcommand_from explain' -l snapshot -r -F -d 'Read this instead of the host'
complete -c onlan -n '__fish_seen_subcommand_from explain' -l paste -r -F -d 'Read what somebody pasted'
complete -c onlan -n '__fish_seen_subcommand_from snapshot' -s o -l output -r -F -d 'Write to this file'
complete -c onlan -n '__fish_seen_subcommand_from snapshot' -l redact -d 'Replace addresses and names'
complete -c onlan -n '__fish_seen_subcommand_from snapshot' -l snapshot -r -F -d 'Read this instead of the host'
complete -c onlan -n '__fish_seen_subcommand_from snapshot' -l paste -r -F -d 'Read what somebody pasted'
complete -c onlan -n '__fish_seen_subcommand_from lab' -a 'article down'
complete -c onlan -n '__fish_seen_subcommand_from lab' -l keep -d 'Leave it in place'
complete -c onlan -n '__fish_seen_subcommand_from lab' -l no-docker -d 'Use no Docker engine'
complete -c onlan -n '__fish_seen_subcommand_from lab' -l rootfs -x -a '(__fish_complete_directories)' -d 'Run Docker from this root file system'
