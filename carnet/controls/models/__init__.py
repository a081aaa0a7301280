"""Tables of signals, cases, holds and samples."""

from carnet.controls.models._cases import PERSONAL_CASES, Case, CasePaper, CaseRedemption, CaseStep
from carnet.controls.models._questions import Question
from carnet.controls.models._samples import Sample, SampleUnit
from carnet.controls.models._signals import PERSONAL_SIGNALS, Signal, SignalLook, SignalSetting
from carnet.kernel.personal import PersonalColumn

PERSONAL_DATA: dict[str, PersonalColumn] = {**PERSONAL_SIGNALS, **PERSONAL_CASES}

__all__ = [
    "PERSONAL_DATA",
    "Case",
    "CasePaper",
    "CaseRedemption",
    "CaseStep",
    "Question",
    "Sample",
    "SampleUnit",
    "Signal",
    "SignalLook",
    "SignalSetting",
]
