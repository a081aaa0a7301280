"""Every refusal of a desk that joins, stays or leaves, each its own class with a stable code."""

from carnet.distribution.rules._handing import DistributionRefused


class DeskFileUnknown(DistributionRefused):
    """No such application, or not one of the actor's, or a link that opens nothing: the same words for all."""

    code = "desk-file-unknown"


class DesksClosed(DistributionRefused):
    """The programme has published no agreement, or hands over no more: nobody applies. Facts: programme."""

    code = "desks-closed"


class DeskFileNotWritable(DistributionRefused):
    """The application was sent or answered: it does not change now. Facts: state."""

    code = "desk-file-not-writable"


class DeskFileIncomplete(DistributionRefused):
    """The application lacks something: it was not sent. Facts: count."""

    code = "desk-file-incomplete"


class DeskAlreadyThere(DistributionRefused):
    """An organisation of that number is a desk already, or its application is on its way. Facts: number."""

    code = "desk-already-there"


class DeskDecisionUnknown(DistributionRefused):
    """No such decision, or not one of the actor's."""

    code = "desk-decision-unknown"


class DeskDecisionNotNow(DistributionRefused):
    """What it is about cannot receive this decision now. Facts: kind, state."""

    code = "desk-decision-not-now"


class DeskDecisionWaiting(DistributionRefused):
    """A decision about the same thing already waits for a second person."""

    code = "desk-decision-waiting"


class DeskReasonMissing(DistributionRefused):
    """A decision says why."""

    code = "desk-reason-missing"


class AgreementMissing(DistributionRefused):
    """The desk has no agreement in force: it hands nothing over. Facts: programme."""

    code = "desk-agreement-missing"


class DeskSuspended(DistributionRefused):
    """The desk is suspended: it hands nothing over, and may still give its booklets back. Facts: programme."""

    code = "desk-suspended"


class DeskNotRenewed(DistributionRefused):
    """Its agreement ended and none was signed since: it hands nothing over. Facts: programme."""

    code = "desk-not-renewed"


class DeskLeaving(DistributionRefused):
    """The desk leaves: it gives its booklets back, and hands none over. Facts: programme."""

    code = "desk-leaving"


class AgreementTextInvalid(DistributionRefused):
    """The text or its length in months cannot be published. Facts: field, most."""

    code = "desk-agreement-text-invalid"


class AgreementKindNotOffered(DistributionRefused):
    """The programme has published no such agreement, or it is not for this organisation."""

    code = "desk-agreement-not-offered"


class AgreementTextChanged(DistributionRefused):
    """Another version was published since the page was read. Facts: version."""

    code = "desk-agreement-text-changed"


class AgreementNotNow(DistributionRefused):
    """One is in force and does not end soon, or one already waits for a signature."""

    code = "desk-agreement-not-now"


class AgreementUnknown(DistributionRefused):
    """No such agreement, or not one of the actor's."""

    code = "desk-agreement-unknown"


class SignerTitleMissing(DistributionRefused):
    """Whoever signs says in what capacity."""

    code = "desk-signer-title-missing"


class RegisseurActMissing(DistributionRefused):
    """A régie names the act that appoints its régisseur, and its day, not in the future."""

    code = "desk-regisseur-act-missing"


class TrainingItemUnknown(DistributionRefused):
    """No such item in the list."""

    code = "desk-training-unknown"


class LeavingNotNow(DistributionRefused):
    """The desk is leaving already, or is not leaving."""

    code = "desk-leaving-not-now"


class StockNotBack(DistributionRefused):
    """The desk still has booklets, or some are on their way. Facts: count."""

    code = "desk-stock-not-back"


class DeskImportUnknown(DistributionRefused):
    """No such file of desks, or not one of the actor's."""

    code = "desk-import-unknown"


class DeskImportNotNow(DistributionRefused):
    """The file was prepared, taken or given up already; or no line of it is new."""

    code = "desk-import-not-now"


class DeskColumnsMissing(DistributionRefused):
    """The file lacks columns. Facts: columns."""

    code = "desk-columns-missing"


class TooManyDesks(DistributionRefused):
    """The file has more lines than may be taken at once. Facts: most."""

    code = "too-many-desks"
