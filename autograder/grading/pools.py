"""Where submissions are graded: in processes of this machine, or on a Dask cluster.

A pool is called with the students and with `tasks`: a function from students to an iterable of ``(student, *arguments of
work)``, which leaves out those who need not be graded, and reads each submission when its turn comes. It yields each
student and graded submission as they come.
"""

from itertools import islice

from autograder.course import CourseError
from autograder.grading.worker import warm_up, work_for


class Processes:
    """Grades in processes of this machine. A process that dies takes no other student's work with it."""

    def __init__(self, jobs):
        self.jobs, self.warming = jobs, ()

    def warm_up(self, setup, shared):
        """Let the workers start and find the fork server, and go on without waiting."""
        if self.jobs > 1:
            self.warming = self._run(warm_up, [(setup, shared)] * self.jobs)

    def __call__(self, students, tasks):
        from joblib.externals.loky.process_executor import BrokenProcessPool

        left, tries = dict.fromkeys(students), 3
        while True:
            try:
                for _ in self.warming:
                    pass
                for student, graded in self._run(work_for, tasks(list(left))):
                    del left[student]
                    yield student, graded
                return
            except BrokenProcessPool:
                tries, self.warming = tries - 1, ()
                if not tries:
                    raise

    def _run(self, function, argument_lists):
        from joblib import Parallel, delayed  # takes long to import: the fork server starts before

        calls = (delayed(function)(*arguments) for arguments in argument_lists)
        return Parallel(n_jobs=self.jobs, batch_size=1, return_as="generator_unordered")(calls)


class Cluster:
    """Grades on a Dask cluster. Its scheduler gives the work of a worker that is lost to another one."""

    def __init__(self, address):
        try:
            import distributed
        except ImportError:
            raise CourseError("--scheduler needs Dask: pip install 'neural-networks-from-scratch[cluster]'.") from None
        self.address, self.dask = address, distributed

    def __call__(self, students, tasks):
        with self.dask.Client(self.address) as client:
            waiting = iter(tasks(students))
            ahead = 4 * max(1, sum(client.nthreads().values()))  # enough to keep all busy, and few in memory

            def submit(count):
                return [client.submit(work_for, *task, pure=False) for task in islice(waiting, count)]

            running = self.dask.as_completed(submit(ahead), with_results=True)
            for future, (student, graded) in running:
                future.release()
                running.update(submit(1))
                yield student, graded
