"""The progress bar of a training, where there is one."""


class NoBar:
    """Stands in for a progress bar where there is to be none, or no tqdm."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def update(self):
        pass

    def write(self, line):
        print(line)


def progress_bar(total, done, shown=True):
    """A progress bar of `total` steps, of which some are done."""
    if not shown:
        return NoBar()
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return NoBar()
    return tqdm(total=total, initial=done, unit="step", leave=False)
