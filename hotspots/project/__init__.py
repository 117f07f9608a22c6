"""From a project file (TOML) to a whole run; the only package that knows every stage.

``registry`` lists the tests and the kinds of layers, ``config`` validates the file, ``run``
computes, ``write`` writes the outputs and ``show`` prints. ``runner`` is :func:`hotspots.run`,
``checkup`` :func:`hotspots.check` and ``verification`` :func:`hotspots.verify`.
"""
