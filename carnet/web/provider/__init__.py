"""The internet provider's room: homes to connect, incidents to mend, months to bill."""
