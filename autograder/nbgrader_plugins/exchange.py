"""nbgrader's exchange, adapted to feedback for students who have handed in nothing, which nbgrader does not expect."""

from glob import glob
from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseFeedback

from autograder.course import SECRET, TIMESTAMP
from autograder.terminal import printable


class ReleaseFeedback(ExchangeReleaseFeedback):
    """nbgrader's own class, which would stop at the first page that its student cannot fetch.

    Only students who handed in through the exchange can fetch a page: it is kept there under a secret that came with the notebook.
    """

    def copy_files(self):
        asked, left_out = self.coursedir.student_id_exclude, []
        for folder in sorted(map(Path, glob(self.src_path))):
            if not all((folder / name).is_file() for name in (TIMESTAMP, SECRET)):
                left_out.append(folder.parent.name)
                who = printable(left_out[-1])
                self.log.warning(
                    "%s has handed in nothing through the exchange, so there is no feedback to fetch.", who
                )
        self.coursedir.student_id_exclude = ",".join(filter(None, (asked, *left_out)))
        try:
            super().copy_files()
        finally:
            self.coursedir.student_id_exclude = asked
