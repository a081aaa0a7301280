"""French is written in the code; English is complete; no sentence escapes translation."""

import ast
import gettext
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.house.rooms import ROOT

CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
TEMPLATES = sorted((ROOT / "carnet").rglob("*.html")) + sorted((ROOT / "carnet").glob("**/templates/**/*.txt"))
TRANSLATORS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext", "_n", "N_"}
LETTERS = re.compile(r"[^\W\d_]{2,}")


def messages(catalogue: Path, folder: Path) -> dict[object, str]:
    """Every message of a catalogue, translated or not, without the fuzzy and the obsolete."""
    filled = subprocess.run(["msgen", "--no-wrap", str(catalogue)], capture_output=True, text=True, check=True).stdout
    compiled = folder / "messages.mo"
    subprocess.run(["msgfmt", "-o", str(compiled), "-"], input=filled, text=True, check=True)
    with compiled.open("rb") as file:
        return {key: value for key, value in gettext.GNUTranslations(file)._catalog.items() if key}


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue as it would be written from today's code."""
    copy = tmp_path_factory.mktemp("extraction")
    kept = shutil.ignore_patterns("data", "static", "migrations", "__pycache__", "*.csv", "*.json", "*.xsd")
    shutil.copytree(ROOT / "carnet", copy / "carnet", ignore=kept)
    (copy / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "-l", "en", "--no-location", "-e", "py,html,txt"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False, env={"PATH": "/usr/local/bin:/usr/bin:/bin"})
    assert done.returncode == 0, done.stderr
    return copy / "locale" / "en" / "LC_MESSAGES" / "django.po"


def test_english_knows_exactly_the_sentences_of_the_code(extracted: Path, tmp_path: Path) -> None:
    written, known = set(messages(extracted, tmp_path)), set(messages(CATALOGUE, tmp_path))
    assert not written - known, f"no English for {len(written - known)}: {sorted(map(str, written - known))[:10]}"
    assert not known - written, f"English of nothing: {sorted(map(str, known - written))[:10]}"


@pytest.mark.parametrize("fault", ["--untranslated", "--only-fuzzy", "--only-obsolete"])
def test_english_is_complete(fault: str) -> None:
    done = subprocess.run(["msgattrib", fault, "--no-wrap", str(CATALOGUE)], capture_output=True, text=True, check=True)
    found = re.findall(r'^(?:#~ )?msgid "(.+)"$', done.stdout, re.MULTILINE)
    assert not found, f"{len(found)} {fault}: {found[:10]}"


def test_english_names_the_same_facts_as_french() -> None:
    done = subprocess.run(["msgfmt", "--check-format", "-o", "/dev/null", str(CATALOGUE)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_compiled_catalogue_is_that_of_the_sentences(tmp_path: Path) -> None:
    compiled = tmp_path / "django.mo"
    subprocess.run(["msgfmt", "-o", str(compiled), str(CATALOGUE)], check=True)
    with compiled.open("rb") as fresh, CATALOGUE.with_suffix(".mo").open("rb") as kept:
        assert gettext.GNUTranslations(fresh)._catalog == gettext.GNUTranslations(kept)._catalog, "run make docs"


class VisibleText(HTMLParser):
    """What a reader sees or hears of a page, once everything translated or computed is taken out."""

    SPOKEN = frozenset({"alt", "title", "placeholder", "aria-label", "aria-description"})
    # What is inside is not for reading, or is an exact word of a machine, the same in every language.
    SILENT = frozenset({"script", "style", "code"})

    def __init__(self) -> None:
        super().__init__()
        self.silent = 0
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.silent += tag in self.SILENT
        self.found += [value for name, value in attributes if name in self.SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in self.SILENT

    def handle_data(self, text: str) -> None:
        if not self.silent:
            self.found.append(text)


# Names that are the same in every language.
NAMES = (
    "Carnet", "QR", "PDF", "CSV", "JSON", "XML", "API", "OpenAPI", "SIRET", "SIREN", "RNA", "IBAN", "BIC", "SEPA", "INSEE", "Apache",
    "English", "Français", "TOTP", "RGAA", "WCAG", "ms",
)  # fmt: skip
SAME_EVERYWHERE = re.compile(rf"&\w+;|\b(?:{'|'.join(NAMES)})\b")


def untranslated(template: str) -> list[str]:
    text = re.sub(r"\{#.*?#\}|\{%\s*comment\b.*?endcomment\s*%\}", " ", template, flags=re.DOTALL)
    text = re.sub(r"\{%\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*%\}", " ", text, flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)
    page = VisibleText()
    page.feed(text)
    words = (SAME_EVERYWHERE.sub(" ", found) for found in page.found)
    # A block may hold a class for the page (for-public): not for reading.
    return [word.strip() for word in words if LETTERS.search(word) and not re.fullmatch(r"[a-z]+-[a-z]+", word.strip())]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "carnet")))
