"""A voucher held for a booked lesson, by API: taken, given back, asked twice; and a redemption disputed once its window has closed."""

from datetime import timedelta
from typing import Any

import pytest

from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from carnet.parties.rules import Scope
from carnet.redemption.rules import GUESSES_MAX
from tests.api.conftest import REDEMPTIONS, UNKNOWN, Answered, Caller, Site, at, token_of
from tests.factories.campaign import LATER, Campaign, accept, campaign, organisation, place

pytestmark = pytest.mark.django_db
RESERVATIONS = "/api/v1/reservations"
UNTIL = (LATER + timedelta(days=3)).isoformat()


def reserve(caller: Caller, code: str, *, key: str | None = "", **changes: Any) -> Answered:
    return caller.post(RESERVATIONS, {"code": code, "service": "mailbox", "until": UNTIL, **changes}, key=key)


def test_held_then_taken_without_the_code(site: Caller, ready: Campaign, settings: Any) -> None:
    held = reserve(site, ready.code(0)).json()
    assert (held["state"], held["until"], held["place"], held["value_cents"]) == ("held", UNTIL, ready.place_id, 1000)
    assert site.post("/api/v1/vouchers/check", {"code": ready.code(0)}).json()["reserved_until"] == UNTIL
    at(settings, LATER + timedelta(days=2))
    taken = site.post(f"{RESERVATIONS}/{held['id']}/capture", {}, key="lesson")
    assert (taken.status, taken.json()["voucher_serial"]) == (201, held["voucher_serial"])
    again = site.post(f"{RESERVATIONS}/{held['id']}/capture", {}, key="lesson")
    assert (again.status, again.json(), again.headers["idempotency-replayed"]) == (201, taken.json(), "true")
    assert site.get(f"{RESERVATIONS}/{held['id']}").json()["state"] == "captured"
    assert site.post(f"{RESERVATIONS}/{held['id']}/release", {}).code == "reservation-ended"


def test_another_place_is_refused_until_it_is_given_back(site: Caller, ready: Campaign) -> None:
    with acting_as_everything(why="a neighbour"):
        neighbour_id = organisation("Voisin", "PLACE_OPERATOR")
        accept(place("Voisin", neighbour_id), ready.programme_id)
    neighbour = Caller(Site(), token_of(neighbour_id))
    held = reserve(site, ready.code(0)).json()
    assert neighbour.redeem(ready.code(0)).code == "voucher-reserved"
    for path in ("capture", "release"):
        assert neighbour.post(f"{RESERVATIONS}/{held['id']}/{path}", {}).code == "reservation-unknown"
    assert neighbour.get(f"{RESERVATIONS}/{held['id']}").code == "reservation-unknown"
    first = site.post(f"{RESERVATIONS}/{held['id']}/release", {}, key="back")
    again = site.post(f"{RESERVATIONS}/{held['id']}/release", {}, key="back")
    assert (first.status, first.json()["id"], again.body) == (200, held["id"], first.body)
    assert neighbour.redeem(ready.code(0)).status == 201
    with acting_as_everything(why="count"):
        assert ledger.counts(series_id=ready.series_id).redeemed == 1
        assert ledger.verify() == []


def test_the_same_key_is_the_same_reservation(site: Caller, ready: Campaign) -> None:
    first = reserve(site, ready.code(0), key="k")
    again = reserve(site, ready.code(0), key="k")
    assert (again.status, again.body, again.headers["idempotency-replayed"]) == (201, first.body, "true")
    other = reserve(site, ready.code(1), key="k")
    assert (other.status, other.code) == (422, "idempotency-mismatch")
    assert reserve(site, ready.code(1), key=None).code == "idempotency-key-missing"


