"""The lines of the table of roles: the solidarity connection with landlords, and where vouchers are needed."""

from carnet.parties.rules._permission import Permission, do, see
from carnet.parties.rules._words import Role

_ADMIN, _AGENT, _TREASURER, _APPROVER = (Role.OPERATOR_ADMIN, Role.OPERATOR_AGENT, Role.TREASURER, Role.APPROVER)
_FUNDER, _LEAD, _PRESCRIBER = Role.FUNDER, Role.PRESCRIBER_LEAD, Role.PRESCRIBER
_AUDITOR, _OFFICER, _LOCAL = Role.AUDITOR, Role.STATE_OFFICER, Role.LOCAL_ACTOR
_LANDLORD, _PROVIDER = Role.LANDLORD, Role.PROVIDER
_OPERATOR = (_ADMIN, _AGENT, _TREASURER, _APPROVER)

LINES: tuple[Permission, ...] = (
    see("home.landlord", "the home page of a social landlord: its residences, offers and homes", _LANDLORD),
    see("home.provider", "the home page of an internet provider: homes to connect, incidents, bills", _PROVIDER),
    # connectivity
    see(
        "connectivity.see", "the solidarity connections of one's programmes, in counts and without addresses", *_OPERATOR, _FUNDER, _AUDITOR
    ),
    see("connectivity.see-own", "the residences, offers and homes of one's own organisation", _LANDLORD, _PROVIDER),
    do("connectivity.admit-partner", "admit landlords and internet providers to a programme, and end their part", _ADMIN, _AGENT),
    do("connectivity.manage-residences", "bring in and change one's residences and homes", _LANDLORD),
    do(
        "connectivity.prepare-offer",
        "prepare an offer of connection: price, speed, months, who pays what, who may have one",
        _ADMIN,
        _AGENT,
    ),
    do("connectivity.approve-offer", "open an offer that somebody else prepared, or refuse it", _ADMIN, _APPROVER, proof=True),
    do(
        "connectivity.apply",
        "apply for a connection with a person, at the desk or on the telephone",
        _LEAD,
        _PRESCRIBER,
        _ADMIN,
        _AGENT,
        Role.HELPLINE,
        pin=True,
    ),
    do("connectivity.decide", "accept or refuse an application for one's own homes", _LANDLORD),
    do("connectivity.activate", "say that a home is connected, or that it could not be", _PROVIDER),
    do(
        "connectivity.end",
        "end or suspend a connection",
        _ADMIN,
        _AGENT,
        _LANDLORD,
        _PROVIDER,
        _LEAD,
        _PRESCRIBER,
        Role.HELPLINE,
        pin=True,
    ),
    do("connectivity.report-incident", "say that a connection does not work", _LEAD, _PRESCRIBER, _LANDLORD, _ADMIN, _AGENT, Role.HELPLINE),
    do("connectivity.mend", "answer an incident of one's own connections", _PROVIDER),
    see(
        "connectivity.see-bills",
        "what each party pays for connections, and what was paid",
        *_OPERATOR,
        _FUNDER,
        _AUDITOR,
        _LANDLORD,
        _PROVIDER,
    ),
    do("connectivity.bill", "bill the months of one's connections", _PROVIDER),
    do("connectivity.prepare-bill", "check a provider's bill, and prepare its payment", _ADMIN, _TREASURER),
    do("connectivity.approve-bill", "agree to pay a bill that somebody else checked, or refuse", _ADMIN, _APPROVER, proof=True),
    do("connectivity.record-payment", "record what a landlord paid for its homes", _ADMIN, _TREASURER, proof=True),
    see("connectivity.study", "a feasibility study for a landlord's estate", _ADMIN, _AGENT, _FUNDER, _LANDLORD, _OFFICER),
    do("connectivity.make-study", "make a feasibility study, keep it and share it", _ADMIN, _AGENT, _FUNDER, _LANDLORD),
    # planning
    see("planning.see-need", "where vouchers are needed, indicator by indicator", *_OPERATOR, _FUNDER, _AUDITOR, _OFFICER, _LOCAL),
    do("planning.weigh-need", "keep weights of the indicators of need for one's territory", _ADMIN, _AGENT, _FUNDER, _OFFICER, _LOCAL),
    see("planning.see", "allotment plans of one's programmes", *_OPERATOR, _FUNDER, _AUDITOR),
    do("planning.plan", "make an allotment plan and try what it would become", _ADMIN, _AGENT, _FUNDER),
    do("planning.order", "make draft orders of booklets from a plan", _ADMIN, _AGENT),
    see(
        "planning.see-gaps",
        "people who hold vouchers far from any place, and seats that stay empty",
        *_OPERATOR,
        _FUNDER,
        _AUDITOR,
        _OFFICER,
        _LOCAL,
    ),
)
