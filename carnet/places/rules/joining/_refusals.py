"""Every refusal of joining, each its own class with a stable code."""

from carnet.places.rules.refusals import PlacesRefused


class JoiningFileUnknown(PlacesRefused):
    """No such file, or not one of the actor's, or a link that opens nothing: the same words for all."""

    code = "joining-file-unknown"


class JoiningClosed(PlacesRefused):
    """The programme has published no criteria, or has ended: no file can be opened. Facts: programme."""

    code = "joining-closed"


class JoiningNotWritable(PlacesRefused):
    """The file was sent or decided: it does not change now. Facts: state."""

    code = "joining-not-writable"


class JoiningIncomplete(PlacesRefused):
    """The file lacks something: it was not sent. Facts: steps (those to mend), count."""

    code = "joining-incomplete"


class JoiningAlreadyOpen(PlacesRefused):
    """Another file of the same number is on its way, or admitted. Facts: number."""

    code = "joining-already-open"


class JoiningDecisionWaiting(PlacesRefused):
    """A decision about this file already waits for a second person."""

    code = "joining-decision-waiting"


class JoiningDecisionUnknown(PlacesRefused):
    """No such decision, or not one of the actor's."""

    code = "joining-decision-unknown"


class JoiningDecisionNotNow(PlacesRefused):
    """A file in this state cannot receive this decision. Facts: kind, state."""

    code = "joining-decision-not-now"


class JoiningReasonMissing(PlacesRefused):
    """A decision says why."""

    code = "joining-reason-missing"


class JoiningCriteriaMissing(PlacesRefused):
    """A decision against an applicant names at least one criterion of the network, and none it does not have."""

    code = "joining-criteria-missing"


class JoiningDayMissing(PlacesRefused):
    """The decision needs the day from which it holds, not before today. Facts: day_on (None when none was given)."""

    code = "joining-day-missing"


class JoiningSitesUnknown(PlacesRefused):
    """The decision names no site of the file."""

    code = "joining-sites-unknown"


class AppealTooLate(PlacesRefused):
    """The time to appeal has passed. Facts: until_on (the last day)."""

    code = "appeal-too-late"


class AppealNotPossible(PlacesRefused):
    """There is no decision to appeal against, or it was already appealed against."""

    code = "appeal-not-possible"


class AppealTextMissing(PlacesRefused):
    """An appeal says why."""

    code = "appeal-text-missing"


class AppealNeedsAnother(PlacesRefused):
    """Whoever took or prepared the decision under appeal does not answer the appeal."""

    code = "appeal-needs-another"


class TermsInvalid(PlacesRefused):
    """Criteria, charter or delays cannot be published so. Facts: field, most."""

    code = "joining-terms-invalid"


class DocumentsTooMany(PlacesRefused):
    """The file already holds as many papers as it may. Facts: documents_max."""

    code = "documents-too-many"


class DocumentUnknown(PlacesRefused):
    """No such paper in this file, or it was erased."""

    code = "document-unknown"


class SiteUnknown(PlacesRefused):
    """No such site in this file."""

    code = "joining-site-unknown"


class SitesTooMany(PlacesRefused):
    """The file already has as many sites as it may. Facts: sites_max."""

    code = "joining-sites-too-many"


class PlaceRunByAnother(PlacesRefused):
    """A site of the file is a place that another organisation runs. Facts: place_id, name."""

    code = "place-run-by-another"
