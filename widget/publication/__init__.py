"""What follows a committed decision: the thread's version, its snapshots, the jobs."""
