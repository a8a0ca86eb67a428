"""The intermediate representation: structured SSA, its types, text form and verifier."""
