"""The demonstration: a closed campaign to look at, an open season to try, and a person of each role to be."""

import json
import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.db import transaction

from carnet.funding import operations as funding
from carnet.funding import queries as funding_queries
from carnet.gateways.database import acting_as
from carnet.gateways.keys import TOKEN, key_ring
from carnet.issuing.rules import VoucherToken, signed_part
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.parties import operations as parties
from carnet.parties import queries as parties_queries
from carnet.parties.rules import OrganisationKind, Role, Scope
from carnet.redemption import operations as redemption
from carnet.scenarios import habilitation
from carnet.scenarios.account_shown import show_the_accounts
from carnet.scenarios.assisted import PlayedHelpers, helpers_scenario, play_helpers
from carnet.scenarios.billed import bill_homes
from carnet.scenarios.cast import SECOND_APPROVER, STAFF, cast_moment, second_approver
from carnet.scenarios.checked import make_the_point
from carnet.scenarios.complaints import complain
from carnet.scenarios.desk_papers import write_on_paper
from carnet.scenarios.desks import open_desks
from carnet.scenarios.evaluated import evaluate
from carnet.scenarios.exchanged import exchange_old_vouchers
from carnet.scenarios.foreseen import foresee
from carnet.scenarios.free_help import give_free_help
from carnet.scenarios.gaps import look_far
from carnet.scenarios.homes import connect_homes
from carnet.scenarios.joining import open_the_network
from carnet.scenarios.known_by_the_state import sign_with_invented
from carnet.scenarios.lessons import SEATS, give_lessons
from carnet.scenarios.library import open_library
from carnet.scenarios.needed import tell_the_need
from carnet.scenarios.offers import say_offers
from carnet.scenarios.parcels import send_boxes
from carnet.scenarios.payables import decide_on_payments
from carnet.scenarios.plan import load, open_season, values_of
from carnet.scenarios.planned import plan_booklets
from carnet.scenarios.play import Played, Progress, play
from carnet.scenarios.postal import ask_by_post
from carnet.scenarios.pressed import EMAIL as PRESS_EMAIL
from carnet.scenarios.pressed import NAME as PRESS_NAME
from carnet.scenarios.pressed import work_at_the_press
from carnet.scenarios.proofread import leave_proofs
from carnet.scenarios.questions import ask_places
from carnet.scenarios.reminders import ask_to_be_reminded
from carnet.scenarios.several import cost_two
from carnet.scenarios.state import pledge_to_publics, with_the_state
from carnet.scenarios.stock import stir_stock
from carnet.scenarios.studied import study_an_estate
from carnet.scenarios.summary import summarise
from carnet.scenarios.territory import share_a_territory
from carnet.scenarios.turns import share_a_computer
from carnet.scenarios.watched import watch

SCENARIO = "nantes"
# The season in progress: enough booklets for every desk, half of them still in the cupboards.
OPEN_BOOKLETS = 600
OPEN_HANDED_OVER = 55
OPEN_USED = 70
# Of its desks, those nobody trained: their stock sleeps, and is proposed to others.
ASLEEP = 2
CODES = 300
TOKEN_DAYS = 365
# The people each structure met in six months: enough to see lists, little enough to be played in seconds.
HELPED_PEOPLE = 4
# The first digits of numbers kept for works of fiction: docs/sources/text-messages.md#numbers.
TELEPHONES = "+3363998"
PLACE_SCOPES = (Scope.VOUCHERS_CHECK, Scope.REDEMPTIONS_WRITE, Scope.REDEMPTIONS_READ, Scope.SETTLEMENT_READ, Scope.CLEARING_WRITE)


