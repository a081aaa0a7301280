"""Publishing every day what is owed and what is held: signed by each programme's key, chained to its day before, frozen."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import connection, transaction

from carnet.continuity.models import CommitmentDay
from carnet.continuity.queries.commitments import ProgrammeNow, programmes_now
from carnet.continuity.rules.publication import FORMAT, NO_DAY_BEFORE, REAL, SIMULATED, Content, digest_of, keys_told, written
from carnet.gateways.database import acting_as
from carnet.gateways.keys import COMMITMENTS, key_ring
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day

_LOCK = 7_205_712


@dataclass(frozen=True, slots=True)
class PublishedDay:
    """One programme's day, as it was published. Unit: whole cents. `is_new`: by this call."""

    programme_id: int
    slug: str
    day: date
    number: int
    digest: str
    gap_cents: int
    alerts: tuple[str, ...]
    is_new: bool


def publish(*, at: datetime) -> list[PublishedDay]:
    """Publish today's commitments of every programme that holds money, once a day each; what was published before stays as it is.

    Each programme is a transaction of its own: one whose keys are away stops no other.
    Repeat:  the same day gives what was published first.
    """
    return [_publish(each, at) for each in programmes_now(at=at)]


@transaction.atomic
def _publish(told: ProgrammeNow, at: datetime) -> PublishedDay:
    today = legal_day(at)
    actor = Actor.system("commitments", programme_ids={told.programme_id})
    with acting_as(actor):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, told.programme_id % (1 << 31)])
        rows = CommitmentDay.objects.filter(programme_id=told.programme_id)
        latest = rows.order_by("-number").first()
        if latest is not None and latest.day >= today:
            return _told(latest, told, is_new=False)
        ring = key_ring()
        version = ring.create_programme_keys(told.programme_id)
        keys = [(each.version, each.raw) for each in ring.public_keys(told.programme_id)]
        content = content_of(told, latest, keys=keys, version=version, at=at)
        row = CommitmentDay.objects.create(
            programme_id=told.programme_id,
            number=latest.number + 1 if latest is not None else 1,
            day=today,
            content=written(content).decode(),
            digest=digest_of(content),
            signature=ring.sign(told.programme_id, COMMITMENTS, written(content), version=version),
            key_version=version,
            public_key=dict(keys)[version],
            published_at=at,
        )
        journal.record(
            actor=actor,
            action="continuity.commitments-published",
            subject=("commitment-day", row.id),
            facts={"number": row.number, "sha256": row.digest, "gap_cents": told.gap_cents, "alerts": [each.value for each in told.alerts]},
            programme_id=told.programme_id,
            request_id=None,
            at=at,
        )
    return _told(row, told, is_new=True)


def content_of(
    told: ProgrammeNow, before: CommitmentDay | None, *, keys: list[tuple[int, bytes]], version: int, at: datetime
) -> dict[str, str | int | None]:
    """What is signed of one day, in the fields and the order of the published format."""
    content: Content = {
        "format": FORMAT,
        "programme": told.slug,
        "name": told.name,
        "operator": told.operator,
        "siret": told.siret,
        "activity": SIMULATED if told.is_simulated else REAL,
        "day": legal_day(at).isoformat(),
        "published_at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "number": before.number + 1 if before is not None else 1,
        "previous": before.digest if before is not None else NO_DAY_BEFORE,
        **{name: told.cents(name) for name in SUMS},
        "owed_since": _day(told.owed_since),
        "account_cents": told.account_cents,
        "account_on": _day(told.account_on),
        "account_source": " ".join(sorted({each.standing.held.source for each in told.accounts if each.standing.held is not None})),
        "gap_cents": told.gap_cents,
        "unmatched_lines": told.unmatched_count,
        "alerts": " ".join(each.value for each in told.alerts),
        "label": told.label,
        "key_version": version,
        "keys": keys_told(keys),
    }
    return dict(content)


SUMS = (
    "funded_cents", "unissued_cents", "in_circulation_cents", "owed_cents", "connections_cents", "landlords_cents", "needed_cents", "sent_cents",
    "paid_cents", "returned_cents",
)  # fmt: skip


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


def _told(row: CommitmentDay, told: ProgrammeNow, *, is_new: bool) -> PublishedDay:
    return PublishedDay(
        told.programme_id, told.slug, row.day, row.number, row.digest, told.gap_cents, tuple(each.value for each in told.alerts), is_new
    )
