"""Pure functions on arrays: folds, signatures, buckets, leaders, blocks."""
