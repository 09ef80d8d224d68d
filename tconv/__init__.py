"""Transposed convolution in NumPy."""
