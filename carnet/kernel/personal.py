"""Columns that may hold words or numbers about a person. Each room lists its own, beside its tables."""

from typing import NamedTuple


class PersonalColumn(NamedTuple):
    """Why a column that may hold something about a person exists, and how long it is kept."""

    purpose: str
    lifetime: str
