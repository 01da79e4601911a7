"""The brake: a run that would take too much is complete, but not published."""
