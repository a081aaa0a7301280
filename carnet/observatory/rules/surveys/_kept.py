"""A table of indicators as plain values: what is kept of a file of answers, and nothing else of it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from carnet.observatory.rules._skills import Edition
from carnet.observatory.rules.surveys._indicators import IndicatorRow, IndicatorTable
from carnet.observatory.rules.surveys._variance import Share


def written(table: IndicatorTable) -> dict[str, Any]:
    """As plain values. A hidden cell keeps neither its share nor how many it holds."""
    return {
        **{name: getattr(table, name) for name in ("answers", "set_aside", "strata", "clusters", "degrees", "lonely", "least")},
        "editions": [edition.value for edition in table.editions],
        "missing": {edition.value: list(names) for edition, names in table.missing.items()},
        "rows": [
            {
                "indicator": row.indicator,
                "cut": list(row.cut),
                "key": list(row.key),
                "count": 0 if row.is_hidden else row.count,
                "share": None if row.share is None else asdict(row.share),
                "is_hidden": row.is_hidden,
                "is_unsure": row.is_unsure,
            }
            for row in table.rows
        ],
    }


def read_table_of(content: Mapping[str, Any]) -> IndicatorTable:
    """A kept table, as it was."""
    rows = tuple(
        IndicatorRow(
            **{
                **row,
                "cut": tuple(row["cut"]),
                "key": tuple(row["key"]),
                "share": None if row["share"] is None else Share(**row["share"]),
            }
        )
        for row in content["rows"]
    )
    return IndicatorTable(
        **{
            **content,
            "rows": rows,
            "editions": tuple(Edition(each) for each in content["editions"]),
            "missing": {Edition(each): tuple(names) for each, names in content["missing"].items()},
        }
    )
