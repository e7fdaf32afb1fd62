// Identity: filled by its first behaviour.
