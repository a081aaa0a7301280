"""What is done with the solidarity connection."""
