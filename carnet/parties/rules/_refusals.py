"""Every expected refusal of this room, each with its stable code."""

from carnet.kernel.refusals import Refusal


class PartiesRefused(Refusal):
    """Base of every refusal about who people and organisations are."""


class NotAllowed(PartiesRefused):
    """The actor's roles do not allow this. Facts: action, roles (those that would)."""

    code = "not-allowed"


class FullSignInNeeded(NotAllowed):
    """The role allows this, a PIN typed on a shared computer does not. Facts: action, roles."""

    code = "full-sign-in-needed"


class SecondFactorNeeded(PartiesRefused):
    """A proof by second factor younger than 15 minutes is needed. Facts: action, minutes."""

    code = "second-factor-needed"


class MemberSuspended(PartiesRefused):
    """The membership is suspended. Facts: organisation, since."""

    code = "member-suspended"


class NoMembership(PartiesRefused):
    """The person belongs to no organisation at that moment."""

    code = "no-membership"


class OrganisationNotChosen(PartiesRefused):
    """The person belongs to several organisations and has not said for which they act."""

    code = "organisation-not-chosen"


class OrganisationEnded(PartiesRefused):
    """The organisation has ended. Facts: organisation, ended_on."""

    code = "organisation-ended"


class OrganisationUnknown(PartiesRefused):
    """No such organisation, or not one of the actor's: same words. Facts: organisation."""

    code = "organisation-unknown"


class OrganisationNameMissing(PartiesRefused):
    """An organisation needs a name."""

    code = "organisation-name-missing"


class OrganisationUnnumbered(PartiesRefused):
    """A real organisation needs a SIRET or an RNA number."""

    code = "organisation-unnumbered"


class OrganisationKindsInvalid(PartiesRefused):
    """No kind, or an unknown one. Facts: kinds."""

    code = "organisation-kinds-invalid"


class OrganisationAlreadyRegistered(PartiesRefused):
    """Another organisation has this number. Facts: number, name."""

    code = "organisation-already-registered"


class EmailInvalid(PartiesRefused):
    """Not an e-mail address. Facts: email."""

    code = "email-invalid"


class PersonNameMissing(PartiesRefused):
    """A person needs a name to be shown under."""

    code = "person-name-missing"


class RoleUnknown(PartiesRefused):
    """No such role. Facts: role."""

    code = "role-unknown"


class RoleNotForOrganisation(PartiesRefused):
    """This kind of organisation has no such role. Facts: role, kinds."""

    code = "role-not-for-organisation"


class RoleNotYoursToGive(PartiesRefused):
    """The actor may not give (or take) this role in this organisation. Facts: role."""

    code = "role-not-yours-to-give"


class AlreadyMember(PartiesRefused):
    """The person already has this role there. Facts: role."""

    code = "already-member"


class MembershipUnknown(PartiesRefused):
    """No such membership, or of an organisation the actor does not manage."""

    code = "membership-unknown"


class OwnMembership(PartiesRefused):
    """Nobody changes, suspends or reinstates themselves."""

    code = "own-membership"


class InvitationInvalid(PartiesRefused):
    """Unknown, expired, withdrawn or already used: the same words for all."""

    code = "invitation-invalid"


class ResetLinkInvalid(PartiesRefused):
    """The link to choose a new password is wrong, too old or already used: the same words for all."""

    code = "reset-link-invalid"


class TokenInvalid(PartiesRefused):
    """Unknown, expired or revoked: the same words for all."""

    code = "token-invalid"


class TokenUnknown(PartiesRefused):
    """No such token among the actor's."""

    code = "token-unknown"


class ScopesInvalid(PartiesRefused):
    """No scope, or an unknown one. Facts: scopes, known."""

    code = "scopes-invalid"


class TokenDaysInvalid(PartiesRefused):
    """A token lives from 1 to 730 days. Facts: days, most."""

    code = "token-days-invalid"


class HolderMissing(PartiesRefused):
    """A bank account needs its holder's name (70 characters at most)."""

    code = "holder-missing"


