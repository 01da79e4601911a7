"""What each name of `tail_lines.seen` says for a tail, or against it: about the log-odds, in tenths, in whole tens.

Set by hand. Weights that are trained on the labelled set come to the same table, but would have to be trained anew
whenever rules and cues change: see docs/tails.md, and `python -m benchmarks tails --train`.
"""

WEIGHTS = {
    "any line": -20,  # what counts for every line
    # Its shape: prose, by a full stop or by its length; a short sentence; an open end; short lines, by length.
    "prose": -20,
    "endless": -20,
    "sentence": -10,
    "open": -10,
    "loose": 0,
    "short": 10,
    "tiny": 10,
    "mark": -10,  # of a list
    "colon": -10,
    "digits": -10,
    "pipe": 10,
    # Data in it, and letters of another script than those of the prose.
    "email": 10,
    "url": 10,
    "rights": 20,
    "foreign": 10,
    # What matches it.
    "cue": 20,
    "label": 20,
    "rule": 40,
    "sure rule": 50,
    # Where it stands: behind the last prose; right below a line that is known, near one, behind prose and one.
    "behind": 10,
    "below known": 10,
    "near known": 20,
    "under known": 20,
    # Verse, lists, tables: where short lines are a habit of the text, their shape says nothing.
    "loose text": -10,
    # Other documents of the source end in it, too.
    "recurs": 20,
}
