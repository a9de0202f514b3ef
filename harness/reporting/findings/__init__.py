"""What a run tells, section by section: figures taken from the frames, and the words for them.

HTML, terminal and Markdown say the same because they all render these.
"""
