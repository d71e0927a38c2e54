"""Scripts that make what the package ships; each says how to run it."""
