#!/usr/bin/env bash
# Builds the fuzzers with clang and runs each for SECONDS (default 20). Stops at the first finding.
# usage: scripts/fuzz.sh [SECONDS]
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/.."
seconds=${1:-20}
build=build/fuzz
clang=$(command -v clang++-19 || command -v clang++-14 || command -v clang++)

cmake -S . -B "$build" -G Ninja -DCMAKE_CXX_COMPILER="$clang" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DONLAN_FUZZ=ON -DONLAN_TESTS=OFF >/dev/null
fuzzers=(configuration iptables_save netlink_decode pasted probe_answer rule_set snapshot journal)
targets=("${fuzzers[@]/#/onlan_}")
cmake --build "$build" --target "${targets[@]/%/_fuzz}"

for name in "${fuzzers[@]}"; do
    corpus=$build/corpus/$name
    mkdir -p "$corpus"
    # Real input to start from.
    case $name in
    configuration) cp packaging/onlan.yaml.example "$corpus/" ;;
    iptables_save) cp tests/data/iptables/*.txt "$corpus/" ;;
    pasted) # one byte before each says which parser it is for
        number=0
        for file in ip-link.json ip-addr.json ip-route.json ip-rule.json ip-neigh.json bridge-fdb.json ipset-save sysctl; do
            { printf '%b' "\\x0$number"; cat "tests/data/pasted/$file"; } >"$corpus/$file"
            number=$((number + 1))
        done
        { printf '\x09'; cat tests/data/pasted/conntrack; } >"$corpus/conntrack"
        ;;
    rule_set) cp tests/data/rules/* "$corpus/" ;;
    snapshot) cp tests/data/snapshot/*.json "$corpus/" ;;
    esac
    echo "== $name, $seconds s"
    "$build/tests/fuzz/onlan_${name}_fuzz" -max_total_time="$seconds" -verbosity=0 -print_final_stats=1 \
        -artifact_prefix="$build/$name-" "$corpus"
done
