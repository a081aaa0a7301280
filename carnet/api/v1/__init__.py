"""Version 1 of the API. Its contract changes only with a decision record and a changelog entry."""
