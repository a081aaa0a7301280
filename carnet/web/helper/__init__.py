"""The helper's desk: people of the structure, their mandates, acting under them; and the lead's space."""
