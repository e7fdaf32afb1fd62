// shim.h: SQLite as the system has it, without the parts that Swift cannot call.
#include <sqlite3.h>
