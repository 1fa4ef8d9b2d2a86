/** The secret of `Authorization: Bearer …`; undefined for another scheme. */
export function bearerSecret(authorization: string): string | undefined {
  return /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization)?.[1];
}
