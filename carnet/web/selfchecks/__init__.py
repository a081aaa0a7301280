"""Where do I stand with internet? Asked of a person before, after and six months later, of nobody: alone, with somebody, or on paper."""
