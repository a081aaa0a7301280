"""The ONE table *role x may see x may do x home page*, as data, and the checks that read it.

docs/roles.md is generated from it and every route of the site is tested against it. To add an action: one line below, then `make docs`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from carnet.kernel.actors import Actor
from carnet.parties.rules._refusals import FullSignInNeeded, NoMembership, NotAllowed, PersonNeeded, SecondFactorNeeded
from carnet.parties.rules._words import OrganisationKind, Role, Scope

Verb = Literal["see", "do"]


@dataclass(frozen=True, slots=True)
class Permission:
    """One line of the table: an action, who holds it, whether a recent second factor is asked for, whether a PIN is enough."""

    action: str
    verb: Verb
    meaning: str
    roles: frozenset[Role]
    proof: bool = False
    pin: bool = False


_ADMIN, _AGENT, _TREASURER, _APPROVER = (Role.OPERATOR_ADMIN, Role.OPERATOR_AGENT, Role.TREASURER, Role.APPROVER)
_FUNDER, _LEAD, _PRESCRIBER = Role.FUNDER, Role.PRESCRIBER_LEAD, Role.PRESCRIBER
_MANAGER, _MEDIATOR, _AUDITOR, _OFFICER = Role.PLACE_MANAGER, Role.MEDIATOR, Role.AUDITOR, Role.STATE_OFFICER
_HELPLINE, _ACCOUNTANT = Role.HELPLINE, Role.ACCOUNTANT
_HELPER, _HELPER_LEAD = Role.HELPER, Role.HELPER_LEAD
_LOCAL = Role.LOCAL_ACTOR
_OPERATOR = (_ADMIN, _AGENT, _TREASURER, _APPROVER)


def _see(action: str, meaning: str, *roles: Role, pin: bool = False) -> Permission:
    return Permission(action, "see", meaning, frozenset(roles), pin=pin)


def _do(action: str, meaning: str, *roles: Role, proof: bool = False, pin: bool = False) -> Permission:
    return Permission(action, "do", meaning, frozenset(roles), proof, pin)


_LINES: tuple[Permission, ...] = (
    _see("home.operator", "the operator's home page: what waits today", *_OPERATOR),
    _see("home.funder", "the funder's home page", _FUNDER),
    _see("home.prescriber", "the prescriber's home page", _LEAD, _PRESCRIBER, pin=True),
    _see("home.place", "the place's home page", _MANAGER, _MEDIATOR, pin=True),
    _see("home.auditor", "the auditor's home page", _AUDITOR),
    _see("home.state", "the State's home page: labels of operators", _OFFICER),
    _see("home.books", "the accountant's home page: the agreements whose books one reads", _ACCOUNTANT),
    _see("home.helper", "the home page of a structure that acts for people, under their mandates", _HELPER, _HELPER_LEAD),
    _see("home.local", "the home page of a local actor: its territories, who does what there", _LOCAL),
    _see("home.helpline", "the home page of whoever answers the telephone: one box", _HELPLINE),
    _do("account.manage", "one's own account: name, language, password, second factor", *Role),
    # parties
    _see("parties.see-members", "the members of one's organisation", *_OPERATOR, _FUNDER, _LEAD, _MANAGER, _OFFICER, _HELPER_LEAD, _LOCAL),
    _do(
        "parties.manage-members",
        "invite, change, suspend members",
        _ADMIN,
        _FUNDER,
        _LEAD,
        _MANAGER,
        _OFFICER,
        _HELPER_LEAD,
        _LOCAL,
        proof=True,
    ),
    _see("parties.see-organisations", "the organisations brought in by the operator", *_OPERATOR, _AUDITOR),
    _do("parties.register-organisation", "register an organisation", _ADMIN, _AGENT),
    _do("parties.import-people", "invite people from a file", _ADMIN, proof=True),
    _do("parties.manage-tokens", "create and revoke API tokens", _ADMIN, _MANAGER, proof=True),
    _do("parties.manage-webhooks", "choose where one's events are sent, and see what became of them", _MANAGER, proof=True),
    _see("parties.see-bank-account", "the bank account, all but four characters hidden", _ADMIN, _TREASURER, _APPROVER, _MANAGER),
    _do("parties.propose-bank-account", "propose a bank account", _ADMIN, _TREASURER, _MANAGER, proof=True),
    _do("parties.approve-bank-account", "approve, refuse or end a bank account", _ADMIN, _APPROVER, proof=True),
    _see("parties.see-approvals", "what waits for one's decision", *_OPERATOR, _FUNDER, _OFFICER),
    _do("parties.hand-on", "hand one's part as head of a place on to somebody else", _MANAGER, proof=True),
    _do("parties.prepare-new-head", "prepare a change of a place's head, from a document", _ADMIN, _AGENT),
    _do("parties.approve-new-head", "approve or refuse a change of a place's head", _ADMIN, _APPROVER, proof=True),
    _see("parties.see-operator-label", "one's own label: what was asked and answered", *_OPERATOR),
    _do("parties.request-operator-label", "ask the State for a label", _ADMIN, proof=True),
    _do("parties.prepare-operator-label", "prepare the State's answer to an operator, or the end of its label", _OFFICER),
    _do("parties.approve-operator-label", "grant, refuse or withdraw an operator's label", _OFFICER, proof=True),
    _see("parties.see-stations", "the shared computers of one's desk or places, and who has a PIN", _LEAD, _MANAGER),
    _do("parties.manage-stations", "enrol a shared computer, set its daily limit, let somebody choose a PIN", _LEAD, _MANAGER, proof=True),
    _do("parties.revoke-station", "refuse a shared computer, or somebody's PIN, at once", _LEAD, _MANAGER),
    _do("parties.choose-pin", "choose one's own PIN for the shared computers", _LEAD, _PRESCRIBER, _MANAGER, _MEDIATOR),
    _see("parties.see-cards", "the operator's stock of cards of one-time codes, and where each is", _ADMIN, _AGENT, _APPROVER),
    _do("parties.import-cards", "bring in cards from their maker's file (it holds secrets)", _ADMIN, proof=True),
    _do("parties.send-cards", "send cards to a structure", _ADMIN, _AGENT),
    _see("parties.see-own-cards", "the cards of one's structure, and who holds each", _HELPER_LEAD),
    _do(
        "parties.assign-card", "give a card of one's structure to a helper, take it back, say that cards arrived", _HELPER_LEAD, proof=True
    ),
    _do("parties.end-card", "say that a card is lost or broken: it opens nothing from that moment", _ADMIN, _AGENT, _HELPER_LEAD),
    _do("parties.begin-recovery", "answer for a helper who lost a card or a telephone", _HELPER_LEAD, proof=True),
    _do("parties.prepare-recovery", "ask that a helper without a lead may choose another second factor", _ADMIN, _AGENT, proof=True),
    _do("parties.approve-recovery", "agree to it, or refuse", _ADMIN, _APPROVER, proof=True),
    # funding
    _see("funding.see", "programmes, agreements, shares and money", *_OPERATOR, _FUNDER, _AUDITOR),
    _do("funding.manage-programme", "create and set a programme", _ADMIN),
    _do("funding.prepare-agreement", "prepare an agreement, its shares, a pledge", _ADMIN, _AGENT),
    _do("funding.sign-agreement", "sign an agreement for one's organisation", _FUNDER, _ADMIN, proof=True),
    _do("funding.record-payment", "record money received or repaid", _ADMIN, _TREASURER, proof=True),
    # issuing
    _do("funding.set-threshold", "say below how much the fund of an agreement is low", _ADMIN, _AGENT, _TREASURER, _FUNDER),
    _see("issuing.see", "orders and series", *_OPERATOR, _FUNDER, _AUDITOR),
    _do("issuing.order", "order booklets", _ADMIN, _AGENT),
    _do("issuing.approve-edition", "approve an edition", _ADMIN, _APPROVER, proof=True),
    _do("issuing.draw", "draw the codes of an approved order", _ADMIN, _AGENT, proof=True),
    _do("issuing.download-print-files", "download the files to print (they hold secrets)", _ADMIN, _AGENT, proof=True),
    _do("issuing.ship", "declare printed and shipped", _ADMIN, _AGENT),
    _do("issuing.receive", "declare booklets received", _ADMIN, _AGENT, _LEAD),
    _do("issuing.activate", "activate a covered series", _ADMIN, _TREASURER, proof=True),
    _do("issuing.void", "void booklets or vouchers", _ADMIN, proof=True),
    # places
    _see("places.see", "the directory as its keepers see it", *_OPERATOR, _MANAGER, _MEDIATOR, _AUDITOR),
    _do("places.import", "import a file of places", _ADMIN, _AGENT),
    _do("places.edit", "edit a place (a manager: its own)", _ADMIN, _AGENT, _MANAGER),
    _do("places.merge", "make one of two places that are the same, or undo it", _ADMIN, _AGENT),
    _do("places.accept", "let a place accept a programme's vouchers, or end it", _ADMIN, _AGENT),
    _see("places.see-joining", "applications to one's network, their papers, decisions and appeals", *_OPERATOR),
    _do("places.publish-terms", "publish what one's network asks of its places", _ADMIN, proof=True),
    _do("places.prepare-joining", "prepare a decision about a place that joins or has joined", _ADMIN, _AGENT),
    _do("places.approve-joining", "take such a decision, or set it aside", _ADMIN, _APPROVER, proof=True),
    _see("places.see-own-joining", "one's own application, labels, and what was decided", _MANAGER, _MEDIATOR),
    _do("places.appeal", "appeal against a decision about one's places", _MANAGER),
    # workshops
    _see("workshops.see", "the sessions of one's places, and who is expected", _MANAGER, _MEDIATOR),
    _do("workshops.manage", "plan, change, cancel the sessions of one's places; note who came", _MANAGER, _MEDIATOR),
    _do("workshops.book", "book a seat for somebody, or give it back", _LEAD, _PRESCRIBER, _MANAGER, _MEDIATOR, pin=True),
    _do("workshops.book-by-phone", "book a seat for somebody who telephones the operator", _ADMIN, _AGENT, _HELPLINE),
    _see("workshops.see-figures", "the sessions of the programmes' places, in counts", *_OPERATOR, _AUDITOR),
    # activities
    _see("activities.see", "the free help given at one's places, and what it came to", _MANAGER, _MEDIATOR),
    _do("activities.record", "record free help, correct it, take it back; say who came to a booked seat", _MANAGER, _MEDIATOR),
    _do(
        "activities.ask-afterwards",
        "note, of nobody, whether a procedure was done by the person",
        _MANAGER,
        _MEDIATOR,
        _LEAD,
        _PRESCRIBER,
        _HELPER,
        _HELPER_LEAD,
        pin=True,
    ),
    _do("activities.book-seat", "book a seat of a free digital space for somebody", _LEAD, _PRESCRIBER, _MANAGER, _MEDIATOR, pin=True),
    _see("activities.see-figures", "the free help of the programmes' places, in counts", *_OPERATOR, _AUDITOR),
    # distribution
    _see("distribution.see-stock", "booklets held", _ADMIN, _AGENT, _LEAD, _PRESCRIBER, pin=True),
    _do("distribution.hand-over", "hand vouchers over to a person", _LEAD, _PRESCRIBER, pin=True),
    _do(
        "distribution.send-slip",
        "send what was printed for a person to a telephone, once, at their wish",
        _ADMIN,
        _AGENT,
        _HELPLINE,
        _LEAD,
        _PRESCRIBER,
        pin=True,
    ),
    _do("distribution.validate-translation", "say that a translated sentence was read and is good, or that it is not", _ADMIN, _AGENT),
    _do(
        "distribution.note-postal",
        "note that somebody who telephones asks for a booklet by post",
        _ADMIN,
        _AGENT,
        _LEAD,
        _PRESCRIBER,
        _HELPLINE,
    ),
    _see("distribution.see-desks", "the desks of one's programmes, what each has left and gave", *_OPERATOR),
    _do("distribution.admit-prescriber", "let a prescriber into a programme, or end it", _ADMIN, _AGENT),
    _do("distribution.move-stock", "ship, move or return booklets of the stock", _ADMIN, _AGENT, _LEAD),
    _do("distribution.request-stock", "ask for booklets before a day, or withdraw it", _LEAD, _PRESCRIBER),
    _do("distribution.count-stock", "count the booklets of one's cupboard", _LEAD, _PRESCRIBER),
    _do("distribution.declare-loss", "declare booklets lost or damaged", _ADMIN, _AGENT, _LEAD),
    _do(
        "distribution.replace",
        "block what is left of a booklet handed over, and give another",
        _ADMIN,
        _AGENT,
        _HELPLINE,
        _LEAD,
        _PRESCRIBER,
    ),
    _do("distribution.exchange", "exchange vouchers that ended in somebody's hands for others", _LEAD, _PRESCRIBER),
    _do("distribution.set-exchanges", "say for how many days after their end vouchers are exchanged", _ADMIN),
    _see("distribution.see-joining", "applications of desks, their agreements, points and training", *_OPERATOR),
    _see("distribution.see-own-joining", "one's own desk: agreement, points, training, renewal", _LEAD, _PRESCRIBER),
    _do("distribution.publish-agreement", "publish the agreement that one's desks sign", _ADMIN, proof=True),
    _do("distribution.import-desks", "import a file of desks", _ADMIN, _AGENT),
    _do("distribution.prepare-joining", "prepare a decision about a desk that joins or has joined", _ADMIN, _AGENT),
    _do("distribution.approve-joining", "take such a decision, or set it aside", _ADMIN, _APPROVER, proof=True),
    _do("distribution.sign-agreement", "sign the agreement of one's desk", _LEAD, proof=True),
    _do("distribution.countersign-agreement", "countersign the agreement a desk signed, or send it back", _ADMIN, _APPROVER, proof=True),
    _do("distribution.keep-points", "open, change and close the points of a desk", _ADMIN, _AGENT, _LEAD),
    _do("distribution.tick-training", "say that an item of the desk's training is done", _LEAD, _PRESCRIBER),
    _do("distribution.leave", "say that one's desk leaves, or stays after all", _LEAD),
    _do("distribution.remind", "keep the telephone of whoever wishes to be reminded, and make the calls", _LEAD, _PRESCRIBER),
    _do("distribution.stop-reminders", "erase it, by the booklet's number", _ADMIN, _AGENT, _LEAD, _PRESCRIBER),
    _do("distribution.invite-again", "invite those of an earlier season to another", _ADMIN, _AGENT),
    _do("distribution.answer-invitation", "say yes or no for one's organisation to another season", _LEAD, _MANAGER),
    # notices
    _do("notices.announce", "write to everybody of a role on their home page, or take it back", _ADMIN, _AGENT),
    _do("notices.edit-texts", "write a programme's own texts", _ADMIN, _AGENT),
    # mandates
    _see("mandates.see", "the mandates of one's structure, the people who signed them, each use", _HELPER, _HELPER_LEAD),
    _do("mandates.sign", "sign or renew a mandate with a person", _HELPER, proof=True),
    _do("mandates.revoke", "end a mandate or a part of it, at a person's wish", _HELPER, _HELPER_LEAD),
    _do("mandates.erase", "erase somebody who asks for it; the register of uses keeps its numbers", _HELPER_LEAD, proof=True),
    _do(
        "mandates.export-uses",
        "take away the uses of one mandate, for somebody who checks them without the database",
        _HELPER_LEAD,
        proof=True,
    ),
    _see("mandates.see-retention", "how many people were archived and erased each night, in one's programmes", *_OPERATOR, _AUDITOR),
    _do("mandates.act", "do a procedure for a person, under a mandate", _HELPER),
    _do("mandates.unlock-paper", "let a person's own paper open their page again, or make its code worth nothing", _HELPER, _HELPER_LEAD),
    _do("mandates.post-letters", "post the letters that tell people of a use or of an end", _HELPER, _HELPER_LEAD),
    _do("mandates.allow-remote-consent", "turn consent by text message on or off for a programme's structures", _ADMIN, proof=True),
    _see("mandates.see-structures", "structures that ask to act for people: requests, helpers, trainings, decisions", *_OPERATOR),
    _do("mandates.publish-terms", "publish the terms that helpers accept", _ADMIN, proof=True),
    _do("mandates.prepare-structures", "write to a structure, prepare a decision about it", _ADMIN, _AGENT),
    _do("mandates.approve-structures", "take such a decision, or set it aside", _ADMIN, _APPROVER, proof=True),
    _do("mandates.plan-training", "plan trainings of helpers, note who came and how the test went", _ADMIN, _AGENT),
    _see("mandates.see-team", "the helpers of one's structure, what was decided of it, what it did in counts", _HELPER_LEAD),
    _do(
        "mandates.manage-team",
        "add, stop and let back helpers of one's structure, choose its families of procedures",
        _HELPER_LEAD,
        proof=True,
    ),
    _do("mandates.book-training", "take seats of trainings for helpers of one's structure, or give them back", _HELPER_LEAD),
    _do("mandates.accept-terms", "accept the terms of helpers, for oneself", _HELPER, _HELPER_LEAD),
    # redemption
    _see("redemption.see", "redemptions", *_OPERATOR, _MANAGER, _MEDIATOR, _AUDITOR, pin=True),
    _do("redemption.check", "test a voucher without spending it", _MANAGER, _MEDIATOR, pin=True),
    _do("redemption.redeem", "accept a voucher for a service given", _MANAGER, _MEDIATOR, pin=True),
    _do("redemption.reverse", "undo a redemption inside the window", _MANAGER, _MEDIATOR),
    _do("redemption.reserve", "hold a voucher for a booked lesson, take it, give it back", _MANAGER, _MEDIATOR),
    _do(
        "redemption.dispute",
        "dispute a redemption once its window has closed (an operator: for a place)",
        _MANAGER,
        _MEDIATOR,
        _ADMIN,
        _AGENT,
    ),
    _do("redemption.decide-dispute", "accept or refuse a dispute that somebody else opened", _ADMIN, _TREASURER, proof=True),
    _see("redemption.see-disputes", "the disputes of one's programmes", *_OPERATOR, _AUDITOR),
    _see("redemption.see-guessing", "serials locked after wrong secrets, and how much guessing there is", _ADMIN, _AGENT),
    _do("redemption.unlock-serial", "unlock a serial after wrong secrets", _ADMIN, _AGENT),
    _do("redemption.manage-telephones", "register a telephone that spends for one's place by text message, or take it away", _MANAGER),
    _do("redemption.type-paper", "type a sheet of paper in the name of a place of one's programmes", _ADMIN, _AGENT),
    _see("redemption.see-devices", "the devices that accept without network, and what they sent", *_OPERATOR, _MANAGER, _MEDIATOR),
    _do("redemption.enrol-device", "let a tablet or telephone of one's place accept without network", _MANAGER, proof=True),
    _do("redemption.revoke-device", "revoke such a device", _ADMIN, _AGENT, _MANAGER),
    _do("redemption.limit-device", "set how much such a device may accept before it is back on the network", _ADMIN, _AGENT),
    # controls
    _see("controls.see", "signals, cases and holds", *_OPERATOR, _AUDITOR),
    _do("controls.hold", "hold or release payments", _ADMIN, _TREASURER, proof=True),
    # settlement
    _see("settlement.see-own", "what one's organisation is owed, was paid, and when", _MANAGER),
    _see("settlement.see", "claims, payment runs, bank answers", *_OPERATOR, _AUDITOR),
    _see("settlement.see-statements", "statements of a season, annual accounts", *_OPERATOR, _FUNDER, _AUDITOR),
    _see("settlement.see-books", "the accountants' books of one's agreements", *_OPERATOR, _FUNDER, _AUDITOR, _OFFICER, _ACCOUNTANT),
    _do("settlement.draw-up-books", "freeze an accountants' book once its period is over", _ADMIN, _TREASURER),
    _do("settlement.claim", "ask for what one's organisation is owed, where a programme pays on demand", _MANAGER),
    _do("settlement.check-claims", "check claims", _ADMIN, _AGENT, _TREASURER),
    _see("settlement.follow", "a euro from the funder's payment to the line of the bank, and back", *_OPERATOR, _FUNDER, _AUDITOR),
    _do("settlement.draw-sample", "draw a sample from a stated seed, download its evidence", _ADMIN, _TREASURER, _AUDITOR),
    _do("settlement.prepare-payment", "prepare a payment run", _TREASURER, proof=True),
    _do("settlement.approve-payment", "approve or refuse a payment run", _APPROVER, proof=True),
    _do("settlement.export-payment", "download the bank's payment file", _TREASURER, _APPROVER, proof=True),
    _do("settlement.stop-payment", "stop a payment run before it is given to the bank", _ADMIN, _TREASURER, _APPROVER),
    _do("settlement.resume-payment", "resume a payment run that was stopped", _TREASURER, _APPROVER, proof=True),
    _do("settlement.hold-payment", "hold back what one place is owed, or let it go", _ADMIN, _TREASURER, _APPROVER, proof=True),
    _do("settlement.set-bands", "set how many people approve a payment, by amount", _ADMIN, proof=True),
    _do("settlement.set-fees", "state the fees of a programme, in advance", _ADMIN, proof=True),
    _do("settlement.invoice-fees", "draw up the invoices of fees", _ADMIN, _TREASURER, proof=True),
    _do("settlement.read-bank-file", "read the bank's answer", _TREASURER, proof=True),
    _do("settlement.prepare-closing", "lapse a season and prepare what goes back to the funders", _ADMIN, _TREASURER, proof=True),
    _do("settlement.approve-closing", "approve what goes back to the funders", _APPROVER, proof=True),
    _see("settlement.see-expiry", "the end of validity: its steps, joint statements and credit notes", *_OPERATOR, _FUNDER, _AUDITOR),
    _see("settlement.see-desk-expiry", "the end of validity, for one's desk: days and own booklets", _LEAD),
    _do("settlement.play-expiry", "confirm a step of the end of validity", _ADMIN, _TREASURER, proof=True),
    _do("settlement.confirm-expiry", "validate the stop of hand-overs and the end of validity, as a funder", _FUNDER, proof=True),
    _do("settlement.move-expiry", "move a day of the end of validity, by a decision with a reason", _ADMIN, proof=True),
    _do("settlement.sign-statement", "sign or contest a joint statement for one's side", _ADMIN, _APPROVER, _FUNDER, proof=True),
    # helpline
    _see("helpline.ask", "the story of one exact number asked of the phone line; every question is journalled", _ADMIN, _AGENT, _HELPLINE),
    _do(
        "helpline.file-complaint",
        "file a complaint for a person (a place: its own)",
        _ADMIN,
        _AGENT,
        _HELPLINE,
        _LEAD,
        _PRESCRIBER,
        _MANAGER,
        _MEDIATOR,
    ),
    _see("helpline.see-filed", "the complaints one's desk or place filed", _LEAD, _PRESCRIBER, _MANAGER, _MEDIATOR),
    _see("helpline.see-complaints", "the complaints one's operator answers", *_OPERATOR, _HELPLINE),
    _do("helpline.be-heard", "read what one's place is asked about a complaint, and say its side", _MANAGER, _MEDIATOR),
    _do("helpline.decide-complaint", "ask a place for its side, tell whoever complains, close a complaint", _ADMIN, _AGENT),
    _do("helpline.set-delays", "set how soon complaints are answered", _ADMIN),
    # observatory, journal, continuity, background work
    _see("observatory.see", "figures not yet published, and the rows behind them", *_OPERATOR, _FUNDER, _AUDITOR, _OFFICER),
    _see(
        "observatory.see-council-reports",
        "the reports for elected councils that one's organisation made",
        *_OPERATOR,
        _FUNDER,
        _AUDITOR,
        _OFFICER,
        _LOCAL,
    ),
    _do("observatory.make-council-report", "make the report of a territory for an elected council", *_OPERATOR, _FUNDER, _OFFICER, _LOCAL),
    _do(
        "observatory.decide-self-checks",
        "ask people of a programme what they can do with internet, before and after, or stop asking",
        _ADMIN,
        _AGENT,
    ),
    _do(
        "observatory.self-check",
        "give slips of self-checks, type what was answered, of nobody; post the letters that ask again",
        _MANAGER,
        _MEDIATOR,
        _LEAD,
        _PRESCRIBER,
        _HELPER,
        _HELPER_LEAD,
    ),
    _see(
        "observatory.see-territories",
        "the territories one acts in: who does what, what nobody answers, what is decided",
        *_OPERATOR,
        _FUNDER,
        _LEAD,
        _MANAGER,
        _HELPER_LEAD,
        _LOCAL,
        _OFFICER,
    ),
    _do(
        "observatory.keep-line",
        "write one's own line in a territory, needs seen, decisions and next steps",
        _ADMIN,
        _AGENT,
        _FUNDER,
        _LEAD,
        _MANAGER,
        _HELPER_LEAD,
        _LOCAL,
    ),
    _do(
        "observatory.lead-territory", "open a territory, change it, give an organisation its place or take it back", _ADMIN, _AGENT, _FUNDER
    ),
    _do("observatory.invite-local-actor", "invite a local actor that has no account yet", _ADMIN, _AGENT, _FUNDER, proof=True),
    _do("observatory.set-objective", "say what is aimed at, or end it", _ADMIN, _OFFICER),
    _do("observatory.import-indicators", "read INSEE's files of communes", _ADMIN, _AGENT),
    _do(
        "observatory.study-answers",
        "bring a file of survey answers and read its indicators; nothing of the answers is kept",
        _ADMIN,
        _AGENT,
        _FUNDER,
        _AUDITOR,
        _OFFICER,
    ),
    _see("observatory.see-evaluations", "plans of evaluation and what was read of each", *_OPERATOR, _FUNDER, _AUDITOR, _OFFICER),
    _do("observatory.evaluate", "seal a plan of evaluation, then read its results", _ADMIN, _AGENT, _FUNDER),
    _see("journal.see", "the journal of one's programmes", _ADMIN, _AUDITOR),
    _do("continuity.export", "export a whole programme", _ADMIN, proof=True),
    _see("jobs.see", "background work and its progress", _ADMIN, _AGENT, _TREASURER),
    _do("observatory.choose-letters", "choose who receives the monthly statement of one's organisation, or stop it", _FUNDER),
)

PERMISSIONS: dict[str, Permission] = {line.action: line for line in _LINES}

# Actions that a second person performs on what another prepared: the kinds of approvals there are.
DECIDABLE = frozenset(action for action in PERMISSIONS if action.split(".")[1].startswith("approve-"))

# The first of a person's roles in this order chooses the home page (the name of a route).
HOMES: dict[Role, str] = {
    Role.OPERATOR_ADMIN: "operator:home",
    Role.TREASURER: "operator:home",
    Role.APPROVER: "operator:home",
    Role.OPERATOR_AGENT: "operator:home",
    Role.FUNDER: "funder:home",
    Role.PRESCRIBER_LEAD: "prescriber:home",
    Role.PRESCRIBER: "prescriber:home",
    Role.PLACE_MANAGER: "place:home",
    Role.MEDIATOR: "place:home",
    Role.AUDITOR: "auditor:home",
    Role.STATE_OFFICER: "state:home",
    Role.HELPLINE: "helpline:home",
    Role.ACCOUNTANT: "books:home",
    Role.HELPER_LEAD: "helper:home",
    Role.HELPER: "helper:home",
    Role.LOCAL_ACTOR: "local:home",
}

SCOPE_ACTIONS: dict[Scope, frozenset[str]] = {
    Scope.VOUCHERS_CHECK: frozenset({"redemption.check"}),
    Scope.REDEMPTIONS_WRITE: frozenset(
        {"redemption.check", "redemption.redeem", "redemption.reverse", "redemption.reserve", "redemption.dispute"}
    ),
    Scope.REDEMPTIONS_READ: frozenset({"redemption.see"}),
    Scope.SETTLEMENT_READ: frozenset({"settlement.see-own"}),
    Scope.PLACES_WRITE: frozenset({"places.see", "places.edit"}),
    Scope.ACTIVITIES_READ: frozenset({"activities.see"}),
    Scope.ACTIVITIES_WRITE: frozenset({"activities.see", "activities.record"}),
}

ROLES_OF_KIND: dict[OrganisationKind, frozenset[Role]] = {
    OrganisationKind.FUNDER: frozenset({_FUNDER, _ACCOUNTANT}),
    OrganisationKind.STATE: frozenset({_FUNDER, _OFFICER, _ACCOUNTANT}),
    OrganisationKind.OPERATOR: frozenset({*_OPERATOR, _HELPLINE, _ACCOUNTANT}),
    OrganisationKind.PRESCRIBER: frozenset({_LEAD, _PRESCRIBER}),
    OrganisationKind.PLACE_OPERATOR: frozenset({_MANAGER, _MEDIATOR}),
    OrganisationKind.LANDLORD: frozenset(),
    OrganisationKind.AUDITOR: frozenset({_AUDITOR}),
    OrganisationKind.HELPER: frozenset({_HELPER, _HELPER_LEAD}),
    OrganisationKind.LOCAL_ACTOR: frozenset({_LOCAL}),
}

# Under these kinds, staff see whole programmes; prescribers and places see only their own rows.
PROGRAMME_KINDS = (OrganisationKind.OPERATOR, OrganisationKind.FUNDER, OrganisationKind.STATE, OrganisationKind.AUDITOR)

# Roles a holder may give inside its own organisation; an operator's administrator gives any role, also in the
# organisations its operator registered; never the State's, or an operator could label itself.
GRANTS: dict[Role, frozenset[Role]] = {
    _ADMIN: frozenset(Role) - {_OFFICER},
    _FUNDER: frozenset({_FUNDER, _ACCOUNTANT}),
    _LEAD: frozenset({_LEAD, _PRESCRIBER}),
    _MANAGER: frozenset({_MANAGER, _MEDIATOR}),
    _OFFICER: frozenset({_OFFICER, _FUNDER, _ACCOUNTANT}),
    _HELPER_LEAD: frozenset({_HELPER, _HELPER_LEAD}),
    _LOCAL: frozenset({_LOCAL}),
}

# These move money or open every door: a second factor from the first sign-in (docs/sources/signing-in.md#second-factor).
# Helpers act in somebody's name.
SECOND_FACTOR_ROLES = frozenset({_ADMIN, _TREASURER, _APPROVER, _OFFICER, _HELPER, _HELPER_LEAD})

PROOF_MINUTES = 15  # a recent proof: as long as Aidants Connect's activity check

# Not a role: it stands beside the roles of whoever typed a PIN on a shared computer, and narrows them to the lines marked `pin`.
# Among the roles, so that whatever asks the table, screen or operation, is answered for a PIN without thinking of it.
BY_PIN = "BY_PIN"


def allowed(roles: Iterable[str], action: str) -> bool:
    """True when one of the roles holds the action, and a PIN is enough for it if there was only a PIN.

    Raises KeyError for an action that is not in the table.
    """
    line, held = PERMISSIONS[action], frozenset(roles)
    return not line.roles.isdisjoint(held) and (line.pin or BY_PIN not in held)


def by_pin(actor: Actor) -> bool:
    """True when all that is known of the actor is a PIN typed on a shared computer."""
    return BY_PIN in actor.roles


def check_may(actor: Actor, action: str) -> None:
    """Let the actor do `action`, or not: a person by roles, a token by scopes, a program always, a visitor never.

    Raises: NotAllowed, FullSignInNeeded (the role may, a PIN may not), KeyError (an action outside the table is a fault of the program).
    """
    line = PERMISSIONS[action]
    if actor.kind == "system":
        return
    if actor.kind == "person" and not line.roles.isdisjoint(actor.roles):
        if by_pin(actor) and not line.pin:
            raise FullSignInNeeded(action=action, roles=tuple(sorted(line.roles)))
        return
    if actor.kind == "token" and any(action in SCOPE_ACTIONS[Scope(scope)] for scope in actor.roles):
        return
    raise NotAllowed(action=action, roles=tuple(sorted(line.roles)))


def check_recent_proof(actor: Actor, at: datetime, *, action: str = "") -> None:
    """Ask a person for a second factor proved in the last 15 minutes (aware `at`); programs and tokens are not asked.

    Raises: SecondFactorNeeded, FullSignInNeeded.
    """
    if actor.kind in ("system", "token"):
        return
    if by_pin(actor):
        raise FullSignInNeeded(action=action, roles=())
    if actor.proved_at is None or not timedelta(0) <= at - actor.proved_at < timedelta(minutes=PROOF_MINUTES):
        raise SecondFactorNeeded(action=action, minutes=PROOF_MINUTES)


def check_allowed_now(actor: Actor, action: str, at: datetime) -> None:
    """`check_may`, then `check_recent_proof` when the table asks for one. Raises: NotAllowed, SecondFactorNeeded."""
    check_may(actor, action)
    if PERMISSIONS[action].proof:
        check_recent_proof(actor, at, action=action)


def asks_after_idle(action: str) -> bool:
    """Whether a screen left alone is asked for a second factor before this action: whatever helpers alone do, and nothing else."""
    return PERMISSIONS[action].roles <= frozenset({_HELPER, _HELPER_LEAD})


def person_of(actor: Actor, action: str) -> int:
    """The id of the person acting. Raises: PersonNeeded (tokens and programs cannot ask for or give an approval)."""
    if actor.person_id is None:
        raise PersonNeeded(action=action)
    return actor.person_id


def home_of(roles: Iterable[str]) -> str:
    """The route of the home page of whoever holds these roles. Raises: NoMembership."""
    held = set(roles)
    for role, route in HOMES.items():
        if role in held:
            return route
    raise NoMembership


def needs_second_factor(roles: Iterable[str]) -> bool:
    """True when one of the roles must have a second factor from the first sign-in."""
    return not SECOND_FACTOR_ROLES.isdisjoint(roles)
