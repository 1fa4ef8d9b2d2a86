/**
 * The shape of the spec's files, field by field. What may stand together is decided in `spec-model.ts`;
 * here only what may stand at all. Unknown fields are refused, so that a typing error is not a comment.
 */
import { z } from 'zod';

const prose = z.string().trim().min(4, 'prose is required in every field');
const constantName = z.string().regex(/^[A-Z][A-Z0-9_]*$/);
const fieldName = z.string().regex(/^[a-z][A-Za-z0-9]*$/);
const byte = z.int().min(0).max(255);
const count = z.int().min(0);

/** A field with a place of its own: `bytes[n]` is n bytes, `rest` everything to the end. */
const layoutField = z.strictObject({
  name: fieldName,
  type: z.string().regex(/^(u8|u16|u32|u48|u64|rest|bytes\[\d+\])$/),
  prose,
});

const layout = { bytes: count, prose, fields: z.array(layoutField) };
const sender = z.enum(['client', 'server', 'both']);
const coded = z.strictObject({ name: constantName, code: count, prose });
const limit = z.strictObject({ name: fieldName, value: count, unit: z.string().min(1), prose });

export const protocolSchema = z.strictObject({
  name: prose,
  prose,
  magic: z.strictObject({ value: byte, prose }),
  versions: z.strictObject({ min: byte, max: byte, prose }),
  port: z.strictObject({ value: z.int().min(1).max(65535), prose }),
  openTypeOffset: z.strictObject({ value: byte, prose }),
  header: z.strictObject(layout),
  datagrams: z.array(
    z.strictObject({
      name: constantName,
      code: byte,
      from: sender,
      bytes: z.union([count, z.literal('header and more')]),
      prose,
      fields: z.array(layoutField),
    }),
  ),
  structures: z.array(z.strictObject({ name: fieldName, within: constantName, ...layout })),
  permissions: z.array(z.strictObject({ name: constantName, bit: z.int().min(0).max(31), prose })),
  dedup: z.array(coded),
  frameHeader: z.strictObject(layout),
  frames: z.array(
    z.strictObject({
      name: constantName,
      code: byte,
      from: sender,
      reserved: z.boolean().optional(),
      ...layout,
    }),
  ),
  padding: z.strictObject({ code: byte, prose }),
  skippableFramesFrom: z.strictObject({ code: byte, prose }),
  requestFlags: z.strictObject({ attemptMask: byte, atomic: byte, prose }),
  replyFlags: z.strictObject({ attemptMask: byte, fromCache: byte, prose }),
  opHeader: z.strictObject(layout),
  resultHeader: z.strictObject({ ...layout, versionBit: byte }),
  rejectReasons: z.array(coded),
  closeCodes: z.array(coded),
  limits: z.array(limit),
  timings: z.array(limit),
});

export const typesSchema = z.strictObject({
  prose,
  types: z.array(
    z.strictObject({
      name: constantName,
      code: byte,
      storable: z.boolean(),
      /** False: stored, but never in front of a value in an op; absent: as storable. */
      sendable: z.literal(false).optional(),
      wire: z.string().min(1),
      prose,
    }),
  ),
});

const statusCode = z.strictObject({
  name: constantName,
  code: byte,
  executed: z.enum(['no', 'yes', 'unknown']),
  message: prose,
  prose,
  common: z.boolean().optional(),
});

export const errorsSchema = z.strictObject({
  prose,
  reserved: z.array(z.strictObject({ code: byte, prose })),
  result: z.array(statusCode),
  transport: z.array(statusCode),
});

/** A bound is a number or the name of a limit in protocol.json. */
const bound = z.union([count, fieldName]);

const argument = z.strictObject({
  name: fieldName,
  type: z.enum(['u16', 'u48', 'u64', 'i64', 'f64', 'type', 'value', 'key', 'bytes']),
  when: fieldName.optional(),
  min: count.optional(),
  max: count.optional(),
  types: z.array(constantName).min(1).optional(),
  bytesMin: bound.optional(),
  bytesMax: bound.optional(),
  prose,
});

const exampleBytes = z.union([
  z.strictObject({ utf8: z.string() }),
  z.strictObject({ hex: z.string().regex(/^([0-9a-f]{2})*$/) }),
]);
const exampleValue = z.union([
  z.strictObject({ type: constantName, utf8: z.string() }),
  z.strictObject({ type: constantName, hex: z.string().regex(/^([0-9a-f]{2})*$/) }),
]);

export const messageSchema = z.strictObject({
  name: constantName,
  identifier: fieldName,
  opcode: z.int().min(1).max(255),
  since: z.string().regex(/^\d+\.\d+\.\d+$/),
  kind: z.enum(['read', 'write', 'admin']),
  mutates: z.boolean(),
  alone: z.boolean(),
  summary: prose,
  prose,
  key: z.strictObject({ prose, bytesMin: bound, bytesMax: bound }).nullable(),
  flags: z.array(z.strictObject({ name: fieldName, bit: z.int().min(0).max(7), prose })),
  exclusive: z.array(z.array(fieldName).min(2)),
  arguments: z.array(argument),
  result: z.strictObject({
    types: z.array(z.string().min(1)).min(1),
    version: z.union([z.enum(['never', 'always']), z.strictObject({ when: fieldName })]),
    // What an integer counts, where SDKs have a type of their own for it.
    unit: z.enum(['ms']).optional(),
    // Name of a layout inside bytes that SDKs read for their callers; the prose describes it.
    layout: fieldName.optional(),
    prose,
  }),
  replay: z.enum(['stored', 'reread']),
  errors: z.array(z.strictObject({ code: constantName, when: prose })),
  cost: z.strictObject({ order: z.string().regex(/^O\(.+\)$/), growsWith: prose }),
  examples: z
    .array(
      z.strictObject({
        about: prose,
        key: z.string().optional(),
        flags: z.array(fieldName),
        arguments: z.record(fieldName, z.union([count, z.number(), z.string(), exampleValue, exampleBytes])),
        answer: z.string().min(2),
      }),
    )
    .min(1),
});

export type ProtocolFile = z.infer<typeof protocolSchema>;
export type TypesFile = z.infer<typeof typesSchema>;
export type ErrorsFile = z.infer<typeof errorsSchema>;
export type MessageFile = z.infer<typeof messageSchema>;
export type LayoutField = z.infer<typeof layoutField>;
export type StatusCode = z.infer<typeof statusCode>;
export type Argument = z.infer<typeof argument>;
export type CodedName = z.infer<typeof coded>;
export type LimitEntry = z.infer<typeof limit>;
export type MessageExample = MessageFile['examples'][number];
