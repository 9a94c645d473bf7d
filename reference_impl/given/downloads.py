"""Data sets that scikit-learn downloads, and what to say where it cannot."""

import warnings
import zlib
from http.client import HTTPException
from pathlib import Path

# How a download fails: without a network, broken off (which OpenML's files show only when they are read), or
# with another checksum.
FAILURES = (OSError, HTTPException, ValueError, EOFError, zlib.error)


def download(title, fetch, *args, **options):
    """Fetch a data set from scikit-learn's cache or the network; where neither has it, say what to do."""
    try:
        from sklearn import datasets
    except ModuleNotFoundError:
        raise ConnectionError(
            f"{title} is downloaded with scikit-learn, which is not here (the browser edition has none): "
            "do this part in JupyterLab on a computer, on Binder or in Colab"
        ) from None
    cache = Path(datasets.get_data_home())
    before = set(cache.rglob("*"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # scikit-learn announces each try; one line at the end is enough
            return getattr(datasets, fetch)(*args, n_retries=1, delay=0.5, **options)
    except FAILURES as error:
        for path in set(cache.rglob("*")) - before:  # part of what came may be wrong: next time, all anew
            if path.is_file():
                path.unlink()
        raise ConnectionError(
            f"{title} is not in {cache} and cannot be downloaded ({error}): "
            "connect to the internet and try again, or set SCIKIT_LEARN_DATA to a folder that has it"
        ) from None
