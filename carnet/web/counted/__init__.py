"""What stands behind the figures: what each one counts, and whether they say what the ledger says."""
