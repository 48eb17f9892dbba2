# Makefile of the extension `dynamo` and of dynamo-bridge.
#
# A PGXS makefile: PG_CONFIG chooses the Postgres installation to build for.
# `make help` lists what can be done.  Variables of our own begin with DY_:
# PGXS defines hundreds of names (VERSION, INSTALL_SCRIPT, ...) at will.

PG_CONFIG ?= pg_config
EXTENSION = dynamo
MODULE_big = dynamo
DY_VERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" dynamo.control)

# ---------------------------------------------------------------- sources
#
# The folders of src are layers, lowest first (test/lint/layers).  The
# bridge is a program of its own.

DY_LAYERS = base item wire expr tables tableam partiql engine streams jobs ops

DY_GRAMMARS = $(wildcard $(DY_LAYERS:%=src/%/*.y))
DY_SCANNERS = $(wildcard $(DY_LAYERS:%=src/%/*.l))
DY_GENERATED_C = $(DY_GRAMMARS:.y=.c) $(DY_SCANNERS:.l=.c)
DY_GENERATED = $(DY_GENERATED_C) $(DY_GRAMMARS:.y=.h)
DY_SOURCES = $(filter-out $(DY_GENERATED_C), \
	$(sort $(wildcard src/*.c $(DY_LAYERS:%=src/%/*.c)))) $(DY_GENERATED_C)
OBJS = $(DY_SOURCES:.c=.o)

DY_OPERATIONS_SQL = src/sql/80_operations.sql
DY_SQL_PARTS = $(sort $(wildcard src/sql/*.sql) $(DY_OPERATIONS_SQL))
DY_INSTALL_SQL = dynamo--$(DY_VERSION).sql
DATA_built = $(DY_INSTALL_SQL)
DATA = $(wildcard src/sql/upgrade/*.sql)

REGRESS = $(sort $(patsubst sql/%.sql,%,$(wildcard sql/*.sql)))
REGRESS_OPTS = --load-extension=dynamo --encoding=UTF8

# ------------------------------------------------------------------ flags
#
# The disabled warnings are those that the server's own headers and macros
# cannot stand.

WERROR ?= -Werror
DY_WARNINGS = -Wall -Wextra $(WERROR) -Wno-unused-parameter -Wno-sign-compare \
	-Wno-missing-field-initializers -Wno-declaration-after-statement

PG_CPPFLAGS = -Isrc
SHLIB_LINK = -lcrypto
PG_CFLAGS = -fvisibility=hidden $(DY_WARNINGS)

EXTRA_CLEAN = $(DY_OPERATIONS_SQL) $(DY_GENERATED) $(OBJS:.o=.d) $(wildcard src/*/*.output)

# The functions of the library call each other hundreds of times a request;
# bitcode for inlining them into queries would bring nothing.
override with_llvm = no

# PGXS' first target must not become ours by accident.
all:

# make start and make test install Postgres first if it is not there.
PGXS := $(shell $(PG_CONFIG) --pgxs 2> /dev/null)
ifneq ($(PGXS),)
include $(PGXS)
else
all install clean:
	@echo "$(PG_CONFIG) cannot be run; set PG_CONFIG to that of a Postgres with server headers" >&2; false
endif

# Servers before 16 leave PGDLLEXPORT empty, which -fvisibility=hidden would
# turn into a library without entry points.
ifneq ($(filter 13 14 15,$(MAJORVERSION)),)
override CPPFLAGS += -DPGDLLEXPORT='__attribute__((visibility("default")))'
endif

# Debian builds its PGXS without dependency tracking.
ifneq ($(autodepend),yes)
override CPPFLAGS += -MMD -MP
-include $(wildcard $(OBJS:.o=.d))
endif

# PGXS hands the flags of the compiler that built the server to every other,
# and its headers name a printf dialect which only gcc knows.
ifneq ($(findstring clang,$(CC)),)
override CFLAGS := $(filter-out -fexcess-precision=standard \
	-Wimplicit-fallthrough=% -Wno-format-truncation \
	-Wno-stringop-truncation -Wcast-function-type \
	-Wshadow=% -ffat-lto-objects -flto=%,$(CFLAGS)) \
	-Wno-unknown-warning-option -Wno-ignored-attributes
endif

# ------------------------------------------------------------------ rules

$(OBJS): Makefile dynamo.control

$(DY_GRAMMARS:.y=.c): %.c: %.y
	bison -Wall -Werror -d -o $@ $<

$(DY_GRAMMARS:.y=.h): %.h: %.c
	@touch $@

$(DY_SCANNERS:.l=.c): %.c: %.l
	flex -o $@ $<

# A folder with a grammar waits for its header.
define folder_waits_for_grammar
$(filter $(dir $(1))%,$(OBJS)): $(1:.y=.h)
endef
$(foreach y,$(DY_GRAMMARS),$(eval $(call folder_waits_for_grammar,$(y))))

# The SQL functions of the operations, from their list.
$(DY_OPERATIONS_SQL): src/ops/operations.def src/ops/operations.sql.in Makefile
	( cat src/ops/operations.sql.in && \
	  sed -n -e 's|^DY_OPERATION(\([A-Za-z]*\), [a-z_]*, \([a-z_]*\), \([A-Z]*\), "\(.*\)")$$|\
	CREATE FUNCTION dynamo.\2(request dynamo.request) RETURNS json\
	    AS '"'MODULE_PATHNAME', 'dynamo_\2'"' LANGUAGE C STRICT;\
	COMMENT ON FUNCTION dynamo.\2(dynamo.request) IS '"'\1: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/\4'"';\
	REVOKE ALL ON FUNCTION dynamo.\2(dynamo.request) FROM PUBLIC;|p' src/ops/operations.def ) > $@.tmp
	mv $@.tmp $@

# The parts of the script stand in the order of their names, one number a
# folder.
$(DY_INSTALL_SQL): $(DY_SQL_PARTS) dynamo.control Makefile
	( printf '%s\n' '\echo Use "CREATE EXTENSION dynamo" to load this file. \quit' && \
	  cat $(DY_SQL_PARTS) ) > $@.tmp
	mv $@.tmp $@

ifneq ($(PGXS),)
-include src/bridge/Makefile.inc
endif

# ---------------------------------------------------------------- helpers

.PHONY: help indent lint docs start stop

help:
	@echo "make              build the extension and dynamo-bridge"
	@echo "make install      install them (PG_CONFIG=... chooses the Postgres)"
	@echo "make clean        remove what was built"
	@echo "make start        build, install, and try it: a private cluster, the bridge, a tour"
	@echo "make stop         end what make start started; data stays in .dynamo"
	@echo "make test         run every test"
	@echo "make test-KIND    run one kind: $(notdir $(sort $(wildcard test/lib/kinds/*)))"
	@echo "make bench        measure against the contenders, most of an hour; BENCH='--quick' shows that it works"
	@echo "make torture      kill processes under load for MINUTES (10) and look for what is lost"
	@echo "make indent       format the C sources"
	@echo "make docs         rewrite the table of operations in README.md"
	@echo "make lint         check layers, symbols, docs, sizes and format"

start:
	@src/start/start

stop:
	@src/start/stop

# The names of types come from the debug information of what was built.
indent: all
	test/lint/indent --write

docs:
	test/lint/operations_table

lint: all
	test/lint/run

.PHONY: test
test:
	@test/run

.PHONY: bench torture
bench:
	@test/bench/run $(BENCH)

torture:
	@test/torture/run

# make test-regress, make test-tap, ...: one kind (test/lib/kinds)
test-%:
	@test/run $*
