"""A Slurm of one node, for a test: munged, slurmctld and slurmd of the distribution, started by the user who
runs the tests, with keys, ports and state of their own in a folder."""

import ctypes
import getpass
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

# What makes a test quick changes when things happen, not what: a requeued job waits `cred_expire` before it
# starts again (two minutes by default), the scheduler looks at its queue every second.
CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=pmix
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=1
KillWait=5
ReturnToService=2
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=65536 Gres=gpu:2 State=UNKNOWN
PartitionName=test Nodes={host} Default=YES State=UP
"""
GPUS = "NodeName={host} Name=gpu File=/dev/null\nNodeName={host} Name=gpu File=/dev/zero\n"


def end_with_the_test():
    """In a daemon: SIGTERM when the test's process ends, however it does (PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.daemons = []
        self.environment = {}

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_):
        self._stop()

    def _start(self):
        munge = self.folder / "munge"
        munge.mkdir(parents=True, mode=0o755)
        key = munge / "key"
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_bytes(128))
        # --force: the folder of a test may be one that others can write in.
        self._daemon(
            ["munged", "--foreground", "--force", f"--key-file={key}", f"--socket={munge}/socket",
             f"--pid-file={munge}/pid", f"--seed-file={munge}/seed", f"--log-file={munge}/log"]
        )  # fmt: skip
        self._wait(lambda: (munge / "socket").exists(), "munged")

        (self.folder / "state").mkdir()
        (self.folder / "spool").mkdir()
        host = socket.gethostname().split(".")[0]
        configuration = self.folder / "slurm.conf"
        self.environment = {"SLURM_CONF": str(configuration)}
        settings = {
            "host": host,
            "user": getpass.getuser(),
            "folder": self.folder,
            "controller_port": free_port(),
            "node_port": free_port(),
        }
        configuration.write_text(CONFIGURATION.format(**settings))
        (self.folder / "gres.conf").write_text(GPUS.format(host=host))
        self._daemon(["slurmctld", "-D"])
        self._daemon(["slurmd", "-D", "-N", host])
        self._wait(
            lambda: "idle" in self.command("sinfo", "--noheader", "--format=%T", check=False), "a node"
        )

    def _daemon(self, arguments):
        """Starts one in the foreground, its output in a file."""
        name = arguments[0]
        program = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
        assert program, f"{name} is missing: jobs/setup.sh --tests installs it"
        with open(self.folder / f"{name}.out", "w") as output:
            self.daemons.append(
                subprocess.Popen(
                    [program, *arguments[1:]],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=os.environ | self.environment,
                    start_new_session=True,
                    preexec_fn=end_with_the_test,
                )
            )

    def _stop(self):
        """Ends every job and then the daemons, last started first."""
        if len(self.daemons) == 3:
            self.command("scancel", "--user", getpass.getuser(), check=False)
            try:
                self._wait(
                    lambda: not self.command("squeue", "--noheader", check=False).strip(), "jobs to end"
                )
            except AssertionError:
                pass
        for daemon in reversed(self.daemons):
            daemon.send_signal(signal.SIGTERM)
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def _wait(self, condition, what, seconds=20):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"waited in vain for {what}: {self.logs()}"
            time.sleep(0.1)

    def command(self, *arguments, check=True, timeout=30, **more):
        """A command of Slurm's clients; its output."""
        process = subprocess.run(
            [*map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout,
            env=os.environ | self.environment,
            **more,
        )
        assert not check or process.returncode == 0, process.stdout + process.stderr
        return process.stdout

    def job(self, number):
        """What Slurm knows of a job: {"JobState": "RUNNING", "Restarts": "0", …}."""
        words = self.command("scontrol", "--oneliner", "show", "job", number).split()
        return dict(word.split("=", 1) for word in words if "=" in word)

    def logs(self):
        """What the daemons wrote last."""
        files = sorted([*self.folder.glob("*.out"), *self.folder.glob("*.log")])
        return "\n".join(f"--- {file.name}\n{file.read_text(errors='replace')[-2000:]}" for file in files)
