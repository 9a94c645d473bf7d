"""The grader's own scorecard: how well the checks tell right code from wrong. ``make scorecard`` writes it."""
