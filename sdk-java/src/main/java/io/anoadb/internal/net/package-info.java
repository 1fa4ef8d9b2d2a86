/**
 * One socket, one thread and the calls of many threads: the edge of the client, where the clock, the network and chance
 * come in. What the bytes mean is in {@link io.anoadb.internal.transport}.
 */
@NullMarked
package io.anoadb.internal.net;

import org.jspecify.annotations.NullMarked;
