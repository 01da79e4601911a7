"""Text whose bytes were read in a wrong charset before it reached us, found by its letters and read again."""
