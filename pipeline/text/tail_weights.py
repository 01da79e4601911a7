"""What each name of `tail_lines.seen` says for a tail: log-odds, in tenths.

Made by `python -m benchmarks tails --train`; what it was trained on stands in benchmarks/tails.py.
"""

WEIGHTS = {
    "above prose": -9,
    "among loose": 4,
    "any line": -23,
    "behind": 5,
    "below known": 14,
    "capitals": 10,
    "close": 4,
    "colon": -12,
    "cue": 17,
    "cue in prose": 16,
    "digits": -12,
    "email": 12,
    "endless": -11,
    "foreign": 14,
    "handle": 4,
    "loose": -2,
    "loose text": -3,
    "mark": -14,
    "near known": 21,
    "open": -15,
    "phone": 6,
    "pipe": 15,
    "prose": -15,
    "rights": 22,
    "rule": 27,
    "sentence": -5,
    "short": 10,
    "sure rule": 18,
    "tiny": 15,
    "under known": 14,
    "url": 17,
    "whole cue": 3,
}
