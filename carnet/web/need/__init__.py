"""Where vouchers are needed: one door for operators, funders, the State, auditors and local actors."""
