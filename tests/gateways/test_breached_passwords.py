"""Stolen passwords found on the disk by halves: each of the list, none beside it, whatever the list's size; what is no list refuses."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from carnet.cli.guards import breached_check
from carnet.gateways.breached_passwords import BreachedListUnreadable, is_breached

STOLEN = ["password", "correct horse battery", "une phrase déjà volée", "abricot mûr de juillet"]


def sha1(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def single(path: Path, passwords: list[str], end: str = "\n", *, last: bool = True) -> Path:
    """One file, as the downloader writes it: sorted, each with how often it was seen."""
    lines = sorted(f"{sha1(each)}:{1 + len(each) ** 9 % 10_000_000}" for each in passwords)
    path.write_bytes((end.join(lines) + (end if last else "")).encode("ascii"))
    return path


def ranges(folder: Path, passwords: list[str]) -> Path:
    """A folder of files, one for each beginning of five digits."""
    folder.mkdir()
    for password in passwords:
        digest = sha1(password)
        others = f"{'0' * 34}1:3\r\n{digest[5:]}:12\r\n{'F' * 35}:1"
        (folder / f"{digest[:5]}.txt").write_text(others, encoding="ascii")
    return folder


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_each_of_the_list_is_found_and_nothing_else(tmp_path: Path, end: str, last: bool) -> None:
    many = [f"stolen {rank}" for rank in range(3_000)]
    path = single(tmp_path / "list.txt", [*STOLEN, *many], end, last=last)
    assert all(is_breached(each, path=path) for each in [*STOLEN, *many])
    assert not any(is_breached(f"{each} and more", path=path) for each in many)


@given(st.sets(st.integers(0, 10**6), min_size=1, max_size=40), st.sets(st.integers(0, 10**6), max_size=40))
@settings(max_examples=60, deadline=None)
def test_whatever_the_list(tmp_path_factory: pytest.TempPathFactory, held: set[int], asked: set[int]) -> None:
    path = single(tmp_path_factory.mktemp("list") / "list.txt", [str(each) for each in held])
    assert {each for each in held | asked if is_breached(str(each), path=path)} == held


def test_a_list_as_large_as_the_real_one_takes_as_many_looks_as_its_halves(tmp_path: Path) -> None:
    """Forty gigabytes of holes would do; here, that looks grow by one when the list doubles is seen by what is read of it."""
    path = single(tmp_path / "list.txt", [f"stolen {rank}" for rank in range(20_000)])
    looks = []

    class Counted(type(path)):  # type: ignore[misc]
        def open(self, *words: Any, **named: Any) -> Any:
            file = super().open(*words, **named)
            read = file.read
            wrapped = type(
                "File", (), {"read": lambda _self, size: (looks.append(size), read(size))[1], "seek": lambda _self, *w: file.seek(*w)}
            )()
            return type("Opened", (), {"__enter__": lambda _self: wrapped, "__exit__": lambda _self, *w: file.close()})()

    assert is_breached("stolen 7", path=Counted(path))
    assert len(looks) <= 24
    assert sum(looks) < 4_000


def test_a_folder_of_ranges_is_read_too(tmp_path: Path) -> None:
    folder = ranges(tmp_path / "ranges", STOLEN)
    assert all(is_breached(each, path=folder) for each in STOLEN)
    with pytest.raises(BreachedListUnreadable):
        is_breached("whose range is not there", path=folder)
    digest = sha1("another of that range")
    (folder / f"{digest[:5]}.txt").write_text(f"{'A' * 35}:1\n", encoding="ascii")
    assert not is_breached("another of that range", path=folder)


@pytest.mark.parametrize(
    "content", [b"", b"password\nletmein\n", b"\0" * 5_000, b"5BAA61E4:1\n", b"x" * 5_000, sha1("a").encode()[:30] + b"\n"]
)
def test_what_is_no_list_is_said_and_refuses(tmp_path: Path, settings: Any, content: bytes) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(content)
    with pytest.raises(BreachedListUnreadable):
        is_breached("a password", path=path)
    settings.BREACHED_PASSWORDS = path
    assert not breached_check().well
    with pytest.raises(ValidationError) as refused:
        validate_password("une phrase assez longue et neuve")
    assert "breached_list_unreadable" in [each.code for each in refused.value.error_list]


def test_a_stolen_password_is_refused_where_a_password_is_chosen(tmp_path: Path, settings: Any) -> None:
    settings.BREACHED_PASSWORDS = single(tmp_path / "list.txt", STOLEN)
    assert breached_check().well
    with pytest.raises(ValidationError) as refused:
        validate_password("une phrase déjà volée")
    assert [each.code for each in refused.value.error_list] == ["password_breached"]
    validate_password("une phrase que personne n’a")
    settings.BREACHED_PASSWORDS = None
    validate_password("une phrase déjà volée")
    assert breached_check().warns


def test_a_list_in_another_order_is_found_out(tmp_path: Path, settings: Any) -> None:
    """The list also goes around sorted by how often each was seen: halves find nothing in it."""
    lines = sorted((f"{sha1(each)}:1" for each in [*STOLEN, *(f"stolen {rank}" for rank in range(500))]), reverse=True)
    settings.BREACHED_PASSWORDS = tmp_path / "list.txt"
    settings.BREACHED_PASSWORDS.write_text("\n".join(lines), encoding="ascii")
    assert not breached_check().well
