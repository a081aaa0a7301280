"""A file of text lines in somebody else's keeping (a share, another disk, a git folder): only ever added to, and flushed to the disk."""

import fcntl
import os
from pathlib import Path

NAME = "anchors.csv"


def text_of(folder: Path) -> str:
    """What is there; nothing before the first line. Raises: OSError, UnicodeDecodeError."""
    try:
        return (folder / NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def add(folder: Path, lines: str, *, header: str, expected: str) -> bool:
    """Add whole lines after what was read (`expected`); False, and nothing written, if the file says something else by now. Raises: OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        kept = file.read()
        if kept != expected.encode():
            return False
        file.write((lines if kept else header + lines).encode())
        file.flush()
        os.fsync(file.fileno())
    return True


def keep_beside(folder: Path, name: str, content: bytes) -> None:
    """A file of its own beside the lines, written once: what is there already stays. Raises: OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        return
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
