"""The phone line and complaints: one exact number tells its story, and whoever was wronged is answered before a day.

Words:   a *question* is one number asked of the line; a *story* is what the other rooms know of it, in order; a *complaint* is filed by
         anybody, has a number and a secret to follow it, and a day before which it is answered; the *place is heard* before anything is
         decided; a complaint is closed by a named *decision*.
Always:  only exact identifiers are answered, never a list; what is unknown and what is another operator's look the same; every question
         is a line of the journal, which holds no number that opens anything. A place reads what it is asked, never the words of
         whoever complains. What was left to be answered by is sealed, and erased when the complaint is closed.
"""
