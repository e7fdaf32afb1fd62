#!/usr/bin/env python3
"""Wraps comment lines over 100 columns, which the formatter leaves alone; it changes no code.

The words that do not fit go to the front of the next line where that continues the same paragraph,
else to a line of their own. A continuation of a list item (`- Returns: …`) keeps its indentation.
Lines that look like a table or a drawing are left to their author.
"""

import re
import sys

COLUMNS = 100
COMMENT = re.compile(r"^(\s*///?)( *)(.*)$")
DRAWN = re.compile(r"  +|[|│┌└]")
ITEM = re.compile(r"^[-*] ")


def is_drawn(match):
    return len(match[2]) > 3 or DRAWN.search(match[3])


def wrapped(lines):
    lines = list(lines)
    index = 0
    while index < len(lines):
        match = COMMENT.match(lines[index])
        if match and len(lines[index]) > COLUMNS and not is_drawn(match):
            mark, space, text = match.groups()
            room = COLUMNS - len(mark) - len(space)
            cut = text.rfind(" ", 0, room + 1)
            if cut > 0:
                rest = text[cut + 1 :]
                lines[index] = mark + space + text[:cut].rstrip()
                indent = space + ("  " if ITEM.match(text) else "")
                following = COMMENT.match(lines[index + 1]) if index + 1 < len(lines) else None
                continues = (
                    following
                    and following[1] == mark
                    and following[2] == indent
                    and following[3]
                    and not ITEM.match(following[3])
                )
                if continues:
                    lines[index + 1] = mark + indent + rest + " " + following[3]
                else:
                    lines.insert(index + 1, mark + indent + rest)
        index += 1
    return lines


def main():
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            before = file.read()
        after = "\n".join(wrapped(before.split("\n")))
        if after != before:
            with open(path, "w", encoding="utf-8") as file:
                file.write(after)
            print(f"wrapped comments of {path}")


if __name__ == "__main__":
    main()
