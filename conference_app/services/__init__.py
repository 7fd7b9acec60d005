"""Every write. Functions take keyword arguments, are atomic, and have side effects on commit."""
