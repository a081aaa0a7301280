"""How the site's own processes are started."""

import multiprocessing

import granian
import pytest

from carnet.cli.serve import serve_until_stopped


def test_a_worker_is_a_new_program_never_a_fork_of_one_that_may_have_drawn_a_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
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
        serve_until_stopped(host="127.0.0.1", port=1, workers=1, threads=1, worker=False)
    finally:
        multiprocessing.set_start_method(before, force=True)
    assert seen == ["spawn"]
