"""Paying what is owed, and giving back what was not used.

A *claim* is what one place operator is owed by one agreement up to a cut-off; its *lines* are
redemptions. A *payment run* is one file for the bank: its *transfers* pay claims. The bank's answers
(*bank files*) say which transfers were paid, refused or sent back. A *closing* gives each funder its
unused money back, with a *statement*.

Always true: a redemption is claimed once; a claim has one living transfer; the person who prepares a
run or a closing never approves it; file = claims = ledger = bank; a faulty account never stops the
others; name, IBAN and amount of a transfer are frozen when the run is prepared.
"""
