"""What changes people, organisations and what binds them; one function per use case, each journalled."""

from carnet.parties.operations._accounts import approve_bank_account, end_bank_account, propose_bank_account, refuse_bank_account
from carnet.parties.operations._approvals import approve, refuse, request_approval
from carnet.parties.operations._members import (
    accept_invitation,
    bootstrap_administrator,
    change_role,
    enrol_member,
    invite_member,
    reinstate,
    set_second_factor,
    suspend_member,
    update_account,
    withdraw_invitation,
)
from carnet.parties.operations._organisations import create_organisation, update_organisation
from carnet.parties.operations._people_file import import_people
from carnet.parties.operations._tokens import create_token, note_token_use, revoke_token

__all__ = [
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
    "revoke_token",
    "set_second_factor",
    "suspend_member",
    "update_account",
    "update_organisation",
    "withdraw_invitation",
]
