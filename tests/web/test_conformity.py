"""The statement of accessibility says what the grid says, and the grid says nothing that nobody looked at."""

import ast
import csv
import io
import re
import tomllib
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from lxml import html

from carnet.kernel.periods import legal_day
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.conformity import GRID, Audit, Compliance, Status, audit, audit_of
from carnet.web.design.views import SpecimenForm
from drills import DrillFailed
from drills.every_page_every_theme import figures_of
from tests.house.rooms import ROOT
from tests.house.test_files import tracked
from tests.web.season import Season
from tests.web.season import season as season

LINES: list[dict[str, Any]] = tomllib.loads(GRID.read_text(encoding="utf-8"))["criteria"]
BY_HAND = re.compile(r"(\d{4}-\d\d-\d\d) : \S")
GESTURES = re.compile(
    r"touch(start|move|end)|devicemotion|deviceorientation|gesture(start|change|end)|dblclick|pointer(move|down)|mouse(down|move|over|enter)|accesskey"
)
# A finger, a key or a mouse only says that somebody is still there.
PRESENCE = {"carnet/web/design/static/design/turn.js": {"pointerdown"}}
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Signs beside words, never instead of them: a tick, arrows, ranks.
SIGNS = re.compile(r'^(?:none|""|"[^\w]{1,4}"|counter\(\w+\)(?: "[^\w]{1,3}")?|attr\(data-label\)|" \(" attr\(href\) "\)")$')


def marked(**statuses: int) -> Audit:
    """A grid where so many criteria have each status, the others conform."""
    names = {"none": Status.NOT_CONFORM, "unknown": Status.NOT_CHECKED, "apart": Status.NOT_APPLICABLE}
    given = [names[name].value for name, count in statuses.items() for _each in range(count)]
    rest = ["conform"] * (len(LINES) - len(given))
    lines = [
        {**line, "status": status, "evidence": [] if status == "not-checked" else ["x::y"]}
        for line, status in zip(LINES, given + rest, strict=True)
    ]
    return audit_of(lines)


def test_the_law_s_three_words() -> None:
    assert marked().compliance is Compliance.TOTAL
    assert marked(none=1).compliance is Compliance.PARTIAL
    assert (marked(none=53).percent, marked(none=53).compliance) == (50, Compliance.PARTIAL)
    assert marked(none=54).compliance is Compliance.NONE
    assert marked(none=1).percent == 99
    assert marked(apart=100, none=3).percent == 50
    # One criterion nobody checked: no audit, and so not compliant, however good the others.
    assert (marked(unknown=1).percent, marked(unknown=1).compliance) == (100, Compliance.NONE)


def test_the_grid_is_held_to_its_shape() -> None:
    assert len(audit().criteria) == 106
    with pytest.raises(ValueError, match="106"):
        audit_of(LINES[1:])
    with pytest.raises(ValueError, match="evidence"):
        audit_of([{**LINES[0], "status": "conform", "evidence": []}, *LINES[1:]])
    with pytest.raises(ValueError, match="evidence"):
        audit_of([{**LINES[0], "status": "not-checked", "evidence": ["x::y"]}, *LINES[1:]])
    with pytest.raises(ValueError, match="perhaps"):
        audit_of([{**LINES[0], "status": "perhaps"}, *LINES[1:]])


def test_every_proof_exists() -> None:
    """A test that the grid names is a function of that file; a look by hand has its day, which has come."""
    for criterion in audit().criteria:
        for proof in criterion.evidence:
            file, found, name = proof.partition("::")
            if found:
                functions = {
                    each.name
                    for each in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8")))
                    if isinstance(each, ast.FunctionDef)
                }
                assert name in functions, f"{criterion.number}: {proof}"
            else:
                seen_on = BY_HAND.match(proof)
                assert seen_on, f"{criterion.number}: {proof}"
                assert date.fromisoformat(seen_on[1]) >= date(2026, 11, 1)


