"""A run between its inbox and its store: what is new, what there was, and what becomes of both."""
