"""Every answer "no" of the funding room: one class each, a stable code, facts instead of a sentence."""

from carnet.kernel.refusals import Refusal


class FundingRefused(Refusal):
    """Base of every refusal of this room."""

    code = "funding-refused"


class OrganisationLacksKind(FundingRefused):
    """The organisation does not play the part asked of it. Facts: organisation, kind."""

    code = "organisation-lacks-kind"


# --- Programmes -------------------------------------------------------------------------------------


class ProgrammeUnknown(FundingRefused):
    """No such programme, or not one of this actor's."""

    code = "programme-unknown"


class ProgrammeEnded(FundingRefused):
    """The programme was ended. Facts: ended_at."""

    code = "programme-ended"


class TemplateUnknown(FundingRefused):
    """No template of that name. Facts: template."""

    code = "template-unknown"


class NameMissing(FundingRefused):
    """A programme or an agreement without a name."""

    code = "name-missing"


class SlugTaken(FundingRefused):
    """Another programme has this short name. Facts: slug."""

    code = "slug-taken"


class PerimeterEmpty(FundingRefused):
    """A programme somewhere, but nowhere in particular."""

    code = "perimeter-empty"


class PerimeterCodeWrong(FundingRefused):
    """Not a commune, department or EPCI code. Facts: perimeter_code."""

    code = "perimeter-code-wrong"


class VoucherValueNotPositive(FundingRefused):
    """A voucher must be worth something. Facts: cents."""

    code = "voucher-value-not-positive"


class BookletSizeWrong(FundingRefused):
    """Facts: size, least, most (vouchers per booklet)."""

    code = "booklet-size-wrong"


class UndoWindowWrong(FundingRefused):
    """Facts: minutes, most."""

    code = "undo-window-wrong"


class ServicesMissing(FundingRefused):
    """A programme that pays for no service at all."""

    code = "services-missing"


class ServiceCodeWrong(FundingRefused):
    """Not the code of a service. Facts: service."""

    code = "service-code-wrong"


class ServiceCostWrong(FundingRefused):
    """How many vouchers a service costs. Facts: service, count, most."""

    code = "service-cost-wrong"


class FrozenOnceIssued(FundingRefused):
    """What is printed on vouchers cannot change under those who hold them. Facts: fields."""

    code = "frozen-once-issued"


# --- Windows ----------------------------------------------------------------------------------------


class HandOverWindowReversed(FundingRefused):
    """The hand-over window ends before, or when, it opens. Facts: hand_over_from, hand_over_until."""

    code = "hand-over-window-reversed"


class AcceptanceUnclear(FundingRefused):
    """Neither, or both, of an end date and a number of months after hand-over."""

    code = "acceptance-unclear"


class AcceptanceBeforeHandOver(FundingRefused):
    """Vouchers would end before the desks stop handing them over. Facts: hand_over_until, printed_until."""

    code = "acceptance-before-hand-over"


class GraceNegative(FundingRefused):
    """Facts: grace_days, most."""

    code = "grace-wrong"


class GraceShorter(FundingRefused):
    """Days of grace that were promised are not taken back. Facts: grace_days."""

    code = "grace-shorter"


class HandOverNotOpen(FundingRefused):
    """Too early to hand over. Facts: hand_over_from."""

    code = "hand-over-not-open"


class HandOverEnded(FundingRefused):
    """Too late to hand over. Facts: hand_over_until."""

    code = "hand-over-ended"


# --- Shares -----------------------------------------------------------------------------------------


class SharesMissing(FundingRefused):
    """An agreement that nobody funds."""

    code = "shares-missing"


class FunderTwice(FundingRefused):
    """One funder on two lines. Facts: funder_id."""

    code = "funder-twice"


class ShareKindUnclear(FundingRefused):
    """A share must be a portion or a fixed amount, one of them. Facts: funder_id."""

    code = "share-kind-unclear"


class ShareNotPositive(FundingRefused):
    """A share of nothing, or less. Facts: funder_id."""

    code = "share-not-positive"


class SharesDoNotMakeAll(FundingRefused):
    """Portions that do not make 100 %. Facts: total_basis_points, missing_basis_points (rounded down)."""

    code = "shares-do-not-make-all"


class CapNotPositive(FundingRefused):
    """A ceiling of nothing. Facts: funder_id."""

    code = "cap-not-positive"


