"""Tables of need, plans and gaps."""
