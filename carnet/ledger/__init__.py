"""Every voucher's life and every cent's account, append-only.

*Series*: the vouchers of one order, numbered in a row. *Booklet*: a few vouchers under one cover.
*Voucher*: worth its face value, in exactly one state. *Passage*: a run of vouchers passing from one
stage or holder to another, one row a range. *Movement*: cents passing from one account to another,
one row, balanced by construction. *Share pattern*: who holds and who bears the cents of a voucher,
fixed when its code is drawn.

Always true, and recomputed by ``carnet ledger verify``: the accounts sum to zero; each funder's
funded = unissued + in circulation + owed + paid + returned; issued = in stock + handed over +
redeemed + lapsed + void; nothing is active that is not covered; nothing is paid twice.
"""
