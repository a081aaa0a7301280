"""Lines kept outside, and what they prove of a database: without a database."""

import base64
import hashlib
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from carnet.continuity.rules import anchors as rules
from carnet.continuity.rules.anchors import Head, Line
from carnet.gateways.keys import ANCHORS, signs

AT = datetime(2026, 11, 2, 4, 50, tzinfo=UTC)
KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([byte]) * 32) for byte in (1, 2))


def digest_of(chain: str, number: int) -> str:
    return hashlib.sha256(f"{chain} {number}".encode()).hexdigest()


def public_of(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def line(
    number: int, before: Line | None, *, key: Ed25519PrivateKey = KEY, resumes: int | None = None, next_key: str = "", **changed: str
) -> Line:
    heads = [Head(chain, 10 * number, changed.get(chain, digest_of(chain, 10 * number))) for chain in ("journal_line", "ledger_movement")]
    told = rules.line_of(
        heads, site="https://carnet.example", number=number, day=date(2026, 11, 1) + timedelta(days=number), at=AT + timedelta(days=number),
        previous=before.digest if before else "", resumes=number - 1 if resumes is None else resumes,
        key=rules.fingerprint(public_of(key)), next_key=next_key,
    )  # fmt: skip
    signature = key.sign(rules.PURPOSE + told.message)
    return replace(told, signature=base64.b64encode(signature).decode(), public_key=base64.b64encode(public_of(key)).decode())


def season(count: int = 5) -> list[Line]:
    told: list[Line] = []
    for number in range(1, count + 1):
        told.append(line(number, told[-1] if told else None))
    return told


def faults(lines: list[Line], **known: tuple[str, ...]) -> list[tuple[str, int]]:
    found = rules.faults(lines, lambda public, message, signature: signs(public, ANCHORS, message, signature), **known)
    return [(each.what, each.number) for each in found]


def standing(lines: list[Line], *, until: int, ours: list[Line] | None = None, whole: bool = True, **changed: str) -> rules.Standing:
    """Beside a database whose every chain goes to 10 × `until`, some of its digests changed, that remembers having said `ours`."""
    found = {
        (chain, number): changed.get(f"{chain}_{number}", digest_of(chain, number))
        for chain in ("journal_line", "ledger_movement")
        for number in range(1, 10 * until + 1)
    }
    kept = {each.number: each.digest for each in (lines if ours is None else ours)}
    reached = dict.fromkeys(("journal_line", "ledger_movement"), 10 * until)
    return rules.standing(lines, found=found, reached=reached, ours=kept, whole=whole)


def named(found: rules.Standing) -> list[tuple[str, int, str]]:
    return [(each.what, each.number, each.chain) for each in found.wrong]


class TestALine:
    def test_what_is_written_is_read_back_and_holds(self) -> None:
        told = season()
        assert rules.read(rules.as_csv(told)) == (told, [])
        assert faults(told) == []

    def test_a_file_added_to_day_after_day_is_the_file_written_at_once(self) -> None:
        told = season()
        assert rules.as_csv([]) + "".join(rules.as_csv([each], header=False) for each in told) == rules.as_csv(told)

    @pytest.mark.parametrize("cut", ["no header at all", "format,site\ncarnet-anchor-1", rules.as_csv(season())[:-200] + "\n"])
    def test_a_file_that_is_not_one_is_refused(self, cut: str) -> None:
        try:
            told, wrong = rules.read(cut)
        except rules.AnchorFileUnreadable:
            return
        assert wrong or faults(told), "a line cut in the middle holds nothing"

    def test_one_digit_changed_is_named(self) -> None:
        text = rules.as_csv(season()).replace(":30:", ":31:", 1)
        _told, wrong = rules.read(text)
        assert [(each.what, each.number) for each in wrong] == [("digest", 3)]

    def test_ten_words_are_said_for_a_digest_and_another_digest_has_others(self) -> None:
        one, two = season(2)
        assert len(one.words.split()) == 10
        assert one.words != two.words
        assert rules.words_of("00" * 32) == " ".join(["abri"] * 10)

    @pytest.mark.parametrize(
        ("spoil", "expected"),
        [
            (lambda told: [told[0], *told[2:]], ("missing", 3)),
            (lambda told: [told[0], told[1], told[1], *told[2:]], ("twice", 2)),
            (lambda told: [told[0], line(2, None), *told[2:]], ("chain", 2)),
            (lambda told: [told[0], line(2, told[0], key=OTHER), *told[2:]], ("key", 2)),
            (lambda told: [told[0], replace(told[1], signature=told[0].signature), *told[2:]], ("signature", 2)),
        ],
    )
    def test_a_line_taken_out_said_twice_or_signed_by_another_is_named(self, spoil: object, expected: tuple[str, int]) -> None:
        assert expected in faults(spoil(season()))  # type: ignore[operator]

    def test_a_new_key_announced_by_the_one_before_is_believed(self) -> None:
        one = line(1, None, next_key=rules.fingerprint(public_of(OTHER)))
        assert faults([one, line(2, one, key=OTHER)]) == []
        assert faults([one, line(2, one, key=OTHER)], trusted=("0" * 64,)) == [("key", 1)]

    def test_an_auditor_checks_a_file_with_nothing_of_ours(self, tmp_path: Path) -> None:
        script = Path(rules.__file__).resolve().parents[2] / "web" / "public" / "check_anchors.py"
        good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
        good.write_text(rules.as_csv(season()), encoding="utf-8")
        bad.write_text(rules.as_csv([*season()[:2], *season()[3:]]), encoding="utf-8")
        for file, status in ((bad, 1), (good, 0)):
            done = subprocess.run([sys.executable, "-I", str(script), str(file)], capture_output=True, text=True, check=False, cwd=tmp_path)
            assert done.returncode == status, done.stdout + done.stderr
        assert season()[-1].digest in done.stdout
        # Then the very command it says.
        (command,) = [line.split() for line in done.stdout.splitlines() if "pkeyutl" in line]
        assert "Verified" in subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path).stdout


