"""Tables of mandates, behind the walls of the structure. No column holds a name in clear: identities are sealed, one key a person."""

from carnet.mandates.models._habilitation import (
    HelperTerms,
    StructureAppeal,
    StructureDecision,
    StructureFile,
    StructureMessage,
    StructurePaper,
)
from carnet.mandates.models._habilitation_personal import HABILITATION_DATA
from carnet.mandates.models._mandates import Authorisation, Ending, Mandate, Use
from carnet.mandates.models._own import OWN_DATA, ConsentLine, PaperTry, RemoteConsent, RemoteSetting, Telling, Visit
from carnet.mandates.models._people import AssistedPerson, Draft
from carnet.mandates.models._personal import PERSONAL_DATA as MANDATES_DATA
from carnet.mandates.models._retention import RetentionRun
from carnet.mandates.models._structures import Structure
from carnet.mandates.models._training import HelperFile, HelperTest, TermsAcceptance, TrainingSeat, TrainingSession

PERSONAL_DATA = {**MANDATES_DATA, **HABILITATION_DATA, **OWN_DATA}

__all__ = [
    "PERSONAL_DATA",
    "AssistedPerson",
    "Authorisation",
    "ConsentLine",
    "Draft",
    "Ending",
    "HelperFile",
    "HelperTerms",
    "HelperTest",
    "Mandate",
    "PaperTry",
    "RemoteConsent",
    "RemoteSetting",
    "RetentionRun",
    "Structure",
    "StructureAppeal",
    "StructureDecision",
    "StructureFile",
    "StructureMessage",
    "StructurePaper",
    "Telling",
    "TermsAcceptance",
    "TrainingSeat",
    "TrainingSession",
    "Use",
    "Visit",
]
