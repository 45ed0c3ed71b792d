"""Arithmetic on whole numbers in arrays that is exact to the last unit. What is multiplied or shared out does not belong here.

Numbers are int64 wherever they fit, as booked money in minor units always does, and Python integers in object arrays
where they do not; which of the two only changes the time taken.
"""
