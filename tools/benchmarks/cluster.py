"""A Dask scheduler and its workers, in separate processes on this machine."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

from autograder.course import COURSE


class Cluster:
    """Starts when it is created, and ends with `close`. The first worker has no nanny, which would restart it after a kill.

    Parameters
    ----------
    folder : Path
        Where the processes run.
    workers : int
    """

    def __init__(self, folder, workers):
        self.folder, self.processes = folder, []
        self.scheduler = self.start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
                                    "--no-dashboard", "--scheduler-file", "scheduler.json")  # fmt: skip
        file = folder / "scheduler.json"
        while not (file.exists() and file.read_text().rstrip().endswith("}")):  # written completely
            time.sleep(0.05)
        self.address = json.loads(file.read_text())["address"]
        self.workers = [
            self.start("distributed.cli.dask_worker", self.address, "--nthreads", "1", "--no-dashboard", *options)
            for options in [("--no-nanny",), *[()] * (workers - 1)]
        ]

    def start(self, module, *arguments):
        environment = {**os.environ, "PYTHONPATH": str(COURSE)}
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], cwd=self.folder, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def close(self):
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # a nanny and its worker
            process.wait()