def test_the_footer_and_the_statement_say_the_grid(client: Client, season: Season) -> None:
    page = client.get("/accessibilite/").content.decode()
    said = {"none": "non conforme", "partial": "partiellement conforme", "total": "totalement conforme"}[audit().compliance.value]
    assert f"Accessibilité : {said}</a>" in page
    assert f"Accessibilité : {said}</a>" in season.counter.get("/place/").content.decode()
    assert f"<strong>{said}</strong>" in page
    for needed in ("2005-102", "2019-768", "Défenseur des droits", "71120", f"{audit().percent} %", "une semaine", "testserver"):
        assert needed in page, needed
    for each in (*audit().of(Status.NOT_CONFORM), *audit().of(Status.NOT_CHECKED)):
        assert f"<strong>{each.number}</strong>" in page
    english = client.get("/accessibilite/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert audit().of(Status.NOT_CONFORM)[0].words["en"] in english


def test_the_whole_grid_is_there_to_be_taken(client: Client, db: Any) -> None:
    answer = client.get(reverse("public:accessibility-grid"))
    lines = list(csv.reader(io.StringIO(answer.content.decode())))
    assert len(lines) == 107
    assert [line[0] for line in lines[1:]] == [each.number for each in audit().criteria]


def test_the_plan_of_the_site_names_every_public_entry(client: Client, season: Season) -> None:
    plan = client.get("/plan/").content.decode().partition("<main")[2].partition("</main>")[0]
    for page in ("/reste/", "/perdu/", "/obtenir/par-la-poste/", "/fiche/", "/reclamation/", "/reclamation/suivre/", "/devenir-guichet/"):
        assert f'href="{page}"' in plan, page
    home = client.get("/").content.decode()
    menu = re.findall(r'<a href="(/[^"]*)"', home.partition('<nav class="site-nav')[2].partition("</nav>")[0])
    footer = re.findall(r'<a href="(/[^"]*)"', home.partition("<footer")[2])
    assert len(menu) >= 6
    assert [url for url in (*menu, *footer) if f'href="{url}"' not in plan] == []
    assert 'href="/place/reservations/"' not in plan
    assert 'href="/place/reservations/"' in season.counter.get("/plan/").content.decode()


def test_no_script_asks_for_a_gesture_a_shaken_device_or_one_letter() -> None:
    """Scripts listen to clicks, to what is sent and typed in a field: nothing a keyboard or a single finger could not do or undo."""
    scripts = [name for name in tracked() if name.startswith("carnet/") and name.endswith(".js")]
    assert scripts
    for name in scripts:
        asked = {found[0] for found in GESTURES.finditer((ROOT / name).read_text(encoding="utf-8"))}
        assert asked <= PRESENCE.get(name, set()), name
    pages = [name for name in tracked() if name.startswith("carnet/") and name.endswith(".html")]
    assert [name for name in pages if GESTURES.search((ROOT / name).read_text(encoding="utf-8"))] == []


def test_no_sheet_moves_flashes_or_writes_words() -> None:
    """Nothing is animated, nothing appears under a pointer, and without the sheets no word is lost."""
    for name in tracked():
        if not (name.startswith("carnet/") and name.endswith(".css")):
            continue
        text = COMMENT.sub("", (ROOT / name).read_text(encoding="utf-8"))
        assert "@keyframes" not in text, name
        assert not re.search(r":(?:hover|focus)[^{},]*\{[^}]*(?<![\w-])(?:display|visibility|opacity|content)\b", text), name
        for content in re.findall(r"(?<![\w-])content:\s*((?:\"[^\"]*\"|[^;}\"])+)", text):
            assert SIGNS.match(content.strip()), f"{name}: {content}"


def test_what_happened_is_announced() -> None:
    """A message, a result, what must be mended: each is said by a screen reader without being looked for."""
    drawn = Template(
        "{% load carnet_design %}{% banner 'Fait.' 'success' %}{% result 'Accepté' 'success' %}{% result 'Refusé' 'danger' %}"
    ).render(Context())
    assert re.findall(r'class="(?:banner|result) tone-(\w+)" role="(\w+)"', drawn) == [
        ("success", "status"),
        ("success", "status"),
        ("danger", "alert"),
    ]
    wrong = SpecimenForm({"name": ""}, auto_id="id_%s")
    assert '<div class="error-summary" role="alert"' in str(wrong)


def test_a_label_stands_next_to_its_field() -> None:
    """Between a label and its field (and its unit, after it) stand a hint and an error, nothing else; a box to tick has its label just after."""
    page = html.fragment_fromstring(f"<div>{SpecimenForm({'name': ''}, auto_id='id_%s')}</div>")
    labels = page.xpath(".//div[contains(@class, 'field')]/label[@for]")
    assert len(labels) >= 5
    for label in labels:
        following = [each for each in label.itersiblings() if each.get("class") not in ("hint", "field-error") and each.tag != "ul"]
        field = following[0][0] if following[0].get("class") == "with-unit" else following[0]
        assert field.get("id") == label.get("for"), html.tostring(label)
    for choice in page.xpath(".//*[contains(concat(' ', @class, ' '), ' choice ')]"):
        assert [each.tag for each in choice] == ["input", "label"]


def test_the_drill_of_every_page_fails_when_anything_is_found() -> None:
    report = {"role": "nobody", "pages": 3, "looks": 54, "faults": []}
    assert figures_of([report, report], 0, "") == {"roles": 2, "pages": 6, "looks": 108, "faults": 0}
    for reports, code, reason in (
        ([{**report, "faults": ["/ at 320: color-contrast"]}], 1, "color-contrast"),
        ([report], 1, "not end well"),
        ([], 0, "not end well"),
    ):
        with pytest.raises(DrillFailed, match=reason):
            figures_of(reports, code, "")


def test_whoever_is_blocked_says_so_and_is_answered_within_a_week(client: Client, season: Season) -> None:
    """Without account or name; the operator finds it among its complaints, due in seven days."""
    assert 'value="/places/?where=Nantes"' in client.get("/accessibilite/signaler/?page=/places/%3Fwhere=Nantes").content.decode()
    empty = client.post("/accessibilite/signaler/", {"request_id": str(uuid4())})
    assert (empty.status_code, "Écrivez quelques mots." in empty.content.decode()) == (422, True)
    told = client.post("/accessibilite/signaler/", {"said": "Le bouton est caché.", "where": "Les lieux", "request_id": str(uuid4())})
    assert told.status_code == 200
    due = legal_day(clock.now()) + timedelta(days=7)
    assert formats.day(due) in told.content.decode()
    agent = season.enter("OPERATOR_AGENT", season.campaign.operator_id)
    found = re.search(r'href="(/helpline/complaints/\d+/)"', agent.get("/helpline/complaints/").content.decode())
    assert found
    assert "Le bouton est caché." in agent.get(found[1]).content.decode()
