// SPDX-License-Identifier: Apache-2.0
/* DIR/admin.sock: the office's commands for who may open the data directory. */
#ifndef ASSAY_VERIFIER_ADMIN_SOCKET_H
#define ASSAY_VERIFIER_ADMIN_SOCKET_H

#include "core/error.h"

/** Listen on DIR/admin.sock, mode 0600, non-blocking, close-on-exec. The caller holds the data
 *  directory's lock, so a socket that is there already is stale and is removed; anything else of
 *  that name is refused. A long DIR is no hindrance (sun_path holds 108 bytes).
 *  returns ASSAY_OK; ASSAY_E_EXISTS (not a socket); ASSAY_E_IO. fd: out, the caller closes it. */
ASSAY_MUST_CHECK enum assay_error assay_admin_socket_open(const char *dir, int *fd,
                                                          struct assay_reason *reason);

/** Remove the socket's name at the end; a missing one is fine. */
void assay_admin_socket_remove(const char *dir);

/** Who is at the other end, by SO_PEERCRED: "uid 0 (root)". name: out, always with NUL.
 *  returns ASSAY_OK or ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_admin_socket_peer(int fd, char *name, size_t size_bytes);

#endif
