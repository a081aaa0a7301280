"""Whether the files of an archive follow one another: rules over names, without any server."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.gateways.backups._archive import Kept, Segment, cover, kept_in, name_of, read_lsn, segment_of, write_lsn

SIZE = 1 << 24
SHA = "0123456789abcdef" * 2


def piece(rank: int, first: int = 0, until: int = SIZE, timeline: int = 1) -> Kept:
    segment = Segment(timeline, rank, SIZE)
    return Kept(segment, first, until, SHA, Path(name_of(segment, first, until, SHA)))


@given(place=st.integers(min_value=0, max_value=2**63 - 1))
def test_a_place_is_written_as_postgresql_writes_it(place: int) -> None:
    assert read_lsn(write_lsn(place)) == place


@pytest.mark.parametrize(
    ("place", "name"),
    [("0/3000028", "000000010000000000000003"), ("0/FFFFFFFF", "0000000100000000000000FF"), ("1/0", "000000010000000100000000"), ("2A/5000000", "000000010000002A00000005")],
)  # fmt: skip
def test_a_segment_has_the_name_postgresql_gives_it(place: str, name: str) -> None:
    assert segment_of(read_lsn(place), timeline=1, size=SIZE).name == name


def test_names_are_read_back_and_strangers_passed_over(tmp_path: Path) -> None:
    for name in (piece(3).path.name, piece(4, 0, 100).path.name, piece(300, 5, 9, timeline=2).path.name, ".draft-x", "notes.txt"):
        (tmp_path / name).touch()
    found = kept_in(tmp_path, size=SIZE)
    assert [(each.segment.timeline, each.segment.rank, each.first, each.until, each.whole) for each in found] == [
        (1, 3, 0, SIZE, True), (1, 4, 0, 100, False), (2, 300, 5, 9, False),
    ]  # fmt: skip


def test_the_log_is_followed_to_the_last_piece() -> None:
    found = cover([piece(3), piece(4), piece(5, 0, 100), piece(5, 100, 250)], start=Segment(1, 3, SIZE))
    assert (found.reached, found.missing, len(found.used)) == (5 * SIZE + 250, None, 4)


def test_a_missing_segment_is_named_with_what_follows() -> None:
    found = cover([piece(3), piece(5)], start=Segment(1, 3, SIZE))
    assert (found.missing, found.after) == ("000000010000000000000004", piece(5).path.name)
    assert found.reached == 4 * SIZE


def test_a_missing_piece_is_named_with_what_follows() -> None:
    found = cover([piece(3), piece(4, 0, 100), piece(4, 200, 300)], start=Segment(1, 3, SIZE))
    assert (found.missing, found.after) == ("000000010000000000000004.00000064-000000c8", piece(4, 200, 300).path.name)


def test_nothing_after_a_base_is_no_hole() -> None:
    assert cover([piece(1), piece(2)], start=Segment(1, 3, SIZE)).missing is None
    assert cover([], start=Segment(1, 3, SIZE)).used == ()


def test_overlapping_pieces_of_a_restarted_archive_are_read_once() -> None:
    found = cover([piece(3, 0, 100), piece(3, 100, 300), piece(3, 0, 250), piece(3)], start=Segment(1, 3, SIZE))
    assert [(each.first, each.until) for each in found.used] == [(0, SIZE)]


def test_another_timeline_carries_on_where_the_first_was_left() -> None:
    found = cover([piece(3), piece(4, 0, 100), piece(4, timeline=2), piece(5, 0, 8, timeline=2)], start=Segment(1, 3, SIZE))
    assert (found.reached, found.missing) == (5 * SIZE + 8, None)


@given(cuts=st.sets(st.integers(min_value=1, max_value=SIZE - 1), max_size=6), dropped=st.integers(min_value=0, max_value=7))
def test_whatever_the_pieces_a_hole_is_seen(cuts: set[int], dropped: int) -> None:
    bounds = [0, *sorted(cuts), SIZE]
    pieces = [piece(3, first, until) for first, until in itertools.pairwise(bounds)]
    whole = cover([*pieces, piece(4)], start=Segment(1, 3, SIZE))
    assert (whole.reached, whole.missing) == (5 * SIZE, None)
    if dropped < len(pieces):
        holed = cover([*pieces[:dropped], *pieces[dropped + 1 :], piece(4)], start=Segment(1, 3, SIZE))
        assert holed.missing is not None
        assert holed.reached == 3 * SIZE + pieces[dropped].first
