"""Every sentence that a person without account is given to read is short and plain, in French and in English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext, ngettext

from carnet.web.design.plain import WORDS_MOST, faults, sentences
from tests.house.rooms import ROOT

# What a beneficiary reads. Pages that the law words (the statement of accessibility, legal notices) and pages for professionals, figures
# and the reuse of the data are not here.
TEMPLATES = (
    "carnet/web/design/templates/design/base.html", "carnet/web/design/templates/design/public.html",
    "carnet/web/public/templates/public/person/**/*.html", "carnet/web/public/templates/public/*.html", "carnet/web/slips/templates/**/*.html",
    "carnet/web/mandate_papers/templates/mandate_papers/check.html", "carnet/web/helper/templates/helper/sign.html",
    "carnet/web/helper/templates/helper/who.html", "carnet/web/helper/templates/helper/ending.html",
    "carnet/jobs/templates/texts/*.txt", "carnet/jobs/templates/letters/places.report-answered.txt",
    "carnet/jobs/templates/letters/helpline.complaint-closed.txt", "carnet/web/own/templates/own/*.html",
    "carnet/web/selfchecks/templates/selfchecks/*.html",
    *(f"carnet/web/connections/templates/connections/{each}.html" for each in ("base", "door", "own", "stop*", "left", "letters", "solidarity")),
)  # fmt: skip
MODULES = (
    "carnet/web/public/agenda.py", "carnet/web/public/barrier.py", "carnet/web/public/bookings.py", "carnet/web/public/complaints.py",
    "carnet/web/public/found.py", "carnet/web/public/person/*.py", "carnet/web/public/place_page.py", "carnet/web/public/reports.py",
    "carnet/mandates/rules/texts.py", "carnet/web/mandate_papers/checks.py",
    "carnet/web/public/search.py", "carnet/web/public/search_form.py", "carnet/web/public/spaces.py", "carnet/web/slips/*.py",
    "carnet/web/selfchecks/forms.py", "carnet/web/selfchecks/paper.py", "carnet/web/selfchecks/words.py", "carnet/observatory/rules/_skills.py",
    "carnet/web/own/texts.py", "carnet/web/own/views.py", "carnet/web/own/words.py", "carnet/web/design/context.py", "carnet/web/calling.py", "carnet/web/hours.py", "carnet/web/lessons.py",
    "carnet/web/connections/telling.py", "carnet/web/connections/letters.py", "carnet/web/connections/words.py",
)  # fmt: skip
NOT_FOR_THEM = {
    "house.html", "sheet.html", "typed.html", "programmes.html", "programme.html", "published.html", "warnings.html",  # of self-checks: who gives, who reads
    "accessibility.html", "api_reference.html", "api_reference_part.html", "embed.html", "figures.html", "labels.html", "legal.html", "plan.html", "carried.html",
    "translations.html",  # for whoever validates a translation
}  # fmt: skip
# Words that are somebody else's: the names their licences ask us to print, and one link for programmers.
CREDITS = ("IGN", "Licence Ouverte", "data·inclusion")
TRANSLATE = re.compile(r"""\{%-?\s*(?:translate|trans)\s+(?:"([^"]*)"|'([^']*)')""")
BLOCK = re.compile(
    r"\{%-?\s*blocktrans(?:late)?\b[^%]*%\}(.*?)(?:\{%-?\s*plural\s*-?%\}(.*?))?\{%-?\s*endblocktrans(?:late)?\s*-?%\}", re.DOTALL
)
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}


def files(patterns: tuple[str, ...]) -> list[Path]:
    return sorted({file for pattern in patterns for file in ROOT.glob(pattern) if file.name not in NOT_FOR_THEM})


def of_template(text: str) -> Iterator[tuple[str, ...]]:
    """Each string of a template to be translated: one, or its singular and plural."""
    for found in TRANSLATE.finditer(text):
        yield (found[1] or found[2],)
    for found in BLOCK.finditer(text):
        yield tuple(" ".join(VARIABLE.sub(r"%(\1)s", part).split()) for part in found.groups() if part)


def of_module(text: str) -> Iterator[tuple[str, ...]]:
    for call in ast.walk(ast.parse(text)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in CALLS:
            strings = tuple(each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str))
            yield strings[1:] if call.func.id.startswith("pgettext") else strings


def in_english(strings: tuple[str, ...]) -> Iterator[str]:
    """What the catalogue holds for it, if it does: that it is complete is tests/house/test_translations.py's business."""
    with translation.override("en"):
        found = [ngettext(*strings, 1), ngettext(*strings, 2)] if len(strings) == 2 else [gettext(each) for each in strings]
    yield from (each for each in found if each not in strings)


def read() -> list[tuple[Path, tuple[str, ...]]]:
    told = [(file, each) for file in files(TEMPLATES) for each in of_template(file.read_text(encoding="utf-8"))]
    told += [(file, each) for file in files(MODULES) for each in of_module(file.read_text(encoding="utf-8"))]
    return [
        (file, each) for file, each in told if not any(text.strip(" .") == "API" or credit in text for text in each for credit in CREDITS)
    ]


def test_every_sentence_a_person_reads_is_plain() -> None:
    strings = read()
    assert len(strings) > 250, "the search finds the sentences"
    found = []
    for file, each in strings:
        where = file.relative_to(ROOT)
        found += [f"{where}: {fault}" for text in each for fault in faults(text, "fr")]
        found += [f"{where}: {fault}" for text in in_english(each) for fault in faults(text, "en")]
    assert found == [], "\n".join(sorted(set(found)))


@pytest.mark.parametrize(
    ("text", "language", "kinds"),
    [
        ("Allez dans un lieu. Montrez un chèque.", "fr", []),
        ("Pour obtenir un carnet vous devez aller dans une mairie ou une association qui les donne aux gens.", "fr", ["long"]),
        ("Veuillez présenter un justificatif.", "fr", ["hard word", "hard word"]),
        ("Demandez au CCAS.", "fr", ["acronym"]),
        ("Le chèque est accepté par le lieu.", "fr", ["passive"]),
        ("Vous recevez un SMS.", "fr", []),
        ("The voucher is taken by the place.", "en", ["passive"]),
        ("You need additional assistance.", "en", ["hard word", "hard word"]),
    ],
)
def test_what_is_hard_is_found(text: str, language: str, kinds: list[str]) -> None:
    assert [fault.kind for fault in faults(text, language)] == kinds


def test_sentences_are_counted_as_they_are_read() -> None:
    """A value counts as one word; what follows a colon is another sentence; marks are not read."""
    assert sentences("<strong>Bonjour</strong>. Il reste %(count)s chèques : utilisez-les avant le {{ day }}.") == [
        "Bonjour .", "Il reste count chèques :", "utilisez-les avant le day.",
    ]  # fmt: skip
    exact = " ".join(["mot"] * WORDS_MOST)
    assert list(faults(f"{exact}.", "fr")) == []
    assert [each.kind for each in faults(f"{exact} mot.", "fr")] == ["long"]
