"""Derivative rules of NumPy, one module a topic."""
