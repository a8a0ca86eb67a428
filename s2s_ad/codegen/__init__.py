"""From IR back to Python text."""
