"""Text messages: the door a gateway knocks at, the few words of each answer, and the screens where a place registers its telephones."""
