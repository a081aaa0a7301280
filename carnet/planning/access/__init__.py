"""Who may see and change need, plans and gaps."""
