"""Rules of numpy.fft."""
