"""Serves a folder of releases: ``python -m serve OUT``; needs Datasette and little else, never ``etl``.

``launcher`` owns the address and watches ``OUT/current``; ``site`` is the process that answers from one release,
``check`` the process that compares a release with its own hashes, ``connections`` what a slow or silent reader may
hold, ``observe`` health, figures and the log. Whoever serves needs to read ``OUT`` and to write nothing.
"""
