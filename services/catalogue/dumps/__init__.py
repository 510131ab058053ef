"""Discogs' monthly dumps: the whole of Discogs read into the catalogue (discogs-api.md section 9).

Two processes share the work. One reads (``reading.py``): it unpacks the files (``stream.py``), cuts them into elements,
takes from each what lists and searches need (``releases.py``, ``others.py``, with ``elements.py`` for whatever is not as it
should be) and notes the links beside (``notes.py``), from which it works out at the end what every node holds
(``counts.py``, ``ranks.py``, ``lists.py``), a range of numbers at a time (``ranges.py``). The other, the program's own, writes
(``importing.py``): a new generation of the catalogue, which goes live when it is complete.
"""
