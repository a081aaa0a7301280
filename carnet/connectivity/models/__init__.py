"""Tables of the solidarity connection."""
