"""Tables of the desk: hand-overs, plans, points, reminders, stock that moves and is counted, replacements. None names a person."""

from carnet.distribution.models._exchanges import Exchange, ExchangeTerms
from carnet.distribution.models._handing import HandOver, ProgrammePrescriber
from carnet.distribution.models._joining import DeskAgreement, DeskDecision, DeskFile, DeskImport, DeskText, DeskTraining
from carnet.distribution.models._papers import PaperSheet, PaperSheetLine, TranslationCheck
from carnet.distribution.models._personal import PERSONAL_DATA as _DISTRIBUTION_DATA
from carnet.distribution.models._plans import Plan, PlannedLesson
from carnet.distribution.models._points import DeskPoint
from carnet.distribution.models._postal import PERSONAL_DATA as _POSTAL_DATA
from carnet.distribution.models._postal import PostalRequest
from carnet.distribution.models._reminders import LessonAgain, Reminder, ReminderContact, SeasonInvitation
from carnet.distribution.models._replacing import Replacement
from carnet.distribution.models._stock import StockMove, StockRequest, StockTake, StockWeek

PERSONAL_DATA = {**_DISTRIBUTION_DATA, **_POSTAL_DATA}

__all__ = [
    "PERSONAL_DATA",
    "DeskAgreement",
    "DeskDecision",
    "DeskFile",
    "DeskImport",
    "DeskPoint",
    "DeskText",
    "DeskTraining",
    "Exchange",
    "ExchangeTerms",
    "HandOver",
    "LessonAgain",
    "PaperSheet",
    "PaperSheetLine",
    "Plan",
    "PlannedLesson",
    "PostalRequest",
    "ProgrammePrescriber",
    "Reminder",
    "ReminderContact",
    "Replacement",
    "SeasonInvitation",
    "StockMove",
    "StockRequest",
    "StockTake",
    "StockWeek",
    "TranslationCheck",
]