class DemoFolder:
    """Where the demonstration keeps what must be tried: `var/demo`."""

    def __init__(self, var: Path) -> None:
        self.path = var / "demo"
        self.files = self.path / "files"
        self.try_file = self.path / "try.json"
        self.summary_file = self.path / "summary.json"

    def already(self) -> dict[str, Any] | None:
        """The summary of the demonstration already played here, or None: never played, cut short, or played in another database."""
        try:
            summary: dict[str, Any] = json.loads(self.summary_file.read_text(encoding="utf-8"))
            tried = self.to_try()
            closed, current = tried["closed_programme"], tried["open_programme"]
        except (OSError, ValueError, KeyError):
            return None
        here = {programme.id for programme in funding_queries.programmes([closed, current]) if programme.is_simulated}
        return summary if here == {closed, current} else None

    def to_try(self) -> dict[str, Any]:
        """What must be tried. Raises: OSError, ValueError (none here)."""
        tried: dict[str, Any] = json.loads(self.try_file.read_text(encoding="utf-8"))
        return tried

    def keep(self, path: Path, value: Any) -> None:
        """Write it whole or not at all, for its owner only: it holds passwords and codes."""
        self.path.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        draft.replace(path)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody a visitor may be."""

    role: Role
    email: str
    name: str
    organisation_id: int


def play_demo(
    folder: DemoFolder, *, at: datetime, base_url: str, sign_in_url: str, seed: int, booklets: int | None, started: float,
    clock: Any, progress: Progress,
) -> dict[str, Any]:  # fmt: skip
    """Play the closed campaign, open the next season, enrol a person of each role; return the closed campaign's summary."""
    today = legal_day(at)
    password = secrets.token_urlsafe(9)
    scenario = replace(load(SCENARIO), eventful=True)
    if booklets is not None:
        scenario = replace(scenario, booklets=booklets, prescribers=min(scenario.prescribers, max(1, booklets // 5)))
    closed = play(scenario, today=today, seed=seed, out=folder.files, printing="sample", password=password, progress=progress)
    going_on = replace(
        scenario, booklets=OPEN_BOOKLETS, handed_over=OPEN_HANDED_OVER, used=OPEN_USED, issuer_prefix="NT", half_booklets=20,
        funders=with_the_state(scenario.funders),
    )  # fmt: skip
    current = play(
        going_on, today=today, seed=seed, printing="none", season=open_season(today), asleep=ASLEEP,
        password=password, progress=progress,
    )  # fmt: skip
    # Whole or not at all: whoever cuts a demonstration short may play it again, with guests and passwords that work.
    with transaction.atomic():
        open_library(current, today=today, at=at)
        state_id = open_the_network(current, at=at)
        helped = _act_for_people(current, today=today, seed=seed)
        sign_with_invented(helped.teams[0], at=at)
        landlord_id, provider_id = connect_homes(current, at=at)
        bill_homes(current, landlord_id, provider_id, at=at)
        print_shop_id = work_at_the_press(current, folder.path / "imprimeur", at=at)
        guests = [
            *_guests(current, today),
            *_helping_guests(helped),
            Guest(Role.LANDLORD, "bailleur@demo.carnet.example", "Dominique Rivière", landlord_id),
            Guest(Role.PROVIDER, "fournisseur@demo.carnet.example", "Morgan Lefebvre", provider_id),
            Guest(Role.PRINT_SHOP, PRESS_EMAIL, PRESS_NAME, print_shop_id),
            Guest(Role.LOCAL_ACTOR, "acteur@demo.carnet.example", "Camille Hamon", share_a_territory(current, at=at)),
            Guest(Role.STATE_OFFICER, "etat@demo.carnet.example", "Sasha Lambert", state_id),
        ]
        people = [_enrol(guest, password, at) for guest in guests]
        _let_help(helped, guests, at)
        people += [_known(role, current, password, at) for role in (Role.OPERATOR_ADMIN, Role.TREASURER, Role.APPROVER)]
        people.append(_second_approver(current, password, at))
        _engage(closed, guests, at)
        _engage(current, guests, at)
        pledge_to_publics(current, at=at)
        decide_on_payments(current, at=at)
        say_offers(current, at=at)
        give_lessons(current, [current.codes[rank] for rank in current.in_hands[-SEATS:]], at=at)
        give_free_help(current, at=at)
        open_desks(current, at=at)
        stir_stock(current, at=at)
        ask_places(current, at=at)
        complain(current, agent_id=current.cast.staff[Role.OPERATOR_ADMIN], at=at)
        ask_to_be_reminded(current, at=at)
        write_on_paper(current, at=at)
        ask_by_post(current, at=at)
        make_the_point(current, at=at)
        exchange_old_vouchers(current, at=at)
        foresee(current, at=at)
        evaluate(current, at=at)
        tell_the_need(current, at=at)
        plan_booklets(current, at=at)
        leave_proofs(current, at=at)
        look_far(current, at=at)
        send_boxes(current, at=at)
        study_an_estate(current, at=at)
        question = watch(current, current.in_hands[CODES:-SEATS][:-2], at=at)
        show_the_accounts(current, at=at)
        cost_two(current, [current.codes[rank] for rank in current.in_hands[CODES:-SEATS][-2:]], at=at)
        (desk,) = [line for line in people if line["role"] == Role.PRESCRIBER_LEAD]
        station = share_a_computer(lead_id=int(desk["person_id"]), organisation_id=current.cast.desk_ids[0], at=at)
        tried = _to_try(closed, current, people, at, base_url, sign_in_url) | {"station": station, "question": question}
    folder.keep(folder.try_file, tried)
    summary = summarise(closed, seconds=clock() - started)
    folder.keep(folder.summary_file, summary)
    return summary


def _guests(current: Played, today: date) -> list[Guest]:
    cast = current.cast
    auditor_id = _auditor(cast.operator_id, cast_moment(today))
    first_place, second_place = cast.place_ids[:2]
    funders = list(cast.funder_ids.values())
    return [
        Guest(Role.FUNDER, "financeur@demo.carnet.example", "Sacha Le Goff", funders[0]),
        Guest(Role.PRESCRIBER_LEAD, "guichet@demo.carnet.example", "Noa Guérin", cast.desk_ids[0]),
        Guest(Role.PLACE_MANAGER, "lieu@demo.carnet.example", "Charlie Blanchard", cast.place_organisations[first_place]),
        Guest(Role.MEDIATOR, "mediation@demo.carnet.example", "Maxime Hervé", cast.place_organisations[second_place]),
        Guest(Role.AUDITOR, "audit@demo.carnet.example", "Lou Fontaine", auditor_id),
        Guest(Role.ACCOUNTANT, "comptable@demo.carnet.example", "Camille Roussel", cast.operator_id),
        Guest(Role.HELPLINE, "telephone@demo.carnet.example", "Yaël Caron", cast.operator_id),
    ]


def _act_for_people(current: Played, *, today: date, seed: int) -> PlayedHelpers:
    """Six months of assisted procedures. The first structure is a desk of the open season: a visit there may end with a booklet."""
    plan = replace(helpers_scenario(values_of("helpers")), people=HELPED_PEOPLE)
    return play_helpers(plan, today=today, seed=seed, also=current.cast.desk_ids[:1], operator_id=current.cast.operator_id)


def _helping_guests(helped: PlayedHelpers) -> list[Guest]:
    first = helped.teams[0].organisation_id
    return [
        Guest(Role.HELPER, "aidante@demo.carnet.example", "Élise Moulin", first),
        # A mandate on paper is read by two: the second comes in by the same page.
        Guest(Role.HELPER, "collegue@demo.carnet.example", "Karim Lefort", first),
        Guest(Role.HELPER_LEAD, "aidants@demo.carnet.example", "Gabriel Tessier", first),
    ]


def _let_help(helped: PlayedHelpers, guests: list[Guest], at: datetime) -> None:
    """The guest who helps is trained, tested and bound by the terms, as colleagues are."""
    for guest in guests:
        if guest.role is Role.HELPER:
            system = Actor.system("demonstration", organisation_ids={guest.organisation_id})
            with acting_as(system):
                members = parties_queries.members(actor=system, organisation_id=guest.organisation_id, at=at)
            person_id = next(each.person_id for each in members if each.email == guest.email)
            habilitation.enter(helped.programme_id, guest.organisation_id, person_id, guest.name, guest.email, at=at)


def _auditor(operator_id: int, at: datetime) -> int:
    system = Actor.system("demonstration", organisation_ids={operator_id})
    return parties.create_organisation(
        name="Cabinet d’audit (simulé)", kinds=[OrganisationKind.AUDITOR], is_simulated=True, registered_by=operator_id,
        actor=system, request_id=uuid4(), at=at,
    )  # fmt: skip


def _enrol(guest: Guest, password: str, at: datetime) -> dict[str, str]:
    system = Actor.system("demonstration", organisation_ids={guest.organisation_id})
    with acting_as(system):
        members = parties_queries.members(actor=system, organisation_id=guest.organisation_id, at=at)
        known = [member.person_id for member in members if (member.role, member.email) == (guest.role, guest.email)]
        person_id = known[0] if known else parties.enrol_member(
            organisation_id=guest.organisation_id, email=guest.email, display_name=guest.name, role=guest.role,
            actor=system, request_id=uuid4(), at=at,
        )  # fmt: skip
    return _line(guest.role, guest.email, password, person_id, at)


def _known(role: Role, current: Played, password: str, at: datetime) -> dict[str, str]:
    system = Actor.system("demonstration", organisation_ids={current.cast.operator_id})
    with acting_as(system):
        members = parties_queries.members(actor=system, organisation_id=current.cast.operator_id, at=at)
    (member,) = [each for each in members if each.role == role and each.display_name == STAFF[role][1]]
    return _line(role, member.email, password, member.person_id, at)


def _second_approver(current: Played, password: str, at: datetime) -> dict[str, str]:
    """Whoever approves a large payment besides the approver one becomes in a click."""
    person_id = second_approver(current.cast.operator_id, at)
    return _line(Role.APPROVER, f"{SECOND_APPROVER[0]}@operateur.carnet.example", password, person_id, at)


def _line(role: Role, email: str, password: str, person_id: int, at: datetime) -> dict[str, str]:
    secret, system = generate_totp_secret(), Actor.system("demonstration")
    parties.set_password(person_id=person_id, password=password, actor=system, request_id=uuid4(), at=at)
    parties.set_second_factor(person_id=person_id, secret=secret, actor=system, request_id=uuid4(), at=at)
    return {"role": role.value, "email": email, "password": password, "totp_secret": secret, "person_id": str(person_id)}


def _engage(played: Played, guests: list[Guest], at: datetime) -> None:
    (auditor,) = [guest for guest in guests if guest.role == Role.AUDITOR]
    system = Actor.system("demonstration", programme_ids={played.programme_id}, organisation_ids={played.cast.operator_id})
    with acting_as(system):
        funding.engage_auditor(
            programme_id=played.programme_id, organisation_id=auditor.organisation_id, starts_at=at - timedelta(days=1),
            ends_at=at + timedelta(days=TOKEN_DAYS), actor=system, request_id=uuid4(), at=at,
        )  # fmt: skip


def _to_try(closed: Played, current: Played, people: list[dict[str, str]], at: datetime, base_url: str, sign_in_url: str) -> dict[str, Any]:
    first_place, second_place = current.cast.place_ids[:2]
    inactive = next(rank for rank in reversed(range(len(current.codes))) if rank not in current.given)
    return {
        "base_url": base_url,
        "sign_in_url": sign_in_url,
        "sign_in": people,
        "place_token": _token(current, first_place, at),
        "other_place_token": _token(current, second_place, at),
        "place": first_place,
        "other_place": second_place,
        "service": "mailbox",
        "codes": [current.codes[rank] for rank in current.in_hands[:-SEATS][:CODES]],
        "voucher": _voucher(current, current.in_hands[0], base_url),
        "telephone": _telephone(current, first_place, at),
        "lapsed_code": closed.codes[closed.in_hands[0]],
        "inactive_code": current.codes[inactive],
        "closed_programme": closed.programme_id,
        "open_programme": current.programme_id,
        "verified_at": at.isoformat(),
    }


def _voucher(current: Played, rank: int, base_url: str) -> dict[str, Any]:
    """The first of those codes, as it is on paper."""
    with acting_as(programme_ids=[current.programme_id]):
        series = ledger.series(current.series_id)
        name = funding_queries.programme(current.programme_id).name
    ring = key_ring()
    code_hash = ring.hash_code(current.programme_id, series.key_version, current.codes[rank])
    signed = signed_part(key_version=series.key_version, series_id=series.id, code_hash=code_hash)
    signature = ring.sign(current.programme_id, TOKEN, signed, version=series.key_version)
    return {
        "serial": ledger.serial_of_voucher(series, series.first_voucher_id + rank),
        "code": current.codes[rank],
        "url": VoucherToken(series.key_version, series.id, code_hash, signature).url(base_url),
        "value_cents": series.face_value_cents,
        "programme": name,
    }


def _telephone(current: Played, place_id: int, at: datetime) -> str:
    """A telephone of the first place, registered through the digits it received: nobody's number, kept for works of fiction."""
    organisation_id = current.cast.place_organisations[place_id]
    system = replace(Actor.system("demonstration", organisation_ids={organisation_id}), organisation_id=organisation_id)
    # A demonstration played again in the same database has another place, and so another telephone.
    number, digits = f"{TELEPHONES}{current.programme_id % 9000 + 1:04d}", list[str]()
    with acting_as(system):
        telephone_id = redemption.register_telephone(
            place_id=place_id, number=number, language="fr", write=lambda drawn: drawn, actor=system, request_id=uuid4(), at=at
        )  # fmt: skip
        redemption.send_texts(send=lambda _to, text, _reference: digits.append(text), at=at)
        redemption.confirm_telephone(telephone_id=telephone_id, digits=digits[-1], actor=system, request_id=uuid4(), at=at)
    return number


def _token(current: Played, place_id: int, at: datetime) -> str:
    organisation_id = current.cast.place_organisations[place_id]
    system = Actor.system("demonstration", organisation_ids={organisation_id})
    with acting_as(system):
        created = parties.create_token(
            organisation_id=organisation_id, scopes=PLACE_SCOPES, days=TOKEN_DAYS, label="Démonstration", place_id=place_id,
            actor=system, request_id=uuid4(), at=at,
        )  # fmt: skip
    assert created.raw is not None
    return created.raw
