"""The story of the demo: a shop that delivers groceries in a city within minutes, told as events. Pure, fixed by its seed.

Each domain has a file that makes its events; orders.py tells what becomes of one order, telling.py tells it all.
"""
