"""What each name of `tail_lines.seen` says for a tail: log-odds, in tenths.

Made by `python -m benchmarks tails --train`; what it was trained on stands in benchmarks/tails.py.
"""

WEIGHTS = {
    "above prose": -11,
    "among loose": 3,
    "any line": -24,
    "behind": 9,
    "below known": 15,
    "capitals": 9,
    "close": 5,
    "colon": -12,
    "digits": -14,
    "email": 12,
    "endless": -9,
    "foreign": 12,
    "handle": 3,
    "loose": -5,
    "loose text": 5,
    "mark": -14,
    "near known": 25,
    "open": -12,
    "phone": 5,
    "pipe": 13,
    "prose": -13,
    "rights": 24,
    "rule": 21,
    "sentence": -3,
    "short": 7,
    "sure rule": 23,
    "tiny": 10,
    "under known": 37,
    "url": 15,
}
