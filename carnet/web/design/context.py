"""What every page shows around its content: the site's name, who is signed in, languages, footer."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _

from carnet.parties.rules import short_name
from carnet.web.design import conformity, look
from carnet.web.design.conformity import Compliance

TONES = {"debug": "neutral", "info": "info", "success": "success", "warning": "warning", "error": "danger"}
LANGUAGE_NAMES = {"fr": "Français", "en": "English"}


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Message:
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is on a shared computer."""

    name: str
    station: str
    idle_minutes: int


def page(request: HttpRequest) -> dict[str, Any]:
    """The variable `page` of every template."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "page": {
            "site_name": getattr(request, "site_name", "") or getattr(settings, "SITE_NAME", "Carnet"),
            "theme_url": getattr(request, "theme_url", ""),
            "is_demo": settings.DEMO,
            "demo_url": _address("demo:home") if settings.DEMO else "",
            "turn": _turn(request),
            "rehearsal_url": _rehearsal(request),
            "person_name": user.get_short_name() if user is not None and signed_in else "",
            "organisation_name": getattr(request, "organisation_name", ""),
            "sign_in_url": _address("account_login"),
            "sign_out_url": _address("account_logout"),
            "language_url": _address("public:language"),
            "contrast": look.chosen(request),
            "contrast_url": _address("public:contrast"),
            "other_languages": _other_languages(),
            "path": request.get_full_path(),
            "messages": [Message(text=str(message), tone=TONES.get(message.level_tag, "info")) for message in get_messages(request)],
            "footer": _footer(),
        }
    }


def _rehearsal(request: HttpRequest) -> str:
    """The exercises, on every page of a rehearsal; else nothing."""
    if not getattr(request, "rehearses", False):
        return ""
    return _address("place:home" if request.path_info.startswith("/rehearsal/place/") else "prescriber:home")


def _turn(request: HttpRequest) -> Turn | None:
    turn = getattr(request, "turn", None)
    return None if turn is None else Turn(short_name(turn.actor.label), turn.station, turn.idle_minutes)


def _footer() -> list[Link]:
    links = [
        Link(_address("public:accessibility"), _conformity()),
        Link(_address("public:plan"), _("Plan du site")),
        Link(_address("public:your-data"), _("Vos données")),
        Link(_address("public:legal"), _("Mentions légales")),
        Link(_address("public:figures"), _("Chiffres publics")),
        Link(_address("public:labels"), _("Labels")),
        Link(_address("public:joining"), _("Rejoindre le réseau")),
        Link(_address("public:help"), _("Aide")),
        Link(_address("api-reference"), _("API")),
    ]
    return [link for link in links if link.url]


def _conformity() -> str:
    return {
        Compliance.NONE: _("Accessibilité : non conforme"),
        Compliance.PARTIAL: _("Accessibilité : partiellement conforme"),
        Compliance.TOTAL: _("Accessibilité : totalement conforme"),
    }[conformity.audit().compliance]


def _other_languages() -> list[Language]:
    current = (translation.get_language() or settings.LANGUAGE_CODE)[:2]
    return [Language(code, LANGUAGE_NAMES[code]) for code, _name in settings.LANGUAGES if code != current]


def _address(route: str) -> str:
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""
