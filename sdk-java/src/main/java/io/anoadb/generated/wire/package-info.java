// Generated from protocol-spec by `npm run gen`: do not edit.

/** Numbers, layouts and codecs of the protocol, made from the spec. Not exported. */
@NullMarked
package io.anoadb.generated.wire;

import org.jspecify.annotations.NullMarked;
