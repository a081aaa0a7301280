"""Strict readers of the environment: a value that is not understood stops the start, it is never guessed."""

import os
from pathlib import Path

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})


class SettingRefused(Exception):
    """A setting is missing or says something that cannot be understood. Raised while starting, before anything is served."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


def text(name: str, default: str | None = None) -> str:
    """The setting as text. Without a default it must be there and not be empty."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise SettingRefused(name, "this setting must be given")
    return default


def flag(name: str, *, default: bool) -> bool:
    """A yes or a no: 1/0, true/false, yes/no, on/off."""
    value = text(name, "").lower()
    if not value:
        return default
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise SettingRefused(name, f"{value!r} is neither yes nor no")


def whole(name: str, default: int, *, least: int = 0, most: int = 1_000_000) -> int:
    """A whole number between two bounds, both included."""
    value = text(name, "")
    if not value:
        return default
    if not value.isascii() or not value.isdigit():
        raise SettingRefused(name, f"{value!r} is not a whole number")
    if not least <= int(value) <= most:
        raise SettingRefused(name, f"{value} is not between {least} and {most}")
    return int(value)


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A list separated by commas; blanks around each word do not count."""
    value = text(name, "")
    return [word for word in (piece.strip() for piece in value.split(",")) if word] if value else list(default)


def folder(name: str, default: Path) -> Path:
    """A folder, given as an absolute path."""
    value = text(name, "")
    if not value:
        return default
    if not Path(value).is_absolute():
        raise SettingRefused(name, f"{value!r} is not an absolute path")
    return Path(value)


def one_of(name: str, choices: tuple[str, ...], default: str) -> str:
    """One word among a closed list."""
    value = text(name, default)
    if value not in choices:
        raise SettingRefused(name, f"{value!r} is none of {', '.join(choices)}")
    return value
