"""Editions of one programme under keys that change between them, spent in every way; in the process that holds the database."""

import json
import statistics
import sys
import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

from carnet.cli.running import load_django
from drills import DrillFailed, _every_key, _rewrapped

BOOKLET = 5


def main() -> None:
    load_django()
    versions, booklets = (int(word) for word in sys.argv[1:])
    try:
        print(json.dumps(played(versions=versions, booklets=booklets)))
    except DrillFailed as failure:
        print(json.dumps({"failed": str(failure)}))


def played(*, versions: int, booklets: int) -> dict[str, Any]:
    """Issue, rotate, issue again, `versions` times; spend from each edition; end the first keys; spend again. Raises: DrillFailed."""
    from carnet.gateways.database import acting_as, acting_as_everything
    from carnet.gateways.keys import key_ring
    from carnet.issuing.operations import keys as rotating
    from carnet.redemption import queries as redemption
    from carnet.redemption.access import forget_place_keys
    from carnet.redemption.models import Device
    from carnet.redemption.queries import forget_series_facts
    from tests.factories.campaign import LATER, campaign, code_of_nobody
    from tests.redemption.offline import enrolled

    with acting_as_everything(why="the drill makes its own campaign"):
        ready, elsewhere = campaign(booklets=1), campaign(booklets=1)
    tablet, editions = enrolled(ready), []
    for version in range(1, versions + 1):
        if version > 1:
            admin = _staff(ready, "OPERATOR_ADMIN", 611)
            with acting_as(admin):
                drawn = rotating.rotate_keys(programme_id=ready.programme_id, actor=admin, request_id=uuid4(), at=LATER)
            _hold(drawn == version, f"version {drawn} was drawn instead of {version}")
        editions.append(_issue(ready, booklets))
        _hold(editions[-1][1] == version, f"the edition was drawn under version {editions[-1][1]} instead of {version}")
        if version == 1:
            signed = _every_key.signed_now(key_ring(), ready.programme_id)
    kept = _every_key.still_holds(key_ring(), ready.programme_id, signed, version=1) if versions > 1 else 0
    installation = _every_key.installation_changed(key_ring(), at=LATER)
    wrapping = _rewrapped.killed_then_finished(key_ring())
    forget_place_keys()
    forget_series_facts()
    spent = {"typed": 0, "qr": 0, "offline": 0}
    for series_id, version, codes in editions:
        _spend(ready, spent, codes[0], "typed")
        _spend(ready, spent, _token(ready, series_id, version, codes[1]), "qr")
        _offline(ready, tablet, spent, _token(ready, series_id, version, codes[2]))
    admin = _staff(ready, "OPERATOR_ADMIN", 611)
    with acting_as(admin):
        rotating.end_keys(programme_id=ready.programme_id, version=1, actor=admin, request_id=uuid4(), at=LATER)
    series_id, version, codes = editions[0]
    _spend(ready, spent, codes[3], "typed")
    _spend(ready, spent, _token(ready, series_id, version, codes[4]), "qr")
    with acting_as_everything(why="what a device is told"):
        (facts,) = redemption.facts_for(Device.objects.get(id=tablet.id), at=LATER)
    told = json.loads(facts.text)
    believed = [each["version"] for each in told["keys"]]
    _hold(believed == list(range(2, versions + 1)) and told["ended"] == [1], f"devices believe {believed}, ended {told['ended']}")
    asked = {"oldest": editions[0][2][0], "newest": editions[-1][2][0], "elsewhere": elsewhere.code(0), "unknown": code_of_nobody()}
    statements, milliseconds = _looked_up(ready, asked)
    # A code unknown here is a guess, which is written down: one statement more, the same whether it exists elsewhere or nowhere.
    _hold(statements["oldest"] == statements["newest"], f"an older version takes another number of statements: {statements}")
    _hold(statements["unknown"] == statements["elsewhere"], f"a code of elsewhere is told from one of nobody: {statements}")
    _verify()
    return {
        "versions": versions,
        "vouchers": versions * booklets * BOOKLET,
        "purposes_still_signed": kept,
        "keys_of_the_installation": installation,
        **wrapping,
        **{f"redeemed_{how}": count for how, count in spent.items()},
        "statements_known": statements["oldest"],
        "statements_unknown": statements["unknown"],
        **{f"milliseconds_{which}": taken for which, taken in milliseconds.items()},
        "hash_microseconds_per_version": _hashing(ready.programme_id, versions),
    }


