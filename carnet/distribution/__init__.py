"""The desk: who may hand vouchers over, and every hand-over to a person.

Words:   a *prescriber* is an organisation that takes part in a programme's hand-over; a *desk* is where it receives people; a *hand-over*
         gives whole booklets, or some vouchers of one, to a person; a range *taken out on paper* counts as handed over at once; *ticks* are
         the coarse answers (age band, reason, area, job-seeker with few qualifications) that a desk may note.
Always:  no name, no address, no date of birth, nothing typed freely about the person; each tick may be left unsaid. A hand-over row is
         never changed. Only an activated series is handed over, inside the programme's window, by a prescriber taking part in it.
"""
