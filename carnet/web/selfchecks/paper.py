"""The paper: a sheet in large type to fill in by hand, and at its foot the slip the person keeps. Every word is put here, the look in Typst."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.observatory.operations.selfchecks import PrintedSlip
from carnet.observatory.rules import SKILL_RULES, Said
from carnet.observatory.rules.selfchecks import AgeOfTables
from carnet.web.identity.exchange import address
from carnet.web.selfchecks import words
from carnet.web.slips.pdf import compiled, drawn


def slips_pdf(slips: Sequence[PrintedSlip], *, at: datetime) -> bytes:
    """Each slip with its sheet, one after the other. PDF/UA-1; the codes are drawn here and kept nowhere."""
    return compiled("self_check.typ", "check", _words(slips), at=at)


def _words(slips: Sequence[PrintedSlip]) -> dict[str, Any]:
    first = slips[0]
    programme = funding.programme(first.programme_id)
    rules = SKILL_RULES[first.edition]
    return {
        "language": (get_language() or "fr")[:2],
        "title": _("Faire le point"),
        "lead": [
            _("Ce n’est pas un examen. Il n’y a pas de note."),
            _("Personne ne vous demande votre nom."),
            _("Vous pouvez laisser une question vide."),
        ],
        "moment": _("Entourez :"),
        "moments": [str(word) for word in words.MOMENTS.values()],
        "day": _("Le jour : ……… / ……… / …………"),
        "use": _("Ces 3 derniers mois, avez-vous utilisé internet ?"),
        "use_no": _("Si non, c’est tout. Rendez la feuille. Merci."),
        "age": _("Votre âge, si vous voulez"),
        "ages": [str(words.AGES[age]) for age in AgeOfTables if age is not AgeOfTables.NOT_SAID],
        "asked": _("Ces 3 derniers mois, avez-vous…"),
        "answers": [str(words.ANSWERS[said]) for said in (Said.YES, Said.NO, Said.UNKNOWN)],
        "parts": [
            {
                "name": words.domain_name(rule.domain),
                "picture": words.PICTURES[rule.domain],
                "items": [words.asked(item, first.edition) for item in rule.items],
            }
            for rule in rules
        ],
        "pictures": drawn({words.PICTURES[rule.domain] for rule in rules} | {"cross", "phone", "computer"}),
        "cut": _("Détachez et gardez ce papier."),
        "keep": _("Pour répondre seul, après vos leçons ou dans six mois :"),
        "where": address("selfchecks:start").split("//", 1)[-1],
        "number_word": _("Numéro"),
        "code_word": _("Code"),
        "phone": _("Une question ? %(phone)s") % {"phone": programme.terms.phone} if programme.terms.phone else "",
        "programme": programme.name,
        "sheet_number": _("Feuille %(number)s"),
        "slips": [{"number": slip.number.printed(), "code": slip.code.printed()} for slip in slips],
    }
