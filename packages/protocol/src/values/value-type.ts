/** Placeholder until the generated table is in the tree. */
export const ValueType = {
  NONE: 0,
  NULL: 1,
  BOOLEAN: 2,
  INTEGER: 3,
  FLOAT: 4,
  STRING: 5,
  JSON: 6,
  BYTES: 7,
  LIST: 8,
  TEXT: 9,
} as const;
export type ValueType = (typeof ValueType)[keyof typeof ValueType];
