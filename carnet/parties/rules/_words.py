"""The closed lists: roles, kinds of organisations, states, scopes."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is in an organisation."""

    OPERATOR_ADMIN = "OPERATOR_ADMIN"
    OPERATOR_AGENT = "OPERATOR_AGENT"
    TREASURER = "TREASURER"
    APPROVER = "APPROVER"
    FUNDER = "FUNDER"
    PRESCRIBER_LEAD = "PRESCRIBER_LEAD"
    PRESCRIBER = "PRESCRIBER"
    PLACE_MANAGER = "PLACE_MANAGER"
    MEDIATOR = "MEDIATOR"
    AUDITOR = "AUDITOR"
    STATE_OFFICER = "STATE_OFFICER"
    HELPLINE = "HELPLINE"
    ACCOUNTANT = "ACCOUNTANT"
    HELPER = "HELPER"
    HELPER_LEAD = "HELPER_LEAD"
    LOCAL_ACTOR = "LOCAL_ACTOR"
    LANDLORD = "LANDLORD"
    PROVIDER = "PROVIDER"
    PRINT_SHOP = "PRINT_SHOP"


class OrganisationKind(StrEnum):
    """What an organisation does in a programme; it may do several things."""

    FUNDER = "FUNDER"
    STATE = "STATE"
    OPERATOR = "OPERATOR"
    PRESCRIBER = "PRESCRIBER"
    PLACE_OPERATOR = "PLACE_OPERATOR"
    LANDLORD = "LANDLORD"
    AUDITOR = "AUDITOR"
    HELPER = "HELPER"
    LOCAL_ACTOR = "LOCAL_ACTOR"
    PROVIDER = "PROVIDER"
    PRINT_SHOP = "PRINT_SHOP"


class AccountState(StrEnum):
    """A bank account's life: proposed, approved by somebody else, ended (or refused)."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    ENDED = "ENDED"


class Decision(StrEnum):
    """A second person's answer."""

    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


# What was asked is asked no more: its own side took it back before anybody answered.
WITHDRAWN = "WITHDRAWN"


class LabelLevel(StrEnum):
    """What the State recognises in an operator (docs/sources/labels.md): an initiative, or a whole scheme of vouchers."""

    INITIATIVE = "INITIATIVE"
    VOUCHERS = "VOUCHERS"


class LabelState(StrEnum):
    """An operator's label, as the State answered."""

    REQUESTED = "REQUESTED"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class LabelAct(StrEnum):
    """What the State decides about a label; prepared by one officer, taken by another."""

    GRANT = "GRANT"
    REFUSE = "REFUSE"
    WITHDRAW = "WITHDRAW"


class HeadChangeState(StrEnum):
    """A change of head: asked on a document, invited, done, or refused."""

    ASKED = "ASKED"
    INVITED = "INVITED"
    DONE = "DONE"
    REFUSED = "REFUSED"


class Scope(StrEnum):
    """What a machine's token may do."""

    VOUCHERS_CHECK = "vouchers.check"
    REDEMPTIONS_WRITE = "redemptions.write"
    REDEMPTIONS_READ = "redemptions.read"
    SETTLEMENT_READ = "settlement.read"
    PLACES_WRITE = "places.write"
    ACTIVITIES_READ = "activities.read"
    ACTIVITIES_WRITE = "activities.write"
    CLEARING_WRITE = "clearing.write"
