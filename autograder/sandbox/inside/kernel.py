"""Makes a session's shell behave like Jupyter's: forbidden lines say so, and the cell goes on.

Nothing here protects anything (`lockdown` does). It replaces the sandbox's bare errors by lines that a student understands.
"""

import re

NATIVE_LINES = {
    "alias_magic", "autoawait", "autocall", "automagic", "colors", "config", "doctest_mode", "env", "load_ext", "pdef",
    "pdoc", "pinfo", "pinfo2", "pprint", "precision", "prun", "psource", "pwd", "pylab", "quickref", "reload_ext", "run",
    "set_env", "time", "timeit", "unload_ext", "who", "who_ls", "whos", "xmode",
}  # fmt: skip
NATIVE_CELLS = {
    "HTML", "SVG", "capture", "file", "html", "javascript", "js", "latex", "markdown", "prun", "svg", "time", "timeit",
    "writefile",
}  # fmt: skip
RUN_CODE = {"capture", "prun", "run", "time", "timeit"}  # an error in them is the student's own
DEFINITION = re.compile(r"^(?:async +def|def|class) ", re.M)


class NotHere(Exception):
    """A magic that a notebook's definitions depend on cannot be used here."""


def not_run(what):
    """Print that a line was skipped."""
    print(f"not run here: {what}")


class KernelLike:
    """A mixin for an IPython shell: shell lines and magics that cannot work here are reported and skipped."""

    def system(self, command):
        not_run(f"!{command}")
        self.user_ns["_exit_code"] = 0

    system_raw = system_piped = system

    def getoutput(self, command, split=True, depth=0):
        from IPython.utils.text import SList

        not_run(f"!{command}")
        return SList() if split else ""

    def enable_gui(self, gui=None):
        pass

    def ask_exit(self):
        not_run("exit")

    def magic(self, line):
        """Run a line magic, as in IPython before version 8."""
        name, _, rest = line.lstrip("%").partition(" ")
        return self.run_line_magic(name, rest, 2)

    def run_line_magic(self, magic_name, line, _stack_depth=1):
        if magic_name == "matplotlib":
            return None  # figures are shown in the notebook already
        if magic_name not in NATIVE_LINES:
            return not_run(f"%{magic_name} {line}".rstrip())
        try:
            return super().run_line_magic(magic_name, line, _stack_depth + 1)
        except Exception as error:
            if magic_name in RUN_CODE:
                raise
            return not_run(f"%{magic_name} {line}".rstrip() + f" ({error})")

    def run_cell_magic(self, magic_name, line, cell):
        if magic_name in NATIVE_CELLS:
            if magic_name in RUN_CODE and not cell.lstrip().startswith("%%"):
                cell = f"#\n{cell}"  # so that an error's line numbers count from the top of the whole cell
            return super().run_cell_magic(magic_name, line, cell)
        if DEFINITION.search(cell):
            raise NotHere(f"%%{magic_name} cannot be used here, and its cell was not run")
        return not_run(f"%%{magic_name} {line}".rstrip())
