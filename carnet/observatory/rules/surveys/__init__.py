"""Indicators from weighted survey answers: reading a file, shares with their variance, hiding small cells.

Loaded by its own name (`carnet.observatory.rules.surveys`) and never by the room's rules: it needs numpy and scipy, which a web process has no
use for until somebody brings a file.
"""

from carnet.observatory.rules.surveys._columns import (
    AS_IS,
    COLUMN_BY_NAME,
    COLUMNS,
    CUTS,
    ITEM_COLUMNS,
    ColumnMapping,
    Kind,
    SurveyColumn,
    read_mapping,
    table_schema,
)
from carnet.observatory.rules.surveys._coverage import Coverage, coverage
from carnet.observatory.rules.surveys._indicators import (
    INDICATOR_BY_KEY,
    INDICATORS,
    LEAST_COUNT,
    SURE_COUNT,
    UNSAID,
    Among,
    Indicator,
    IndicatorRow,
    IndicatorTable,
    band_of,
    compute,
    hidden_cells,
)
from carnet.observatory.rules.surveys._kept import read_table_of, written
from carnet.observatory.rules.surveys._published import Inputs, Reproduced, reproduce
from carnet.observatory.rules.surveys._reading import Answer, Answers, LineFault, Progress, read_answers
from carnet.observatory.rules.surveys._refusals import ColumnMissing, CutUnknown, MappingWrong, NoAnswers, SurveyRefused, SurveyUnknown
from carnet.observatory.rules.surveys._variance import Sample, Share, exact, interval, sample_of, share

__all__ = [
    "AS_IS",
    "COLUMNS",
    "COLUMN_BY_NAME",
    "CUTS",
    "INDICATORS",
    "INDICATOR_BY_KEY",
    "ITEM_COLUMNS",
    "LEAST_COUNT",
    "SURE_COUNT",
    "UNSAID",
    "Among",
    "Answer",
    "Answers",
    "ColumnMapping",
    "ColumnMissing",
    "Coverage",
    "CutUnknown",
    "Indicator",
    "IndicatorRow",
    "IndicatorTable",
    "Inputs",
    "Kind",
    "LineFault",
    "MappingWrong",
    "NoAnswers",
    "Progress",
    "Reproduced",
    "Sample",
    "Share",
    "SurveyColumn",
    "SurveyRefused",
    "SurveyUnknown",
    "band_of",
    "compute",
    "coverage",
    "exact",
    "hidden_cells",
    "interval",
    "read_answers",
    "read_mapping",
    "read_table_of",
    "reproduce",
    "sample_of",
    "share",
    "table_schema",
    "written",
]
