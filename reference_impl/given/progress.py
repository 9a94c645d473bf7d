"""The progress bar of training, if there is one."""


class NoBar:
    """Stands in for a progress bar if none is wanted or tqdm is not installed."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def update(self):
        pass

    def write(self, line):
        print(line)


def progress_bar(total, done, shown=True):
    """Return a progress bar of `total` steps, of which `done` are finished."""
    if not shown:
        return NoBar()
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return NoBar()
    return tqdm(total=total, initial=done, unit="step", leave=False)
