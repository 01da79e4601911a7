"""Where kernels and queries run."""
