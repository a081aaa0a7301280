"""New keys for the next editions, the end of a version that leaked; a sample of the drill; and no key in the database."""

import json
import shutil
import subprocess
from base64 import b64encode
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import TOKEN, key_ring
from carnet.issuing.models import KeyVersion
from carnet.issuing.operations import keys as operations
from carnet.issuing.queries import keys as queries
from carnet.issuing.rules import VoucherToken, signed_part
from carnet.issuing.rules.keys import KeyVersionCurrent, KeyVersionUnknown, check_endable
from carnet.journal.models import Line
from carnet.parties.rules import NotAllowed, SecondFactorNeeded
from carnet.redemption import queries as redemption
from carnet.redemption.models import Device
from drills import DrillFailed, _editions
from tests.factories.campaign import LATER, Campaign
from tests.issuing.conftest import Cast, unproved
from tests.redemption.offline import enrolled

OFFLINE = Path(__file__).resolve().parents[2] / "carnet" / "web" / "place" / "static" / "place" / "offline"


def test_the_version_in_service_is_not_ended_and_an_unknown_one_neither() -> None:
    check_endable(1, versions=(1, 2))
    for version, refusal in ((2, KeyVersionCurrent), (3, KeyVersionUnknown), (0, KeyVersionUnknown)):
        with pytest.raises(refusal):
            check_endable(version, versions=(1, 2))


def test_new_keys_are_for_the_next_edition_and_who_drew_them_is_in_the_journal(cast: Cast) -> None:
    first = cast.drawn()
    request_id = uuid4()
    told: dict[str, Any] = {"programme_id": cast.programme_id, **cast.by(cast.agent, request_id=request_id)}
    assert operations.rotate_keys(**told) == 2
    assert operations.rotate_keys(**told) == 2, "the same request draws once"
    second = cast.drawn()
    found = queries.key_versions(cast.programme_id)
    assert [(each.version, each.is_current, each.series_count, each.voucher_count) for each in found] == [
        (2, True, 1, 20),
        (1, False, 1, 20),
    ]
    assert first != second
    operations.end_keys(programme_id=cast.programme_id, version=1, **cast.by(cast.agent))  # type: ignore[arg-type]
    operations.end_keys(programme_id=cast.programme_id, version=1, **cast.by(cast.agent))  # type: ignore[arg-type]
    assert queries.ended_versions(cast.programme_id) == {1}
    lines = Line.objects.filter(action__startswith="issuing.keys-").order_by("id").values_list("action", "facts")
    assert list(lines) == [("issuing.keys-rotated", {"version": 2}), ("issuing.keys-ended", {"version": 1})]


def test_only_an_administrator_who_has_just_proved_who_they_are_draws_or_ends_keys(cast: Cast) -> None:
    cast.drawn()
    for actor, refusal in ((cast.approver, NotAllowed), (cast.funder, NotAllowed), (unproved(cast.agent), SecondFactorNeeded)):
        with pytest.raises(refusal):
            operations.rotate_keys(programme_id=cast.programme_id, **cast.by(actor))  # type: ignore[arg-type]
        with pytest.raises(refusal):
            operations.end_keys(programme_id=cast.programme_id, version=1, **cast.by(actor))  # type: ignore[arg-type]
    assert not KeyVersion.objects.exists()
    assert key_ring().versions(cast.programme_id) == (1,)


def test_vouchers_of_every_version_are_spent_in_every_way(db: None, at_home: None) -> None:
    figures = _editions.played(versions=3, booklets=2)
    assert (figures["redeemed_typed"], figures["redeemed_qr"], figures["redeemed_offline"]) == (4, 4, 3)
    assert (figures["statements_known"], figures["statements_unknown"]) == (7, 8), "whatever the number of versions"


