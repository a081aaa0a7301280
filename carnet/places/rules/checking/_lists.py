"""The values of lists, one by one, and what the older edition of the standard says in the words of the newer."""

from collections.abc import Callable

from carnet.places.rules import values
from carnet.places.rules.checking._lines import Line
from carnet.places.rules.faults import FaultCode, Outcome
from carnet.places.rules.geography import folded
from carnet.places.rules.reading import values_of
from carnet.places.rules.standard import (
    LA_POSTE_STEPS,
    LA_POSTE_STEPS_SPACED,
    PIVOT_LABEL,
    V0_CONVERTED,
    V0_CONVERTED_ONLY,
    V0_EVERYBODY,
    V0_VALUES,
    Field,
    Kind,
    Version,
)


def converted_lists(line: Line, cells: dict[str, str]) -> dict[str, list[str]]:
    """The v0.1 lists said with the words of v1.0.2. What was declared stays in `extras`: nine services say less than fifteen."""
    lists: dict[str, list[str]] = {}
    for older in V0_CONVERTED if line.version is Version.V0 else V0_CONVERTED_ONLY:
        declared = cells.pop(older, "")
        if not declared:
            continue
        said, mended = values_of(declared, version=Version.V0)
        line.extras[older] = ";".join(said)
        if mended:
            line.tell(FaultCode.SEPARATOR, Outcome.MENDED, older, declared)
        for value in said:
            equivalents = V0_VALUES[older].get(value.split(" : ")[0].strip())
            if not equivalents:
                code = FaultCode.VALUE_UNKNOWN if equivalents is None else FaultCode.VALUE_WITHOUT_EQUIVALENT
                line.tell(code, Outcome.SET_ASIDE, older, value)
            for newer, equivalent in equivalents or ():
                if equivalent not in lists.setdefault(newer, []):
                    lists[newer].append(equivalent)
        if V0_EVERYBODY in said:
            # Adults too: the others are welcome, not "specifically addressed".
            lists.pop("publics_specifiquement_adresses", None)
    return lists


def list_of(line: Line, one: Field, cell: str, converted: list[str]) -> list[str]:
    """What a list keeps of what was said of it; the rest is set aside."""
    choices = frozenset(one.choices) | ({LA_POSTE_STEPS_SPACED} if one.column == "trainings" else frozenset())
    said, mended = values_of(cell, version=line.version, choices=choices if one.choices else None)
    if mended:
        line.tell(FaultCode.SEPARATOR, Outcome.MENDED, one.name, cell)
    kept = list(converted)
    for value in said:
        judged = _LIST.get(one.kind, _as_it_is)(line, one, value)
        if judged is not None and judged not in kept:
            kept.append(judged)
    return kept


def _as_it_is(_line: Line, _one: Field, value: str) -> str:
    return value


def _choice(line: Line, one: Field, value: str) -> str | None:
    known = LA_POSTE_STEPS if value == LA_POSTE_STEPS_SPACED else value
    if known in one.choices:
        return known
    alike = [choice for choice in one.choices if folded(choice) == folded(value)]
    if len(alike) == 1:
        line.tell(FaultCode.VALUE_REWRITTEN, Outcome.MENDED, one.name, value, alike[0])
        return alike[0]
    line.set_aside(FaultCode.VALUE_UNKNOWN, one.name, value)
    return None


def _email(line: Line, one: Field, value: str) -> str | None:
    if (judged := values.email(value)) is None:
        line.set_aside(FaultCode.EMAIL_MALFORMED, one.name, value)
    return judged


def _url(line: Line, one: Field, value: str) -> str | None:
    judged = values.url(value)
    if judged is None:
        line.set_aside(FaultCode.URL_MALFORMED, one.name, value)
    elif judged != value:
        line.tell(FaultCode.URL_COMPLETED, Outcome.MENDED, one.name, value, judged)
    return judged


_LIST: dict[Kind, Callable[[Line, Field, str], str | None]] = {
    Kind.CHOICES: _choice,
    Kind.EMAILS: _email,
    Kind.URLS: _url,
}


def read_free_labels(line: Line) -> None:
    """What `writing` puts among the free labels because one of the two official validators refuses it elsewhere goes back to its place."""
    kept: list[str] = []
    for label in line.columns["other_labels"]:
        if label == LA_POSTE_STEPS_SPACED:
            if LA_POSTE_STEPS not in line.columns["trainings"]:
                line.columns["trainings"].append(LA_POSTE_STEPS)
        elif label.startswith(PIVOT_LABEL) and not line.columns["pivot"] and values.is_pivot(label.removeprefix(PIVOT_LABEL)):
            line.columns["pivot"] = label.removeprefix(PIVOT_LABEL)
        else:
            kept.append(label)
    line.columns["other_labels"] = kept
