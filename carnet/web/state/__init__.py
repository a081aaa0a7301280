"""The State's desk: which operators ask for a label, the answers prepared by one officer and taken by another."""