def test_a_template_holds_no_sentence_of_its_own(template: Path) -> None:
    assert untranslated(template.read_text(encoding="utf-8")) == []


def test_the_search_finds_a_sentence_left_in_a_template() -> None:
    assert untranslated('<p>Bonjour {{ name }}</p><img alt="Une image">') == ["Bonjour", "Une image"]
    assert untranslated('{% blocktranslate %}Bonjour{% endblocktranslate %}<p>{% translate "Oui" %}</p>') == []


def accented(module: ast.Module) -> Iterator[tuple[int, str]]:
    """French sentences given to nobody to translate: strings with an accent outside gettext calls, docstrings and comparisons."""
    quiet: set[int] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if name in TRANSLATORS:
                quiet |= {id(inner) for argument in node.args for inner in ast.walk(argument)}
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and ast.get_docstring(node, clean=False) is not None
        ):
            quiet |= {id(inner) for inner in ast.walk(node.body[0])}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            quiet.add(id(node.value))
    for node in ast.walk(module):
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in quiet else ""
        words = LETTERS.findall(text)
        # Two capitals are a name, the same in every language.
        if re.search("[éèêàùçîôœÉÀ]", text) and any(word[0].islower() for word in words[1:]):
            yield node.lineno, text


# Data and legal texts that stay in their own language.
FRENCH_ON_PURPOSE = (
    "carnet/scenarios/",  # invented people and letters of a French campaign
    "carnet/places/",  # the words of the national schema
    "carnet/activities/rules/_national.py",  # the words of the national tool's file
    "carnet/funding/rules/_templates.py",  # programmes to start from: a French local authority edits their texts
    "carnet/gateways/printer/",  # the paper of a French programme
    "carnet/observatory/",  # columns of the published French data
    "carnet/api/v1/contract/",  # examples of what a French place sends, beside sentences that are translated
    "carnet/web/public/catalogue.py",  # what is told of French data to the catalogues of data
    "carnet/api/reference.py",  # the same, as a program writes them
    "carnet/web/design/plain.py",  # the words too hard for French, and what to write instead
    "carnet/web/connection_studies/reading.py",  # an example of a file that a French landlord fills in
    "carnet/web/payment_orders/_archive.py",  # columns that a French accountant fills in and gives back
    "carnet/gateways/bank/accountant.py",  # and the same columns, read back
    "carnet/web/operator/desk_joining/_imports.py",  # two lines of a French desk's file
    "carnet/web/prescriber/near.py",  # the words of the national schema
    "carnet/web/slips/sentences.py",  # days and hours, which each language's own file says in its way
    "carnet/controls/queries/evidence/",  # the words of the national schema, and letters whose accents are put aside to compare
    "carnet/privacy/queries/writing.py",  # the register and the impact assessment, which a French authority reads
    "carnet/privacy/rules/periods.py",  # the names of French texts; pages say the rest in their own words
    "carnet/notices/rules/texts.py",  # an invented programme, to show a message filled in
)


def test_no_sentence_is_asked_for_inside_an_f_string() -> None:
    """xgettext reads an f-string as one string: what is inside never reaches the catalogue."""
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in sorted((ROOT / "carnet").rglob("*.py"))
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call)
        and (getattr(call.func, "id", "") in TRANSLATORS or getattr(call.func, "attr", "") in TRANSLATORS)
        and any(isinstance(argument, ast.Constant) for argument in call.args)
    ]
    assert not found, "\n".join(found)


def test_no_french_sentence_in_the_code_escapes_translation() -> None:
    found = []
    for path in sorted((ROOT / "carnet").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if "/migrations/" in name or name.startswith(FRENCH_ON_PURPOSE):
            continue
        found += [f"{name}:{line}: {text[:80]!r}" for line, text in accented(ast.parse(path.read_text(encoding="utf-8")))]
    assert not found, "\n".join(found)
