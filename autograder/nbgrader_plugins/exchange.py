"""nbgrader's exchange, where it does not expect what our grader leaves: feedback for students who have handed in nothing."""

from glob import glob
from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseFeedback

from autograder.course import SECRET, TIMESTAMP
from autograder.terminal import printable


class ReleaseFeedback(ExchangeReleaseFeedback):
    """As nbgrader's own, which stops, with those to come unserved, at a page of a student who cannot fetch it.

    Only who handed in through the exchange can: the page is kept there under a secret that was handed in with the notebook.
    """

    def copy_files(self):
        asked, left_out = self.coursedir.student_id_exclude, []
        for folder in sorted(map(Path, glob(self.src_path))):
            if not all((folder / name).is_file() for name in (TIMESTAMP, SECRET)):
                left_out.append(folder.parent.name)
                who = printable(left_out[-1])
                self.log.warning("%s has handed in nothing through the exchange: no feedback to fetch.", who)
        self.coursedir.student_id_exclude = ",".join(filter(None, (asked, *left_out)))
        try:
            super().copy_files()
        finally:
            self.coursedir.student_id_exclude = asked
