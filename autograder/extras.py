"""The extras of the package: what each one requires, and what is missing here."""

from importlib import metadata

PACKAGE = "neural-networks-from-scratch"


def missing(extra):
    """Return an extra's requirements that are not installed; for ``""``, those of the package itself."""
    try:
        from packaging.requirements import Requirement
    except ModuleNotFoundError:  # JupyterLab installs it, and others that are then missing too: the next run names them
        return ["packaging"]
    try:
        requirements = map(Requirement, metadata.requires(PACKAGE) or ())
    except metadata.PackageNotFoundError:  # it runs from its source, without an installation
        return []
    wanted = [one for one in requirements if not one.marker or one.marker.evaluate({"extra": extra})]
    return [f"{one.name}{one.specifier}" for one in wanted if not _installed(one)]


def _installed(requirement):
    try:
        return requirement.specifier.contains(metadata.version(requirement.name), prereleases=True)
    except metadata.PackageNotFoundError:
        return False


def what_is_missing(extra):
    """Return a sentence that says what an extra lacks and how to install it; "" if nothing is missing."""
    if not (lacking := missing(extra)):
        return ""
    whole = f"The extra `{extra}`" if extra else "The package"
    command = "python -m pip install " + " ".join(f'"{requirement}"' for requirement in lacking)
    return f"{whole} is not complete here. To install what is missing: {command}"
