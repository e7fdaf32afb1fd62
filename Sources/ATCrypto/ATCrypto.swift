// ATCrypto: filled by its first behaviour.