class AccountMissing(PartiesRefused):
    """No approved bank account. Facts: organisation."""

    code = "account-missing"


class AccountWaiting(PartiesRefused):
    """The only approved account is not effective yet. Facts: organisation, until."""

    code = "account-waiting"


class AccountUnchanged(PartiesRefused):
    """The proposed account is the one already in force."""

    code = "account-unchanged"


class AccountChangeWaiting(PartiesRefused):
    """Another change is already waiting to be approved."""

    code = "account-change-waiting"


class ProfessionalUnknown(PartiesRefused):
    """No member has this e-mail in an organisation of this SIRET."""

    code = "professional-unknown"


class AccountUnknown(PartiesRefused):
    """No such bank account, or not one of the actor's."""

    code = "account-unknown"


class AccountNotWaiting(PartiesRefused):
    """The account was already decided or ended. Facts: state."""

    code = "account-not-waiting"


class SamePerson(PartiesRefused):
    """Whoever asks never decides. Facts: action."""

    code = "same-person"


class VoiceAlreadyGiven(PartiesRefused):
    """Several people must say yes, and this one already has. Facts: action."""

    code = "voice-already-given"


class ApprovalUnknown(PartiesRefused):
    """No such approval, or not one of the actor's."""

    code = "approval-unknown"


class ApprovalMissing(PartiesRefused):
    """The thing was not approved yet, or was changed since. Facts: action."""

    code = "approval-missing"


class ApprovalDecided(PartiesRefused):
    """Already decided. Facts: decision."""

    code = "approval-decided"


class ApprovalChanged(PartiesRefused):
    """What was asked for is not what is there now: ask again."""

    code = "approval-changed"


class ApprovalAlreadyWaiting(PartiesRefused):
    """The same thing already waits for a decision. Facts: action."""

    code = "approval-already-waiting"


class ReasonMissing(PartiesRefused):
    """A refusal, an ending or a suspension says why."""

    code = "reason-missing"


class PersonNeeded(PartiesRefused):
    """Only a person can do this, never a token or a program. Facts: action."""

    code = "person-needed"


class PeopleFileUnreadable(PartiesRefused):
    """The file is not a CSV with the columns email, name, siret, role. Facts: missing."""

    code = "people-file-unreadable"


class PeopleFileTooLong(PartiesRefused):
    """More lines than one import may hold. Facts: most."""

    code = "people-file-too-long"


class AlreadyInitialised(PartiesRefused):
    """This installation already has an administrator."""

    code = "already-initialised"


class LabelUnknown(PartiesRefused):
    """No such label, or not one of the actor's."""

    code = "operator-label-unknown"


class LabelNotForOrganisation(PartiesRefused):
    """Only an operator asks for a label, and only a State body answers. Facts: organisation."""

    code = "operator-label-not-for-organisation"


class LabelAlreadyStands(PartiesRefused):
    """The operator already asked for this label, or has it. Facts: state."""

    code = "operator-label-already-stands"


class LabelActNotNow(PartiesRefused):
    """A label in this state cannot receive this decision. Facts: act, state."""

    code = "operator-label-act-not-now"


class LabelDaysInvalid(PartiesRefused):
    """A label is granted from a day to a later one, or withdrawn from today on. Facts: from_on, until_on (None when missing)."""

    code = "operator-label-days-invalid"


class LabelOrderMissing(PartiesRefused):
    """The State's decision names the order (arrêté) it rests on."""

    code = "operator-label-order-missing"


class HeadAlready(PartiesRefused):
    """The person already heads this organisation. Facts: email."""

    code = "head-already"


class HeadChangeWaiting(PartiesRefused):
    """Another change of head is on its way in this organisation."""

    code = "head-change-waiting"


class HeadChangeUnknown(PartiesRefused):
    """No such change of head, or not of an organisation the actor manages."""

    code = "head-change-unknown"


class HeadUnknown(PartiesRefused):
    """Nobody heads this organisation in that membership."""

    code = "head-unknown"


