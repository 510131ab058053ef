"""The catalogue: what is known of the whole of Discogs, as a graph that answers any page of any list at once.

``door.py`` lets questions in, ``database.py`` is what they are asked of. ``kinds.py``, ``packed.py`` and ``lists.py`` say how
the graph is kept; ``growth.py`` adds single releases to it, ``loading.py`` fills it anew from dumps; ``generation.py``
names the live file. ``nodes.py`` and ``pressings.py`` find what is asked for and say what it is called; ``explore.py`` has
what surrounds a node, ``paths.py``, ``collaborators.py``, ``similar.py``, ``profiles.py`` and ``gaps.py`` what is found further on.
"""
