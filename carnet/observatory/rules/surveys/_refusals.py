"""Every answer "no" about a file of answers."""

from carnet.observatory.rules._refusals import ObservatoryRefused


class SurveyRefused(ObservatoryRefused):
    """Base of every refusal about a survey."""

    code = "survey-refused"


class MappingWrong(SurveyRefused):
    """The mapping of columns cannot be read, or names what does not exist. Facts: what."""

    code = "survey-mapping-wrong"


class ColumnMissing(SurveyRefused):
    """A column that nothing can be computed without. Facts: column."""

    code = "survey-column-missing"


class NoAnswers(SurveyRefused):
    """No line can be counted. Facts: refused (lines set aside)."""

    code = "survey-no-answers"


class CutUnknown(SurveyRefused):
    """Told by something that is no column of the file, or by more than two at once. Facts: cut."""

    code = "survey-cut-unknown"


class SurveyUnknown(SurveyRefused):
    """No such table of indicators, or somebody else's."""

    code = "survey-unknown"