def _issue(ready: Any, booklets: int) -> tuple[int, int, list[str]]:
    """One edition through the operations of the screens as far as its codes, then funded, active, in hands: series, version, codes."""
    from carnet.gateways.database import acting_as, acting_as_everything
    from carnet.issuing import operations as issuing
    from carnet.issuing import queries
    from carnet.ledger import operations as ledger
    from carnet.ledger import queries as ledger_queries
    from carnet.scenarios.proofs import approved_proof
    from tests.factories.campaign import LATER, NOW, SYSTEM, fund_more, hand_over

    admin, approver = _staff(ready, "OPERATOR_ADMIN", 611), _staff(ready, "APPROVER", 612)
    with acting_as(admin):
        order_id = issuing.place_order(
            programme_id=ready.programme_id,
            agreement_id=ready.agreement_id,
            booklet_count=booklets,
            actor=admin,
            request_id=uuid4(),
            at=LATER,
        )
    with acting_as(approver):
        issuing.approve_order(order_id=order_id, actor=approver, request_id=uuid4(), at=LATER)
    approved_proof(order_id, sender=admin, approver=approver, at=LATER)
    with acting_as(admin):
        job_id = issuing.draw_order(order_id=order_id, actor=admin, request_id=uuid4(), at=LATER)
    issuing.run_job(job_id=job_id, programme_id=ready.programme_id, at=LATER)
    with acting_as(admin):
        series = queries.order(admin, order_id).series
        assert series is not None
        codes = issuing.simulated_codes(order_id=order_id, ranks=range(BOOKLET), actor=admin, request_id=uuid4(), at=LATER)
    with acting_as_everything(why="the drill funds and hands over its own edition"):
        fund_more(ready, series.id)
        ledger.activate_series(series_id=series.id, actor=SYSTEM, request_id=uuid4(), at=NOW)
        hand_over(series.id, ready.operator_id, ready.prescriber_id)
        version = ledger_queries.series(series.id).key_version
    return series.id, version, codes


def _token(ready: Any, series_id: int, version: int, code: str) -> str:
    from carnet.gateways.keys import TOKEN, key_ring
    from carnet.issuing.rules import VoucherToken, signed_part

    ring = key_ring()
    code_hash = ring.hash_code(ready.programme_id, version, code)
    said = signed_part(key_version=version, series_id=series_id, code_hash=code_hash)
    return VoucherToken(version, series_id, code_hash, ring.sign(ready.programme_id, TOKEN, said, version=version)).text


def _spend(ready: Any, spent: dict[str, int], code: str, how: str) -> None:
    from carnet.gateways.database import acting_as
    from carnet.kernel.refusals import Refusal
    from carnet.redemption import operations
    from tests.factories.campaign import LATER

    try:
        with acting_as(ready.mediator):
            operations.redeem(item=operations.Item(code, "mailbox"), actor=ready.mediator, channel="API", request_id=uuid4(), at=LATER)
    except Refusal as refusal:
        raise DrillFailed(f"a good voucher was refused when {how}: {refusal.code}") from None
    spent[how] += 1


def _offline(ready: Any, tablet: Any, spent: dict[str, int], token: str) -> None:
    from carnet.gateways.database import acting_as
    from carnet.redemption import access, operations
    from tests.factories.campaign import LATER

    at = LATER + timedelta(hours=2)
    items = [tablet.accept(token, at=LATER, facts_at=LATER)]
    body = json.dumps([each.text for each in items]).encode()
    actor = access.device_actor(access.presented_device(device_id=tablet.id, message=body, signature=tablet.seal(body)))
    with acting_as(actor):
        (answer,) = operations.upload(device_id=tablet.id, device_now=at, items=items, actor=actor, request_id=uuid4(), at=at)
    _hold(answer.refusal is None, f"a good voucher was refused from a device's queue: {answer.refusal}")
    spent["offline"] += 1


def _looked_up(ready: Any, asked: dict[str, str]) -> tuple[dict[str, int], dict[str, float]]:
    """Statements and median milliseconds of the test of each typed code."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from carnet.gateways.database import acting_as
    from carnet.redemption import operations
    from tests.factories.campaign import LATER

    statements, milliseconds = {}, {}
    for which, code in asked.items():
        taken = []
        for _turn in range(9):
            with acting_as(ready.mediator), CaptureQueriesContext(connection) as seen:
                started = time.perf_counter()
                operations.check_quietly(code=code, actor=ready.mediator, at=LATER + timedelta(hours=len(milliseconds) + 3))
                taken.append((time.perf_counter() - started) * 1000)
            statements[which] = len(seen)
        milliseconds[which] = round(statistics.median(taken), 2)
    return statements, milliseconds


def _hashing(programme_id: int, versions: int) -> float:
    from carnet.gateways.keys import key_ring

    hashers = [key_ring().hasher(programme_id, version) for version in range(1, versions + 1)]
    started = time.perf_counter()
    for _turn in range(1000):
        for hasher in hashers:
            hasher("482915006731284906")
    return round((time.perf_counter() - started) * 1e6 / 1000 / versions, 2)


def _staff(ready: Any, role: str, person_id: int) -> Any:
    from carnet.kernel.actors import Actor
    from tests.factories.campaign import LATER

    return Actor(
        kind="person", label=role.lower(), person_id=person_id, organisation_id=ready.operator_id,
        organisation_ids=frozenset({ready.operator_id}), programme_ids=frozenset({ready.programme_id}), roles=frozenset({role}), proved_at=LATER,
    )  # fmt: skip


def _verify() -> None:
    from carnet.gateways.database import acting_as_everything
    from carnet.ledger import queries as ledger

    with acting_as_everything(why="verify"):
        _hold(ledger.verify() == [], "the ledger does not verify")


def _hold(held: bool, otherwise: str) -> None:
    if not held:
        raise DrillFailed(otherwise)


if __name__ == "__main__":
    main()
