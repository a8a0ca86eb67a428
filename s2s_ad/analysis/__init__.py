"""What the compiler finds out about a program without changing it."""
