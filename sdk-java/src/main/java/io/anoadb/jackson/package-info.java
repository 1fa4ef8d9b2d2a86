/** Objects of your own as JSON values, by Jackson; used by itself where jackson-databind is on the class path. */
@NullMarked
package io.anoadb.jackson;

import org.jspecify.annotations.NullMarked;
