"""Mandates and uses in counts: by month, by structure, by family. Pure, of nobody."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SignedCount:
    """What one structure did in one Paris month (``2026-03``): mandates signed (`family` empty), or procedures of one family.

    `people`: how many mandates, at most one a person, stand behind the count.
    """

    month: str
    organisation_id: int
    family: str
    count: int
    people: int
