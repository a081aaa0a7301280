"""One edition in the process that holds the database: ordered and its drawing asked for, its printing asked for, then looked at whole."""

import hashlib
import json
import sys
from typing import Any
from uuid import uuid4

from carnet.cli.running import load_django
from drills import DrillFailed

BOOKLET = 5
CODES_READ = 10_000


def main() -> None:
    load_django()
    what, *words = sys.argv[1:]
    try:
        told = {"ask": ask, "pages": pages, "look": look}[what](*words)
    except DrillFailed as failure:
        told = {"failed": str(failure)}
    print(json.dumps(told))


def ask(booklets: str) -> dict[str, Any]:
    """An order approved by two people, its proof too; the drawing of its codes is asked for, and waits."""
    from carnet.gateways.database import acting_as, acting_as_everything
    from carnet.issuing import operations as issuing
    from carnet.scenarios.proofs import approved_proof
    from tests.factories.campaign import LATER, campaign

    with acting_as_everything(why="the drill makes its own campaign"):
        ready = campaign(booklets=1)
    told = {"programme": ready.programme_id, "operator": ready.operator_id}
    admin, approver = _staff(told, "OPERATOR_ADMIN", 611), _staff(told, "APPROVER", 612)
    with acting_as(admin):
        order_id = issuing.place_order(
            programme_id=ready.programme_id, agreement_id=ready.agreement_id, booklet_count=int(booklets),
            actor=admin, request_id=uuid4(), at=LATER,
        )  # fmt: skip
    with acting_as(approver):
        issuing.approve_order(order_id=order_id, actor=approver, request_id=uuid4(), at=LATER)
    approved_proof(order_id, sender=admin, approver=approver, at=LATER)
    with acting_as(admin):
        issuing.draw_order(order_id=order_id, actor=admin, request_id=uuid4(), at=LATER)
    return {**told, "order": order_id}


def pages(told: str, booklets: str) -> dict[str, Any]:
    """The files of the first booklets are asked for, and wait."""
    from carnet.gateways.database import acting_as
    from carnet.issuing import operations as issuing
    from tests.factories.campaign import LATER

    edition = json.loads(told)
    admin = _staff(edition, "OPERATOR_ADMIN", 611)
    with acting_as(admin):
        job_id = issuing.print_order(
            order_id=edition["order"], first_rank=1, last_rank=int(booklets), actor=admin, request_id=uuid4(), at=LATER
        )
    return {**edition, "printing": job_id}


def look(told: str) -> dict[str, Any]:
    """Everything the edition left, against what one run without a break would have drawn. Raises: DrillFailed."""
    from django.db import connection

    from carnet.gateways.database import acting_as_everything
    from carnet.gateways.keys import key_ring
    from carnet.issuing.models import Job, Order
    from carnet.issuing.rules import draw_codes
    from carnet.ledger import queries as ledger

    edition = json.loads(told)
    with acting_as_everything(why="the drill looks at what it made"), connection.cursor() as cursor:
        order = Order.objects.get(id=edition["order"])
        assert order.series_id is not None, "its codes were asked for"
        series = ledger.series(order.series_id)
        jobs = list(Job.objects.filter(order=order).order_by("id").values_list("kind", "state", "done", "total"))
        _hold(all(state == "DONE" and done == total for _kind, state, done, total in jobs), f"work that did not end: {jobs}")
        cursor.execute(
            "SELECT count(*), count(DISTINCT code_hash), min(id), max(id), count(DISTINCT booklet_id) FROM ledger_voucher WHERE series_id = %s",
            [series.id],
        )
        found = cursor.fetchone()
        whole, first = order.voucher_count, series.first_voucher_id
        _hold(found == (whole, whole, first, first + whole - 1, order.booklet_count), f"{whole} vouchers were ordered: {found}")
        ring = key_ring()
        seed, hasher = ring.seed(order.programme_id, order.id), ring.hasher(order.programme_id, series.key_version)
        redrawn = {int(rank): attempt for rank, attempt in order.redrawn.items()}
        drawn, again = hashlib.sha256(), hashlib.sha256()
        for each in draw_codes(seed=seed, hasher=hasher, ranks=range(whole), redrawn=redrawn):
            again.update(each.code_hash)
        for start in range(0, whole, CODES_READ):
            cursor.execute(
                "SELECT string_agg(code_hash, ''::bytea ORDER BY id) FROM ledger_voucher WHERE series_id = %s AND id >= %s AND id < %s",
                [series.id, first + start, first + start + CODES_READ],
            )
            drawn.update(cursor.fetchone()[0])
        _hold(drawn.digest() == again.digest(), "the codes are not those of one run without a break")
        _hold(ledger.verify() == [], "the ledger does not verify")
    return {"vouchers": whole, "redrawn": len(redrawn), "files": _files(edition)}


def _files(edition: dict[str, Any]) -> int:
    """The files of the pages: every booklet in one of each kind, none in two, each as its trace says."""
    from carnet.gateways.database import acting_as, acting_as_everything
    from carnet.issuing import operations as issuing
    from carnet.issuing.models import PrintFile
    from tests.factories.campaign import LATER

    if "printing" not in edition:
        return 0
    with acting_as_everything(why="the drill looks at what it made"):
        files = list(PrintFile.objects.filter(job_id=edition["printing"]).select_related("job").order_by("first_rank", "id"))
    kinds: dict[str, int] = {}
    for each in files:
        kind = each.name.partition(".")[2]
        _hold(
            each.first_rank == kinds.get(kind, 0) + 1, f"booklets {kinds.get(kind, 0) + 1} to {each.first_rank} are in no file, or in two"
        )
        kinds[kind] = each.last_rank
    _hold(set(kinds.values()) == {files[0].job.total if files else None}, f"the last booklet of each kind of file: {kinds}")
    admin = _staff(edition, "OPERATOR_ADMIN", 611)
    for each in files:
        with acting_as(admin):
            sent = issuing.fetch_print_file(file_id=each.id, actor=admin, request_id=uuid4(), at=LATER)
            content = sent.path.read_bytes()
        _hold(hashlib.sha256(content).digest() == bytes(each.sha256), f"{each.name} is not what was written down of it")
    return len(files)


def _staff(told: dict[str, Any], role: str, person_id: int) -> Any:
    from carnet.kernel.actors import Actor
    from tests.factories.campaign import LATER

    return Actor(
        kind="person", label=role.lower(), person_id=person_id, organisation_id=told["operator"],
        organisation_ids=frozenset({told["operator"]}), programme_ids=frozenset({told["programme"]}), roles=frozenset({role}), proved_at=LATER,
    )  # fmt: skip


def _hold(held: bool, otherwise: str) -> None:
    if not held:
        raise DrillFailed(otherwise)


if __name__ == "__main__":
    main()
