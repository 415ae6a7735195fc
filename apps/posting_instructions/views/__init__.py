"""The pages a source's developer reads, and the two that belong to nobody: landing and robots.txt."""
