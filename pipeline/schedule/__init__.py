"""Runs that start by themselves: a systemd timer, or a crontab entry where there is no systemd."""
