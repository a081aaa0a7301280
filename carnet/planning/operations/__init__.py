"""What is done with need, plans and gaps."""
