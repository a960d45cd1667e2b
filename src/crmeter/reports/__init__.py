"""Reports of a sealed evaluation. ``renderers.render`` makes one; ``numbers``, ``periods`` and ``words`` say things."""
