"""The phone line's desk: one box, what it tells, and complaints, for whoever answers the telephone or keeps them."""
