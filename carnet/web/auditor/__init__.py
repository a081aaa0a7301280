"""What an auditor sees of a programme for the time of its engagement: every account, movement and journal line, no person's name."""
