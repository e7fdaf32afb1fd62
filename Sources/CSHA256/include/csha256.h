// SHA-256 (FIPS 180-4) of one contiguous buffer.
//
// The compression function is chosen once, at the first call: the CPU's SHA instructions where they
// exist, else portable C. PLAITED_SHA=portable in the environment forces the portable path, which
// counting tools that do not know the instructions need. Nothing is allocated and nothing can fail.
#ifndef PLAITED_CSHA256_H
#define PLAITED_CSHA256_H

#include <stddef.h>
#include <stdint.h>

/// Writes the 32-byte digest of the `count` bytes at `bytes` (which may be NULL when count is 0).
void plaited_sha256(const uint8_t *_Nullable bytes, size_t count, uint8_t *_Nonnull digest);

/// The same digest, always by the portable path: the oracle of the fast one.
void plaited_sha256_portable(const uint8_t *_Nullable bytes, size_t count,
                             uint8_t *_Nonnull digest);

/// 1 where `plaited_sha256` runs on the CPU's SHA instructions, 0 where it is portable.
int plaited_sha256_is_accelerated(void);

#endif
