"""A campaign ready to be spent: real organisations, programme, agreement, places, and codes drawn under the key ring."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID, uuid4

from carnet.funding import operations as funding
from carnet.funding import queries as funding_queries
from carnet.funding.rules import ShareTerms, template_terms
from carnet.gateways.keys import TOKEN, key_ring
from carnet.issuing.rules import VoucherToken, code_at, draw_codes, signed_part
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_queries
from carnet.ledger.operations import SeriesPlan
from carnet.parties import operations as parties
from carnet.places.models import Place, PlaceAcceptance
from carnet.redemption.access import forget_place_keys
from carnet.redemption.queries import forget_series_facts
from tests.factories.labels import labelled

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SERVICES = ("mailbox", "printer")
SYSTEM = Actor.system("tests")


def seed_of(programme_id: int) -> bytes:
    """A seed of codes that differs from one programme to another."""
    return hashlib.sha256(f"seed {programme_id}".encode()).digest()


def code_of_nobody() -> str:
    """The digits of a code well formed that no voucher has."""
    return code_at(seed=b"nobody".ljust(32, b"."), rank=0).digits


def rid() -> UUID:
    """A fresh request id."""
    return uuid4()


@dataclass(frozen=True)
class Campaign:
    """Everything a test of spending needs."""

    operator_id: int
    funder_ids: tuple[int, ...]
    prescriber_id: int
    place_organisation_id: int
    place_id: int
    programme_id: int
    agreement_id: int
    series_id: int

    def code(self, rank: int) -> str:
        """The 18 digits of a voucher, by its rank in the series from 0."""
        return code_at(seed=seed_of(self.programme_id), rank=rank).digits

    def token(self, rank: int) -> str:
        """The text of a voucher's QR code."""
        ring = key_ring()
        code_hash = ring.hash_code(self.programme_id, 1, self.code(rank))
        signature = ring.sign(
            self.programme_id, TOKEN, signed_part(key_version=1, series_id=self.series_id, code_hash=code_hash), version=1
        )
        return VoucherToken(1, self.series_id, code_hash, signature).text

    @property
    def mediator(self) -> Actor:
        """Somebody at the place's counter."""
        return Actor(
            kind="person",
            label="mediator",
            person_id=501,
            organisation_id=self.place_organisation_id,
            organisation_ids=frozenset({self.place_organisation_id}),
            roles=frozenset({"MEDIATOR"}),
        )


def organisation(name: str, *kinds: str) -> int:
    """A simulated organisation."""
    return parties.create_organisation(name=name, kinds=kinds, is_simulated=True, actor=SYSTEM, request_id=rid(), at=NOW)


def place(name: str, operator_id: int | None) -> int:
    """A place, run by an organisation."""
    return Place.objects.create(
        provenance="tests",
        national_id=uuid4().hex,
        imported_at=NOW,
        content_hash=b"",
        pivot="",
        name=name,
        commune="Nantes",
        postcode="44000",
        commune_code="44109",
        address="1 rue de Strasbourg",
        latitude=47.218,
        longitude=-1.553,
        updated_on=date(2026, 1, 1),
        operator_id=operator_id,
    ).id


def accept(place_id: int, programme_id: int, *, services: tuple[str, ...] = SERVICES, from_on: date = date(2026, 1, 1)) -> None:
    """Let a place accept a programme."""
    PlaceAcceptance.objects.create(
        place_id=place_id, programme_id=programme_id, service_codes=list(services), from_on=from_on, request_id=rid()
    )


def programme(operator_id: int, *, name: str = "Essai", first_day: date = date(2026, 1, 5)) -> int:
    """A programme of the Nantes template, with its keys."""
    programme_id = funding.create_programme(
        terms=template_terms("nantes", first_day=first_day, service_codes=SERVICES, name=name, phone="02 40 00 00 00"),
        operator_id=operator_id,
        is_simulated=True,
        actor=SYSTEM,
        request_id=rid(),
        at=NOW,
    )
    key_ring().create_programme_keys(programme_id)
    return programme_id


def agreement(programme_id: int, funder_ids: tuple[int, ...], shares: list[ShareTerms] | None = None) -> int:
    """An agreement; equal shares in advance unless told otherwise."""
    return funding.sign_agreement(
        programme_id=programme_id,
        name="Convention",
        signed_on=date(2026, 1, 2),
        account_holder="Compte dédié",
        iban="FR7630006000011234567890189",
        shares=shares or [ShareTerms(funder_id=each, portion=Fraction(1, len(funder_ids))) for each in funder_ids],
        actor=SYSTEM,
        request_id=rid(),
        at=NOW,
    )


