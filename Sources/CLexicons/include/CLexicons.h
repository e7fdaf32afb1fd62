// The documents of lexicons/, inside of the program: an installed command needs no folder beside it.
//
// lexicons.c names the files, and the compiler puts their bytes there. tools/embed writes it; a test
// compares what is embedded with the folder.
#ifndef PLAITED_CLEXICONS_H
#define PLAITED_CLEXICONS_H

#include <stddef.h>
#include <stdint.h>

/// One document: the bytes of its file, which no zero follows.
typedef struct {
  /// Below lexicons/, such as app/bsky/actor/defs.json.
  const char *_Nonnull path;
  const uint8_t *_Nonnull bytes;
  size_t count;
} plaited_lexicon;

/// How many there are.
size_t plaited_lexicon_count(void);

/// The document at `index`, which is below the count; in the order of their paths.
plaited_lexicon plaited_lexicon_at(size_t index);

#endif
