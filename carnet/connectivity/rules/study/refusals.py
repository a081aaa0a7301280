"""What a study refuses, each with its code. The sentences are in `carnet.web.design.sentences.connection_studies`."""

from carnet.kernel.refusals import Refusal


class StudyRefused(Refusal):
    """Something a feasibility study does not allow."""


class StudyUnknown(StudyRefused):
    """No such study, or not one this actor reads. Facts: study."""

    code = "connection-study-unknown"


class StudiedEstateWrong(StudyRefused):
    """A file of residences holds faults: nothing is kept of it. Facts: faults (a list of `Fault`), count."""

    code = "connection-study-estate-wrong"


class StudiedEstateColumnMissing(StudyRefused):
    """A file of residences lacks columns. Facts: columns (their names)."""

    code = "connection-study-column-missing"


class StudiedEstateEmpty(StudyRefused):
    """A file of residences without a line."""

    code = "connection-study-estate-empty"


class StudiedEstateTooLarge(StudyRefused):
    """More residences, or more homes, than a study takes. Facts: residences_max, dwellings_max."""

    code = "connection-study-estate-too-large"


class AssumptionWrong(StudyRefused):
    """A low value above the likely one, or one outside what makes sense. Facts: key, least, most."""

    code = "connection-study-assumption-wrong"


class ChoiceWrong(StudyRefused):
    """A price or a number of months outside what makes sense. Facts: key, least, most."""

    code = "connection-study-choice-wrong"


class StudyNotShareable(StudyRefused):
    """A study is shared with a programme one acts in, and with a landlord admitted there. Facts: none: nobody learns who is."""

    code = "connection-study-not-shareable"


class StudyNameMissing(StudyRefused):
    """A study without a name could not be told from another."""

    code = "connection-study-name-missing"


class TooFewToCompare(StudyRefused):
    """Two studies at least, and at most `most`, are put side by side. Facts: least, most."""

    code = "connection-study-compare"
