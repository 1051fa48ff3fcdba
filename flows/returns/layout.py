"""The layout of a return, declared once: the form, the reader, the checks and the column notes all come from here.

(Completed by the returns engineer.)
"""
