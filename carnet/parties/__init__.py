"""Who is who: people, organisations, memberships, roles, sign-in, and approval by a second person.

Words: a *person* signs in; an *organisation* is identified by its SIRET or RNA number; a *membership* gives a person one
role in one organisation for a time; an *approval* is a second person's yes or no to one exact thing.

Invariants: nobody approves what they asked for (rule, CHECK and trigger); bank details are never rewritten, a change is a
new row that waits; a secret (token, invitation) is stored only as its hash; one organisation never sees another's rows.
"""
