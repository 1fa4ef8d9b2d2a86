// Generated from protocol-spec by `npm run gen`: do not edit.

/**
 * The commands of the protocol as methods, and their options; made from the spec, as their documentation is.
 *
 * <p>Nobody implements these interfaces but the client: a new command is a new method.
 */
@NullMarked
package io.anoadb.generated;

import org.jspecify.annotations.NullMarked;