def series(
    programme_id: int, agreement_id: int, holder_id: int, *, booklets: int, size: int = 5, activated: bool = True, offset: int = 0
) -> int:
    """A series drawn with real codes, funded and activated. `offset`: the first code's rank in the programme's seed."""
    total = booklets * size * 1000
    weights = funding_queries.weights_if_ordered(agreement_id, total, at=NOW)
    dates = funding_queries.series_dates(programme_id)
    series_id = ledger.open_series(
        plan=SeriesPlan(
            programme_id=programme_id,
            agreement_id=agreement_id,
            holder_id=holder_id,
            issuer_prefix="TS",
            booklet_count=booklets,
            booklet_size=size,
            face_value_cents=1000,
            hand_over_until=dates.hand_over_until,
            printed_until=dates.printed_until,
            accepted_until=dates.accepted_until,
            weights=weights,
        ),
        actor=SYSTEM,
        request_id=rid(),
        at=NOW,
    )
    hashes = (
        drawn.code_hash
        for drawn in draw_codes(
            seed=seed_of(programme_id), hasher=key_ring().hasher(programme_id, 1), ranks=range(offset, offset + booklets * size)
        )
    )
    ledger.draw_vouchers(series_id=series_id, first_rank=0, code_hashes=hashes, actor=SYSTEM)
    ledger.finish_drawing(series_id=series_id, actor=SYSTEM, request_id=rid(), at=NOW)
    if activated:
        for weight in weights:
            if weight.held_cents:
                ledger.receive_money(
                    programme_id=programme_id, agreement_id=agreement_id, funder_id=weight.funder_id, cents=weight.held_cents,
                    actor=SYSTEM, request_id=rid(), at=NOW,
                )  # fmt: skip
        ledger.activate_series(series_id=series_id, actor=SYSTEM, request_id=rid(), at=NOW)
    return series_id


def fund_more(ready: Campaign, series_id: int) -> int:
    """Put in what a series' activation still needs; return the cents that arrived."""
    row = ledger_queries.series(series_id)
    available = ledger_queries.unissued(ready.agreement_id)
    needed: dict[int, int] = {}
    for pattern in ledger_queries.patterns(series_ids=[series_id]).values():
        for funder_id, cents in zip(pattern.funder_ids, pattern.held_cents, strict=True):
            needed[funder_id] = needed.get(funder_id, 0) + cents * pattern.voucher_count
    arrived = 0
    for funder_id, cents in needed.items():
        missing = cents - available.get(funder_id, 0)
        if missing > 0 and row.activated_at is None:
            ledger.receive_money(
                programme_id=ready.programme_id,
                agreement_id=ready.agreement_id,
                funder_id=funder_id,
                cents=missing,
                actor=SYSTEM,
                request_id=rid(),
                at=NOW,
            )
            arrived += missing
    return arrived


def hand_over(series_id: int, from_id: int, to_id: int, *, at: datetime = NOW) -> None:
    """Ship, receive and hand over every booklet of a series."""
    row = ledger_queries.series(series_id)
    ends = {
        "series_id": series_id,
        "first_booklet_id": row.first_booklet_id,
        "last_booklet_id": row.last_booklet_id,
        "actor": SYSTEM,
        "at": at,
    }
    ledger.ship_booklets(from_holder_id=from_id, to_holder_id=to_id, request_id=rid(), **ends)
    ledger.receive_booklets(to_holder_id=to_id, request_id=rid(), **ends)
    ledger.hand_over_booklets(holder_id=to_id, request_id=rid(), **ends)


def campaign(*, booklets: int = 4, handed_over: bool = True) -> Campaign:
    """Two funders, one prescriber, one place, one series of `booklets` booklets of five, in hands.

    Call it seeing everything (``acting_as_everything``).
    """
    forget_place_keys()
    forget_series_facts()
    mark = uuid4().hex[:6]
    operator_id = organisation(f"Opérateur {mark}", "OPERATOR")
    labelled(operator_id)
    funder_ids = (organisation(f"Métropole {mark}", "FUNDER"), organisation(f"Département {mark}", "FUNDER"))
    prescriber_id = organisation(f"Association {mark}", "PRESCRIBER")
    place_organisation_id = organisation(f"Lieu {mark}", "PLACE_OPERATOR")
    programme_id = programme(operator_id, name=f"Essai {mark}")
    agreement_id = agreement(programme_id, funder_ids)
    series_id = series(programme_id, agreement_id, operator_id, booklets=booklets)
    if handed_over:
        hand_over(series_id, operator_id, prescriber_id)
    place_id = place(f"Médiathèque {mark}", place_organisation_id)
    accept(place_id, programme_id)
    return Campaign(operator_id, funder_ids, prescriber_id, place_organisation_id, place_id, programme_id, agreement_id, series_id)


LATER = NOW + timedelta(days=1)
