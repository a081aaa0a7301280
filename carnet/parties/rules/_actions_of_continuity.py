"""The lines of the table of roles: what outlives an operator."""

from carnet.parties.rules._permission import Permission, do, see
from carnet.parties.rules._words import Role

_ADMIN, _AGENT, _TREASURER, _APPROVER = (Role.OPERATOR_ADMIN, Role.OPERATOR_AGENT, Role.TREASURER, Role.APPROVER)
_FUNDER, _AUDITOR, _OFFICER = Role.FUNDER, Role.AUDITOR, Role.STATE_OFFICER
_MANAGER, _MEDIATOR = Role.PLACE_MANAGER, Role.MEDIATOR
_OPERATOR = (_ADMIN, _AGENT, _TREASURER, _APPROVER)

LINES: tuple[Permission, ...] = (
    # archives
    do("continuity.export", "export a whole programme", _ADMIN, proof=True),
    see(
        "continuity.see-archives",
        "the archives of one's programmes: when the last increment was kept, and where",
        *_OPERATOR,
        _AUDITOR,
        _OFFICER,
    ),
    # taking over
    see("continuity.see-takeovers", "programmes taken over, and what is still to settle in each", *_OPERATOR, _AUDITOR),
    do(
        "continuity.honour-receipts", "bring the signed receipt of what one's place accepted at an operator that ended", _MANAGER, _MEDIATOR
    ),
    do("continuity.claim-on-paper", "claim vouchers of an operator that left only a list of serials, on paper proof", _MANAGER, _MEDIATOR),
    do("continuity.decide-paper-claims", "accept or refuse a claim on paper proof", _ADMIN, _APPROVER, proof=True),
    # clearing between operators
    see("continuity.see-clearing", "partners, messages and claims between operators", *_OPERATOR, _AUDITOR),
    do("continuity.propose-partner", "propose another operator's installation as a clearing partner, or end it", _ADMIN, proof=True),
    do("continuity.approve-partner", "agree to a clearing partner that somebody else proposed, or refuse", _ADMIN, _APPROVER, proof=True),
    do("continuity.clear", "accept a voucher of another operator for clearing", _MANAGER, _MEDIATOR),
    do("continuity.settle-clearing", "state what one operator owes another, and record its payment", _TREASURER, proof=True),
)
