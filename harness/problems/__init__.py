"""The built-in problems: the lecture, its perceptron and its chains."""
