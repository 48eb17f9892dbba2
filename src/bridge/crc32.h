/*-------------------------------------------------------------------------
 *
 * crc32.h
 *	  The checksum of an answer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_CRC32_H
#define DY_BRIDGE_CRC32_H

#include "bridge/buf.h"

extern uint32_t dy_crc32(DySlice bytes);

#endif							/* DY_BRIDGE_CRC32_H */
