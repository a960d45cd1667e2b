"""Effects: what something that was done has changed, and how sure that is. Arrays in, an :class:`Effect` out."""
