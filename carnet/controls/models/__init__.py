"""Tables of signals, cases, holds and samples."""

from carnet.controls.models._signals import PERSONAL_SIGNALS, Signal, SignalLook, SignalSetting
from carnet.kernel.personal import PersonalColumn

PERSONAL_DATA: dict[str, PersonalColumn] = {**PERSONAL_SIGNALS}

__all__ = ["PERSONAL_DATA", "Signal", "SignalLook", "SignalSetting"]
