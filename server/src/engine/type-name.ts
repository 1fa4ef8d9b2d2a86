import { ValueType } from '@anoadb/protocol';

const names: string[] = [];
for (const [name, code] of Object.entries(ValueType)) names[code] = name.toLowerCase();

/** The name of a type as TYPE answers it: `integer`, `json`. */
export function typeNameOf(type: number): string {
  return names[type] ?? 'unknown';
}
