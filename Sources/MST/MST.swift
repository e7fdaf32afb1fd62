// MST: filled by its first behaviour.
