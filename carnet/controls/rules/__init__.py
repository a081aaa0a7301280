"""Pure decisions: what each signal looks for, what a case may become, what a sample says and how surely."""
