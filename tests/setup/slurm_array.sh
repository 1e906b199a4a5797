#!/usr/bin/env bash
# usage: slurm_array.sh PROGRAM
# A study as a job array of eight tasks on a real Slurm of one node: one task is killed with -9 and
# submitted again alone; what is merged shows the table of a run on this machine alone, to the bit.
# Needs root and Debian's slurm-wlm slurmctld slurmd slurm-client munge sqlite3; skips (77) without them.
set -euo pipefail
program="$(realpath "$1")"
here="$(cd "$(dirname "$0")" && pwd)"
for needed in slurmctld slurmd sbatch squeue munge sqlite3; do
    if ! command -v "$needed" > /dev/null; then echo "skipped: $needed is not installed"; exit 77; fi
done
if [ "$(id -u)" -ne 0 ]; then echo "skipped: a Slurm of one's own needs root"; exit 77; fi

folder="$(mktemp -d)"
end() {
    local code=$?
    "$here/one_node_slurm.sh" stop "$folder/slurm" > /dev/null 2>&1 || true
    # Slurm's daemons write until they have ended.
    for _ in $(seq 60); do
        if rm -rf "$folder" 2> /dev/null && [ ! -e "$folder" ]; then break; fi
        sleep 0.25
    done
    exit "$code"
}
trap end EXIT
cd "$folder"
eval "$("$here/one_node_slurm.sh" start "$folder/slurm")"
cat > s.json << 'STUDY'
{"version": 1, "name": "s", "base": "two-ways-up", "seeds": 20, "budget": {"steps": 8000},
 "arms": [{"name": "SGD"}, {"name": "Muon", "set": {"optimizer.kind": "muon"}}],
 "metrics": [{"end": "relative_error"}, {"steps_to": "relative_error<=0.1"}]}
STUDY

wait_for_the_queue() { while [ -n "$(squeue -h)" ]; do sleep 0.5; done; }

# The process that works on shard $1; no other program is started to find it, so that it is found at once.
worker_on() {
    local process line
    for process in /proc/[0-9]*; do
        [ "$process/exe" -ef "$program" ] || continue
        line="$({ tr '\0' ' ' < "$process/cmdline"; } 2> /dev/null || true)"
        if [[ "$line" == *"--shard $1/8 --db $folder/"* ]]; then
            echo "${process#/proc/}"
            return
        fi
    done
    return 1
}

stored_by() { sqlite3 "s.shard-$1-of-8.db" 'SELECT count(*) FROM results' 2> /dev/null || echo 0; }

# Kills task $1 when it has stored a job and not all $2: it stands still while its jobs are counted, so
# that no speed of the machine lets it end unseen.
kill_amid() {
    local worker="" count
    for _ in $(seq 12000); do
        if worker="$(worker_on "$1")"; then break; fi
        sleep 0.01
    done
    [ -n "$worker" ] || { echo "no task works on shard $1" >&2; return 1; }
    for _ in $(seq 12000); do
        kill -STOP "$worker" 2> /dev/null || { echo "task $1 ended before it was killed" >&2; return 1; }
        count="$(stored_by "$1")"
        if [ "$count" -gt 0 ]; then
            [ "$count" -lt "$2" ] || { echo "task $1 had stored all its jobs" >&2; return 1; }
            kill -9 "$worker"
            return
        fi
        kill -CONT "$worker"
        sleep 0.01
    done
    echo "task $1 stored no job" >&2
    return 1
}

"$program" study submit s.json --slurm --shards 8 --memory 0
kill_amid 3 5
wait_for_the_queue
left="$(stored_by 3)"
echo "killed task 3 with $left of 5 jobs stored"
[ "$left" -lt 5 ]
sbatch --array=3 s.sbatch > /dev/null
wait_for_the_queue
"$program" study merge merged.db s.shard-*-of-8.db
"$program" study run s.json --db serial.db
cmp <("$program" study show merged.db --format csv) <("$program" study show serial.db --format csv)
bits="SELECT job, key, outcome, steps, state_hash, * FROM results"
cmp <(sqlite3 merged.db "${bits/, \*/}" | sort) <(sqlite3 serial.db "${bits/, \*/}" | sort)
echo "the table of eight tasks is that of one machine"
