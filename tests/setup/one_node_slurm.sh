#!/usr/bin/env bash
# A whole Slurm cluster of one node on this machine, without systemd, for tests of job arrays.
#   one_node_slurm.sh start FOLDER   prints the export line for SLURM_CONF; then sbatch, srun, squeue work
#   one_node_slurm.sh stop FOLDER
# Needs (Debian 12): slurm-wlm slurmctld slurmd slurm-client munge. Run as root (it starts munged as user munge).
set -euo pipefail
action="$1"; folder="$2"; node="$(hostname -s)"
case "$action" in
start)
    mkdir -p "$folder"/{state,spool,log} /run/munge
    chown munge: /run/munge /etc/munge /var/lib/munge /var/log/munge
    [ -f /etc/munge/munge.key ] || /usr/sbin/mungekey -c
    munge -n > /dev/null 2>&1 || runuser -u munge -- /usr/sbin/munged
    port=$((20000 + RANDOM % 20000))
    cat > "$folder/slurm.conf" <<CONF
ClusterName=local
SlurmctldHost=$node(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldPort=$port
SlurmdPort=$((port + 1))
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.log
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=main Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF
    export SLURM_CONF="$folder/slurm.conf"
    slurmctld -f "$SLURM_CONF"
    sleep 1
    slurmd -f "$SLURM_CONF" -N "$node"
    for _ in $(seq 30); do
        if sinfo -h -o %t 2> /dev/null | grep -q idle; then echo "export SLURM_CONF=$SLURM_CONF"; exit 0; fi
        sleep 0.5
    done
    echo "the node did not become idle; see $folder/log" >&2
    exit 1
    ;;
stop)
    for daemon in slurmd slurmctld; do
        if [ -f "$folder/$daemon.pid" ]; then kill "$(cat "$folder/$daemon.pid")" || true; fi
    done
    ;;
esac
