"""Who one may be, and what to try first."""

import json
from functools import wraps
from typing import Any

import zxingcpp
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from carnet.web import turns
from carnet.web.accounts.sign_in import enter_as, safe_next
from carnet.web.design.components import Ticket
from carnet.web.doors import from_this_machine

ROLES = {
    "PLACE_MANAGER": (gettext_lazy("Un lieu"), gettext_lazy("Médiathèque, association : on y accepte les chèques."), "place"),
    "MEDIATOR": (gettext_lazy("Un autre lieu"), gettext_lazy("Pour voir ce qu’un voisin ne voit pas."), "place"),
    "PRESCRIBER_LEAD": (gettext_lazy("Un guichet"), gettext_lazy("CCAS, mairie : on y remet les carnets."), "booklet"),
    "HELPER": (gettext_lazy("Une aidante"), gettext_lazy("Fait la démarche d’une personne, avec un mandat."), "people"),
    "HELPER-2": (gettext_lazy("Son collègue"), gettext_lazy("Relit avec elle un mandat signé sur papier."), "people"),
    "HELPER_LEAD": (gettext_lazy("Qui répond des aidants"), gettext_lazy("Sa structure, ses aidants, leurs cartes."), "people"),
    "LOCAL_ACTOR": (gettext_lazy("Un acteur local"), gettext_lazy("CAF, association : qui fait quoi dans le territoire."), "people"),
    "LANDLORD": (gettext_lazy("Un bailleur social"), gettext_lazy("Ses résidences, et les logements à brancher."), "place"),
    "PROVIDER": (gettext_lazy("Un fournisseur d’accès"), gettext_lazy("Branche les logements, règle les pannes."), "box"),
    "PRINT_SHOP": (gettext_lazy("Un imprimeur"), gettext_lazy("Ses fichiers scellés, le tirage, les colis."), "print"),
    "FUNDER": (gettext_lazy("Un financeur"), gettext_lazy("Où est chaque centime, et les relevés."), "money"),
    "OPERATOR_ADMIN": (gettext_lazy("L’opérateur"), gettext_lazy("Commandes, carnets, lieux, guichets."), "box"),
    "TREASURER": (gettext_lazy("La trésorerie"), gettext_lazy("Prépare les paiements des lieux."), "money"),
    "APPROVER": (gettext_lazy("La seconde personne"), gettext_lazy("Approuve ce que d’autres ont préparé."), "check"),
    "STATE_OFFICER": (gettext_lazy("L’État"), gettext_lazy("Donne et retire les labels des opérateurs."), "check"),
    "HELPLINE": (gettext_lazy("La ligne téléphonique"), gettext_lazy("Un numéro, son histoire ; rien d’autre."), "phone"),
    "ACCOUNTANT": (gettext_lazy("Le comptable public"), gettext_lazy("Lit les comptes, les contrôle, les emporte."), "money"),
    "AUDITOR": (gettext_lazy("L’auditrice"), gettext_lazy("Relit et recompte tout, sans rien de personnel."), "eye"),
}


def on_this_machine(view: Any) -> Any:
    """The demonstration answers a browser of this machine, under its flag; anybody else finds nothing there."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not (settings.DEMO and from_this_machine(request)):
            raise Http404
        response: HttpResponseBase = view(request, *args, **kwargs)
        return response

    return guarded


def to_try() -> dict[str, Any]:
    """What the demonstration left to be tried. Raises: Http404."""
    try:
        found: dict[str, Any] = json.loads((settings.VAR_DIR / "demo" / "try.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Http404 from None
    return found


def _people(tried: dict[str, Any], role: str) -> list[dict[str, Any]]:
    """Everybody of a role, whom a click makes first; of a role said ``HELPER-2``, the second."""
    name, _dash, rank = role.partition("-")
    lines = [line for line in tried["sign_in"] if line["role"] == name]
    return lines[int(rank) - 1 :] if rank.isdecimal() and len(rank) == 1 and int(rank) > 0 else [] if rank else lines


@on_this_machine
def home(request: HttpRequest) -> HttpResponse:
    """The seven things to try, and everybody one may be."""
    tried = to_try()
    voucher = tried["voucher"]
    ticket = Ticket(
        serial=voucher["serial"],
        value_cents=voucher["value_cents"],
        state="HANDED_OVER",
        programme=voucher["programme"],
        secret=voucher["code"],
        note=_("Un chèque de démonstration : il ne vaut rien."),
    )
    people = [(role, _people(tried, role)) for role in ROLES]
    cards = [(role, *ROLES[role], found[0]["email"]) for role, found in people if found]
    return render(
        request,
        "demo/home.html",
        {
            "ticket": ticket,
            "qr": _qr(voucher["url"]),
            "code": voucher["code"],
            "cards": cards,
            "password": tried["sign_in"][0]["password"],
            "steps": _steps(),
            "station": tried.get("station"),
        },
    )


def _qr(url: str) -> str:
    """The voucher's QR code as an SVG picture, drawn here: the page needs nothing from elsewhere."""
    barcode = zxingcpp.create_barcode(url, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    svg = barcode.to_svg(scale=4, add_quiet_zones=True)
    named = format_html('<svg role="img" aria-label="{}"', _("Code QR du chèque"))
    return mark_safe(named + svg[svg.index("<svg") + len("<svg") :])  # noqa: S308 - drawn by zxing from our own URL


def _steps() -> list[tuple[str, str, str, str]]:
    """Title, what happens, the role to be, and where it leads."""
    return [
        (
            _("Dépensez le chèque ci-dessus"),
            _("Entrez comme lieu, tapez ou scannez son code, choisissez le service."),
            "PLACE_MANAGER",
            reverse("place:home"),
        ),
        (
            _("Essayez de le dépenser encore"),
            _("Le même code, dans un autre lieu : refusé, avec le jour et l’heure."),
            "MEDIATOR",
            reverse("place:home"),
        ),
        (
            _("Remettez un carnet"),
            _("Entrez comme guichet : le numéro du carnet, quelques cases, aucun nom."),
            "PRESCRIBER_LEAD",
            reverse("prescriber:home"),
        ),
        (
            _("Suivez l’argent d’un financeur"),
            _("Apporté, en circulation, dû, payé, rendu : la somme est exacte."),
            "FUNDER",
            reverse("funder:home"),
        ),
        (
            _("Préparez un paiement"),
            _("La trésorerie prépare ; la même personne ne peut pas approuver."),
            "TREASURER",
            reverse("operator:home"),
        ),
        (
            _("Approuvez-le en seconde personne"),
            _("Ce que d’autres ont préparé vous attend sur votre page d’accueil."),
            "APPROVER",
            reverse("operator:home"),
        ),
        (
            _("Recomptez tout"),
            _("L’auditrice relit le registre et le journal, et fait la vérification."),
            "AUDITOR",
            reverse("auditor:home"),
        ),
    ]


@on_this_machine
@require_POST
def share(request: HttpRequest) -> HttpResponse:
    """Make this browser the desk's shared computer: its page of names, then a PIN."""
    station = to_try().get("station")
    if station is None:
        raise Http404
    request.session.flush()
    response = HttpResponseRedirect(reverse("accounts:station"))
    turns.keep_secret(response, station["secret"])
    return response


@on_this_machine
@require_POST
def enter(request: HttpRequest, role: str) -> HttpResponse:
    """Be somebody, in one click."""
    lines = _people(to_try(), role)
    if not lines:
        raise Http404
    enter_as(request, int(lines[0]["person_id"]))
    return HttpResponseRedirect(safe_next(request))
