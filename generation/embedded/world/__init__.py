"""The drawn world that the embedded model learns from: training and evaluation only.

Nothing that generates a clip for a person may import this package (a test holds that).
"""
