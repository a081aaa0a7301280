"""The person's own page: their mandates, each thing done for them, and the way to stop. No account, a few minutes, on any computer."""
