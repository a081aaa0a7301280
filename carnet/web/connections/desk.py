"""Applying with a person in two minutes: their residence, their door, a tick or two, the paper. Beside them, or on the telephone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from carnet.connectivity import access, operations
from carnet.connectivity.operations import Asked
from carnet.connectivity.queries import applying
from carnet.connectivity.queries.applying import HomeCalled, OpenOffer, OpenResidence
from carnet.connectivity.rules import Ground, HomeUnknown
from carnet.distribution import queries as distribution
from carnet.distribution.rules import HandOverUnknown
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.places.rules.geography import distance_km
from carnet.places.rules.refusals import LocalityUnknown
from carnet.web import clock
from carnet.web.connections import near, words
from carnet.web.connections.forms import ApplyForm, WhereForm
from carnet.web.connections.sides import DESK, Side
from carnet.web.design import formats
from carnet.web.design.screens import OperationView, actor_of

RESIDENCES_SHOWN = 12
# "Quai du Port" is said of 1 quai Port too.
_LITTLE = frozenset({"d", "de", "des", "du", "l", "la", "le", "les"})
ON_HOME = ("connection-home-unknown", "connection-home-taken", "connection-offer-elsewhere")


@dataclass(frozen=True, slots=True)
class Choice:
    """A residence to choose: one tap."""

    id: int
    name: str
    landlord: str
    address: str
    distance: str
    price: str
    url: str


def where(request: HttpRequest, *, side: Side) -> HttpResponse:
    """Which residence: those nearest to the desk, or to what is typed."""
    actor, at = actor_of(request), clock.now()
    form = WhereForm(request.GET)
    form.is_valid()
    typed = form.cleaned_data.get("where", "").strip()
    found = applying.open_residences(programme_ids=access.desk_programmes(actor), at=at)
    choices, left = _choices(found, typed, actor, side, request.GET.urlencode() if "from" in request.GET else "")
    context = {
        "base": side.base(actor),
        "form": form,
        "typed": typed,
        "choices": choices,
        "left": left,
        "total": len(found),
        "from": request.GET.get("from", "")[:20],
        "list_url": side.url("list"),
    }
    return render(request, "connections/where.html", context)


def _choices(found: Sequence[OpenResidence], typed: str, actor: Actor, side: Side, more: str) -> tuple[list[Choice], int]:
    """Those to show, and how many more answer to what was typed."""
    names = parties.organisations({each.landlord_id for each in found})
    wanted = set(applying.said_words(typed)) - _LITTLE
    named = [each for each in found if wanted and wanted <= set(applying.said_words(_said_of(each, names[each.landlord_id].name)))]
    point, chosen = _point(typed if typed and not named else "", actor), named
    if not named and (point is not None or not typed):
        chosen = list(found)
    reach = {code: _reach(point, code) for code in {each.commune for each in chosen}}
    chosen = sorted(chosen, key=lambda each: (reach[each.commune] is None, reach[each.commune] or 0.0, each.name))
    shown = [
        Choice(
            each.id, each.name, names[each.landlord_id].name, f"{each.address}, {each.postcode} {each.city}".strip(),
            formats.distance(reach[each.commune]), price_of(each.offers[0]),
            side.url("apply", each.id) + (f"?{more}" if more else ""),
        )
        for each in chosen[:RESIDENCES_SHOWN]
    ]  # fmt: skip
    return shown, len(chosen) - len(shown)


def _said_of(each: OpenResidence, landlord: str) -> str:
    return f"{each.name} {each.address} {each.postcode} {each.city} {landlord}"


def _point(typed: str, actor: Actor) -> tuple[float, float] | None:
    """Around where: the town typed, else the desk's own."""
    card = parties.organisation(actor.organisation_id or 0)
    try:
        return places.locality(typed or card.postcode or card.city or "").point
    except LocalityUnknown:
        return None


def _reach(point: tuple[float, float] | None, code: str) -> float | None:
    commune = places.commune(code)
    return distance_km(point, commune.point) if point is not None and commune is not None and commune.point is not None else None


def price_of(offer: OpenOffer) -> str:
    """``2,90 € par mois``: what the household pays."""
    cents = offer.terms.household_cents
    return _("%(price)s par mois") % {"price": formats.euros(cents)} if cents else _("Gratuit")