def test_guesses_count_here_too(site: Caller, ready: Campaign) -> None:
    """What is refused goes back whole, but for the trace of the try."""
    for _ in range(GUESSES_MAX):
        assert reserve(site, UNKNOWN).code == "voucher-unknown"
    assert reserve(site, ready.code(0)).code == "too-many-attempts"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"code": "12"}, 422, "code-mistyped"),
        ({"until": LATER.isoformat()}, 422, "reservation-in-past"),
        ({"until": (LATER + timedelta(days=31)).isoformat()}, 422, "reservation-too-late"),
        ({"until": "tomorrow"}, 422, "request-invalid"),
        ({"service": "cv"}, 422, "service-not-accepted"),
        ({"colour": "red"}, 422, "request-invalid"),
    ],
)
def test_each_refusal_of_a_reservation(site: Caller, ready: Campaign, changes: dict[str, str], status: int, code: str) -> None:
    answered = reserve(site, **{"code": ready.code(0), **changes})
    assert (answered.status, answered.code) == (status, code)


def test_a_key_whose_reservation_was_refused_is_free(site: Caller, ready: Campaign) -> None:
    assert reserve(site, ready.code(0), key="k", service="cv").code == "service-not-accepted"
    assert reserve(site, ready.code(0), key="k").status == 201


# --- Disputes -----------------------------------------------------------------------------------------------------------


def test_a_mistake_seen_too_late_is_disputed_once(site: Caller, ready: Campaign, settings: Any) -> None:
    number = site.redeem(ready.code(0)).json()["id"]
    address = f"{REDEMPTIONS}/{number}/dispute"
    assert site.post(address, {"reason": "deux fois"}).code == "undo-window-open"
    at(settings, LATER + timedelta(days=2))
    opened = site.post(address, {"reason": "deux fois"}, key="d")
    assert (opened.status, opened.json()["redemption"]) == (201, number)
    again = site.post(address, {"reason": "deux fois"}, key="d")
    assert (again.json(), again.headers["idempotency-replayed"]) == (opened.json(), "true")
    assert site.post(address, {"reason": "encore"}).code == "dispute-open"
    assert site.post(address, {"reason": "numéro 1 85 05 78 006 084 91"}).code in ("nir-in-text", "dispute-open")
    with acting_as_everything(why="strangers"):
        others = [campaign(booklets=1).place_organisation_id, ready.operator_id]
    for organisation_id in others:
        stranger = Caller(Site(), token_of(organisation_id, *Scope))
        assert stranger.post(address, {"reason": "pas à moi"}).code == "redemption-unknown"


def test_ones_own_are_listed_page_by_page(site: Caller, ready: Campaign, settings: Any) -> None:
    numbers = [reserve(site, ready.code(rank)).json()["id"] for rank in range(5)]
    sooner = reserve(site, ready.code(5), until=(LATER + timedelta(days=1)).isoformat()).json()["id"]
    site.post(f"{RESERVATIONS}/{numbers[2]}/release", {})
    told, address = [], f"{RESERVATIONS}?limit=2"
    while address:
        page = site.get(address).json()
        assert len(page["reservations"]) <= 2
        told += [each["id"] for each in page["reservations"]]
        address = page["next"]
    assert told == [sooner, *numbers], "the soonest to end first; five that end at the same instant are each told once"
    held = f"{RESERVATIONS}?state=held&limit=3"
    first = site.get(held).json()
    rest = site.get(first["next"]).json()
    assert [each["id"] for each in (*first["reservations"], *rest["reservations"])] == [sooner, *numbers[:2], *numbers[3:]]
    assert rest["next"] is None
    at(settings, LATER + timedelta(days=2))
    assert sooner not in [each["id"] for each in site.get(held).json()["reservations"]], "its time has passed"
    assert site.get(f"{RESERVATIONS}?limit=2&cursor=abc").code == "cursor-invalid"
    assert site.get(f"{RESERVATIONS}?place=999999").json() == {"reservations": [], "next": None}


def test_nobody_elses_are_listed(site: Caller, ready: Campaign) -> None:
    with acting_as_everything(why="a neighbour"):
        neighbour_id = organisation("Voisin", "PLACE_OPERATOR")
        accept(place("Voisin", neighbour_id), ready.programme_id)
    reserve(site, ready.code(0))
    neighbour = Caller(Site(), token_of(neighbour_id))
    assert neighbour.get(RESERVATIONS).json()["reservations"] == []
    assert neighbour.get(f"{RESERVATIONS}?place={ready.place_id}").json()["reservations"] == []
    assert len(site.get(RESERVATIONS).json()["reservations"]) == 1
