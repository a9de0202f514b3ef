"""Factorisations of one matrix of numbers: Python loops over rows, no library's matrices.

A matrix is a list of rows. Pivots and orderings are plain comparisons, not decisions: a
determinant is as smooth whichever pivot was taken. Where a matrix has no such factorisation
the result is NaN throughout, so that a derivative there is known to be outside the domain.
"""
