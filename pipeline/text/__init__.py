"""Pure functions on bytes, strings and spans."""
