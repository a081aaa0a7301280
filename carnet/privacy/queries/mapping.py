"""The data map: every column of the database that may hold something about a person, from the models and the rules. Needs no row."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

from carnet.kernel.personal import PersonalColumn
from carnet.privacy.rules.elsewhere import ELSEWHERE
from carnet.privacy.rules.erasing import BY_TABLE, KEPT_BY_TABLE
from carnet.privacy.rules.reading import SEALED_COLUMNS

_DATA = Path(__file__).resolve().parents[1] / "data"


@dataclass(frozen=True, slots=True)
class Processing:
    """One reason to hold data of people, in the words of the register of article 30. In French, for the controller."""

    code: str
    title: str
    purpose: str
    people: str
    data: str
    basis: str
    seen_by: str
    leaves_to: str
    kept: str
    tables: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One column. `form`: clear, sealed, sealed under a person's own key, or keyed hash. `on_erasure`: what a request to be forgotten does to it."""

    table: str
    column: str
    form: str
    purpose: str
    lifetime: str
    processing: str
    basis: str
    whose: str
    seen_by: str
    leaves_to: str
    on_erasure: str
    erased_by: str


# A table that nobody has put in a processing yet: shown as such, and a house test fails.
_UNSAID = Processing("not-said", "", "", "", "", "", "", "", "", (), ())


@lru_cache(maxsize=1)
def processings() -> tuple[Processing, ...]:
    """Every processing, in the register's order."""
    read = tomllib.loads((_DATA / "processings.toml").read_text(encoding="utf-8"))
    return tuple(Processing(**{**each, "tables": tuple(each["tables"]), "roles": tuple(each["roles"])}) for each in read["processing"])


def declared() -> dict[str, dict[str, PersonalColumn]]:
    """Every declared column, by table: those that rooms list beside their models, and those of `rules.elsewhere`."""
    found: dict[str, dict[str, PersonalColumn]] = {table: dict(columns) for table, columns in ELSEWHERE.items()}
    for app in apps.get_app_configs():
        for name, said in getattr(app.models_module, "PERSONAL_DATA", {}).items():
            model, _dot, column = name.partition(".")
            meta = apps.get_model(app.label, model)._meta  # noqa: SLF001 - Django's own name for it
            field = meta.get_field(column)
            assert isinstance(field, models.Field)
            found.setdefault(meta.db_table, {})[str(field.column)] = PersonalColumn(*said)
    return dict(sorted(found.items()))


def data_map() -> tuple[MappedColumn, ...]:
    """Every declared column, with what its processing says."""
    of_table = {table: processing for processing in processings() for table in processing.tables}
    found = []
    for table, columns in declared().items():
        about = of_table.get(table, _UNSAID)
        for column, said in columns.items():
            found.append(
                MappedColumn(
                    table, column, _form(table, column), said.purpose, said.lifetime, about.code, about.basis, about.people, about.seen_by,
                    about.leaves_to, *_erasure(table),
                )
            )  # fmt: skip
    return tuple(found)


def as_rows() -> list[dict[str, Any]]:
    """The map, for a file."""
    return [asdict(each) for each in data_map()]


def _form(table: str, column: str) -> str:
    sealed: Mapping[tuple[str, str], str] = {(each.table, each.column): each.person for each in SEALED_COLUMNS}
    if (table, column) in sealed:
        return "sealed under the person's own key" if sealed[table, column] else "sealed"
    if column.startswith("sealed_"):
        return "sealed"
    return "keyed hash" if column.endswith(("_mark", "_marks", "hash", "mark")) else "clear"


def _erasure(table: str) -> tuple[str, str]:
    if table in BY_TABLE:
        return "erased", "carnet data erase; carnet/privacy/rules/erasing.py"
    kept = KEPT_BY_TABLE.get(table)
    if kept is None:
        return "not said", "not said"
    return f"kept {kept.until}: {kept.law}", "by its own time"
