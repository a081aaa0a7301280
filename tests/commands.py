"""`carnet` in the process of the tests, for what it says and does: starting Python and Django takes twenty times longer than most commands.

What is about the process itself (a start from nothing, signals, what needs no database) is tested on real ones, beside.
"""

import contextlib
import io
import signal
import subprocess
import sys
from unittest import mock

from django.utils import translation

from carnet.cli import main


def carnet(*words: str, **surroundings: str) -> subprocess.CompletedProcess[str]:
    """Run one command on the database that Django uses now; its words are French whatever the terminal's language."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    before = signal.getsignal(signal.SIGTERM)
    with contextlib.ExitStack() as stack:
        stack.enter_context(translation.override(translation.get_language()))
        stack.enter_context(
            mock.patch.dict("os.environ", {"CARNET_DATABASE_URL": "postgresql://given", "LC_ALL": "", "LANG": "fr_FR.UTF-8"})
        )
        stack.enter_context(mock.patch.dict("os.environ", surroundings))
        stack.enter_context(mock.patch("django.setup"))  # done; doing it again would take the logs from pytest
        stack.enter_context(mock.patch.object(sys, "argv", ["carnet", *words]))
        stack.enter_context(mock.patch.object(sys, "stdin", io.StringIO()))
        stack.enter_context(contextlib.redirect_stdout(out))
        stack.enter_context(contextlib.redirect_stderr(err))
        try:
            main.run()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        finally:
            signal.signal(signal.SIGTERM, before)
    said, complained = (each.buffer.getvalue().decode("utf-8") for each in (out, err))  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(["carnet", *words], code, said, complained)
