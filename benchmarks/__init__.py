"""Measurements of speed and size, from outside: the program is used as its users use it."""
