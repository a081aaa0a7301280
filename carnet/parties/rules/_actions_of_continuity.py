"""The lines of the table of roles: what outlives an operator."""

from carnet.parties.rules._permission import Permission, do, see
from carnet.parties.rules._words import Role

_ADMIN, _AGENT, _TREASURER, _APPROVER = (Role.OPERATOR_ADMIN, Role.OPERATOR_AGENT, Role.TREASURER, Role.APPROVER)
_FUNDER, _AUDITOR, _OFFICER = Role.FUNDER, Role.AUDITOR, Role.STATE_OFFICER
_MANAGER, _MEDIATOR = Role.PLACE_MANAGER, Role.MEDIATOR
_OPERATOR = (_ADMIN, _AGENT, _TREASURER, _APPROVER)

LINES: tuple[Permission, ...] = (
    # what the account held
    see(
        "funding.see-balances",
        "what agreements' accounts held, day by day, and what waits for a second person",
        *_OPERATOR,
        _FUNDER,
        _AUDITOR,
    ),
    do("funding.state-balance", "state what an agreement's account held, with the paper that says so", _ADMIN, _TREASURER, proof=True),
    do("funding.approve-balance", "agree to a balance that somebody else stated, or refuse", _ADMIN, _APPROVER, proof=True),
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
    do("continuity.approve-paper-claims", "accept or refuse a claim on paper proof: two people say yes", *_OPERATOR, proof=True),
    do("continuity.settle-receipts", "say how a receipt that was refused was settled by hand", _ADMIN, _AGENT),
    do("funding.enter-ring-fence", "enter another account for an agreement's money", _ADMIN, _TREASURER, proof=True),
    do(
        "funding.approve-ring-fence",
        "agree to an agreement's new account that somebody else entered, or refuse",
        _ADMIN,
        _APPROVER,
        proof=True,
    ),
    # clearing between operators
    see("continuity.see-clearing", "partners, messages and claims between operators", *_OPERATOR, _AUDITOR),
    do("continuity.propose-partner", "propose another operator's installation as a clearing partner, or end it", _ADMIN, proof=True),
    do("continuity.approve-partner", "agree to a clearing partner that somebody else proposed, or refuse", _ADMIN, _APPROVER, proof=True),
    do("continuity.clear", "accept a voucher of another operator for clearing", _MANAGER, _MEDIATOR),
    do("continuity.settle-clearing", "state what one operator owes another, and record its payment", _TREASURER, proof=True),
    do(
        "continuity.approve-clearing-payment",
        "agree to what places are paid for another operator's vouchers, or refuse",
        _APPROVER,
        proof=True,
    ),
    see(
        "continuity.see-clearing-totals",
        "what other operators' places took of one's programmes, and what was settled, in totals",
        *_OPERATOR,
        _FUNDER,
        _AUDITOR,
    ),
)
