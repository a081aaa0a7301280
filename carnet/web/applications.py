"""Words and rows of every application, whoever applies: how far its steps are, its parts read again, a decision told, a paper to save."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.kernel.identifiers import Siret
from carnet.kernel.refusals import Refusal
from carnet.parties.rules.applications import DecisionState, Problem
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.sentences import sentence_of_code
from carnet.web.design.sentences.joining import PROBLEMS

StepT = TypeVar("StepT", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class ToldDecision:
    """A decision in plain words, for whoever it is about; `criteria` and `facts` where its room has some."""

    title: str
    tone: str
    reason: str
    day: str = ""
    criteria: Sequence[tuple[str, str]] = ()
    facts: Sequence[Row] = ()


@dataclass(frozen=True)
class Part(Generic[StepT]):
    """One step of an application as it is read again: its rows, its items by name, and how much is still to mend."""

    step: StepT
    title: str
    rows: Sequence[Row]
    items: Sequence[tuple[str, Sequence[Row]]] = field(default_factory=tuple)
    missing: int = 0


class Decided(Protocol):
    """What every room's view of a decision says."""

    @property
    def state(self) -> DecisionState: ...
    @property
    def reason(self) -> str: ...
    @property
    def prepared_by(self) -> int: ...
    @property
    def prepared_at(self) -> datetime: ...
    @property
    def decided_by(self) -> int | None: ...
    @property
    def decided_at(self) -> datetime | None: ...


def step_states(
    steps: Collection[StepT],
    problems: Collection[Problem[StepT]],
    is_begun: Callable[[StepT], bool],
    may_be_done: Callable[[StepT], bool],
) -> list[tuple[StepT, str, str]]:
    """Each step with the words and the tone of its state: done, to finish, not begun."""
    found = []
    for step in steps:
        left = sum(each.step is step for each in problems)
        if not left and may_be_done(step):
            found.append((step, _("complet"), "success"))
        elif not is_begun(step):
            found.append((step, _("à faire"), "neutral"))
        else:
            words = ngettext("%(count)s point à compléter", "%(count)s points à compléter", left) % {"count": left}
            found.append((step, words, "warning"))
    return found


def problem_words(problem: Problem[Any]) -> str:
    """What to mend, in a sentence."""
    sentence = PROBLEMS.get(problem.code)
    if sentence is None:
        return sentence_of_code(problem.code, problem.facts)
    written = {name: formats.euros(value) if name.endswith("_cents") else str(value) for name, value in problem.facts.items()}
    return str(sentence) % written if written else str(sentence)


def decided_rows(decision: Decided, people: Mapping[int, str]) -> list[Row]:
    """Who had a hand in a decision, and when."""
    rows = [Row(_("Préparée le"), _by(formats.moment(decision.prepared_at), people.get(decision.prepared_by, "")))]
    if decision.decided_at is not None:
        label = _("Écartée le") if decision.state is DecisionState.SET_ASIDE else _("Prise le")
        rows.append(Row(label, _by(formats.moment(decision.decided_at), people.get(decision.decided_by or 0, ""))))
    return rows


def decision_rows(decision: Decided, people: Mapping[int, str]) -> list[Row]:
    """One decision: why, and who had a hand in it."""
    return [Row(_("Pourquoi"), decision.reason), *decided_rows(decision, people)]


def who_rows(who: Mapping[str, Any], forms: Mapping[str, object], number: str) -> list[Row]:
    """The organisation that applies, as typed. `number`: what its number is called."""
    address = " ".join(filter(None, (who.get("street"), who.get("postcode"), who.get("city"))))
    return rows_of(
        (number, printed_number(who.get("number", ""))), (_("Nom"), who.get("name")), (_("Forme"), forms.get(who.get("form", ""))),
        (_("Adresse"), address),
    )  # fmt: skip


def rows_of(*lines: tuple[object, object]) -> list[Row]:
    """Rows of what is there; the rest is left out."""
    return [Row(str(label), str(value)) for label, value in lines if value]


def printed_number(number: str) -> str:
    """A SIRET in groups, an RNA as it is."""
    try:
        return Siret.parse(number).printed()
    except Refusal:
        return number


def attachment(content: bytes, media_type: str, name: str) -> HttpResponse:
    """A paper to save, never to show: nothing on the way keeps it, no page of this site runs it."""
    extension = "pdf" if media_type == "application/pdf" else "jpg"
    answer = HttpResponse(content, content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{name}.{extension}"'
    answer["Cache-Control"] = "no-store, private"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def _by(moment: str, name: str) -> str:
    return f"{moment}, {name}" if name else moment


class _Decided(Protocol):
    @property
    def prepared_by(self) -> int: ...

    @property
    def decided_by(self) -> int | None: ...


def needs_another(contested: _Decided | None, person_id: int | None) -> bool:
    """Whether this person had a hand in the decision under appeal, and so may not answer the appeal."""
    return contested is not None and person_id is not None and person_id in (contested.prepared_by, contested.decided_by)
