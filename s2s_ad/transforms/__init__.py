"""From IR to IR: the pullback transform, and the optimisations, one to a file."""
