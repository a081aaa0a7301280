"""A voucher accepted at a place for a lesson that took place.

*Redemption*: one voucher, one place, one service, one moment. *Reversal*: the undoing of a mistake
inside the programme's window. *Attempt*: a try that was refused, kept with its reason and without
the code. *Check*: the same look without spending.

Always true: a voucher is redeemed once, net of reversals, whatever counters or machines try at the
same instant; an acknowledged redemption is durable; a repeated request gets its first answer. The
deciding is one PostgreSQL function, ``redeem_many``; ``rules.decide`` says the same in Python and a
test holds both equal.
"""
