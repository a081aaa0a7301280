"""What the demonstration leaves at the press: two editions, and a key that openssl opens files with."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from carnet.gateways.database import acting_as
from carnet.issuing import operations
from carnet.issuing.queries import print_shops as queries
from carnet.kernel.actors import Actor
from carnet.parties.rules import Role
from carnet.scenarios import pressed
from tests.factories.print_shops import Press, openssl_opens
from tests.issuing.conftest import Cast


def test_one_edition_waits_and_the_other_has_spoiled_booklets(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    staff = {Role.OPERATOR_ADMIN: cast.agent, Role.APPROVER: cast.approver}
    people = SimpleNamespace(actor=lambda role, _programme, _at: staff[role], desk_ids=[cast.prescriber_id])
    played = SimpleNamespace(cast=people, programme_id=cast.programme_id, agreement_id=cast.agreement_id)
    printers: list[Actor] = []
    made = pressed._print_shop
    monkeypatch.setattr(pressed, "_print_shop", lambda admin, at: (found := made(admin, at), printers.append(found[1]))[0])
    pressed.work_at_the_press(played, tmp_path / "imprimeur", at=cast.at)  # type: ignore[arg-type]
    (printer,) = printers
    with acting_as(printer):
        printed, waiting = queries.given_editions(printer)
        assert (printed.spoiled_count, printed.unfetched_count, bool(printed.printed_at)) == (2, 0, True)
        assert (waiting.spoiled_count, waiting.unfetched_count, waiting.printed_at) == (0, 2, None)
        (data, _pages) = queries.given_edition(printer, waiting.order_id).files
        sent = operations.fetch_print_file(file_id=data.id, **cast.by(printer))  # type: ignore[arg-type]
    key = load_pem_private_key((tmp_path / "imprimeur" / pressed.KEY_FILE).read_bytes(), None)
    opened = openssl_opens(sent.path.read_bytes(), Press(key, ""), tmp_path)  # type: ignore[arg-type]
    assert opened.count(b"\r\n") == 1 + pressed.BOOKLETS * 5
