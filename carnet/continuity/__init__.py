"""What outlives an operator: signed archives, taking over, what is published every day, claims between installations."""
