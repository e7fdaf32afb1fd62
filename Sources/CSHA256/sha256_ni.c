// The SHA-256 compression function on x86's SHA extensions (SHA256RNDS2, SHA256MSG1, SHA256MSG2).
//
// The instructions want the state as the two vectors ABEF and CDGH, and do two rounds at a time; four
// rounds share one vector of four schedule words. Elsewhere than x86-64 this file only says "no".
#include "sha256_internal.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

int plaited_sha256_cpu_can(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  int ssse3 = (c >> 9) & 1, sse41 = (c >> 19) & 1;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  int sha = (b >> 29) & 1;
  return ssse3 && sse41 && sha;
}

// Four rounds with the schedule words `w`, and nothing else.
#define ROUNDS(w, group)                                                                       \
  do {                                                                                         \
    __m128i wk = _mm_add_epi32(w, _mm_loadu_si128((const __m128i *)(plaited_sha256_k + 4 * (group)))); \
    cdgh = _mm_sha256rnds2_epu32(cdgh, abef, wk);                                              \
    abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(wk, 0x0e));                     \
  } while (0)

// The next four schedule words, into the vector of the oldest four (w0).
#define SCHEDULE(w0, w1, w2, w3)                                                 \
  w0 = _mm_sha256msg2_epu32(                                                     \
      _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4)), w3)

__attribute__((target("sha,sse4.1,ssse3"))) void plaited_sha256_compress_ni(uint32_t state[8],
                                                                          const uint8_t *blocks,
                                                                          size_t count) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  // a b c d | e f g h in memory  →  ABEF, CDGH (highest lane first).
  __m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1);
  __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1b);
  __m128i abef = _mm_alignr_epi8(abcd, efgh, 8);
  __m128i cdgh = _mm_blend_epi16(efgh, abcd, 0xf0);

  for (; count > 0; count--, blocks += 64) {
    const __m128i *m = (const __m128i *)blocks;
    __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i w0 = _mm_shuffle_epi8(_mm_loadu_si128(m + 0), big_endian);
    __m128i w1 = _mm_shuffle_epi8(_mm_loadu_si128(m + 1), big_endian);
    __m128i w2 = _mm_shuffle_epi8(_mm_loadu_si128(m + 2), big_endian);
    __m128i w3 = _mm_shuffle_epi8(_mm_loadu_si128(m + 3), big_endian);
    ROUNDS(w0, 0);
    ROUNDS(w1, 1);
    ROUNDS(w2, 2);
    ROUNDS(w3, 3);
    for (int group = 4; group < 16; group += 4) {
      SCHEDULE(w0, w1, w2, w3);
      ROUNDS(w0, group);
      SCHEDULE(w1, w2, w3, w0);
      ROUNDS(w1, group + 1);
      SCHEDULE(w2, w3, w0, w1);
      ROUNDS(w2, group + 2);
      SCHEDULE(w3, w0, w1, w2);
      ROUNDS(w3, group + 3);
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }

  __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
  __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

#else

int plaited_sha256_cpu_can(void) { return 0; }
void plaited_sha256_compress_ni(uint32_t state[8], const uint8_t *blocks, size_t count) {
  (void)state, (void)blocks, (void)count;
}

#endif
