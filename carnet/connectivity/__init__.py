"""The solidarity connection: internet at home, with social landlords, for people for whom a lesson without a connection is lost."""
