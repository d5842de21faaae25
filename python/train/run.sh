#!/usr/bin/env bash
# Trains the embedded model from nothing. Every stage can be stopped at any moment and continued by running this again.
#   RUN=out/pony PYTHON=python RANKS=2 bash python/train/run.sh
set -euo pipefail
cd "$(dirname "$0")"
run=${RUN:-../../out/pony} python=${PYTHON:-python3} ranks=${RANKS:-2}
images=${IMAGES:-360} sparse=${SPARSE:-1500} clips=${CLIPS:-5000} decoder=${DECODER:-2400}
export OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false
mkdir -p "$run"
run=$(cd "$run" && pwd)

[ -e "$run/clips/held.frames.npy" ] || "$python" clips.py --out "$run/clips" --held-out
"$python" clips.py --out "$run/clips" --shards "${SHARDS:-8}"
"$python" tokenizer.py --out "$run/tokenizer.json"
[ -e "$run/reader.pt" ] || "$python" reader.py --clips "$run/clips" --out "$run/reader.pt" &
"$python" vae.py --clips "$run/clips" --out "$run/vae" --steps "$decoder"
"$python" cache.py --clips "$run/clips" --codes "$run/vae/codes.pt"
wait

# The transformer: several processes of one thread share each step.
stage() {
  rm -f "$run"/dit/meeting.*
  for ((rank = 0; rank < ranks; rank++)); do
    "$python" dit.py --clips "$run/clips" --tokenizer "$run/tokenizer.json" --out "$run/dit" --ranks "$ranks" --rank "$rank" "$@" &
  done
  wait
}
stage --stage images --steps "$images"
stage --stage sparse --steps "$sparse"
stage --stage clips --steps "$clips" --decay $(((clips - sparse) / 2))
"$python" export.py --run "$run" --out "${OUT:-../gallop/assets/pony}"
