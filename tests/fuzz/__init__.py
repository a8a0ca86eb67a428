"""Random programs: `generate` writes them, `check` compares their derivatives, `make fuzz` runs many."""