class PinTooSimple(PartiesRefused):
    """A PIN is six digits, not among the first anybody would try. Facts: digits."""

    code = "pin-too-simple"


class PinWrong(PartiesRefused):
    """The PIN is wrong, or nobody of that name has one here: the same words, the same time."""

    code = "pin-wrong"


class PinLocked(PartiesRefused):
    """Five errors in a row: this person's PIN opens nothing until it is unlocked."""

    code = "pin-locked"


class PinUnknown(PartiesRefused):
    """This member of the organisation has no PIN."""

    code = "pin-unknown"


class StationUnknown(PartiesRefused):
    """No such shared computer in this organisation, or this browser is not one."""

    code = "station-unknown"


class StationLocked(PartiesRefused):
    """Five errors in a row on this shared computer, whoever made them."""

    code = "station-locked"


class StationCodeWrong(PartiesRefused):
    """The code to enrol a shared computer is unknown, already used, or older than ten minutes."""

    code = "station-code-wrong"


class StationNameInvalid(PartiesRefused):
    """A shared computer needs a name. Facts: most (signs)."""

    code = "station-name-invalid"


class StationLimitsInvalid(PartiesRefused):
    """The limits of a shared computer are beyond the ceiling, or a person's above the computer's. Facts: person, station, minutes."""

    code = "station-limits-invalid"


class FirstCodeWrong(PartiesRefused):
    """The code to choose a PIN is wrong, used, or too old."""

    code = "first-code-wrong"


class DailyLimitReached(PartiesRefused):
    """The vouchers of a day by PIN would pass the limit. Facts: most, left, whose (person, station)."""

    code = "daily-limit-reached"


class CardFileUnreadable(PartiesRefused):
    """A file of cards has no line, lacks a column, or is sealed by its maker. Facts: missing (columns, or "sealed")."""

    code = "card-file-unreadable"


class CardFileTooLong(PartiesRefused):
    """A file of cards has too many lines. Facts: most."""

    code = "card-file-too-long"


class CardSerialInvalid(PartiesRefused):
    """What is written is no number of a card. Facts: serial."""

    code = "card-serial-invalid"


class CardKindInvalid(PartiesRefused):
    """A card of a kind the site cannot follow. Facts: about (seed, step, digits, algorithm)."""

    code = "card-kind-invalid"


class CardAlreadyKnown(PartiesRefused):
    """A card of this number is in the stock already, or twice in the file. Facts: serial."""

    code = "card-already-known"


class CardUnknown(PartiesRefused):
    """No such card among the actor's."""

    code = "card-unknown"


class CardNotHere(PartiesRefused):
    """The card cannot be sent or given now: it is elsewhere, somebody's, or dead. Facts: serial."""

    code = "card-not-here"


class CardsShort(PartiesRefused):
    """The stock has fewer cards than asked. Facts: left."""

    code = "cards-short"


class CardHeldAlready(PartiesRefused):
    """This person already has a card."""

    code = "card-held-already"


class CardHolderUnknown(PartiesRefused):
    """Nobody here who may hold a card."""

    code = "card-holder-unknown"


class CardCodeWrong(PartiesRefused):
    """The code is not one the card shows now, or it was used."""

    code = "card-code-wrong"


class CardResting(PartiesRefused):
    """Too many wrong codes in a row: none is looked at before `until`. Facts: until."""

    code = "card-resting"


class RecoveryUnknown(PartiesRefused):
    """No such recovery, or it waits for nothing any more."""

    code = "recovery-unknown"


class RecoveryNotForPerson(PartiesRefused):
    """Somebody who also moves money or opens doors elsewhere: a structure cannot answer for them."""

    code = "recovery-not-for-person"


class RecoveryCodeWrong(PartiesRefused):
    """The code received by e-mail is wrong, too old, or was tried too often."""

    code = "recovery-code-wrong"


class AccountUnused(MemberSuspended):
    """The membership was closed because it had not served for six months. Facts: organisation, since."""

    code = "account-unused"
