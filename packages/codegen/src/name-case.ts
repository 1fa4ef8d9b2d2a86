/** Names of the spec in the cases that languages write them in. */

/** `ttlMs` -> `TTL_MS`. */
export function constantCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** `NO_SESSION` or `getDelete` -> `NoSession`, `GetDelete`. */
export function pascalCase(name: string): string {
  const camel = /^[A-Z0-9_]+$/.test(name)
    ? name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    : name;
  return camel[0].toUpperCase() + camel.slice(1);
}
