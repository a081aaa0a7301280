"""Pages for anybody: somebody with a booklet in the hand, somebody looking for one, a citizen checking the figures.

No account, no cookie but those of a language and a session, one idea a sentence, a phone number first. There is no balance check here:
guessing codes must not be possible without a place's account.
"""