class CapOnFixedAmount(FundingRefused):
    """A fixed amount is already its own ceiling. Facts: funder_id."""

    code = "cap-on-fixed-amount"


class AdvancerMissing(FundingRefused):
    """A share paid on use needs a named funder who advances it. Facts: funder_id."""

    code = "advancer-missing"


class AdvancerNotInAdvance(FundingRefused):
    """The advancer must be another funder of this agreement who pays in advance. Facts: funder_id, advancer_id."""

    code = "advancer-not-in-advance"


class AdvancerNeedless(FundingRefused):
    """A share paid in advance needs no advancer. Facts: funder_id."""

    code = "advancer-needless"


class OrderNotPositive(FundingRefused):
    """An order of nothing. Facts: cents."""

    code = "order-not-positive"


class CapReached(FundingRefused):
    """The order would take a funder above its ceiling. Facts: funder_id, cap_cents, borne_cents, asked_cents."""

    code = "cap-reached"


class FixedAmountsExhausted(FundingRefused):
    """Fixed amounts alone do not reach the order's value. Facts: available_cents, missing_cents."""

    code = "fixed-amounts-exhausted"


# --- Agreements, money, pledges, audits -------------------------------------------------------------


class AgreementUnknown(FundingRefused):
    """No such agreement, or not one of this actor's."""

    code = "agreement-unknown"


class AgreementClosed(FundingRefused):
    """The agreement is closed: nothing is ordered, received or amended under it. Facts: closed_at."""

    code = "agreement-closed"


class AgreementHasNoRingFence(FundingRefused):
    """An agreement names the account its money stays in: holder and IBAN."""

    code = "agreement-has-no-ring-fence"


class ReceiptNotPositive(FundingRefused):
    """Zero or negative money. Facts: cents."""

    code = "receipt-not-positive"


class BankReferenceMissing(FundingRefused):
    """Money is received once, and the bank's reference says which once."""

    code = "bank-reference-missing"


class BankReferenceAlreadyRecorded(FundingRefused):
    """This reference was recorded before. Facts: reference, received_on, amount_cents."""

    code = "bank-reference-already-recorded"


class ReceivedInFuture(FundingRefused):
    """Money that is not there yet. Facts: received_on."""

    code = "received-in-future"


class FunderNotInAgreement(FundingRefused):
    """This organisation has no share in the agreement in force. Facts: funder_id."""

    code = "funder-not-in-agreement"


class FunderPaysOnUse(FundingRefused):
    """This funder pays on use, to the one who advanced: nothing is received from it here. Facts: funder_id."""

    code = "funder-pays-on-use"


class PledgeUnknown(FundingRefused):
    """No such pledge, or not one of this actor's."""

    code = "pledge-unknown"


class PledgeStepWrong(FundingRefused):
    """A pledge goes pledged, signed, joined; this step is out of order. Facts: state, step."""

    code = "pledge-step-wrong"


class ReceiptUnknown(FundingRefused):
    """No such money received, or not one of this actor's."""

    code = "receipt-unknown"


class EngagementUnknown(FundingRefused):
    """No such audit, or not of a programme the actor runs."""

    code = "engagement-unknown"


class EngagementReversed(FundingRefused):
    """An audit that ends before it starts. Facts: starts_at, ends_at."""

    code = "engagement-reversed"


# --- The State's part, and funds that run low ---------------------------------------------------------


class OwnBudgetNotPositive(FundingRefused):
    """The buyers bring nothing themselves. Facts: cents."""

    code = "own-budget-not-positive"


class TerritoryFigureWrong(FundingRefused):
    """A population or a density of zero, or a poverty rate that is not a part of the people. Facts: figure."""

    code = "territory-figure-wrong"


class OtherShareUnexplained(FundingRefused):
    """Another share than the rule's, without saying why."""

    code = "other-share-unexplained"


class StudyUnknown(FundingRefused):
    """No such study of the State's part in this programme, or it became an agreement already. Facts: study."""

    code = "study-unknown"


class TargetOutOfRange(FundingRefused):
    """A part of vouchers below nothing or above all. Facts: most_basis_points."""

    code = "target-out-of-range"


class ThresholdNegative(FundingRefused):
    """A threshold below zero. Facts: cents."""

    code = "threshold-negative"
