"""How the site's own processes are started."""

import inspect
import multiprocessing

import granian
import pytest

from carnet.cli import demo
from carnet.cli.serve import serve_until_stopped


@pytest.mark.parametrize(("has_drawn", "method"), [(True, "spawn"), (False, None)])
def test_a_worker_is_no_fork_of_a_process_that_has_drawn_a_pdf(
    monkeypatch: pytest.MonkeyPatch, has_drawn: bool, method: str | None
) -> None:
    """The threads that draw PDFs do not survive a fork: the demonstration, which had drawn some before it served, waited for ever."""
    seen = []

    class Server:
        def __init__(self, **_facts: object) -> None:
            pass

        def serve(self) -> None:
            seen.append(multiprocessing.get_start_method())

    before = multiprocessing.get_start_method()
    monkeypatch.setattr(granian, "Granian", Server)
    monkeypatch.setattr("carnet.cli.running.disconnect", lambda: None)
    try:
        serve_until_stopped(host="127.0.0.1", port=1, workers=1, threads=1, worker=False, has_drawn=has_drawn)
    finally:
        multiprocessing.set_start_method(before, force=True)
    assert seen == [method or before]


def test_the_demonstration_says_that_it_has_drawn() -> None:
    assert "has_drawn=True" in inspect.getsource(demo)
