"""Every colour and size comes from the tokens; more contrast is one button away, kept by the browser, and no programme undoes it."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from carnet.web.design import look, tokens
from carnet.web.design.forms import ColourField
from tests.house.rooms import ROOT
from tests.house.test_files import tracked

WEB = ROOT / "carnet"
SHEETS = [name for name in tracked() if name.endswith(".css") and not name.endswith("design/tokens.css")]
PAGES = [
    name for name in tracked() if name.startswith("carnet/") and name.endswith((".html", ".svg")) and not name.endswith("design/icon.svg")
]
RAW_COLOUR = re.compile(
    r"""#[0-9a-f]{3,8}\b(?![\w-])|\b(?:rgba?|hsla?|hwb|lab|lch|oklch|color)\(|(?<=[:\s,(])(?:white|black|red|green|blue|grey|gray|orange|yellow)(?=[\s;,)!])""",
    re.IGNORECASE,
)
# em and % are of what holds them, which is a token's.
RAW_SIZE = re.compile(
    r"font-size:\s*[0-9.]+(?:px|pt|rem)\b|\bborder[a-z-]*:[^;}]*?\b[0-9.]+(?:px|rem)\s+(?:solid|dashed|dotted)|outline:\s*[0-9.]+px"
)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_names_tokens_only(name: str) -> None:
    text = COMMENT.sub("", text_of(name))
    assert RAW_COLOUR.findall(text) == []
    assert RAW_SIZE.findall(text) == []
    known = set(re.findall(r"--([a-z0-9-]+):", tokens.SHEET.read_text(encoding="utf-8"))) | set(re.findall(r"--([a-z0-9-]+):", text))
    # Those a component sets for what is inside it are in the house's first sheet.
    known |= set(re.findall(r"--([a-z0-9-]+):", text_of("carnet/web/design/static/design/carnet.css")))
    assert set(re.findall(r"var\(--([a-z0-9-]+)", text)) - known == set()


def test_no_page_nor_drawing_has_a_colour_or_a_style_of_its_own() -> None:
    found = []
    for name in PAGES:
        text = text_of(name)
        found += [
            f"{name}: {each}" for each in re.findall(r"""\s(?:fill|stroke|style|bgcolor|color)="(?!none|currentColor|\{)[^"]*\"""", text)
        ]
    assert found == []


def test_the_icon_of_the_browser_s_tab_has_the_house_s_colours() -> None:
    drawn = set(re.findall(r"#[0-9a-f]{6}", text_of("carnet/web/design/static/design/icon.svg")))
    assert drawn <= set(tokens.colours().values())


def test_the_search_for_raw_colours_bites() -> None:
    for raw in ("color: #fff", "background: rgb(0 0 0)", "color: white;", "fill: #14565a"):
        assert RAW_COLOUR.search(raw), raw
    for raw in ("font-size: 12px", "border: 1px solid var(--border)", "border-block-end: 2px dashed"):
        assert RAW_SIZE.search(raw), raw
    assert not RAW_COLOUR.search("color: var(--text); white-space: nowrap; #main { }")


def test_the_button_and_the_system_bring_the_same_contrast() -> None:
    """The two blocks of tokens.css, one for the class, one for prefers-contrast, declare the same."""
    sheet = tokens.SHEET.read_text(encoding="utf-8")
    chosen = sheet.partition(":root.more-contrast {")[2].partition("}")[0].split()
    asked = sheet.partition(":root:not(.plain-contrast) {")[2].partition("}")[0].split()
    assert chosen == asked != []


def test_more_contrast_is_chosen_without_script_and_kept(client: Client, db: Any) -> None:
    assert 'class="for-public"' in client.get("/aide/").content.decode()
    answer = client.post("/contraste/", {"contrast": "more", "next": "/aide/?a=b"})
    assert (answer.status_code, answer["Location"]) == (302, "/aide/?a=b")
    cookie = answer.cookies[look.COOKIE]
    assert (cookie.value, cookie["samesite"], cookie["max-age"]) == ("more", "Lax", look.KEPT_SECONDS)
    assert 'class="for-public more-contrast"' in client.get("/aide/").content.decode()
    client.post("/contraste/", {"contrast": "plain"})
    assert 'class="for-public plain-contrast"' in client.get("/aide/").content.decode()


def test_nothing_else_is_believed(client: Client, db: Any) -> None:
    answer = client.post("/contraste/", {"contrast": '"><script>', "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
    assert look.COOKIE not in answer.cookies
    assert client.get("/contraste/").status_code == 405
    client.cookies[look.COOKIE] = "dark mode"
    assert 'class="for-public"' in client.get("/aide/").content.decode()


def test_the_nearest_colour_that_passes_is_one_button_away() -> None:
    from django import forms

    class Paint(forms.Form):
        colour = ColourField()

    form = Paint({"colour": "#ffcc00"})
    assert not form.is_valid()
    drawn = str(form)
    nearest = form.fields["colour"].nearest
    # After the field itself, so that of the two values the browser sends, the last is the button's.
    assert drawn.index('id="id_colour"') < drawn.index(f'<button class="button secondary" type="submit" name="colour" value="{nearest}"')
    # The Enter key presses the first button of a form: that one sends what was typed.
    assert 'type="submit" tabindex="-1" aria-hidden="true"' in drawn.partition(f'value="{nearest}"')[0]
    assert Paint({"colour": nearest}).is_valid()
    assert "<button" not in str(Paint({"colour": "#zzz"}))
    assert Paint({"colour": "#14565A"}).is_valid()


def test_pages_that_stand_alone_have_the_look_too() -> None:
    """Errors and the frame have a head of their own: the same sheets, so the person's system is heard there."""
    for name in ("500.html", "403_csrf.html"):
        assert "design/tokens.css" in render_to_string(name)


def test_a_size_follows_the_browser_s_own() -> None:
    """Whoever asked a browser for larger letters gets them: the root is a share of it."""
    assert {size[-1] for size in re.findall(r"--font-size-root: ([0-9.]+\S)", tokens.SHEET.read_text(encoding="utf-8"))} == {"%"}
    assert Path(tokens.SHEET).is_file()
