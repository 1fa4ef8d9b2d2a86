/** What `package-info.java` says of each generated package. */
import { javadoc, PACKAGE, WIRE_PACKAGE } from './source-text.js';

export function packageFiles(): Record<string, string> {
  return {
    'package-info.java': packageFile(
      PACKAGE,
      'The commands of the protocol as methods, and their options; made from the spec, as their documentation is.\n\nNobody implements these interfaces but the client: a new command is a new method.',
    ),
    'wire/package-info.java': packageFile(
      WIRE_PACKAGE,
      'Numbers, layouts and codecs of the protocol, made from the spec. Not exported.',
    ),
  };
}

function packageFile(name: string, about: string): string {
  return `// Generated from protocol-spec by \`npm run gen\`: do not edit.

${javadoc(about)}@NullMarked
package ${name};

import org.jspecify.annotations.NullMarked;
`;
}
