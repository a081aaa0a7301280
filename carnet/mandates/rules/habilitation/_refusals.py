"""Every refusal of habilitation, each its own class with a stable code."""

from carnet.kernel.refusals import Refusal


class HabilitationRefused(Refusal):
    """The base of this subject."""

    code = "habilitation-refused"


class StructureFileUnknown(HabilitationRefused):
    """No such request, or not one of the actor's, or a number and a code that open nothing: the same words for all."""

    code = "structure-file-unknown"


class RequestNumberMistyped(HabilitationRefused):
    """This is not the number of a request."""

    code = "structure-number-mistyped"


class StructuresClosed(HabilitationRefused):
    """The programme published no terms for helpers, or has ended. Facts: programme."""

    code = "structures-closed"


class StructureFileNotWritable(HabilitationRefused):
    """The request was sent or decided: it does not change now. Facts: state."""

    code = "structure-file-not-writable"


class StructureFileIncomplete(HabilitationRefused):
    """Something is left to mend. Facts: count."""

    code = "structure-file-incomplete"


class StructureAlreadyThere(HabilitationRefused):
    """The SIRET asks already, or has been admitted. Facts: number."""

    code = "structure-already-there"


class StructureTextMissing(HabilitationRefused):
    """A reason, an appeal or a message with nothing in it, or too long. Facts: most."""

    code = "structure-text-missing"


class StructurePaperUnknown(HabilitationRefused):
    """The paper is not, or no longer, in this request."""

    code = "structure-paper-unknown"


class StructurePapersTooMany(HabilitationRefused):
    """Facts: papers_max."""

    code = "structure-papers-too-many"


class StructureMessagesTooMany(HabilitationRefused):
    """Facts: messages_max."""

    code = "structure-messages-too-many"


class StructureDecisionUnknown(HabilitationRefused):
    """No such decision, or not of one of the actor's programmes."""

    code = "structure-decision-unknown"


class StructureDecisionNotNow(HabilitationRefused):
    """What it is about cannot receive this decision now. Facts: kind, state."""

    code = "structure-decision-not-now"


class StructureDecisionWaiting(HabilitationRefused):
    """A decision already waits for a second person."""

    code = "structure-decision-waiting"


class StructureAppealNotPossible(HabilitationRefused):
    """There is nothing to contest, or it was contested already."""

    code = "structure-appeal-not-possible"


class StructureAppealTooLate(HabilitationRefused):
    """Facts: until_on."""

    code = "structure-appeal-too-late"


class StructureAppealNeedsAnother(HabilitationRefused):
    """Whoever prepared or took a decision does not answer the appeal against it."""

    code = "structure-appeal-needs-another"


class StructureSuspended(HabilitationRefused):
    """The structure is suspended, or has ended: nobody signs nor acts for it."""

    code = "structure-suspended"


class HelperTermsInvalid(HabilitationRefused):
    """The text of the terms is missing or too long. Facts: most."""

    code = "helper-terms-invalid"


class HelperTermsChanged(HabilitationRefused):
    """Another version than the one in force was accepted."""

    code = "helper-terms-changed"


class HelperTermsNotAccepted(HabilitationRefused):
    """The terms in force are to be accepted before anything is signed or done for somebody."""

    code = "helper-terms-not-accepted"


class HelperUnknown(HabilitationRefused):
    """No such helper in this structure."""

    code = "helper-unknown"


class HelperAlreadyThere(HabilitationRefused):
    """Somebody of this address is already a helper of the structure."""

    code = "helper-already-there"


class HelperNotProfessional(HabilitationRefused):
    """Neither an employee nor a public agent."""

    code = "helper-not-professional"


class HelperNotActive(HabilitationRefused):
    """Not trained, not tested, or deactivated: cannot sign or act."""

    code = "helper-not-active"


class HelperNameMissing(HabilitationRefused):
    """A helper has a name and an address."""

    code = "helper-name-missing"


class TooManyHelpers(HabilitationRefused):
    """Facts: helpers_max."""

    code = "helpers-too-many"


class TrainingUnknown(HabilitationRefused):
    """No such training, or of another programme."""

    code = "training-unknown"


class TrainingInvalid(HabilitationRefused):
    """A field of a training is wrong. Facts: field."""

    code = "training-invalid"


class TrainingFull(HabilitationRefused):
    """No seat is left. Facts: seats."""

    code = "training-full"


class TrainingOver(HabilitationRefused):
    """It has begun, or was cancelled: seats are neither taken nor given back. Facts: starts_at."""

    code = "training-over"


class TrainingNotBegun(HabilitationRefused):
    """Who came is noted once it has begun. Facts: starts_at."""

    code = "training-not-begun"


class TrainingSeatsTaken(HabilitationRefused):
    """More seats are taken than would be left. Facts: taken."""

    code = "training-seats-taken"


class SeatAlreadyTaken(HabilitationRefused):
    """The helper already has a seat in a training to come, or is trained."""

    code = "training-seat-already-taken"


class SeatUnknown(HabilitationRefused):
    """No such seat, or given back."""

    code = "training-seat-unknown"


class TestScoreInvalid(HabilitationRefused):
    """A score is a whole number of points. Facts: most."""

    __test__ = False  # not a class of tests
    code = "helper-test-score-invalid"


class TestBeforeTraining(HabilitationRefused):
    """The test follows the training."""

    __test__ = False
    code = "helper-test-before-training"
