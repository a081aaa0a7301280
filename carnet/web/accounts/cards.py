"""The cards of one's structure, for whoever leads it: give one, take one back, say that one is lost; answer for a helper who lost everything."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from carnet.parties import operations
from carnet.parties import queries as parties
from carnet.parties.queries import CARDS_PER_PAGE, CardHolder, CardView
from carnet.parties.rules import CardEnd, CardHolderUnknown
from carnet.web import clock
from carnet.web.accounts.desk import page, performed
from carnet.web.accounts.forms import BareForm
from carnet.web.accounts.words import CARD_ENDS, ROLE_NAMES
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of
from carnet.web.doors import door


class AssignForm(OperationForm):
    """A card in hand, and to whom it is given."""

    serial = forms.CharField(
        label=gettext_lazy("Numéro écrit au dos de la carte"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "short"}),
    )
    person_id = forms.TypedChoiceField(label=gettext_lazy("À qui la donnez-vous ?"), coerce=int)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person_id"].choices = people  # type: ignore[attr-defined]


@door("parties.see-own-cards", post="parties.assign-card")
def cards(request: HttpRequest) -> HttpResponseBase:
    """Who has which card, what is in the drawer, what is on its way; and one form to give a card."""
    actor, at = actor_of(request), clock.now()
    people = parties.card_holders(actor=actor, at=at)
    form = AssignForm(request.POST or None, people=[(each.person_id, each.display_name) for each in people if each.card_id is None])
    if request.method == "POST" and performed(form, lambda typed: operations.assign_card(**typed, actor=actor, at=at)):
        messages.success(request, _("La carte est donnée. La personne se connecte et tape le code affiché : la carte sert ensuite."))
        return redirect("accounts:cards")
    searched, number = request.GET.get("number", "")[:40], request.GET.get("page", "")
    found = parties.own_cards(actor=actor, search=searched, page=int(number) if number.isdecimal() and len(number) < 5 else 1)
    return page(
        request,
        "cards",
        people=_people_table(people),
        cards=_cards_table(found.cards),
        page_of=Paginator(range(found.found), CARDS_PER_PAGE).get_page(found.page),
        receiving=BareForm(),
        searched=searched,
        parcels=[each for each in parties.parcels(actor=actor) if each.received_at is None],
        form=form,
        status=422 if form.is_bound else 200,
    )


@door("parties.assign-card")
@require_POST
def receive(request: HttpRequest, shipment_id: int) -> HttpResponseBase:
    """A parcel of cards arrived."""
    form = BareForm(request.POST)
    if performed(form, lambda typed: operations.receive_cards(shipment_id=shipment_id, actor=actor_of(request), at=clock.now(), **typed)):
        messages.success(request, _("C’est noté : les cartes sont arrivées."))
    return redirect("accounts:cards")


@door("parties.see-own-cards", post="parties.end-card")
def card(request: HttpRequest, card_id: int) -> HttpResponseBase:
    """One card: whose it is; lost or broken, at once."""
    actor, at = actor_of(request), clock.now()
    seen = parties.card(actor=actor, card_id=card_id)
    asked = request.POST.get("do", "")
    form = BareForm(request.POST if asked else None)
    if asked in set(CardEnd) and performed(
        form, lambda typed: operations.end_card(card_id=card_id, reason=asked, actor=actor, at=at, **typed)
    ):
        messages.success(request, _("La carte n’ouvre plus rien, dès maintenant."))
        if seen.holder_id is not None and parties.recovery_waiting_for(seen.holder_id) is not None:
            messages.info(request, _("%(name)s reçoit un code par courriel, pour choisir une autre vérification.") % {"name": seen.holder})
        return redirect("accounts:cards")
    return page(request, "card", card=seen, state=state(seen), rows=rows(seen), form=form, status=422 if asked else 200)


@door("parties.assign-card")
@require_POST
def take_back(request: HttpRequest, card_id: int) -> HttpResponseBase:
    """A helper gives a card back."""
    form = BareForm(request.POST)
    if performed(form, lambda typed: operations.take_card_back(card_id=card_id, actor=actor_of(request), at=clock.now(), **typed)):
        messages.success(request, _("La carte est rendue. Vous pouvez la donner à quelqu’un d’autre."))
    return redirect("accounts:cards")


@door("parties.begin-recovery")
def recover_helper(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """A helper lost a card or a telephone: asked first, then everything old is dead and a letter leaves."""
    actor, at = actor_of(request), clock.now()
    person = next((each for each in parties.card_holders(actor=actor, at=at) if each.person_id == person_id), None)
    if person is None:
        raise CardHolderUnknown
    form = BareForm(request.POST or None)
    if request.method == "POST" and performed(
        form, lambda typed: operations.begin_recovery(person_id=person_id, actor=actor, at=at, **typed)
    ):
        messages.success(request, _("%(name)s vient de recevoir un code par courriel.") % {"name": person.display_name})
        return redirect("accounts:cards")
    return page(
        request,
        "decide",
        title=_("%(name)s a perdu sa carte ou son téléphone ?") % {"name": person.display_name},
        lead=_(
            "Assurez-vous de qui vous parle : de vive voix, jamais par courriel. Ce qui servait à prouver son identité ne sert plus, "
            "dès maintenant. Un code part à son adresse électronique."
        ),
        verb=_("Envoyer le code"),
        kind="danger",
        rows=[Row(_("Rôle"), ROLE_NAMES[person.role]), Row(_("Carte"), person.serial or _("aucune"))],
        form=form,
        cancel_url=reverse("accounts:cards"),
        status=422 if form.is_bound else 200,
    )


def state(card: CardView) -> Cell:
    """Where a card is at."""
    if card.ended_at is not None:
        return Cell(str(CARD_ENDS[card.ended_reason or ""]), tone="danger")
    if card.holder_id is None:
        return (
            Cell(_("En réserve"), tone="neutral") if card.organisation_id is None or card.received_at else Cell(_("En route"), tone="info")
        )
    return Cell(_("En service"), tone="success") if card.validated_at else Cell(_("Premier code attendu"), tone="warning")


def rows(card: CardView) -> list[Row]:
    """What is known of one card."""
    found = [Row(_("Numéro"), card.serial)]
    if card.holder:
        found.append(Row(_("Donnée à"), card.holder))
    if card.assigned_at is not None:
        found.append(Row(_("Donnée le"), formats.moment(card.assigned_at)))
    if card.validated_at is not None:
        found.append(Row(_("Premier code"), formats.moment(card.validated_at)))
        found.append(Row(_("Dernier code"), formats.moment(card.latest_at) if card.latest_at else _("jamais")))
        found.append(Row(_("Écart de son horloge"), _("%(seconds)s secondes") % {"seconds": formats.number(card.drift_seconds)}))
    if card.ended_at is not None:
        found.append(Row(_("Arrêtée le"), formats.moment(card.ended_at)))
    return found


def _people_table(people: list[CardHolder]) -> Table:
    columns = [Column(_("Personne")), Column(_("Rôle")), Column(_("Carte")), Column(_("Perte"))]
    lines = [
        [
            each.display_name,
            ROLE_NAMES[each.role],
            Cell(each.serial, url=reverse("accounts:card", args=[each.card_id])) if each.card_id else "–",
            Cell(_("Carte ou téléphone perdu"), url=reverse("accounts:recover-helper", args=[each.person_id])),
        ]
        for each in people
    ]
    return Table(_("Qui aide ici"), columns, lines, empty=_("Personne pour l’instant."))


def _cards_table(found: tuple[CardView, ...]) -> Table:
    columns = [Column(_("Numéro")), Column(_("Donnée à")), Column(_("Dernier code")), Column(_("État"))]
    lines = [
        [
            Cell(each.serial, url=reverse("accounts:card", args=[each.id])),
            each.holder or "–",
            formats.moment(each.latest_at) if each.latest_at else "–",
            state(each),
        ]
        for each in found
    ]
    return Table(_("Cartes de la structure"), columns, lines, empty=_("Aucune carte pour l’instant. L’opérateur vous en envoie."))
