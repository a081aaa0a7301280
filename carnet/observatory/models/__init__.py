"""Tables of the observatory: what was said of the future, what is counted ahead, what people answered, what a territory decides."""

from carnet.observatory.models._council import CouncilReport
from carnet.observatory.models._evaluations import EvaluationPlan, EvaluationReading, IndicatorStudy
from carnet.observatory.models._forecasts import Forecast, LetterChoice, MonthlyLetter
from carnet.observatory.models._personal import PERSONAL_DATA as _FORECASTS_DATA
from carnet.observatory.models._releases import Release, ReleaseFile, ReleaseTruth
from carnet.observatory.models._rollups import CountedClaim, DailyFigure, FigureBuild, FigureComparison, MonthlyFigure
from carnet.observatory.models._selfchecks import PERSONAL_DATA as _SELF_CHECKS_DATA
from carnet.observatory.models._selfchecks import SelfCheckInvitation, SelfCheckKeeping, SelfCheckRound, SelfCheckSlip, SelfCheckTerms
from carnet.observatory.models._territories import PERSONAL_DATA as _TERRITORIES_DATA
from carnet.observatory.models._territories import (
    NextStep,
    NoticedNeed,
    Objective,
    Territory,
    TerritoryCommitment,
    TerritoryDecision,
    TerritoryIndicator,
    TerritoryLine,
)

PERSONAL_DATA = {**_FORECASTS_DATA, **_TERRITORIES_DATA, **_SELF_CHECKS_DATA}

__all__ = [
    "PERSONAL_DATA",
    "CouncilReport",
    "CountedClaim",
    "DailyFigure",
    "EvaluationPlan",
    "EvaluationReading",
    "FigureBuild",
    "FigureComparison",
    "Forecast",
    "IndicatorStudy",
    "LetterChoice",
    "MonthlyFigure",
    "MonthlyLetter",
    "NextStep",
    "NoticedNeed",
    "Objective",
    "Release",
    "ReleaseFile",
    "ReleaseTruth",
    "SelfCheckInvitation",
    "SelfCheckKeeping",
    "SelfCheckRound",
    "SelfCheckSlip",
    "SelfCheckTerms",
    "Territory",
    "TerritoryCommitment",
    "TerritoryDecision",
    "TerritoryIndicator",
    "TerritoryLine",
]
