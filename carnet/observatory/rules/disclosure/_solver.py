"""Linear and whole-number programmes, by HiGHS. Counts are small whole numbers: a millionth tells an integer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

NEAR = 1e-6
INFINITY = float(highspy.kHighsInf)


@dataclass(frozen=True, slots=True)
class Row:
    """Columns with their coefficients, and what they must sum to."""

    columns: Sequence[int]
    factors: Sequence[int]
    equals: int


class Programme:
    """Columns between bounds, rows that must hold, one objective at a time. The answer is whole numbers, exactly optimal."""

    def __init__(self, lower: Sequence[float], upper: Sequence[float], rows: Sequence[Row]) -> None:
        self._count = len(lower)
        self._solver = _passed(lower, upper, rows)
        self._columns = np.arange(self._count, dtype=np.int32)
        self._is_whole = False

    def bound(self, column: int, lower: float, upper: float) -> None:
        """Say anew between which bounds a column is."""
        self._solver.changeColBounds(column, lower, upper)

    def best(self, costs: Sequence[float], *, largest: bool = False) -> list[int] | None:
        """Whole numbers that make the cost least (or largest), None when nothing fits or nothing limits it (`unlimited` says which)."""
        self._solver.changeColsCost(self._count, self._columns, np.asarray(costs, dtype=np.double))
        self._solver.changeObjectiveSense(highspy.ObjSense.kMaximize if largest else highspy.ObjSense.kMinimize)
        self._whole(False)
        found = self._solved()
        if found is not None and any(abs(value - round(value)) > NEAR for value in found):
            self._whole(True)
            found = self._solved()
        return None if found is None else [round(value) for value in found]

    @property
    def unlimited(self) -> bool:
        """Whether nothing limited the last objective."""
        status = self._solver.getModelStatus()
        return bool(status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible))

    def _solved(self) -> list[float] | None:
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return list(self._solver.getSolution().col_value)

    def _whole(self, wished: bool) -> None:
        if wished is not self._is_whole:
            kind = highspy.HighsVarType.kInteger if wished else highspy.HighsVarType.kContinuous
            kinds = np.full(self._count, int(kind), dtype=np.uint8)
            self._solver.changeColsIntegrality(self._count, self._columns, kinds)
            self._is_whole = wished


def _passed(lower: Sequence[float], upper: Sequence[float], rows: Sequence[Row]) -> Any:
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.5)):
        solver.setOptionValue(name, value)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(lower), len(rows)
    model.col_cost_ = np.zeros(len(lower))
    model.col_lower_, model.col_upper_ = np.asarray(lower, dtype=np.double), np.asarray(upper, dtype=np.double)
    sides = np.asarray([row.equals for row in rows], dtype=np.double)
    model.row_lower_, model.row_upper_ = sides, sides
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    starts = np.cumsum([0, *(len(row.columns) for row in rows)])
    model.a_matrix_.start_ = starts.astype(np.int32)
    model.a_matrix_.index_ = np.asarray([column for row in rows for column in row.columns], dtype=np.int32)
    model.a_matrix_.value_ = np.asarray([factor for row in rows for factor in row.factors], dtype=np.double)
    solver.passModel(model)
    return solver
