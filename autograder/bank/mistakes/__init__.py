"""What students get wrong, lesson by lesson: each mistake with the sentence that they read."""
