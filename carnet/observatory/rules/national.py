"""National reference figures: what was published, in its own words, by whom, when and of whom. Never added to, nor divided by, ours. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class NationalFigure:
    """One published figure. `wording` and `population` are French; `unit` is "%" or "people"; `year` is the year it is of, not of its paper.

    `beside`: the key of our own figure it is shown beside, or "". `doubt`: what is to be known of how it was read.
    """

    key: str
    value: str
    unit: str
    wording: str
    population: str
    year: int
    source: str
    published: str
    address: str
    beside: str
    doubt: str
    en: Mapping[str, str]

    def said(self, language: str) -> "NationalFigure":
        """The same, in English for whoever reads English; the value and its decimal point too."""
        if not language.startswith("en"):
            return self
        said = self.en
        return replace(
            self, value=self.value.replace(",", "."), wording=said["wording"], population=said["population"], source=said["source"],
            published=said["published"], doubt=said["doubt"],
        )  # fmt: skip


_SAID = frozenset({"wording", "population", "source", "published", "doubt"})


def figures_of(table: Mapping[str, Sequence[Mapping[str, Any]]]) -> tuple[NationalFigure, ...]:
    """The figures of the data file, in its order; a key twice, or a field missing, is a fault of the file (ValueError)."""
    found = tuple(NationalFigure(**row) for row in table["figure"])
    if len({each.key for each in found}) != len(found):
        raise ValueError("a national figure is there twice")
    for each in found:
        if each.unit not in ("%", "people") or not (each.wording and each.population and each.source):
            raise ValueError(f"{each.key} does not say what it is of")
        if set(each.en) != _SAID:
            raise ValueError(f"{each.key} is not said in English")
    return found
