/*-------------------------------------------------------------------------
 *
 * asan_first.c
 *	  Starts AddressSanitizer's runtime before any other library.
 *
 * In a program that was built without the sanitizer but loads the runtime,
 * the runtime starts at the first malloc().  In Debian's Postgres that is a
 * newlocale() in the constructor of libp11-kit (through libldap and gnutls),
 * which holds a lock of the C library that the runtime, asking dlsym() for an
 * optional symbol, takes as well: every program hangs.  This library is to be
 * linked with -z initfirst, so its constructor runs before all others.
 *
 * It has to come before the runtime in the order of libraries, for the
 * runtime has a function of the second name, too.
 *
 *-------------------------------------------------------------------------
 */
extern void __asan_init(void);

__attribute__((constructor)) static void
start_asan(void)
{
	__asan_init();
}

/* Leaks are not looked for: a backend frees nothing at its end. */
const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}
