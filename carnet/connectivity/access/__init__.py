"""Who may see and change the solidarity connection."""
