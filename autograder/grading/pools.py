"""Where submissions are graded: in processes on this machine, or on a Dask cluster.

A pool is called with the students and with `tasks`, a function from students to an iterable of ``(student, *arguments of
work)``. It leaves out students who need not be graded, and reads each submission when its turn comes. The pool yields each
student and graded submission as soon as it is done. A submission whose worker dies or runs out of memory is tried once more,
alone; if that happens again, the submission is flagged, and the others go on.
"""

import contextlib
import os
import signal
import threading
from concurrent.futures import FIRST_COMPLETED, wait
from itertools import islice

from autograder import extras
from autograder.course import CourseError
from autograder.grading.worker import failed, warm_up, work_for


class Processes:
    """Grades in other processes on this machine. If one dies, no other student's work is lost."""

    def __init__(self, jobs):
        self.jobs, self.warming = jobs, []

    def warm_up(self, setup, shared):
        """Let the workers start and connect to the fork server, without waiting for them."""
        workers = self._workers()
        self.warming = [workers.submit(warm_up, setup, shared) for _ in range(self.jobs)]

    def __call__(self, students, tasks):
        from joblib.externals.loky.process_executor import BrokenProcessPool

        left, tries, sent = dict.fromkeys(students), 3, set()

        def noted(tasks):
            for task in tasks:
                sent.add(task[0])
                yield task

        while True:
            try:
                for future in self.warming:
                    future.result()
                for student, graded in self._run(noted(tasks(list(left)))):
                    del left[student]
                    yield student, graded
                return
            except (BrokenProcessPool, MemoryError):
                self.warming = []
                tries -= not sent  # if no submission was sent, the workers themselves cannot start
                if not tries:
                    raise
            suspects = [student for student in left if student in sent]  # one of these ended its worker
            for student, graded in self._alone(tasks(suspects)):
                del left[student]
                yield student, graded
            sent.clear()

    @staticmethod
    def _alone(tasks):
        """Grade one submission after the other in a separate worker. One that dies is replaced."""
        from joblib.externals.loky import ProcessPoolExecutor
        from joblib.externals.loky.process_executor import BrokenProcessPool

        with contextlib.ExitStack() as workers:
            worker = None
            for task in tasks:
                worker = worker or workers.enter_context(ProcessPoolExecutor(max_workers=1))
                try:
                    done = worker.submit(work_for, *task).result()
                except (BrokenProcessPool, MemoryError):
                    workers.close()
                    worker, done = None, (task[0], failed(task[1]))
                yield done

    def _workers(self):
        """Return the worker processes. A run that follows soon uses them again."""
        # loky takes long to import, so the fork server is started first
        from joblib.externals.loky import get_reusable_executor

        with _leaving_interrupts():
            workers = get_reusable_executor(max_workers=self.jobs, timeout=300)
            workers.submit(os.getpid)  # starts all of them
        return workers

    def _run(self, tasks):
        """Yield each task's result as soon as it is done, and read only a few tasks ahead."""
        workers, running = self._workers(), set()
        try:
            while True:
                ahead = islice(tasks, 2 * self.jobs - len(running))
                running.update(workers.submit(work_for, *task) for task in ahead)
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        finally:
            if running:  # the caller stopped early
                workers.shutdown(kill_workers=True)


@contextlib.contextmanager
def _leaving_interrupts():
    """Make processes started inside the block ignore Ctrl+C; this process ends them.

    A Ctrl+C inside the block is delivered afterwards, unless another thread has received it.
    """
    if threading.current_thread() is not threading.main_thread():  # only the main thread may set signal handlers
        yield
        return
    mask, action = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT]), signal.getsignal(signal.SIGINT)
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        yield
    finally:
        signal.signal(signal.SIGINT, action)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


class Cluster:
    """Grades on a Dask cluster. Its scheduler gives a lost worker's tasks to other workers, a few times."""

    def __init__(self, address):
        try:
            import distributed
        except ImportError:
            raise CourseError(f"--scheduler needs Dask. {extras.what_is_missing('cluster')}") from None
        self.address, self.dask = address, distributed

    def __call__(self, students, tasks):
        with self._client() as client:
            waiting, sent, lost = iter(tasks(students)), {}, []
            ahead = 4 * max(1, sum(client.nthreads().values()))  # enough to keep all workers busy with few in memory

            def submit(count):
                new = {client.submit(work_for, *task, pure=False): task[0] for task in islice(waiting, count)}
                sent.update(new)
                return list(new)

            running = self.dask.as_completed(submit(ahead), with_results=True, raise_errors=False)
            for future, graded in running:
                student = sent.pop(future)
                if future.status == "error":
                    self._raise_other(future)
                    lost.append(student)
                else:
                    yield graded
                future.release()
                running.update(submit(1))
            for task in tasks(lost):
                alone = client.submit(work_for, *task, pure=False)
                self.dask.wait(alone)
                if alone.status == "error":
                    self._raise_other(alone)
                yield (task[0], failed(task[1])) if alone.status == "error" else alone.result()

    def _client(self):
        try:
            return self.dask.Client(self.address)
        except (OSError, ValueError) as error:
            raise CourseError(f"No Dask scheduler answers at {self.address}: {error}. Is it running?") from None

    def _raise_other(self, future):
        """Raise the error with which a submission failed, unless its workers were lost."""
        error = future.exception()
        if not isinstance(error, self.dask.scheduler.KilledWorker):
            raise error
