"""The page of a question asked by consent: four large buttons, no account, nothing that says who answers."""
