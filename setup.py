"""What pyproject.toml cannot say: a wheel contains a course, which ``nn-from-scratch init`` copies."""

import shutil
import tomllib
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithCourse(build_py):
    """Builds the packages and puts the course into ``autograder/shipped``; an editable installation uses the clone's."""

    def run(self):
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)  # so that files from an earlier build are not packed
        super().run()
        if not self.editable_mode:
            self._put_course(Path(self.build_lib) / "autograder" / "shipped")

    def _put_course(self, folder):
        settings = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
        for path in map(Path, settings["tool"]["nn-from-scratch"]["course"]):
            if path.is_dir():
                for file in sorted([*path.glob("[!.]*/*.ipynb"), *path.glob("[!.]*/*.py")]):
                    self._put(file, folder)
            else:
                self._put(path, folder)

    def _put(self, file, folder):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, folder / file)


setup(cmdclass={"build_py": BuildWithCourse})