class Apply(OperationView):
    """One residence, one offer: the home, what the person says, and it is done. Coming from a hand-over, what was said there is ticked."""

    template_name = "connections/apply.html"
    form_class = ApplyForm
    side: Side = DESK
    refusal_fields = dict.fromkeys(ON_HOME, "home") | {"connection-not-eligible": "grounds", "phone-number-invalid": "phone"}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.at, self.actor = clock.now(), actor_of(request)
        self.programmes = access.desk_programmes(self.actor)
        self.residence = applying.open_residence(kwargs["residence_id"], programme_ids=self.programmes, at=self.at)
        asked = request.GET.get("offer", "")
        self.offer = next((each for each in self.residence.offers if str(each.id) == asked), self.residence.offers[0])
        self.homes: tuple[HomeCalled, ...] = ()
        if request.method == "POST":
            typed = request.POST.get("home", "")
            self.homes = applying.homes_called(self.residence.id, typed, programme_ids=self.programmes)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        several = self.homes if len(self.homes) > 1 else ()
        return super().get_form_kwargs() | {"offer": self.offer, "choices": several}

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"grounds": [each.value for each in self._said_before()], "language": "fr"}

    def _said_before(self) -> list[Ground]:
        """What the hand-over this comes from already says."""
        return list(said_at_hand_over(self.request.GET.get("from", "")))

    def perform(self, form: ApplyForm) -> HttpResponseBase:
        given = form.cleaned_data
        if len(self.homes) > 1 and not given.get("home_id"):
            form.add_error("home_id", _("Plusieurs logements répondent à cela : choisissez."))
            return self.form_invalid(form)
        asked = Asked(
            grounds=form.said, channel=self.side.channel, wants_computer=bool(given.get("wants_computer")), phone=given["phone"],
            may_text=given["may_text"], language=given["language"] or "fr", at_hand_over=bool(self._said_before()),
        )  # fmt: skip
        done = operations.apply(
            offer_id=self.offer.id, home_id=self._home(form), asked=asked, actor=self.actor, request_id=given["request_id"], at=self.at
        )
        return redirect(self.side.url("one", done.id) + "?new")

    def _home(self, form: ApplyForm) -> int:
        if not self.homes:
            raise HomeUnknown
        if len(self.homes) == 1:
            return self.homes[0].id
        return int(form.cleaned_data["home_id"])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        names = parties.organisations({self.offer.landlord_id, self.offer.provider_id})
        needed, one_of = words.whose_words(self.offer.terms.eligibility)
        # What a hand-over said follows the person from a residence or an offer to another.
        said = urlencode({"from": self.request.GET["from"][:20]}) if "from" in self.request.GET else ""
        lessons, are_own = near.told(place_id=self.residence.place_id, commune=self.residence.commune, at=self.at)
        return super().get_context_data(**context) | {
            "base": self.side.base(self.actor),
            "residence": self.residence,
            "offer": self.offer,
            "landlord": names[self.offer.landlord_id].name,
            "provider": names[self.offer.provider_id].name,
            "price": price_of(self.offer),
            "needed": needed,
            "one_of": one_of,
            "others": [
                (each.terms.name, price_of(each), f"?offer={each.id}" + (f"&{said}" if said else ""))
                for each in self.residence.offers
                if each.id != self.offer.id
            ],
            "lessons": lessons,
            "are_own": are_own,
            "back_url": self.side.url("new") + (f"?{said}" if said else ""),
        }


def said_at_hand_over(typed: str) -> tuple[Ground, ...]:
    """What a hand-over of one's desk says of the right to a connection; nothing for any other number. Whoever has vouchers follows lessons."""
    if not (typed.isascii() and typed.isdigit() and len(typed) < 18):
        return ()
    try:
        distribution.hand_over(int(typed))
    except HandOverUnknown:
        return ()
    plan = distribution.plan_of(int(typed))
    said = plan.answers if plan else None
    found = [Ground.NO_CONNECTION] if said and said.no_connection else []
    found += [Ground.TOO_DEAR] if said and said.too_costly else []
    return (*found, Ground.LESSONS)
