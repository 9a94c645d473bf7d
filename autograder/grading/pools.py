"""Where submissions are graded: in processes of this machine, or on a Dask cluster."""

from itertools import islice

from autograder.course import CourseError
from autograder.grading.worker import _one, _warm_up


class _Processes:
    """Grades in processes of this machine. A process that dies takes no other student's work with it."""

    def __init__(self, jobs):
        self.jobs, self.warming = jobs, ()

    def warm_up(self, key, shared):
        """Let the workers start and find the warm process, and go on without waiting."""
        if self.jobs > 1:
            self.warming = self._run(_warm_up, [(key, shared)] * self.jobs)

    def __call__(self, students, task):
        from joblib.externals.loky.process_executor import BrokenProcessPool

        left, tries = dict.fromkeys(students), 3
        while left:
            try:
                for _ in self.warming:
                    pass
                for student, outcome in self._run(_one, map(task, list(left))):
                    del left[student]
                    yield student, outcome
            except BrokenProcessPool:
                tries, self.warming = tries - 1, ()
                if not tries:
                    raise

    def _run(self, function, argument_lists):
        from joblib import Parallel, delayed  # takes long to import: the warm process starts before

        calls = (delayed(function)(*arguments) for arguments in argument_lists)
        return Parallel(n_jobs=self.jobs, batch_size=1, return_as="generator_unordered")(calls)


def _to_cluster(address):
    """Grade on a Dask cluster. Its scheduler gives the work of a worker that is lost to another one."""
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise CourseError("--scheduler needs Dask: pip install 'neural-networks-from-scratch[cluster]'.") from None

    def send(students, task):
        with Client(address) as client:
            waiting = iter(students)
            ahead = 4 * max(1, sum(client.nthreads().values()))  # enough to keep all busy, and few in memory
            running = as_completed(
                [client.submit(_one, *task(student), pure=False) for student in islice(waiting, ahead)],
                with_results=True,
            )
            for future, (student, outcome) in running:
                future.release()
                running.update([client.submit(_one, *task(each), pure=False) for each in islice(waiting, 1)])
                yield student, outcome

    return send
