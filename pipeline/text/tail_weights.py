"""What each name of `tail_lines.seen` says for a tail: log-odds, in tenths.

Made by `python -m benchmarks tails --train`; what it was trained on stands in benchmarks/tails.py.
"""

WEIGHTS = {
    "above prose": -9,
    "among loose": 4,
    "any line": -23,
    "behind": 6,
    "below known": 15,
    "capitals": 10,
    "close": 4,
    "colon": -13,
    "cue": 16,
    "digits": -12,
    "email": 12,
    "endless": -10,
    "foreign": 14,
    "handle": 5,
    "loose": -3,
    "loose text": -3,
    "mark": -14,
    "near known": 22,
    "open": -15,
    "phone": 6,
    "pipe": 15,
    "prose": -14,
    "rights": 23,
    "rule": 27,
    "sentence": -5,
    "short": 10,
    "sure rule": 22,
    "tiny": 15,
    "under known": 13,
    "url": 17,
    "whole cue": 3,
}
