"""Figures anybody may check: where the vouchers are, where the cents are, how long places wait for their money.

Words:   a *figure* is published for one programme, recomputed from the ledger, never typed; *missing cents* is what was brought in less
         where it is now, and is zero as long as the ledger holds; a *small count* (fewer than five) is hidden, so that nobody is
         recognised in it.
Always:  nothing here is about a person; the published totals are the sums of the published rows.
"""
