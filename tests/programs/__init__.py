"""The corpus: plain NumPy programs, by topic, that the compiler must get right. None of them imports the compiler."""