class TestADatabaseBesideTheLines:
    def test_the_one_they_told_of_agrees(self) -> None:
        found = standing(season(), until=6)
        assert (found.wrong, found.lost) == ((), ())
        assert found.agrees_until == season()[-1]

    def test_a_tail_cut_off_is_named_with_the_chain_and_the_day(self) -> None:
        told = season()
        found = rules.standing(
            told,
            found={(chain, 10 * n): digest_of(chain, 10 * n) for chain in ("journal_line", "ledger_movement") for n in range(1, 6)
                   if not (chain == "journal_line" and n > 3)},
            reached={"journal_line": 33, "ledger_movement": 55},
            ours={each.number: each.digest for each in told},
            whole=True,
        )  # fmt: skip
        assert [(each.what, each.number, each.chain, each.reached) for each in found.wrong] == [("cut", 4, "journal_line", 33)]
        assert found.agrees_until == told[2]

    def test_a_history_written_anew_is_named_though_every_seal_of_it_holds(self) -> None:
        lied = {f"journal_line_{10 * n}": "f" * 64 for n in range(2, 6)}
        assert named(standing(season(), until=6, **lied)) == [("rewritten", 2, "journal_line")]

    def test_lines_said_anew_with_the_stolen_key_are_not_those_that_were_kept(self) -> None:
        forged = [line(1, None)]
        for number in range(2, 6):
            forged.append(line(number, forged[-1], journal_line="f" * 64))
        lied = {f"journal_line_{10 * n}": "f" * 64 for n in range(2, 6)}
        assert faults(forged) == []
        found = standing(season(), until=6, ours=forged, **lied)
        assert ("line-rewritten", 2, "") in named(found)
        assert ("rewritten", 2, "journal_line") in named(found)

    def test_an_older_copy_put_back_is_named_as_such(self) -> None:
        told = season()
        found = standing(told, until=3, ours=told[:3])
        assert [(each.what, each.number, each.reached) for each in found.wrong] == [("older", 4, 3)]
        assert found.agrees_until == told[2]

    def test_an_older_copy_that_has_gone_on_is_still_named_as_such(self) -> None:
        told = season()
        anew = {f"{chain}_{number}": "a" * 64 for chain in ("journal_line", "ledger_movement") for number in range(31, 61)}
        found = standing(told, until=6, ours=told[:3], **anew)
        assert [(each.what, each.number) for each in found.wrong] == [("older", 4)]

    def test_once_said_a_restoration_is_shown_and_no_longer_an_alarm(self) -> None:
        told = season()
        after = line(6, told[-1], resumes=3)
        anew = {f"{chain}_{number}": "a" * 64 for chain in ("journal_line", "ledger_movement") for number in range(31, 60)}
        found = standing([*told, after], until=6, ours=[*told[:3], after], **anew)
        assert faults([*told, after]) == []
        assert found.wrong == ()
        assert found.lost == (4, 5)
        assert found.agrees_until == after

    def test_lines_that_were_forgotten_are_named_though_every_block_is_there(self) -> None:
        assert named(standing(season(), until=6, ours=season()[:2], whole=False)) == [("line-forgotten", 3, "")]

    def test_a_file_outside_that_was_cut_is_named(self) -> None:
        told = season()
        assert named(standing(told[:3], until=6, ours=told)) == [("file-cut", 4, "")]
        assert named(standing(told[:3], until=6, ours=told, whole=False)) == []
