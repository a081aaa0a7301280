"""What is read of need, plans and gaps."""
