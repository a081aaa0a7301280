"""What changes people, organisations and what binds them; one function per use case, each journalled."""

from carnet.parties.operations._accounts import approve_bank_account, end_bank_account, propose_bank_account, refuse_bank_account
from carnet.parties.operations._approvals import ApprovalGiven, approve, refuse, request_approval
from carnet.parties.operations._credentials import request_password_reset, reset_password, set_password, set_second_factor, update_account
from carnet.parties.operations._heads import (
    approve_new_head,
    forget_head_documents,
    hand_on,
    look_at_head_document,
    prepare_new_head,
    refuse_new_head,
)
from carnet.parties.operations._joining import (
    Invited,
    accept_invitation,
    bootstrap_administrator,
    enrol_member,
    invite_member,
    withdraw_invitation,
)
from carnet.parties.operations._labels import (
    prepare_label_decision,
    request_operator_label,
    set_aside_label_decision,
    take_label_decision,
)
from carnet.parties.operations._members import change_role, reinstate, suspend_member
from carnet.parties.operations._organisations import add_kind, create_organisation, update_organisation
from carnet.parties.operations._people_file import PeopleLine, PeopleReport, import_people
from carnet.parties.operations._tokens import TokenCreated, create_token, note_token_use, revoke_token
from carnet.parties.operations._webhooks import (
    WebhookOpened,
    end_webhook,
    open_webhook,
    pause_webhook,
    resume_webhook,
    rotate_webhook_secret,
    send_webhook_again,
    try_webhook,
)

__all__ = [
    "ApprovalGiven",
    "Invited",
    "PeopleLine",
    "PeopleReport",
    "TokenCreated",
    "WebhookOpened",
    "accept_invitation",
    "add_kind",
    "approve",
    "approve_bank_account",
    "approve_new_head",
    "bootstrap_administrator",
    "change_role",
    "create_organisation",
    "create_token",
    "end_bank_account",
    "end_webhook",
    "enrol_member",
    "forget_head_documents",
    "hand_on",
    "import_people",
    "invite_member",
    "look_at_head_document",
    "note_token_use",
    "open_webhook",
    "pause_webhook",
    "prepare_label_decision",
    "prepare_new_head",
    "propose_bank_account",
    "refuse",
    "refuse_bank_account",
    "refuse_new_head",
    "reinstate",
    "request_approval",
    "request_operator_label",
    "request_password_reset",
    "reset_password",
    "resume_webhook",
    "revoke_token",
    "rotate_webhook_secret",
    "send_webhook_again",
    "set_aside_label_decision",
    "set_password",
    "set_second_factor",
    "suspend_member",
    "take_label_decision",
    "try_webhook",
    "update_account",
    "update_organisation",
    "withdraw_invitation",
]
