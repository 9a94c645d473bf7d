"""The instructor's side: mistakes, builds, grading. Never shipped to students."""
