"""Download data sets with scikit-learn, and say what to do if that fails."""

import warnings
import zlib
from http.client import HTTPException
from pathlib import Path

# A download fails without a network, when it breaks off (which OpenML's files show only when they are read), or with a
# wrong checksum.
FAILURES = (OSError, HTTPException, ValueError, EOFError, zlib.error)


def download(title, fetch, *args, **options):
    """Fetch a data set from scikit-learn's cache or the network; if neither has it, say what to do."""
    try:
        from sklearn import datasets
    except ModuleNotFoundError:
        raise ConnectionError(
            f"{title} is downloaded with scikit-learn, which is not installed here (the browser edition lacks it): "
            "do this part in JupyterLab on a computer, on Binder or in Colab"
        ) from None
    cache = Path(datasets.get_data_home())
    before = set(cache.rglob("*"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # scikit-learn announces each try; one line at the end is enough
            return getattr(datasets, fetch)(*args, n_retries=1, delay=0.5, **options)
    except FAILURES as error:
        for path in set(cache.rglob("*")) - before:  # some of it may be damaged: next time, fetch all of it again
            if path.is_file():
                path.unlink()
        raise ConnectionError(
            f"{title} is not in {cache} and cannot be downloaded ({error}): "
            "connect to the internet and try again, or set SCIKIT_LEARN_DATA to a folder that has it"
        ) from None
