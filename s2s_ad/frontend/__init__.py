"""From Python functions to untyped IR."""
