/** Bytes of the protocol: numbers, results, values and their text. Knows nothing of sockets or sessions. */
@NullMarked
package io.anoadb.internal.protocol;

import org.jspecify.annotations.NullMarked;
