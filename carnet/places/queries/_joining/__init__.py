"""Reading applications, what networks ask, and labels."""

from carnet.places.queries._joining._files import (
    AppealView,
    DecisionView,
    DocumentView,
    JoiningFileView,
    JoiningLine,
    KnownStructure,
    joining_decision,
    joining_file,
    joining_file_of_link,
    joining_files,
    known_structure,
    normal_number,
    own_joining_files,
    places_named,
    surroundings,
)
from carnet.places.queries._joining._labels import LabelView, labels_of_organisation, labels_of_places, place_labels
from carnet.places.queries._joining._sealed import SEALED, answers_of, email_of, terms_from
from carnet.places.queries._joining._terms import Network, PublishedTerms, current_terms, network, networks, terms_versions

__all__ = [
    "SEALED",
    "AppealView",
    "DecisionView",
    "DocumentView",
    "JoiningFileView",
    "JoiningLine",
    "KnownStructure",
    "LabelView",
    "Network",
    "PublishedTerms",
    "answers_of",
    "current_terms",
    "email_of",
    "joining_decision",
    "joining_file",
    "joining_file_of_link",
    "joining_files",
    "known_structure",
    "labels_of_organisation",
    "labels_of_places",
    "network",
    "networks",
    "normal_number",
    "own_joining_files",
    "place_labels",
    "places_named",
    "surroundings",
    "terms_from",
    "terms_versions",
]
