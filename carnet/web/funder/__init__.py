"""What a funder sees: its agreements, where its money is, what it still has to pay in, its statements. Never another's."""
