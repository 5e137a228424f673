#!/usr/bin/env bash
# Builds the fuzzers with clang and runs each for SECONDS (default 20), as many at once as there are processors. It
# starts from the inputs in tests/fuzz/corpus and from the test data. Prints a line for each; of one that found something
# the whole log, and ends with 1 then.
# usage: scripts/fuzz.sh [SECONDS [FUZZER...]]
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/.."
seconds=${1:-20}
shift $(($# > 0 ? 1 : 0))
build=build/fuzz

# The test data of the fuzzer $1, in the form that it reads.
start_from() {
    local to=$build/corpus/$1
    mkdir -p "$to"
    case $1 in
    configuration) cp packaging/onlan.yaml.example "$to/" ;;
    docker)
        local data=tests/data/docker
        { printf '[' && cat $data/info-28.5.json && printf ',' && cat $data/networks-28.5.json && printf ',' &&
            cat $data/containers-28.5.json && printf ']'; } >"$to/recorded"
        ;;
    iptables_save) cp tests/data/iptables/*.txt "$to/" ;;
    paste)
        for file in tests/data/paste/*/*; do
            cp "$file" "$to/$(basename "$(dirname "$file")")-$(basename "$file")"
        done
        ;;
    pasted) # one byte before each says which parser it is for
        local number=0
        for file in ip-link.json ip-addr.json ip-route.json ip-rule.json ip-neigh.json bridge-fdb.json ipset-save sysctl; do
            { printf '%b' "\\x0$number" && cat "tests/data/pasted/$file"; } >"$to/$file"
            number=$((number + 1))
        done
        { printf '\x09' && cat tests/data/pasted/conntrack; } >"$to/conntrack"
        ;;
    rule_set) cp tests/data/rules/* "$to/" ;;
    snapshot | explain) cp tests/data/snapshot/*.json "$to/" ;;
    esac
}

run() {
    local name=$1 log=$build/$1.log status=0
    mkdir -p "tests/fuzz/corpus/$name"
    "$build/tests/fuzz/onlan_${name}_fuzz" -max_total_time="$seconds" -timeout=10 -print_final_stats=1 \
        -artifact_prefix="$build/$name-" "$build/corpus/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1 || status=$?
    if [ $status -ne 0 ]; then
        cat "$log"
        printf '%-16s FAILED: %s\n' "$name" "$(grep -aom1 'Test unit written to.*' "$log" || echo "status $status")"
        return 1
    fi
    printf '%-16s ok: %s inputs, branches and lines reached: %s\n' "$name" \
        "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" "$(grep -ao 'cov: [0-9]*' "$log" | tail -1 | cut -c6-)"
}

names=("$@")
if [ $# -eq 0 ]; then
    for file in tests/fuzz/*_fuzz.cpp; do
        name=${file##*/}
        names+=("${name%_fuzz.cpp}")
    done
fi
# -O1: without optimisation the build is a little quicker, and the fuzzers a lot slower.
cmake -S . -B "$build" -G Ninja -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_BUILD_TYPE= \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=0 -DCMAKE_CXX_FLAGS="-O1 -gline-tables-only" -DONLAN_FUZZ=ON \
    -DONLAN_TESTS=OFF >/dev/null
targets=("${names[@]/#/onlan_}")
cmake --build "$build" -j "$(nproc)" --target "${targets[@]/%/_fuzz}"

for name in "${names[@]}"; do
    start_from "$name"
done
export build seconds
export -f run
printf '%s\n' "${names[@]}" | xargs -P "$(nproc)" -I {} bash -euo pipefail -c 'run {}'
