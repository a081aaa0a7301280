"""The lines of the table of roles: fraud seen early, people's data, doors that hold."""

from carnet.parties.rules._permission import Permission, do, see
from carnet.parties.rules._words import Role

_ADMIN, _AGENT, _TREASURER, _APPROVER = (Role.OPERATOR_ADMIN, Role.OPERATOR_AGENT, Role.TREASURER, Role.APPROVER)
_AUDITOR, _MANAGER = Role.AUDITOR, Role.PLACE_MANAGER
_OPERATOR = (_ADMIN, _AGENT, _TREASURER, _APPROVER)

LINES: tuple[Permission, ...] = (
    # signals
    see("controls.see", "signals, cases and holds", *_OPERATOR, _AUDITOR),
    do("controls.set-signals", "set the thresholds of a programme's signals, or turn one off with a reason", _ADMIN),
    do("controls.sort-signals", "set a signal aside with a reason, or open a case from it", _ADMIN, _AGENT, _TREASURER),
    # cases
    do("controls.hold", "hold or release payments", _ADMIN, _TREASURER, proof=True),
    do("controls.decide-case", "decide a case that somebody else opened: release or recover", _ADMIN, _APPROVER, proof=True),
    do("controls.decide-appeal", "decide an appeal, as neither who opened the case nor who decided it", _ADMIN, _APPROVER, proof=True),
    see("controls.see-own", "the cases about one's own place, and what was said of them", _MANAGER),
    do("controls.answer", "say one's side of a case about one's place, with papers, or appeal", _MANAGER),
    # samples
    see("controls.see-samples", "samples drawn, what was found, and how surely", *_OPERATOR, _AUDITOR),
    do("controls.draw-sample", "draw a sample of redemptions to check, at random or by risk", _ADMIN, _AUDITOR),
    do("controls.check-sample", "write what was found of a redemption that was drawn", _ADMIN, _AGENT),
    # people's data
    see("privacy.see", "the data map, and what each night forgets of people", _ADMIN, _AUDITOR),
)
