#ifndef PLAITED_SHA256_INTERNAL_H
#define PLAITED_SHA256_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

extern const uint32_t plaited_sha256_k[64];

/// 1 where the CPU has the instructions that `plaited_sha256_compress_ni` uses.
int plaited_sha256_cpu_can(void);

/// Takes `count` 64-byte blocks into `state`. Call only where `plaited_sha256_cpu_can()`.
void plaited_sha256_compress_ni(uint32_t state[8], const uint8_t *blocks, size_t count);

#endif
