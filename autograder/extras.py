"""The extras of the package: what each asks for, and what of it is missing here."""

from importlib import metadata

PACKAGE = "neural-networks-from-scratch"


def missing(extra):
    """What is not installed of what an extra asks for, as requirements; of ``""``, what the package itself asks for."""
    from packaging.requirements import Requirement

    try:
        requirements = map(Requirement, metadata.requires(PACKAGE) or ())
    except metadata.PackageNotFoundError:  # run beside its source, without having been installed
        return []
    wanted = [each for each in requirements if not each.marker or each.marker.evaluate({"extra": extra})]
    return [f"{each.name}{each.specifier}" for each in wanted if not _installed(each)]


def _installed(requirement):
    try:
        return requirement.specifier.contains(metadata.version(requirement.name), prereleases=True)
    except metadata.PackageNotFoundError:
        return False


def what_is_missing(extra):
    """A sentence that says what of an extra is missing, and how to install it; empty where nothing is."""
    if not (lacking := missing(extra)):
        return ""
    whole = f"The extra `{extra}`" if extra else "The package"
    command = "python -m pip install " + " ".join(f'"{each}"' for each in lacking)
    return f"{whole} is not complete here. Install what is missing: {command}"
