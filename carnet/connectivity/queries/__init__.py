"""What is read of the solidarity connection."""
