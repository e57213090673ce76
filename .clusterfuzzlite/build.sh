#!/bin/bash -eu
# Every target with its corpus and the dictionary, where the runners look for them.
cd "$SRC/zeroproof"
cargo fuzz build --release --debug-assertions
built=$(echo "${CARGO_TARGET_DIR:-target}"/*/release)
for program in fuzz/fuzz_targets/*.rs; do
    name=$(basename "$program" .rs)
    name=${name//_/-}
    cp "$built/$name" "$OUT/"
    zip -jq "$OUT/${name}_seed_corpus.zip" "fuzz/corpus/$name"/*
    cp fuzz/zmtp.dict "$OUT/$name.dict"
done
