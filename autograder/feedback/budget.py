"""The limits of one page: a notebook that would exceed them is shown only in part, and the page says so."""

import time

SECONDS, BYTES = 5, 20 * 2**20
REST = (
    "<p><strong>The rest of this notebook is not shown, because the page would be larger than 20 MB or take longer than 5 seconds to "
    "make. Your points do not depend on it.</strong></p>"
)


class Budget:
    """Makes the parts of a page as long as there is time and room for them."""

    def __init__(self):
        self.end, self.left, self.is_over = time.monotonic() + SECONDS, BYTES, False

    def spend(self, make, *arguments):
        """Return the HTML from `make`; once a limit is exceeded, return `REST` once and then ""."""
        if self.is_over:
            return ""
        html = make(*arguments)
        self.left -= len(html)
        self.is_over = self.left < 0 or time.monotonic() > self.end
        return REST if self.is_over else html
