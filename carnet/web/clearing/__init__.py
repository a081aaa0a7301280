"""Clearing between operators on screens: the operator's partners and money, the place's vouchers of another operator, totals for the others."""
