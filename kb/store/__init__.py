"""The only package that writes; the functions are save_*."""
