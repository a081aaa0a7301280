"""A disk that fills while a file is written leaves no part of it behind, under its name or another."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from carnet.cli.main import sentence_of
from carnet.gateways.keys._files import write_once
from carnet.gateways.printer._file import written
from carnet.issuing.operations._printing import _keep


def _print(path: Path) -> None:
    with written(path) as file:
        file.write(b"%PDF")


@pytest.mark.parametrize("write", [_print, lambda path: _keep(path, b"sealed"), lambda path: write_once(path, b"key")])
def test_nothing_of_a_file_is_left(write: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "x")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as failed:
        write(tmp_path / "file")
    assert list(tmp_path.iterdir()) == []
    assert "place" in (sentence_of(failed.value) or "")
