"""The end of validity, step by step: the timer calls for somebody on the day, a person confirms, a decision moves a day; both sides sign.

Every write takes the programme's lock: two timers, or two people at the same instant, play a step once. A step missed for weeks is played
when somebody comes back, in its order: nothing that follows it can be before.
"""

from carnet.settlement.operations.expiry._calling import call_for_steps
from carnet.settlement.operations.expiry._confirming import confirm_step
from carnet.settlement.operations.expiry._joint import contest_statement, redraw_statements, sign_statement
from carnet.settlement.operations.expiry._moving import move_step

__all__ = ["call_for_steps", "confirm_step", "contest_statement", "move_step", "redraw_statements", "sign_statement"]
