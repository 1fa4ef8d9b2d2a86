/**
 * Between the commands and the wire. Not exported: nothing here is promised to anybody outside.
 *
 * <p>{@code io.anoadb.generated} encodes ops and names how results are read; {@link io.anoadb.internal.CommandExecutor} is
 * the one thing it needs of the rest.
 */
@NullMarked
package io.anoadb.internal;

import org.jspecify.annotations.NullMarked;
