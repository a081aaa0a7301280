"""What changes people, organisations and what binds them; one function per use case, each journalled."""

from carnet.parties.operations._accounts import approve_bank_account, end_bank_account, propose_bank_account, refuse_bank_account
from carnet.parties.operations._approvals import ApprovalGiven, approve, refuse, request_approval
from carnet.parties.operations._members import (
    Invited,
    accept_invitation,
    bootstrap_administrator,
    change_role,
    enrol_member,
    invite_member,
    reinstate,
    request_password_reset,
    reset_password,
    set_password,
    set_second_factor,
    suspend_member,
    update_account,
    withdraw_invitation,
)
from carnet.parties.operations._organisations import create_organisation, update_organisation
from carnet.parties.operations._people_file import PeopleLine, PeopleReport, import_people
from carnet.parties.operations._tokens import TokenCreated, create_token, note_token_use, revoke_token

__all__ = [
    "ApprovalGiven",
    "Invited",
    "PeopleLine",
    "PeopleReport",
    "TokenCreated",
    "accept_invitation",
    "approve",
    "approve_bank_account",
    "bootstrap_administrator",
    "change_role",
    "create_organisation",
    "create_token",
    "end_bank_account",
    "enrol_member",
    "import_people",
    "invite_member",
    "note_token_use",
    "propose_bank_account",
    "refuse",
    "refuse_bank_account",
    "reinstate",
    "request_approval",
    "request_password_reset",
    "reset_password",
    "revoke_token",
    "set_password",
    "set_second_factor",
    "suspend_member",
    "update_account",
    "update_organisation",
    "withdraw_invitation",
]