def test_the_drill_fails_where_older_keys_are_forgotten(db: None, at_home: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = type(key_ring())
    known = ring.versions
    monkeypatch.setattr(ring, "versions", lambda self, programme_id: known(self, programme_id)[-1:])
    with pytest.raises(DrillFailed, match="refused when typed"):
        _editions.played(versions=2, booklets=1)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_a_device_believes_what_it_was_told_and_says_why_not(ready: Campaign, tmp_path: Path) -> None:
    """The module of the offline page itself: before and after the first version is ended."""
    tablet, ring = enrolled(ready), key_ring()
    old = ready.token(0)
    ring.rotate(ready.programme_id)
    KeyVersion.objects.create(programme_id=ready.programme_id, version=2, drawn_at=LATER, request_id=uuid4())
    code_hash = ring.hash_code(ready.programme_id, 2, ready.code(1))
    said = signed_part(key_version=2, series_id=ready.series_id, code_hash=code_hash)
    new = VoucherToken(2, ready.series_id, code_hash, ring.sign(ready.programme_id, TOKEN, said, version=2)).text
    forged = VoucherToken(2, ready.series_id, code_hash, ring.sign(ready.programme_id, TOKEN, said, version=1)).text
    with acting_as_everything(why="what a device is told"):
        device = Device.objects.get(id=tablet.id)
        (before,) = redemption.facts_for(device, at=LATER)
        KeyVersion.objects.create(programme_id=ready.programme_id, version=1, ended_at=LATER, request_id=uuid4())
        (after,) = redemption.facts_for(device, at=LATER)
    asked = {
        "facts": [
            {"programme": each.programme_id, "text": each.text, "signature": b64encode(each.signature).decode()} for each in (before, after)
        ],
        "tokens": [old, new, forged],
    }
    assert _on_a_device(tmp_path, asked) == [["good", "good", "counterfeit"], ["key-ended", "good", "counterfeit"]]


def _on_a_device(folder: Path, asked: dict[str, Any]) -> list[list[str]]:
    for name in ("verify.js", "bytes.js", "faults.js"):
        shutil.copy(OFFLINE / name, folder)
    (folder / "package.json").write_text('{"type": "module"}', encoding="ascii")
    (folder / "ask.js").write_text(
        """
        import { authenticate, readFacts } from "./verify.js";
        const asked = JSON.parse(process.argv[2]);
        const pin = (await readFacts(asked.facts[0])).pin;
        const answers = [];
        for (const signed of asked.facts) {
          const facts = [await readFacts(signed, pin)];
          answers.push(await Promise.all(asked.tokens.map((each) => authenticate(each, facts).then(() => "good", (fault) => fault.code))));
        }
        console.log(JSON.stringify(answers));
        """,
        encoding="ascii",
    )
    done = subprocess.run(["node", str(folder / "ask.js"), json.dumps(asked)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_no_key_no_seed_and_no_code_is_anywhere_in_the_database(cast: Cast) -> None:
    """Every row of every table, as text and as bytes, against every secret of the ring."""
    from carnet.issuing import operations as issuing

    first = cast.drawn()
    operations.rotate_keys(programme_id=cast.programme_id, **cast.by(cast.agent))  # type: ignore[arg-type]
    second, ring, secrets = cast.drawn(), key_ring(), list[bytes]()
    for order_id in (first, second):
        secrets.append(ring.seed(cast.programme_id, order_id))
        codes = issuing.simulated_codes(order_id=order_id, ranks=range(20), **cast.by(cast.agent))  # type: ignore[arg-type]
        secrets += [code.encode() for code in codes]
    for version in ring.versions(cast.programme_id):
        kept = ring._find(cast.programme_id, version)  # type: ignore[attr-defined]
        secrets += [kept.hashing, kept.signing]
    secrets.append(ring._wrapping_key())  # type: ignore[attr-defined]
    secrets += [form for secret in secrets if len(secret) == 32 for form in (secret.hex().encode(), b64encode(secret))]
    with acting_as_everything(why="a copy of the whole database"):
        dump = _everything()
    assert len(dump) > 10_000
    hashed = ring.hash_code(cast.programme_id, 1, codes[0]).hex().encode()
    found = [secret for secret in secrets if secret in dump or secret.hex().encode() in dump]
    assert found == []
    with acting_as(cast.agent):
        assert hashed not in dump, "the code of the second edition is not kept under the first keys"
    assert ring.hash_code(cast.programme_id, 2, codes[0]).hex().encode() in dump, "the keyed hash is what is kept: the search finds bytes"


def _everything() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public' AND relkind = 'r'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t /* fan-out: a copy of the whole */')
            rows += [row.encode() for (row,) in cursor.fetchall()]
    return b"\n".join(rows)
