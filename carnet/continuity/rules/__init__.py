"""Pure decisions: what an archive must hold, what is published, what a message may say."""
