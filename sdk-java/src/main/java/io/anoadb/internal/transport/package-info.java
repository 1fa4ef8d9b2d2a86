/**
 * The client's end of the datagram protocol, sans I/O: bytes and the time go in, bytes come out. No class here reads a
 * clock, makes a random number or knows of a socket; the same classes, by the same names, are in the TypeScript client.
 *
 * <p>To read in this order: {@link io.anoadb.internal.transport.ClientEndpoint}, then ClientRequests, Outgoing,
 * FragmentSender.
 */
@NullMarked
package io.anoadb.internal.transport;

import org.jspecify.annotations.NullMarked;
