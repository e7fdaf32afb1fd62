// ATSyntax: filled by its first behaviour.
