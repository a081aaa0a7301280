"""The certificate of attendance: a name typed, put on the paper, streamed back, kept nowhere and written to no log."""

import json
from datetime import datetime
from pathlib import Path

import typst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from carnet.gateways import printer
from carnet.web import lessons
from carnet.web.design import formats
from carnet.workshops.queries import SessionView

_TEMPLATE = Path(__file__).parent / "certificate.typ"
_FONTS = Path(printer.__file__).parent / "fonts"


def certificate_pdf(name: str, view: SessionView, *, organisation: str, at: datetime) -> bytes:
    """One page, exported as PDF/UA-1. `at` is when it is made out."""
    minutes = int((view.ends_at - view.starts_at).total_seconds()) // 60
    words = {
        "language": (get_language() or "fr")[:2],
        "title": _("Attestation de présence"),
        "lead": _("%(organisation)s atteste que") % {"organisation": organisation},
        "name": name,
        "sentence": _("a suivi la séance « %(title)s », %(when)s, à %(place)s, soit %(minutes)s minutes.")
        % {"title": view.title, "when": lessons.when_words(view), "place": f"{view.place_name}, {view.address}", "minutes": minutes},
        "service": _("On y apprend : %(service)s.") % {"service": lessons.service_word(view.service)},
        "made": _("Faite le %(day)s.") % {"day": formats.day(at)},
        "signed": _("Signature et cachet du lieu"),
        "kept": _("Ce nom n’est gardé dans aucun fichier : cette feuille est le seul exemplaire."),
    }
    content: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"certificate": json.dumps(words)},
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
    )
    return content
