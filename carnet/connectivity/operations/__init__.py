"""What is done with the solidarity connection. Each operation is atomic, journalled, and repeated by its request_id."""

from carnet.connectivity.operations._applying import Applied, Asked, apply, paper_of, renew_code, withdraw
from carnet.connectivity.operations._estate import BroughtIn, bring_in_homes, change_residence, end_home, end_residence
from carnet.connectivity.operations._incidents import mend, plan_visit, report_incident
from carnet.connectivity.operations._keeping import end_terms, forget_contacts
from carnet.connectivity.operations._life import accept, activate, could_not_activate, end, give_day, refuse, resume, suspend
from carnet.connectivity.operations._offers import close_offer, open_offer, prepare_offer, refuse_offer
from carnet.connectivity.operations._partners import admit_partner, end_partner
from carnet.connectivity.operations._telling import forget_letters, note_letter
from carnet.connectivity.operations._visits import end_own, leave_visit, open_visit, report_own, visited_connection

__all__ = [
    "Applied",
    "Asked",
    "BroughtIn",
    "accept",
    "activate",
    "admit_partner",
    "apply",
    "bring_in_homes",
    "change_residence",
    "close_offer",
    "could_not_activate",
    "end",
    "end_home",
    "end_own",
    "end_partner",
    "end_residence",
    "end_terms",
    "forget_contacts",
    "forget_letters",
    "give_day",
    "leave_visit",
    "mend",
    "note_letter",
    "open_offer",
    "open_visit",
    "paper_of",
    "plan_visit",
    "prepare_offer",
    "refuse",
    "refuse_offer",
    "renew_code",
    "report_incident",
    "report_own",
    "resume",
    "suspend",
    "visited_connection",
    "withdraw",
]
